"""`genericinterface db`: make a database, say what a given one is."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

import click

from genericinterface import sysconfig
from genericinterface.auth.passwords import hash_password
from genericinterface.database import demo_data, install, schema_check
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings


@click.group(short_help="Make a database, check one.")
def db() -> None:
    """Make a database, or say what a given one is. Nothing here alters a table that it did not create."""


@db.command(short_help="Make tables and base data in an empty database.")
@click.option("--demo", is_flag=True, help="Add demo data (agents tester/tester, user/password, root@localhost/root).")
@click.option(
    "--admin-password", metavar="PASSWORD", help="Password of root@localhost; asked for or generated if absent."
)
@click.pass_obj
def init(settings: Settings, demo: bool, admin_password: str | None) -> None:
    """Make tables and base data in an empty database; in one that is complete already, do nothing.

    \b
    Examples:
      genericinterface db init --demo
      genericinterface --database-url postgresql://gi:secret@db/gi db init
    """
    database = open_database(settings)
    try:
        report = schema_check.check(database)
        if report.kind == schema_check.OURS and report.usable:
            click.echo("The database is complete already; nothing was done.")
            return
        if report.kind != schema_check.EMPTY:
            raise ConfigurationError(
                [f"the database is not empty, it is {report.kind}: see `genericinterface db check`"]
            )
        create(settings, database, demo, None if demo else admin_password or _ask_password())
    finally:
        database.close()


@db.command(short_help="Say what the database is and what it lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Say what the database is (empty, ours, Znuny's, something else) and what it lacks.

    The exit code is 0 when the provider can work on it, else 1.
    """
    database = open_database(settings)
    try:
        report = schema_check.check(database)
    finally:
        database.close()
    shown = database.url.render_as_string(hide_password=True)
    if as_json:
        click.echo(json.dumps({"database": shown, "usable": report.usable, **vars(report)}, indent=2))
    else:
        click.echo(f"{shown}: {_sentence(report)}")
        for missing in report.missing:
            click.echo(f"  missing: {missing}")
        for note in report.notes:
            click.echo(f"  note: {note}")
    sys.exit(0 if report.usable else 1)


def _sentence(report: schema_check.Report) -> str:
    if report.kind == schema_check.EMPTY:
        return "empty; `genericinterface db init` makes it ready"
    if report.kind == schema_check.OTHER:
        return "neither ours nor Znuny's"
    name = (
        f"a database of Znuny {report.version}" if report.kind == schema_check.ZNUNY else "a database of this provider"
    )
    return f"{name}, {'complete' if report.usable else 'incomplete'}"


def open_database(settings: Settings) -> Database:
    """The database of the settings; the folder of an SQLite file is made where it is missing."""
    database = Database(settings.database_url)
    if database.url.get_backend_name() == "sqlite" and database.url.database:
        Path(database.url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    return database


def create(settings: Settings, database: Database, demo: bool, admin_password: str | None) -> None:
    """Makes tables, base data and, if asked, demo data; without a password one is generated and printed."""
    configuration = sysconfig.load(settings.sysconfig)
    password = admin_password or secrets.token_urlsafe(12)
    install.install(database, hash_password(password), configuration.now())
    if demo:
        with database.transaction() as connection:
            demo_data.fill(connection)
    elif admin_password is None:
        click.echo(f"The password of root@localhost is {password} (it is not shown again).")
    click.echo(f"Tables and {'demo' if demo else 'base'} data are in place.")


def prepare(settings: Settings, demo: bool) -> None:
    """What `serve` needs: a usable database; with `demo`, an empty one is made ready first."""
    database = open_database(settings)
    try:
        report = schema_check.check(database)
        if report.kind == schema_check.EMPTY and demo:
            create(settings, database, demo=True, admin_password=None)
            from genericinterface.cli.webservice import import_packaged

            import_packaged(database, sysconfig.load(settings.sysconfig))
            return
        if not report.usable:
            raise ConfigurationError(
                [f"the database is {_sentence(report)}", *(f"missing: {name}" for name in report.missing)]
            )
    finally:
        database.close()


def _ask_password() -> str | None:
    """From the terminal, twice; None (to generate one) where nobody can be asked or nothing was typed."""
    if not sys.stdin.isatty():
        return None
    return (
        click.prompt(
            "Password of root@localhost (empty: generate one)",
            hide_input=True,
            confirmation_prompt=True,
            default="",
            show_default=False,
        )
        or None
    )

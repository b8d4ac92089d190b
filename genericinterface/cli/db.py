"""`genericinterface db`: make a database, say what a given one is; `prepare` does what `serve` needs of both."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import Connection

from genericinterface import sysconfig
from genericinterface.auth.passwords import hash_password
from genericinterface.cli.database import opened, shown
from genericinterface.cli.db_index import index
from genericinterface.cli.options import json_option
from genericinterface.database import demo_data, schema_check, webservices
from genericinterface.database.engine import Database
from genericinterface.database.install import add_own_tables, install
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings
from genericinterface.webservice_definitions import names, text


@click.group(short_help="Make a database, check one, make it faster.")
def db() -> None:
    """Make a database, or say what a given one is. Nothing here alters a table that it did not create; `index --apply`
    adds indexes."""


db.add_command(index)


@db.command(short_help="Make tables and base data in an empty database.")
@click.option(
    "--demo",
    is_flag=True,
    help="Add demo data (agents tester/tester, user/password, root@localhost/root) and the packaged web services.",
)
@click.option(
    "--admin-password",
    metavar="TEXT",
    help="Password of root@localhost. Without it: asked for on a terminal, else generated and printed once.",
)
@click.pass_obj
def init(settings: Settings, /, demo: bool, admin_password: str | None) -> None:
    """Make tables and base data in an empty database; in one that is complete already, do nothing.

    \b
    Examples:
      genericinterface db init --demo
      genericinterface --database-url postgresql://gi:secret@db/gi db init
    """
    with opened(settings, pool_size=1) as database:
        report = schema_check.check(database)
        if report.usable:
            click.echo(f"{shown(database)}: {_sentence(report)}; nothing was done.")
        elif report.kind == schema_check.EMPTY:
            _create(settings, database, demo, admin_password)
        else:
            raise ConfigurationError([f"{shown(database)} is not empty: {_sentence(report)}", *_details(report)])


@db.command(short_help="Say what the database is and what it lacks.")
@json_option
@click.pass_obj
def check(settings: Settings, /, as_json: bool) -> None:
    """Say what the database is (empty, ours, a Znuny's, something else) and what it lacks.

    The exit code is 0 when the provider can work on it, else 1.
    """
    with opened(settings, pool_size=1) as database:
        report = schema_check.check(database)
    if as_json:
        found = {"database": shown(database), "usable": report.usable, **asdict(report)}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        click.echo("\n  ".join([f"{shown(database)}: {_sentence(report)}", *_details(report)]))
    sys.exit(0 if report.usable else 1)


@db.command("add-tables", short_help="Make this provider's own tables in a Znuny database.")
@click.pass_obj
def add_tables(settings: Settings, /) -> None:
    """Make the tables that no Znuny has and that some extensions need (IdempotencyKey: gi_idempotency_key).

    Tables that are there already stay as they are. A database that `db init` made has them.
    """
    with opened(settings, pool_size=1) as database:
        report = schema_check.check(database)
        if not report.usable:
            raise ConfigurationError([f"{shown(database)}: {_sentence(report)}", *_details(report)])
        made = add_own_tables(database)
    click.echo(f"{shown(database)}: {', '.join(made) or 'nothing'} made.")


def prepare(settings: Settings, demo: bool) -> None:
    """Makes sure that `serve` can work: raises ConfigurationError where the database lacks something.

    With `demo`, an empty database is made ready first, with demo data and the packaged web services.
    """
    with opened(settings, pool_size=1) as database:
        report = schema_check.check(database)
        if report.kind == schema_check.EMPTY and demo:
            _create(settings, database, demo, None)
        elif not report.usable:
            raise ConfigurationError([f"{shown(database)}: {_sentence(report)}", *_details(report)])


def _create(settings: Settings, database: Database, demo: bool, admin_password: str | None) -> None:
    now = sysconfig.load(settings.sysconfig).now()
    _make_folder(database)
    if demo:
        password = admin_password or demo_data.ADMIN_PASSWORD
        install(database, hash_password(password), now, demo_data.fill, lambda c: _add_webservices(c, now))
        click.echo(f"{shown(database)}: tables, base data, demo data and the packaged web services are in place.")
        return
    chosen = admin_password or _ask_password()
    password = chosen or secrets.token_urlsafe(12)
    install(database, hash_password(password), now)
    click.echo(f"{shown(database)}: tables and base data are in place.")
    if not chosen:
        click.echo(f"The password of root@localhost is {password} (it is not shown again).")


def _make_folder(database: Database) -> None:
    """The folder of an SQLite file."""
    file = database.url.database
    if database.url.get_backend_name() != "sqlite" or not file or file.startswith((":memory:", "file:")):
        return
    try:
        Path(file).absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError([f"the folder of {file} cannot be made: {error.strerror}"]) from error


def _add_webservices(connection: Connection, now: dt.datetime) -> None:
    for name in names():
        webservices.add(connection, name, text(name), now)


def _ask_password() -> str:
    """From the terminal, twice; "" (to generate one) where nobody can be asked or nothing was typed."""
    if not _on_terminal():
        return ""
    answer: str = click.prompt(
        "Password of root@localhost (empty: generate one)",
        hide_input=True,
        confirmation_prompt=True,
        default="",
        show_default=False,
    )
    return answer


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _sentence(report: schema_check.Report) -> str:
    if report.kind == schema_check.EMPTY:
        return "an empty database; `genericinterface db init` makes it ready"
    if report.kind == schema_check.OTHER:
        return "something else, neither ours nor a Znuny's"
    ours = report.kind == schema_check.OURS
    name = "a database of this provider" if ours else f"a database of Znuny {report.version}"
    return f"{name}, {'complete' if report.usable else 'incomplete'}"


def _details(report: schema_check.Report) -> list[str]:
    return [*(f"missing: {name}" for name in report.missing), *(f"note: {note}" for note in report.notes)]

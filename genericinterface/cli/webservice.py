"""`genericinterface webservice`: check, import, change, switch, show and export web service definitions.

A running provider notices each change within a second. `check` needs no database.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click
from sqlalchemy import Connection

from genericinterface import webservice_definitions
from genericinterface.cli import webservice_summary
from genericinterface.cli.database import reading, ready, writing
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_json, print_list
from genericinterface.database import webservices
from genericinterface.database.webservices import StoredWebservice
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings
from genericinterface.webservice.problem import ERROR, Problem

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="Check, import, change and export web services.")
def webservice() -> None:
    """Check, import, change, switch, show and export web service definitions (Znuny's YAML).

    A running provider notices each change within a second. NAME is the name of a web service, or its ID.
    """


@webservice.command(short_help="Print every problem of definition files; needs no database.")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of problems.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Print every problem of definition files with file, line, place, reason and hint. Needs no database.

    The exit code is 1 when there are errors; warnings alone give 0.

    \b
    Examples:
      genericinterface webservice check Tickets.yml
      genericinterface webservice check --json *.yml
    """
    found = [problem for file in files for problem in _problems(_read(file), str(file))]
    if as_json:
        print_json([problem.as_dict() for problem in found])
    else:
        for problem in found:
            click.echo(problem)
        click.echo(_count(found), err=True)
    if _has_errors(found):
        sys.exit(1)


@webservice.command(short_help="Import a new web service.")
@click.argument("file", type=FILE)
@click.option("--name", help="Name of the web service; without it, the file's name without its suffix.")
@click.option("--force", is_flag=True, help="Import in spite of errors, as long as it is YAML.")
@click.pass_obj
def add(settings: Settings, /, file: Path, name: str | None, force: bool) -> None:
    """Import a definition as a new web service, which is served at once. The text is kept byte by byte.

    \b
    Examples:
      genericinterface webservice add Tickets.yml
      genericinterface webservice add export.yml --name Tickets
    """
    text = _checked(file, force)
    chosen = name or file.stem
    with writing(settings) as (connection, now):
        webservice_id = webservices.add(connection, chosen, text, now)
    click.echo(f"Added {chosen} (ID {webservice_id}): {webservice_summary.address(settings, chosen)}")


@webservice.command(short_help="Replace the definition of a web service.")
@click.argument("name")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Replace in spite of errors, as long as it is YAML.")
@click.pass_obj
def update(settings: Settings, /, name: str, file: Path, force: bool) -> None:
    """Replace the definition of a web service. The former one stays in its history.

    \b
    Examples:
      genericinterface webservice update Tickets Tickets.yml
      genericinterface webservice dump Tickets --version 7 --target old.yml   (a version of the history)
      genericinterface webservice update Tickets old.yml
    """
    text = _checked(file, force)
    with writing(settings) as (connection, now):
        stored = _find(connection, name)
        changed = webservices.change(connection, stored, now, config=text)
    click.echo(f"Changed {stored.name}." if changed else f"{stored.name} is the same already.")


@webservice.command("list", short_help="List the web services.")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, as_json: bool) -> None:
    """List the web services, valid or not."""
    with reading(settings) as connection:
        stored = webservices.listed(connection)
    rows = [webservice_summary.row(entry) for entry in stored]
    print_list(
        rows,
        as_json,
        "There are no web services; `genericinterface webservice import-packaged` adds the ready-made ones.",
    )


@webservice.command(short_help="Show a web service: operations, routes, addresses.")
@click.argument("name")
@click.pass_obj
def show(settings: Settings, /, name: str) -> None:
    """Show a web service: its operations with the full addresses of their routes, its WSDL or OpenAPI document."""
    with reading(settings) as connection:
        stored = _find(connection, name)
    click.echo(webservice_summary.text(settings, stored))


@webservice.command(short_help="Export the definition of a web service.")
@click.argument("name")
@click.option("--target", type=click.Path(dir_okay=False, path_type=Path), help="File to write; without it, stdout.")
@click.option("--version", type=int, help="ID of a version from `history`; without it, the present definition.")
@click.pass_obj
def dump(settings: Settings, /, name: str, target: Path | None, version: int | None) -> None:
    """Export the definition of a web service, byte by byte as it was imported.

    \b
    Examples:
      genericinterface webservice dump Tickets > Tickets.yml
      genericinterface webservice dump Tickets --target Tickets.yml
    """
    with reading(settings) as connection:
        stored = _find(connection, name)
        text = stored.config if version is None else _version(connection, stored, version)
    if target is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        target.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise ConfigurationError([f"{target}: {error.strerror}"]) from error
    click.echo(f"Wrote {target}.")


@webservice.command(short_help="Delete a web service.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(settings: Settings, /, name: str, yes: bool) -> None:
    """Delete a web service with its history and with what the Debugger kept of it. `disable` keeps all that."""
    with ready(settings) as database:
        with database.reading() as connection:
            stored = _find(connection, name)
        if not yes:  # asked outside the transaction, which holds a lock
            click.confirm(f"Delete {stored.name} with its history and its Debugger entries?", abort=True)
        with database.transaction() as connection:
            webservices.remove(connection, stored.id)
    click.echo(f"Deleted {stored.name}.")


@webservice.command(short_help="Switch a web service on.")
@click.argument("name")
@click.pass_obj
def enable(settings: Settings, /, name: str) -> None:
    """Switch a web service on (Znuny: valid)."""
    _switch(settings, name, valid=True)


@webservice.command(short_help="Switch a web service off.")
@click.argument("name")
@click.pass_obj
def disable(settings: Settings, /, name: str) -> None:
    """Switch a web service off (Znuny: invalid); callers get 404 from then on."""
    _switch(settings, name, valid=False)


@webservice.command(short_help="List the versions of a web service.")
@click.argument("name")
@json_option
@click.pass_obj
def history(settings: Settings, /, name: str, as_json: bool) -> None:
    """List the versions of a web service, newest first; `dump NAME --version ID` exports one."""
    with reading(settings) as connection:
        versions = webservices.history(connection, _find(connection, name).id)
    rows = [
        {"ID": version.id, "from": str(version.create_time), "bytes": len(version.config.encode("utf-8"))}
        for version in versions
    ]
    print_list(rows, as_json, "There are no versions.")


@webservice.command("import-packaged", short_help="Add the ready-made web services.")
@click.pass_obj
def import_packaged(settings: Settings, /) -> None:
    """Add the web services that come with this program, as far as no web service has their name."""
    with writing(settings) as (connection, now):
        present = {stored.name for stored in webservices.listed(connection)}
        for name in webservice_definitions.names():
            if name in present:
                click.echo(f"{name} is there already and stays as it is.")
            else:
                webservices.add(connection, name, webservice_definitions.text(name), now)
                click.echo(f"Added {name}: {webservice_summary.address(settings, name)}")


def _switch(settings: Settings, name: str, valid: bool) -> None:
    with writing(settings) as (connection, now):
        stored = _find(connection, name)
        changed = webservices.change(connection, stored, now, valid=valid)
    click.echo(f"{stored.name} is {'' if changed else 'already '}{'on' if valid else 'off'}.")


def _find(connection: Connection, name: str) -> StoredWebservice:
    stored = webservices.find(connection, name)
    if stored is None:
        known = ", ".join(entry.name for entry in webservices.listed(connection)) or "none at all"
        raise ConfigurationError([f"there is no web service {name}; there are: {known}"])
    return stored


def _version(connection: Connection, stored: StoredWebservice, version: int) -> str:
    for known in webservices.history(connection, stored.id):
        if known.id == version:
            return known.config
    raise ConfigurationError([f"{stored.name} has no version {version}; see `webservice history {stored.name}`"])


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError([f"{file}:{line}: this is not UTF-8"]) from error
    except OSError as error:
        raise ConfigurationError([f"{file}: {error.strerror}"]) from error


def _problems(text: str, file: str) -> list[Problem]:
    # Imported here, because the registries bring everything along and most commands do without.
    import genericinterface.mapping
    import genericinterface.operation
    import genericinterface.transport  # noqa: F401  the three packages fill the registries
    from genericinterface.webservice.check import check_text

    return check_text(text, file)


def _checked(file: Path, force: bool) -> str:
    """The text of a file that may be imported; its problems go to stderr."""
    text = _read(file)
    found = _problems(text, str(file))
    for problem in found:
        click.echo(problem, err=True)
    if _has_errors(found) and not (force and _readable(text)):
        raise ConfigurationError([f"{file} was not imported: {_count(found)}"])
    return text


def _readable(text: str) -> bool:
    from genericinterface.webservice import document

    try:
        document.load(text)
    except ConfigurationError:
        return False
    return True


def _has_errors(found: list[Problem]) -> bool:
    return any(problem.severity == ERROR for problem in found)


def _count(found: list[Problem]) -> str:
    count = Counter(problem.severity for problem in found)
    parts = [f"{number} {name}{'s' if number > 1 else ''}" for name, number in sorted(count.items())]
    return " and ".join(parts) or "no problems"

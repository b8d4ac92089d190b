"""`genericinterface debugger`: read and clear what the Debugger has kept."""

from __future__ import annotations

import datetime as dt
import re

import click
from sqlalchemy import Connection

from genericinterface.cli.database import configuration, reading, writing
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_json, print_list, visible
from genericinterface.database import communications, people, webservices
from genericinterface.database.communications import Content, Summary
from genericinterface.debugger import NOTHING
from genericinterface.errors import ConfigurationError
from genericinterface.moment import parse_moment
from genericinterface.settings import Settings
from genericinterface.sysconfig import SystemConfiguration

AGO = re.compile(r"(\d{1,4})\s*([smhdw])", re.A)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.group(short_help="Read and clear what the Debugger has kept.")
def debugger() -> None:
    """Read and clear what the Debugger has kept of requests.

    What it keeps is decided by `Debugger: DebugThreshold` of each web service: debug, info, notice or error.
    """


@debugger.command("list", short_help="List the communications, newest first.")
@click.option("--webservice", metavar="NAME", help="Only of this web service.")
@click.option("--since", metavar="TIME", help="Only from then on: 2026-11-24 08:00, or 15m, 2h, 3d ago.")
@click.option("--errors", is_flag=True, help="Only with an entry of the level error.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, metavar="NUMBER")
@json_option
@click.pass_obj
def list_command(
    settings: Settings, /, webservice: str | None, since: str | None, errors: bool, limit: int, as_json: bool
) -> None:
    """List the communications, newest first.

    \b
    Examples:
      genericinterface debugger list --errors --since 2h
      genericinterface debugger list --webservice Tickets --limit 10
    """
    with reading(settings) as connection:
        start = _moment(since, configuration(connection, settings)) if since else None
        found = communications.listed(connection, _webservice_id(connection, webservice), start, errors, limit)
    print_list([_row(summary) for summary in found], as_json, "The Debugger has kept no such communication.")


@debugger.command(short_help="Show a communication with all its entries.")
@click.argument("communication_id")
@json_option
@click.pass_obj
def show(settings: Settings, /, communication_id: str, as_json: bool) -> None:
    """Show a communication with all its entries in their order. The first characters of its ID will do."""
    with reading(settings) as connection:
        found = communications.find(connection, communication_id)
        if len(found) != 1:
            raise ConfigurationError([_not_one(communication_id, found)])
        entries = communications.contents(connection, found[0])
    if as_json:
        print_json({"communication": found[0], "entries": [entry._asdict() for entry in entries]})
        return
    click.echo(f"communication {found[0]}")
    for entry in entries:
        click.echo(_shown(entry))


@debugger.command(short_help="Delete communications.")
@click.option("--webservice", metavar="NAME", help="Only of this web service.")
@click.option("--older-than", type=click.IntRange(0, 100_000), metavar="DAYS", help="Only older than this.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def clear(settings: Settings, /, webservice: str | None, older_than: int | None, yes: bool) -> None:
    """Delete communications: all of them, or those of a web service, or the old ones.

    \b
    Example, once a day:
      genericinterface debugger clear --older-than 30 --yes
    """
    if not yes:
        of_webservice = f" of the web service {webservice}" if webservice else ""
        old = f" older than {older_than} days" if older_than is not None else ""
        click.confirm(f"Delete all communications{of_webservice}{old}?", abort=True)
    with writing(settings) as (connection, now):
        before = now - dt.timedelta(days=older_than) if older_than is not None else None
        count = communications.clear(connection, _webservice_id(connection, webservice), before)
    click.echo(f"Deleted {count} communication{'' if count == 1 else 's'}.")


def _webservice_id(connection: Connection, name: str | None) -> int | None:
    if name is None:
        return None
    stored = webservices.find(connection, name)
    if stored is None:
        raise people.unknown("web service", name, (entry.name for entry in webservices.listed(connection)))
    return stored.id


def _moment(text: str, config: SystemConfiguration) -> dt.datetime:
    if ago := AGO.fullmatch(text.strip().lower()):
        return config.now() - dt.timedelta(**{UNITS[ago[2]]: int(ago[1])})
    moment = parse_moment(text, config)
    if moment is None:
        raise ConfigurationError([f"--since: {text} is no time; write 2026-11-24 08:00, or 15m, 2h, 3d"])
    return moment


def _not_one(communication_id: str, found: list[str]) -> str:
    if found:
        return f"several communications begin with {communication_id}: write more of the ID"
    return f"there is no communication {communication_id}; see `genericinterface debugger list`"


def _row(summary: Summary) -> dict[str, object]:
    return {
        "communication": summary.communication_id,
        "time": str(summary.create_time),
        "web service": summary.webservice,
        "type": summary.communication_type,
        "remote": summary.remote_ip,
        "entries": summary.entries,
        "errors": summary.errors,
    }


def _shown(entry: Content) -> str:
    head = f"\n{entry.create_time} {entry.level}: {visible(entry.subject)}"
    if entry.content in ("", NOTHING, entry.subject):
        return head
    lines = visible(entry.content, kept="\n\t").splitlines()
    return "\n".join([head, *(f"  {line}" for line in lines)])

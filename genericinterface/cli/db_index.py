"""`genericinterface db index`: show, make and drop the optional indexes that make searches fast."""

from __future__ import annotations

import json
import time

import click

from genericinterface.cli.database import ready
from genericinterface.cli.table import table
from genericinterface.database import optional_indexes
from genericinterface.database.engine import Database
from genericinterface.database.optional_indexes import MISSING, Entry
from genericinterface.settings import Settings

MEGABYTE = 1024 * 1024


@click.command("index", short_help="Show, make or drop optional indexes.")
@click.option(
    "--plan",
    "action",
    flag_value="plan",
    default="plan",
    help="Show what there is and what would be made (the default).",
)
@click.option("--apply", "action", flag_value="apply", help="Make what is missing, while the database is in use.")
@click.option("--drop", "action", flag_value="drop", help="Drop all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.pass_obj
def index(settings: Settings, /, action: str, as_json: bool) -> None:
    """Show, make or drop the optional indexes that make searches fast.

    \b
    Nothing is made unless you say --apply. Their names begin with genericinterface_, and nothing else is ever dropped;
    Znuny does not mind them. Making one takes seconds to minutes, on PostgreSQL without keeping writers waiting.
    """
    with ready(settings) as database:
        if action == "plan":
            _show(database, as_json)
            return
        with database.reading() as connection:
            change = optional_indexes.apply if action == "apply" else optional_indexes.drop
            started = time.perf_counter()
            change(connection, click.echo)
            click.echo(f"Done in {time.perf_counter() - started:.0f} s.")


def _show(database: Database, as_json: bool) -> None:
    with database.reading() as connection:
        entries = optional_indexes.plan(connection)
    if as_json:
        click.echo(json.dumps([_facts(entry) for entry in entries], indent=2, ensure_ascii=False))
        return
    rows = [("name", "state", "size", "for"), *((e.index.name, e.state, _size(e), e.index.serves) for e in entries)]
    click.echo(table(rows))
    missing = [entry.ddl for entry in entries if entry.state != optional_indexes.THERE]
    if missing:
        click.echo("\n" + "\n".join(f"{ddl};" for ddl in missing))
    if database.url.get_backend_name() != "postgresql":
        click.echo(f"\nOnly PostgreSQL has indexes for parts of texts ({optional_indexes.EXTENSION}).")


def _size(entry: Entry) -> str:
    number = entry.estimate if entry.state == MISSING else entry.size
    if not number:
        return ""
    return f"{'about ' if entry.state == MISSING else ''}{max(1, round(number / MEGABYTE))} MB"


def _facts(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.index.name,
        "table": entry.index.table.name,
        "for": entry.index.serves,
        "state": entry.state,
        "size": entry.size,
        "estimate": entry.estimate,
        "ddl": entry.ddl,
    }

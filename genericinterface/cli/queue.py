"""`genericinterface queue`: queues and the groups that they belong to."""

from __future__ import annotations

import click

from genericinterface.cli.database import reading, writing
from genericinterface.cli.options import json_option, validity_argument
from genericinterface.cli.table import print_list
from genericinterface.database import groups, queues
from genericinterface.settings import Settings


@click.group(short_help="Add, list and change queues.")
def queue() -> None:
    """Add, list and change queues. NAME is the whole name, with its parents: Support::First Level.

    On the database of a living Znuny, clear its cache afterwards (bin/otrs.Console.pl Maint::Cache::Delete).
    """


@queue.command(short_help="Add a queue.")
@click.argument("name")
@click.option("--group", "group_name", required=True, metavar="GROUP", help="Who may do what with its tickets.")
@click.option("--comment", default="", metavar="TEXT")
@click.option(
    "--unlock-timeout",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    metavar="MINUTES",
    help="After which a locked ticket is unlocked.",
)
@click.pass_obj
def add(settings: Settings, /, name: str, group_name: str, comment: str, unlock_timeout: int) -> None:
    """Add a queue; its parent must be there.

    \b
    Examples:
      genericinterface queue add Logistics --group logistics
      genericinterface queue add "Logistics::Storage" --group logistics
    """
    with writing(settings) as (connection, now):
        group = groups.find(connection, group_name)
        queue_id = queues.add(connection, name, group, now, comment, unlock_timeout)
    click.echo(f"Added the queue {name} (ID {queue_id}) of the group {group_name}.")


@queue.command("list", short_help="List the queues.")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, as_json: bool) -> None:
    """List the queues, valid or not, with the number of tickets in them."""
    with reading(settings) as connection:
        found = queues.listed(connection)
    rows = [
        {
            "ID": entry.id,
            "name": entry.name,
            "group": entry.group,
            "valid": entry.validity,
            "tickets": entry.tickets,
            "comment": entry.comment,
        }
        for entry in found
    ]
    print_list(rows, as_json, "There are no queues.")


@queue.command("set-group", short_help="Give a queue to another group.")
@click.argument("name")
@click.argument("group")
@click.pass_obj
def set_group(settings: Settings, /, name: str, group: str) -> None:
    """Give a queue to another group, and with it the right to see its tickets. Queues below it stay where they are."""
    with writing(settings) as (connection, now):
        queues.set_group(connection, queues.find(connection, name), groups.find(connection, group), now)
    click.echo(f"The queue {name} belongs to the group {group}.")


@queue.command("set-valid", short_help="Switch a queue on or off.")
@click.argument("name")
@validity_argument
@click.pass_obj
def set_valid(settings: Settings, /, name: str, validity: str) -> None:
    """Switch a queue on or off. Its tickets stay in it."""
    with writing(settings) as (connection, now):
        queues.set_valid(connection, queues.find(connection, name), validity, now)
    click.echo(f"The queue {name} is {validity}.")

"""`genericinterface group`: the groups in which agents have permissions."""

from __future__ import annotations

import click

from genericinterface.cli.database import reading, writing
from genericinterface.cli.options import json_option, validity_argument
from genericinterface.cli.table import print_list
from genericinterface.database import groups
from genericinterface.settings import Settings


@click.group(short_help="Add and list groups.")
def group() -> None:
    """Add and list groups: queues belong to them, agents have permissions in them (`user grant`).

    On the database of a living Znuny, clear its cache afterwards (bin/otrs.Console.pl Maint::Cache::Delete).
    """


@group.command(short_help="Add a group.")
@click.argument("name")
@click.option("--comment", default="", metavar="TEXT")
@click.pass_obj
def add(settings: Settings, /, name: str, comment: str) -> None:
    """Add a group. Nobody has permissions in it until `user grant`.

    \b
    Example:
      genericinterface group add logistics --comment "Storage and transport"
    """
    with writing(settings) as (connection, now):
        group_id = groups.add(connection, name, comment, now)
    click.echo(f"Added the group {name} (ID {group_id}).")


@group.command("list", short_help="List the groups.")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, as_json: bool) -> None:
    """List the groups, valid or not, with the number of agents who have permissions of their own, and of queues."""
    with reading(settings) as connection:
        found = groups.listed(connection)
    rows = [
        {
            "ID": entry.id,
            "name": entry.name,
            "valid": entry.validity,
            "agents": entry.agents,
            "queues": entry.queues,
            "comment": entry.comment,
        }
        for entry in found
    ]
    print_list(rows, as_json, "There are no groups.")


@group.command("set-valid", short_help="Switch a group on or off.")
@click.argument("name")
@validity_argument
@click.pass_obj
def set_valid(settings: Settings, /, name: str, validity: str) -> None:
    """Switch a group on or off: permissions in a group that is not valid count for nothing."""
    with writing(settings) as (connection, now):
        groups.set_valid(connection, groups.find(connection, name), validity, now)
    click.echo(f"The group {name} is {validity}.")

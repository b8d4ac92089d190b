"""`genericinterface user`: agents, their passwords and what they may do in which groups."""

from __future__ import annotations

from typing import Any

import click

from genericinterface.cli import password
from genericinterface.cli.database import reading, writing
from genericinterface.cli.options import json_option, validity_argument
from genericinterface.cli.table import print_json, print_list, table
from genericinterface.database import groups, users
from genericinterface.database.users import Grant, User
from genericinterface.settings import Settings


@click.group(short_help="Add, list and change agents, grant permissions.")
def user() -> None:
    """Add, list and change agents, and grant them permissions in groups.

    On the database of a living Znuny, clear its cache afterwards (bin/otrs.Console.pl Maint::Cache::Delete).
    """


@user.command(short_help="Add an agent.")
@click.argument("login")
@click.option("--first-name", required=True, metavar="NAME")
@click.option("--last-name", required=True, metavar="NAME")
@click.option("--email", required=True, metavar="ADDRESS")
@click.option("--title", default="", metavar="TITLE", help="Such as Dr.")
@click.option(
    "--group", "group_names", multiple=True, metavar="GROUP", help="Grant rw in this group; may be given several times."
)
@password.password_option
@click.pass_obj
def add(
    settings: Settings,
    /,
    login: str,
    first_name: str,
    last_name: str,
    email: str,
    title: str,
    group_names: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Add an agent. The password is asked for, twice, or read from stdin.

    \b
    Examples:
      genericinterface user add jane --first-name Jane --last-name Doe --email jane@example.com --group users
      pass show jane | genericinterface user add jane … --password-stdin
    """
    stored = password.ask(password_stdin, login)
    with writing(settings) as (connection, now):
        chosen = [groups.find(connection, name) for name in group_names]
        user_id = users.add(connection, login, first_name, last_name, email, stored, now, title)
        added = users.find(connection, login)
        for group in chosen:
            users.grant(connection, added, group, ("rw",), now)
    click.echo(f"Added the agent {login} (ID {user_id}){_in(group_names)}.")


@user.command("list", short_help="List the agents.")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, as_json: bool) -> None:
    """List the agents, valid or not."""
    with reading(settings) as connection:
        found = users.listed(connection)
    print_list([_row(agent) for agent in found], as_json, "There are no agents.")


@user.command(short_help="Show an agent: groups, permissions, failed logins.")
@click.argument("login")
@json_option
@click.pass_obj
def show(settings: Settings, /, login: str, as_json: bool) -> None:
    """Show an agent with the permissions that were granted directly and through roles."""
    with reading(settings) as connection:
        found = users.find(connection, login)
        granted = users.grants(connection, found)
        failed = users.failed_logins(connection, found)
    facts = _row(found) | {"failed logins": failed or "0", "created": str(found.create_time)}
    if as_json:
        print_json(facts | {"grants": [grant._asdict() for grant in granted]})
        return
    click.echo(table([(name, value) for name, value in facts.items() if value != ""]))
    click.echo("permissions" if granted else "no permissions")
    if granted:
        click.echo(table([("", *line) for line in _granted(granted)]))


@user.command("set-password", short_help="Set the password of an agent.")
@click.argument("login")
@password.password_option
@click.pass_obj
def set_password(settings: Settings, /, login: str, password_stdin: bool) -> None:
    """Set the password of an agent: asked for, twice, or read from stdin. Failed logins are forgotten."""
    with reading(settings) as connection:
        users.find(connection, login)
    stored = password.ask(password_stdin, login)
    with writing(settings) as (connection, now):
        users.set_password(connection, users.find(connection, login), stored, now)
    click.echo(f"{login} has a new password.")


@user.command("set-email", short_help="Set the e-mail address of an agent.")
@click.argument("login")
@click.argument("email")
@click.pass_obj
def set_email(settings: Settings, /, login: str, email: str) -> None:
    """Set the e-mail address of an agent."""
    with writing(settings) as (connection, now):
        users.set_email(connection, users.find(connection, login), email, now)
    click.echo(f"{login} has the address {email}.")


@user.command("set-valid", short_help="Let an agent in, or keep one out.")
@click.argument("login")
@validity_argument
@click.pass_obj
def set_valid(settings: Settings, /, login: str, validity: str) -> None:
    """Let an agent in (valid), or keep one out: open sessions end with that, too."""
    with writing(settings) as (connection, now):
        users.set_valid(connection, users.find(connection, login), validity, now)
    click.echo(f"{login} is {validity}.")


@user.command(short_help="Grant an agent permissions in a group.")
@click.argument("login")
@click.argument("group")
@click.argument("permissions", nargs=-1, metavar="[PERMISSION]…")
@click.pass_obj
def grant(settings: Settings, /, login: str, group: str, permissions: tuple[str, ...]) -> None:
    """Grant an agent permissions in a group: ro, move_into, create, note, owner, priority or rw.

    Without a PERMISSION it is rw, which implies all others.

    \b
    Examples:
      genericinterface user grant jane support
      genericinterface user grant jane sales ro note
    """
    wanted = permissions or ("rw",)
    with writing(settings) as (connection, now):
        found = users.find(connection, login)
        granted = users.grant(connection, found, groups.find(connection, group), wanted, now)
    click.echo(f"{login} has {', '.join(wanted)} in {group}{'' if granted else ' already'}.")


@user.command(short_help="Take permissions in a group away from an agent.")
@click.argument("login")
@click.argument("group")
@click.argument("permissions", nargs=-1, metavar="[PERMISSION]…")
@click.pass_obj
def revoke(settings: Settings, /, login: str, group: str, permissions: tuple[str, ...]) -> None:
    """Take permissions in a group away from an agent, all of them where none is named.

    Permissions through roles stay: `user show` tells them apart.
    """
    with writing(settings) as (connection, _now):
        found = users.find(connection, login)
        count = users.revoke(connection, found, groups.find(connection, group), permissions)
        left = [entry for entry in users.grants(connection, found) if entry.group == group]
    click.echo(f"{login} {'lost' if count else 'did not have'} {', '.join(permissions) or 'anything'} in {group}.")
    if left:
        click.echo("left there: " + ", ".join(f"{entry.permission}{_through(entry)}" for entry in left))


def _row(agent: User) -> dict[str, Any]:
    return {
        "ID": agent.id,
        "login": agent.login,
        "name": " ".join(part for part in (agent.title, agent.first_name, agent.last_name) if part),
        "email": agent.email,
        "valid": agent.validity,
        "changed": str(agent.change_time),
    }


def _granted(granted: list[Grant]) -> list[tuple[str, str]]:
    """(group, its permissions) for each group."""
    by_group: dict[str, list[str]] = {}
    for entry in granted:
        by_group.setdefault(entry.group, []).append(f"{entry.permission}{_through(entry)}")
    return [(group, ", ".join(permissions)) for group, permissions in by_group.items()]


def _through(entry: Grant) -> str:
    return f" (role {entry.role})" if entry.role else ""


def _in(names: tuple[str, ...]) -> str:
    return f" with rw in {', '.join(names)}" if names else ""

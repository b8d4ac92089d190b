"""`genericinterface customer-user`: customer users and their passwords."""

from __future__ import annotations

import click

from genericinterface.cli import password
from genericinterface.cli.database import reading, writing
from genericinterface.cli.options import json_option, validity_argument
from genericinterface.cli.table import print_list
from genericinterface.database import customer_users
from genericinterface.settings import Settings


@click.group(short_help="Add, list and change customer users.")
def customer_user() -> None:
    """Add, list and change customer users (the table customer_user; other sources of a Znuny are not reached).

    On the database of a living Znuny, clear its cache afterwards (bin/otrs.Console.pl Maint::Cache::Delete).
    """


@customer_user.command(short_help="Add a customer user.")
@click.argument("login")
@click.option("--first-name", required=True, metavar="NAME")
@click.option("--last-name", required=True, metavar="NAME")
@click.option("--email", required=True, metavar="ADDRESS")
@click.option("--customer-id", required=True, metavar="ID", help="The company: its tickets are seen, too.")
@password.password_option
@click.pass_obj
def add(
    settings: Settings,
    /,
    login: str,
    first_name: str,
    last_name: str,
    email: str,
    customer_id: str,
    password_stdin: bool,
) -> None:
    """Add a customer user. The password is asked for, twice, or read from stdin.

    \b
    Example:
      genericinterface customer-user add carla --first-name Carla --last-name Castillo \\
        --email carla@bakery.example --customer-id bakery
    """
    stored = password.ask(password_stdin, login)
    with writing(settings) as (connection, now):
        added = customer_users.add(connection, login, first_name, last_name, email, customer_id, stored, now)
    click.echo(f"Added the customer user {login} (ID {added.id}) of the company {customer_id}.")
    if not added.company:
        click.echo(f"note: there is no company with the customer id {customer_id}", err=True)


@customer_user.command("list", short_help="List the customer users.")
@click.option("--customer-id", metavar="ID", help="Only those of this company.")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, customer_id: str | None, as_json: bool) -> None:
    """List the customer users, valid or not."""
    with reading(settings) as connection:
        found = customer_users.listed(connection, customer_id)
    rows = [
        {
            "ID": customer.id,
            "login": customer.login,
            "name": f"{customer.first_name} {customer.last_name}",
            "email": customer.email,
            "customer id": customer.customer_id,
            "company": customer.company,
            "valid": customer.validity,
        }
        for customer in found
    ]
    print_list(rows, as_json, "There are no such customer users.")


@customer_user.command("set-password", short_help="Set the password of a customer user.")
@click.argument("login")
@password.password_option
@click.pass_obj
def set_password(settings: Settings, /, login: str, password_stdin: bool) -> None:
    """Set the password of a customer user: asked for, twice, or read from stdin. Failed logins are forgotten."""
    with reading(settings) as connection:
        customer_users.find(connection, login)
    stored = password.ask(password_stdin, login)
    with writing(settings) as (connection, now):
        customer_users.set_password(connection, customer_users.find(connection, login), stored, now)
    click.echo(f"{login} has a new password.")


@customer_user.command("set-valid", short_help="Let a customer user in, or keep one out.")
@click.argument("login")
@validity_argument
@click.pass_obj
def set_valid(settings: Settings, /, login: str, validity: str) -> None:
    """Let a customer user in (valid), or keep one out: open sessions end with that, too."""
    with writing(settings) as (connection, now):
        customer_users.set_valid(connection, customer_users.find(connection, login), validity, now)
    click.echo(f"{login} is {validity}.")

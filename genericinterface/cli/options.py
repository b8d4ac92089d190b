"""Options and arguments that mean the same to several commands."""

from __future__ import annotations

import click

from genericinterface.database.people import VALIDITIES

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
validity_argument = click.argument("validity", type=click.Choice(VALIDITIES))

"""`genericinterface sysconfig`: Znuny's settings as they hold here, and where each comes from."""

from __future__ import annotations

import fnmatch

import click

from genericinterface.cli.database import reading
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_list
from genericinterface.database import stored_sysconfig
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings
from genericinterface.sysconfig import MODIFIED, OPERATOR, SETTINGS
from genericinterface.sysconfig.configuration import unknown

LONGEST = 100  # characters of a value in the table


@click.group(short_help="Show Znuny's settings as they hold here.")
def sysconfig() -> None:
    """Znuny's settings, as far as they change what this provider does."""


@sysconfig.command(short_help="Show settings, their values and where these come from.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--changed", is_flag=True, help="Only those that the settings file or a Znuny's administrators have set.")
@json_option
@click.pass_obj
def show(settings: Settings, /, names: tuple[str, ...], changed: bool, as_json: bool) -> None:
    """Show settings, their values and where these come from: the settings file, Znuny, Znuny's default, or the default
    of this provider. NAME may have * and ? in it. Passwords are not shown.

    \b
    Examples:
      genericinterface sysconfig show FQDN 'Ticket::NumberGenerator*'
      genericinterface sysconfig show --changed
    """
    strange = [name for name in names if not fnmatch.filter(SETTINGS, name)]
    if strange:
        raise ConfigurationError([unknown(name) for name in strange])
    with reading(settings) as connection:
        found = stored_sysconfig.resolve(connection, settings.sysconfig)
    for problem in found.problems:
        click.echo(f"warning: {problem}; its default holds", err=True)
    rows = []
    for name, entry in SETTINGS.items():
        wanted = not names or any(fnmatch.fnmatchcase(name, pattern) for pattern in names)
        if wanted and (not changed or found.origins[name] in (MODIFIED, OPERATOR)):
            text = entry.shown(found.value(name))
            shown = text if as_json or len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
            rows.append({"setting": name, "value": shown, "from": found.origins[name]})
    print_list(rows, as_json, "No setting was changed.")

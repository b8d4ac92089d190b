"""The operator's command `genericinterface`: one group, its commands in one file each.

Settings are read once here; every command gets them as `ctx.obj`. Errors that an operator can mend are sentences on
stderr and exit code 1 (2 for a wrong use of the command), never tracebacks.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from genericinterface import __version__, settings
from genericinterface.errors import ConfigurationError, Fault

# Command → module and attribute: a command's file is loaded when it is used, so that `--help` stays quick.
COMMANDS = {
    "serve": "genericinterface.cli.serve:serve",
    "db": "genericinterface.cli.db:db",
    "webservice": "genericinterface.cli.webservice:webservice",
    "user": "genericinterface.cli.user:user",
    "customer-user": "genericinterface.cli.customer_user:customer_user",
    "group": "genericinterface.cli.group:group",
    "queue": "genericinterface.cli.queue:queue",
    "search-index": "genericinterface.cli.search_index:search_index",
    "sysconfig": "genericinterface.cli.sysconfig:sysconfig",
    "debugger": "genericinterface.cli.debugger:debugger",
    "key": "genericinterface.cli.key:key",
    "mail-queue": "genericinterface.cli.mail_queue:commands",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="genericinterface")
@click.option("--settings", "file", metavar="FILE", help="Settings file (TOML).")
@click.option("--database-url", metavar="URL", help=settings.help_of("database_url"))
@click.pass_context
def cli(ctx: click.Context, file: str | None, database_url: str | None) -> None:
    """A standalone SOAP and REST provider for Znuny/OTRS ticket data.

    Every setting is also an environment variable (GENERICINTERFACE_DATABASE_URL, …) or a line of the settings file.
    """
    if ctx.invoked_subcommand != "serve":  # it has flags of its own and tells all problems at once
        ctx.obj = settings.load(os.environ, {"settings": file, "database_url": database_url})


def main() -> None:
    """Entry point: runs the command and turns our errors into sentences."""
    try:
        cli.main(standalone_mode=False)
    except ConfigurationError as error:
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
        sys.exit(1)
    except Fault as fault:
        click.echo(f"error: {fault.message}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)

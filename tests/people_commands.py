"""What the tests of the commands share: running a command on a test's database, and looking at its rows."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import func, select

from genericinterface.cli import cli
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError

NEW_AGENT = ["--first-name", "Nina", "--last-name", "Neu", "--email", "nina@example.com", "--password-stdin"]
NEW_CUSTOMER = ["--first-name", "Cleo", "--last-name", "Curie", "--email", "cleo@example.com", "--password-stdin"]


class Commands:
    """Runs commands on a test's database."""

    def __init__(self, database: Database) -> None:
        self._url = database.url.render_as_string(hide_password=False)

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints; it must succeed."""
        result = self.result(*arguments, stdin=stdin)
        assert (result.exit_code, result.exception) == (0, None), result.output
        return result.stdout

    def result(self, *arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, ["--database-url", self._url, *arguments], input=stdin)

    def problems(self, *arguments: str, stdin: str = "") -> str:
        """What a command complains about; it must fail in words."""
        result = self.result(*arguments, stdin=stdin)
        assert isinstance(result.exception, ConfigurationError), result.output
        return "\n".join(result.exception.problems)

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


def row(database: Database, table: Any, **where: object) -> Any:
    with database.reading() as connection:
        return connection.execute(select(table).filter_by(**where)).one()


def count(database: Database, table: Any, **where: object) -> int:
    with database.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(table).filter_by(**where)) or 0)


def recent(moment: dt.datetime) -> bool:
    return abs(dt.datetime.now(dt.UTC).replace(tzinfo=None) - moment) < dt.timedelta(minutes=1)

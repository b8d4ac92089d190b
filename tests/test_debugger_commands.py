"""`genericinterface debugger list|show|clear` on both databases."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import event, func, select

from genericinterface.cli import cli
from genericinterface.database import communications, webservices
from genericinterface.database.communications import Communication
from genericinterface.database.engine import Database
from genericinterface.database.tables import gi_debugger_entry, gi_debugger_entry_content
from genericinterface.errors import ConfigurationError
from genericinterface.sysconfig import SystemConfiguration

NOW = SystemConfiguration().now()  # minutes may pass until a test runs
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# name of the web service, age, [(level, subject, content)]; their IDs are made of their numbers
KEPT = [
    ("Orders", 40 * DAY, [("error", "Old", "trouble")]),
    ("Tickets", 3 * DAY, [("debug", "Detected operation 'TicketSearch'", "No data provided"), ("debug", "Out", "{}")]),
    ("Tickets", 2 * HOUR, [("debug", "In", '{\n "a": "1"\n}'), ("error", "Denied", "Denied"), ("error", "Sent", "x")]),
    ("Orders", HOUR / 60, [("notice", "Odd", "\x1b[31mred\x9b\r\nline\u202e")]),
]
IDS = [f"{number}{'0' * 31}" for number in range(len(KEPT))]


@pytest.fixture
def run(database: Database) -> Commands:
    with database.transaction() as connection:
        ids = {name: webservices.add(connection, name, "---\n", NOW) for name in ("Tickets", "Orders")}
        communications.write(
            connection,
            [
                Communication(key, ids[name], "192.0.2.1", NOW - age, [(*content, NOW - age) for content in contents])
                for key, (name, age, contents) in zip(IDS, KEPT, strict=True)
            ],
        )
    return Commands(database)


class Commands:
    """Runs `genericinterface debugger` on a test's database."""

    def __init__(self, database: Database) -> None:
        self._url = database.url.render_as_string(hide_password=False)

    def result(self, *arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, ["--database-url", self._url, "debugger", *arguments], input=stdin)

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        result = self.result(*arguments, stdin=stdin)
        assert (result.exit_code, result.exception) == (0, None), result.output
        return result.stdout

    def problems(self, *arguments: str) -> str:
        result = self.result(*arguments)
        assert isinstance(result.exception, ConfigurationError), result.output
        return "\n".join(result.exception.problems)

    def listed(self, *arguments: str) -> list[int]:
        """The numbers of the communications that are listed."""
        rows: list[dict[str, Any]] = json.loads(self("list", "--json", *arguments))
        return [IDS.index(row["communication"]) for row in rows]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], [3, 2, 1, 0]),
        (["--limit", "2"], [3, 2]),
        (["--errors"], [2, 0]),
        (["--errors", "--limit", "1"], [2]),
        (["--webservice", "Tickets"], [2, 1]),
        (["--since", "90m"], [3]),
        (["--since", "3H"], [3, 2]),
        (["--since", "1 w"], [3, 2, 1]),
        (["--since", str(NOW - DAY)], [3, 2]),
        (["--since", f"{NOW - 5 * DAY:%Y-%m-%d}"], [3, 2, 1]),
        (["--since", "2h", "--errors", "--webservice", "Orders"], []),
    ],
)
def test_list_filters(run: Commands, arguments: list[str], found: list[int]) -> None:
    assert run.listed(*arguments) == found


def test_list_is_a_table_or_json(run: Commands) -> None:
    first, second, *_ = run("list").splitlines()
    assert first.split() == ["communication", "time", "web", "service", "type", "remote", "entries", "errors"]
    assert second.split()[0] == IDS[3]
    row = json.loads(run("list", "--json"))[1]
    assert row == {
        "communication": IDS[2],
        "time": str(NOW - 2 * HOUR),
        "web service": "Tickets",
        "type": "Provider",
        "remote": "192.0.2.1",
        "entries": 3,
        "errors": 2,
    }
    assert run("list", "--since", "0s") == "The Debugger has kept no such communication.\n"


def test_list_costs_one_statement_however_many_there_are(database: Database, run: Commands) -> None:
    statements: list[str] = []
    with database.reading() as connection:
        event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        communications.listed(connection)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["list", "--webservice", "Ticket"], "there is no web service Ticket; did you mean Tickets?"),
        (["clear", "--webservice", "zzz", "--yes"], "there is no web service zzz; there are: Orders, Tickets"),
        (["list", "--since", "yesterday"], "--since: yesterday is no time; write 2026-11-24 08:00, or 15m, 2h, 3d"),
        (["show", "f"], "there is no communication f; see `genericinterface debugger list`"),
        (["show", ""], "several communications begin with : write more of the ID"),
        (["show", "%"], "there is no communication %; "),
    ],
)
def test_problems_are_sentences(run: Commands, arguments: list[str], problem: str) -> None:
    assert problem in run.problems(*arguments)


def test_show_has_all_entries_in_order(run: Commands) -> None:
    moment = NOW - 2 * HOUR
    assert run("show", IDS[2][:4]) == (
        f"communication {IDS[2]}\n\n"
        f'{moment} debug: In\n  {{\n   "a": "1"\n  }}\n\n'
        f"{moment} error: Denied\n\n"
        f"{moment} error: Sent\n  x\n"
    )
    shown = json.loads(run("show", IDS[2], "--json"))
    assert shown["communication"] == IDS[2]
    assert shown["entries"][1] == {
        "level": "error",
        "subject": "Denied",
        "content": "Denied",
        "create_time": str(moment),
    }


def test_what_callers_sent_cannot_command_the_terminal(run: Commands) -> None:
    assert run("show", IDS[3]).endswith("notice: Odd\n  \\x1b[31mred\\x9b\\x0d\n  line\\u202e\n")


@pytest.mark.parametrize(
    ("arguments", "deleted", "left"),
    [
        ([], 4, []),
        (["--older-than", "2"], 2, [3, 2]),
        (["--older-than", "0"], 4, []),
        (["--webservice", "Orders"], 2, [2, 1]),
        (["--webservice", "Orders", "--older-than", "30"], 1, [3, 2, 1]),
        (["--older-than", "100000"], 0, [3, 2, 1, 0]),
    ],
)
def test_clear(database: Database, run: Commands, arguments: list[str], deleted: int, left: list[int]) -> None:
    assert run("clear", "--yes", *arguments) == f"Deleted {deleted} communication{'' if deleted == 1 else 's'}.\n"
    assert run.listed() == left
    with database.reading() as connection:
        contents = connection.scalar(select(func.count()).select_from(gi_debugger_entry_content))
    assert contents == sum(len(KEPT[number][2]) for number in left)


def test_clear_asks_first(database: Database, run: Commands) -> None:
    result = run.result("clear", "--webservice", "Orders", "--older-than", "3", stdin="n\n")
    assert result.exit_code == 1
    assert "Delete all communications of the web service Orders older than 3 days?" in result.output
    assert run.listed() == [3, 2, 1, 0]
    run("clear", stdin="y\n")
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(gi_debugger_entry)) == 0

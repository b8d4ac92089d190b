"""`genericinterface webservice …` as an operator runs it: what is printed, what is stored, which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from genericinterface import webservice_definitions
from genericinterface.cli.webservice import webservice
from genericinterface.database import webservices
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings

DEFINITIONS = sorted(Path(__file__).with_name("definitions").glob("*.yml"))

RIGHT = """\
Debugger: {DebugThreshold: error}
Provider:
  Extension: {Strict: '1'}
  Operation:
    Log:
      Type: Session::SessionCreate
    Later:
      Type: Test::Test
  Transport:
    Type: HTTP::REST
    Config:
      RouteOperationMapping:
        Log: {Route: /Session, RequestMethod: [POST, PUT]}
        Later: {Route: /Ticket/:TicketID}
"""
WRONG = RIGHT.replace("SessionCreate", "SessonCreate")
UNREADABLE = "A: 1\nA: 2\n"

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database) -> Run:
    settings = Settings(
        database_url=database.url.render_as_string(hide_password=False), public_url="https://helpdesk.example.com"
    )

    def invoke(*arguments: str | Path, given: str | None = None) -> Result:
        return CliRunner().invoke(webservice, [str(argument) for argument in arguments], obj=settings, input=given)

    return invoke


def file(folder: Path, text: str, name: str = "Tickets.yml") -> Path:
    made = folder / name
    made.write_bytes(text.encode("utf-8"))
    return made


def test_check_prints_each_problem_and_needs_no_database(tmp_path: Path) -> None:
    wrong, right = file(tmp_path, WRONG, "wrong.yml"), file(tmp_path, RIGHT, "right.yml")
    unreadable = file(tmp_path, UNREADABLE, "unreadable.yml")
    result = CliRunner().invoke(webservice, ["check", str(wrong), str(unreadable)])
    assert result.exit_code == 1
    first, second, third = result.stdout.splitlines()
    place, hint = "Provider → Operation → Log → Type", "did you mean Session::SessionCreate?"
    assert first == f"{wrong}:6: error: {place}: the operation Session::SessonCreate is not known ({hint})"
    assert second.startswith(f"{wrong}:8: warning: ")
    assert third.startswith(f"{unreadable}:2: error: A: this key is here a second time")
    assert result.stderr == "2 errors and 1 warning\n"
    result = CliRunner().invoke(webservice, ["check", str(right)])
    assert (result.exit_code, result.stderr) == (0, "1 warning\n")


def test_check_in_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(webservice, ["check", "--json", str(file(tmp_path, WRONG))])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [(problem["severity"], problem["line"]) for problem in found] == [("error", 6), ("warning", 8)]
    assert set(found[0]) == {"severity", "file", "line", "path", "message", "hint"}
    right = file(tmp_path, RIGHT.replace("Test::Test", "Ticket::TicketSearch"))
    result = CliRunner().invoke(webservice, ["check", "--json", str(right)])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.parametrize("name", webservice_definitions.names())
def test_packaged_definitions_pass_the_check(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(webservice, ["check", str(file(tmp_path, webservice_definitions.text(name)))])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("ends", ["\n", "\r\n", "BOM"])
def test_real_definitions_import_unchanged_and_export_byte_by_byte(run: Run, tmp_path: Path, ends: str) -> None:
    for definition in DEFINITIONS:
        content = definition.read_bytes()
        content = b"\xef\xbb\xbf" + content if ends == "BOM" else content.replace(b"\n", ends.encode())
        source, target = tmp_path / definition.name, tmp_path / "target.yml"
        source.write_bytes(content)
        assert run("add", source).exit_code == 0
        assert run("dump", definition.stem).stdout_bytes == content
        assert run("dump", definition.stem, "--target", target).exit_code == 0
        assert target.read_bytes() == content


def test_add_prints_warnings_and_the_address(run: Run, tmp_path: Path) -> None:
    result = run("add", file(tmp_path, RIGHT, "My Tickets.yml"))
    assert result.exit_code == 0
    assert result.stdout.endswith("https://helpdesk.example.com/otrs/nph-genericinterface.pl/Webservice/My%20Tickets\n")
    assert "Tickets.yml:8: warning: " in result.stderr


@pytest.mark.parametrize("command", ["add", "update"])
def test_errors_are_refused_unless_forced(run: Run, database: Database, tmp_path: Path, command: str) -> None:
    run("add", file(tmp_path, RIGHT), "--name", "Present")
    name = ["Present"] if command == "update" else []
    result = run(command, *name, file(tmp_path, WRONG, "Wrong.yml"))
    assert "was not imported: 1 error and 1 warning" in told(result)
    assert "Session::SessonCreate" in result.stderr
    assert run("dump", "Present").stdout == RIGHT
    result = run(command, *name, file(tmp_path, WRONG, "Wrong.yml"), "--force")
    assert result.exit_code == 0
    assert run("dump", "Present" if command == "update" else "Wrong").stdout == WRONG
    result = run(command, *name, file(tmp_path, UNREADABLE, "Unreadable.yml"), "--force")
    assert "was not imported: 1 error" in told(result)


def told(result: Result) -> str:
    """The sentences of an error that the command's entry point prints."""
    assert isinstance(result.exception, ConfigurationError), result.output
    return "\n".join(result.exception.problems)


def test_a_taken_name_is_refused(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    assert told(run("add", file(tmp_path, RIGHT))) == "there is a web service Tickets already"


def test_files_that_are_no_text_are_refused(run: Run, tmp_path: Path) -> None:
    made = tmp_path / "x.yml"
    made.write_bytes("A: 1\nB: ä\n".encode("latin-1"))
    assert told(run("add", made)) == f"{made}:2: this is not UTF-8"
    assert isinstance(run("check", made).exception, ConfigurationError)
    assert run("add", tmp_path / "nowhere.yml").exit_code == 2


def test_update_history_and_the_way_back(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    newer = RIGHT.replace("[POST, PUT]", "[POST]")
    assert run("update", "Tickets", file(tmp_path, newer)).stdout == "Changed Tickets.\n"
    assert run("update", "Tickets", file(tmp_path, newer)).stdout == "Tickets is the same already.\n"
    versions = json.loads(run("history", "Tickets", "--json").stdout)
    assert [version["bytes"] for version in versions] == [len(newer.encode()), len(RIGHT.encode())]
    assert run("history", "Tickets").stdout.splitlines()[0].split() == ["ID", "from", "bytes"]
    first = str(versions[-1]["ID"])
    assert run("dump", "Tickets", "--version", first).stdout == RIGHT
    assert run("dump", "Tickets", "--version", first, "--target", tmp_path / "old.yml").exit_code == 0
    assert run("update", "Tickets", tmp_path / "old.yml").exit_code == 0
    assert run("dump", "Tickets").stdout == RIGHT
    assert "has no version 999999" in told(run("dump", "Tickets", "--version", "999999"))


def test_enable_and_disable(run: Run, database: Database, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    for command, told_once, told_twice, served in [
        ("disable", "Tickets is off.\n", "Tickets is already off.\n", False),
        ("enable", "Tickets is on.\n", "Tickets is already on.\n", True),
    ]:
        assert run(command, "Tickets").stdout == told_once
        assert run(command, "Tickets").stdout == told_twice
        with database.reading() as connection:
            assert (webservices.valid_by_name(connection, "Tickets") is not None) is served


def test_delete_asks_first(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    assert isinstance(run("delete", "Tickets", given="n\n").exception, (SystemExit, click.Abort))
    assert run("dump", "Tickets").stdout == RIGHT
    assert run("delete", "Tickets", given="y\n").stdout.endswith("Deleted Tickets.\n")
    assert "there is no web service Tickets" in told(run("dump", "Tickets"))
    run("add", file(tmp_path, RIGHT))
    assert run("delete", "Tickets", "--yes").stdout == "Deleted Tickets.\n"


def test_names_and_ids_mean_the_same(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    entry = next(entry for entry in json.loads(run("list", "--json").stdout) if entry["name"] == "Tickets")
    assert run("dump", str(entry["ID"])).stdout == RIGHT


def test_unknown_names_are_told_with_the_known_ones(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    for command in ("show", "dump", "delete", "enable", "disable", "history"):
        assert told(run(command, "Tockets")).startswith("there is no web service Tockets; there are: ")
        assert "Tickets" in told(run(command, "Tockets"))


def test_list(run: Run, database: Database, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    run("disable", "Tickets")
    with database.transaction() as connection:
        now = webservices.listed(connection)[0].create_time
        webservices.add(connection, "Broken", UNREADABLE, now)
    entries = {entry["name"]: entry for entry in json.loads(run("list", "--json").stdout)}
    assert (entries["Tickets"]["valid"], entries["Tickets"]["operations"]) == ("no", 2)
    assert entries["Tickets"]["transport"] == "HTTP::REST"
    assert entries["Broken"]["transport"] == "cannot be read"
    table = run("list").stdout.splitlines()
    assert table[0].split() == ["ID", "name", "valid", "transport", "operations", "changed"]
    assert len(table) == len(entries) + 1


def test_show(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    shown = run("show", "Tickets").stdout
    base = "https://helpdesk.example.com/otrs/nph-genericinterface.pl/Webservice/Tickets"
    lines = [line.split() for line in shown.splitlines()]
    assert ["Log", "Session::SessionCreate", "POST,", "PUT", f"{base}/Session"] in lines
    assert any(line[:2] == ["Later", "Test::Test"] and line[-1] == f"{base}/Ticket/:TicketID" for line in lines)
    assert ["OpenAPI", f"{base}/openapi.json"] in lines
    assert ["extensions", "Strict:", "1"] in lines


def test_show_of_soap_names_the_wsdl(run: Run, tmp_path: Path) -> None:
    run("add", file(tmp_path, webservice_definitions.text("TimeAccountingSOAP")), "--name", "Times")
    assert "/Webservice/Times?wsdl" in run("show", "Times").stdout


def test_show_of_what_cannot_be_read(run: Run, database: Database, tmp_path: Path) -> None:
    run("add", file(tmp_path, RIGHT))
    with database.transaction() as connection:
        entry = webservices.find(connection, "Tickets")
        assert entry is not None
        webservices.change(connection, entry, entry.create_time, config=UNREADABLE)
    assert "Tickets:2: error: A: this key is here a second time" in run("show", "Tickets").stdout


def test_import_packaged_leaves_alone_what_is_there(run: Run, tmp_path: Path) -> None:
    for entry in json.loads(run("list", "--json").stdout):
        run("delete", entry["name"], "--yes")
    assert "import-packaged" in run("list").stdout
    run("add", file(tmp_path, RIGHT), "--name", "Ticket")
    result = run("import-packaged")
    assert "Ticket is there already and stays as it is.\n" in result.stdout
    assert [entry["name"] for entry in json.loads(run("list", "--json").stdout)] == webservice_definitions.names()
    assert run("dump", "Ticket").stdout == RIGHT
    assert run("dump", "OutOfOffice").stdout == webservice_definitions.text("OutOfOffice")


def test_an_empty_database_is_told_from_a_ready_one(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/none.db")
    result = CliRunner().invoke(webservice, ["list"], obj=settings)
    assert "is not ready: see `genericinterface db check`" in told(result)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("command", sorted(webservice.commands))
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(webservice, [command, "--help"])
    assert result.exit_code == 0
    assert webservice.commands[command].short_help

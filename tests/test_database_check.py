"""schema_check.py and `genericinterface db`: what a database is, what it lacks, and how an empty one is made ready."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, inspect, select, text, update

from genericinterface import cli as command_line
from genericinterface.auth.passwords import verify
from genericinterface.cli import cli
from genericinterface.cli.db import prepare
from genericinterface.database import schema_check
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings

Run = Callable[..., Result]


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def run(database: Database | str, *arguments: str, **more: str) -> Result:
    url = database if isinstance(database, str) else url_of(database)
    return CliRunner().invoke(cli, ["--database-url", url, "db", *arguments], **more)  # type: ignore[arg-type]


def execute(database: Database, *statements: str) -> None:
    with database.transaction() as connection:
        for statement in statements:
            connection.execute(text(statement))


def problems(result: Result) -> list[str]:
    assert isinstance(result.exception, ConfigurationError), result.exception
    return result.exception.problems


def admin_hash(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.scalar(select(t.users.c.pw).where(t.users.c.id == 1)))


# ---------------------------------------------------------------------------------------------- what a database is


def test_an_empty_database(empty_database: Database) -> None:
    report = schema_check.check(empty_database)
    assert (report.kind, report.usable) == (schema_check.EMPTY, False)


def test_our_own(read_only_database: Database) -> None:
    assert schema_check.check(read_only_database) == schema_check.Report(schema_check.OURS)
    assert schema_check.check(read_only_database).usable


def test_something_else(empty_database: Database) -> None:
    execute(empty_database, "CREATE TABLE ticket (id INTEGER)", "CREATE TABLE users (id INTEGER)")
    report = schema_check.check(empty_database)
    assert (report.kind, report.usable) == (schema_check.OTHER, False)
    assert report.notes == ["it has 2 tables, but not those of a Znuny"]


def become_znuny(database: Database, *more: str) -> None:
    execute(database, *(f"CREATE TABLE {name} (id INTEGER)" for name in sorted(schema_check.ONLY_ZNUNY) + list(more)))


def test_a_znuny_6_5(database: Database) -> None:
    become_znuny(database, *(schema_check.SINCE_6_5 - t.METADATA.tables.keys()))
    report = schema_check.check(database)
    assert (report.kind, report.version, report.usable) == (schema_check.ZNUNY, "6.5 or later", True)
    assert report.notes == ["Znuny's system configuration has not been built in it yet"]


def test_a_znuny_before_6_5(database: Database) -> None:
    become_znuny(database)
    assert schema_check.check(database).version == "before 6.5"


def test_an_otrs_6(database: Database) -> None:
    become_znuny(database)
    execute(database, "ALTER TABLE permission_groups RENAME TO groups_old", "DROP TABLE mail_queue")
    report = schema_check.check(database)
    assert (report.kind, report.version, report.usable) == (schema_check.ZNUNY, "6.0 or OTRS 6", False)
    assert report.missing == ["table mail_queue", "table permission_groups"]


def test_a_missing_column_is_named(database: Database) -> None:
    execute(database, "ALTER TABLE users DROP COLUMN title")
    report = schema_check.check(database)
    assert (report.missing, report.usable) == (["column users.title"], False)


@pytest.mark.parametrize(("group", "operation"), schema_check.GROUPS.items())
def test_a_missing_or_invalid_group_is_noted(database: Database, group: str, operation: str) -> None:
    with database.transaction() as connection:
        found = t.permission_groups.c.name == group
        connection.execute(update(t.permission_groups).where(found).values(valid_id=2))
    report = schema_check.check(database)
    assert report.usable
    assert report.notes == [f"there is no valid group {group}: nobody has the permission that {operation} asks for"]


def test_an_invalid_administrator_is_noted(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(t.users).where(t.users.c.id == 1).values(valid_id=2))
    assert "no valid agent with the ID 1" in schema_check.check(database).notes[0]


def test_looking_makes_no_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/folder/file.db")
    assert schema_check.check(database).kind == schema_check.EMPTY
    database.close()
    assert list(tmp_path.iterdir()) == []


def test_looking_changes_nothing(database: Database) -> None:
    def content() -> dict[str, int]:
        with database.reading() as connection:
            return {table.name: len(connection.execute(select(table)).all()) for table in t.METADATA.tables.values()}

    before = content(), inspect(database.engine).get_table_names()
    schema_check.check(database)
    assert (content(), inspect(database.engine).get_table_names()) == before


# ------------------------------------------------------------------------------------------------------ db check


def test_check_says_what_it_is(read_only_database: Database) -> None:
    result = run(read_only_database, "check")
    assert result.exit_code == 0
    assert "a database of this provider, complete" in result.output


def test_check_of_an_empty_database_fails_and_says_what_to_do(empty_database: Database) -> None:
    result = run(empty_database, "check")
    assert result.exit_code == 1
    assert "an empty database; `genericinterface db init` makes it ready" in result.output


def test_check_lists_what_is_missing(database: Database) -> None:
    execute(database, "DROP TABLE mail_queue")
    result = run(database, "check")
    assert result.exit_code == 1
    assert "a database of this provider, incomplete\n  missing: table mail_queue" in result.output


def test_check_prints_json(read_only_database: Database) -> None:
    result = run(read_only_database, "check", "--json")
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert found.pop("database")
    assert found == {"usable": True, "kind": "genericinterface", "version": "", "missing": [], "notes": []}


def test_a_password_in_the_address_is_never_shown() -> None:
    result = run("postgresql://otrs:s3cret@127.0.0.1:1/otrs", "check")
    assert "otrs:***@127.0.0.1:1/otrs: The database is not available." in problems(result)[0]
    assert "s3cret" not in result.output + "".join(problems(result))


@pytest.mark.parametrize("command", ["db check", "serve", "webservice list", "user list", "mail-queue run --once"])
def test_a_database_that_is_down_is_named_with_the_reason(command: str) -> None:
    address = "postgresql://otrs:s3cret@127.0.0.1:1/otrs"
    result = CliRunner().invoke(cli, ["--database-url", address, *command.split()])
    first, *reason = problems(result)
    assert first == "postgresql://otrs:***@127.0.0.1:1/otrs: The database is not available."
    assert "refused" in " ".join(reason)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file.db").write_text("This is not a database. " * 10)
    result = run(f"sqlite:///{tmp_path}/file.db", "check")
    assert problems(result)[-1] == "file is not a database"


def test_a_driver_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    result = run("mariadb://otrs@127.0.0.1/otrs", "check")
    assert problems(result) == ["database URL: the driver pymysql is missing: pip install 'genericinterface[mariadb]'"]


# ------------------------------------------------------------------------------------------------------- db init


def test_init_generates_a_password_and_prints_it_once(empty_database: Database) -> None:
    result = run(empty_database, "init")
    assert result.exit_code == 0, result.output
    found = re.search(r"The password of root@localhost is (\S+) \(it is not shown again\)", result.output)
    assert found
    assert verify(found[1], admin_hash(empty_database), "root@localhost")
    again = run(empty_database, "init")
    assert again.exit_code == 0
    assert "a database of this provider, complete; nothing was done." in again.output
    assert "password" not in again.output
    assert verify(found[1], admin_hash(empty_database), "root@localhost")


def test_init_takes_a_password_and_does_not_show_it(empty_database: Database) -> None:
    result = run(empty_database, "init", "--admin-password", "correct horse")
    assert result.exit_code == 0
    assert "correct horse" not in result.output
    assert verify("correct horse", admin_hash(empty_database), "root@localhost")


def test_init_asks_on_a_terminal(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("genericinterface.cli.db._on_terminal", lambda: True)
    result = run(empty_database, "init", input="typed\ntyped\n")
    assert result.exit_code == 0, result.output
    assert verify("typed", admin_hash(empty_database), "root@localhost")
    assert "typed" not in result.output


def test_init_with_demo_data_serves_at_once(empty_database: Database) -> None:
    assert run(empty_database, "init", "--demo").exit_code == 0
    assert verify("root", admin_hash(empty_database), "root@localhost")
    with empty_database.reading() as connection:
        names = set(connection.scalars(select(t.gi_webservice_config.c.name)))
        assert connection.scalar(select(t.ticket.c.title).where(t.ticket.c.tn == "2021012710123456"))
    assert {"Ticket", "TimeAccountingREST", "OutOfOffice"} <= names


def test_init_makes_the_folder_of_the_file(tmp_path: Path) -> None:
    assert run(f"sqlite:///{tmp_path}/a/b/file.db", "init", "--admin-password", "x").exit_code == 0
    assert (tmp_path / "a/b/file.db").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    result = run(f"sqlite:///{tmp_path}/a/b/file.db", "init", "--admin-password", "x")
    assert problems(result)[0].startswith(f"the folder of {tmp_path}/a/b/file.db cannot be made: ")


def test_init_refuses_what_is_not_empty(database: Database) -> None:
    execute(database, "DROP TABLE mail_queue")
    result = run(database, "init", "--demo")
    assert "is not empty: a database of this provider, incomplete" in problems(result)[0]
    assert problems(result)[1] == "missing: table mail_queue"
    assert "mail_queue" not in inspect(database.engine).get_table_names()


def test_init_leaves_a_complete_znuny_alone(database: Database) -> None:
    become_znuny(database, *(schema_check.SINCE_6_5 - t.METADATA.tables.keys()))
    result = run(database, "init", "--demo")
    assert result.exit_code == 0
    assert "a database of Znuny 6.5 or later, complete; nothing was done." in result.output


def test_the_command_prints_problems_to_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.db").write_text("This is not a database. " * 10)
    monkeypatch.setattr(
        "sys.argv", ["genericinterface", "--database-url", f"sqlite:///{tmp_path}/file.db", "db", "init"]
    )
    with pytest.raises(SystemExit) as stopped:
        command_line.main()
    assert stopped.value.code == 1
    assert "error: file is not a database" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ what serve needs


def test_serve_with_demo_fills_an_empty_database_once(empty_database: Database) -> None:
    settings = Settings(database_url=url_of(empty_database))
    prepare(settings, demo=True)
    with empty_database.transaction() as connection:
        connection.execute(delete(t.gi_webservice_config_history))
    prepare(settings, demo=True)
    with empty_database.reading() as connection:
        assert connection.execute(select(t.gi_webservice_config_history)).all() == []
        assert len(connection.execute(select(t.ticket)).all()) >= 30


def test_serve_refuses_an_empty_database(empty_database: Database) -> None:
    with pytest.raises(ConfigurationError, match="an empty database; `genericinterface db init` makes it ready"):
        prepare(Settings(database_url=url_of(empty_database)), demo=False)


def test_serve_refuses_what_is_incomplete(database: Database) -> None:
    execute(database, "DROP TABLE mail_queue")
    with pytest.raises(ConfigurationError, match="missing: table mail_queue"):
        prepare(Settings(database_url=url_of(database)), demo=False)

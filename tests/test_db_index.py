"""`genericinterface db index`: the plan, making and dropping the optional indexes, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from genericinterface.database import optional_indexes
from genericinterface.database.engine import Database
from genericinterface.database.optional_indexes import OPTIONAL, PLAIN, PREFIX, TRIGRAM
from genericinterface.errors import ConfigurationError
from tests.conftest import Maker, needs_of_postgresql
from tests.people_commands import Commands

PLAINS = {index.name for index in OPTIONAL if index.kind == PLAIN}
POSTGRESQL = [index.name for index in OPTIONAL]


def indexes(database: Database) -> set[str]:
    """The names of all indexes of the tables in question."""
    tables = {index.table.name for index in OPTIONAL}
    with database.reading() as connection:
        found = inspect(connection)
        return {str(entry["name"]) for name in tables for entry in found.get_indexes(name)}


def execute(database: Database, *statements: str) -> None:
    with database.reading() as connection:
        for statement in statements:
            connection.execute(text(statement))


def apply(database: Database) -> tuple[str, str]:
    """What --apply prints, and what it complains about."""
    result = Commands(database).result("db", "index", "--apply")
    problems = getattr(result.exception, "problems", [])
    assert problems or result.exit_code == 0, result.output
    return result.output, "\n".join(problems)


def test_sqlite_has_the_plain_ones(filled_sqlite: Maker) -> None:
    with filled_sqlite() as url:
        database = Database(url.render_as_string(hide_password=False))
        run = Commands(database)
        own = indexes(database)
        plan = {entry["name"]: entry for entry in run.json("db", "index")}
        assert plan.keys() == PLAINS
        change_time = plan[f"{PREFIX}ticket_change_time"]
        assert change_time["ddl"] == f"CREATE INDEX {PREFIX}ticket_change_time ON ticket (change_time)"
        assert (change_time["state"], change_time["size"], change_time["estimate"]) == ("missing", None, None)
        assert "Only PostgreSQL has indexes for parts of texts (pg_trgm)." in run("db", "index", "--plan")
        assert run("db", "index", "--apply").count("making ") == len(PLAINS)
        assert indexes(database) == own | PLAINS
        assert run("db", "index", "--apply").count("making ") == 0
        assert {entry["state"] for entry in run.json("db", "index")} == {"there"}
        assert run("db", "index", "--drop").count("dropping ") == len(PLAINS)
        assert indexes(database) == own
        database.close()


@pytest.fixture
def postgresql(filled_postgresql: Maker) -> Iterator[Database]:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.close()


@pytest.mark.usefixtures("pg_trgm")
def test_postgresql_makes_all_and_drops_only_ours(postgresql: Database) -> None:
    run = Commands(postgresql)
    own = indexes(postgresql)
    execute(postgresql, "ANALYZE", "CREATE INDEX someone_elses ON ticket (title)")
    plan = run.json("db", "index")
    assert [entry["name"] for entry in plan] == POSTGRESQL
    assert plan[0]["ddl"] == f"CREATE INDEX CONCURRENTLY {PREFIX}ticket_title ON ticket USING gin (title gin_trgm_ops)"
    assert all(entry["state"] == "missing" and entry["size"] is None for entry in plan)
    assert plan[0]["estimate"] > 0
    assert f"CREATE INDEX CONCURRENTLY {PREFIX}ticket_change_time ON ticket (change_time);" in run("db", "index")

    printed, problems = apply(postgresql)
    assert (printed.count("making "), problems) == (len(OPTIONAL), "")
    states = {entry["name"]: (entry["state"], entry["size"]) for entry in run.json("db", "index")}
    assert {state for state, _ in states.values()} == {"there"}
    assert states[f"{PREFIX}ticket_title"][1] >= 8192
    assert states[f"{PREFIX}ticket_change_time"][1] >= 8192
    assert apply(postgresql)[0].count("making ") == 0

    assert run("db", "index", "--drop").count("dropping ") == len(OPTIONAL)
    assert indexes(postgresql) == own | {"someone_elses"}
    assert {entry["state"] for entry in run.json("db", "index")} == {"missing"}
    assert run("db", "index", "--drop").count("dropping ") == 0


@pytest.fixture
def without_extensions(postgresql_url: str, filled_postgresql: Maker) -> Iterator[Database]:
    """Of a server that looks for its extensions in a folder that is not there."""
    superuser = "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
    question = f"SELECT current_setting('server_version_num')::int >= 180000 AND {superuser}"
    needs_of_postgresql("extension_control_path that we may set (PostgreSQL 18, superuser)", question, postgresql_url)
    with filled_postgresql() as url:
        url = url.update_query_dict({"options": "-c extension_control_path=/nowhere"})
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.close()


def test_without_pg_trgm_the_others_are_made(without_extensions: Database) -> None:
    own = indexes(without_extensions)
    printed, problems = apply(without_extensions)
    assert "the trigram indexes were not made: this PostgreSQL server has no pg_trgm" in problems
    made = {index.name for index in OPTIONAL if index.kind != TRIGRAM}
    assert printed.count("making ") == len(made)
    plan = Commands(without_extensions).json("db", "index")
    assert {entry["name"] for entry in plan if entry["state"] == "there"} == made
    assert indexes(without_extensions) == own | PLAINS


@pytest.mark.usefixtures("pg_trgm")
def test_why_pg_trgm_cannot_be_made_is_told(postgresql: Database) -> None:
    # it brings a function of the same name
    execute(postgresql, "CREATE FUNCTION show_limit() RETURNS real LANGUAGE sql AS 'SELECT 1.0::real'")
    printed, problems = apply(postgresql)
    assert 'the trigram indexes were not made: function "show_limit" already exists' in problems
    assert "an administrator can say: CREATE EXTENSION pg_trgm;" in problems
    assert printed.count("making ") == len([index for index in OPTIONAL if index.kind != TRIGRAM])


def test_what_was_interrupted_is_made_anew(postgresql: Database) -> None:
    apply(postgresql)
    name = f"{PREFIX}ticket_change_time"
    execute(postgresql, f"DROP INDEX {name}")
    with pytest.raises(IntegrityError):  # the index stays, and is never used
        execute(postgresql, f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON ticket (archive_flag)")
    run = Commands(postgresql)
    assert {entry["name"]: entry["state"] for entry in run.json("db", "index")}[name] == "broken"
    assert f"making {name} …" in apply(postgresql)[0]
    assert {entry["name"]: entry["state"] for entry in run.json("db", "index")}[name] == "there"


def test_what_the_database_refuses_is_told(postgresql: Database) -> None:
    with postgresql.reading() as connection:
        connection.execute(text("SET default_transaction_read_only = on"))
        with pytest.raises(ConfigurationError) as caught:
            optional_indexes.apply(connection, lambda _: None)
        connection.execute(text("RESET default_transaction_read_only"))
    assert caught.value.problems[-1].endswith(" in a read-only transaction")

"""install.py and initial_data.py: schema and base data in an empty database, all or nothing."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Connection, NullPool, Table, create_engine, func, insert, inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.schema import CreateTable

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.install import install
from genericinterface.database.tables.own import OWN
from genericinterface.errors import ConfigurationError

NOW = dt.datetime(2024, 1, 2, 3, 4, 5)

# Facts of a fresh Znuny 6.5: what clients and definitions know by number.
FACTS = [
    (t.valid, ["valid", "invalid", "invalid-temporarily"]),
    (t.ticket_priority, ["1 very low", "2 low", "3 normal", "4 high", "5 very high"]),
    (t.ticket_lock_type, ["unlock", "lock", "tmp_lock"]),
    (t.ticket_type, ["Unclassified"]),
    (t.ticket_state_type, ["new", "open", "closed", "pending reminder", "pending auto", "removed", "merged"]),
    (t.article_sender_type, ["agent", "system", "customer"]),
    (t.communication_channel, ["Email", "Phone", "Internal", "Chat"]),
    (t.permission_groups, ["users", "admin", "stats", "timeaccounting_webservice"]),
    (t.queue, ["Postmaster", "Raw", "Junk", "Misc"]),
    (t.follow_up_possible, ["possible", "reject", "new ticket"]),
    (t.auto_response_type, ["auto reply", "auto reject", "auto follow up", "auto reply/new ticket", "auto remove"]),
]
STATES = {
    "new": "new",
    "closed successful": "closed",
    "closed unsuccessful": "closed",
    "open": "open",
    "removed": "removed",
    "pending reminder": "pending reminder",
    "pending auto close+": "pending auto",
    "pending auto close-": "pending auto",
    "merged": "merged",
}
HISTORY_TYPES = {1: "NewTicket", 11: "EmailAgent", 16: "Move", 20: "TimeAccounting", 27: "StateUpdate", 52: "Bulk"}


@pytest.fixture
def installed(empty_database: Database) -> Database:
    install(empty_database, "a hash", NOW)
    return empty_database


def tables_of(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_every_table_index_and_key_is_there(installed: Database) -> None:
    inspector = inspect(installed.engine)
    assert tables_of(installed) == {*t.METADATA.tables, *OWN.tables}
    for table in t.METADATA.tables.values():
        assert {key["name"] for key in inspector.get_foreign_keys(table.name)} == {
            key.name for key in table.foreign_key_constraints
        }, table.name
        found = {index["name"] for index in inspector.get_indexes(table.name) if not index.get("duplicates_constraint")}
        assert found >= {index.name for index in table.indexes}, table.name


@pytest.mark.parametrize(("table", "names"), FACTS, ids=lambda value: value.name if isinstance(value, Table) else "")
def test_base_data_has_the_numbers_of_a_fresh_znuny(
    read_only_database: Database, table: Table, names: list[str]
) -> None:
    with read_only_database.reading() as connection:
        found = {row.id: row.name for row in connection.execute(select(table.c.id, table.c.name))}
    assert {number: found.get(number) for number in range(1, len(names) + 1)} == dict(enumerate(names, 1))


def test_states_and_history_types_have_the_numbers_of_a_fresh_znuny(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        state = select(t.ticket_state.c.name, t.ticket_state_type.c.name)
        joined = state.join(t.ticket_state_type, t.ticket_state.c.type_id == t.ticket_state_type.c.id)
        assert list(connection.execute(joined.order_by(t.ticket_state.c.id))) == list(STATES.items())
        kinds = dict(connection.execute(select(t.ticket_history_type.c.id, t.ticket_history_type.c.name)).all())
    assert len(kinds) == 52
    assert HISTORY_TYPES.items() <= kinds.items()


def test_the_administrator_is_in_every_group(installed: Database) -> None:
    with installed.reading() as connection:
        admin = connection.execute(select(t.users)).one()
        groups = select(t.permission_groups.c.name).join(t.group_user).where(t.group_user.c.permission_key == "rw")
        assert set(connection.scalars(groups)) == {"users", "admin", "stats", "timeaccounting_webservice"}
    assert (admin.id, admin.login, admin.pw, admin.valid_id, admin.create_time) == (
        1,
        "root@localhost",
        "a hash",
        1,
        NOW,
    )


def test_sqlite_finds_no_broken_reference(filled_sqlite: Callable[[], AbstractContextManager[URL]]) -> None:
    with filled_sqlite() as url:
        database = Database(str(url))
        with database.reading() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        database.close()


def test_ids_count_on_from_base_data(installed: Database) -> None:
    stamps = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}
    with installed.transaction() as connection:
        for table in (t.permission_groups, t.ticket_type, t.ticket_lock_type):
            highest = connection.scalar(select(func.max(table.c.id)))
            added = connection.execute(insert(table).values(name="one more", valid_id=1, **stamps))
            assert added.inserted_primary_key == (highest + 1,)


def test_a_database_with_any_table_is_refused(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
        connection.execute(text("INSERT INTO somebody_elses VALUES (7)"))
    with pytest.raises(ConfigurationError, match="not empty, it has 1 tables"):
        install(empty_database, "a hash", NOW)
    assert tables_of(empty_database) == {"somebody_elses"}


def test_a_second_install_changes_nothing(installed: Database) -> None:
    with pytest.raises(
        ConfigurationError, match=f"not empty, it has {len(t.METADATA.tables) + len(OWN.tables)} tables"
    ):
        install(installed, "another hash", NOW)
    with installed.reading() as connection:
        assert connection.scalar(select(t.users.c.pw)) == "a hash"


def test_what_fails_leaves_nothing_behind(empty_database: Database) -> None:
    def fail(connection: Connection) -> None:
        assert connection.scalar(select(func.count()).select_from(t.valid)) == 3
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        install(empty_database, "a hash", NOW, fail)
    assert tables_of(empty_database) == set()
    install(empty_database, "a hash", NOW)
    assert tables_of(empty_database) == {*t.METADATA.tables, *OWN.tables}


def test_of_many_who_install_at_once_one_wins(empty_database: Database) -> None:
    url = empty_database.url.render_as_string(hide_password=False)
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def run(number: int) -> None:
        database = Database(url, pool_size=1)
        try:
            barrier.wait()
            install(database, f"hash {number}", NOW)
            outcomes.append("made")
        except ConfigurationError:
            outcomes.append("refused")
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    assert tables_of(empty_database) == {*t.METADATA.tables, *OWN.tables}


def test_a_database_that_cannot_keep_every_character_is_refused(postgresql_url: str) -> None:
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = f"gi_ascii_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"))
        database = Database(server.url.set(database=name).render_as_string(hide_password=False))
        try:
            with pytest.raises(ConfigurationError, match="character set is SQL_ASCII: create it with UTF8"):
                install(database, "a hash", NOW)
            assert tables_of(database) == set()
        finally:
            database.close()
            connection.execute(text(f"DROP DATABASE {name}"))


def test_installing_leaves_the_description_of_the_tables_whole(installed: Database) -> None:
    # On PostgreSQL the keys are added afterwards; that must not take them out of later CREATE TABLEs.
    assert str(CreateTable(t.ticket).compile(dialect=sqlite.dialect())).count("FOREIGN KEY") == len(
        t.ticket.foreign_key_constraints
    )

"""engine.py: addresses, connections and transactions, and the border where SQLAlchemy's errors become ours."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import func, insert, literal, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from genericinterface.database import engine
from genericinterface.database import tables as t
from genericinterface.database.engine import Database, Disconnected, parse_url
from genericinterface.errors import ConfigurationError, Fault, UnavailableFault

Maker = Callable[[], AbstractContextManager[URL]]
NOW = dt.datetime(2024, 1, 2, 3, 4, 5)
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///file.db", "pysqlite"),
        ("postgresql://u:p@h/n", "psycopg"),
        ("postgresql+psycopg2://u:p@h/n", "psycopg"),
    ],
)
def test_an_address_gets_the_driver_that_we_use(given: str, driver: str) -> None:
    assert parse_url(given).get_driver_name() == driver


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        "oracle://u:p@h/n",
        "postgresql://u:s3cret@h:port/n",
        "sqlite+nope:///x",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_a_wrong_address_is_a_sentence(given: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^database URL: .*(sqlite:///FILE|none of postgresql)") as caught:
        parse_url(given)
    assert "s3cret" not in str(caught.value)


def test_reading_writes_at_once_and_a_transaction_at_its_end(database: Database) -> None:
    change = update(t.users).where(t.users.c.id == 1)
    title = select(t.users.c.title).where(t.users.c.id == 1)
    with database.reading() as connection:
        connection.execute(change.values(title="Ms"))
        with database.reading() as other:
            assert other.scalar(title) == "Ms"
    with database.transaction() as connection:
        connection.execute(change.values(title="Dr"))
        with database.reading() as other:
            assert other.scalar(title) == "Ms"
    with database.reading() as connection:
        assert connection.scalar(title) == "Dr"


def test_a_transaction_that_fails_is_undone(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as connection:
        connection.execute(update(t.users).where(t.users.c.id == 1).values(title="Ms"))
        raise RuntimeError
    with database.reading() as connection:
        assert connection.scalar(select(t.users.c.title).where(t.users.c.id == 1)) is None


def test_lower_knows_every_alphabet(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        assert connection.scalar(select(func.lower(literal("ÄÖÜ Ñ ДОМ")))) == "äöü ñ дом"
        assert connection.scalar(select(func.lower(None))) is None


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), database.transaction() as connection:
        connection.execute(insert(t.ticket_type).values(name="of nobody", valid_id=99, **STAMPS))


def test_wrong_sql_is_a_bug_and_not_an_outage(read_only_database: Database) -> None:
    with pytest.raises(DBAPIError), read_only_database.reading() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))


def test_a_value_that_does_not_fit_is_a_fault(filled_postgresql: Maker) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with pytest.raises(Fault, match="too long"), database.transaction() as connection:
            connection.execute(insert(t.ticket_type).values(name="x" * 201, valid_id=1, **STAMPS))
        database.close()


@pytest.mark.parametrize(
    "url", ["postgresql://otrs:secret@127.0.0.1:1/otrs", "sqlite:////no/such/folder/file.db", "sqlite:////"]
)
def test_a_database_that_does_not_answer_is_unavailable(url: str) -> None:
    database = Database(url)
    with pytest.raises(UnavailableFault, match="The database is not available") as raised, database.reading():
        pass
    assert "secret" not in raised.value.message
    database.close()


def test_a_lost_connection_is_told_apart_and_the_next_one_works(filled_postgresql: Maker) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with pytest.raises(Disconnected), database.reading() as connection:
            victim = connection.scalar(select(func.pg_backend_pid()))
            with database.reading() as other:
                other.execute(select(func.pg_terminate_backend(victim)))
            connection.execute(select(1))
        with database.reading() as connection:
            assert connection.scalar(select(1)) == 1
        database.close()


def test_a_pool_that_is_empty_for_long_is_unavailable(
    read_only_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "POOL_TIMEOUT", 0.05)
    database = Database(read_only_database.url.render_as_string(hide_password=False), pool_size=1)
    with database.reading(), pytest.raises(UnavailableFault, match="too busy"), database.reading():
        pass
    database.close()


def test_readers_of_sqlite_do_not_wait_for_a_writer(filled_sqlite: Maker) -> None:
    with filled_sqlite() as url:
        one, other = (Database(str(url)) for _ in range(2))
        with one.transaction() as connection:
            connection.execute(update(t.users).values(title="Ms"))
            with other.reading() as reading:  # a reader is not in the way, nor has it to wait
                assert reading.scalar(select(t.users.c.title).limit(1)) is None
        with other.transaction() as connection:
            assert connection.scalar(select(t.users.c.title).limit(1)) == "Ms"
        one.close()
        other.close()


def test_an_embedded_database_keeps_what_was_committed_when_the_power_fails(filled_sqlite: Maker) -> None:
    with filled_sqlite() as url:
        database = Database(str(url))
        with database.transaction() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        database.close()


def test_many_may_be_the_first_to_open_an_embedded_database(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / f"{number}.db"
        barrier = threading.Barrier(8)

        def count(path: Path = path, barrier: threading.Barrier = barrier) -> int:
            database = Database(f"sqlite:///{path}", pool_size=1)
            barrier.wait()
            try:
                with database.reading() as connection:
                    return int(connection.scalar(select(literal(1))) or 0)
            finally:
                database.close()

        with ThreadPoolExecutor(8) as pool:
            assert [future.result() for future in [pool.submit(count) for _ in range(8)]] == [1] * 8


@pytest.mark.parametrize(
    ("setting", "own", "other"),
    [("random_page_cost", "1.1", "2.5"), ("parallel_setup_cost", "20000", "7"), ("lock_timeout", "30s", "5s")],
)
def test_postgresql_is_set_our_way_unless_told_otherwise(
    filled_postgresql: Maker, setting: str, own: str, other: str
) -> None:
    with filled_postgresql() as url:
        for expected in (own, other):
            database = Database(url.render_as_string(hide_password=False))
            with database.reading() as connection, engine.aside(connection) as own_connection:
                assert connection.scalar(text(f"SHOW {setting}")) == expected
                assert own_connection.scalar(text(f"SHOW {setting}")) == expected
                connection.execute(text(f"ALTER DATABASE \"{url.database}\" SET {setting} = '{other}'"))
            database.close()


def test_nobody_waits_for_a_lock_for_ever(filled_postgresql: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.SETTINGS, "lock_timeout", ("0", "100ms"))
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        change = update(t.users).where(t.users.c.id == 1).values(title="Ms")
        with database.transaction() as connection:
            connection.execute(change)
            with pytest.raises(UnavailableFault, match="others hold what"), database.transaction() as other:
                other.execute(change)
            with pytest.raises(UnavailableFault, match="others hold what"), database.transaction() as other:
                other.execute(text("LOCK TABLE users"))
        database.close()


def test_what_is_planned_anew_is_not_prepared(filled_postgresql: Maker) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ticket_watcher%'")
        asked = select(func.count()).select_from(t.ticket_watcher)
        with database.reading() as connection:
            for _ in range(8):
                connection.execute(asked.execution_options(**{engine.PLANNED_ANEW: True}))
            assert connection.scalar(prepared.execution_options(**{engine.PLANNED_ANEW: True})) == 0
            for _ in range(8):
                connection.execute(asked)
            assert connection.scalar(prepared.execution_options(**{engine.PLANNED_ANEW: True})) == 1
        database.close()

"""The engine: how statements reach the database, and the one border where SQLAlchemy's errors become ours.

Reading happens in autocommit, so that a request costs its own statements and nothing else; writing happens in one
transaction per operation. Works the same on SQLite (embedded), PostgreSQL and MariaDB.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from genericinterface.database.search_words import lower
from genericinterface.errors import ConfigurationError, Fault, UnavailableFault

BUSY_TIMEOUT = 30  # seconds that one who writes waits for another; on MariaDB for a row as long as its server says
WAL_RETRY = 0.01  # seconds between two attempts to turn on the write-ahead log
POOL_TIMEOUT = 10.0  # seconds that a request waits for a connection of the pool
CONNECT_TIMEOUT = 5  # seconds to reach the database server
ASIDE = "aside"  # option of a connection: the engine of `aside`
ASIDE_SIZE = 2  # connections of that
PLANNED_ANEW = "planned_anew"  # option of a statement whose best plan depends on its values

FORMS = "write sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME or mariadb://USER:PASSWORD@HOST/NAME"

CONFLICTS = ("40001", "40P01", 1213)  # PostgreSQL: serialization, deadlock; MariaDB: deadlock
WAITED_TOO_LONG = ("55P03", 1205, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)  # for a lock


class Disconnected(UnavailableFault):
    """The connection was lost under a statement; before anything was written the request may be run again."""


class Conflict(UnavailableFault):
    """The database gave up a transaction in favour of another (deadlock); it is undone whole, and may be run again."""


class Database:
    """One database: `reading()` and `transaction()` are the only ways to a connection."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        """`url` as SQLAlchemy writes it (`postgresql://user:password@host/name`, `sqlite:////path/file.db`)."""
        self.url = parse_url(url)
        options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_size": pool_size, "max_overflow": 0}
        options |= {"pool_timeout": POOL_TIMEOUT, "pool_use_lifo": True, "skip_autocommit_rollback": True}
        options["hide_parameters"] = True  # credentials are among them
        dialect = self.url.get_backend_name()
        if dialect == "sqlite":
            options["connect_args"] = {"timeout": BUSY_TIMEOUT, "check_same_thread": False}
        elif dialect == "postgresql":
            # A statement is prepared on its second use: most of what we send is sent again.
            options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT, "prepare_threshold": 1}
            # Whatever the server or PGCLIENTENCODING says: from SQL_ASCII the driver would give bytes.
            options["connect_args"] |= {"client_encoding": "utf8"}
        else:
            options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT}
            # For a table; MariaDB itself would wait for a day.
            options["connect_args"] |= {"init_command": f"SET SESSION lock_wait_timeout = {BUSY_TIMEOUT}"}
        if dialect != "sqlite":
            # A pool of its own: nobody waits in it for somebody who waits for him.
            self._aside: Engine | None = create_engine(self.url, **(options | {"pool_size": ASIDE_SIZE}))
            options["execution_options"] = {ASIDE: self._aside}
        else:
            self._aside = None
        self.engine: Engine = create_engine(self.url, **options)
        if dialect == "postgresql":
            event.listen(self.engine, "do_execute", _plan_anew)
            for each in (self.engine, self._aside):
                event.listen(each, "connect", _prepare_postgresql)
        if dialect == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in autocommit. Raises UnavailableFault when the database does not answer."""
        with translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end and rolls back on any exception."""
        level = "SERIALIZABLE" if self.url.get_backend_name() == "sqlite" else "READ COMMITTED"
        with translated(), self.engine.connect().execution_options(isolation_level=level) as connection:  # noqa: SIM117
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Closes the connections of the pool."""
        self.engine.dispose()
        if self._aside is not None:
            self._aside.dispose()


@contextmanager
def aside(connection: Connection) -> Iterator[Connection]:
    """A connection beside that of a transaction: what it writes stays, whatever becomes of the other.

    In autocommit. SQLite has one writer at a time, so there it is `connection` itself.
    """
    engine: Engine | None = connection.get_execution_options().get(ASIDE)
    if engine is None:
        yield connection
        return
    with engine.connect() as own:
        yield own


def parse_url(url: str) -> URL:
    """A database URL with the driver we use; raises ConfigurationError in words."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise ConfigurationError([f"database URL: {url} names no file: {FORMS}"])
        if backend == "postgresql" and parsed.get_driver_name() != "psycopg":
            parsed = parsed.set(drivername="postgresql+psycopg")
        elif backend in ("mysql", "mariadb") and "+" not in parsed.drivername:
            parsed = parsed.set(drivername=f"{backend}+pymysql")
        elif backend not in ("postgresql", "sqlite", "mysql", "mariadb"):
            raise ConfigurationError([f"database URL: {backend} is none of postgresql, sqlite, mysql, mariadb"])
        parsed.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        # Without the URL itself: a password may be in it.
        raise ConfigurationError([f"database URL: it cannot be read: {FORMS}"]) from error
    except ImportError as error:
        hint = "pip install 'genericinterface[mariadb]'" if error.name == "pymysql" else "install it"
        raise ConfigurationError([f"database URL: the driver {error.name} is missing: {hint}"]) from error
    return parsed


@contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's errors as ours: UnavailableFault of a database that is gone, Fault of a value; others pass."""
    try:
        yield
    except PoolTimeout as error:
        raise UnavailableFault("The database is too busy: no connection became free in time.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Disconnected("The connection to the database was lost.") from error
        if _code(error) in CONFLICTS:
            raise Conflict("The database is too busy: others changed the same data at the same time.") from error
        if _code(error) in WAITED_TOO_LONG:
            raise UnavailableFault("The database is too busy: others hold what this request has to change.") from error
        if isinstance(error, DataError):
            raise Fault("A value is too long, or of a kind that the database cannot take.") from error
        unavailable = isinstance(error, OperationalError | InterfaceError) and not _is_programming_error(error)
        if unavailable or type(error) is DatabaseError:  # SQLite: the file is broken, or no database at all
            raise UnavailableFault("The database is not available.") from error
        raise


def _code(error: DBAPIError) -> object:
    """PostgreSQL's SQLSTATE, SQLite's primary result code or MariaDB's number."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return original.sqlite_errorcode & 0xFF if hasattr(original, "sqlite_errorcode") else None
    state = getattr(original, "sqlstate", None)
    return state or next(iter(getattr(original, "args", ())), None)


def _is_programming_error(error: DBAPIError) -> bool:
    """SQLite reports a missing table or wrong SQL as an OperationalError, like a file that it cannot open."""
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"


# For this session and only where nobody has set them. PostgreSQL reckons with a disk that has to move its head to a
# page: it would rather read a fourth of all tickets in order than the two thousand of a customer. And it starts more
# processes for some ten milliseconds of work: with many requests at a time each computes more then, none is quicker.
# One who waits for a lock would wait for ever.
SETTINGS = {
    "random_page_cost": ("4", "1.1"),
    "parallel_setup_cost": ("1000", "20000"),
    "lock_timeout": ("0", f"{BUSY_TIMEOUT}s"),
}
SET = "SELECT set_config(%(name)s, %(own)s, false) WHERE current_setting(%(name)s) = %(usual)s"


def _prepare_postgresql(connection: Any, _record: object) -> None:
    for name, (usual, own) in SETTINGS.items():
        connection.execute(SET, {"name": name, "usual": usual, "own": own})
    connection.commit()


def _plan_anew(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Executes what must not be prepared; whether it did.

    PostgreSQL plans a prepared statement without looking at its values after a while: a search for a rare word and one
    for a common word would go the same way.
    """
    if context is None or not context.execution_options.get(PLANNED_ANEW):
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Znuny compares without case in every alphabet; SQLite's own lower() knows ASCII only.
    connection.create_function("lower", 1, _lower)
    connection.isolation_level = None
    _write_ahead(connection)
    # What was answered is kept when the power fails, too; with NORMAL the last commits could be gone.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _lower(value: Any) -> Any:
    return lower(value) if isinstance(value, str) else value


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turns on the write-ahead log; it stays on in the file. Waits for others who do the same at this moment.

    SQLite's own busy timeout does not hold for this change: of several first connections all but one are refused.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            if time.monotonic() > deadline:
                raise
        time.sleep(WAL_RETRY)


def _begin_sqlite(connection: Connection) -> None:
    # `transaction()` always writes: take the lock at once rather than fail at the first write. `reading()` sets no
    # option of its own; it must not begin anything.
    if "isolation_level" in connection.get_execution_options():
        connection.exec_driver_sql("BEGIN IMMEDIATE")

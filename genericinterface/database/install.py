"""Makes schema and base data in an empty database, all or nothing.

Called by `genericinterface db init`, `serve --demo` and the tests. Never touches a database that has tables already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropTable

from genericinterface.database import initial_data
from genericinterface.database.engine import Database
from genericinterface.database.rows import add
from genericinterface.database.tables import METADATA
from genericinterface.database.tables.own import OWN
from genericinterface.errors import ConfigurationError, UnavailableFault

LOCK = 0x67656E69  # "geni": PostgreSQL's key of the lock for all who install at the same time
LOCK_TIMEOUT = 30  # seconds that MariaDB waits for another who installs

# Adds more rows to the new database, in the same transaction.
Fill = Callable[[Connection], None]


def install(database: Database, admin_hash: str, now: dt.datetime, *fills: Fill) -> None:
    """Creates tables and indexes, base data, what `fills` add, and foreign keys; all of it or nothing.

    `admin_hash` is the stored form of the password of root@localhost. Raises ConfigurationError where tables are there
    already; of two who install at once, the second waits and is refused.
    """
    with database.transaction() as connection, _alone(connection):
        found = inspect(connection).get_table_names()
        if found:
            raise ConfigurationError(
                [f"the database is not empty, it has {len(found)} tables: see `genericinterface db check`"]
            )
        _check_encoding(connection)
        with _undone_on_failure(connection):
            _create_tables(connection, [*METADATA.tables.values(), *OWN.tables.values()])
            for table, rows in initial_data.rows(admin_hash, now):
                add(connection, table, rows)
            advance_sequences(connection)
            for fill in fills:
                fill(connection)
            _add_foreign_keys(connection)


def add_own_tables(database: Database) -> list[str]:
    """Makes those of this provider's own tables that are not there yet, and touches no other; their names."""
    with database.transaction() as connection, _alone(connection):
        found = set(inspect(connection).get_table_names())
        missing = [table for table in OWN.tables.values() if table.name not in found]
        _create_tables(connection, missing)
    return [table.name for table in missing]


def advance_sequences(connection: Connection) -> None:
    """Lets PostgreSQL count on from the ids that were given explicitly; the others do so by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.tables.values():
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            highest = select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None))
            connection.execute(highest)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Nobody else installs into the database meanwhile."""
    if connection.dialect.name == "sqlite":
        # The transaction itself is the lock. Base data refers in a circle (users, valid): check at the commit.
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield
    elif connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        yield
    else:
        name = f"genericinterface {connection.engine.url.database}"[:64]
        if connection.scalar(select(func.get_lock(name, LOCK_TIMEOUT))) != 1:
            raise UnavailableFault("Somebody else is making this database; it takes too long to wait.")
        try:
            yield
        finally:
            connection.execute(select(func.release_lock(name)))


def _check_encoding(connection: Connection) -> None:
    """Refuses a database that cannot keep every character; SQLite always can."""
    if connection.dialect.name == "postgresql":
        found, wanted = connection.scalar(select(func.current_setting("server_encoding"))), "UTF8"
    elif connection.dialect.name in ("mysql", "mariadb"):
        found, wanted = connection.scalar(text("SELECT @@character_set_database")), "utf8mb4"
    else:
        return
    if found != wanted:
        raise ConfigurationError([f"the database's character set is {found}: create it with {wanted}"])


@contextmanager
def _undone_on_failure(connection: Connection) -> Iterator[None]:
    """Takes back what MariaDB does not: it commits with each CREATE. Only called where no table was before."""
    try:
        yield
    except BaseException:
        if connection.dialect.name in ("mysql", "mariadb"):
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
            for table in (*METADATA.tables.values(), *OWN.tables.values()):
                connection.execute(DropTable(table, if_exists=True))
            connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))
        raise


def _create_tables(connection: Connection, tables: Iterable[Table]) -> None:
    inline = connection.dialect.name == "sqlite"  # it cannot add a foreign key to a table afterwards
    for table in tables:
        connection.execute(CreateTable(table, include_foreign_key_constraints=None if inline else []))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))


def _add_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    for table in METADATA.tables.values():
        for constraint in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            # Else SQLAlchemy would leave the key out of every later CREATE TABLE of this process.
            connection.execute(AddConstraint(constraint, isolate_from_table=False))

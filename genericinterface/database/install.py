"""Makes schema and base data in an empty database, all or nothing where the database can.

Called by `genericinterface db init`, `serve --demo` and the tests. Never touches a database that has tables already.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, Table, func, insert, inspect, select, text
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, ForeignKeyConstraint

from genericinterface.database import initial_data
from genericinterface.database.engine import Database
from genericinterface.database.tables import METADATA
from genericinterface.errors import ConfigurationError

LOCK = 0x67656E69  # "geni": one key for all who install at the same time


def is_empty(database: Database) -> bool:
    """Whether the database has no table at all."""
    with database.reading() as connection:
        return not inspect(connection).get_table_names()


def install(database: Database, admin_hash: str, now: dt.datetime) -> None:
    """Creates tables, base data, indexes and foreign keys. Raises ConfigurationError where tables are there already.

    `admin_hash` is the stored form of the password of root@localhost. Two who install at once: the second is refused.
    """
    with database.transaction() as connection:
        _lock(connection)
        found = inspect(connection).get_table_names()
        if found:
            raise ConfigurationError(
                [f"the database is not empty, it has {len(found)} tables: see `genericinterface db check`"]
            )
        _create_tables(connection)
        for table, rows in initial_data.rows(admin_hash, now):
            connection.execute(insert(table), list(rows))
        _add_foreign_keys(connection)
        advance_sequences(connection)


def advance_sequences(connection: Connection) -> None:
    """Lets PostgreSQL count on from the ids that were given explicitly; the others do so by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.tables.values():
        column = table.autoincrement_column
        if column is not None:
            highest = connection.scalar(select(func.max(column)))
            if highest is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                connection.execute(select(func.setval(sequence, highest)))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    elif connection.dialect.name == "sqlite":
        # base data refers in a circle (users, valid): check at the end
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def _create_tables(connection: Connection) -> None:
    inline = connection.dialect.name == "sqlite"  # it cannot add a foreign key to a table afterwards
    for table in METADATA.tables.values():
        connection.execute(CreateTable(table, include_foreign_key_constraints=None if inline else []))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))


def _add_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    for table in METADATA.tables.values():
        for constraint in sorted(_foreign_keys(table), key=lambda key: str(key.name)):
            connection.execute(AddConstraint(constraint, isolate_from_table=False))


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return [constraint for constraint in table.constraints if isinstance(constraint, ForeignKeyConstraint)]

"""tables/: what every database must be able to take, checked without a server for MariaDB."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.dialects.mysql import mariadb
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from genericinterface.database.tables import METADATA

TABLES = list(METADATA.tables.values())
DIALECTS: list[Dialect] = [sqlite.dialect(), postgresql.dialect(), mysql.dialect(), mariadb.MariaDBDialect()]
MARIADB = mariadb.MariaDBDialect()
KEY_BYTES = 3072  # of one InnoDB key
ROW_BYTES = 65535  # of one row without its long texts
NAME_LENGTH = 63  # of an identifier on PostgreSQL; one more on MariaDB

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@each_table
def test_every_statement_compiles(table: Table, dialect: Dialect) -> None:
    assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    for index in table.indexes:
        assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))
    if dialect.supports_alter:
        for key in table.foreign_key_constraints:
            assert "ADD CONSTRAINT" in str(AddConstraint(key, isolate_from_table=False).compile(dialect=dialect))


@each_table
def test_names_are_given_and_short_enough(table: Table) -> None:
    keys = [item for item in table.constraints if not isinstance(item, PrimaryKeyConstraint)]
    for item in [*keys, *table.indexes]:
        assert isinstance(item.name, str), item
        assert len(item.name) <= NAME_LENGTH


def test_names_of_indexes_and_keys_are_unique() -> None:
    names = [str(item.name) for table in TABLES for item in [*table.indexes, *table.foreign_key_constraints]]
    names += [str(item.name) for table in TABLES for item in table.constraints if isinstance(item, UniqueConstraint)]
    assert len(names) == len(set(names))


@each_table
def test_ids_count_by_themselves(table: Table) -> None:
    column = table.autoincrement_column
    if column is None:
        assert [c.name for c in table.primary_key] in ([], ["customer_id"], ["data_key"])
        return
    statements = {dialect.name: str(CreateTable(table).compile(dialect=dialect)) for dialect in DIALECTS}
    assert f"{column.name} INTEGER NOT NULL" in statements["sqlite"]
    assert f"{column.name} SERIAL" in statements["postgresql"] or f"{column.name} BIGSERIAL" in statements["postgresql"]
    assert "AUTO_INCREMENT" in statements["mysql"]
    assert "AUTO_INCREMENT" in statements["mariadb"]


@each_table
def test_keys_have_the_type_that_they_refer_to_on_mariadb(table: Table) -> None:
    for key in table.foreign_keys:
        mine, other = (column.type.compile(dialect=MARIADB) for column in (key.parent, key.column))
        assert mine == other, f"{key.parent} {mine} refers to {key.column} {other}"


@each_table
def test_keys_and_rows_are_small_enough_on_mariadb(table: Table) -> None:
    unique = [item for item in table.constraints if isinstance(item, UniqueConstraint | PrimaryKeyConstraint)]
    for item in [*table.indexes, *unique]:
        lengths = item.dialect_options["mariadb"]["length"] or {} if isinstance(item, Index) else {}
        assert sum(size(column, lengths.get(column.name)) for column in item.columns) <= KEY_BYTES, item.name
    assert sum(size(column, None) for column in table.columns if not is_long(column)) <= ROW_BYTES


def is_long(column: Column[Any]) -> bool:
    return "TEXT" in column.type.compile(dialect=MARIADB)


def size(column: Column[Any], prefix: int | None) -> int:
    """Bytes that a column needs at most, four to a character."""
    length = prefix or getattr(column.type, "length", None)
    assert length or not is_long(column), f"{column} is too long for a key"
    return 4 * length + 2 if length else 8

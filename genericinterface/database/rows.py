"""Adding many rows and finding ids by name, for those who fill a database (demo data, tests)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select


def add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts the rows at once."""
    connection.execute(insert(table), list(rows))


def ids(connection: Connection, table: Table, name: str = "name") -> dict[str, int]:
    """The ids of a table's rows by their name."""
    return {row[0]: row[1] for row in connection.execute(select(table.c[name], table.c.id))}

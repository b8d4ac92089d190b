"""install.py, initial_data.py: schema and base data in an empty database."""

from __future__ import annotations

from sqlalchemy import func, select

from genericinterface.database import tables as t
from genericinterface.database.engine import Database


def test_a_copy_has_the_demo_data(database: Database) -> None:
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(t.ticket)) > 10

"""The statements that are sent to a database, for tests that count them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from genericinterface.database.engine import Database


@contextmanager
def sent_to(database: Database) -> Iterator[list[str]]:
    """The SQL that is sent meanwhile, by whatever uses this object's connections."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)

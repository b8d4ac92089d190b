"""Sessions in Znuny's own table: one row per key of a session. Called by auth/sessions.py."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from genericinterface.database.tables import sessions

_READ = select(sessions.c.data_key, sessions.c.data_value, sessions.c.serialized, sessions.c.session_id).where(
    sessions.c.session_id == bindparam("session_id")
)


def read(connection: Connection, session_id: str) -> dict[str, tuple[str | None, bool]]:
    """(value, whether it is serialized) by key; {} where there is no such session."""
    rows = connection.execute(_READ, {"session_id": session_id})
    return {row.data_key: (row.data_value, bool(row.serialized)) for row in rows if row.session_id == session_id}


def write(connection: Connection, session_id: str, data: Mapping[str, str]) -> None:
    """Adds a session: one statement, so that no other worker ever sees half of it."""
    rows = [
        {"session_id": session_id, "data_key": key, "data_value": value, "serialized": 0}
        for key, value in sorted(data.items())
    ]
    connection.execute(insert(sessions).values(rows))


def remove(connection: Connection, session_id: str) -> bool:
    """Whether there was such a session."""
    return bool(connection.execute(delete(sessions).where(sessions.c.session_id == session_id)).rowcount)

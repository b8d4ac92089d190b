"""Sessions in Znuny's own table: one row per key of a session. Called by auth/sessions.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import customer_user, sessions, users


@dataclass(frozen=True)
class Stored:
    """A session as it is stored: text (or None) by key, which of them are serialized, and whose login is valid.

    `agent_id` is the valid agent, `customer_id` the company of the valid customer user, whose login the session has;
    None where there is none.
    """

    values: dict[str, str | None]
    serialized: frozenset[str]
    agent_id: int | None
    customer_id: str | None

    def get(self, key: str) -> str:
        """A value, "" where the session has none."""
        return self.values.get(key) or ""


def _of_login(table: Table, column: str) -> ColumnElement[object]:
    """A column of the valid person whose login the session has."""
    own = sessions.alias()
    login = (
        select(func.max(own.c.data_value))  # max: one value, whatever the table holds
        .where(own.c.session_id == bindparam("session_id"), own.c.data_key == "UserLogin")
        .scalar_subquery()
    )
    return select(table.c[column]).where(table.c.login == login, table.c.valid_id == VALID).scalar_subquery()


_READ = select(
    sessions.c.session_id,
    sessions.c.data_key,
    sessions.c.data_value,
    sessions.c.serialized,
    _of_login(users, "id").label("agent_id"),
    _of_login(customer_user, "customer_id").label("customer_id"),
).where(sessions.c.session_id == bindparam("session_id"))


def read(connection: Connection, session_id: str) -> Stored | None:
    """The session of exactly that ID, however old; one statement."""
    if "\0" in session_id:  # no database holds it, and PostgreSQL refuses to be asked
        return None
    found = connection.execute(_READ, {"session_id": session_id})
    rows = [row for row in found if row.session_id == session_id]  # MariaDB compares without case
    if not rows:
        return None
    return Stored(
        values={row.data_key: row.data_value for row in rows},
        serialized=frozenset(row.data_key for row in rows if row.serialized),
        agent_id=rows[0].agent_id,
        customer_id=rows[0].customer_id,
    )


def write(connection: Connection, session_id: str, data: Mapping[str, str | None]) -> None:
    """Adds a session: one statement, so that no other worker ever sees half of it."""
    rows = [
        {"session_id": session_id, "data_key": key, "data_value": value, "serialized": 0}
        for key, value in sorted(data.items())
    ]
    connection.execute(insert(sessions).values(rows))


def remove(connection: Connection, session_id: str) -> None:
    """Removes the session of that ID, if there is one."""
    connection.execute(delete(sessions).where(sessions.c.session_id == session_id))

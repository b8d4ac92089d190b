"""Web service definitions in `gi_webservice_config`, with their history; the text is kept as it was given.

The two lookups are called by the provider on its hot path; the rest by the `webservice` commands.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from genericinterface.database import communications
from genericinterface.database.accounts import VALID
from genericinterface.database.tables import gi_webservice_config, gi_webservice_config_history

INVALID = 2

_served = select(gi_webservice_config.c.id, gi_webservice_config.c.name, gi_webservice_config.c.config).where(
    gi_webservice_config.c.valid_id == VALID
)
_BY_NAME = _served.where(gi_webservice_config.c.name == bindparam("name"))
_BY_ID = _served.where(gi_webservice_config.c.id == bindparam("id"))
LARGEST_ID = 2**31 - 1


def valid_by_name(connection: Connection, name: str) -> Row[tuple[int, str, str]] | None:
    """(id, name, config) of the valid web service of exactly that name."""
    for row in connection.execute(_BY_NAME, {"name": name}):
        if row.name == name:  # MariaDB compares without case
            return row
    return None


def valid_by_id(connection: Connection, webservice_id: int) -> Row[tuple[int, str, str]] | None:
    """(id, name, config) of the valid web service of that ID."""
    if webservice_id > LARGEST_ID:
        return None
    return connection.execute(_BY_ID, {"id": webservice_id}).first()


def listed(connection: Connection) -> Sequence[Row[Any]]:
    """(id, name, config, valid_id, create_time, change_time) of every web service, by name."""
    column = gi_webservice_config.c
    statement = select(
        column.id, column.name, column.config, column.valid_id, column.create_time, column.change_time
    ).order_by(column.name)
    return connection.execute(statement).all()


def find(connection: Connection, name_or_id: str) -> Row[Any] | None:
    """The row of `listed` for a name, or for an ID in digits where no web service has that name."""
    rows = listed(connection)
    for row in rows:
        if row.name == name_or_id:
            return row
    return next((row for row in rows if str(row.id) == name_or_id), None)


def add(connection: Connection, name: str, text: str, now: dt.datetime) -> int:
    """Adds a valid web service with its first history row; gives its ID. The name must be free."""
    stamps = {"create_time": now, "create_by": 1, "change_time": now, "change_by": 1}
    result = connection.execute(insert(gi_webservice_config).values(name=name, config=text, valid_id=VALID, **stamps))
    webservice_id: int = result.inserted_primary_key[0]  # type: ignore[index]  # there is one after an insert
    _remember(connection, webservice_id, text, now)
    return webservice_id


def change(connection: Connection, webservice_id: int, text: str, now: dt.datetime) -> None:
    """Replaces the definition and remembers the new one."""
    connection.execute(
        update(gi_webservice_config)
        .where(gi_webservice_config.c.id == webservice_id)
        .values(config=text, change_time=now, change_by=1)
    )
    _remember(connection, webservice_id, text, now)


def set_valid(connection: Connection, webservice_id: int, valid: bool, now: dt.datetime) -> None:
    """Switches a web service on or off."""
    connection.execute(
        update(gi_webservice_config)
        .where(gi_webservice_config.c.id == webservice_id)
        .values(valid_id=VALID if valid else INVALID, change_time=now, change_by=1)
    )


def remove(connection: Connection, webservice_id: int) -> None:
    """Deletes a web service with its history and what the Debugger kept of it."""
    communications.clear(connection, webservice_id=webservice_id)
    connection.execute(
        delete(gi_webservice_config_history).where(gi_webservice_config_history.c.config_id == webservice_id)
    )
    connection.execute(delete(gi_webservice_config).where(gi_webservice_config.c.id == webservice_id))


def history(connection: Connection, webservice_id: int) -> Sequence[Row[Any]]:
    """(id, config, config_md5, create_time) of the remembered definitions, newest first."""
    column = gi_webservice_config_history.c
    return connection.execute(
        select(column.id, column.config, column.config_md5, column.create_time)
        .where(column.config_id == webservice_id)
        .order_by(column.id.desc())
    ).all()


def _remember(connection: Connection, webservice_id: int, text: str, now: dt.datetime) -> None:
    """Adds a history row unless this very text is remembered already (the md5 is unique in the table)."""
    column = gi_webservice_config_history.c
    md5 = hashlib.md5(f"{webservice_id}\n{text}".encode(), usedforsecurity=False).hexdigest()
    if connection.execute(select(column.id).where(column.config_md5 == md5)).first() is None:
        connection.execute(
            insert(gi_webservice_config_history).values(
                config_id=webservice_id,
                config=text,
                config_md5=md5,
                create_time=now,
                create_by=1,
                change_time=now,
                change_by=1,
            )
        )

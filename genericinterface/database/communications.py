"""What the Debugger keeps: `gi_debugger_entry`, one row per communication, and its contents.

Written by debugger.py's writer in batches, read by the `debugger` commands and by Znuny's own Debugger page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, select

from genericinterface.database.tables import gi_debugger_entry, gi_debugger_entry_content, gi_webservice_config


@dataclass
class Communication:
    """One communication to be written; `contents` holds (level, subject, content, moment)."""

    communication_id: str
    webservice_id: int
    remote_ip: str
    created: dt.datetime
    contents: list[tuple[str, str, str, dt.datetime]] = field(default_factory=list)


def write(connection: Connection, batch: Sequence[Communication]) -> None:
    """Writes a batch in three statements, however large. Communications of a web service that is gone are left out."""
    known = set(connection.scalars(select(gi_webservice_config.c.id)))
    kept = {entry.communication_id: entry for entry in batch if entry.webservice_id in known}
    if not kept:
        return
    ids = connection.execute(
        insert(gi_debugger_entry).returning(gi_debugger_entry.c.id, gi_debugger_entry.c.communication_id),
        [
            {
                "communication_id": entry.communication_id,
                "communication_type": "Provider",
                "remote_ip": entry.remote_ip[:50],
                "webservice_id": entry.webservice_id,
                "create_time": entry.created,
            }
            for entry in kept.values()
        ],
    ).all()
    connection.execute(
        insert(gi_debugger_entry_content),
        [
            {
                "gi_debugger_entry_id": row.id,
                "debug_level": level,
                "subject": subject[:255],
                "content": content,
                "create_time": moment,
            }
            for row in ids
            for level, subject, content, moment in kept[row.communication_id].contents
        ],
    )


def listed(
    connection: Connection,
    webservice_id: int | None = None,
    since: dt.datetime | None = None,
    errors: bool = False,
    limit: int = 50,
) -> Sequence[Row[Any]]:
    """(communication_id, name, remote_ip, create_time, entries, errors), newest first."""
    entry, content = gi_debugger_entry.c, gi_debugger_entry_content.c
    of_entry = content.gi_debugger_entry_id == entry.id
    count = select(func.count()).where(of_entry).scalar_subquery()
    failed = select(func.count()).where(of_entry, content.debug_level == "error").scalar_subquery()
    statement = (
        select(
            entry.communication_id,
            gi_webservice_config.c.name,
            entry.remote_ip,
            entry.create_time,
            count.label("entries"),
            failed.label("errors"),
        )
        .join(gi_webservice_config, gi_webservice_config.c.id == entry.webservice_id)
        .order_by(entry.id.desc())
        .limit(limit)
    )
    if webservice_id is not None:
        statement = statement.where(entry.webservice_id == webservice_id)
    if since is not None:
        statement = statement.where(entry.create_time >= since)
    if errors:
        statement = statement.where(exists().where(of_entry, content.debug_level == "error"))
    return connection.execute(statement).all()


def contents(connection: Connection, communication_id: str) -> Sequence[Row[Any]]:
    """(debug_level, subject, content, create_time) of a communication in its order; ID or its unambiguous beginning."""
    entry, content = gi_debugger_entry.c, gi_debugger_entry_content.c
    ids = connection.scalars(
        select(entry.id).where(entry.communication_id.startswith(communication_id, autoescape=True)).limit(2)
    ).all()
    if len(ids) != 1:
        return []
    return connection.execute(
        select(content.debug_level, content.subject, content.content, content.create_time)
        .where(content.gi_debugger_entry_id == ids[0])
        .order_by(content.id)
    ).all()


def clear(connection: Connection, webservice_id: int | None = None, before: dt.datetime | None = None) -> int:
    """Deletes communications, all or those of one web service or before a time; gives their number."""
    entry = gi_debugger_entry.c
    conditions = []
    if webservice_id is not None:
        conditions.append(entry.webservice_id == webservice_id)
    if before is not None:
        conditions.append(entry.create_time < before)
    chosen = select(entry.id).where(*conditions)
    connection.execute(
        delete(gi_debugger_entry_content).where(gi_debugger_entry_content.c.gi_debugger_entry_id.in_(chosen))
    )
    return connection.execute(delete(gi_debugger_entry).where(*conditions)).rowcount

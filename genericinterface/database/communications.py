"""What the Debugger keeps: `gi_debugger_entry`, one row per communication, and its contents.

Written by debugger.py's writer in batches, read by the `debugger` commands and by Znuny's own Debugger page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select

from genericinterface.database.tables import gi_debugger_entry, gi_debugger_entry_content, gi_webservice_config

_E, _C, _W = gi_debugger_entry.c, gi_debugger_entry_content.c, gi_webservice_config.c


@dataclass
class Communication:
    """One communication to be written; `contents` holds (level, subject, content, moment)."""

    communication_id: str
    webservice_id: int
    remote_ip: str
    created: dt.datetime
    contents: list[tuple[str, str, str, dt.datetime]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Characters of its contents."""
        return sum(len(content) for _level, _subject, content, _moment in self.contents)


class Summary(NamedTuple):
    """A communication in a list; `entries` and `errors` count its contents."""

    id: int
    communication_id: str
    webservice: str
    communication_type: str  # Provider, or Requester where a Znuny wrote it
    remote_ip: str
    create_time: dt.datetime
    entries: int
    errors: int


class Content(NamedTuple):
    """One entry of a communication."""

    level: str
    subject: str
    content: str
    create_time: dt.datetime


def write(connection: Connection, batch: Sequence[Communication]) -> None:
    """Writes a batch in four statements, however large. Communications of a web service that is gone are left out."""
    known = set(connection.scalars(select(_W.id)))
    kept = [entry for entry in batch if entry.webservice_id in known]
    if not kept:
        return
    connection.execute(
        insert(gi_debugger_entry),
        [
            {
                "communication_id": entry.communication_id,
                "communication_type": "Provider",
                "remote_ip": entry.remote_ip[:50],
                "webservice_id": entry.webservice_id,
                "create_time": entry.created,
            }
            for entry in kept
        ],
    )
    # Asked for afterwards, since older MariaDB servers have no INSERT … RETURNING.
    written = select(_E.communication_id, _E.id).where(
        _E.communication_id.in_([entry.communication_id for entry in kept])
    )
    ids = {row.communication_id: row.id for row in connection.execute(written)}
    connection.execute(
        insert(gi_debugger_entry_content),
        [
            {
                "gi_debugger_entry_id": ids[entry.communication_id],
                "debug_level": level,
                "subject": subject[:255],
                "content": content,
                "create_time": moment,
            }
            for entry in kept
            for level, subject, content, moment in entry.contents
        ],
    )


def listed(
    connection: Connection,
    webservice_id: int | None = None,
    since: dt.datetime | None = None,
    errors: bool = False,
    limit: int = 50,
) -> list[Summary]:
    """The newest communications, newest first; `errors` leaves only those with an entry of level error."""
    chosen = select(_E.id, _E.communication_id, _E.communication_type, _E.remote_ip, _E.create_time, _E.webservice_id)
    if webservice_id is not None:
        chosen = chosen.where(_E.webservice_id == webservice_id)
    if since is not None:
        chosen = chosen.where(_E.create_time >= since)
    if errors:
        chosen = chosen.where(_E.id.in_(select(_C.gi_debugger_entry_id).where(_C.debug_level == "error")))
    entry = chosen.order_by(_E.id.desc()).limit(limit).subquery("chosen")
    # One join over all of them: Znuny has no index on gi_debugger_entry_id.
    statement = (
        select(
            entry.c.id,
            entry.c.communication_id,
            _W.name,
            entry.c.communication_type,
            entry.c.remote_ip,
            entry.c.create_time,
            func.count(_C.id),
            func.coalesce(func.sum(case((_C.debug_level == "error", 1), else_=0)), 0),
        )
        .select_from(entry)
        .join(gi_webservice_config, _W.id == entry.c.webservice_id)
        .outerjoin(gi_debugger_entry_content, _C.gi_debugger_entry_id == entry.c.id)
        .group_by(
            entry.c.id,
            entry.c.communication_id,
            _W.name,
            entry.c.communication_type,
            entry.c.remote_ip,
            entry.c.create_time,
        )
        .order_by(entry.c.id.desc())
    )
    return [
        Summary(key, communication_id, name, kind, remote_ip or "", moment, int(entries), int(failed))
        for key, communication_id, name, kind, remote_ip, moment, entries, failed in connection.execute(statement)
    ]


def find(connection: Connection, beginning: str) -> list[str]:
    """The communication IDs that begin so, two of them at most: one is an answer, two are a question."""
    statement = select(_E.communication_id).where(_E.communication_id.startswith(beginning, autoescape=True)).limit(2)
    return list(connection.scalars(statement))


def contents(connection: Connection, communication_id: str) -> list[Content]:
    """The entries of a communication in their order."""
    statement = (
        select(_C.debug_level, _C.subject, _C.content, _C.create_time)
        .join(gi_debugger_entry, _E.id == _C.gi_debugger_entry_id)
        .where(_E.communication_id == communication_id)
        .order_by(_C.id)
    )
    return [
        Content(level, subject, _text(kept), moment) for level, subject, kept, moment in connection.execute(statement)
    ]


def clear(
    connection: Connection,
    webservice_id: int | None = None,
    before: dt.datetime | None = None,
) -> int:
    """Deletes communications, all or those of one web service or before a time; gives their number."""
    newest = connection.scalar(select(func.max(_E.id)))
    # What is written meanwhile stays: its contents would keep its entry from being deleted.
    conditions: list[ColumnElement[bool]] = [_E.id <= (newest or 0)]
    if webservice_id is not None:
        conditions.append(_E.webservice_id == webservice_id)
    if before is not None:
        conditions.append(_E.create_time < before)
    connection.execute(
        delete(gi_debugger_entry_content).where(_C.gi_debugger_entry_id.in_(select(_E.id).where(*conditions)))
    )
    return connection.execute(delete(gi_debugger_entry).where(*conditions)).rowcount


def _text(value: str | bytes | None) -> str:
    # Znuny's column may be read as bytes on MariaDB.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""

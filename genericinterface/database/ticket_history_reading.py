"""The history of tickets, as TicketHistoryGet answers it: one statement, however many tickets."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, select

from genericinterface.database import lookups
from genericinterface.database.tables import ticket_history, ticket_history_type

Data = dict[str, Any]

_h = ticket_history.c
_ENTRIES = (
    select(
        _h.ticket_id,
        _h.article_id,
        _h.create_by,
        _h.create_time,
        _h.history_type_id,
        _h.name,
        _h.owner_id,
        _h.priority_id,
        _h.queue_id,
        _h.state_id,
        _h.type_id,
    )
    .where(_h.ticket_id.in_(bindparam("tickets", expanding=True)))
    .order_by(_h.create_time, _h.id)
)


def histories(connection: Connection, tickets: Collection[int]) -> dict[int, list[Data]]:
    """The entries of each ticket in their order, all but their `TicketID`; a ticket without entries is not there."""
    found: dict[int, list[Data]] = {}
    rows = connection.execute(_ENTRIES, {"tickets": list(tickets)}).all()
    known = _types(connection, {row[4] for row in rows})
    for ticket, article, creator, created, kind, name, owner, priority, queue, state, type_id in rows:
        entry = {
            "ArticleID": article or 0,
            "CreateBy": creator,
            "CreateTime": str(created),
            "HistoryType": known.get(kind),
            "HistoryTypeID": kind,
            "Name": name,
            "OwnerID": owner,
            "PriorityID": priority,
            "QueueID": queue,
            "StateID": state,
            "TypeID": type_id,
        }
        found.setdefault(ticket, []).append(entry)
    return found


def _types(connection: Connection, wanted: set[int]) -> dict[int, str]:
    """The names of the types of entries; read anew where one is not known yet."""
    known = lookups.names(connection, [ticket_history_type])
    if not known[ticket_history_type.name].names.keys() >= wanted:
        known = lookups.names(connection, [ticket_history_type], fresh=True)
    return known[ticket_history_type.name].names

"""What tests of writing tickets share: IDs by name, changes, and what a ticket's rows are afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import Connection, Table, select

from genericinterface.database import escalations, lookups
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewArticle
from genericinterface.database.ticket_change import TicketChange, create_ticket, read_for_update
from genericinterface.database.ticket_row import NewTicket
from genericinterface.sysconfig import SystemConfiguration

ROOT, TESTER = 1, "tester"
NOW = dt.datetime(2026, 11, 26, 11, 1, 12)
SYSCONFIG = SystemConfiguration(ticket_responsible=True, ticket_archive_system=True)
TABLES = (
    t.queue,
    t.ticket_state,
    t.ticket_priority,
    t.ticket_type,
    t.ticket_lock_type,
    t.service,
    t.sla,
    t.users,
    t.ticket_history_type,
    t.article_sender_type,
    t.communication_channel,
    t.dynamic_field,
)


def known(connection: Connection, table: Table, name: str) -> int:
    """The ID of a name."""
    return lookups.names(connection, TABLES)[table.name].ids[name]


def new_ticket(connection: Connection, **values: Any) -> NewTicket:
    """A ticket with defaults for whatever is not given."""
    given: dict[str, Any] = {
        "tn": "2026112610000024",
        "title": "setters",
        "queue_id": known(connection, t.queue, "Raw"),
        "lock_id": known(connection, t.ticket_lock_type, "unlock"),
        "state_id": known(connection, t.ticket_state, "new"),
        "priority_id": known(connection, t.ticket_priority, "3 normal"),
        "type_id": known(connection, t.ticket_type, "Unclassified"),
        "customer_id": "acme",
        "customer_user": "cust1",
    }
    return NewTicket(**given | values)


def new_article(connection: Connection, **values: Any) -> NewArticle:
    """An article of an agent with defaults for whatever is not given."""
    given: dict[str, Any] = {
        "subject": "S",
        "body": "B",
        "content_type": "text/plain; charset=utf-8",
        "channel_id": known(connection, t.communication_channel, "Internal"),
        "sender_type_id": known(connection, t.article_sender_type, "agent"),
        "is_visible_for_customer": True,
        "history_type": "AddNote",
        "history_comment": "%%GenericInterface Note",
        "from_": "Alice Archer",
    }
    return NewArticle(**given | values)


def begin(
    connection: Connection, user_id: int = ROOT, sysconfig: SystemConfiguration = SYSCONFIG, **values: Any
) -> TicketChange:
    """A new ticket."""
    return create_ticket(connection, new_ticket(connection, **values), user_id, sysconfig, NOW)


def change_of(connection: Connection, ticket_id: int, user_id: int = ROOT, seconds: int = 60) -> TicketChange:
    """A change of a ticket, so many seconds after it was made."""
    found = read_for_update(connection, ticket_id, user_id, SYSCONFIG, NOW + dt.timedelta(seconds=seconds))
    assert found is not None
    return found


def rows(connection: Connection, table: Table, **where: Any) -> list[dict[str, Any]]:
    """The rows of a table in order of their IDs."""
    statement = select(table).where(*(table.c[name] == value for name, value in where.items()))
    if "id" in table.c:
        statement = statement.order_by(table.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def history(connection: Connection, ticket_id: int, after: int = 0) -> list[tuple[str, str]]:
    """Type and name of the entries behind the first `after`."""
    kinds = t.ticket_history_type
    statement = (
        select(kinds.c.name, t.ticket_history.c.name)
        .join(kinds, kinds.c.id == t.ticket_history.c.history_type_id)
        .where(t.ticket_history.c.ticket_id == ticket_id)
        .order_by(t.ticket_history.c.id)
    )
    return [(kind, name) for kind, name in connection.execute(statement)][after:]


def believe(patch: pytest.MonkeyPatch) -> None:
    """Names and escalation times that are known are not read again during a test, and forgotten after it."""
    for module in (lookups, escalations):
        patch.setattr(module, "TTL", 3600)
        patch.setattr(module, "_known", WeakKeyDictionary())

"""Tickets as they are stored, with the names of what they refer to and the moments of the option Extended.

Called by ticket_data.py. One statement for all tickets, under a permission if one is given; names come from memory
(lookups.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Select, bindparam, cast, func, select

from genericinterface.database import lookups
from genericinterface.database import tables as t
from genericinterface.database.lookups import Names
from genericinterface.database.permission import EVERYTHING, Access
from genericinterface.database.ticket_row import COLUMNS, TicketRow

CLOSED = "closed"
STATEMENTS = 256  # that are kept: one for each rule of permission, with Extended and without

Data = dict[str, Any]

NAMED = (
    t.queue,
    t.ticket_type,
    t.ticket_state,
    t.ticket_state_type,
    t.ticket_priority,
    t.ticket_lock_type,
    t.service,
    t.sla,
    t.users,
)


@dataclass(frozen=True)
class Stored(TicketRow):
    """A row of `ticket` and what is booked and happened; `time_units` is None where no time is booked, the moments
    where nothing of the kind has happened, and without Extended."""

    time_units: float | None
    first_response: dt.datetime | None = None
    closed: dt.datetime | None = None
    first_lock: dt.datetime | None = None


def read(
    connection: Connection,
    tickets: Collection[int],
    extended: bool = False,
    access: Access = EVERYTHING,
) -> dict[int, Stored]:
    """The tickets that are there and accessible, by ID; one statement."""
    statement = _statement(access.condition, extended)
    rows = connection.execute(statement, {**access.values, "tickets": list(tickets)})
    found = (Stored(*row) for row in rows)
    return {ticket.id: ticket for ticket in found}


@lru_cache(STATEMENTS)
def _statement(permission: ColumnElement[bool], extended: bool) -> Select[Any]:
    time = t.time_accounting.c
    booked = select(cast(func.sum(time.time_unit), Float)).where(time.ticket_id == t.ticket.c.id).scalar_subquery()
    moments = (_first_response(), _closed(), _first_lock()) if extended else ()
    chosen = t.ticket.c.id.in_(bindparam("tickets", expanding=True))
    return select(*COLUMNS, booked, *moments).where(chosen, permission)


def _first_response() -> ColumnElement[Any]:
    """The first article of an agent that the customer sees."""
    a, sender = t.article.c, t.article_sender_type.c
    agents = select(sender.id).where(sender.name == "agent").scalar_subquery()
    return (
        select(func.min(a.create_time))
        .where(a.ticket_id == t.ticket.c.id, a.article_sender_type_id == agents, a.is_visible_for_customer == 1)
        .scalar_subquery()
    )


def _history(*kinds: str) -> Select[Any]:
    h, kind = t.ticket_history.c, t.ticket_history_type.c
    types = select(kind.id).where(kind.name.in_(kinds))
    return select(h.create_time).where(h.ticket_id == t.ticket.c.id, h.history_type_id.in_(types))


def _closed() -> ColumnElement[Any]:
    """When the ticket last got a closed state, whatever its state is now."""
    state, kind = t.ticket_state.c, t.ticket_state_type.c
    closed = select(state.id).where(state.type_id.in_(select(kind.id).where(kind.name == CLOSED)))
    moments = _history("NewTicket", "StateUpdate").where(t.ticket_history.c.state_id.in_(closed))
    return moments.with_only_columns(func.max(t.ticket_history.c.create_time)).scalar_subquery()


def _first_lock() -> ColumnElement[Any]:
    return _history("Lock").with_only_columns(func.min(t.ticket_history.c.create_time)).scalar_subquery()


# ------------------------------------------------------------------------------------------------------------ names


def names(connection: Connection, tickets: Collection[Stored]) -> dict[str, Names]:
    """The names of what the tickets refer to, by table."""
    return lookups.of_tickets(connection, NAMED, tickets)


def units(number: float | None) -> float | int:
    """Accounted time as a number: whole where it is, 0 for none."""
    if not number:
        return 0
    rounded = round(float(number), 2)
    return int(rounded) if rounded.is_integer() else rounded


def shown(ticket: Stored, known: Mapping[str, Names], now: int, created: int) -> Data:
    """The ticket as the wire shows it, without what escalates; `now` and `created` are in seconds since 1970.

    Keys and kinds of values (numbers, text, null) as Znuny 6.5 has them: "" where no service or SLA is, no name then.
    """
    type_id = ticket.type_id or 1
    state_type = known["ticket_state"].types.get(ticket.ticket_state_id, 0)
    data: Data = {
        "Age": now - created,
        "ArchiveFlag": "y" if ticket.archive_flag else "n",
        "ChangeBy": ticket.change_by,
        "Changed": str(ticket.change_time),
        "CreateBy": ticket.create_by,
        "Created": str(ticket.create_time),
        "CustomerID": ticket.customer_id,
        "CustomerUserID": ticket.customer_user_id,
        "EscalationResponseTime": ticket.escalation_response_time,
        "EscalationSolutionTime": ticket.escalation_solution_time,
        "EscalationTime": ticket.escalation_time,
        "EscalationUpdateTime": ticket.escalation_update_time,
        "GroupID": known["queue"].groups.get(ticket.queue_id),
        "Lock": known["ticket_lock_type"].names.get(ticket.ticket_lock_id),
        "LockID": ticket.ticket_lock_id,
        "Owner": known["users"].names.get(ticket.user_id),
        "OwnerID": ticket.user_id,
        "Priority": known["ticket_priority"].names.get(ticket.ticket_priority_id),
        "PriorityID": ticket.ticket_priority_id,
        "Queue": known["queue"].names.get(ticket.queue_id),
        "QueueID": ticket.queue_id,
        "RealTillTimeNotUsed": ticket.until_time,
        "Responsible": known["users"].names.get(ticket.responsible_user_id),
        "ResponsibleID": ticket.responsible_user_id,
        "SLAID": ticket.sla_id or "",
        "ServiceID": ticket.service_id or "",
        "State": known["ticket_state"].names.get(ticket.ticket_state_id),
        "StateID": ticket.ticket_state_id,
        "StateType": known["ticket_state_type"].names.get(state_type),
        "TicketID": ticket.id,
        "TicketNumber": ticket.tn,
        "TimeUnit": units(ticket.time_units),
        "Title": ticket.title,
        "Type": known["ticket_type"].names.get(type_id),
        "TypeID": type_id,
        "UnlockTimeout": ticket.timeout,
        "UntilTime": ticket.until_time - now if ticket.until_time else 0,
    }
    if ticket.sla_id:
        data["SLA"] = known["sla"].names.get(ticket.sla_id)
    if ticket.service_id:
        data["Service"] = known["service"].names.get(ticket.service_id)
    return data

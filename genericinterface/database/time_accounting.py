"""Booked times, each with the queue in which its ticket was then. Called by Ticket::TimeAccountingGet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select

from genericinterface.database.tables import queue, ticket, ticket_history, ticket_history_type, time_accounting, users

LIMIT = 1_000_000  # as the reference
ESCAPE = "!"
# What Znuny writes into the history when a ticket enters a queue; a NewTicket that tells of an article looks otherwise.
#   NewTicket: %%number%%queue%%priority%%state%%id        Move: %%queue%%id%%queue before%%id before
SEPARATOR = "%%"
READABLE = "!%!%%" * 4
QUEUE_IN = {"NewTicket": (2, 6), "Move": (1, 5)}  # type → place of the queue's name, number of parts at least


@dataclass(frozen=True)
class Booking:
    """A row of `time_accounting` with what is told of its ticket; `queue` is None where the history is silent."""

    ticket_number: str
    title: str
    customer_id: str | None
    time_unit: Decimal
    created: dt.datetime
    queue: str | None


def _statement() -> Any:
    entry, kind = ticket_history.alias("entry"), ticket_history_type.alias("kind")
    last = ticket_history.alias("last")
    # The last time that the ticket entered a queue up to the booking, found by the index on ticket_history.ticket_id.
    # A readable entry goes before one that is not, for only it has the name that the queue had then.
    entered = (
        select(entry.c.id)
        .join(kind, kind.c.id == entry.c.history_type_id)
        .where(
            entry.c.ticket_id == time_accounting.c.ticket_id,
            entry.c.create_time <= time_accounting.c.create_time,
            kind.c.name.in_(QUEUE_IN),
        )
        .order_by(
            case((entry.c.name.like(READABLE, escape=ESCAPE), 0), else_=1),
            entry.c.create_time.desc(),
            entry.c.id.desc(),
        )
        .limit(1)
        .correlate(time_accounting)
        .scalar_subquery()
    )
    return (
        select(
            ticket.c.tn,
            ticket.c.title,
            ticket.c.customer_id,
            time_accounting.c.time_unit,
            time_accounting.c.create_time,
            last.c.name.label("entry"),
            ticket_history_type.c.name.label("entry_type"),
            queue.c.name.label("queue"),
        )
        .join(ticket, ticket.c.id == time_accounting.c.ticket_id)
        .join(users, users.c.id == time_accounting.c.create_by)
        .outerjoin(last, last.c.id == entered)
        .outerjoin(ticket_history_type, ticket_history_type.c.id == last.c.history_type_id)
        .outerjoin(queue, queue.c.id == last.c.queue_id)
        .where(
            func.lower(users.c.login) == func.lower(bindparam("login")),
            time_accounting.c.create_time.between(bindparam("start"), bindparam("end")),
        )
        .order_by(time_accounting.c.create_time, ticket.c.id, time_accounting.c.id)
        .limit(LIMIT)
    )


_BOOKED = _statement()


def booked(connection: Connection, login: str, start: dt.datetime, end: dt.datetime) -> list[Booking]:
    """What an agent has booked between two moments, both included, oldest first; one statement.

    `login` in any case, of an agent who may be invalid by now. A queue has the name that it had then (as Znuny 6.5),
    or its present one where the history does not tell.
    """
    rows = connection.execute(_BOOKED, {"login": login, "start": start, "end": end})
    return [
        Booking(row.tn, row.title, row.customer_id, row.time_unit, row.create_time, _queue(row) or row.queue)
        for row in rows
    ]


def _queue(row: Any) -> str | None:
    if row.entry is None:
        return None
    place, parts = QUEUE_IN[row.entry_type]
    found: list[str] = row.entry.split(SEPARATOR)
    return found[place] if len(found) >= parts and not found[0] else None

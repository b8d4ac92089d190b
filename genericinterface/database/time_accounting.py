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
LINE = "\n"
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
    # The last time that the ticket entered a queue up to the booking, found by the index on ticket_history.ticket_id:
    # type, text and queue of the entry in one value, since a scalar subquery is the one form that no database runs
    # more often than once for each booking. A readable entry goes before one that is not.
    entered = (
        select(
            ticket_history_type.c.name.concat(LINE).concat(ticket_history.c.name).concat(LINE).concat(queue.c.name),
        )
        .join(ticket_history_type, ticket_history_type.c.id == ticket_history.c.history_type_id)
        .join(queue, queue.c.id == ticket_history.c.queue_id)
        .where(
            ticket_history.c.ticket_id == time_accounting.c.ticket_id,
            ticket_history.c.create_time <= time_accounting.c.create_time,
            ticket_history_type.c.name.in_(QUEUE_IN),
        )
        .order_by(
            case((ticket_history.c.name.like(READABLE, escape=ESCAPE), 0), else_=1),
            ticket_history.c.create_time.desc(),
            ticket_history.c.id.desc(),
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
            entered.label("entered"),
        )
        .join(ticket, ticket.c.id == time_accounting.c.ticket_id)
        .join(users, users.c.id == time_accounting.c.create_by)
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
        Booking(row.tn, row.title, row.customer_id, row.time_unit, row.create_time, _queue(row.entered)) for row in rows
    ]


def _queue(entered: str | None) -> str | None:
    """The queue of an entry of the history; None where there is no entry."""
    if entered is None:
        return None
    kind, _, rest = entered.partition(LINE)
    text, _, queue_now = rest.rpartition(LINE)
    place, parts = QUEUE_IN[kind]
    found = text.split(SEPARATOR)
    readable = len(found) >= parts and not found[0] and found[place]
    return found[place] if readable else queue_now

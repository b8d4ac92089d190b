"""Booked times, each with the queue in which its ticket was then. Called by Ticket::TimeAccountingGet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from genericinterface.database.tables import queue, ticket, ticket_history, ticket_history_type, time_accounting, users

LIMIT = 1_000_000  # as the reference


def _statement() -> Any:
    # The last time that the ticket entered a queue before the booking, found by the index on ticket_history.ticket_id.
    entered = (
        select(queue.c.name)
        .join(ticket_history, ticket_history.c.queue_id == queue.c.id)
        .join(ticket_history_type, ticket_history_type.c.id == ticket_history.c.history_type_id)
        .where(
            ticket_history.c.ticket_id == time_accounting.c.ticket_id,
            ticket_history.c.create_time <= time_accounting.c.create_time,
            ticket_history_type.c.name.in_(("NewTicket", "Move")),
        )
        .order_by(ticket_history.c.create_time.desc(), ticket_history.c.id.desc())
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
            entered.label("queue"),
        )
        .join(ticket, ticket.c.id == time_accounting.c.ticket_id)
        .join(users, users.c.id == time_accounting.c.create_by)
        .where(
            users.c.login == bindparam("login"),
            time_accounting.c.create_time.between(bindparam("start"), bindparam("end")),
        )
        .order_by(time_accounting.c.create_time, ticket.c.id, time_accounting.c.id)
        .limit(LIMIT)
    )


_BOOKED = _statement()


def booked(connection: Connection, login: str, start: dt.datetime, end: dt.datetime) -> Sequence[Row[Any]]:
    """(tn, title, customer_id, time_unit, create_time, queue) of what an agent has booked, both ends included."""
    rows: Sequence[Row[Any]] = connection.execute(_BOOKED, {"login": login, "start": start, "end": end}).all()
    return rows

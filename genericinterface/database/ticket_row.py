"""The row of a ticket as it is, and as it is made. Written by ticket_change.py alone; tickets.py reads it, and more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, bindparam, select

from genericinterface.database.tables import ticket


@dataclass(frozen=True)
class TicketRow:
    """All columns of a row of `ticket`, named as there. A ticket that is not stored yet has the ID 0."""

    id: int
    tn: str
    title: str | None
    queue_id: int
    ticket_lock_id: int
    type_id: int | None
    service_id: int | None
    sla_id: int | None
    user_id: int
    responsible_user_id: int
    ticket_priority_id: int
    ticket_state_id: int
    customer_id: str | None
    customer_user_id: str | None
    timeout: int
    until_time: int
    escalation_time: int
    escalation_update_time: int
    escalation_response_time: int
    escalation_solution_time: int
    archive_flag: int
    create_time: dt.datetime
    create_by: int
    change_time: dt.datetime
    change_by: int


@dataclass(frozen=True)
class NewTicket:
    """What a new ticket is at first, before anything is set: Znuny's TicketCreate gives it to user 1 and unlocked.

    `customer_id` and `customer_user` None: no customer is set (and none recorded in the history).
    """

    tn: str
    title: str
    queue_id: int
    lock_id: int
    state_id: int
    priority_id: int
    type_id: int
    owner_id: int = 1
    responsible_id: int = 1
    service_id: int | None = None
    sla_id: int | None = None
    customer_id: str | None = None
    customer_user: str | None = None
    archive_flag: int = 0


NAMES = tuple(field.name for field in fields(TicketRow))
COLUMNS = tuple(ticket.c[name] for name in NAMES)
BY_ID_FOR_UPDATE: Select[Any] = select(*COLUMNS).where(ticket.c.id == bindparam("ticket_id")).with_for_update()


def from_new(new: NewTicket, user_id: int, now: dt.datetime) -> TicketRow:
    """The row of a new ticket before it has an ID."""
    return TicketRow(
        id=0,
        tn=new.tn,
        title=new.title,
        queue_id=new.queue_id,
        ticket_lock_id=new.lock_id,
        type_id=new.type_id,
        service_id=new.service_id,
        sla_id=new.sla_id,
        user_id=new.owner_id,
        responsible_user_id=new.responsible_id,
        ticket_priority_id=new.priority_id,
        ticket_state_id=new.state_id,
        customer_id=None,
        customer_user_id=None,
        timeout=0,
        until_time=0,
        escalation_time=0,
        escalation_update_time=0,
        escalation_response_time=0,
        escalation_solution_time=0,
        archive_flag=new.archive_flag,
        create_time=now,
        create_by=user_id,
        change_time=now,
        change_by=user_id,
    )

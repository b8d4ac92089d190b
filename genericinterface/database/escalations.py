"""What escalation depends on: the times of queues and SLAs, kept for a second, and the facts of one ticket."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)

from genericinterface.database import tables as t
from genericinterface.escalation import AGENT, CUSTOMER, Facts, Limit, Preferences
from genericinterface.sysconfig import SystemConfiguration

TTL = 1.0  # seconds that times are believed


@dataclass(frozen=True)
class EscalationTimes:
    """The times of all queues and SLAs, valid or not, by ID."""

    queues: dict[int, Preferences]
    slas: dict[int, Preferences]
    read: float

    def of(self, queue_id: int, sla_id: int | None, sysconfig: SystemConfiguration) -> Preferences:
        """The times that hold for a ticket: its SLA's where there are such, else its queue's."""
        if sla_id and sysconfig.ticket_service:
            return self.slas.get(sla_id, Preferences())
        return self.queues.get(queue_id, Preferences())


_known: WeakKeyDictionary[Engine, EscalationTimes] = WeakKeyDictionary()


def escalation_times(connection: Connection, fresh: bool = False) -> EscalationTimes:
    """The times of queues and SLAs; one statement where those that are known are too old, or with `fresh`; or none."""
    known = _known.get(connection.engine)
    now = time.monotonic()
    if known is None or fresh or known.read + TTL < now:
        known = EscalationTimes({}, {}, now)
        for table, number, *row in connection.execute(_TIMES):
            (known.queues if table == t.queue.name else known.slas)[number] = _preferences(row)
        _known[connection.engine] = known
    return known


def _preferences(row: list[Any]) -> Preferences:
    response, response_notify, update, update_notify, solution, solution_notify, calendar = row
    return Preferences(
        Limit(response or 0, response_notify or 0),
        Limit(update or 0, update_notify or 0),
        Limit(solution or 0, solution_notify or 0),
        calendar or "",
    )


def _times(table: Table) -> Select[Any]:
    c = table.c
    limits = (c.first_response_time, c.first_response_notify, c.update_time, c.update_notify)
    return select(literal(table.name), c.id, *limits, c.solution_time, c.solution_notify, c.calendar_name)


_TIMES = union_all(_times(t.queue), _times(t.sla))


def facts(connection: Connection, ticket_id: int, created: int, sysconfig: SystemConfiguration) -> Facts:
    """The facts of a ticket that is stored; one statement, whatever has happened to it."""
    row = connection.execute(_FACTS, {"ticket_id": ticket_id}).one()
    first, agent, customer, any_article, closed = (moment and sysconfig.to_epoch(moment) for moment in row)
    if customer is not None:
        return Facts(created, first, CUSTOMER, customer, closed)
    if agent is not None:
        return Facts(created, first, AGENT, agent, closed)
    return Facts(created, first, "", any_article, closed)


def _article(alias: Any, sender_type: str) -> ColumnElement[bool]:
    types = select(t.article_sender_type.c.id).where(t.article_sender_type.c.name == sender_type).scalar_subquery()
    return and_(
        alias.c.ticket_id == bindparam("ticket_id"),
        alias.c.is_visible_for_customer == 1,
        alias.c.article_sender_type_id == types,
    )


def _facts() -> Select[Any]:
    a, later, h = t.article.alias("a"), t.article.alias("later"), t.ticket_history
    of_agent = _article(a, AGENT)
    answered = (
        select(later.c.id)
        .where(
            _article(later, AGENT),
            or_(
                later.c.create_time > a.c.create_time,
                and_(later.c.create_time == a.c.create_time, later.c.id > a.c.id),
            ),
        )
        .exists()
    )
    closed = select(t.ticket_state.c.id).where(
        t.ticket_state.c.type_id.in_(select(t.ticket_state_type.c.id).where(t.ticket_state_type.c.name == "closed"))
    )
    kinds = select(t.ticket_history_type.c.id).where(t.ticket_history_type.c.name.in_(("NewTicket", "StateUpdate")))
    return select(
        select(func.min(a.c.create_time)).where(of_agent).scalar_subquery(),
        select(func.max(a.c.create_time)).where(of_agent).scalar_subquery(),
        select(func.min(a.c.create_time)).where(_article(a, CUSTOMER), ~answered).scalar_subquery(),
        select(func.max(a.c.create_time)).where(a.c.ticket_id == bindparam("ticket_id")).scalar_subquery(),
        select(func.max(h.c.create_time))
        .where(h.c.ticket_id == bindparam("ticket_id"), h.c.state_id.in_(closed), h.c.history_type_id.in_(kinds))
        .scalar_subquery(),
    )


_FACTS = _facts()

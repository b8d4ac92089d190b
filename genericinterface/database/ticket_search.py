"""TicketSearch's one statement: filters, permission, order and limit. SQL of the search is built here and nowhere else.

Called by operation/ticket/ticket_search.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, select

from genericinterface.database import tables as t
from genericinterface.database.ticket_search_filters import FILTERS, KEPT, NOTHING, Parameters, Scope
from genericinterface.sysconfig import SystemConfiguration

NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*", re.A)
LARGEST_LIMIT = 2**63 - 1
LIMIT = "limit"  # name of the statement's parameter


def _name_of(table: Any, reference: ColumnElement[Any], key: str = "name") -> ColumnElement[Any]:
    return select(table.c[key]).where(table.c.id == reference).scalar_subquery()


_ticket = t.ticket.c
_owner, _responsible = t.users.alias("owner"), t.users.alias("responsible")
SORT_BY: dict[str, ColumnElement[Any]] = {
    "Owner": _name_of(_owner, _ticket.user_id, "login"),
    "Responsible": _name_of(_responsible, _ticket.responsible_user_id, "login"),
    "CustomerID": _ticket.customer_id,
    "State": _name_of(t.ticket_state, _ticket.ticket_state_id),
    "Lock": _name_of(t.ticket_lock_type, _ticket.ticket_lock_id),
    "Ticket": _ticket.tn,
    "TicketNumber": _ticket.tn,
    "Title": _ticket.title,
    "Queue": _name_of(t.queue, _ticket.queue_id),
    "Type": _name_of(t.ticket_type, _ticket.type_id),
    "Priority": _name_of(t.ticket_priority, _ticket.ticket_priority_id),
    "Age": _ticket.create_time,
    "Created": _ticket.create_time,
    "Changed": _ticket.change_time,
    "Service": _name_of(t.service, _ticket.service_id),
    "SLA": _name_of(t.sla, _ticket.sla_id),
    "PendingTime": _ticket.until_time,
    "EscalationTime": _ticket.escalation_time,
    "EscalationUpdateTime": _ticket.escalation_update_time,
    "EscalationResponseTime": _ticket.escalation_response_time,
    "EscalationSolutionTime": _ticket.escalation_solution_time,
}
ORDER_BY = ("Up", "Down")


class NothingError(Exception):
    """The parameters can never be met; there is no need to ask the database."""


def search(
    connection: Connection,
    parameters: Parameters,
    permission: ColumnElement[bool],
    sort_by: Sequence[str],
    order_by: Sequence[str],
    limit: int,
    sysconfig: SystemConfiguration,
) -> list[int]:
    """IDs of the tickets that fulfil every parameter and the permission, in order; one statement, or none."""
    try:
        statement, binds = build(parameters, permission, sort_by, order_by, sysconfig)
    except NothingError:
        return []
    return list(connection.scalars(statement, binds | {LIMIT: limit}))


def build(
    parameters: Parameters,
    permission: ColumnElement[bool],
    sort_by: Sequence[str],
    order_by: Sequence[str],
    sysconfig: SystemConfiguration,
) -> tuple[Select[tuple[int]], dict[str, Any]]:
    """The statement and its parameters but for LIMIT; raises NothingError.

    Sort keys and orders are those of SORT_BY and ORDER_BY, as many of each.
    """
    scope = Scope(sysconfig)
    conditions = [permission]
    for entry in FILTERS:
        condition = entry.expression(parameters, scope)
        if condition is NOTHING:
            raise NothingError
        if condition is not None:
            conditions.append(condition)
    return _statement(tuple(conditions), tuple(sort_by), tuple(order_by)), scope.binds


@lru_cache(KEPT)
def _statement(
    conditions: tuple[ColumnElement[bool], ...], sort_by: tuple[str, ...], order_by: tuple[str, ...]
) -> Select[tuple[int]]:
    """The same statement for the same expressions: SQLAlchemy then knows its SQL already."""
    order = [
        SORT_BY[key].asc() if direction == "Up" else SORT_BY[key].desc()
        for key, direction in zip(sort_by, order_by, strict=True)
    ]
    last = _ticket.id.asc() if order_by[-1] == "Up" else _ticket.id.desc()
    return select(_ticket.id).where(*conditions).order_by(*order, last).limit(bindparam(LIMIT, type_=BigInteger()))


def read_limit(text: str | None, default: int) -> int | None:
    """The Limit of a request: a false value is the default, a number is rounded, None is for what finds nothing."""
    if text is None or text in ("", "0"):
        return default
    if NUMBER.fullmatch(text) is None:
        return None
    try:
        number = int(Decimal(text.strip()).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        return None
    return number if 0 <= number <= LARGEST_LIMIT else None

"""A mark of the state a ticket is in, which changes with everything that TicketUpdate or an agent changes in it.

Called by TicketGet (header `ETag`) and TicketUpdate (`If-Match`) where a web service asks for the extension. It is made
of the ticket's own row, of its newest history entry (every change of a ticket writes one, so two changes within the
same second differ), of its articles and of the rows of dynamic fields, which Znuny writes anew with each change. What
only time changes (ages, escalations) is not in it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select

from genericinterface.database import tables as t


def etag(connection: Connection, ticket_id: int) -> str:
    """The mark in quotes, as a header has it; of a ticket that is not there that of nothing. One statement."""
    row = connection.execute(_statement(), {"ticket": ticket_id}).first()
    state = "\n".join(map(str, row)) if row is not None else ""
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


@cache
def _statement() -> Select[Any]:
    """Computed columns of a ticket are no part of its state, and escalations are reckoned anew at any time."""
    own = [column for column in t.ticket.c if not column.name.startswith("escalation")]
    history, articles = t.ticket_history.c, t.article.c
    articles_of = articles.ticket_id == t.ticket.c.id
    of_articles = select(articles.id).where(articles_of).correlate(t.ticket)
    return select(
        *own,
        select(func.max(history.id)).where(history.ticket_id == t.ticket.c.id).scalar_subquery(),
        select(func.count(articles.id)).where(articles_of).scalar_subquery(),
        select(func.max(articles.change_time)).where(articles_of).scalar_subquery(),
        *_values("Ticket", t.dynamic_field_value.c.object_id == t.ticket.c.id),
        *_values("Article", t.dynamic_field_value.c.object_id.in_(of_articles)),
    ).where(t.ticket.c.id == bindparam("ticket"))


def _values(object_type: str, chosen: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The newest row of dynamic fields and how many there are: one that is taken away is seen as well."""
    value, field = t.dynamic_field_value.c, t.dynamic_field.c
    fields = select(field.id).where(field.object_type == object_type)
    condition = chosen & value.field_id.in_(fields)
    newest = select(func.max(value.id)).where(condition).correlate(t.ticket).scalar_subquery()
    number = select(func.count(value.id)).where(condition).correlate(t.ticket).scalar_subquery()
    return newest, number

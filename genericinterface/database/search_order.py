"""What tickets found are sorted by: SORT_BY, one row per key, and the dynamic fields.

Called by ticket_search.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, select, union

from genericinterface.database import tables as t
from genericinterface.database.dynamic_fields import DynamicField
from genericinterface.database.search_dynamic_fields import PREFIX, kind_of
from genericinterface.database.search_parameters import NothingError, Question
from genericinterface.schema import text, true

UP, DOWN = "Up", "Down"
ORDER_BY = (UP, DOWN)


@dataclass(frozen=True)
class SortKey:
    """What a key sorts by: `columns`, of the table `joined` on `condition` where they are not the ticket's own."""

    columns: tuple[ColumnElement[Any], ...]
    joined: FromClause | None = None
    condition: ColumnElement[bool] | None = None


_ticket = t.ticket.c
_owner, _responsible = t.users.alias("owner"), t.users.alias("responsible")

# Znuny 6.5 sorts by the ID what it shows by name, but for queues and people.
SORT_BY: dict[str, SortKey] = {
    "Owner": SortKey((_owner.c.first_name, _owner.c.last_name), _owner, _owner.c.id == _ticket.user_id),
    "Responsible": SortKey(
        (_responsible.c.first_name, _responsible.c.last_name),
        _responsible,
        _responsible.c.id == _ticket.responsible_user_id,
    ),
    "CustomerID": SortKey((_ticket.customer_id,)),
    "State": SortKey((_ticket.ticket_state_id,)),
    "Lock": SortKey((_ticket.ticket_lock_id,)),
    "Ticket": SortKey((_ticket.tn,)),
    "TicketNumber": SortKey((_ticket.tn,)),
    "Title": SortKey((_ticket.title,)),
    "Queue": SortKey((t.queue.c.name,), t.queue, t.queue.c.id == _ticket.queue_id),
    "Type": SortKey((_ticket.type_id,)),
    "Priority": SortKey((_ticket.ticket_priority_id,)),
    "Age": SortKey((_ticket.create_time,)),
    "Created": SortKey((_ticket.create_time,)),
    "Changed": SortKey((_ticket.change_time,)),
    "Service": SortKey((_ticket.service_id,)),
    "SLA": SortKey((_ticket.sla_id,)),
    "PendingTime": SortKey((_ticket.until_time,)),
    "EscalationTime": SortKey((_ticket.escalation_time,)),
    "EscalationUpdateTime": SortKey((_ticket.escalation_update_time,)),
    "EscalationResponseTime": SortKey((_ticket.escalation_response_time,)),
    "EscalationSolutionTime": SortKey((_ticket.escalation_solution_time,)),
}

# (a key of SORT_BY or a field, whether upwards), in order of weight
Order = tuple[tuple[str | DynamicField, bool], ...]
SortedBy = tuple[ColumnElement[Any], bool]  # (column, whether upwards)


def read_order(question: Question) -> Order:
    """SortBy and OrderBy of a question; raises NothingError where they are not understood.

    One key takes the first of a list of directions; a list of keys needs a direction for each (Znuny 6.5).
    """
    config = question.sysconfig
    keys = _listed(question.parameters, "SortBy", config.ticket_search_sort_by)
    directions = _listed(question.parameters, "OrderBy", config.ticket_search_order_by)
    if not keys or len(directions) < len(keys):
        raise NothingError("OrderBy", "has fewer values than SortBy")
    for direction in directions[: len(keys)]:
        if direction not in ORDER_BY:
            raise NothingError("OrderBy", f"is none of {', '.join(ORDER_BY)}")
    return tuple((_key(key, question), direction == UP) for key, direction in zip(keys, directions, strict=False))


def _listed(parameters: Mapping[str, Any], name: str, default: str) -> list[str | None]:
    value = parameters.get(name)
    if isinstance(value, list):
        return [text(item) for item in value]
    return [text(value) if true(value) else default]


def _key(name: str | None, question: Question) -> str | DynamicField:
    if name is not None and name.startswith(PREFIX) and name.removeprefix(PREFIX) in question.fields:
        return question.fields[name.removeprefix(PREFIX)]
    if name not in SORT_BY:
        raise NothingError("SortBy", "is no key that tickets can be sorted by")
    return name


def fields_in_order(parameters: Mapping[str, Any]) -> set[str]:
    """Names of the dynamic fields that SortBy has."""
    keys = _listed(parameters, "SortBy", "")
    return {key.removeprefix(PREFIX) for key in keys if key is not None and key.startswith(PREFIX)}


def first_of(alternatives: list[Select[tuple[int]]], order: Order, last: ColumnElement[int]) -> Select[Any]:
    """The tickets of all of these, each once, in order; of each only those up to the place `last` are looked for.

    Not for an order with dynamic fields.
    """
    if len(alternatives) == 1:
        return in_order(alternatives[0], order, visible_articles=False)
    arms = []
    for tickets in alternatives:
        joined, keys = _sorted(tickets, order, visible_articles=False)
        labelled = [key.label(f"key_{number}") for number, (key, _) in enumerate(keys)]
        arms.append(select(joined.add_columns(*labelled).order_by(*map(_directed, keys)).limit(last).subquery()))
    found = union(*arms).subquery()
    return select(found.c.id).order_by(
        *(_directed((found.c[f"key_{number}"], upwards)) for number, (_, upwards) in enumerate(keys))
    )


def in_order(tickets: Select[tuple[int]], order: Order, visible_articles: bool) -> Select[Any]:
    """The selected tickets in order, and where the keys are equal by ID in the last direction.

    A ticket with several values of a field that it is sorted by comes once for each (Znuny 6.5).
    """
    joined, keys = _sorted(tickets, order, visible_articles)
    if any(isinstance(key, DynamicField) and key.object_type == "Article" for key, _ in order):
        joined = joined.add_columns(*(key for key, _ in keys[:-1])).distinct()  # articles without a value are many
    return joined.order_by(*map(_directed, keys))


def _directed(key: SortedBy) -> ColumnElement[Any]:
    column, upwards = key
    return column.asc() if upwards else column.desc()


def _sorted(tickets: Select[Any], order: Order, visible_articles: bool) -> tuple[Select[Any], list[SortedBy]]:
    """The selected tickets with the tables that they are sorted by, and the columns in order of weight."""
    keys: list[SortedBy] = []
    joined: set[FromClause] = set()
    for number, (key, upwards) in enumerate(order):
        if isinstance(key, DynamicField):
            tickets, values = _join_field(tickets, key, number, visible_articles)
        else:
            sort = SORT_BY[key]
            values = sort.columns
            if sort.joined is not None and sort.joined not in joined:
                tickets = tickets.join(sort.joined, sort.condition)
                joined.add(sort.joined)
        keys += [(value, upwards) for value in values]
    return tickets, [*keys, (_ticket.id, order[-1][1])]


def _join_field(
    tickets: Select[Any], field: DynamicField, number: int, visible_articles: bool
) -> tuple[Select[Any], tuple[ColumnElement[Any], ...]]:
    """The tickets with the values of a field, where they have any."""
    value = t.dynamic_field_value.alias(f"sorted_{number}")
    owner = _ticket.id
    if field.object_type == "Article":
        article = t.article.alias(f"article_{number}")
        visible = [article.c.is_visible_for_customer == 1] if visible_articles else []
        tickets = tickets.outerjoin(article, and_(article.c.ticket_id == _ticket.id, *visible))
        owner = article.c.id
    joined = tickets.outerjoin(value, and_(value.c.field_id == field.id, value.c.object_id == owner))
    return joined, (value.c[kind_of(field).column.name],)

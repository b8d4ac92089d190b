"""Filters on what a ticket refers to: queue, type, state, priority, service, SLA, lock, people; and what these were
when it was created.

Rows of ticket_search_filters.py. An unknown name finds nothing (Znuny 6.5).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, select

from genericinterface.database import tables as t
from genericinterface.database.search_parameters import (
    Filter,
    NothingError,
    Parameter,
    Question,
    Reading,
    UnknownNameError,
    bound,
    one_of,
    size,
)
from genericinterface.schema import true

Wrap = Callable[[ColumnElement[bool]], ColumnElement[bool]]

# States whose type counts as open; every other is closed (manual: "(Open|Closed) tickets for all closed or open").
OPEN_STATE_TYPES = ("new", "open", "pending reminder", "pending auto")


def by_number(column: ColumnElement[Any], name: str, description: str, wrap: Wrap | None = None) -> Filter:
    """A filter on numbers; `wrap` makes of a match in another table one of tickets."""

    def read(question: Question) -> Reading | None:
        numbers = question.integers(name)
        return Reading(size(numbers), bound(name, numbers)) if numbers else None

    def express(shape: int) -> ColumnElement[bool]:
        match = one_of(column, name, shape, BigInteger())
        return wrap(match) if wrap else match

    return Filter((Parameter(name, "integer", description, repeated=True),), read, express)


def by_reference(
    column: ColumnElement[Any], table: Table, names: str, ids: str, what: str, wrap: Wrap | None = None
) -> Filter:
    """A filter on a reference to a table with names; names and IDs are alternatives."""

    def read(question: Question) -> Reading | None:
        return _reading(ids, _chosen(question, table, names, ids))

    def express(shape: int) -> ColumnElement[bool]:
        match = one_of(column, ids, shape, BigInteger())
        return wrap(match) if wrap else match

    return Filter(_both(names, ids, what), read, express, tables=(table,))


def _chosen(question: Question, table: Table, names: str, ids: str) -> set[int]:
    return {*question.named(names, table), *question.integers(ids)}


def _reading(name: str, ids: Collection[int]) -> Reading | None:
    return Reading(size(ids), bound(name, sorted(ids))) if ids else None


def _both(names: str, ids: str, what: str) -> tuple[Parameter, Parameter]:
    return (
        Parameter(names, "text", f"{what}, by name; an unknown name finds nothing", repeated=True),
        Parameter(ids, "integer", f"{what}, by ID", repeated=True),
    )


def queues() -> Filter:
    """Queues by name and ID; with UseSubQueues those below them too."""

    def read(question: Question) -> Reading | None:
        chosen = _chosen(question, t.queue, "Queues", "QueueIDs")
        if true(question.scalar("UseSubQueues")):
            ids = question.known[t.queue.name].ids
            upper = tuple(f"{name}::" for name, number in ids.items() if number in chosen)
            chosen |= {number for name, number in ids.items() if name.startswith(upper)}
        return _reading("QueueIDs", chosen)

    def express(shape: int) -> ColumnElement[bool]:
        return one_of(t.ticket.c.queue_id, "QueueIDs", shape, BigInteger())

    subs = Parameter("UseSubQueues", "flag", "1: the queues below the given ones count too")
    return Filter((*_both("Queues", "QueueIDs", "Queues"), subs), read, express, tables=(t.queue,))


def state_types() -> Filter:
    """State types by name; Open and Closed stand for all open and all closed ones, unknown names are passed over."""

    def read(question: Question) -> Reading | None:
        wanted = question.values("StateType")
        if wanted is None:
            return None
        kinds, states = question.known[t.ticket_state_type.name].ids, question.known[t.ticket_state.name].types
        chosen: set[str] = set()
        for value in wanted:
            if value in ("Open", "Closed"):
                chosen |= {kind for kind in kinds if (kind in OPEN_STATE_TYPES) == (value == "Open")}
            elif value in kinds:
                chosen.add(value)
            elif question.strict or len(wanted) == 1:
                raise UnknownNameError("StateType", f"has the value {value}, which does not exist")
        numbers = {kinds[kind] for kind in chosen}
        reading = _reading("StateType", {state for state, kind in states.items() if kind in numbers})
        if reading is None:
            raise NothingError("StateType", "has no states")
        return reading

    def express(shape: int) -> ColumnElement[bool]:
        return one_of(t.ticket.c.ticket_state_id, "StateType", shape, BigInteger())

    description = (
        "State types: new, open, pending reminder, closed, …; Open and Closed are all open and all closed ones"
    )
    parameter = Parameter("StateType", "text", description, repeated=True)
    return Filter((parameter,), read, express, tables=(t.ticket_state, t.ticket_state_type))


def state_type_ids() -> Filter:
    """State types by ID."""

    def of_type(match: ColumnElement[bool]) -> ColumnElement[bool]:
        return t.ticket.c.ticket_state_id.in_(select(t.ticket_state.c.id).where(match))

    return by_number(t.ticket_state.c.type_id, "StateTypeIDs", "State types, by ID", of_type)


# --------------------------------------------------------------------------------------- people, and the creation


def watchers() -> Filter:
    """Agents who watch the ticket."""
    watcher = t.ticket_watcher.c

    def watched(match: ColumnElement[bool]) -> ColumnElement[bool]:
        return t.ticket.c.id.in_(select(watcher.ticket_id).where(match))

    return by_number(watcher.user_id, "WatchUserIDs", "Agents who watch the ticket, by ID", watched)


def at_creation(match: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tickets whose first history entry (NewTicket) matches."""
    history, kind = t.ticket_history.c, t.ticket_history_type.c
    new = select(kind.id).where(kind.name == "NewTicket").scalar_subquery()
    return t.ticket.c.id.in_(select(history.ticket_id).where(history.history_type_id == new, match))

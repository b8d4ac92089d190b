"""Filters on what a ticket refers to: queue, type, state, priority, service, SLA, lock, people; and what these were
when it was created.

Rows of ticket_search_filters.py. Names are looked up inside the statement; an unknown one finds nothing (Znuny 6.5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, Select, String, and_, bindparam, func, or_, select

from genericinterface.database import tables as t
from genericinterface.database.search_parameters import Filter, Parameter, Question, Reading, bound, one_of, size
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
    column: ColumnElement[Any], key: Column[Any], names: str, ids: str, what: str, wrap: Wrap | None = None
) -> Filter:
    """A filter on a reference to the table of `key`, the column of its names; names and IDs are alternatives."""

    def read(question: Question) -> Reading | None:
        return _read_both(question, names, ids)

    def express(shape: tuple[int, int]) -> ColumnElement[bool]:
        match = _refers(column, key, names, ids, shape)
        return wrap(match) if wrap else match

    return Filter(_both(key, names, ids, what), read, express)


def _both(key: Column[Any], names: str, ids: str, what: str) -> tuple[Parameter, Parameter]:
    return (
        Parameter(names, "text", f"{what}, by name; an unknown name finds nothing", repeated=True, key=key),
        Parameter(ids, "integer", f"{what}, by ID", repeated=True),
    )


def _read_both(question: Question, names: str, ids: str) -> Reading | None:
    wanted, numbers = question.names(names), question.integers(ids)
    if not wanted and not numbers:
        return None
    values = bound(names, wanted) | bound(ids, numbers) | ({f"{names}_known": len(wanted)} if wanted else {})
    return Reading((size(wanted), size(numbers)), values)


def _refers(
    column: ColumnElement[Any], key: Column[Any], names: str, ids: str, shape: tuple[int, int]
) -> ColumnElement[bool]:
    wanted, numbers = shape
    alternatives: list[ColumnElement[bool]] = []
    if wanted:
        alternatives.append(column.in_(select(key.table.c.id).where(one_of(key, names, wanted, String()))))
    if numbers:
        alternatives.append(one_of(column, ids, numbers, BigInteger()))
    found = or_(*alternatives)
    return and_(_known(key, names, wanted), found) if wanted else found


def _known(key: Column[Any], names: str, size: int) -> ColumnElement[bool]:
    """Whether all of the names exist."""
    count = select(func.count()).select_from(key.table).where(one_of(key, names, size, String())).scalar_subquery()
    return count == bindparam(f"{names}_known", type_=Integer())


# --------------------------------------------------------------------------------------------------------- queues


def queues() -> Filter:
    """Queues by name and ID; with UseSubQueues those below them too."""
    column, key = t.ticket.c.queue_id, t.queue.c.name

    def read(question: Question) -> Reading | None:
        reading = _read_both(question, "Queues", "QueueIDs")
        below = true(question.scalar("UseSubQueues"))
        return Reading((reading.shape, below), reading.values) if reading else None

    def express(shape: tuple[tuple[int, int], bool]) -> ColumnElement[bool]:
        both, below = shape
        if not below:
            return _refers(column, key, "Queues", "QueueIDs", both)
        found = column.in_(_with_sub_queues(*both))
        return and_(_known(key, "Queues", both[0]), found) if both[0] else found

    subs = Parameter("UseSubQueues", "flag", "1: the queues below the given ones count too")
    return Filter((*_both(key, "Queues", "QueueIDs", "Queues"), subs), read, express)


def _with_sub_queues(names: int, ids: int) -> Select[tuple[int]]:
    upper, below = t.queue.alias("upper_queue"), t.queue.alias("sub_queue")
    # The name of a queue may hold what LIKE takes for wildcards.
    start = func.replace(func.replace(func.replace(upper.c.name, "\\", "\\\\"), "%", "\\%"), "_", "\\_")
    is_below = below.c.name.like(start + "::%", escape="\\")
    chosen = [one_of(upper.c.name, "Queues", names, String())] if names else []
    chosen += [one_of(upper.c.id, "QueueIDs", ids, BigInteger())] if ids else []
    return select(below.c.id).join(upper, or_(below.c.id == upper.c.id, is_below)).where(or_(*chosen))


# --------------------------------------------------------------------------------------------------------- states


def state_types() -> Filter:
    """State types by name; Open and Closed stand for all open and all closed ones, unknown names are passed over."""
    name = t.ticket_state_type.c.name

    def read(question: Question) -> Reading | None:
        wanted = question.names("StateType")
        if not wanted:
            return None
        shape = (size(wanted), "Open" in wanted, "Closed" in wanted)
        return Reading(shape, bound("StateType", wanted))

    def express(shape: tuple[int, bool, bool]) -> ColumnElement[bool]:
        wanted, all_open, all_closed = shape
        alternatives = [one_of(name, "StateType", wanted, String())]
        if all_open:
            alternatives.append(name.in_(OPEN_STATE_TYPES))
        if all_closed:
            alternatives.append(name.not_in(OPEN_STATE_TYPES))
        return _of_state_type(or_(*alternatives))

    description = (
        "State types: new, open, closed, pending reminder, …; Open and Closed for all open and all closed ones"
    )
    parameter = Parameter("StateType", "text", description, repeated=True, key=name, besides=("Open", "Closed"))
    return Filter((parameter,), read, express)


def _of_state_type(match: ColumnElement[bool]) -> ColumnElement[bool]:
    state, kind = t.ticket_state.c, t.ticket_state_type
    return t.ticket.c.ticket_state_id.in_(select(state.id).join(kind, kind.c.id == state.type_id).where(match))


def state_type_ids() -> Filter:
    """State types by ID."""
    return by_number(t.ticket_state_type.c.id, "StateTypeIDs", "State types, by ID", _of_state_type)


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

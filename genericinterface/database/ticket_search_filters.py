"""FILTERS: one row per search parameter, each with how it is read and what it says about the table `ticket`.

Called by ticket_search.py. A filter gives one boolean expression and touches nothing else: NOTHING where its values
can never be met (unknown name, no number), None where it does not restrict the search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, false, func, or_, select

from genericinterface.database import search_condition
from genericinterface.database import tables as t
from genericinterface.database.expressions import one_of
from genericinterface.database.search_times import TIME_FAMILIES, TimeFamily, time_filter
from genericinterface.schema import true as is_true
from genericinterface.sysconfig import SystemConfiguration

Values = Sequence[str | None]
Parameters = Mapping[str, Any]  # a request's search parameters by name: list[str | None] or str
Expression = ColumnElement[bool] | None


@dataclass(frozen=True)
class Scope:
    """What surrounds a search: the system configuration, and the parameters of the statement that is being built."""

    sysconfig: SystemConfiguration
    binds: dict[str, Any] = field(default_factory=dict)


Build = Callable[[Parameters, Scope], Expression]

NOTHING: ColumnElement[bool] = false()

INTEGER = re.compile(r"[+-]?\d{1,18}", re.A)

# States whose type counts as open; every other is closed (manual: "(Open|Closed) tickets for all closed or open").
OPEN_STATE_TYPES = ("new", "open", "pending reminder", "pending auto")


@dataclass(frozen=True)
class Filter:
    """Parameters that say the same of a ticket (names and IDs), and how they become one expression.

    `reads` names further parameters that have a say; `always` is for a filter that acts without any of its own;
    `steady` is False where the expression depends on more than the parameters, on the time of day; `shared` where it
    is the same for all parameters of one shape and their values are binds.
    """

    build: Build
    parameters: tuple[str, ...]
    description: str
    reads: tuple[str, ...] = ()
    always: bool = False
    steady: bool = True
    shared: bool = False

    def expression(self, parameters: Parameters, scope: Scope) -> Expression:
        """What the parameters say; kept for the next request with the same ones, since building costs most."""
        if not self.always and all(parameters.get(name) is None for name in self.parameters):
            return None
        if self.shared or not self.steady:
            return self.build(parameters, scope)
        names = (*self.parameters, *self.reads)
        given_ones = tuple(_hashable(parameters[name]) for name in names if name in parameters)
        if sum(map(len, given_ones)) > LONGEST_KEPT:
            return self.build(parameters, scope)
        kept = tuple(name for name in names if name in parameters)
        return _kept(self, kept, given_ones, frozenset(kept) & _listed(parameters), scope.sysconfig)


LONGEST_KEPT = 200  # values of a list, or characters of a text
KEPT = 2048  # expressions


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(KEPT)
def _kept(
    entry: Filter,
    names: tuple[str, ...],
    values: tuple[Any, ...],
    listed: frozenset[str],
    sysconfig: SystemConfiguration,
) -> Expression:
    parameters = dict(zip(names, values, strict=True)) | {"_listed": listed}
    return entry.build(parameters, Scope(sysconfig))


def given(parameters: Parameters, name: str) -> Values | None:
    """The values of a list parameter; None where it is absent, an empty list, or one false scalar (Perl truthiness)."""
    values = parameters.get(name)
    if not values or (len(values) == 1 and name not in _listed(parameters) and not is_true(values[0])):
        return None
    return list(values)


def _listed(parameters: Parameters) -> frozenset[str]:
    """Names of the parameters that were sent as lists: an empty text in a list is a value, alone it is none."""
    listed: frozenset[str] = parameters.get("_listed", frozenset())
    return listed


def integers(values: Values) -> list[int] | None:
    """The values as whole numbers, None if any is none."""
    if any(value is None or INTEGER.fullmatch(value) is None for value in values):
        return None
    return [int(value) for value in values if value is not None]


def by_reference(column: Column[Any], table: Table, names: str, ids: str, key: str = "name") -> Build:
    """A filter on a reference to a table of names; names and IDs add up, an unknown name finds nothing."""

    def build(parameters: Parameters, _: Scope) -> Expression:
        return referred(column, table, given(parameters, names), given(parameters, ids), table.c[key])

    return build


def referred(
    column: ColumnElement[Any], table: Table, names: Values | None, ids: Values | None, key: Column[Any]
) -> Expression:
    """`column` is one of the ids, or the id of one of the names, all of which must be known."""
    numbers: list[int] | None = []
    if ids is not None:
        numbers = integers(ids)
        if numbers is None:
            return NOTHING
    if names is None:
        return None if ids is None else one_of(column, numbers or [])
    wanted = sorted({name for name in names if name is not None})
    known = select(func.count()).select_from(table).where(one_of(key, wanted)).scalar_subquery()
    if len(wanted) != len(set(names)):
        return NOTHING
    found = column.in_(select(table.c.id).where(one_of(key, wanted)))
    return and_(known == len(wanted), or_(found, one_of(column, numbers)) if numbers else found)


def by_ids(column: Column[Any], name: str) -> Build:
    """A filter on numbers."""

    def build(parameters: Parameters, _: Scope) -> Expression:
        values = given(parameters, name)
        if values is None:
            return None
        numbers = integers(values)
        return NOTHING if numbers is None else one_of(column, numbers)

    return build


def by_condition(column: Column[Any], name: str) -> Build:
    """A filter in the condition language; values are alternatives, those that allow anything are left out."""

    def build(parameters: Parameters, scope: Scope) -> Expression:
        values = given(parameters, name)
        if values is None:
            return None
        found = [
            search_condition.condition(column, value, f"{name}_{number}", scope.binds)
            for number, value in enumerate(values)
            if value
        ]
        kept = [expression for expression in found if expression is not None]
        return (kept[0] if len(kept) == 1 else or_(*kept)) if kept else None

    return build


def _times(family: TimeFamily) -> Build:
    within = time_filter(family)
    return lambda parameters, scope: within(parameters, scope.sysconfig)


def _customer_id(parameters: Parameters, scope: Scope) -> Expression:
    raw = given(parameters, "CustomerIDRaw")
    if raw is not None:
        return t.ticket.c.customer_id.in_([value for value in raw if value is not None])
    return by_condition(t.ticket.c.customer_id, "CustomerID")(parameters, scope)


def _queues(parameters: Parameters, _: Scope) -> Expression:
    names, ids = given(parameters, "Queues"), given(parameters, "QueueIDs")
    exact = referred(t.ticket.c.queue_id, t.queue, names, ids, t.queue.c.name)
    if exact is None or exact is NOTHING or not is_true(parameters.get("UseSubQueues")):
        return exact
    chosen = t.queue.alias("chosen")
    below = t.queue.alias("below")
    numbers = integers(ids or []) or []
    named = or_(chosen.c.name.in_([name for name in names or [] if name is not None]), chosen.c.id.in_(numbers))
    # substr instead of LIKE: the name of the upper queue may hold wildcards
    prefix = func.substr(below.c.name, 1, func.length(chosen.c.name) + 2)
    subs = select(below.c.id).join(chosen, prefix == chosen.c.name + "::").where(named)
    known = referred(t.ticket.c.queue_id, t.queue, names, None, t.queue.c.name)
    every = or_(exact, t.ticket.c.queue_id.in_(subs))
    if known is None:
        return every
    wanted = {name for name in names or [] if name is not None}
    count = select(func.count()).select_from(t.queue).where(t.queue.c.name.in_(wanted)).scalar_subquery()
    return and_(count == len(wanted), every)


def _states_of_types(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    states = select(t.ticket_state.c.id).join(t.ticket_state_type, t.ticket_state_type.c.id == t.ticket_state.c.type_id)
    return t.ticket.c.ticket_state_id.in_(states.where(condition))


def _state_type(parameters: Parameters, _: Scope) -> Expression:
    """Names of state types, unknown ones are passed over; Open and Closed stand for all open and closed ones."""
    values = given(parameters, "StateType")
    if values is None:
        return None
    name = t.ticket_state_type.c.name
    alternatives = [one_of(name, [value for value in values if value])]
    if "Open" in values:
        alternatives.append(name.in_(OPEN_STATE_TYPES))
    if "Closed" in values:
        alternatives.append(name.not_in(OPEN_STATE_TYPES))
    return _states_of_types(or_(*alternatives))


def _state_type_ids(parameters: Parameters, _: Scope) -> Expression:
    values = given(parameters, "StateTypeIDs")
    if values is None:
        return None
    numbers = integers(values)
    return NOTHING if numbers is None else _states_of_types(t.ticket_state_type.c.id.in_(numbers))


def _watchers(parameters: Parameters, _: Scope) -> Expression:
    values = given(parameters, "WatchUserIDs")
    if values is None:
        return None
    numbers = integers(values)
    if numbers is None:
        return NOTHING
    return t.ticket.c.id.in_(select(t.ticket_watcher.c.ticket_id).where(t.ticket_watcher.c.user_id.in_(numbers)))


def created(column: Column[Any], table: Table | None, names: str, ids: str) -> Build:
    """A filter on what a ticket was when it was created, from its first history entry (NewTicket)."""

    def build(parameters: Parameters, _: Scope) -> Expression:
        wanted_names = given(parameters, names) if names else None
        wanted_ids = given(parameters, ids)
        if wanted_names is None and wanted_ids is None:
            return None
        if table is None:
            numbers = integers(wanted_ids or [])
            matches: Expression = NOTHING if numbers is None else one_of(column, numbers)
        else:
            matches = referred(column, table, wanted_names, wanted_ids, table.c.name)
        if matches is NOTHING or matches is None:
            return NOTHING
        history = t.ticket_history.c
        new = select(t.ticket_history_type.c.id).where(t.ticket_history_type.c.name == "NewTicket").scalar_subquery()
        return t.ticket.c.id.in_(select(history.ticket_id).where(history.history_type_id == new, matches))

    return build


def _archive(parameters: Parameters, scope: Scope) -> Expression:
    """Only where the archive is on: archived tickets are found when they are asked for."""
    if not scope.sysconfig.ticket_archive_system:
        return None
    wanted = parameters.get("SearchInArchive")
    if wanted == "AllTickets":
        return None
    return t.ticket.c.archive_flag == (1 if wanted == "ArchivedTickets" else 0)


def _rows() -> Sequence[Filter]:
    ticket, history = t.ticket.c, t.ticket_history.c
    return (
        Filter(by_ids(ticket.id, "TicketID"), ("TicketID",), "IDs of tickets"),
        Filter(
            by_condition(ticket.tn, "TicketNumber"), ("TicketNumber",), "Ticket numbers, as conditions", shared=True
        ),
        Filter(by_condition(ticket.title, "Title"), ("Title",), "Titles, as conditions", shared=True),
        Filter(
            _queues,
            ("Queues", "QueueIDs"),
            "Queues; with UseSubQueues those below them too",
            reads=("UseSubQueues",),
        ),
        Filter(by_reference(ticket.type_id, t.ticket_type, "Types", "TypeIDs"), ("Types", "TypeIDs"), "Types"),
        Filter(
            by_reference(ticket.ticket_state_id, t.ticket_state, "States", "StateIDs"), ("States", "StateIDs"), "States"
        ),
        Filter(_state_type, ("StateType",), "State types by name; Open and Closed are all open and all closed ones"),
        Filter(_state_type_ids, ("StateTypeIDs",), "State types"),
        Filter(
            by_reference(ticket.ticket_priority_id, t.ticket_priority, "Priorities", "PriorityIDs"),
            ("Priorities", "PriorityIDs"),
            "Priorities",
        ),
        Filter(
            by_reference(ticket.service_id, t.service, "Services", "ServiceIDs"), ("Services", "ServiceIDs"), "Services"
        ),
        Filter(by_reference(ticket.sla_id, t.sla, "SLAs", "SLAIDs"), ("SLAs", "SLAIDs"), "SLAs"),
        Filter(
            by_reference(ticket.ticket_lock_id, t.ticket_lock_type, "Locks", "LockIDs"), ("Locks", "LockIDs"), "Locks"
        ),
        Filter(by_ids(ticket.user_id, "OwnerIDs"), ("OwnerIDs",), "Owners"),
        Filter(by_ids(ticket.responsible_user_id, "ResponsibleIDs"), ("ResponsibleIDs",), "Responsible agents"),
        Filter(_watchers, ("WatchUserIDs",), "Agents who watch the ticket"),
        Filter(
            _customer_id,
            ("CustomerID", "CustomerIDRaw"),
            "Customer IDs, as conditions; raw ones exactly, instead of the others",
            shared=True,
        ),
        Filter(
            by_condition(ticket.customer_user_id, "CustomerUserLogin"),
            ("CustomerUserLogin",),
            "Customer users, as conditions; a login used to authenticate is one too",
            shared=True,
        ),
        Filter(created(history.create_by, None, "", "CreatedUserIDs"), ("CreatedUserIDs",), "Who created the ticket"),
        Filter(
            created(history.type_id, t.ticket_type, "CreatedTypes", "CreatedTypeIDs"),
            ("CreatedTypes", "CreatedTypeIDs"),
            "Type at creation",
        ),
        Filter(
            created(history.priority_id, t.ticket_priority, "CreatedPriorities", "CreatedPriorityIDs"),
            ("CreatedPriorities", "CreatedPriorityIDs"),
            "Priority at creation",
        ),
        Filter(
            created(history.state_id, t.ticket_state, "CreatedStates", "CreatedStateIDs"),
            ("CreatedStates", "CreatedStateIDs"),
            "State at creation",
        ),
        Filter(
            created(history.queue_id, t.queue, "CreatedQueues", "CreatedQueueIDs"),
            ("CreatedQueues", "CreatedQueueIDs"),
            "Queue at creation",
        ),
        Filter(_archive, ("SearchInArchive",), "AllTickets, or ArchivedTickets for archived ones only", always=True),
        *(Filter(_times(family), family.parameters(), family.description, steady=False) for family in TIME_FAMILIES),
    )


FILTERS: Sequence[Filter] = _rows()

"""Times in searches: OlderDate, NewerDate, OlderMinutes, NewerMinutes, TimePoint and TimeSlot of each family.

A row of ticket_search_filters.py for each family (TicketCreateTime, TicketCloseTime, …); search_articles.py has that
of articles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Table, and_, bindparam, select

from genericinterface.database import tables as t
from genericinterface.database.search_parameters import (
    NUMBER,
    Filter,
    NothingError,
    Parameter,
    Question,
    Reading,
    bound,
    one_of,
    size,
)
from genericinterface.moment import parse_moment
from genericinterface.sysconfig import SystemConfiguration

BOUNDS = {
    "OlderMinutes": ("integer", "more minutes ago than this"),
    "NewerMinutes": ("integer", "fewer minutes ago than this"),
    "OlderDate": ("datetime", "at this time or before"),
    "NewerDate": ("datetime", "at this time or after"),
}
SLOT = ("StartDay", "StartMonth", "StartYear", "StopDay", "StopMonth", "StopYear")
POINT = ("Point", "PointFormat", "PointStart")

# A month and a year of a TimePoint are 30 and 365 days, as in Znuny 6.5.
UNITS = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200, "year": 525600}

# What any database can hold, whatever the time zone.
EARLIEST, LATEST = dt.datetime(1000, 1, 2), dt.datetime(9999, 12, 30)  # noqa: DTZ001

Referred = tuple[ColumnElement[int], str, Callable[[Question], list[int]]]
Edges = tuple[dt.datetime | None, dt.datetime | None]  # (newer than, older than), both included
Shape = tuple[bool, bool, tuple[int, ...]]  # which of them are given, how many IDs each of what is referred to has
Within = Callable[[list[ColumnElement[bool]]], ColumnElement[bool]]


@dataclass(frozen=True)
class TimeFamily:
    """One family of time parameters.

    `column` has the moment, or with `epoch` the seconds since 1970; `within` makes of comparisons with it the
    expression on tickets. `search_type` is the parameter that chooses TimePoint or TimeSlot, where these work
    (Znuny 6.5 documents none of them). `future`: times to come make sense. `referred`: columns that must have one of
    some IDs, with a name and with what finds these; `tables` are those in which it looks for them.
    """

    name: str
    description: str
    column: ColumnElement[dt.datetime] | ColumnElement[int]
    within: Within = lambda comparisons: and_(*comparisons)
    epoch: bool = False
    search_type: str = ""
    future: bool = False
    referred: tuple[Referred, ...] = ()
    tables: tuple[Table, ...] = ()

    def parameters(self) -> tuple[Parameter, ...]:
        """All of its parameters."""
        found = [
            Parameter(self.name + bound, kind, f"{self.description} {words}") for bound, (kind, words) in BOUNDS.items()
        ]
        if self.search_type:
            slot = f"{self.description} between two days; with {self.search_type} TimeSlot"
            found += [Parameter(self.name + part, "integer", slot) for part in SLOT]
            point = f"with {self.search_type} TimePoint"
            found.append(Parameter(f"{self.name}Point", "integer", f"How many units, {point}"))
            found.append(Parameter(f"{self.name}PointFormat", "text", f"{', '.join(UNITS)}; {point}"))
            start = f"Before: longer ago; else since then; {point}"
            found.append(Parameter(f"{self.name}PointStart", "text", start))
            found.append(Parameter(self.search_type, "text", "TimePoint or TimeSlot"))
        return tuple(found)

    def filter(self) -> Filter:
        """Its row in FILTERS."""
        return Filter(self.parameters(), self.read, self.express, self.tables)

    def read(self, question: Question) -> Reading | None:
        """The edges that the parameters set, as a reading."""
        edges = read_edges(self, question)
        if edges is None:
            return None
        moments = {f"{self.name}_{name}": moment for name, moment in zip(("newer", "older"), edges, strict=True)}
        values: dict[str, Any] = {
            name: self._value(moment, question.sysconfig) for name, moment in moments.items() if moment
        }
        sizes = []
        for _, name, find in self.referred:
            ids = find(question)
            values |= bound(f"{self.name}_{name}", ids)
            sizes.append(size(ids))
        return Reading((edges[0] is not None, edges[1] is not None, tuple(sizes)), values)

    def _value(self, moment: dt.datetime, sysconfig: SystemConfiguration) -> dt.datetime | int:
        return sysconfig.to_epoch(moment) if self.epoch else moment

    def express(self, shape: Shape) -> ColumnElement[bool]:
        """The expression on tickets."""
        return self.within(self.compare(shape))

    def compare(self, shape: Shape) -> list[ColumnElement[bool]]:
        """The comparisons with the column, and with those that refer to something."""
        # Seconds are compared as BIGINT: those of the year 9999 do not fit the column.
        kind = BigInteger() if self.epoch else DateTime()
        newer, older = (bindparam(f"{self.name}_{name}", type_=kind) for name in ("newer", "older"))
        found = [self.column >= newer] if shape[0] else []
        found += [self.column <= older] if shape[1] else []
        for (column, name, _), number in zip(self.referred, shape[2], strict=True):
            found.append(one_of(column, f"{self.name}_{name}", number, BigInteger()))
        return found


def read_edges(family: TimeFamily, question: Question) -> Edges | None:
    """(newer than, older than) of a family, None where none of its parameters is given.

    Raises NothingError for what is no date and for what nothing can be: newer than a time to come, or than older.
    """
    newer: list[dt.datetime] = []
    older: list[dt.datetime] = []
    for edge in BOUNDS:
        moment = _moment(family.name + edge, question)
        if moment is not None:
            (newer if edge.startswith("Newer") else older).append(moment)
    if family.search_type:
        kind = question.scalar(family.search_type)
        if kind == "TimePoint":
            _add_point(family.name, question, newer, older)
        elif kind == "TimeSlot":
            _add_slot(family.name, question, newer, older)
    if not newer and not older:
        return None
    latest, earliest = max(newer, default=None), min(older, default=None)
    if latest is not None and not family.future and latest > question.now:
        raise NothingError(family.name, "is to be newer than a time to come")
    if latest is not None and earliest is not None and latest > earliest:
        raise NothingError(family.name, "is to be newer than the time that it is to be older than")
    return latest, earliest


def _moment(name: str, question: Question) -> dt.datetime | None:
    value = question.scalar(name)
    if name.endswith("Date"):
        if value in ("", "0"):
            return None
        moment = parse_moment(value, question.sysconfig)
        if moment is None:
            raise NothingError(name, "is no date")
        return min(max(moment, EARLIEST), LATEST)
    return _minutes_ago(name, value, 1, question) if value else None


def _minutes_ago(name: str, value: str, unit: int, question: Question) -> dt.datetime:
    """The moment so many units of minutes ago; what is no number is 0 (Znuny 6.5)."""
    number = Decimal(value) if NUMBER.fullmatch(value) else None
    if number is None and question.strict:
        raise NothingError(name, "is no number")
    minutes = int(number or 0) * unit
    # Older than all that there is, without a date that cannot be.
    furthest = 60 * 24 * 365 * (7900 if minutes < 0 else 1000)
    return min(max(question.now - dt.timedelta(minutes=max(min(minutes, furthest), -furthest)), EARLIEST), LATEST)


def _add_point(family: str, question: Question, newer: list[dt.datetime], older: list[dt.datetime]) -> None:
    point, unit, start = (question.scalar(family + part) for part in POINT)
    if point in ("", "0") or unit in ("", "0") or start in ("", "0"):
        return
    if unit not in UNITS:
        raise NothingError(f"{family}PointFormat", f"is none of {', '.join(UNITS)}")
    moment = _minutes_ago(f"{family}Point", point, UNITS[unit], question)
    (older if start == "Before" else newer).append(moment)


def _add_slot(family: str, question: Question, newer: list[dt.datetime], older: list[dt.datetime]) -> None:
    for edge, clock, edges in (("Start", dt.time.min, newer), ("Stop", dt.time(23, 59, 59), older)):
        parts = [question.scalar(f"{family}{edge}{part}") for part in ("Year", "Month", "Day")]
        if any(part in ("", "0") for part in parts):
            continue
        try:
            year, month, day = map(int, parts)
            edges.append(dt.datetime.combine(dt.date(year, month, day), clock))
        except ValueError as error:
            raise NothingError(f"{family}{edge}Day", "is no day that there is") from error


# ------------------------------------------------------------------------------------------------------- families


def _in_history(comparisons: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return t.ticket.c.id.in_(select(t.ticket_history.c.ticket_id).where(*comparisons))


# IDs instead of names: so a database knows how many entries there are of them, and which index is the right one.
def _state_changes(question: Question) -> list[int]:
    kinds = question.known[t.ticket_history_type.name].ids
    return [kinds[name] for name in ("NewTicket", "StateUpdate") if name in kinds]


def _states(*types: str) -> Callable[[Question], list[int]]:
    def find(question: Question) -> list[int]:
        kinds = question.known[t.ticket_state_type.name].ids
        wanted = {kinds[name] for name in types if name in kinds}
        return sorted(state for state, kind in question.known[t.ticket_state.name].types.items() if kind in wanted)

    return find


def _escalation(name: str, words: str, column: ColumnElement[int]) -> TimeFamily:
    def within(comparisons: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        return and_(column != 0, *comparisons)

    return TimeFamily(name, f"Tickets that escalate{words}", column, within, epoch=True, future=True)


_ticket = t.ticket.c
STATES = (t.ticket_state, t.ticket_state_type)
TIME_FAMILIES = (
    TimeFamily("TicketCreateTime", "Tickets created", _ticket.create_time),
    TimeFamily(
        "TicketChangeTime",
        "Tickets with a history entry",
        t.ticket_history.c.create_time,
        _in_history,
        search_type="ChangeTimeSearchType",
    ),
    TimeFamily(
        "TicketLastChangeTime",
        "Tickets last changed",
        _ticket.change_time,
        search_type="LastChangeTimeSearchType",
    ),
    TimeFamily(
        "TicketCloseTime",
        "Tickets closed",
        t.ticket_history.c.create_time,
        _in_history,
        search_type="CloseTimeSearchType",
        referred=(
            (t.ticket_history.c.history_type_id, "type", _state_changes),
            (t.ticket_history.c.state_id, "state", _states("closed")),
        ),
        tables=(t.ticket_history_type, *STATES),
    ),
    TimeFamily(
        "TicketPendingTime",
        "Tickets pending until",
        _ticket.until_time,
        epoch=True,
        future=True,
        referred=((_ticket.ticket_state_id, "state", _states("pending reminder", "pending auto")),),
        tables=STATES,
    ),
    _escalation("TicketEscalationTime", "", _ticket.escalation_time),
    _escalation("TicketEscalationUpdateTime", " for an update", _ticket.escalation_update_time),
    _escalation("TicketEscalationResponseTime", " for the first response", _ticket.escalation_response_time),
    _escalation("TicketEscalationSolutionTime", " for the solution", _ticket.escalation_solution_time),
)

"""Times in searches: OlderDate, NewerDate, OlderMinutes, NewerMinutes, TimePoint and TimeSlot of each family.

A row of FILTERS per family (TicketCreateTime, TicketCloseTime, …). Called by ticket_search_filters.py.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, select

from genericinterface.database import tables as t
from genericinterface.moment import parse_moment
from genericinterface.schema import true as is_true
from genericinterface.sysconfig import SystemConfiguration

Parameters = Mapping[str, Any]

NOTHING: ColumnElement[bool] = false()
BOUNDS = ("OlderMinutes", "NewerMinutes", "OlderDate", "NewerDate")
SLOT = ("StartDay", "StartMonth", "StartYear", "StopDay", "StopMonth", "StopYear")
POINT = ("Point", "PointFormat", "PointStart")
NUMBER = re.compile(r"\s*([+-]?\d+)", re.A)

# A month and a year of a TimePoint are 30 and 365 days, as in Znuny 6.5.
UNITS = {"minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200, "year": 525600}

Bound = Callable[[dt.datetime | None, dt.datetime | None, SystemConfiguration], ColumnElement[bool]]


@dataclass(frozen=True)
class TimeFamily:
    """One family of time parameters; `within` gives the expression for (newer than, older than), both included."""

    name: str
    description: str
    within: Bound
    search_type: str = ""  # the parameter that chooses TimePoint or TimeSlot, where the family has them
    future: bool = False  # whether times to come make sense

    def parameters(self) -> tuple[str, ...]:
        """All of its parameters."""
        more = (self.search_type, *(self.name + part for part in (*POINT, *SLOT))) if self.search_type else ()
        return (*(self.name + bound for bound in BOUNDS), *more)


def _column(column: ColumnElement[dt.datetime]) -> Bound:
    def within(newer: dt.datetime | None, older: dt.datetime | None, _: SystemConfiguration) -> ColumnElement[bool]:
        parts = [column >= newer] if newer else []
        return and_(*parts, *([column <= older] if older else []))

    return within


def _epoch(column: ColumnElement[int], *conditions: ColumnElement[bool]) -> Bound:
    """For columns that hold seconds since 1970."""

    def within(
        newer: dt.datetime | None, older: dt.datetime | None, config: SystemConfiguration
    ) -> ColumnElement[bool]:
        parts = [column >= config.to_epoch(newer)] if newer else []
        return and_(*conditions, *parts, *([column <= config.to_epoch(older)] if older else []))

    return within


def _history(*conditions: ColumnElement[bool]) -> Bound:
    history = t.ticket_history.c

    def within(
        newer: dt.datetime | None, older: dt.datetime | None, config: SystemConfiguration
    ) -> ColumnElement[bool]:
        bounds = _column(history.create_time)(newer, older, config)
        return t.ticket.c.id.in_(select(history.ticket_id).where(*conditions, bounds))

    return within


def _articles() -> Bound:
    article = t.article.c

    def within(
        newer: dt.datetime | None, older: dt.datetime | None, config: SystemConfiguration
    ) -> ColumnElement[bool]:
        bounds = _column(article.create_time)(newer, older, config)
        return t.ticket.c.id.in_(select(article.ticket_id).where(bounds))

    return within


def _states(*types: str) -> Any:
    return (
        select(t.ticket_state.c.id)
        .join(t.ticket_state_type, t.ticket_state_type.c.id == t.ticket_state.c.type_id)
        .where(t.ticket_state_type.c.name.in_(types))
    )


def _closing() -> tuple[ColumnElement[bool], ...]:
    history = t.ticket_history.c
    kinds = select(t.ticket_history_type.c.id).where(t.ticket_history_type.c.name.in_(("NewTicket", "StateUpdate")))
    return history.history_type_id.in_(kinds), history.state_id.in_(_states("closed"))


def _escalation(name: str, words: str, column: Any) -> TimeFamily:
    return TimeFamily(name, f"When the ticket escalates: {words}", _epoch(column, column != 0), future=True)


_ticket = t.ticket.c
TIME_FAMILIES = (
    TimeFamily("TicketCreateTime", "When the ticket was created", _column(_ticket.create_time), "TimeSearchType"),
    TimeFamily("TicketChangeTime", "When something happened to the ticket", _history(), "ChangeTimeSearchType"),
    TimeFamily(
        "TicketLastChangeTime",
        "When the ticket was last changed",
        _column(_ticket.change_time),
        "LastChangeTimeSearchType",
    ),
    TimeFamily("TicketCloseTime", "When the ticket was closed", _history(*_closing()), "CloseTimeSearchType"),
    TimeFamily(
        "TicketPendingTime",
        "Until when the ticket is pending",
        _epoch(_ticket.until_time, _ticket.ticket_state_id.in_(_states("pending reminder", "pending auto"))),
        future=True,
    ),
    TimeFamily("ArticleCreateTime", "When an article was created", _articles(), "ArticleTimeSearchType"),
    _escalation("TicketEscalationTime", "anything", _ticket.escalation_time),
    _escalation("TicketEscalationUpdateTime", "update", _ticket.escalation_update_time),
    _escalation("TicketEscalationResponseTime", "first response", _ticket.escalation_response_time),
    _escalation("TicketEscalationSolutionTime", "solution", _ticket.escalation_solution_time),
)


def time_filter(family: TimeFamily) -> Callable[[Parameters, SystemConfiguration], ColumnElement[bool] | None]:
    """The filter of a family: none of its parameters, no restriction; a date that is none finds nothing."""
    names = [(bound, family.name + bound) for bound in BOUNDS]

    def build(parameters: Parameters, sysconfig: SystemConfiguration) -> ColumnElement[bool] | None:
        wanted = {bound: parameters[name] for bound, name in names if _is_given(parameters, name)}
        if family.search_type and is_true(parameters.get(family.search_type)):
            wanted |= _point_or_slot(family, parameters)
        if not wanted:
            return None
        now = sysconfig.now()
        bounds = {bound: _moment(bound, value, now, sysconfig) for bound, value in wanted.items()}
        if None in bounds.values():
            return NOTHING
        newer = [bounds[bound] for bound in ("NewerMinutes", "NewerDate") if bound in bounds]
        older = [bounds[bound] for bound in ("OlderMinutes", "OlderDate") if bound in bounds]
        latest, earliest = (max(newer) if newer else None), (min(older) if older else None)  # type: ignore[type-var]
        if latest is not None and ((latest > now and not family.future) or (earliest and latest > earliest)):
            return NOTHING
        return family.within(latest, earliest, sysconfig)

    return build


def _is_given(parameters: Parameters, name: str) -> bool:
    value = parameters.get(name)
    return value is not None and value != ""


def _moment(bound: str, value: str, now: dt.datetime, sysconfig: SystemConfiguration) -> dt.datetime | None:
    if bound.endswith("Date"):
        return parse_moment(value, sysconfig)
    found = NUMBER.match(value)  # as Perl reads a number: what is none is 0
    try:
        return now - dt.timedelta(minutes=int(found[1]) if found else 0)
    except OverflowError:
        return dt.datetime.min if not value.strip().startswith("-") else dt.datetime.max


def _point_or_slot(family: TimeFamily, parameters: Parameters) -> dict[str, str]:
    kind = parameters[family.search_type]
    part = {name: parameters.get(family.name + name) for name in (*POINT, *SLOT)}
    if kind == "TimePoint" and part["Point"] and part["PointFormat"] and part["PointStart"]:
        found = NUMBER.match(part["Point"])
        minutes = (int(found[1]) if found else 0) * UNITS.get(part["PointFormat"], 0)
        return {"OlderMinutes" if part["PointStart"] == "Before" else "NewerMinutes": str(minutes)}
    slot: dict[str, str] = {}
    if kind == "TimeSlot":
        for edge, bound, clock in (("Start", "NewerDate", "00:00:00"), ("Stop", "OlderDate", "23:59:59")):
            day, month, year = (part[edge + name] for name in ("Day", "Month", "Year"))
            if day and month and year:
                slot[bound] = f"{year}-{month}-{day} {clock}"
    return slot

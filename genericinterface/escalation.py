"""Escalation: when a ticket escalates, and what TicketGet shows of it. Pure; moments are seconds since 1970.

As Znuny 6.5: the times of the SLA hold, without one those of the queue. First response, update and solution each have a
working time (minutes) within which they must come; a ticket whose state is closed, merged or removed escalates no more.
Facts come from database/escalations.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from genericinterface.sysconfig import SystemConfiguration
from genericinterface.working_time import destination_time, working_time

AGENT, CUSTOMER = "agent", "customer"  # sender types that count

ENDED = ("merge", "close", "remove")  # what the names of state types begin with that escalate no more
SUSPENDED = "pending"  # and of those in which nobody waits for an update

Data = dict[str, Any]


@dataclass(frozen=True)
class Limit:
    """Working minutes within which something must come (0: no matter), and the percent of it at which it is told."""

    minutes: int = 0
    notify: int = 0


@dataclass(frozen=True)
class Preferences:
    """The times of a queue or an SLA, and the calendar that they are reckoned by."""

    first_response: Limit = Limit()
    update: Limit = Limit()
    solution: Limit = Limit()
    calendar: str = ""

    @property
    def is_limited(self) -> bool:
        """Whether anything escalates here."""
        return bool(self.first_response.minutes or self.update.minutes or self.solution.minutes)


class Columns(NamedTuple):
    """The columns of `ticket` of the same names; 0: it does not escalate."""

    escalation_time: int = 0
    escalation_response_time: int = 0
    escalation_update_time: int = 0
    escalation_solution_time: int = 0


@dataclass(frozen=True)
class Facts:
    """What has happened to a ticket, as far as its escalation depends on it.

    `first_response`: the first article of an agent that customers see. `last_sender`, `since`: who wrote last where
    customers see it, and when; of several articles of a customer in a row, the first; where there is none of these, the
    last article of all. `closed`: when it last was.
    """

    created: int
    first_response: int | None = None
    last_sender: str = ""
    since: int | None = None
    closed: int | None = None

    def with_article(self, sender_type: str, is_visible_for_customer: bool, moment: int) -> Facts:
        """The facts after a new article."""
        if not is_visible_for_customer or sender_type not in (AGENT, CUSTOMER):
            return self if self.last_sender else replace(self, since=moment)
        facts = self
        if sender_type == AGENT and self.first_response is None:
            facts = replace(facts, first_response=moment)
        if sender_type == CUSTOMER == self.last_sender:
            return facts
        return replace(facts, last_sender=sender_type, since=moment)

    def with_closed(self, moment: int) -> Facts:
        """The facts after a change of the state to one of type closed."""
        return replace(self, closed=moment)


def columns(facts: Facts, state_type: str, preferences: Preferences, sysconfig: SystemConfiguration) -> Columns:
    """When a ticket escalates, as the table keeps it after every change."""
    if state_type.startswith(ENDED):
        return Columns()

    def destination(limit: Limit, start: int) -> int:
        return destination_time(sysconfig, preferences.calendar, start, 60 * limit.minutes)

    response = update = solution = 0
    if preferences.first_response.minutes and facts.first_response is None:
        response = destination(preferences.first_response, facts.created)
    if preferences.update.minutes and facts.since is not None and not state_type.startswith(SUSPENDED):
        update = destination(preferences.update, facts.since)
    if preferences.solution.minutes and facts.closed is None:
        solution = destination(preferences.solution, facts.created)
    first = min(filter(None, (response, update, solution)), default=0)
    return Columns(first, response, update, solution)


def attributes(
    stored: Columns, state_type: str, preferences: Preferences, sysconfig: SystemConfiguration, now: int
) -> Data:
    """What TicketGet shows of a ticket that escalates, beside the columns; EscalationTime takes the column's place."""
    if state_type.startswith(ENDED) or not preferences.is_limited:
        return {}
    data: Data = {}
    first: tuple[int, Any] | None = None
    for name, limit, destination in _limits(stored, preferences):
        left = _working_time_left(preferences, sysconfig, now, destination)
        seconds = destination - now
        if seconds <= 0:
            data[f"{name}Escalation"] = 1
        elif _is_told(limit, int(left)):
            data[f"{name}Notification"] = 1
        data[f"{name}DestinationTime"] = destination
        data[f"{name}DestinationDate"] = _date(sysconfig, destination)
        data[f"{name}WorkingTime"] = left
        data[name] = seconds
        if first is None or destination < first[0]:
            first = destination, left
    if first is not None:
        destination, left = first
        data["EscalationDestinationIn"] = _duration(abs(int(left)))
        data["EscalationDestinationTime"] = destination
        data["EscalationDestinationDate"] = _date(sysconfig, destination)
        data["EscalationTimeWorkingTime"] = left
        data["EscalationTime"] = destination - now
    return data


def _limits(stored: Columns, preferences: Preferences) -> Iterator[tuple[str, Limit, int]]:
    """What escalates: its name on the wire, its limit, and when."""
    if stored.escalation_response_time:
        yield "FirstResponseTime", preferences.first_response, stored.escalation_response_time
    if stored.escalation_update_time:
        yield "UpdateTime", preferences.update, stored.escalation_update_time
    if stored.escalation_solution_time:
        yield "SolutionTime", preferences.solution, stored.escalation_solution_time


def _is_told(limit: Limit, left: int) -> bool:
    """Whether the share of the time that is over has reached the percent at which it is told."""
    return bool(limit.notify and limit.minutes) and 100 - left / (60 * limit.minutes / 100) >= limit.notify


def _working_time_left(preferences: Preferences, sysconfig: SystemConfiguration, now: int, destination: int) -> Any:
    """Seconds; what is over is negative, and text, since Znuny puts a sign before the number."""
    if destination < now:
        return f"-{working_time(sysconfig, preferences.calendar, destination, now)}"
    return working_time(sysconfig, preferences.calendar, now, destination)


def _date(sysconfig: SystemConfiguration, moment: int) -> str:
    return str(sysconfig.from_epoch(moment))


def _duration(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"


def extended(facts: Facts, preferences: Preferences, sysconfig: SystemConfiguration) -> Data:
    """What TicketGet shows besides with `Extended`: working minutes to first response and solution, and to spare."""
    data: Data = {}
    if preferences.first_response.minutes and facts.first_response is not None:
        worked = working_time(sysconfig, preferences.calendar, facts.created, facts.first_response)
        data["FirstResponseInMin"] = worked // 60
        data["FirstResponseDiffInMin"] = _minutes_to_spare(preferences.first_response, worked)
    if facts.closed is not None:
        worked = working_time(sysconfig, preferences.calendar, facts.created, facts.closed)
        data["SolutionInMin"] = worked // 60
        if preferences.solution.minutes:
            data["SolutionDiffInMin"] = _minutes_to_spare(preferences.solution, worked)
    return data


def _minutes_to_spare(limit: Limit, worked: int) -> int:
    return int((60 * limit.minutes - worked) / 60)

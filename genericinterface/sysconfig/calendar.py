"""Calendars: when people work. Znuny has one of its own and nine that queues and SLAs may name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from genericinterface.sysconfig.setting import ABSENT, READERS, SHOWN, Setting, zone

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALENDARS = 10  # the default one and those with a number

Day = tuple[int, int]  # month, day
Date = tuple[int, int, int]

OFFICE = tuple(range(8, 21))
HOURS: tuple[tuple[int, ...], ...] = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())
VACATION: frozenset[Day] = frozenset({(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)})
ONE_TIME: frozenset[Date] = frozenset({(2004, 1, 1)})


@dataclass(frozen=True)
class Calendar:
    """Hours of each day of the week from Monday (8 is the hour from 8:00), and the days nobody works.

    `time_zone` "" is OTRSTimeZone, whose clock the default calendar always follows.
    """

    working_hours: tuple[tuple[int, ...], ...] = HOURS
    vacation_days: frozenset[Day] = VACATION
    vacation_days_one_time: frozenset[Date] = ONE_TIME
    time_zone: str = ""


def settings() -> Iterator[Setting]:
    """The settings of all calendars."""
    for index in range(CALENDARS):
        suffix = f"::Calendar{index}" if index else ""
        of = f" of calendar {index}" if index else ""
        parts: list[tuple[str, str, str, Any]] = [
            ("TimeWorkingHours", "working_hours", f"hours of each day in which people work{of}", HOURS),
            ("TimeVacationDays", "vacation_days", f"days of every year on which nobody works{of}", VACATION),
            ("TimeVacationDaysOneTime", "vacation_days_one_time", f"single days on which nobody works{of}", ONE_TIME),
        ]
        if index:
            parts.append(("TimeZone", "time_zone", f"time zone{of}; empty: `OTRSTimeZone`", ""))
        for name, kind, meaning, default in parts:
            yield Setting(name + suffix, meaning, default, "calendars", kind, name + suffix, index=index)


def _shown_hours(hours: tuple[tuple[int, ...], ...]) -> str:
    """Working hours for people: `Mon 8-20, Tue 8-20`."""
    days = ((name, _ranges(day)) for name, day in zip(WEEKDAYS, hours, strict=True))
    return ", ".join(f"{name} {text}" for name, text in days if text)


def _ranges(hours: tuple[int, ...]) -> str:
    parts: list[list[int]] = []
    for hour in hours:
        if parts and parts[-1][-1] + 1 == hour:
            parts[-1].append(hour)
        else:
            parts.append([hour])
    return "+".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _hours(value: object) -> tuple[tuple[int, ...], ...]:
    """`{Mon: [8, 9, …], …}`; a day that is left out is free."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not a hash of days")
    if unknown := set(value) - set(WEEKDAYS):
        raise ValueError(f"{', '.join(map(str, sorted(unknown)))}: days are {', '.join(WEEKDAYS)}")
    return tuple(tuple(sorted({_number(hour, 0, 23) for hour in _list(value.get(day) or [])})) for day in WEEKDAYS)


def _shown_days(days: frozenset[tuple[int, ...]]) -> str:
    return ", ".join("-".join(f"{part:02d}" for part in day) for day in sorted(days))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of hours")
    return value


def _number(value: object, least: int, most: int) -> int:
    text = str(value)
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise ValueError(f"{value!r} is no number from {least} to {most}")
    return int(text)


def _mapping(value: object) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not a hash of days")
    return value


def _days(value: object) -> frozenset[Day]:
    """`{month: {day: name}}`; days that no year has never come."""
    months = _mapping(value).items()
    return frozenset((_number(m, 1, 12), _number(d, 1, 31)) for m, days in months for d in _mapping(days or {}))


def _dates(value: object) -> frozenset[Date]:
    """`{year: {month: {day: name}}}`."""
    years = _mapping(value).items()
    return frozenset((_number(y, 1, dt.MAXYEAR), *day) for y, months in years for day in _days(months or {}))


READERS |= {"working_hours": _hours, "vacation_days": _days, "vacation_days_one_time": _dates, "time_zone": zone}
ABSENT |= {"vacation_days": frozenset(), "vacation_days_one_time": frozenset(), "time_zone": ""}
SHOWN |= {"working_hours": _shown_hours, "vacation_days": _shown_days, "vacation_days_one_time": _shown_days}

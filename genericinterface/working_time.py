"""Working time: how much of it is between two moments, and when some of it is over. Pure; called for escalations.

As Znuny 6.5 reckons it: an hour of `TimeWorkingHours` is worked from its first to its last second by the clock of the
calendar's time zone, so the hour that comes twice in autumn is worked twice; vacation days are that clock's days.
Moments are seconds since 1970, calendars are named as queues and SLAs name them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from functools import lru_cache
from zoneinfo import ZoneInfo

from genericinterface.sysconfig import Calendar, SystemConfiguration

HOUR, DAY = 3600, 86400
HORIZON = 60  # years in which working time must be over
YEARS = 256  # years of calendars that are kept

Interval = tuple[int, int]  # the first second and the one after the last


def working_time(sysconfig: SystemConfiguration, calendar: str | None, start: int, end: int) -> int:
    """Seconds of working time from `start` to `end`, 0 where that is not later."""
    if end <= start:
        return 0
    chosen, zone = _chosen(sysconfig, calendar)
    first, last = _local_year(start, zone), _local_year(end, zone)
    whole = sum(_year(chosen, zone, year).total for year in range(first, last))
    return whole + _year(chosen, zone, last).before(end) - _year(chosen, zone, first).before(start)


def destination_time(sysconfig: SystemConfiguration, calendar: str | None, start: int, seconds: int) -> int:
    """When that much working time after `start` is over: at the end of an hour of work, not at the begin of the next.

    `start` itself where `seconds` is not positive or nobody ever works.
    """
    chosen, zone = _chosen(sysconfig, calendar)
    if seconds <= 0 or not any(chosen.working_hours):
        return start
    first = _local_year(start, zone)
    wanted = seconds + _year(chosen, zone, first).before(start)
    for year in range(first, min(first + HORIZON, dt.MAXYEAR)):
        days = _year(chosen, zone, year)
        if wanted <= days.total:
            return days.after(wanted)
        wanted -= days.total
    return start


def _chosen(sysconfig: SystemConfiguration, name: str | None) -> tuple[Calendar, str]:
    """The calendar of that name ("" and unknown ones: the default), and the zone whose clock it follows."""
    index = int(name) if name and name.isascii() and name.isdecimal() and len(name) == 1 else 0
    calendar = sysconfig.calendars[index]
    return calendar, calendar.time_zone or sysconfig.otrs_time_zone


def _local_year(moment: int, zone: str) -> int:
    return dt.datetime.fromtimestamp(moment, ZoneInfo(zone)).year


class _Year:
    """The days of one year: when each begins, and how much was worked in the year up to its end."""

    def __init__(self, calendar: Calendar, zone: str, year: int) -> None:
        self._calendar = calendar
        self._zone = ZoneInfo(zone)
        self._first = dt.date(year, 1, 1)
        self._begins = [self._midnight(n) for n in range((dt.date(year + 1, 1, 1) - self._first).days + 1)]
        self._until: list[int] = []
        worked = 0
        for n in range(len(self._begins) - 1):
            worked += sum(end - begin for begin, end in self._intervals(n))
            self._until.append(worked)

    @property
    def total(self) -> int:
        """Seconds worked in the whole year."""
        return self._until[-1]

    def before(self, moment: int) -> int:
        """Seconds worked from the begin of the year to a moment in it."""
        n = max(bisect_left(self._begins, moment + 1) - 1, 0)
        worked = self._until[n - 1] if n else 0
        return worked + sum(max(min(end, moment) - begin, 0) for begin, end in self._intervals(n))

    def after(self, worked: int) -> int:
        """The first moment at which so much was worked in the year; the year has so much."""
        n = bisect_left(self._until, worked)
        rest = worked - (self._until[n - 1] if n else 0)
        for begin, end in self._intervals(n):
            if rest <= end - begin:
                return begin + rest
            rest -= end - begin
        raise AssertionError("the day has less than it was counted for")

    def _midnight(self, n: int) -> int:
        day = self._first + dt.timedelta(days=n)
        return int(dt.datetime(day.year, day.month, day.day, tzinfo=self._zone).timestamp())

    def _intervals(self, n: int) -> list[Interval]:
        """The hours worked on a day of the year."""
        day = self._first + dt.timedelta(days=n)
        hours = self._calendar.working_hours[day.weekday()]
        if not hours or self._is_free(day):
            return []
        begin, end = self._begins[n], self._begins[n + 1]
        if end - begin == DAY:
            return [(begin + hour * HOUR, begin + (hour + 1) * HOUR) for hour in hours]
        return self._odd_intervals(begin, end, hours)

    def _is_free(self, day: dt.date) -> bool:
        calendar = self._calendar
        return (day.month, day.day) in calendar.vacation_days or (
            (day.year, day.month, day.day) in calendar.vacation_days_one_time
        )

    def _odd_intervals(self, begin: int, end: int, hours: tuple[int, ...]) -> list[Interval]:
        """The same of a day on which the clock is put: from full hour to full hour by the clock."""
        found: list[Interval] = []
        while begin < end:
            clock = dt.datetime.fromtimestamp(begin, self._zone)
            following = min(begin + HOUR - clock.minute * 60 - clock.second, end)
            if clock.hour in hours:
                found.append((begin, following))
            begin = following
        return found


@lru_cache(YEARS)
def _year(calendar: Calendar, zone: str, year: int) -> _Year:
    return _Year(calendar, zone, year)

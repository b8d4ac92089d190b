"""working_time.py against what Znuny 6.5 answered (working_time.json), and where nobody works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genericinterface import sysconfig
from genericinterface.sysconfig import Calendar, SystemConfiguration
from genericinterface.working_time import destination_time, working_time

# Per calendar 3 of a configuration: [start, end, seconds] and [start, seconds, end], recorded from Znuny 6.5 around the
# days on which clocks are put.
RECORDED = json.loads(Path(__file__).with_name("working_time.json").read_text())
MONDAY = 1772438400  # 2026-03-02 08:00 UTC

recorded = pytest.mark.parametrize(
    "world", RECORDED, ids=lambda w: w["sysconfig"].get("TimeZone::Calendar3", w["sysconfig"]["OTRSTimeZone"])
)


@recorded
def test_working_time_is_znunys(world: dict[str, Any]) -> None:
    config = sysconfig.load(world["sysconfig"])
    found = [[start, end, working_time(config, "3", start, end)] for start, end, _ in world["working_time"]]
    assert found == world["working_time"]


@recorded
def test_destination_time_is_znunys(world: dict[str, Any]) -> None:
    config = sysconfig.load(world["sysconfig"])
    found = [[start, seconds, destination_time(config, "3", start, seconds)] for start, seconds, _ in given(world)]
    assert found == given(world)


@recorded
def test_the_one_is_the_inverse_of_the_other(world: dict[str, Any]) -> None:
    config = sysconfig.load(world["sysconfig"])
    for start, seconds, _ in given(world):
        assert working_time(config, "3", start, destination_time(config, "3", start, seconds)) == seconds


def given(world: dict[str, Any]) -> list[list[int]]:
    found: list[list[int]] = world["destination_time"]
    return found


def test_a_calendar_that_is_not_there_is_the_default_one() -> None:
    config = sysconfig.load({"TimeWorkingHours::Calendar2": {"Mon": [8]}})
    assert working_time(config, "2", MONDAY, MONDAY + 86400) == 3600
    for name in (None, "", "0", "77", "x", "²"):
        assert working_time(config, name, MONDAY, MONDAY + 86400) == 13 * 3600


def test_where_nobody_works_time_stands_still() -> None:
    never = SystemConfiguration(calendars=(Calendar(working_hours=((),) * 7),))
    assert working_time(never, "", MONDAY, MONDAY + 10**8) == 0
    assert destination_time(never, "", MONDAY, 60) == MONDAY
    days = frozenset((month, day) for month in range(1, 13) for day in range(1, 32))
    always_off = SystemConfiguration(calendars=(Calendar(vacation_days=days),))
    assert destination_time(always_off, "", MONDAY, 60) == MONDAY
    assert destination_time(SystemConfiguration(), "", MONDAY - 5, 0) == MONDAY - 5

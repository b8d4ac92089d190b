"""Moments in requests: what callers write for a date and time, as the database keeps it."""

from __future__ import annotations

import datetime as dt
import re

from genericinterface.sysconfig import SystemConfiguration

# YYYY-MM-DD, then a time after a blank or T, to the hour, minute, second or fraction, then perhaps an offset.
EXTENDED = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[ T]++(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,]\d++)?)?)?\s*+(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.A | re.I,
)
# The same as ISO 8601 has it without separators: YYYYMMDD, YYYYMMDDTHHMMSS.
BASIC = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:[ T](\d{2})(?:(\d{2})(?:(\d{2})(?:[.,]\d++)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.A | re.I,
)


def parse_moment(text: str, sysconfig: SystemConfiguration) -> dt.datetime | None:
    """A moment in OTRSTimeZone without a zone, None for what is no date.

    Without an offset the text is in OTRSTimeZone already (manual, "Time Accounting operation"); a date alone is its
    first second; fractions of a second are dropped.
    """
    text = text.strip()
    found = EXTENDED.fullmatch(text) or BASIC.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        moment = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  the zone is the system's
        if not found[7]:
            return moment
        return sysconfig.from_epoch((moment.replace(tzinfo=dt.UTC) - _offset(found[7])).timestamp())
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> dt.timedelta:
    if text in "Zz":
        return dt.timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if text[0] == "-" else offset

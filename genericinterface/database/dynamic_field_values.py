"""Values of dynamic fields: which a type takes, the rows that keep them, and how the history of a ticket tells them.

A value is a text, or a list of texts: those of a Multiselect, or one or none. Called by dynamic_field_writing.py, and
by the operations that check what they are sent. As Znuny 6.5, except that it loses a list for a field with one value,
and a text that is too long, without a word: here these are not valid.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from genericinterface import perl_regexp
from genericinterface.database.dynamic_fields import ConfiguredField

MULTIPLE = ("Multiselect", "WebserviceMultiselect")
DATES = ("Date", "DateTime")
MOMENT = "%Y-%m-%d %H:%M:%S"
FIRST_YEAR = 1000
LONGEST = 3800  # of the column value_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: 00:00:00)?", re.A)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.A)

Row = dict[str, Any]
Value = str | Sequence[str]


def valid(field: ConfiguredField, value: Sequence[str], is_list: bool, now: dt.datetime) -> bool:
    """Whether a field takes a value; no value, or an empty text, takes the old one away.

    `is_list`: it came as a list, which only fields with several values take. `now` in OTRSTimeZone, for fields that
    only take dates to come or only those that were. Raises Fault for a field whose expressions cannot be used.
    """
    if field.field_type in MULTIPLE:
        return _only_possible(field, value) if is_list or _text(value) else True
    if is_list:
        return False
    text = _text(value)
    match field.field_type:
        case "Checkbox":
            return text in ("", "0", "1")
        case "Date" | "DateTime":
            return text in ("", "0") or _valid_moment(field, text, now)
        case "Dropdown":
            return not text or _only_possible(field, [text])
        case "Text" | "TextArea":
            return not text or (len(text) <= LONGEST and _fits(field, text))
    return len(text) <= LONGEST


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    return value[0] if value else ""


def _only_possible(field: ConfiguredField, texts: Sequence[str]) -> bool:
    possible = field.settings.possible_values
    if field.field_type.startswith("Webservice"):  # only the web service knows what is possible
        return all(0 < len(text) <= LONGEST for text in texts)
    return all(text and text in (possible or ()) for text in texts)


def _fits(field: ConfiguredField, text: str) -> bool:
    until = perl_regexp.deadline()
    return all(perl_regexp.matches(perl_regexp.anywhere(e), text, until) for e in field.settings.expressions)


def _valid_moment(field: ConfiguredField, text: str, now: dt.datetime) -> bool:
    moment = _moment(text)
    if moment is None or not (_DATE if field.field_type == "Date" else _DATE_TIME).fullmatch(text):
        return False
    at = now.replace(hour=0, minute=0, second=0) if field.field_type == "Date" else now
    match field.settings.date_restriction:
        case "DisablePastDates":
            return moment >= at
        case "DisableFutureDates":
            return moment <= at
    return True


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.year >= FIRST_YEAR else None


# -------------------------------------------------------------------------------------------------------------- rows


def rows(field: ConfiguredField, value: Value) -> list[Row]:
    """The rows of a valid value, each with the three columns; a date without value and a checkbox have one all the
    same."""
    text = _text(value)
    if field.field_type == "Checkbox":
        return [_row(value_int=int(text or 0))]
    if field.field_type in DATES:
        return [_row(value_date=_moment(text))]
    texts = [value] if isinstance(value, str) else value
    return [_row(value_text=text) for text in texts if text]


def _row(text: None = None, **columns: Any) -> Row:
    return {"value_text": None, "value_date": None, "value_int": None} | columns


def kept(field_type: str, stored: Iterable[Row]) -> tuple[str, ...]:
    """The value that rows keep."""
    if field_type == "Checkbox":
        return tuple(str(row["value_int"]) for row in stored if row["value_int"] is not None)
    if field_type in DATES:
        return tuple(f"{row['value_date']:{MOMENT}}" for row in stored if row["value_date"] is not None)
    return tuple(row["value_text"] for row in stored if row["value_text"] is not None)


def differs(field: ConfiguredField, old: Sequence[str], value: Value) -> bool:
    """Whether a value is another one for Znuny 6.5: a date without a time always is, and a text of a Multiselect."""
    if field.field_type in MULTIPLE:
        return isinstance(value, str) or list(old) != list(value)
    return _text(old) != _text(value)


# ----------------------------------------------------------------------------------------------------------- history

MOST = 200  # characters of an entry
OLD_MOST, OLD_CUT = 55, 50
CUT = "[...]"


def told(field: ConfiguredField, old: Value, value: Value) -> str:
    """The entry in the history: old and new value, cut where both are too long together."""
    new, before = _shown(field, value), _shown(field, old)
    begin, middle = f"%%FieldName%%{field.name}%%Value%%", "%%OldValue%%"
    free = MOST - len(begin) - len(middle)
    if len(new) + len(before) > free:
        if len(before) > OLD_MOST:
            before = before[:OLD_CUT] + CUT
        free = max(0, free - len(before) - len(CUT))
        if len(new) > free:
            new = new[:free] + CUT
    return f"{begin}{new}{middle}{before}"


def _shown(field: ConfiguredField, value: Value) -> str:
    if field.field_type in MULTIPLE and not isinstance(value, str):
        return ", ".join(value)
    text = _text(value)
    return text[:10] if field.field_type == "Date" else text

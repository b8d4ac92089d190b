"""Values of dynamic fields of tickets and articles, as the wire shows them. Read with one statement.

Called by ticket_data.py. Each type keeps its value in a column of its own; of several rows the first one counts, but
for a Multiselect, whose value is the list of all (Znuny 6.5).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select

from genericinterface.database.accounts import VALID
from genericinterface.database.dynamic_field_values import DATES, MULTIPLE
from genericinterface.database.dynamic_fields import DynamicField
from genericinterface.database.lookups import TTL
from genericinterface.database.tables import dynamic_field, dynamic_field_value

Value = str | int | list[str | None] | None
Shown = list[dict[str, Value]]  # [{"Name": …, "Value": …}], in the order of the names

CHECKBOX = "Checkbox"

_f = dynamic_field.c
_LISTED = select(_f.id, _f.name, _f.field_type, _f.object_type).where(
    _f.valid_id == VALID, _f.object_type.in_(("Ticket", "Article"))
)


@dataclass(frozen=True)
class Listed:
    """The valid fields of tickets and of articles, each in the order of their names; `read`: when."""

    tickets: tuple[DynamicField, ...]
    articles: tuple[DynamicField, ...]
    read: float


_listed: WeakKeyDictionary[Engine, Listed] = WeakKeyDictionary()


def listed(connection: Connection) -> Listed:
    """The valid fields of tickets and articles, kept for a second; one statement, or none."""
    now = time.monotonic()
    kept = _listed.get(connection.engine)
    if kept is None or kept.read + TTL < now:
        found = sorted((DynamicField(*row) for row in connection.execute(_LISTED)), key=lambda field: field.name)
        tickets, articles = (tuple(f for f in found if f.object_type == kind) for kind in ("Ticket", "Article"))
        kept = _listed[connection.engine] = Listed(tickets, articles, now)
    return kept


# ------------------------------------------------------------------------------------------------------------ values

_v = dynamic_field_value.c
_VALUES = (
    select(_v.field_id, _v.object_id, _v.value_text, _v.value_date, _v.value_int)
    .where(_v.object_id.in_(bindparam("objects", expanding=True)))
    .order_by(_v.id)
)


def values(
    connection: Connection, tickets: Collection[int], articles: Collection[int] = ()
) -> tuple[dict[int, Shown], dict[int, Shown]]:
    """All valid fields with their values, None where there is none: ({ticket: fields}, {article: fields})."""
    fields = listed(connection)
    objects = {*tickets, *articles}
    # IDs of tickets and of articles are asked for together, and told apart by the field.
    found: dict[tuple[int, int], list[Any]] = {}
    if objects:
        for row in connection.execute(_VALUES, {"objects": sorted(objects)}):
            found.setdefault((row[0], row[1]), []).append(row)
    return (
        {number: _shown(fields.tickets, number, found) for number in tickets},
        {number: _shown(fields.articles, number, found) for number in articles},
    )


def _shown(fields: Iterable[DynamicField], number: int, found: dict[tuple[int, int], list[Any]]) -> Shown:
    return [
        {
            "Name": field.name,
            "Value": _value(field.field_type, rows) if (rows := found.get((field.id, number))) else None,
        }
        for field in fields
    ]


def _value(field_type: str, rows: list[Any]) -> Value:
    if field_type in MULTIPLE:
        return [row[2] for row in rows]
    _, _, text, date, number = rows[0]
    if field_type == CHECKBOX:
        return None if number is None else int(number)
    if field_type in DATES:
        return None if date is None else str(date)
    return None if text is None else str(text)

"""Sets dynamic fields of a ticket and of its new articles. Called by TicketCreate and TicketUpdate.

All fields together cost one statement to read the old values and two to write the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from genericinterface.database import dynamic_field_values as values
from genericinterface.database.dynamic_field_values import Value
from genericinterface.database.dynamic_fields import ConfiguredField
from genericinterface.database.tables import dynamic_field_value
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_flush import Article

_v = dynamic_field_value.c
_OLD = (
    select(_v.field_id, _v.value_text, _v.value_date, _v.value_int)
    .where(_v.object_id == bindparam("ticket"), _v.field_id.in_(bindparam("fields", expanding=True)))
    .order_by(_v.id)
)


def set_values(change: TicketChange, new: Mapping[ConfiguredField, Value]) -> None:
    """Sets fields of the ticket to valid values, in the order given; an empty value takes the old one away.

    A field that has its value already is left alone.
    """
    _read_old(change, [field for field in new if field.id not in change.field_values])
    for field, value in new.items():
        old = change.field_values[field.id]
        if values.differs(field, old, value):
            rows = values.rows(field, value)
            change.pending.values[field.id, None] = rows
            change.field_values[field.id] = values.kept(field.field_type, rows)
            change.add_field_history(values.told(field, old, value))


def current(change: TicketChange, field: ConfiguredField) -> tuple[str, ...]:
    """The value that the field of the ticket has now, set in this change or before."""
    if field.id not in change.field_values:
        _read_old(change, [field])
    return tuple(change.field_values[field.id])


def _read_old(change: TicketChange, fields: Sequence[ConfiguredField]) -> None:
    """Old values of stored tickets into `change.field_values`."""
    found: dict[int, list[dict[str, Any]]] = {field.id: [] for field in fields}
    if fields and not change.is_new:
        parameters = {"ticket": change.id, "fields": sorted(found)}
        for row in change.connection.execute(_OLD, parameters).mappings():
            found[row["field_id"]].append(dict(row))
    for field in fields:
        change.field_values[field.id] = values.kept(field.field_type, found[field.id])


def set_article_values(change: TicketChange, article: Article, new: Mapping[ConfiguredField, Value]) -> None:
    """Sets fields of an article that is not written yet; the history does not tell of these."""
    for field, value in new.items():
        if values.differs(field, (), value):
            change.pending.values[field.id, article] = values.rows(field, value)

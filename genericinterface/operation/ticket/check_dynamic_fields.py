"""Checks the dynamic fields of TicketCreate and TicketUpdate, with the words of Znuny 6.5.

Called by ticket_create.py and ticket_update.py. What a value may be is the business of database/.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from genericinterface.database import dynamic_field_values, dynamic_fields
from genericinterface.database.dynamic_fields import ConfiguredField
from genericinterface.errors import Fault
from genericinterface.operation.ticket.parameter_errors import invalid, missing
from genericinterface.operation.ticket.ticket_structures import is_hash, items
from genericinterface.schema import NOT_A_SCALAR, text

ARTICLE = "Article"


@dataclass(frozen=True)
class FieldValue:
    """A dynamic field and what it is set to: a text, or a list of texts where it came as one."""

    field: ConfiguredField
    value: dynamic_field_values.Value


def check_dynamic_fields(
    operation: str, connection: Connection, value: object, now: dt.datetime, with_article: bool = True
) -> list[FieldValue]:
    """The values of a DynamicField, one hash or a list of them; one statement.

    Raises OperationError, Fault for an item that is no hash. `with_article`: whether there is an article that can have
    fields. TicketCreate has two blanks in one message.
    """
    if value is None:
        return []
    given = items(value)
    names = {_name(item) for item in given if isinstance(item, Mapping)}
    known = dynamic_fields.find_configured(connection, names - {""})
    return [_check(operation, item, known, now, with_article) for item in given]


def _name(item: Mapping[str, object]) -> str:
    name = (text(item.get("Name")) or "").strip()
    return "" if "\x00" in name else name  # PostgreSQL cannot even look for it


def _check(
    operation: str, item: object, known: Mapping[str, ConfiguredField], now: dt.datetime, with_article: bool
) -> FieldValue:
    if not is_hash(item) or not isinstance(item, Mapping):
        raise Fault(f"{operation}: Ticket->DynamicField parameter is invalid!")
    blank = "  " if operation == "TicketCreate" else " "
    value = item.get("Value")
    if item.get("Name") is None:
        raise missing(operation, f"DynamicField->Name{blank}parameter is missing!")
    if value is None or isinstance(value, Mapping):
        raise missing(operation, f"DynamicField->Value{blank}parameter is missing!")
    field = known.get(_name(item))
    if field is None:
        raise invalid(operation, "DynamicField->Name parameter is invalid!")
    if field.object_type == ARTICLE and not with_article:
        raise missing(operation, "To create an article DynamicField an article is required!")
    values = [_text(operation, one) for one in (value if isinstance(value, list) else [value])]
    if not dynamic_field_values.valid(field, values, isinstance(value, list), now):
        raise invalid(operation, "DynamicField->Value parameter is invalid!")
    return FieldValue(field, values if isinstance(value, list) else values[0])


def _text(operation: str, value: Any) -> str:
    """A value without the blanks around it."""
    found = text(value)
    if found is None or found == NOT_A_SCALAR or "\x00" in found:  # PostgreSQL keeps none
        raise invalid(operation, "DynamicField->Value parameter is invalid!")
    return found.strip()

"""The filter on dynamic fields: which are asked for and how, and what the answer is in SQL.

A row of ticket_search_filters.py; search_order.py sorts by them. Only valid fields of tickets are filters, others are
passed over (Znuny 6.5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, DateTime, String, and_, bindparam, exists, func, or_, select
from sqlalchemy.types import TypeEngine

from genericinterface.database import search_condition
from genericinterface.database import tables as t
from genericinterface.database.dynamic_fields import DynamicField
from genericinterface.database.search_condition import escaped, spellings
from genericinterface.database.search_parameters import Filter, NothingError, Question, Reading, TooMuchError
from genericinterface.database.search_texts import MOST_WORDS, express_conditions, read_conditions
from genericinterface.moment import parse_moment
from genericinterface.schema import text, texts, true

PREFIX = "DynamicField_"
NAME = re.compile(r"DynamicField_([A-Za-z0-9]+)", re.A)  # other names are understood in the parameter DynamicField only

_value = t.dynamic_field_value.c

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Equals": eq,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
    "SmallerThan": lt,
    "SmallerThanEquals": le,
}
OPERATORS = ("Empty", "Like", *COMPARISONS)


@dataclass(frozen=True)
class Kind:
    """How the values of a field type are stored and compared; `lowered`: without case, also for Equals."""

    column: Column[Any]
    type: TypeEngine[Any]
    operators: tuple[str, ...] = OPERATORS
    lowered: bool = False


_TEXT = Kind(_value.value_text, String(), lowered=True)
_CHOICE = Kind(_value.value_text, String())
_DATE = Kind(_value.value_date, DateTime(), ("Empty", *COMPARISONS))
KINDS = {
    "Text": _TEXT,
    "TextArea": _TEXT,
    "ProcessID": _TEXT,
    "ActivityID": _TEXT,
    "Date": _DATE,
    "DateTime": _DATE,
    "Checkbox": Kind(_value.value_int, BigInteger(), ("Empty", "Equals")),
}


def kind_of(field: DynamicField) -> Kind:
    """How a field's values are kept; those of types that are not in KINDS (Dropdown, Multiselect, …) as choices."""
    return KINDS.get(field.field_type, _CHOICE)


# --------------------------------------------------------------------------------------------------------- reading


def wanted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of the fields by their names: a hash of operators each.

    `DynamicField` is a hash or a list of them, each with its Name, the last of one name counts; where it has a value
    the parameters `DynamicField_NameX` are ignored (Znuny 6.5).
    """
    entries = parameters.get("DynamicField")
    if isinstance(entries, dict | list) or true(entries):
        listed = entries if isinstance(entries, list) else [entries]
        named = ((text(entry.get("Name")), entry) for entry in listed if isinstance(entry, dict))
        return {name: entry for name, entry in named if name}
    return {
        found[1]: value
        for name, value in parameters.items()
        if name.startswith(PREFIX) and isinstance(value, dict) and (found := NAME.fullmatch(name))
    }


def _read(question: Question) -> Reading | None:
    shapes: list[Any] = []
    values: dict[str, Any] = {}
    for name, operators in wanted(question.parameters).items():
        field = question.fields.get(name)
        if field is None or field.object_type != "Ticket":
            if question.strict:
                raise NothingError(PREFIX + name, "is no dynamic field of tickets")
            continue
        shape, bounds = _read_field(field, operators, question)
        if shape:
            shapes.append((field, shape))
            values |= bounds
    return Reading(tuple(shapes), values) if shapes else None


def _read_field(field: DynamicField, operators: Mapping[str, Any], question: Question) -> tuple[Any, dict[str, Any]]:
    """((operator, shape) of each operator that says something, bound parameters)."""
    kind = kind_of(field)
    shapes: list[tuple[str, Any]] = []
    values: dict[str, Any] = {}
    for operator, value in operators.items():
        given = [item for item in texts(value) or [] if item not in (None, "")]
        if operator == "Name" or not given:
            continue
        parameter = f"{PREFIX}{field.name} {operator}"
        if operator == "Like":
            reading = read_conditions(_bind(field, operator), given, question.strict, question.index(_value.value_text))
            if reading is None:
                continue
            shape, bounds = reading.shape, dict(reading.values)
        elif operator == "Empty":
            shape, bounds = tuple(sorted({true(item) for item in given})), {}
        elif operator in kind.operators:
            if len(given) > MOST_WORDS:
                raise TooMuchError(parameter, f"has more than {MOST_WORDS} values")
            converted = [_convert(item, kind, parameter, question) for item in given]
            anycase = kind.lowered and operator == "Equals"
            spelt = [spellings(item) if anycase else None for item in converted]
            alone = [escaped(item) if anycase else item for item in converted]
            words = [found or (item,) for found, item in zip(spelt, alone, strict=True)]
            bounds = search_condition.bound(_bind(field, operator), words)
            shape = tuple(len(found or ()) for found in spelt)
        if operator not in kind.operators:
            raise NothingError(parameter, f"is no operator of fields of the type {field.field_type}")
        shapes.append((operator, shape))
        values |= bounds
    return tuple(shapes), values


def _bind(field: DynamicField, operator: str) -> str:
    return f"field_{field.id}_{operator}"


def _convert(value: str | None, kind: Kind, parameter: str, question: Question) -> Any:
    if isinstance(kind.type, DateTime):
        moment = parse_moment(value or "", question.sysconfig)
        if moment is None:
            raise NothingError(parameter, "is no date")
        return moment
    if isinstance(kind.type, BigInteger):
        if value not in ("0", "1"):
            raise NothingError(parameter, "is neither 0 nor 1")
        return int(value)
    return value


# ------------------------------------------------------------------------------------------------------ expressing


def _express(shapes: tuple[tuple[DynamicField, Any], ...]) -> ColumnElement[bool]:
    return and_(*(_express_field(field, operators) for field, operators in shapes))


def _express_field(field: DynamicField, operators: tuple[tuple[str, Any], ...]) -> ColumnElement[bool]:
    """All operators but Empty: 1 hold for one and the same value; a multiselect has several."""
    kind = kind_of(field)
    filled = _value.value_text != "" if kind.column is _value.value_text else kind.column.is_not(None)
    ticket = t.ticket.c.id
    parts: list[ColumnElement[bool]] = []
    found: list[ColumnElement[bool]] = []
    for operator, shape in operators:
        if operator == "Empty":
            if True in shape:
                parts.append(~exists().where(_value.field_id == field.id, _value.object_id == ticket, filled))
            if False in shape:
                found.append(filled)
        elif operator == "Like":
            found.append(express_conditions(kind.column, _bind(field, operator), shape))
        else:
            found.append(_compare(kind, _bind(field, operator), operator, shape))
    if found:
        parts.append(ticket.in_(select(_value.object_id).where(_value.field_id == field.id, *found)))
    return and_(*parts)


def _compare(kind: Kind, name: str, operator: str, sizes: tuple[int, ...]) -> ColumnElement[bool]:
    """The column against each of the values, which are alternatives: by its spellings, or (0) by itself."""
    compare = COMPARISONS[operator]
    found: list[ColumnElement[bool]] = []
    for number, size in enumerate(sizes):
        values = [bindparam(f"{name}_{number}_{spelling}", type_=kind.type) for spelling in range(size or 1)]
        if size:
            found.append(kind.column.in_(values))
        elif kind.lowered and operator == "Equals":
            found.append(kind.column.ilike(values[0], escape="\\"))
        elif kind.lowered:
            found.append(compare(func.lower(kind.column), func.lower(values[0])))
        else:
            found.append(compare(kind.column, values[0]))
    return or_(*found)


def dynamic_fields() -> Filter:
    """The row of FILTERS; its parameters `DynamicField` and `DynamicField_NameX` are in the request type."""
    return Filter((), _read, _express, texts=(_value.value_text,), always=True)

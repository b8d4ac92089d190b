"""TicketSearch's one statement: filters, permission, order and limit. SQL of the search is built here and nowhere else.

Called by operation/ticket/ticket_search.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, func, select

from genericinterface.database import lookups, search_trigrams
from genericinterface.database import tables as t
from genericinterface.database.dynamic_fields import DynamicField, find
from genericinterface.database.engine import PLANNED_ANEW
from genericinterface.database.search_articles import TEXTS
from genericinterface.database.search_dynamic_fields import wanted
from genericinterface.database.search_index import any_waiting
from genericinterface.database.search_order import Order, fields_in_order, first_of, in_order, read_order
from genericinterface.database.search_parameters import (
    NUMBER,
    Filter,
    NothingError,
    Question,
    TooMuchError,
    UnknownNameError,
)
from genericinterface.database.ticket_search_filters import FILTERS
from genericinterface.schema import text, true

LARGEST = 2**63 - 1  # of a number that a database takes
MOST_BOUND = 30_000  # bound parameters of one statement
STATEMENTS = 1024  # that are kept; what is asked differs in values, seldom in shape

_NAMES = [frozenset(parameter.name for parameter in entry.parameters) for entry in FILTERS]

Shapes = tuple[tuple[int, Hashable], ...]  # (number of the filter, shape of its reading)


@dataclass(frozen=True)
class Found:
    """IDs of tickets in order, the page that they are, and how many there are in all where that was asked for."""

    tickets: list[int]
    total: int | None = None
    limit: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Search:
    """A search that is read and only wants executing."""

    shapes: Shapes
    order: Order
    visible_articles: bool
    values: Mapping[str, Any]


def search(
    connection: Connection,
    question: Question,
    permission: ColumnElement[bool],
    paged: bool = False,
    counted: bool = False,
) -> Found:
    """The tickets that fulfil every parameter and the permission; one statement.

    `paged`: the parameter Offset counts. `counted`: the total, for another statement; dynamic fields cost one too, and
    names one in a second. Raises NothingError where nothing can be found, for a reason that a strict caller wants to
    know.
    """
    for name, value in question.parameters.items():
        if _has_nul(name) or _has_nul(value):
            raise NothingError(name, "has a NUL character, which no ticket has")  # PostgreSQL refuses to be asked
    names = wanted(question.parameters).keys() | fields_in_order(question.parameters)
    question = replace(question, fields=find(connection, names)) if names else question
    read = _read(connection, question)
    statement = _statement(read.shapes, read.order, read.visible_articles, permission)
    page = {
        "limit": read_number("Limit", question, question.sysconfig.ticket_search_limit),
        "offset": read_number("Offset", question, 0) if paged else 0,
    }
    last = min(page["limit"] + page["offset"], LARGEST)
    tickets = list(connection.scalars(statement, {**read.values, **page, "last": last}).all())
    if not counted:
        return Found(tickets, None, **page)
    return Found(tickets, connection.scalar(_count(read.shapes, permission), read.values), **page)


def _has_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(part) for entry in value.items() for part in entry)
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value


def _read(connection: Connection, question: Question) -> Search:
    if not TEXTS.isdisjoint(question.parameters):
        question = replace(question, unindexed=any_waiting(connection))
    asked = [entry for _, entry in _asked(question)]
    texts = {column for entry in asked for column in entry.texts}
    if texts:
        question = replace(question, indexes=search_trigrams.indexes(connection, texts))
    tables = {table for entry in asked for table in entry.tables}
    try:
        return read_search(replace(question, known=lookups.names(connection, tables)))
    except UnknownNameError:
        return read_search(replace(question, known=lookups.names(connection, tables, fresh=True)))


def _asked(question: Question) -> Iterator[tuple[int, Filter]]:
    """The filters that have something to say, with their numbers."""
    for number, entry in enumerate(FILTERS):
        if entry.always or not _NAMES[number].isdisjoint(question.parameters):
            yield number, entry


def read_search(question: Question) -> Search:
    """What a question asks; raises NothingError."""
    shapes: list[tuple[int, Hashable]] = []
    values: dict[str, Any] = {}
    for number, entry in _asked(question):
        reading = entry.read(question)
        if reading is not None:
            shapes.append((number, reading.shape))
            values |= reading.values
    if sum(len(value) if isinstance(value, list) else 1 for value in values.values()) > MOST_BOUND:
        raise TooMuchError("TicketSearch", f"has more than {MOST_BOUND} values")
    return Search(tuple(shapes), read_order(question), question.visible_articles, values)


def read_number(name: str, question: Question, default: int) -> int:
    """Limit or Offset: a false value is the default, a number is rounded. Raises NothingError."""
    value = question.parameters.get(name)
    if not true(value):
        return default
    number = "" if isinstance(value, list | dict) else text(value) or ""
    if NUMBER.fullmatch(number) is None:
        raise NothingError(name, "is no number")
    try:
        whole = int(Decimal(number.strip()).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation:
        whole = -1
    if not 0 <= whole <= LARGEST:
        raise NothingError(name, "is out of range")
    return whole


# ------------------------------------------------------------------------------------------------------ statements


@lru_cache(STATEMENTS)
def _statement(shapes: Shapes, order: Order, visible_articles: bool, permission: ColumnElement[bool]) -> Select[Any]:
    """The statement of a shape: the same object each time, so that SQLAlchemy knows its SQL already."""
    tickets = select(t.ticket.c.id).where(permission)
    limit, offset, last = (bindparam(name, type_=BigInteger()) for name in ("limit", "offset", "last"))
    if any(isinstance(key, DynamicField) for key, _ in order):  # a ticket may come more than once
        ordered = in_order(tickets.where(*_conditions(shapes)), order, visible_articles)
    else:
        ordered = first_of([tickets.where(*each) for each in _alternatives(shapes)], order, last)
    return ordered.limit(limit).offset(offset).execution_options(**{PLANNED_ANEW: True})


@lru_cache(STATEMENTS)
def _count(shapes: Shapes, permission: ColumnElement[bool]) -> Select[Any]:
    counted = select(func.count()).select_from(t.ticket).where(permission, *_conditions(shapes))
    return counted.execution_options(**{PLANNED_ANEW: True})


def _conditions(shapes: Shapes) -> list[ColumnElement[bool]]:
    return [FILTERS[number].express(shape) for number, shape in shapes]


def _alternatives(shapes: Shapes) -> Iterator[list[ColumnElement[bool]]]:
    """Lists of conditions; tickets that fulfil all of one list are found."""
    entries = [(FILTERS[number], shape) for number, shape in shapes]
    choices = [entry.alternatives(shape) if entry.alternatives else [entry.express(shape)] for entry, shape in entries]
    return map(list, product(*choices))

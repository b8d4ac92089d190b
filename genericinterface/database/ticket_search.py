"""TicketSearch's one statement: filters, permission, order and limit. SQL of the search is built here and nowhere else.

Called by operation/ticket/ticket_search.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, func, literal, select, union_all

from genericinterface.database import tables as t
from genericinterface.database.dynamic_fields import find
from genericinterface.database.search_dynamic_fields import wanted
from genericinterface.database.search_order import Order, fields_in_order, in_order, read_order
from genericinterface.database.search_parameters import NUMBER, NothingError, Parameter, Question, TooMuchError
from genericinterface.database.ticket_search_filters import FILTERS, PARAMETERS
from genericinterface.schema import text, true

LARGEST = 2**63 - 1  # of a number that a database takes
MOST_BOUND = 30_000  # bound parameters of one statement
STATEMENTS = 1024  # that are kept; what is asked differs in values, seldom in shape

_NAMES = [frozenset(parameter.name for parameter in entry.parameters) for entry in FILTERS]

Shapes = tuple[tuple[int, Hashable], ...]  # (number of the filter, shape of its reading)


@dataclass(frozen=True)
class Found:
    """IDs of tickets in order, and how many there are without limit and offset where that was asked for."""

    tickets: list[int]
    total: int | None = None


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
    `strict` where there are names. Raises NothingError where nothing can be found, for a reason that a strict caller
    wants to know.
    """
    names = wanted(question.parameters).keys() | fields_in_order(question.parameters)
    question = replace(question, fields=find(connection, names)) if names else question
    read = read_search(question)
    if question.strict:
        _refuse_unknown(connection, question)
    statement = _statement(read.shapes, read.order, read.visible_articles, permission)
    page = {
        "limit": read_number("Limit", question, question.sysconfig.ticket_search_limit),
        "offset": read_number("Offset", question, 0) if paged else 0,
    }
    tickets = list(connection.scalars(statement, {**read.values, **page}))
    if not counted:
        return Found(tickets)
    return Found(tickets, connection.scalar(_count(read.shapes, permission), read.values))


def read_search(question: Question) -> Search:
    """What a question asks; raises NothingError."""
    shapes: list[tuple[int, Hashable]] = []
    values: dict[str, Any] = {}
    for number, entry in enumerate(FILTERS):
        if not entry.always and _NAMES[number].isdisjoint(question.parameters):
            continue
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
    tickets = select(t.ticket.c.id).where(permission, *_conditions(shapes))
    limit, offset = (bindparam(name, type_=BigInteger()) for name in ("limit", "offset"))
    return in_order(tickets, order, visible_articles).limit(limit).offset(offset)


@lru_cache(STATEMENTS)
def _count(shapes: Shapes, permission: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(t.ticket).where(permission, *_conditions(shapes))


def _conditions(shapes: Shapes) -> list[ColumnElement[bool]]:
    return [FILTERS[number].express(shape) for number, shape in shapes]


def _refuse_unknown(connection: Connection, question: Question) -> None:
    """Raises NothingError for a name of a queue, state … that does not exist; one statement, none without names."""
    asked = {parameter.name: _names(question, parameter) for parameter in PARAMETERS if parameter.key is not None}
    lookups = [
        select(literal(parameter.name), parameter.key).where(parameter.key.in_(asked[parameter.name]))
        for parameter in PARAMETERS
        if parameter.key is not None and asked[parameter.name]
    ]
    if not lookups:
        return
    known = {tuple(row) for row in connection.execute(union_all(*lookups))}
    for parameter, names in asked.items():
        for name in names:
            if (parameter, name) not in known:
                raise NothingError(parameter, f"has the value {name}, which does not exist")


def _names(question: Question, parameter: Parameter) -> list[str]:
    return [name for name in question.names(parameter.name) if name not in parameter.besides]

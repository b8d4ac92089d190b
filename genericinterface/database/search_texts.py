"""Filters on texts of a ticket itself, in the condition language: number, title, customer, customer user.

Rows of ticket_search_filters.py; the language is search_condition.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, String, false, or_

from genericinterface.database import search_condition
from genericinterface.database import tables as t
from genericinterface.database.search_condition import MalformedError
from genericinterface.database.search_parameters import (
    Filter,
    NothingError,
    Parameter,
    Question,
    Reading,
    TooMuchError,
    bound,
    one_of,
    size,
)
from genericinterface.database.search_trigrams import Trigrams

MOST_WORDS = 500  # in the conditions of one parameter; SQLite takes expressions of a depth of 1000
MOST_LETTERS = 10_000  # of all of these conditions; SQLite takes patterns of 50,000 bytes
MALFORMED = "malformed"


def by_condition(column: Column[Any], name: str, description: str) -> Filter:
    """A filter in the condition language; several conditions are alternatives."""

    def read(question: Question) -> Reading | None:
        return read_conditions(name, question.values(name) or [], question.strict, question.index(column))

    def express(shape: Any) -> ColumnElement[bool]:
        return express_conditions(column, name, shape)

    return Filter((Parameter(name, "text", description, repeated=True),), read, express, texts=(column,))


def read_conditions(name: str, texts: Sequence[str | None], strict: bool, dense: Trigrams | None) -> Reading | None:
    """Conditions as one reading: those that allow anything are left out, malformed ones find nothing (Znuny 6.5)."""
    if sum(len(text) for text in texts if text) > MOST_LETTERS:
        raise TooMuchError(name, f"has more than {MOST_LETTERS} letters")
    shapes: list[Hashable] = []
    values: dict[str, str] = {}
    number_of_words = 0
    for text in texts:
        if not text:
            continue
        try:
            found = search_condition.read(text, dense)
        except MalformedError as error:
            if strict:
                raise NothingError(name, f"is no condition: {error}") from error
            shapes.append(MALFORMED)
            continue
        if found is not None:
            shape, words = found
            values |= search_condition.bound(f"{name}_{len(shapes)}", words)
            shapes.append(shape)
            number_of_words += len(words)
    if number_of_words > MOST_WORDS or len(shapes) > MOST_WORDS:
        raise TooMuchError(name, f"has more than {MOST_WORDS} words")
    return Reading(tuple(shapes), values) if shapes else None


def express_conditions(column: ColumnElement[Any], name: str, shapes: Sequence[Any]) -> ColumnElement[bool]:
    """The expression of what `read_conditions` gave."""
    found = [
        false() if shape == MALFORMED else search_condition.express(column, shape, f"{name}_{number}")
        for number, shape in enumerate(shapes)
    ]
    return found[0] if len(found) == 1 else or_(*found)


def customer_ids() -> Filter:
    """CustomerID as conditions, unless CustomerIDRaw has exact ones."""
    column = t.ticket.c.customer_id

    def read(question: Question) -> Reading | None:
        if question.values("CustomerIDRaw") is None:
            given = question.values("CustomerID") or []
            return read_conditions("CustomerID", given, question.strict, question.index(column))
        raw = [value for value in question.values("CustomerIDRaw") or [] if value]
        return Reading(size(raw), bound("CustomerIDRaw", raw)) if raw else None

    def express(shape: Any) -> ColumnElement[bool]:
        if isinstance(shape, int):
            return one_of(column, "CustomerIDRaw", shape, String())
        return express_conditions(column, "CustomerID", shape)

    return Filter(
        (
            Parameter("CustomerID", "text", "Customer IDs (companies), as conditions", repeated=True),
            Parameter("CustomerIDRaw", "text", "Customer IDs exactly; CustomerID is ignored then", repeated=True),
        ),
        read,
        express,
        texts=(column,),
    )

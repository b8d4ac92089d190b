"""What a search is asked, and what one filter makes of it: parameters as they came, read with Znuny's leniency.

A filter works in two steps. `read` looks at the parameters, knows nothing of SQL and gives a `Reading`: a shape and
values. `express` makes the one boolean expression of a shape, with the values as bound parameters. Searches of one
shape share one statement, because building it costs more than asking the database. Used by all files search_*.py.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, bindparam, false
from sqlalchemy.types import TypeEngine

from genericinterface.database.dynamic_fields import DynamicField
from genericinterface.database.lookups import Names
from genericinterface.database.search_trigrams import Trigrams
from genericinterface.schema import NOT_A_SCALAR, text
from genericinterface.sysconfig import SystemConfiguration

Values = Sequence[str | None]

INTEGER = re.compile(r"[+-]?\d{1,18}", re.A)
NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\s*", re.A)  # as Perl reads numbers
MOST_VALUES = 10_000  # of one list; databases take some 32,000 parameters in a statement
SPELT_OUT = 5  # values; a longer list is one expanding parameter, which SQLAlchemy renders anew for each execution


class NothingError(Exception):
    """The parameters can never be met, so that the database need not be asked.

    `parameter` and `reason` ("is no date") say why, for those who asked for strictness.
    """

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter} {reason}")
        self.parameter = parameter
        self.reason = reason


class UnknownNameError(NothingError):
    """A name is not known; it may have come into being since the names were read."""


class TooMuchError(NothingError):
    """A parameter has more values than a database can take; always told to the caller."""


@dataclass(frozen=True)
class Question:
    """One search. `parameters` are raw values by their wire names, None where absent.

    `visible_articles`: only articles that customers may see count. `strict`: what Znuny passes over is an error.
    `fields` are the dynamic fields that the parameters name, as far as they exist, `known` the names in the tables that
    the filters want, by table, `indexes` the columns with trigram indexes (search_trigrams.py). `unindexed`: there may
    be articles whose words are not in the index.
    """

    parameters: Mapping[str, Any]
    sysconfig: SystemConfiguration
    now: dt.datetime
    visible_articles: bool = False
    strict: bool = False
    fields: Mapping[str, DynamicField] = field(default_factory=dict)
    known: Mapping[str, Names] = field(default_factory=dict)
    indexes: Mapping[str, Trigrams] = field(default_factory=dict)
    unindexed: bool = True

    def values(self, name: str) -> Values | None:
        """A parameter that may be a list; None where it is absent, "", an empty list or a hash.

        In a list an empty text is a value, alone it is none (Znuny 6.5).
        """
        value = self.parameters.get(name)
        if value is None or value == "" or isinstance(value, dict):
            return None
        if not isinstance(value, list):
            return [text(value)]
        if len(value) > MOST_VALUES:
            raise TooMuchError(name, f"has more than {MOST_VALUES} values")
        return [text(item) for item in value] or None

    def named(self, name: str, table: Table) -> list[int]:
        """IDs of a parameter of names in a table; [] where it is absent. Raises NothingError for an unknown name."""
        ids = self.known[table.name].ids
        for value in (values := self.values(name) or []):
            if value not in ids:
                raise UnknownNameError(name, f"has the value {value}, which does not exist")
        return [ids[value] for value in values if value is not None]

    def index(self, column: Column[Any]) -> Trigrams | None:
        """The trigrams that an index of this column is better not asked for; None where it has no trigram index."""
        return self.indexes.get(str(column))

    def integers(self, name: str) -> list[int]:
        """A parameter of whole numbers; [] where it is absent. Raises NothingError where one is none."""
        values = self.values(name) or []
        if any(value is None or INTEGER.fullmatch(value) is None for value in values):
            raise NothingError(name, "has a value that is no whole number")
        return [int(value) for value in values if value is not None]

    def scalar(self, name: str) -> str:
        """A parameter that is one value, without blanks around it; "" where it is absent, a list or a hash."""
        value = text(self.parameters.get(name))
        return "" if value is None or value == NOT_A_SCALAR else value.strip()


@dataclass(frozen=True)
class Reading:
    """What a question says to one filter: `shape` decides the SQL, `values` are its bound parameters by name."""

    shape: Hashable
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parameter:
    """One parameter of the operation: how it is called, what it takes, what it says.

    `kind` is that of schema.Field; `repeated` parameters take one value or a list.
    """

    name: str
    kind: str
    description: str
    repeated: bool = False


@dataclass(frozen=True)
class Filter:
    """One row of FILTERS: parameters that together say one thing about a ticket.

    `read` gives None where they say nothing and raises NothingError where they can never be met; `express` says it of
    the table `ticket`. `tables` are those whose names `read` wants, `texts` the columns that it compares with patterns;
    `always`: it has something to say also where none of its parameters is given. `alternatives` are conditions one of
    which is enough, together the same as `express`: a database finds the first tickets of each more quickly by itself.
    """

    parameters: tuple[Parameter, ...]
    read: Callable[[Question], Reading | None]
    express: Callable[[Any], ColumnElement[bool]]
    tables: tuple[Table, ...] = ()
    texts: tuple[Column[Any], ...] = ()
    always: bool = False
    alternatives: Callable[[Any], list[ColumnElement[bool]]] | None = None


# ------------------------------------------------------------------------------------------------ lists of values


def bound(name: str, values: Collection[Any]) -> dict[str, Any]:
    """The bound parameters of a list, as `one_of` names them."""
    if len(values) <= SPELT_OUT:
        return {f"{name}_{number}": value for number, value in enumerate(values)}
    return {name: list(values)}


def size(values: Collection[Any]) -> int:
    """The shape of a list: how many values, or that there are many."""
    return min(len(values), SPELT_OUT + 1)


def one_of(column: ColumnElement[Any], name: str, size: int, kind: TypeEngine[Any]) -> ColumnElement[bool]:
    """`column IN (values)` of a list of that shape; `kind` is the type of the values, whatever that of the column.

    So a number that is too large for the column is not found, instead of an error of the database.
    """
    if not size:
        return false()
    if size <= SPELT_OUT:
        return column.in_([bindparam(f"{name}_{number}", type_=kind) for number in range(size)])
    return column.in_(bindparam(name, type_=kind, expanding=True))

"""A text compared with a pattern, with what makes it quick on PostgreSQL.

Called by search_condition.py (whatever the case) and search_articles.py (texts in small letters). An index is asked for
a sparse pattern (search_trigrams.py). PostgreSQL knows from its statistics how many texts of a column that one fits,
and plans by it; what is compared further must not look to it like one more thing that few texts are.

ILIKE means the same as LIKE of small letters. Where there is no index every row is read, and most of that time goes
into folding the letters of all alphabets. So a rough pattern is asked first, in the collation "C", which folds the
letters A to Z only: twice as quick, and it never leaves out what the pattern itself would find.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, collate, false, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

ESCAPE = "\\"
UNSURE = "kKiI"  # the Kelvin sign and the dotted İ have these as small letters, which the collation "C" does not know


def rough(pattern: str) -> str:
    """The pattern with any character for each that is not surely the same in the collation "C"."""
    return "".join("_" if character in UNSURE or not character.isascii() else character for character in pattern)


class Fits(FunctionElement[bool]):
    """Whether a text (first) fits a pattern (second), whatever the case; the others are the sparse and the rough one.

    A pattern that is the same as its rough one comes without it.
    """

    type = Boolean()
    name = "fits"
    inherit_cache = True


class Contains(FunctionElement[bool]):
    """Whether a text (first) in small letters fits a pattern (second); the third is the sparse one."""

    type = Boolean()
    name = "contains"
    inherit_cache = True


class Uncounted(FunctionElement[bool]):
    """A condition in a form that no index serves, and that PostgreSQL's planner expects to hold nearly always."""

    type = Boolean()
    name = "uncounted"
    inherit_cache = True


@compiles(Fits)
def _fits(element: Fits, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern, *_ = element.clauses
    return f"({compiler.process(text.ilike(pattern, escape=ESCAPE), **options)})"


@compiles(Fits, "postgresql")
def _fits_on_postgresql(element: Fits, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern, sparse, *roughs = element.clauses
    found: list[ColumnElement[bool]] = [
        Uncounted(collate(text, "C").ilike(rough, escape=ESCAPE)) for rough in (roughs or [pattern])
    ]
    found.append(text.ilike(sparse, escape=ESCAPE))
    if roughs:
        found.append(Uncounted(text.ilike(pattern, escape=ESCAPE)))
    return f"({compiler.process(and_(*found), **options)})"


@compiles(Contains)
def _contains(element: Contains, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern, _ = element.clauses
    return f"({compiler.process(text.like(pattern, escape=ESCAPE), **options)})"


@compiles(Contains, "postgresql")
def _contains_on_postgresql(element: Contains, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern, sparse = element.clauses
    found = and_(text.like(sparse, escape=ESCAPE), Uncounted(text.like(pattern, escape=ESCAPE)))
    return f"({compiler.process(found, **options)})"


@compiles(Uncounted)
def _uncounted(element: Uncounted, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"({compiler.process(condition, **options)})"


@compiles(Uncounted, "postgresql")
def _uncounted_on_postgresql(element: Uncounted, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"({compiler.process(func.nullif(condition, false()).is_not(None), **options)})"

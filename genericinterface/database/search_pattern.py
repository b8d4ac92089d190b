"""A text compared with a pattern, with what makes it quick on PostgreSQL.

Called by search_condition.py and search_articles.py. PostgreSQL expects a part of a text in hardly any row, and would
rather read all of them than go from the newest ticket on until it has found enough. So it is kept from expecting
anything of a pattern, but of one that an index is asked for (search_trigrams.py).

ILIKE means the same as LIKE of small letters. Most of its time goes into folding the letters of all alphabets. So a
rough pattern is asked first, in the collation "C", which folds the letters A to Z only: twice as quick, and it never
leaves out what the pattern itself would find.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, and_, collate, false, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

ESCAPE = "\\"
UNSURE = "kKiI"  # the Kelvin sign and the dotted İ have these as small letters, which the collation "C" does not know


def rough(pattern: str) -> str:
    """The pattern with any character for each that is not surely the same in the collation "C"."""
    return "".join("_" if character in UNSURE or not character.isascii() else character for character in pattern)


class Fits(FunctionElement[bool]):
    """Whether a text (first) fits a pattern (second), whatever the case; the third is the rough one, if another."""

    type = Boolean()
    name = "fits"
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
    text, pattern, *roughs = element.clauses
    found = [collate(text, "C").ilike(rough, escape=ESCAPE) for rough in (roughs or [pattern])]
    if roughs:
        found.append(text.ilike(pattern, escape=ESCAPE))
    return f"({compiler.process(and_(*map(Uncounted, found)), **options)})"


@compiles(Uncounted)
def _uncounted(element: Uncounted, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"({compiler.process(condition, **options)})"


@compiles(Uncounted, "postgresql")
def _uncounted_on_postgresql(element: Uncounted, compiler: SQLCompiler, **options: Any) -> str:
    (condition,) = element.clauses
    return f"({compiler.process(func.nullif(condition, false()).is_not(None), **options)})"

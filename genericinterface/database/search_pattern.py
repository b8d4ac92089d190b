"""A text compared with a pattern, whatever the case: ILIKE, with something quicker before it on PostgreSQL.

Called by search_condition.py. ILIKE means the same as LIKE of small letters, but PostgreSQL knows from its statistics
how many texts of a column a pattern fits, and takes the right index. Where there is none it reads every row, and most
of that time goes into folding the letters of all alphabets. So a rough pattern is asked first, in the collation "C",
which folds the letters A to Z only: twice as quick, and it never leaves out what the pattern itself would find.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, collate
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

ESCAPE = "\\"
UNSURE = "kKiI"  # the Kelvin sign and the dotted İ have these as small letters, which the collation "C" does not know


def rough(pattern: str) -> str:
    """The pattern with any character for each that is not surely the same in the collation "C"."""
    return "".join("_" if character in UNSURE or not character.isascii() else character for character in pattern)


class Fits(FunctionElement[bool]):
    """Whether a text (first) fits a pattern (third); the second is the `rough` one."""

    type = Boolean()
    name = "fits"
    inherit_cache = True

    def __init__(self, text: ColumnElement[str], rough: ColumnElement[str], pattern: ColumnElement[str]) -> None:
        super().__init__(text, rough, pattern)


@compiles(Fits)
def _anywhere(element: Fits, compiler: SQLCompiler, **options: Any) -> str:
    text, _, pattern = element.clauses
    return f"({compiler.process(text.ilike(pattern, escape=ESCAPE), **options)})"


@compiles(Fits, "postgresql")
def _on_postgresql(element: Fits, compiler: SQLCompiler, **options: Any) -> str:
    text, rough, pattern = element.clauses
    both = and_(collate(text, "C").ilike(rough, escape=ESCAPE), text.ilike(pattern, escape=ESCAPE))
    return f"({compiler.process(both, **options)})"

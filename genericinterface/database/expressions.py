"""Expressions that several queries share. Called by the other files of this room."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, literal

SPELT_OUT = 50  # values; SQLAlchemy renders a longer list anew for every execution, single values it renders once


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN (values)`, each value a parameter of its own where there are few."""
    if 0 < len(values) <= SPELT_OUT:
        return column.in_([literal(value, column.type) for value in values])
    return column.in_(values)

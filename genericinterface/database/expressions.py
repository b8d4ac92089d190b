"""Expressions that several queries share. Called by the other files of this room."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_

SPELT_OUT = 3  # values; SQLAlchemy renders a longer IN anew for every execution, equalities it renders once


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN (values)`, spelt out as equalities where there are few."""
    if 0 < len(values) <= SPELT_OUT:
        return or_(*(column == value for value in values))
    return column.in_(values)

"""Error answers about parameters, as TicketCreate and TicketUpdate word them. Called by the check_*.py modules."""

from __future__ import annotations

from sqlalchemy import String, Table

from genericinterface.errors import OperationError


def missing(operation: str, sentence: str) -> OperationError:
    """`operation` is TicketCreate or TicketUpdate; the sentence goes behind it."""
    return OperationError(f"{operation}.MissingParameter", f"{operation}: {sentence}")


def invalid(operation: str, sentence: str) -> OperationError:
    """A value that cannot be."""
    return OperationError(f"{operation}.InvalidParameter", f"{operation}: {sentence}")


def fits(operation: str, parameter: str, value: str | None, table: Table, column: str) -> None:
    """Raises an error answer for a text that is longer than its column (Znuny 6.5 cuts it or loses it)."""
    kind = table.c[column].type
    longest = kind.length if isinstance(kind, String) else None
    if value is not None and longest is not None and len(value) > longest:
        raise invalid(operation, f"{parameter} parameter is longer than {longest} characters!")
    if value is not None and "\x00" in value:  # PostgreSQL keeps none
        raise invalid(operation, f"{parameter} parameter is invalid!")

"""The parameter TicketID of the operations that read tickets: one ID, a list, or IDs with commas between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from genericinterface.errors import OperationError
from genericinterface.schema import text, true

# What PostgreSQL takes as a number under Znuny 6.5: blanks around it, a sign, leading zeros.
_NUMBER = re.compile(r"[ \t\r\n\f\v]*\+?([0-9]{1,40})[ \t\r\n\f\v]*", re.A)
LARGEST = 2**63 - 1  # of an ID that a database takes

# Any, because a list and a hash are told apart.
TicketIDs = Annotated[
    Any,
    Meta(description="One or several tickets: a list, or `1,2,3`", extra={"scalar": "text", "repeated": True}),
]


def asked(value: object, operation: str) -> list[str]:
    """The IDs as they were sent; raises OperationError where there are none or where it is a hash.

    Commas separate in a single value only; what follows the last one may be missing (Znuny 6.5).
    """
    if not isinstance(value, list | dict) and not true(value):
        raise OperationError(f"{operation}.MissingParameter", f"{operation}: TicketID parameter is missing!")
    if isinstance(value, dict):
        raise OperationError(f"{operation}.WrongStructure", f"{operation}: Structure for TicketID is not correct!")
    if isinstance(value, list):
        return [text(item) or "" for item in value]
    parts = (text(value) or "").split(",")
    while parts and not parts[-1]:
        parts.pop()
    return parts


def numbers(ids: Sequence[str]) -> list[int | None]:
    """The IDs as numbers; None of what is no ID."""
    return [_number(found) for found in ids]


def _number(asked_id: str) -> int | None:
    found = _NUMBER.fullmatch(asked_id)
    number = int(found[1]) if found else 0
    return number if 0 < number <= LARGEST else None

"""The request type of Ticket::TicketSearch, made from the table of filters: they cannot disagree."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from genericinterface.auth import Credentials
from genericinterface.database.search_times import TIME_FAMILIES
from genericinterface.database.ticket_search import SORT_BY
from genericinterface.database.ticket_search_filters import FILTERS
from genericinterface.schema import DateTime, Flag, Integer, Structure, Text, wildcard

# Parameters of Znuny's that have no filter yet: using one is a fault, never a search without it.
NOT_YET = (
    "DynamicField",
    "DynamicFields",
    "Fulltext",
    "MIMEBase_From",
    "MIMEBase_To",
    "MIMEBase_Cc",
    "MIMEBase_Bcc",
    "MIMEBase_Subject",
    "MIMEBase_Body",
    "MIMEBase_AttachmentName",
)

SCALARS = {
    **{name: Text for family in TIME_FAMILIES for name in family.parameters()},
    **{name: Integer for family in TIME_FAMILIES for name in family.parameters() if name.endswith("Minutes")},
    **{name: DateTime for family in TIME_FAMILIES for name in family.parameters() if name.endswith("Date")},
    "SearchInArchive": Text,
}


def _fields() -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    for entry in FILTERS:
        for name in entry.parameters:
            if name == "CustomerUserLogin":
                continue  # of the credentials, and below
            if name in SCALARS:
                kind: Any = Annotated[SCALARS[name] | None, Meta(description=entry.description)]
            else:
                # Any: whether a value came alone or in a list matters for empty ones.
                kind = Annotated[Any, Meta(description=entry.description, extra=_items(name))]
            found.append((name, kind, None))
    return found


def _items(name: str) -> dict[str, Any]:
    integer = name.endswith(("IDs", "TicketID"))
    return {"scalar": "integer" if integer else "text", "repeated": True}


def _described(kind: Any, description: str, **extra: Any) -> Any:
    return Annotated[kind, Meta(description=description, extra=extra or None)]


class DynamicFieldCondition(Structure):
    """What a dynamic field's value must be: operators are joined with AND, the values of one with OR."""

    Name: Text | None = None
    Empty: Flag | None = None
    Equals: list[Text | None] | None = None
    Like: list[Text | None] | None = None
    GreaterThan: list[Text | None] | None = None
    GreaterThanEquals: list[Text | None] | None = None
    SmallerThan: list[Text | None] | None = None
    SmallerThanEquals: list[Text | None] | None = None


LISTS = frozenset(name for entry in FILTERS for name in entry.parameters if name not in SCALARS)

_ORDER = f"One or several of {', '.join(SORT_BY)}"

TicketSearchRequest = msgspec.defstruct(
    "TicketSearchRequest",
    [
        *_fields(),
        (
            "CustomerUserLogin",
            _described(
                Any,
                "Customer users, as conditions; with Password the login of the one who asks",
                scalar="text",
                repeated=True,
            ),
            None,
        ),
        ("UseSubQueues", _described(Flag | None, "1: queues below the given ones count too"), None),
        ("Limit", _described(Any, "Most IDs to answer", scalar="integer"), None),
        ("SortBy", _described(Any, _ORDER, scalar="text", repeated=True), None),
        ("OrderBy", _described(Any, "Up or Down, one for each of SortBy", scalar="text", repeated=True), None),
        ("ConditionInline", _described(Flag | None, "Accepted and without effect, as in Znuny 6.5"), None),
        ("ContentSearch", _described(Text | None, "AND or OR between the article fields"), None),
        ("FullTextIndex", _described(Flag | None, "Accepted; the index is used always"), None),
        *((name, _described(Any, "Not available in this version", scalar="text"), None) for name in NOT_YET[2:]),
        ("DynamicField", _described(list[DynamicFieldCondition | None] | None, "Not available in this version"), None),
        (
            "DynamicFields",
            Annotated[
                dict[str, DynamicFieldCondition | None] | None,
                wildcard("DynamicField_", "Not available in this version"),
            ],
            None,
        ),
    ],
    bases=(Credentials,),
    kw_only=True,
    omit_defaults=True,
)
TicketSearchRequest.__doc__ = "What to search for, and how to order and limit what is found."

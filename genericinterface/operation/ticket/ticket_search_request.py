"""The request type of Ticket::TicketSearch, made from the table of filters: they cannot disagree."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from genericinterface.auth import Credentials
from genericinterface.database.search_dynamic_fields import PREFIX
from genericinterface.database.search_order import ORDER_BY, SORT_BY
from genericinterface.database.ticket_search_filters import PARAMETERS
from genericinterface.schema import Flag, Structure, Text, wildcard


class DynamicFieldCondition(Structure):
    """What a dynamic field's value must be: operators are joined with AND, the values of one with OR."""

    Name: Annotated[Text | None, Meta(description="The field's name; only inside DynamicField")] = None
    Empty: Annotated[Flag | None, Meta(description="1: without a value, 0: with one")] = None
    Equals: Annotated[list[Text | None] | None, Meta(description="The value itself")] = None
    Like: Annotated[list[Text | None] | None, Meta(description="Conditions, with wildcards")] = None
    GreaterThan: Annotated[list[Text | None] | None, Meta(description="Greater or later than this")] = None
    GreaterThanEquals: Annotated[list[Text | None] | None, Meta(description="This, greater or later")] = None
    SmallerThan: Annotated[list[Text | None] | None, Meta(description="Smaller or earlier than this")] = None
    SmallerThanEquals: Annotated[list[Text | None] | None, Meta(description="This, smaller or earlier")] = None


def _raw(name: str, kind: str, description: str, repeated: bool = False) -> tuple[str, Any, Any]:
    # Any: whether a value came alone or in a list matters, and so does what no list or text should be.
    extra = {"scalar": kind, "repeated": repeated}
    return name, Annotated[Any, Meta(description=description, extra=extra)], None


TicketSearchRequest = msgspec.defstruct(
    "TicketSearchRequest",
    [
        *(_raw(entry.name, entry.kind, entry.description, entry.repeated) for entry in PARAMETERS),
        (
            "DynamicField",
            Annotated[
                Any,
                Meta(
                    description="Conditions on dynamic fields; where it is given, DynamicField_NameX is ignored",
                    extra={"structure": DynamicFieldCondition, "repeated": True},
                ),
            ],
            None,
        ),
        (
            "DynamicFields",
            Annotated[
                dict[str, Annotated[Any, Meta(extra={"structure": DynamicFieldCondition})]] | None,
                wildcard(PREFIX, "Conditions on the dynamic field NameX"),
            ],
            None,
        ),
        _raw("SortBy", "text", f"One or several of {', '.join(SORT_BY)}, {PREFIX}NameX", repeated=True),
        _raw("OrderBy", "text", f"{' or '.join(ORDER_BY)}, one for each of SortBy", repeated=True),
        _raw("Limit", "integer", "Most IDs to answer"),
        _raw(
            "Offset", "integer", "How many IDs to leave out first; only where the web service has the extension Offset"
        ),
        _raw("AttachmentName", "text", "Accepted and without effect, as in Znuny 6.5: it is MIMEBase_AttachmentName"),
        _raw("ConditionInline", "flag", "Accepted and without effect: conditions are understood always"),
        _raw("FullTextIndex", "flag", "Accepted and without effect: the index is used always"),
    ],
    bases=(Credentials,),
    kw_only=True,
    omit_defaults=True,
)
TicketSearchRequest.__doc__ = "What to search for, and how to order and limit what is found."

# A field and its operator in one name, where a query cannot hold a hash: TText[Like].
WITH_OPERATOR = re.compile(r"([^\[\]]+)\[(\w+)\]")

_NAMES = tuple(field.name for field in PARAMETERS) + ("DynamicField", "SortBy", "OrderBy", "Limit", "Offset")


def parameters_of(request: Any, operators_in_names: bool) -> dict[str, Any]:
    """The parameters of a search by their wire names, raw; those that are absent are left out.

    `operators_in_names`: `DynamicField_X[Like]` is the operator Like of the field X.
    """
    found = {name: value for name in _NAMES if (value := getattr(request, name)) is not None}
    for name, value in (request.DynamicFields or {}).items():
        parts = WITH_OPERATOR.fullmatch(name) if operators_in_names else None
        if parts is None:
            found[PREFIX + name] = value
        else:
            found.setdefault(PREFIX + parts[1], {})[parts[2]] = value
    return found

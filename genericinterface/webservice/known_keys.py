"""The keys that mean something in a definition, and where; check.py names the near miss of any other.

Unknown keys are kept and do nothing, as in Znuny. New features add their key here, and docs/webservices.md its meaning.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

# Place → its keys; `*` stands for any name.
KEYS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    (): ("Debugger", "Description", "FrameworkVersion", "Provider", "RemoteSystem", "Requester"),
    ("Debugger",): ("DebugThreshold", "TestMode"),
    ("Provider",): ("ErrorHandling", "ErrorHandlingPriority", "Extension", "Operation", "Transport"),
    ("Provider", "Operation", "*"): (
        "Description",
        "IncludeTicketData",
        "MappingInbound",
        "MappingOutbound",
        "SortOutbound",
        "Type",
    ),
    ("Provider", "Operation", "*", "MappingInbound"): ("Config", "Type"),
    ("Provider", "Operation", "*", "MappingOutbound"): ("Config", "Type"),
    ("Provider", "Transport"): ("Config", "Type"),
    ("Provider", "Transport", "Config", "RouteOperationMapping", "*"): (
        "ParserBackend",
        "ParserBackendParameter",
        "RequestMethod",
        "Route",
    ),
}

# Transport Type → the keys of its Config.
TRANSPORT_KEYS: Mapping[str, tuple[str, ...]] = {
    "HTTP::REST": ("AdditionalHeaders", "KeepAlive", "MaxLength", "PostParamName", "RouteOperationMapping"),
    "HTTP::SOAP": (
        "AdditionalHeaders",
        "KeepAlive",
        "MaxLength",
        "NameSpace",
        "NoNameSpace",
        "RequestNameFreeText",
        "RequestNameScheme",
        "ResponseNameFreeText",
        "ResponseNameScheme",
        "SOAPAction",
        "SOAPActionFreeText",
        "SOAPActionScheme",
        "SOAPActionSeparator",
        "Sort",
    ),
}

# Keys inside the Config of mappings Simple and XSLT, at any depth.
MAPPING_KEYS = frozenset(
    {
        "DataInclude",
        "ForceArray",
        "KeepAttributes",
        "KeyMapDefault",
        "KeyMapExact",
        "KeyMapRegEx",
        "MapTo",
        "MapType",
        "PostRegExFilter",
        "PreRegExFilter",
        "Replace",
        "Search",
        "Template",
        "ValueMap",
        "ValueMapDefault",
        "ValueMapExact",
        "ValueMapRegEx",
    }
)

# `Provider: Extension`: what a web service switches on beyond Znuny, with a few words on each.
EXTENSIONS: Mapping[str, str] = {
    "DryRun": "'1': TicketCreate and TicketUpdate have a parameter DryRun that tries everything and writes nothing",
    "DynamicFieldOperators": "'1': TicketSearch reads DynamicField_X[Like] as the operator Like of the field X",
    "ETag": "'1': TicketGet of one ticket has a header ETag, which TicketUpdate compares with If-Match",
    "IdempotencyKey": "'1': TicketCreate and TicketUpdate do a request with the header Idempotency-Key only once",
    "Offset": "'1': TicketSearch has a parameter Offset, and by GET a header Link to other pages",
    "Soap12Port": "'0': the WSDL has no port for SOAP 1.2",
    "Strict": "'1': parameters that mean nothing, such as impossible dates, are error answers",
    "TotalCount": "'1': TicketSearch says in the header X-Total-Count how many tickets there are",
}

NEAR = 0.8


def near(name: str, known: Iterable[str], cutoff: float = NEAR) -> str | None:
    """The known name that an unknown one was probably meant to be."""
    by_lower = {entry.lower(): entry for entry in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None

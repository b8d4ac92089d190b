"""A web service in words for `webservice list` and `webservice show`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from genericinterface.cli.table import table
from genericinterface.database.webservices import StoredWebservice
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings
from genericinterface.webservice import Webservice, define, document

PROVIDER = "/otrs/nph-genericinterface.pl"  # any prefix works; this is the one that clients know


def address(settings: Settings, name: str) -> str:
    """The full address of a web service."""
    return f"{settings.address}{PROVIDER}/Webservice/{quote(name, safe='')}"


def row(stored: StoredWebservice) -> dict[str, Any]:
    """One line of the list."""
    webservice = _defined(stored)
    return {
        "ID": stored.id,
        "name": stored.name,
        "valid": "yes" if stored.valid else "no",
        "transport": webservice.transport_type if webservice else "cannot be read",
        "operations": len(webservice.operations) if webservice else 0,
        "changed": str(stored.change_time),
    }


def text(settings: Settings, stored: StoredWebservice) -> str:
    """The whole summary of a web service."""
    head = f"{stored.name} (ID {stored.id}), {'switched on' if stored.valid else 'switched off'}"
    try:
        webservice = define(stored.name, document.load(stored.config, stored.name), stored.id)
    except ConfigurationError as error:
        return "\n".join([head, "  cannot be read:", *(f"  {problem}" for problem in error.problems)])
    base = address(settings, stored.name)
    facts = [
        ("description", webservice.description),
        ("address", base),
        *_descriptions(webservice, base),
        ("transport", webservice.transport_type or "none"),
        ("MaxLength", f"{webservice.transport_config.get('MaxLength') or 'none'}"),
        ("DebugThreshold", webservice.debug_threshold),
        ("extensions", ", ".join(f"{key}: {value}" for key, value in webservice.extension.items())),
        ("created", stored.create_time),
        ("changed", stored.change_time),
    ]
    lines = [("  " + line).rstrip() for line in table([fact for fact in facts if fact[1]]).splitlines()]
    operations = [("  " + line).rstrip() for line in _operations(webservice, base).splitlines()]
    return "\n".join([head, *lines, "operations", *(operations or ["  none"])])


def _descriptions(webservice: Webservice, base: str) -> list[tuple[str, str]]:
    if webservice.transport_type == "HTTP::SOAP":
        return [("WSDL", f"{base}?wsdl")]
    if webservice.transport_type == "HTTP::REST":
        return [("OpenAPI", f"{base}/openapi.json"), ("to try it", f"{base}/ui")]
    return []


def _operations(webservice: Webservice, base: str) -> str:
    import genericinterface.operation  # noqa: F401  fills the registry
    from genericinterface.registry import OPERATIONS

    rows = []
    for name, operation in webservice.operations.items():
        kind = operation.type or "no Type"
        rows.append([name, kind if kind in OPERATIONS else f"{kind} (not available)", *_route(webservice, name, base)])
    return table(rows) if rows else ""


def _route(webservice: Webservice, name: str, base: str) -> list[str]:
    if webservice.transport_type != "HTTP::REST":
        return []
    routes = webservice.transport_config.get("RouteOperationMapping")
    entry = routes.get(name) if isinstance(routes, Mapping) else None
    if not isinstance(entry, Mapping) or not entry.get("Route"):
        return ["", "no route"]
    methods = entry.get("RequestMethod")
    taken = ", ".join(str(method) for method in methods if method) if isinstance(methods, list) else ""
    return [taken or "any method", f"{base}{entry['Route']}"]


def _defined(stored: StoredWebservice) -> Webservice | None:
    try:
        return define(stored.name, document.load(stored.config), stored.id)
    except ConfigurationError:
        return None

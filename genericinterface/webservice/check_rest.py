"""The checks of `HTTP::REST`: routes, methods, limits and headers of a definition. Called by check.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genericinterface.webservice.definition import Webservice
from genericinterface.webservice.findings import Findings, named
from genericinterface.webservice.problem import Path
from genericinterface.webservice.route import PARAMETER, REGEXP, Route

CONFIG: Path = ("Provider", "Transport", "Config")
MAPPING: Path = (*CONFIG, "RouteOperationMapping")
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def check(findings: Findings, webservice: Webservice) -> None:
    """Everything that only REST has."""
    check_limits(findings, webservice)
    routes = webservice.transport_config.get("RouteOperationMapping")
    if not isinstance(routes, Mapping) or not routes:
        findings.error(
            MAPPING, "HTTP::REST Can't find RouteOperationMapping in Config", "each operation has a route there"
        )
        return
    for name in webservice.operations:
        if name not in routes:
            findings.error(
                ("Provider", "Operation", name), "this operation has no route", f"add {name} to RouteOperationMapping"
            )
    usable = []
    for name, entry in sorted(routes.items()):
        if name not in webservice.operations:
            findings.error((*MAPPING, name), "there is no operation of this name", _hint(webservice))
        route = _route(findings, (*MAPPING, name), name, entry)
        if route is not None:
            usable.append(route)
    _order(findings, usable)


def check_limits(findings: Findings, webservice: Webservice) -> None:
    """MaxLength and AdditionalHeaders, the same for SOAP."""
    length = webservice.transport_config.get("MaxLength")
    if length not in (None, "") and not (isinstance(length, str) and length.isascii() and length.isdecimal()):
        findings.error((*CONFIG, "MaxLength"), f"{named(length)} is no number of bytes, so there is no limit")
    headers = webservice.transport_config.get("AdditionalHeaders")
    if headers and not isinstance(headers, Mapping):
        findings.warning(
            (*CONFIG, "AdditionalHeaders"), f"this is {named(headers)} where a hash belongs; it does nothing"
        )


def _hint(webservice: Webservice) -> str:
    return f"the operations are {', '.join(webservice.operations)}"


def _route(findings: Findings, path: Path, name: str, entry: Any) -> Route | None:
    if not isinstance(entry, Mapping):
        findings.error(path, f"this is {named(entry or 'empty')} where a hash with Route belongs")
        return None
    backend = entry.get("ParserBackend")
    if backend not in (None, ""):
        findings.one_of((*path, "ParserBackend"), backend, ("JSON",))
    methods = _methods(findings, (*path, "RequestMethod"), entry.get("RequestMethod"))
    text = entry.get("Route")
    if not isinstance(text, str) or not text:
        findings.error((*path, "Route"), "there is no Route", f"such as /{name}")
        return None
    _text(findings, (*path, "Route"), text)
    return Route(name, text, methods)


def _methods(findings: Findings, path: Path, methods: Any) -> tuple[str, ...]:
    if methods in (None, "", []):
        return ()
    if not isinstance(methods, list):
        findings.warning(path, f"this is {named(methods)} where a list belongs; every method is taken", "write - POST")
        return ()
    known = []
    for number, method in enumerate(methods):
        if findings.one_of((*path, number), method, METHODS):
            known.append(str(method))
    return tuple(known)


def _text(findings: Findings, path: Path, text: str) -> None:
    if not text.startswith("/"):
        findings.error(path, f"the route {text} does not begin with a slash and is never met", f"write /{text}")
    if "?" in text or " " in text:
        findings.error(
            path, f"the route {text} is never met", "there are no blanks in a path, and a query is no part of it"
        )
    elif found := REGEXP.search(text.replace(".", "")):
        findings.warning(path, f"{found.group()} stands for itself here", "Znuny reads a route as a regular expression")
    if ":" in PARAMETER.sub("", text):
        findings.warning(path, "a colon without a name behind it stands for itself", "a parameter is :Name")
    names = PARAMETER.findall(text)
    for name in sorted({name for name in names if names.count(name) > 1}):
        findings.error(path, f"the parameter :{name} is in the route twice")


def _order(findings: Findings, routes: list[Route]) -> None:
    """Routes are tried in the order of the operations' names: an earlier one can take what was meant for a later."""
    for number, later in enumerate(routes):
        for earlier in routes[:number]:
            _shadow(findings, earlier, later)


def _shadow(findings: Findings, earlier: Route, later: Route) -> None:
    shared = _shared(earlier.methods, later.methods)
    if shared is None:
        return
    first, second = replace(earlier, methods=shared), replace(later, methods=shared)
    path: Path = (*MAPPING, later.operation, "Route")
    taker = f"{earlier.operation} ({earlier.text})"
    hint = "operations are tried in the order of their names: rename one, or change its route or methods"
    if first.covers(second) and shared == later.methods:
        findings.error(path, f"{taker} takes every request of this route", hint)
    elif first.covers(second):
        findings.warning(path, f"{taker} takes the requests with {' and '.join(shared)}", hint)
    elif first.overlaps(second) and not second.covers(first):
        findings.warning(path, f"{taker} takes some requests of this route", hint)


def _shared(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...] | None:
    """The methods that two routes both take, () for every one; None where they share none."""
    if not mine or not theirs:
        return mine or theirs
    return tuple(method for method in theirs if method in mine) or None

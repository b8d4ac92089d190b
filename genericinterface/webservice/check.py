"""What is wrong with a web service definition, told before a caller meets it: place, reason and what to do.

Called by the command line and by tests; needs no database. What the definition names is looked up in the registries,
so import `genericinterface.operation`, `.mapping` and `.transport` first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from genericinterface.errors import Fault
from genericinterface.registry import MAPPINGS, OPERATIONS, PLANNED_OPERATIONS, TRANSPORTS, Registry
from genericinterface.webservice import check_rest, check_soap, document
from genericinterface.webservice.definition import Webservice, define
from genericinterface.webservice.document import Document
from genericinterface.webservice.findings import Findings, named
from genericinterface.webservice.known_keys import EXTENSIONS, KEYS, MAPPING_KEYS, TRANSPORT_KEYS
from genericinterface.webservice.problem import ERROR, DefinitionError, Path, Problem

DEBUG_THRESHOLDS = ("debug", "info", "notice", "error")
PLACEHOLDER = re.compile(r"<OTRS_CONFIG_[^>]+>")
WORD = re.compile(r"\w*")
UNMISTAKABLE = 0.9  # so close to a known Type that it must be a slip, not an add-on of somebody's Znuny

Node = Mapping[str, Any]


def check_text(text: str, file: str = "") -> list[Problem]:
    """The problems of a definition's text, by line; where it cannot be read, those of reading it."""
    try:
        return check(document.read(text, file))
    except DefinitionError as error:
        return error.found


def check(checked: Document) -> list[Problem]:
    """The problems of a definition that could be read, by line."""
    findings = Findings(checked)
    webservice = define("", checked.data)
    _parts(findings, checked.data)
    if isinstance(webservice.config.get("Provider"), Mapping):
        _provider(findings, webservice)
    _keys(findings, webservice)
    _scalars(findings, checked)
    return sorted(findings.problems, key=lambda problem: (problem.line, problem.severity != ERROR))


def _parts(findings: Findings, data: Node) -> None:
    """What Znuny 6.5 asks of a definition before it stores it."""
    debugger = data.get("Debugger")
    threshold = debugger.get("DebugThreshold") if isinstance(debugger, Mapping) else None
    path: Path = ("Debugger", "DebugThreshold")
    if threshold in (None, ""):
        findings.error(path, "there is no DebugThreshold", "Znuny asks for one; 'error' keeps least")
    else:
        findings.one_of(path, threshold, DEBUG_THRESHOLDS)
    if data.get("Provider") is None and data.get("Requester") is None:
        findings.error((), "there is no Provider", "see docs/webservices.md for the smallest definition")
    for name in ("Provider", "Requester"):
        part = data.get(name)
        if part is None:
            continue
        transport = part.get("Transport") if isinstance(part, Mapping) else None
        if not isinstance(transport, Mapping) or not transport:
            findings.error((name,), f"{name} has no Transport", "Znuny asks for a hash with at least a Type")
    if data.get("Provider") is None and data.get("Requester") is not None:
        findings.warning((), "there is no Provider, so there is nothing to call here", "the Requester part is Znuny's")


def _provider(findings: Findings, webservice: Webservice) -> None:
    operations = webservice.provider.get("Operation")
    path: Path = ("Provider", "Operation")
    if not isinstance(operations, Mapping) or not operations:
        findings.warning(path, "there is no operation, so there is nothing to call")
        return
    for name, entry in operations.items():
        _operation(findings, (*path, name), entry, webservice)
    _transport(findings, webservice)


def _operation(findings: Findings, path: Path, entry: Any, webservice: Webservice) -> None:
    if not isinstance(entry, Mapping):
        findings.error(path, f"an operation is a hash with a Type, not {named(entry or 'empty')}")
        return
    type_name = entry.get("Type")
    if not isinstance(type_name, str) or not type_name:
        findings.error((*path, "Type"), "there is no Type", f"one of {', '.join(OPERATIONS)}")
    elif type_name in PLANNED_OPERATIONS and type_name not in OPERATIONS:
        findings.warning((*path, "Type"), f"{type_name} is not available in this version", "a call is a fault")
    elif operation := _find(findings, (*path, "Type"), type_name, OPERATIONS):
        _build(findings, path, operation, entry, webservice.extension)
    for part in ("MappingInbound", "MappingOutbound"):
        _mapping(findings, (*path, part), entry.get(part))


def _mapping(findings: Findings, path: Path, entry: Any) -> None:
    if not entry:
        return
    if not isinstance(entry, Mapping):
        findings.warning(path, f"this is {named(entry)} where a hash with Type and Config belongs; it does nothing")
        return
    type_name = entry.get("Type")
    if not isinstance(type_name, str) or not type_name:
        findings.error((*path, "Type"), "there is no Type", f"one of {', '.join(MAPPINGS)}, or {{}} for no mapping")
        return
    mapping = _find(findings, (*path, "Type"), type_name, MAPPINGS)
    config = entry.get("Config")
    if config is not None and not isinstance(config, Mapping):
        findings.error((*path, "Config"), f"this is {named(config)} where a hash belongs")
    elif mapping is not None:
        _configuration(findings, (*path, "Config"), mapping, config or {})


def _configuration(findings: Findings, path: Path, mapping: type[Any], config: Node) -> None:
    try:
        mapping(config)
    except Fault as fault:
        cause = str(_root_cause(fault))  # lxml knows the template's line and column
        findings.error(_place_of(fault.message, config, path), fault.message, "" if cause in fault.message else cause)


def _root_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _place_of(message: str, config: Node, path: Path) -> Path:
    """The place that a mapping's own words speak of: most of its keys are in them; else the whole configuration."""
    words = set(re.findall(r"\w+", message.lower()))

    def is_named(key: object) -> bool:
        if key in MAPPING_KEYS:
            return str(key).lower() in words
        return isinstance(key, str) and not WORD.fullmatch(key) and key in message  # a regular expression, perhaps

    best, best_score = path, 0
    for place, value in _nodes(config, path):
        score = sum(map(is_named, (*place[len(path) :], value if isinstance(value, str) else None)))
        if score > best_score:
            best, best_score = place, score
    return best


def _find(findings: Findings, path: Path, type_name: str, registry: Registry[Any]) -> type[Any] | None:
    """The class of a Type. A slip is an error; what no known name resembles may be an add-on of somebody's Znuny."""
    found = registry.get(type_name)
    if found is not None:
        return found
    near = registry.near(type_name)
    ratio = difflib.SequenceMatcher(None, type_name.lower(), (near or "").lower()).ratio()
    message = f"the {registry.kind} {type_name} is not known"
    if near and (ratio >= UNMISTAKABLE or near.endswith(f"::{type_name}")):
        findings.error(path, message, f"did you mean {near}?")
    else:
        known = f"did you mean {near}?" if near else f"known are {', '.join(registry)}"
        findings.warning(path, message + "; a call is a fault", known)
    return None


def _transport(findings: Findings, webservice: Webservice) -> None:
    path: Path = ("Provider", "Transport")
    name = webservice.transport_type
    transport = TRANSPORTS.get(name)
    if transport is None:
        near = TRANSPORTS.near(name)
        hint = f"did you mean {near}?" if near else f"one of {', '.join(TRANSPORTS)}"
        findings.error((*path, "Type"), f"the transport {name} is not known" if name else "there is no Type", hint)
        return
    if name == "HTTP::REST":
        check_rest.check(findings, webservice)
    elif name == "HTTP::SOAP":
        check_soap.check(findings, webservice)
    _build(findings, path, transport, webservice)


def _build(findings: Findings, path: Path, kind: type[Any], *parts: object) -> None:
    """The last word has the code that will serve the definition, where nothing more exact was found."""
    try:
        kind(*parts)
    except Fault as fault:
        if not findings.errors_below(path):
            findings.error(path, fault.message)


def _keys(findings: Findings, webservice: Webservice) -> None:
    for path, node in _nodes(webservice.config):
        for place, known in KEYS.items():
            if len(path) == len(place) and all(want in ("*", have) for want, have in zip(place, path, strict=True)):
                findings.keys(path, node, known)
    path = ("Provider", "Transport", "Config")
    findings.keys(path, webservice.transport_config, TRANSPORT_KEYS.get(webservice.transport_type, ()))
    extension = webservice.provider.get("Extension")
    if extension is not None and not isinstance(extension, Mapping):
        findings.error(("Provider", "Extension"), f"this is {named(extension)} where a hash belongs")
    for key, value in webservice.extension.items():
        place = ("Provider", "Extension", key)
        if key not in EXTENSIONS:
            findings.warning(
                place, "this extension is not known and does nothing", f"known are {', '.join(EXTENSIONS)}"
            )
        elif value not in ("0", "1"):
            findings.error(place, "an extension is switched by '1' or '0'")


def _scalars(findings: Findings, checked: Document) -> None:
    for path, word in checked.booleans.items():
        meant = "'1'" if word == "true" else "''"
        findings.warning(
            path, f"{word} without quotes is {meant} here, and breaks Znuny's own provider", f"write {meant}"
        )
    for path, value in _nodes(checked.data):
        found = PLACEHOLDER.search(value) if isinstance(value, str) else None
        if found:
            findings.warning(path, f"{found.group()} is not replaced here", "write the value itself")


def _nodes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every node with its path, outermost first."""
    yield path, node
    members = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        yield from _nodes(value, (*path, key))

"""Mapping XSLT: data → XML → stylesheet → XML → data. As Znuny 6.5; without network, files or DTDs.

The stylesheet is compiled once per thread: libxslt objects are not made for sharing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping as MappingABC
from typing import Any

from lxml import etree

from genericinterface.errors import Fault
from genericinterface.mapping.mapping import Data, Mapping
from genericinterface.mapping.perl_regexp import compiled, replaced
from genericinterface.registry import MAPPINGS
from genericinterface.schema import text

ROOT = "RootElement"
MAX_DEPTH = 64
MAX_ELEMENTS = 100_000
NAME = re.compile(r"[^\W\d][\w.-]*")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DOCTYPE = re.compile(r"<!DOCTYPE", re.I)
DENY = etree.XSLTAccessControl.DENY_ALL


@MAPPINGS.register("XSLT")
class XSLT(Mapping):
    """Template, DataInclude, PreRegExFilter, PostRegExFilter, ForceArray and KeepAttributes of the definition."""

    def __init__(self, config: MappingABC[str, Any]) -> None:
        super().__init__(config)
        template = config.get("Template")
        if not config or not isinstance(template, str) or not template.strip():
            raise Fault("Got no MappingConfig as hash ref with content!")
        self._template = template
        self._threads = threading.local()
        self._stylesheet()
        self._include = [str(name) for name in _list(config.get("DataInclude"))]
        self._before = _filters(config.get("PreRegExFilter"))
        self._after = _filters(config.get("PostRegExFilter"))
        self._force = frozenset(str(config.get("ForceArray") or "").split())
        self._attributes = str(config.get("KeepAttributes") or "0") not in ("", "0")

    def _stylesheet(self) -> etree.XSLT:
        found: etree.XSLT | None = getattr(self._threads, "stylesheet", None)
        if found is None:
            found = self._threads.stylesheet = _compiled(self._template)
        return found

    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """The data that the stylesheet makes of it."""
        content = dict(data)
        if self._include:
            content["DataInclude"] = {name: stages[name] for name in self._include if name in stages}
        root = etree.Element(ROOT)
        _append_all(root, _filtered(content, self._before), 1)
        try:
            result = self._stylesheet()(root)
        except (etree.XSLTError, etree.XPathError) as error:
            raise Fault("Could not map data") from error
        top = result.getroot()
        if top is None:
            raise Fault("Could not write mapped data")
        mapped = self._read(top, 1)
        if not isinstance(mapped, dict):
            mapped = {}
        return {key: _filtered(value, self._after) for key, value in _renamed(mapped, self._after).items()}

    def _read(self, element: Any, depth: int) -> Any:
        """An element as the reference's reader sees it: repeated children are a list, no content is {}."""
        if depth > MAX_DEPTH:
            raise Fault("Could not convert data from XML to Perl after mapping")
        children = [child for child in element if isinstance(child.tag, str)]
        found: Data = {}
        for child in children:
            key, value = etree.QName(child).localname, self._read(child, depth + 1)
            if key not in found:
                found[key] = [value] if key in self._force else value
            elif isinstance(found[key], list) and not isinstance(value, list):
                found[key].append(value)
            else:
                found[key] = [found[key], value]
        content = element.text or ""
        if self._attributes and element.attrib:
            found = {str(key): str(value) for key, value in element.attrib.items()} | found
            return found | ({"content": content} if content.strip() else {})
        if not children and content.strip():
            return content
        return found


def _compiled(template: str) -> etree.XSLT:
    if DOCTYPE.search(template):
        raise Fault("Could not load configured XSLT template")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        document = etree.fromstring(template.strip().encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Fault("Could not load configured XSLT template") from error
    try:
        return etree.XSLT(document, access_control=DENY)
    except etree.XSLTParseError as error:
        raise Fault("Could not parse configured XSLT template") from error


def _append_all(parent: Any, data: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Fault("Could not convert data from Perl to XML before mapping")
    for key in sorted(data):
        value = data[key]
        for item in value if isinstance(value, list) else [value]:
            _append(parent, key, item, depth)


def _append(parent: Any, key: str, item: Any, depth: int) -> None:
    if NAME.fullmatch(key) is None:
        raise Fault("Could not convert data from Perl to XML before mapping")
    element = etree.SubElement(parent, key)
    if isinstance(item, dict):
        _append_all(element, item, depth + 1)
    elif isinstance(item, list):
        _append_all(element, {"anon": item}, depth + 1)
    else:
        element.text = NOT_XML.sub("", text(item) or "")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _filters(value: object) -> list[tuple[Any, str]]:
    return [
        (compiled(str(entry["Search"]), whole=False), str(entry.get("Replace") or ""))
        for entry in _list(value)
        if isinstance(entry, MappingABC) and entry.get("Search")
    ]


def _filtered(value: Any, filters: list[tuple[Any, str]]) -> Any:
    """A copy with every key filtered, at any depth."""
    if not filters:
        return value
    if isinstance(value, dict):
        return {key: _filtered(item, filters) for key, item in _renamed(value, filters).items()}
    if isinstance(value, list):
        return [_filtered(item, filters) for item in value]
    return value


def _renamed(data: Data, filters: list[tuple[Any, str]]) -> Data:
    renamed = {}
    for key, value in data.items():
        for pattern, replacement in filters:
            key = replaced(pattern, replacement, key)
        renamed[key] = value
    return renamed

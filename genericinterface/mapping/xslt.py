"""Mapping XSLT: data → XML → stylesheet → XML → data. As Znuny 6.5; without files, network and DTDs.

Built by the provider for an operation whose definition says so. libxslt applies the stylesheet without Python's lock,
and best in the thread that compiled it, so every thread compiles its own, once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping as MappingABC
from typing import Any

import regex
from lxml import etree

from genericinterface.errors import Fault
from genericinterface.mapping.mapping import Data, Mapping
from genericinterface.mapping.xml_data import MAX_DEPTH, NotConvertible, from_xml, parse, to_xml
from genericinterface.perl_regexp import anywhere, checked_replacement, deadline, replaced
from genericinterface.registry import MAPPINGS
from genericinterface.schema import true

ROOT = "RootElement"
INCLUDED = "DataInclude"
MAX_TEMPLATE_DEPTH = 250  # calls of templates within each other, as in the reference

# The reference trims the text of a stylesheet where it meets a tag; blanks alone stay (`<xsl:text> </xsl:text>`).
AFTER_TAG = re.compile(r">\s+(?=[^<\s])")
BEFORE_TAG = re.compile(r"(?<=[^>\s])\s+<")

Filter = tuple[regex.Pattern[str], str]

# What the type stubs of lxml do not know of.
STYLESHEET: Any = etree.XSLT
ACCESS: Any = etree.XSLTAccessControl

STYLESHEET.set_global_max_depth(MAX_TEMPLATE_DEPTH)


@MAPPINGS.register("XSLT")
class XSLT(Mapping):
    """Template, DataInclude, PreRegExFilter, PostRegExFilter, ForceArray and KeepAttributes of the definition.

    Without a Template all data passes as it is (Znuny 6.5).
    """

    def __init__(self, config: MappingABC[str, Any]) -> None:
        super().__init__(config)
        self._template = config.get("Template") or ""
        self._include = _list(config, "DataInclude")
        self._before = _filters(config, "PreRegExFilter")
        self._after = _filters(config, "PostRegExFilter")
        force_array = config.get("ForceArray")
        self._force_array = frozenset(force_array.split() if isinstance(force_array, str) else ())
        self._keep_attributes = true(config.get("KeepAttributes"))
        self._threads = threading.local()
        if self._template:
            self._stylesheet()

    def _stylesheet(self) -> Any:
        found: Any = getattr(self._threads, "stylesheet", None)
        if found is None:
            found = self._threads.stylesheet = _compiled(self._template)
        return found

    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """The data that the stylesheet makes of it; raises Fault."""
        if not self._template:
            return data
        until = deadline()
        included = {name: stages[name] for name in self._include if name in stages}
        content = data | {INCLUDED: included} if included else data
        try:
            document = parse(to_xml(_filtered(content, self._before, until, 0), ROOT))
        except NotConvertible as error:
            raise Fault("Could not load data after conversion from Perl to XML") from error
        try:
            result = str(self._stylesheet()(document))
        except (etree.XSLTError, etree.XPathError) as error:
            raise Fault("Could not map data") from error
        if not result:
            raise Fault("Could not write mapped data")
        return _hash(_filtered(self._read(result), self._after, until, 0))

    def _read(self, result: str) -> Any:
        try:
            return from_xml(parse(result), self._force_array, self._keep_attributes)
        except NotConvertible as error:
            raise _unreadable() from error


def _hash(mapped: Any) -> Data:
    if not isinstance(mapped, dict):
        raise _unreadable()
    return mapped


def _unreadable() -> Fault:
    return Fault("Could not convert data from XML to Perl after mapping")


def _compiled(template: object) -> Any:
    if not isinstance(template, str):
        raise Fault("Could not load configured XSLT template")
    try:
        document = parse(BEFORE_TAG.sub("<", AFTER_TAG.sub(">", template)))
    except NotConvertible as error:
        raise Fault("Could not load configured XSLT template") from error
    try:
        return STYLESHEET(document, regexp=False, access_control=ACCESS.DENY_ALL)
    except (etree.XSLTParseError, OSError) as error:
        raise Fault("Could not parse configured XSLT template") from error


def _list(config: MappingABC[str, Any], name: str) -> list[Any]:
    value = config.get(name)
    return value if isinstance(value, list) else []


def _filters(config: MappingABC[str, Any], name: str) -> list[Filter]:
    filters = []
    for entry in _list(config, name):
        if not isinstance(entry, MappingABC):
            raise Fault(f"{name} has an entry that is no hash with Search and Replace.")
        if entry.get("Search"):
            filters.append((anywhere(str(entry["Search"])), checked_replacement(str(entry.get("Replace") or ""))))
    return filters


def _filtered(value: Any, filters: list[Filter], until: float, depth: int) -> Any:
    """A copy with every key at every depth renamed by the first filter that fits, each key once.

    Keys are renamed in the order of their text, in place: a key that has become another's name takes its place, and is
    renamed again when its turn comes (Znuny 6.5). Raises NotConvertible for nesting that no XML has.
    """
    if not filters or not isinstance(value, dict | list):
        return value
    if depth > MAX_DEPTH:
        raise NotConvertible
    if isinstance(value, list):
        return [_filtered(item, filters, until, depth + 1) for item in value]
    renamed = dict(value)
    for key in sorted(value):
        for pattern, replacement in filters:
            new = replaced(pattern, replacement, key, until)
            if new is not None:
                renamed[new] = renamed.pop(key)
                break
    return {key: _filtered(item, filters, until, depth + 1) for key, item in renamed.items()}

"""Data as XML and XML as data, in the form that stylesheets of a mapping XSLT are written for.

Called by mapping/xslt.py only; the transports have an XML of their own. The form is the one that Znuny 6.5 shows its
stylesheets, down to the line breaks and blanks between elements, which `string(/)` and `text()` can see.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from genericinterface.schema import text

MAX_DEPTH = 256  # as libxml2 by itself
MAX_LENGTH = 100_000_000  # characters of one document

# An element's name; the only prefix that needs no declaration is xml.
NAME = re.compile(r"(?:xml:)?[^\W\d][\w.\-\u00b7]*")
DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
DTD = re.compile(r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.S)

CONTENT = "content"  # the key of text beside attributes or elements
ANONYMOUS = "anon"  # the element of a list within a list


class NotConvertible(Exception):  # noqa: N818  the mapping makes a Fault in the reference's words of it
    """Data that cannot be XML, or XML that cannot be data."""


class _NoFiles(etree.Resolver):
    """Refuses what a document includes or imports, from wherever."""

    def resolve(self, *address: Any) -> Any:
        raise OSError(f"{address[0]} is not read")


def parse(document: str) -> Any:
    """The root element of XML text. Raises NotConvertible for what is not well-formed, has a DTD or is too large."""
    # The encoding that it declares is that of a file it may once have been in.
    document = document[found.end() :] if (found := DECLARATION.match(document)) else document
    if len(document) > MAX_LENGTH or DTD.match(document):
        raise NotConvertible
    # huge_tree: one text may have more than 10 MB (an attachment); without a DTD nothing can multiply itself.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    parser.resolvers.add(_NoFiles())
    try:
        return etree.fromstring(document.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise NotConvertible from error


def to_xml(data: dict[str, Any], root: str) -> str:
    """An element for every key, in the order of the keys; one for every item of a list, so none for an empty list.

    null, "" and {} are empty elements. Raises NotConvertible for a key that no element can have, and for nesting deeper
    than MAX_DEPTH.
    """
    pieces: list[str] = []
    _write(pieces, root, data, 0)
    return "".join(pieces)


def _write(pieces: list[str], name: str, value: Any, depth: int) -> None:
    if depth >= MAX_DEPTH or NAME.fullmatch(name) is None:
        raise NotConvertible
    indent = "  " * depth
    if isinstance(value, list):
        value = {ANONYMOUS: value}
    if not isinstance(value, dict):
        pieces.append(f"{indent}<{name}>{_escaped(text(value) or '')}</{name}>\n")
        return
    if not value:
        pieces.append(f"{indent}<{name}></{name}>\n")
        return
    pieces.append(f"{indent}<{name}>\n")
    for key in sorted(value):
        item = value[key]
        for one in item if isinstance(item, list) else (item,):
            _write(pieces, key, one, depth + 1)
    pieces.append(f"{indent}</{name}>\n")


def _escaped(content: str) -> str:
    return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def from_xml(element: Any, force_array: frozenset[str], keep_attributes: bool) -> Any:
    """What an element holds: text alone is text; else a hash of its attributes, elements and text; {} for nothing.

    Elements of the same name are a list, as are single ones whose name is in `force_array`. Attributes count where
    `keep_attributes` says so; all text is under "content" then. Blanks alone are no text. Raises NotConvertible.
    """
    return _read(element, force_array, keep_attributes, 0)


def _read(element: Any, force_array: frozenset[str], keep_attributes: bool, depth: int) -> Any:
    if depth >= MAX_DEPTH:
        raise NotConvertible
    found: dict[str, Any] = _attributes(element) if keep_attributes else {}
    texts, children = _texts(element)
    if texts and not children and not found and not keep_attributes:
        return texts[0]
    for content in texts:
        _add(found, CONTENT, content, forced=False)
    for child in children:
        name = _qualified(child)
        _add(
            found,
            name,
            _read(child, force_array, keep_attributes, depth + 1),
            forced=name in force_array and name != CONTENT,
        )
    if len(found) == 1 and isinstance(found.get(ANONYMOUS), list):
        return found[ANONYMOUS]
    return found


def _add(found: dict[str, Any], key: str, value: Any, forced: bool) -> None:
    if key not in found:
        # A list as a value (of "anon" elements) is one item of a list.
        found[key] = [value] if forced or isinstance(value, list) else value
    elif isinstance(found[key], list):
        found[key].append(value)
    else:
        found[key] = [found[key], value]


def _texts(element: Any) -> tuple[list[str], list[Any]]:
    """(texts between the child elements, without blank ones; child elements). Comments do not part a text."""
    texts, children = [element.text or ""], []
    for node in element:
        if isinstance(node.tag, str):
            children.append(node)
            texts.append("")
        texts[-1] += node.tail or ""
    return [content for content in texts if content.strip()], children


def _qualified(element: Any) -> str:
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name


def _attributes(element: Any) -> dict[str, Any]:
    """Attributes by their names with prefix, and the namespaces that this element declares."""
    above = element.getparent()
    outer = {} if above is None else above.nsmap
    found: dict[str, Any] = {
        f"xmlns:{prefix}" if prefix else "xmlns": uri
        for prefix, uri in element.nsmap.items()
        if outer.get(prefix) != uri
    }
    prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    prefixes["http://www.w3.org/XML/1998/namespace"] = "xml"
    for name, value in element.attrib.items():
        qualified = etree.QName(name)
        prefix = f"{prefixes[qualified.namespace]}:" if qualified.namespace else ""
        found[prefix + qualified.localname] = value
    return found

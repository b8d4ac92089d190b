"""XML as SOAP carries it: a hardened parser, values out of elements, elements out of values. Pure: no HTTP, no SOAP.

Called by transport/soap_envelope.py. Values are those of the data between the transports and the operations: text,
None, lists and dicts. Decoding follows SOAP::Lite, which Znuny 6.5 uses; the limits are ours (docs/soap.md).

The parser is the standard library's (expat, as SOAP::Lite's) and not lxml's, because libxml2 keeps every name that a
thread has ever read: whoever sends new names in each message would fill the memory of a worker.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from genericinterface import schema
from genericinterface.errors import Fault, RequestFault
from genericinterface.transport import request_body

MAX_DEPTH = 64  # levels of elements, the envelope counted
MAX_MARKUP = 200_000  # "<" of a document: about twice its elements
MAX_EQUALS = 200_000  # "=" of a document: no fewer than its attributes
MAX_NAMESPACE = 256  # bytes of a namespace's name: the parser puts it before the name of each element
MAX_VALUES = 100_000  # elements that decoding may visit; references can visit one many times
MAX_REFERENCED = 1_000_000  # characters that references may bring in

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NIL, _TYPE = XSI + "nil", XSI + "type"
_ARRAY_TYPE = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"

Element = ElementTree.Element
Order = Mapping[str, Any]  # name → the Order inside it; names in the order in which they are sent


# ------------------------------------------------------------------------------------------------------------ parsing


def text_of(body: bytes, charset: str | None) -> str:
    """The document as text: a byte order mark decides, then `charset` (of Content-Type), then the declaration.

    That order is RFC 7303, section 3.2. Raises RequestFault for an unknown charset and for bytes that are not of it.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    elif body.startswith(b"\xef\xbb\xbf"):
        charset = "utf-8"
    elif charset == "utf-16":  # RFC 2781: big-endian where no mark says otherwise
        charset = "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
    elif charset is None:
        charset = _declared(body)
    return request_body.decoded(body, charset)


_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)[\"']")


def _declared(body: bytes) -> str | None:
    if body.startswith(b"<\x00"):
        return "utf-16-le"
    if body.startswith(b"\x00<"):
        return "utf-16-be"
    found = _DECLARATION.match(body[:200])
    if found is None:
        return None
    name = found[1].decode("ascii")
    # What was read as ASCII so far is no UTF-16, whatever it says.
    return None if name.lower().startswith("utf-16") else request_body.known_charset(name)


def parse(text: str) -> Element:
    """The root element. Raises RequestFault for what is no XML and for what is refused: DTDs and masses of markup.

    Comments and processing instructions are dropped, CDATA is text.
    """
    data = text.lstrip(" \t\r\n").encode("utf-8", "surrogatepass")
    _refuse_masses(data)
    _refuse_dtd(data)
    # The text is UTF-8 now, whatever its declaration says.
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314  without DTDs there are no entities to expand
    try:
        parser.feed(data)
        return parser.close()
    except ElementTree.ParseError as error:
        # Not in the parser's words: they show nothing of the document now, but nobody promises that.
        line, column = error.position
        reason = f"the content is no well-formed XML (line {line}, column {column + 1})"
        raise RequestFault(f"Error deserializing message: {reason}") from error


def _refused(reason: str) -> RequestFault:
    return RequestFault(f"Error deserializing message: the XML is refused, {reason}")


# A declaration whose prefix or name is too long.
_LONG_NAMESPACE = re.compile(
    rb"xmlns(?::[^\s=]{%d}|(?::[^\s=]*+)?\s*+=\s*+(?:\"[^\"]{%d}|'[^']{%d}))" % ((MAX_NAMESPACE + 1,) * 3)
)


def _refuse_masses(data: bytes) -> None:
    if data.count(b"<") > MAX_MARKUP:
        raise _refused(f"it has more than {MAX_MARKUP // 2} elements")
    if data.count(b"=") > MAX_EQUALS:
        raise _refused(f"it has more than {MAX_EQUALS} attributes")
    if _LONG_NAMESPACE.search(data):
        raise _refused(f"it has a namespace longer than {MAX_NAMESPACE} bytes")


def _refuse_dtd(data: bytes) -> None:
    """Looks at what stands before the root element, so that the parser never sees a DTD."""
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        if data.startswith(b"<?", at):
            end = data.find(b"?>", at)
        elif data.startswith(b"<!--", at):
            end = data.find(b"-->", at)
        elif data.startswith(b"<!", at):
            raise _refused("it has a DTD")
        else:
            return
        if end < 0:
            return
        at = end


# ----------------------------------------------------------------------------------------------------------- decoding


def local_name(element: Element) -> str:
    """The name of an element without its namespace; namespaces mean nothing in a request, as in Znuny 6.5."""
    tag: str = element.tag
    return tag[tag.find("}") + 1 :]


class Decoder:
    """Values of the elements of one document; keeps count of the elements that it has visited."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._left = MAX_VALUES
        self._characters = MAX_REFERENCED
        self._targets: dict[str, Element] | None = None

    def value(self, element: Element, depth: int) -> Any:
        """The value of an element at `depth` levels: text, None (xsi:nil), a dict of its children, or a list.

        Children of one name are a list; an element without children is its text, "" when empty; text beside children
        and attributes are dropped. Raises RequestFault.
        """
        self._left -= 1
        if depth > MAX_DEPTH:
            raise _refused(f"it is nested deeper than {MAX_DEPTH} levels")
        if self._left < 0:
            raise _refused(f"it has more than {MAX_VALUES} elements")
        attributes = element.attrib
        if attributes:
            nil = attributes.get(_NIL)
            if nil is not None and nil.strip() in ("true", "1"):
                return None
            reference = attributes.get("href")
            if reference is not None and len(element) == 0 and not element.text:
                return self.value(self._target(str(reference)), depth + 1)
            kind = str(attributes.get(_TYPE, "")).rpartition(":")[2]
            if kind == "Array" or _ARRAY_TYPE in attributes:
                return [self.value(child, depth + 1) for child in element]
            if kind in _TYPED:
                return _TYPED[kind](self._plain(element, depth))
        return self._plain(element, depth)

    def _plain(self, element: Element, depth: int) -> Any:
        if len(element) == 0:
            return element.text or ""
        found: dict[str, Any] = {}
        repeated: dict[str, list[Any]] = {}
        for child in element:
            name = local_name(child)
            value = self.value(child, depth + 1)
            if name not in found:
                found[name] = value
            elif name in repeated:
                repeated[name].append(value)
            else:
                found[name] = repeated[name] = [found[name], value]
        return found

    def _target(self, reference: str) -> Element:
        if self._targets is None:
            self._targets = {str(element.get("id")): element for element in self._root.iter() if element.get("id")}
        target = self._targets.get(reference.removeprefix("#")) if reference.startswith("#") else None
        if target is None:
            raise RequestFault("Error deserializing message: an href refers to nothing in the message")
        self._characters -= sum(map(len, target.itertext()))
        if self._characters < 0:
            raise _refused(f"its references bring in more than {MAX_REFERENCED} characters")
        return target


def _bytes_text(data: bytes) -> str:
    # Decoded once: what a client sent as typed bytes is nearly always its text in UTF-8 (SOAP::Lite does it by itself).
    # An operation that wants the bytes, of an attachment, finds them beside the text.
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    decoded = schema.DecodedText(text)
    decoded.data = data
    return decoded


def _base64(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return _bytes_text(base64.b64decode(value))
    except (binascii.Error, ValueError) as error:
        raise RequestFault(
            "Error deserializing message: an element of type base64Binary has no base64 in it"
        ) from error


def _hex(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return _bytes_text(bytes.fromhex(value))
    except ValueError as error:
        raise RequestFault(
            "Error deserializing message: an element of type hexBinary has no hex digits in it"
        ) from error


def _boolean(value: Any) -> Any:
    return {"true": "1", "false": "0"}.get(value.strip(), value) if isinstance(value, str) else value


def _map(value: Any) -> Any:
    """An Apache Map, which PHP makes of arrays with keys: items of key and value."""
    if not isinstance(value, dict):
        return {} if value == "" else value
    items = value.get("item")
    found = {}
    for pair in items if isinstance(items, list) else [items]:
        if not isinstance(pair, dict) or not isinstance(pair.get("key"), str):
            return value  # a type of the client's own that has the same name
        found[pair["key"]] = pair.get("value")
    return found


# By local name of xsi:type; everything else is text, whatever its type (007 stays 007).
_TYPED: dict[str, Callable[[Any], Any]] = {
    "base64Binary": _base64,
    "base64": _base64,
    "hexBinary": _hex,
    "boolean": _boolean,
    "Map": _map,
}


# ----------------------------------------------------------------------------------------------------------- encoding

# What XML 1.0 cannot carry, and the control characters beside it that Znuny 6.5 drops too.
_DROPPED = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_DROP = re.compile(f"[{_DROPPED}]")
_SPECIAL = re.compile(f"[&<>{_DROPPED}]")
_DROP_ASCII = {code: None for code in range(128) if _DROP.match(chr(code))}
LONG = 2000  # characters of a text for which a table takes less time than an expression

# XML Names, production NCName.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(f"[{_START}][{_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040-]*")


def is_name(name: str) -> bool:
    """Whether an element can have this name (an NCName)."""
    return _NAME.fullmatch(name) is not None


def printable(text: str) -> str:
    """Text without the characters that XML cannot carry and without control characters."""
    return text.translate(_DROP_ASCII) if len(text) > LONG and text.isascii() else _DROP.sub("", text)


def escape(text: str) -> str:
    """Text between tags; control characters are dropped."""
    if len(text) <= LONG and _SPECIAL.search(text) is None:
        return text
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quote(text: str) -> str:
    """Text as the value of an attribute, with the quotes around it."""
    return f'"{escape(text).replace(chr(34), "&quot;")}"'


def encode(data: Mapping[str, Any], order: Order) -> str:
    """The members of a structure as elements: in `order`, the rest after them by name; lists are repeated elements.

    None, "" and empty structures are empty elements; an empty list is no element. Raises Fault for what XML cannot
    carry: a list in a list, a name that no element can have.
    """
    parts: list[str] = []
    names = [name for name in order if name in data]
    for name in [*names, *sorted(data.keys() - set(names))] if names else sorted(data):
        if not is_name(name):
            raise Fault(f"The answer has a name that no XML element can have: {name[:40]!r}.")
        value, inside = data[name], order.get(name, {})
        if isinstance(value, list):
            parts += [_element(name, item, inside) for item in value]
        else:
            parts.append(_element(name, value, inside))
    return "".join(parts)


def _element(name: str, value: Any, order: Order) -> str:
    if isinstance(value, str):
        text = escape(value)
    elif isinstance(value, dict):
        text = encode(value, order)
    elif isinstance(value, list):
        raise Fault(f"The answer has a list in a list, which no XML can carry: {name!r}.")
    else:
        text = schema.text(value) or ""
    return f"<{name}>{text}</{name}>" if text else f"<{name} />"

"""SOAP messages as text: what a request's envelope holds, and the envelopes of answers and faults, SOAP 1.1 and 1.2.

Called by transport/soap.py and transport/soap_steps.py; XML itself is transport/xml.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genericinterface.errors import RequestFault
from genericinterface.transport import xml

Data = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One version of SOAP: its namespace, its media type and what differs in the text of a message."""

    number: str
    namespace: str
    media_type: str
    start: str  # of an answer, up to the content of its body
    codes: tuple[str, str]  # of a fault: the caller's, ours

    def fault(self, reason: str, caller: bool) -> str:
        """The message that says why a request failed, and whether it is the caller who can change that."""
        code = self.codes[0] if caller else self.codes[1]
        text = xml.escape(reason)
        if self is SOAP_11:
            inside = f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring>"
        else:
            inside = (
                f"<soap:Code><soap:Value>{code}</soap:Value></soap:Code>"
                f'<soap:Reason><soap:Text xml:lang="en">{text}</soap:Text></soap:Reason>'
            )
        return f"{self.start}<soap:Fault>{inside}</soap:Fault>{END}"

    def answer(self, element: str, namespace: str, data: Mapping[str, Any], order: xml.Order) -> str:
        """The message with an operation's answer; an empty one is xsi:nil, as in Znuny 6.5. Raises Fault."""
        content = xml.encode(data, order)
        opening = f"{element} xmlns={xml.quote(namespace)}" if namespace else element
        inside = f"<{opening}>{content}</{element}>" if content else f'<{opening} xsi:nil="true" />'
        return self.start + inside + END


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_SCHEMA = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
END = "</soap:Body></soap:Envelope>"

# To the byte as Znuny 6.5 sends it, encodingStyle included: some clients look for it.
SOAP_11 = Version(
    number="1.1",
    namespace="http://schemas.xmlsoap.org/soap/envelope/",
    media_type="text/xml",
    start=f'{_XML}<soap:Envelope soap:encodingStyle="{_ENCODING}" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    f' xmlns:soapenc="{_ENCODING}" {_SCHEMA}><soap:Body>',
    codes=("soap:Client", "soap:Server"),
)
SOAP_12 = Version(
    number="1.2",
    namespace="http://www.w3.org/2003/05/soap-envelope",
    media_type="application/soap+xml",
    start=f'{_XML}<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" {_SCHEMA}><soap:Body>',
    codes=("soap:Sender", "soap:Receiver"),
)


@dataclass(frozen=True)
class Request:
    """A received message: its version and the element of its body that asks for an operation."""

    version: Version
    root: xml.Element
    element: xml.Element

    @property
    def name(self) -> str:
        """The name of the element, without its namespace."""
        return xml.local_name(self.element)

    def data(self) -> Data:
        """What the element holds; raises RequestFault where that is text or a list."""
        value = xml.Decoder(self.root).value(self.element, depth=3)
        if isinstance(value, dict):
            return value
        if value is None or (isinstance(value, str) and not value.strip()):
            return {}
        raise RequestFault(f"The element {self.name[:80]} holds no elements, but text or a list")


def open_request(text: str) -> Request:
    """The message in a text; raises RequestFault for what is no SOAP message with something in its body.

    Namespaces below the envelope mean nothing, header blocks are not looked at, an envelope without a namespace is
    SOAP 1.1; of several elements in the body, the first by name counts: all as in Znuny 6.5.
    """
    root = xml.parse(text)
    if xml.local_name(root) != "Envelope":
        raise RequestFault("Got no result body from deserialized content")
    version = _version(root)
    asked = [element for body in root if xml.local_name(body) == "Body" for element in body]
    if not asked:
        raise RequestFault("Got no result body from deserialized content")
    # Elements with an id beside others are what those refer to (SOAP 1.1, section 5.4.1).
    independent = [element for element in asked if element.get("id") is None]
    return Request(version, root, min(independent or asked, key=xml.local_name))


def _version(root: xml.Element) -> Version:
    tag: str = root.tag
    namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    if namespace in ("", SOAP_11.namespace):
        return SOAP_11
    if namespace == SOAP_12.namespace:
        return SOAP_12
    raise RequestFault(
        "Error deserializing message: wrong SOAP version, supported are "
        f"1.1 ({SOAP_11.namespace}) and 1.2 ({SOAP_12.namespace})"
    )

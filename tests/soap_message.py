"""SOAP 1.1 messages as simple clients write and read them: data in elements, all of it text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from werkzeug.test import TestResponse

NAMESPACE = "http://www.otrs.org/TicketConnector/"


def envelope(operation: str, data: Mapping[str, Any]) -> bytes:
    """A request; a list is a repeated element."""
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<{operation} xmlns="{NAMESPACE}">{_elements(data)}</{operation}></soap:Body></soap:Envelope>'
    ).encode()


def _elements(data: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_elements(item) if isinstance(item, Mapping) else escape(str(item))}</{name}>"
        for name, value in data.items()
        for item in (value if isinstance(value, list) else [value])
    )


def answer_in(response: TestResponse) -> dict[str, Any]:
    """The data of an answer, a repeated element as a list; a fault is {"faultstring": …}."""
    body = ElementTree.fromstring(response.data).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
    assert body is not None
    found = _value(body[0])
    return found if isinstance(found, dict) else {}


def _value(element: ElementTree.Element) -> Any:
    if len(element) == 0:
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        name, value = child.tag.rpartition("}")[2], _value(child)
        if name not in found:
            found[name] = value
        else:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
    return found

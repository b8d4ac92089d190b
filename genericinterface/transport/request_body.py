"""The bytes of a request and their charset, the same for REST and SOAP: limits first, nothing read beyond them."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from werkzeug import Request

from genericinterface.errors import Fault, RequestFault

CHUNK = 1 << 16
# Codecs of Python that are no charsets, or that turn little into much.
NO_CHARSET = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})


def max_length(config: Mapping[str, Any]) -> int | None:
    """MaxLength of a transport's configuration, None where it has no number."""
    value = str(config.get("MaxLength") or "")
    return int(value) if value.isdecimal() else None


def has_body(request: Request) -> bool:
    """Whether the request says that it has a body: chunked, or with a length above 0."""
    return is_chunked(request) or (request.content_length or 0) > 0


def is_chunked(request: Request) -> bool:
    """Whether the body comes in chunks, without a length."""
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def read(request: Request, limit: int | None) -> bytes:
    """The body; raises RequestFault 413 as soon as it is known to be longer than `limit` or the server's own limit."""
    limits = [number for number in (limit, request.max_content_length) if number is not None]
    most = min(limits) if limits else None
    if most is not None and (request.content_length or 0) > most:
        raise too_large()
    if not is_chunked(request):
        return request.get_data(cache=False)
    parts: list[bytes] = []
    total = 0
    while part := request.stream.read(CHUNK):
        total += len(part)
        if most is not None and total > most:
            raise too_large()
        parts.append(part)
    return b"".join(parts)


def too_large() -> RequestFault:
    """The fault of a body over the limit."""
    return RequestFault("Payload Too Large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def charset(request: Request) -> str | None:
    """The charset of Content-Type as Python calls it, None where there is none; raises RequestFault for an unknown."""
    name = request.mimetype_params.get("charset", "").strip("\"' ")
    if not name:
        return None
    try:
        b"".decode(name)  # refuses codecs that are no text encodings
        found = codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise _unknown_charset(name) from error
    if found in NO_CHARSET:
        raise _unknown_charset(name)
    return found


def _unknown_charset(name: str) -> RequestFault:
    return RequestFault(f"The charset {name[:40]!r} of the request is not known.")


def decoded(body: bytes, encoding: str | None) -> str:
    """The text of a body: in `encoding`, else UTF-8; a byte order mark is skipped. Raises RequestFault."""
    name = encoding or "utf-8"
    try:
        return body.decode("utf-8-sig" if name == "utf-8" else name).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    except UnicodeError as error:
        raise RequestFault(f"The request content cannot be decoded as {name}.") from error


def additional_headers(config: Mapping[str, Any]) -> dict[str, str]:
    """AdditionalHeaders of a transport's configuration; raises Fault for one that cannot be sent."""
    headers = config.get("AdditionalHeaders")
    if not isinstance(headers, Mapping):
        return {}
    return checked_headers(headers)


def checked_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Header names and values as text, in the order of the names; raises Fault for line breaks and the like."""
    checked = {}
    for name, value in sorted(headers.items()):
        text = "" if value is None else str(value)
        if not name or any(c in name for c in " :\r\n\t\0") or any(c in text for c in "\r\n\0"):
            raise Fault(f"The additional header {name[:40]!r} cannot be sent.")
        checked[str(name)] = text
    return checked

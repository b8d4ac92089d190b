"""The bytes of a request and their charset, the same for REST and SOAP: limits first, nothing read beyond them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from werkzeug import Request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from genericinterface.charsets import codec_of
from genericinterface.errors import Fault, RequestFault

BODY = "genericinterface.body"  # in the WSGI environment: the bytes that were read, for the Debugger
CHUNK = 1 << 16
COMPRESSED = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress"})  # Content-Encoding, RFC 9110 8.4.1
NO_USE = frozenset({"utf_7"})  # a charset that no client has good use for

# RFC 9110 5.1 and 5.5; a WSGI server refuses the response otherwise.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Headers that are the server's own business: a wrong one would break the connection (PEP 3333, "hop-by-hop").
SERVER_HEADERS = frozenset(
    {"connection", "content-length", "date", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)


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
    """The body; raises RequestFault 413 as soon as it is known to be longer than `limit` or the server's own limit.

    Also 415 for a compressed one, 408 for one that stops coming, 400 for one that is not in the chunks it announces.
    The Debugger finds it in the environment, until the provider takes it out.
    """
    body = request.environ[BODY] = _read(request, limit)
    return body


def _read(request: Request, limit: int | None) -> bytes:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in COMPRESSED:
        message = f"The request is compressed (Content-Encoding: {encoding}); send it as it is."
        raise RequestFault(message, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if limit is not None and (request.content_length or 0) > limit:
        raise too_large()
    try:
        if not is_chunked(request):
            return request.get_data(cache=False)
        parts: list[bytes] = []
        total = 0
        while part := _part(request):
            total += len(part)
            if limit is not None and total > limit:
                raise too_large()
            parts.append(part)
        return b"".join(parts)
    except RequestEntityTooLarge as error:  # the server's own limit
        raise too_large() from error
    except ClientDisconnected as error:
        if isinstance(error.__context__, BlockingIOError | TimeoutError):  # not gone, but silent for too long
            raise RequestFault("The request content did not come in time.", HTTPStatus.REQUEST_TIMEOUT) from error
        raise


def _part(request: Request) -> bytes:
    try:
        return request.stream.read(CHUNK)
    except HTTPException:
        raise
    except Exception as error:  # each server has an exception of its own for it
        message = "The request content is not in the chunks that it announces."
        raise RequestFault(message, HTTPStatus.BAD_REQUEST) from error


def too_large() -> RequestFault:
    """The fault of a body over the limit."""
    return RequestFault("Payload Too Large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def charset(request: Request) -> str | None:
    """The charset of Content-Type as Python calls it, None where there is none; raises RequestFault for an unknown."""
    name = request.mimetype_params.get("charset", "").strip("\"' ")
    return known_charset(name) if name else None


def known_charset(name: str) -> str:
    """A charset as Python calls it; raises RequestFault for one that is not known."""
    codec = codec_of(name)
    if codec is None or codec in NO_USE:
        raise RequestFault(f"The charset {name[:40]!r} of the request is not known.")
    return codecs.lookup(codec).name


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
    """Header names and values as WSGI wants them, in the order of the names; values are sent as UTF-8, as Znuny does.

    Leaves out SERVER_HEADERS. Raises Fault for what is no header name, a value that is no scalar, and line breaks and
    the like in one.
    """
    checked = {}
    for name, value in sorted(headers.items()):
        text = "" if value is None else str(value)
        if isinstance(value, list | Mapping) or not HEADER_NAME.fullmatch(name) or CONTROL.search(text):
            raise Fault(f"The additional header {name[:40]!r} cannot be sent.")
        if name.lower() not in SERVER_HEADERS:
            checked[name] = text.strip().encode("utf-8", "replace").decode("latin-1")
    return checked

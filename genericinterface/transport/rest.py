"""HTTP::REST: routes and JSON. Wire as Znuny 6.5; where it differs on purpose, docs/differences.md says so.

Called by the provider; one instance per definition, shared by all threads.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import quote, unquote_to_bytes

from werkzeug import Request, Response
from werkzeug.formparser import FormDataParser

from genericinterface import redaction
from genericinterface.errors import Fault, RequestFault
from genericinterface.registry import TRANSPORTS
from genericinterface.schema import true
from genericinterface.transport import header_credentials, json_text, openapi, request_body
from genericinterface.transport.transport import Call, Data, Transport
from genericinterface.webservice import Webservice
from genericinterface.webservice.route import Route

JSON = "application/json; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"

# What a route without RequestMethod takes, as far as HTTP has names for it.
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
IN_QUERY = "%!$'()*+/:=?@[]"  # what stays as it came; all else is encoded (RFC 3986, 3.4)
MAX_PARTS = 100  # of a multipart body; one of them is read


@TRANSPORTS.register("HTTP::REST")
class Rest(Transport):
    """JSON over HTTP, operations chosen by route and method."""

    def __init__(self, webservice: Webservice) -> None:
        super().__init__(webservice)
        self.config = webservice.transport_config
        if not self.config:
            raise Fault("Rest Transport: Have no Config")
        mapping = self.config.get("RouteOperationMapping")
        if not isinstance(mapping, Mapping) or not mapping:
            raise Fault("HTTP::REST Can't find RouteOperationMapping in Config")
        routes = [_route(name, entry) for name, entry in sorted(mapping.items())]
        self.routes = [route for route in routes if route.text.startswith("/")]  # a path begins with it, or is empty
        self.max_length = request_body.max_length(self.config)
        self.headers = request_body.additional_headers(self.config)

    def describe(self, request: Request, route: str, address: str) -> Response | None:
        """The OpenAPI document, the page to try it, and the answer to OPTIONS, unless the definition routes them."""
        if request.method == "OPTIONS":
            return self._options(route)
        if request.method in ("GET", "HEAD") and route in openapi.PAGES and not self._find(route, "GET"):
            found = openapi.page(route, self.webservice, self.routes, address)
            for name, value in self.headers.items():
                found.headers.setdefault(name, value)
            return found
        return None

    def _options(self, route: str) -> Response | None:
        methods = self._methods(route)
        if not methods or any("OPTIONS" in found.methods for found in self.routes if found.match(route) is not None):
            return None
        response = Response(status=HTTPStatus.NO_CONTENT, headers={**self.headers, "Allow": ", ".join(methods)})
        del response.headers["Content-Type"]  # there is no content
        return response

    def receive(self, request: Request, route: str) -> Call:
        """The operation of the first route that matches, with headers over path over query over body as its data."""
        found = self._find(route, request.method)
        if found is None and request.method == "HEAD":
            found = self._find(route, "GET")
        if found is None:
            raise self._no_route(route)
        operation, captures = found
        query = request.environ.get("QUERY_STRING", "")
        try:
            data = query_data(query)
            data |= {name: _decoded(value) for name, value in captures.items()}
        except UnicodeDecodeError as error:
            raise RequestFault("The address of the request cannot be decoded as utf-8.") from error
        data |= header_credentials.header_credentials(request.environ)
        if request.method in ("GET", "HEAD"):
            content = data | {"RequestMethod": request.method}
            return Call(operation.operation, content, address=partial(changed_address, query))
        if not request_body.has_body(request):
            return Call(operation.operation, data | {"RequestMethod": request.method})
        return Call(operation.operation, self._body(request, operation.operation) | data)

    def _find(self, path: str, method: str) -> tuple[Route, dict[str, str]] | None:
        for route in self.routes:
            if route.takes(method):
                captures = route.match(path)
                if captures is not None:
                    return route, captures
        return None

    def _methods(self, path: str) -> list[str]:
        """The methods that some route takes at this path, with HEAD beside GET and OPTIONS."""
        matching = [route for route in self.routes if route.match(path) is not None]
        methods = {method for route in matching for method in route.methods or METHODS if method}
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods | {"OPTIONS"}) if matching else []

    def _no_route(self, path: str) -> RequestFault:
        # Not the whole path: a session's id may be part of it, and the Debugger keeps this text.
        first, _, rest = path.removeprefix("/").partition("/")
        shown = f"/{first}/…" if rest else path
        text = f"HTTP::REST Error while determine Operation for request URI '{shown}'."
        methods = self._methods(path)
        if methods:
            return RequestFault(text, HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(methods)})
        return RequestFault(text, HTTPStatus.NOT_FOUND)

    def _body(self, request: Request, operation: str) -> Data:
        entry = self.config["RouteOperationMapping"].get(operation)
        backend = entry.get("ParserBackend") if isinstance(entry, Mapping) else None
        if backend not in (None, "", "JSON"):
            raise RequestFault(f"Invalid parser backend '{backend}' configured for Operation '{operation}'.")
        text = self._text(request)
        if not text or text.isspace():
            raise RequestFault("Could not read input data")
        try:
            content = json_text.decode(text)
        except json_text.TooManyValues as error:
            raise RequestFault(f"The request content has {error}.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
        except json_text.JSONError as error:
            raise RequestFault("Error while decoding request content.") from error
        if not true(content):
            raise RequestFault("Error while decoding request content.")
        if not isinstance(content, dict) or not content:
            raise RequestFault("Unsupported request content structure.")
        return content

    def _text(self, request: Request) -> str:
        body = request_body.read(request, self.max_length)
        if request.mimetype == "multipart/form-data":
            body = self._upload(request, body)
        return request_body.decoded(body, request_body.charset(request))

    def _upload(self, request: Request, body: bytes) -> bytes:
        """The uploaded file under the name PostParamName, "file" by default, as Znuny 6.5 does."""
        parser = FormDataParser(stream_factory=_in_memory, max_form_parts=MAX_PARTS)
        _, _, files = parser.parse(io.BytesIO(body), request.mimetype, len(body), request.mimetype_params)
        upload = files.get(str(self.config.get("PostParamName") or "file"))
        return b"" if upload is None else upload.read()

    def respond(self, call: Call, data: Data, headers: Mapping[str, str]) -> Response:
        """200 with canonical JSON; `AdditionalResponseHeaders` of the data become headers."""
        sent = {**self.headers, **headers}
        if "AdditionalResponseHeaders" in data:
            data = dict(data)
            more = data.pop("AdditionalResponseHeaders")
            if isinstance(more, Mapping):
                sent |= request_body.checked_headers(more)
        try:
            body = json_text.encode(data)
        except json_text.JSONError as error:
            raise Fault("Error while encoding return JSON structure.") from error
        return Response(body, 200, sent, content_type=JSON)

    def fault(self, request: Request, call: Call | None, fault: Fault) -> Response:
        """text/plain: the reason of a request that was not received, else `{"faultcode", "faultstring"}`."""
        headers = dict(self.headers)
        if isinstance(fault, RequestFault):
            headers |= fault.headers
            return Response(fault.message, fault.status, headers, content_type=PLAIN)
        body = json_text.encode({"faultcode": "Server", "faultstring": fault.message})
        return Response(body, fault.status, headers, content_type=PLAIN)


def _in_memory(
    total_content_length: int | None, content_type: str | None, filename: str | None, content_length: int | None = None
) -> IO[bytes]:
    return io.BytesIO()  # the whole body is in memory already


def _route(operation: str, entry: object) -> Route:
    config = entry if isinstance(entry, Mapping) else {}
    methods = config.get("RequestMethod")
    # A single method where a list belongs is meant as a list of one; Znuny 6.5 fails on it.
    names = methods if isinstance(methods, list) else [methods] if methods else []
    return Route(operation, str(config.get("Route") or ""), tuple(str(name or "") for name in names))


def query_data(query: str) -> dict[str, Any]:
    """The parameters of a query: separated by `&` or `;`, a name without value has "", a repeated name has a list.

    A value keeps what follows its second `=`. The first value of a name is "" where it is 0 (Znuny 6.5). What is no
    percent code stays as it is. Raises UnicodeDecodeError where the bytes are no UTF-8.
    """
    data: dict[str, Any] = {}
    for pair in query.replace(";", "&").split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        key, text = _decoded(name.replace("+", " ")), _decoded(value.replace("+", " "))
        if key not in data:
            data[key] = "" if text == "0" else text
        elif isinstance(data[key], list):
            data[key].append(text)
        else:
            data[key] = [data[key], text]
    return data


def changed_address(query: str, name: str, value: str) -> str:
    """A query that query_data has read, with this value of a parameter, as a reference relative to its own address.

    Without credentials and logins: an answer's header is kept in more places than a request.
    """
    kept = []
    for pair in query.replace(";", "&").split("&"):
        key = _decoded(pair.partition("=")[0].replace("+", " "))
        is_secret = redaction.NAME.fullmatch(key) or redaction.LOGIN.fullmatch(key) or key in header_credentials.NAMES
        if key and key != name and not is_secret:
            kept.append(quote(pair.encode("latin-1"), safe=IN_QUERY))
    return f"?{'&'.join([*kept, f'{name}={value}'])}"


def _decoded(part: str) -> str:
    """Text of a part of the address; raises UnicodeDecodeError."""
    if "%" not in part and part.isascii():
        return part
    return unquote_to_bytes(part.encode("latin-1")).decode("utf-8")  # WSGI hands over bytes as latin-1 characters

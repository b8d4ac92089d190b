"""The OpenAPI 3.1 document of one REST definition, and the page to try it. Called by transport/rest.py.

Everything in it comes from the definition's routes and from the types of its operations; nothing is kept between
requests, so that it always describes what is served.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from inspect import getdoc
from pathlib import Path
from typing import Any
from urllib.parse import quote

from werkzeug import Response

from genericinterface import __version__
from genericinterface.auth import Credentials
from genericinterface.errors import Fault
from genericinterface.registry import MAPPINGS, OPERATIONS
from genericinterface.schema import Field, fields
from genericinterface.transport import json_text
from genericinterface.transport.openapi_schema import Schema, Schemas, query_schema
from genericinterface.webservice import OperationDefinition, Webservice
from genericinterface.webservice.route import ASCII, PARAMETER, Route

PAGES = ("/openapi.json", "/ui")

# What OpenAPI has a word for. A route without RequestMethod takes every method; these two are described.
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
ANY_METHOD = ("GET", "POST")
BODY_METHODS = frozenset({"PATCH", "POST", "PUT"})

CREDENTIALS = frozenset(field.name for field in fields(Credentials))
# Each way to say who asks: the credentials that it takes.
LOGINS = (("SessionID",), ("UserLogin", "Password"), ("CustomerUserLogin", "Password"))
SECURITY_SCHEMES = {
    f"{place}{name}": {"type": "apiKey", "in": place, "name": f"X-OTRS-Header-{name}" if place == "header" else name}
    for place in ("header", "query")
    for name in ("SessionID", "UserLogin", "CustomerUserLogin", "Password")
}

INTRODUCTION = """\
Parameters may come in the JSON body, the query, the path and `X-OTRS-Header-*` headers; the later of these win. GET
takes no body. A single value may stand for a list, and a number may be sent as text. An operation that fails answers
with status 200 and an `Error`, which has an `ErrorCode` and an `ErrorMessage`."""


def page(route: str, webservice: Webservice, routes: Sequence[Route], address: str) -> Response:
    """The response to a GET of one of PAGES; `address` is the public URL of the web service."""
    if route == "/ui":
        headers = {"Content-Security-Policy": UI_POLICY, "X-Content-Type-Options": "nosniff"}
        return Response(
            UI, headers=headers | {"Referrer-Policy": "no-referrer"}, content_type="text/html; charset=utf-8"
        )
    body = json_text.encode(document(webservice, routes, address))
    return Response(body, content_type="application/json; charset=UTF-8")


def document(webservice: Webservice, routes: Sequence[Route], address: str) -> Schema:
    """The OpenAPI document as data; raises nothing, what cannot be described is named in `info: description`."""
    schemas = Schemas()
    paths: dict[str, Schema] = {}
    templates: dict[str, Route] = {}  # by shape: OpenAPI takes one template for the paths that look the same
    for number, route in enumerate(routes):
        definition = webservice.operations.get(route.operation)
        operation = OPERATIONS.get(definition.type) if definition else None
        if definition is None or operation is None:
            continue
        first = templates.setdefault(PARAMETER.sub("{}", route.text), route)
        for method in _methods(route, routes[:number]):
            described = _Operation(definition, operation, route, first, method, schemas).described()
            paths.setdefault(_template(first), {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": webservice.name,
            "version": __version__,
            "description": "\n\n".join(filter(None, [webservice.description, INTRODUCTION, _left_out(webservice)])),
        },
        "servers": [{"url": address}],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SECURITY_SCHEMES},
    }


def _methods(route: Route, earlier: Sequence[Route]) -> Iterator[str]:
    """The methods to describe: those of the route that no earlier route takes away."""
    for method in dict.fromkeys(route.methods or ANY_METHOD):
        alone = Route(route.operation, route.text, (method,))
        if method in METHODS and not any(other.covers(alone) for other in earlier):
            yield method


def _template(route: Route) -> str:
    literals = quote(re.sub("[{}]", lambda brace: f"%{ord(brace[0]):X}", route.text), safe=ASCII)
    return PARAMETER.sub(r"{\1}", literals)


def _left_out(webservice: Webservice) -> str:
    missing = [
        f"{entry.name} ({entry.type})" for entry in webservice.operations.values() if entry.type not in OPERATIONS
    ]
    return f"Not described, because not available here: {', '.join(missing)}." if missing else ""


class _Operation:
    """One method of one path; `named` is the route whose parameter names the path's template has."""

    def __init__(
        self,
        definition: OperationDefinition,
        operation: type[Any],
        route: Route,
        named: Route,
        method: str,
        schemas: Schemas,
    ) -> None:
        self.definition = definition
        self.operation = operation
        self.route = route
        self.named = named
        self.method = method
        self.schemas = schemas
        own = fields(operation.Request)
        self.accepted = {field.name: field for field in own}
        self.mapped = _mapped(definition, own)
        # What the path says needs not be said again.
        self.inputs = tuple(field for field in self.mapped or own if field.name not in route.parameters)

    def described(self) -> Schema:
        """The Operation Object."""
        alone = len(self.route.methods) == 1
        found: Schema = {
            "operationId": self.definition.name if alone else f"{self.definition.name}_{self.method}",
            "summary": str(self.definition.config.get("Description") or "") or _first_line(self.operation),
            "description": self._description(),
            "parameters": [*self._path_parameters(), *self._query_parameters()],
            "responses": self._responses(),
        }
        if security := self._security():
            found["security"] = security
        if self.method in BODY_METHODS:
            found["requestBody"] = {"content": {"application/json": {"schema": self._body()}}}
        return found

    def _description(self) -> str:
        parts = [f"{self.definition.type}: {getdoc(self.operation) or ''}"]
        if self.definition.mapping_inbound:
            parts.append(f"The mapping {self.definition.mapping_inbound.type} changes the request.")
        if self.definition.mapping_outbound:
            parts.append(f"The mapping {self.definition.mapping_outbound.type} changes the answer.")
        if not self.route.methods:
            parts.append("Every HTTP method is taken.")
        errors = "\n".join(f"- `{code}`: {when}" for code, when in self.operation.errors.items())
        return "\n\n".join([*parts, *([f"Errors:\n\n{errors}"] if errors else [])])

    def _path_parameters(self) -> Iterator[Schema]:
        for name, own in zip(self.named.parameters, self.route.parameters, strict=True):
            described = self.accepted[own].description if own in self.accepted else ""
            said = ". ".join(filter(None, [described, f"Read as {own}" if own != name else ""]))
            yield {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} | (
                {"description": said} if said else {}
            )

    def _query_parameters(self) -> Iterator[Schema]:
        if self.method in BODY_METHODS:
            return  # they would do as well, but this is where they belong
        for field in self.inputs:
            if field.structure is None and not field.wildcard and field.name not in CREDENTIALS:
                found: Schema = {"in": "query", "name": field.name, "schema": query_schema(field)}
                yield found | ({"description": field.description} if field.description else {})

    def _body(self) -> Schema:
        if self.mapped is None and not self.route.parameters:
            return self.schemas.refer(self.operation.Request, answer=False)
        return self.schemas.object_of(self.inputs, answer=False, description=getdoc(self.operation.Request) or "")

    def _responses(self) -> Schema:
        if self.definition.mapping_outbound:
            schema: Schema = {"type": "object", "description": "What the mapping makes of the answer."}
        else:
            schema = self.schemas.refer(self.operation.Response, answer=True)
        fault: Schema = {"type": "string"}
        return {
            "200": {"description": "The answer, or an Error", "content": {"application/json": {"schema": schema}}},
            "default": {
                "description": "The request could not be received or handled: a reason, or a fault as JSON",
                "content": {"text/plain": {"schema": fault, "example": '{"faultcode":"Server","faultstring":"…"}'}},
            },
        }

    def _security(self) -> list[dict[str, list[str]]]:
        given = set(self.route.parameters)  # a session in the path is what the operation is about
        known = [login for login in LOGINS if set(login) <= self.accepted.keys() and not set(login) <= given]
        places: list[dict[str, list[str]]] = [
            {f"{place}{name}": [] for name in login if name not in given}
            for place in ("header", "query")
            for login in known
        ]
        if known and self.method in BODY_METHODS:
            places.append({})  # they may be in the body
        return [place for number, place in enumerate(places) if place not in places[:number]]


def _mapped(definition: OperationDefinition, own: Sequence[Field]) -> tuple[Field, ...] | None:
    """What callers send where the mapping can tell it, with the credentials; None: the operation's own parameters."""
    entry = definition.mapping_inbound
    mapping = MAPPINGS.get(entry.type) if entry else None
    if entry is None or mapping is None:
        return None
    try:
        names: list[str] | None = mapping(entry.config).inbound_fields()
    except Fault:
        return None  # each call is answered with that fault
    if names is None:
        return None
    known = {field.name: field for field in own}
    credentials = [name for name in known if name in CREDENTIALS]
    return tuple(
        known.get(name) or Field(name, "text", repeated=False, required=False, description="")
        for name in dict.fromkeys([*credentials, *names])
    )


def _first_line(described: Any) -> str:
    return (getdoc(described) or "").partition("\n")[0]


def _policy(html: str) -> str:
    """A Content-Security-Policy that lets the page run its own script and style and call its own web service only."""
    hashes = {}
    for tag in ("script", "style"):
        content = html.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        hashes[tag] = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{hashes['script']}'; style-src 'sha256-{hashes['style']}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


UI = Path(__file__).with_name("ui.html").read_text(encoding="utf-8")
UI_POLICY = _policy(UI)

"""The provider: the road of one request, straight through, the same for every transport.

    lookup → receive → map in → authenticate → run → map out → respond

Called by app.py for every HTTP request; raises nothing. A failed stage becomes a fault in the transport's own form.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

from genericinterface import redaction, schema
from genericinterface.auth import Actor, Authenticator
from genericinterface.database import webservices
from genericinterface.database.engine import Conflict, Database, Disconnected
from genericinterface.debugger import Communication, Debugger
from genericinterface.errors import ConfigurationError, Fault, OperationError, RequestFault, UnavailableFault
from genericinterface.mapping.mapping import Mapping
from genericinterface.operation.operation import Context, Operation
from genericinterface.registry import MAPPINGS, OPERATIONS, PLANNED_OPERATIONS, TRANSPORTS
from genericinterface.sysconfig import Source
from genericinterface.transport.request_body import BODY
from genericinterface.transport.transport import Call, Transport
from genericinterface.webservice import MappingDefinition, OperationDefinition, Webservice, define, document

log = logging.getLogger(__name__)

Data = dict[str, Any]

ATTEMPTS = 4  # of a transaction that the database gives up in favour of another
OPERATION = "genericinterface.operation"  # in the WSGI environment: what was called, for the log

# Any prefix works, as Znuny 6.5 does; the path alone decides, never the query.
ADDRESS = re.compile(r"(?P<base>.*?(?:^|/)(?P<kind>Webservice|WebserviceID)/(?P<name>[^/]+))(?P<route>/.*)?", re.S)


class Service:
    """A web service ready to serve: its transport, and each operation with its mappings, built once per definition.

    What cannot be built is kept as the Fault that says why, and raised when a request needs it.
    """

    def __init__(self, webservice: Webservice) -> None:
        self.webservice = webservice
        self.transport = _transport(webservice)
        self._steps: dict[str, tuple[Mapping | None, Operation[Any], Mapping | None] | Fault] = {}
        for operation in webservice.operations.values():
            try:
                self._steps[operation.name] = (
                    _mapping(operation.mapping_inbound),
                    _operation(operation, webservice),
                    _mapping(operation.mapping_outbound),
                )
            except Fault as fault:
                self._steps[operation.name] = fault

    def steps(self, operation: str) -> tuple[Mapping | None, Operation[Any], Mapping | None]:
        """(mapping in, operation, mapping out) of an operation; raises Fault."""
        found = self._steps.get(operation)
        if found is None:
            raise RequestFault(f"The web service {self.webservice.name} has no operation {operation}.")
        if isinstance(found, Fault):
            raise type(found)(found.message)
        return found


def _transport(webservice: Webservice) -> Transport:
    transport = TRANSPORTS.get(webservice.transport_type)
    if transport is None:
        raise Fault(f"The web service {webservice.name} has no transport that is known here.")
    built: Transport = transport(webservice)
    return built


def _mapping(definition: MappingDefinition | None) -> Mapping | None:
    if definition is None:
        return None
    mapping = MAPPINGS.get(definition.type)
    if mapping is None:
        raise Fault(f"Mapping type {definition.type} is not known.")
    built: Mapping = mapping(definition.config)
    return built


def _operation(definition: OperationDefinition, webservice: Webservice) -> Operation[Any]:
    if not definition.type:
        raise Fault("Got no OperationType!")
    operation = OPERATIONS.get(definition.type)
    if operation is None:
        if definition.type in PLANNED_OPERATIONS:
            raise Fault(f"Operation type {definition.type} is not available in this version.")
        raise Fault(f"Operation type {definition.type} is not known.")
    built: Operation[Any] = operation(definition.config, webservice.extension)
    return built


@dataclass
class _Known:
    service: Service | Fault
    content: tuple[object, ...]
    expires: float


class Services:
    """The web services of the database, read again when `ttl` seconds have passed; built again only when changed."""

    def __init__(self, database: Database, ttl: float) -> None:
        self._database = database
        self._ttl = ttl
        self._known: dict[tuple[str, str], _Known] = {}
        self._lock = threading.Lock()

    def find(self, kind: str, name: str) -> Service:
        """The valid web service of that name (kind Webservice) or ID (kind WebserviceID); raises Fault, 404 if none."""
        key = (kind, name)
        known = self._known.get(key)
        if known is None or known.expires < time.monotonic():
            with self._lock:
                known = self._refresh(key)
        if isinstance(known.service, Fault):
            raise known.service
        return known.service

    def _refresh(self, key: tuple[str, str]) -> _Known:
        known = self._known.get(key)
        if known is not None and known.expires >= time.monotonic():
            return known  # another thread was faster
        expires = time.monotonic() + self._ttl
        try:
            row = self._read(*key)
        except UnavailableFault:
            if known is None:
                raise
            known.expires = expires  # the last known definition shapes the fault that the operation will meet
            return known
        if row is None:
            self._known.pop(key, None)
            raise RequestFault("There is no such web service here.", status=404)
        content = tuple(row)
        if known is None or known.content != content:
            known = _Known(_build(*content), content, expires)
            self._known[key] = known
        known.expires = expires
        return known

    def _read(self, kind: str, name: str) -> Any:
        with self._database.reading() as connection:
            if kind == "WebserviceID":
                return webservices.valid_by_id(connection, webservices.as_id(name))
            return webservices.valid_by_name(connection, name)


def _build(webservice_id: int, name: str, config: str) -> Service | Fault:
    try:
        return Service(define(name, document.load(config), webservice_id))
    except ConfigurationError as error:
        log.error("web service %s cannot be read: %s", name, error)
        return Fault(f"The definition of the web service {name} cannot be read.")
    except Fault as fault:
        return fault


class Provider:
    """Answers HTTP requests; shared by all threads of a worker."""

    def __init__(
        self,
        database: Database,
        services: Services,
        authenticator: Authenticator,
        debugger: Debugger,
        sysconfig: Source,
        address: str,
        keys: str = "",
    ) -> None:
        self.database = database
        self.services = services
        self.authenticator = authenticator
        self.debugger = debugger
        self.sysconfig = sysconfig
        self.address = address
        self.keys = keys

    def handle(self, request: Request, raw_path: str, remote_address: str, request_id: str) -> Response:
        """The response to a request; `raw_path` is its path still percent-encoded, without the query."""
        found = ADDRESS.fullmatch(raw_path)
        try:
            if found is None:
                raise RequestFault("There is no web service at this address.", status=404)
            service = self.services.find(found["kind"], unquote(found["name"]))
        except Fault as fault:
            return plain(fault)
        route = found["route"] or ""
        described = service.transport.describe(request, route, self.address + found["base"])
        if described is not None:
            return described
        with self.debugger.open(service.webservice, remote_address, request_id) as communication:
            communication.debug("Communication sequence started", lambda: _circumstances(request, request_id))
            response = self._converse(service, request, route, communication, remote_address)
            say = communication.debug if response.status_code < HTTPStatus.BAD_REQUEST else communication.error
            say(f"Returning provider data to remote system (HTTP Code: {response.status_code})", response.get_data)
            return response

    def _converse(
        self, service: Service, request: Request, route: str, communication: Communication, remote_address: str
    ) -> Response:
        transport, call = service.transport, None
        try:
            call = _received(transport, request, route, communication)
            request.environ[OPERATION] = call.operation
            communication.debug(f"Detected operation '{call.operation}'")
            communication.debug("Incoming data before mapping", call.data)
            context = Context(
                self.authenticator,
                self.sysconfig.current,
                communication,
                remote_address,
                request.headers.get("User-Agent", ""),
                webservice=service.webservice.name,
                request_header=request.headers.get,
                keys=self.keys,
                address=call.address,
            )
            data = self._perform(service, call, context)
            return transport.respond(call, data, context.response_headers)
        except Fault as fault:
            communication.error(fault.message)
            return transport.fault(request, call, fault)
        except HTTPException as error:  # werkzeug's own: a body too large, a client that is gone
            communication.error(error.name)
            return transport.fault(request, call, RequestFault(error.name, error.code or 500))
        except Exception:
            log.exception("request %s failed", communication.request_id)
            communication.error("Internal error", f"request {communication.request_id}; the log has the reason")
            return transport.fault(
                request,
                call,
                Fault(f"Internal error; the provider's log has the reason under {communication.request_id}."),
            )

    def _perform(self, service: Service, call: Call, context: Context) -> Data:
        map_in, operation, map_out = service.steps(call.operation)
        stages: dict[str, Data] = {"ProviderRequestInput": call.data}
        data = call.data
        if map_in is not None:
            # No earlier stage to include: what there is, is the data itself (as Znuny 6.5).
            data = stages["ProviderRequestMapOutput"] = map_in.map(data, {})
            context.communication.debug("Incoming data after mapping", data)
        try:
            answer = self._execute(operation, data, context)
        except OperationError as error:
            context.communication.error(error.code, error.message)
            answer = error.answer()
        stages["ProviderResponseInput"] = answer
        context.communication.debug("Outgoing data before mapping", answer)
        if map_out is not None:
            answer = stages["ProviderResponseMapOutput"] = map_out.map(answer, stages)
            context.communication.debug("Outgoing data after mapping", answer)
        return answer

    def _execute(self, operation: Operation[Any], data: MappingABC[str, object], context: Context) -> Data:
        context.is_empty = not data
        request: Any = schema.coerce(operation.Request, data)
        try:
            actor, answer = self._read(operation, request, context)
        except Disconnected:  # nothing was written yet: the same again, on a connection that is new
            actor, answer = self._read(operation, request, context)
        if answer is not None:
            return answer
        for _ in range(ATTEMPTS - 1):
            try:
                return self._write(operation, request, actor, context)
            except Conflict as conflict:  # undone whole: the same again
                context.communication.notice("Conflict", conflict.message)
        return self._write(operation, request, actor, context)

    def _write(self, operation: Operation[Any], request: Any, actor: Actor | None, context: Context) -> Data:
        context.response_headers.clear()
        with self.database.transaction() as connection:
            return operation.run(request, actor, context, connection)

    def _read(self, operation: Operation[Any], request: Any, context: Context) -> tuple[Actor | None, Data | None]:
        """Who asks, and the answer of an operation that only reads; None for one that writes."""
        with self.database.reading() as connection:
            actor = operation.authenticate(request, context, connection)
            return actor, None if operation.writes else operation.run(request, actor, context, connection)


def _circumstances(request: Request, request_id: str) -> Data:
    """What the Debugger keeps of a request beside its data. Not the path: a session's ID may be part of it."""
    headers = {name: redaction.line(value) for name, value in request.headers}
    return {"RequestID": request_id, "RequestMethod": request.method, "Headers": headers}


def _received(transport: Transport, request: Request, route: str, communication: Communication) -> Call:
    try:
        return transport.receive(request, route)
    finally:
        body = request.environ.pop(BODY, b"")
        if body:
            communication.debug("Received data by provider from remote system", body)


def plain(fault: Fault) -> Response:
    """A fault where no transport is known yet."""
    headers = fault.headers if isinstance(fault, RequestFault) else {}
    return Response(fault.message + "\n", fault.status, headers, content_type="text/plain; charset=UTF-8")

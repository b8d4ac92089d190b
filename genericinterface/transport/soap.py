"""HTTP::SOAP: SOAP 1.1 and 1.2 on one address. Wire as Znuny 6.5; where it differs on purpose, docs/differences.md.

Called by the provider; one instance per definition, shared by all threads. Limits come first, then XML
(transport/xml.py), then the message (transport/soap_envelope.py) and the names (transport/soap_names.py).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from genericinterface.errors import Fault, RequestFault
from genericinterface.registry import TRANSPORTS
from genericinterface.transport import request_body, xml
from genericinterface.transport.header_credentials import header_credentials
from genericinterface.transport.soap_envelope import SOAP_11, SOAP_12, Version
from genericinterface.transport.soap_names import Names
from genericinterface.transport.transport import Call, Data, Transport
from genericinterface.webservice import Webservice

if TYPE_CHECKING:
    from genericinterface.transport.wsdl import Document

# Where a request notes the SOAP version of its message, for a fault that comes before there is a Call.
VERSION = "genericinterface.soap_version"
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
METHODS = "GET, HEAD, OPTIONS, POST"


@TRANSPORTS.register("HTTP::SOAP")
class Soap(Transport):
    """XML over HTTP, operations chosen by the element in the body of the message."""

    def __init__(self, webservice: Webservice) -> None:
        super().__init__(webservice)
        from genericinterface.transport.soap_steps import Steps  # here, because it loads spyne: REST does without

        config = webservice.transport_config
        self.names = Names(config)
        self.max_length = request_body.max_length(config)
        self.headers = request_body.additional_headers(config)
        self._steps = Steps(self.names, webservice.operations)
        default = config.get("Sort")
        self._orders = {
            name: sort_order(operation.config.get("SortOutbound") or default)
            for name, operation in webservice.operations.items()
        }
        self._wsdl: Document | None = None
        self._lock = threading.Lock()

    def describe(self, request: Request, route: str, address: str) -> Response | None:
        """The WSDL where the query is `wsdl` and there is no message, and the answer to OPTIONS."""
        if request.method == "OPTIONS":
            return Response(status=HTTPStatus.NO_CONTENT, headers={**self.headers, "Allow": METHODS})
        query = request.environ.get("QUERY_STRING", "").partition("&")[0].partition("=")[0]
        if request.method not in ("GET", "HEAD") or query.lower() != "wsdl":
            return None
        try:
            document = self._document()
        except RequestFault as fault:
            return self.fault(request, None, fault)
        return Response(document.at(address), 200, self.headers, content_type="text/xml; charset=UTF-8")

    def _document(self) -> Document:
        from genericinterface.transport import wsdl  # here, because it loads spyne

        with self._lock:  # built once, however many ask at the same time
            if self._wsdl is None:
                self._wsdl = wsdl.build(self.webservice, self.names, self._orders)
            return self._wsdl

    def receive(self, request: Request, route: str) -> Call:
        """The operation that the message asks for; credentials in headers win over those in the message.

        The HTTP method, the path behind the web service's name and the query mean nothing, as in Znuny 6.5.
        """
        if not request_body.has_body(request):
            raise RequestFault("Length Required", HTTPStatus.LENGTH_REQUIRED)
        charset = request_body.charset(request)
        body = request_body.read(request, self.max_length)
        if not body:
            raise RequestFault("Could not read input data")
        context = self._steps.open(xml.text_of(body, charset))
        message = context.in_document
        request.environ[VERSION] = message.version
        self.names.check_action(request.headers.get("SOAPAction", "").strip(), message.name)
        data = self._steps.data(context) | header_credentials(request.environ)
        reply = {"context": context, "content_type": _content_type(request, message.version)}
        return Call(context.method_request_string, data, reply)

    def respond(self, call: Call, data: Data, headers: Mapping[str, str]) -> Response:
        """200 with the response element; a Fault where XML cannot carry the data."""
        message = self._steps.respond(call.reply["context"], data, self._orders[call.operation])
        return Response(message, 200, {**self.headers, **headers}, content_type=call.reply["content_type"])

    def fault(self, request: Request, call: Call | None, fault: Fault) -> Response:
        """A Fault of SOAP itself, in the version of the request: Client or Sender where receiving failed, else ours."""
        version: Version = request.environ.get(VERSION) or (
            SOAP_12 if request.mimetype == SOAP_12.media_type else SOAP_11
        )
        caller = isinstance(fault, RequestFault)
        headers = {**self.headers, **fault.headers} if isinstance(fault, RequestFault) else self.headers
        content_type = f"{version.media_type}; charset=UTF-8"
        return Response(version.fault(fault.message, caller), fault.status, headers, content_type=content_type)


def _content_type(request: Request, version: Version) -> str:
    """Of an answer: SOAP 1.2's own; for SOAP 1.1 the request's where it named a charset (as Znuny 6.5), or text/xml."""
    media_type = version.media_type
    if version is SOAP_11 and "charset" in request.mimetype_params and MEDIA_TYPE.fullmatch(request.mimetype):
        media_type = request.mimetype
    return f"{media_type}; charset=UTF-8"


def sort_order(entries: object) -> xml.Order:
    """The order that `SortOutbound` or `Sort` gives: a list of hashes of one name each, whose value is such a list."""
    order: dict[str, Any] = {}
    for entry in entries if isinstance(entries, list) else []:
        for name, inside in entry.items() if isinstance(entry, Mapping) else []:
            order[str(name)] = sort_order(inside)
    return order

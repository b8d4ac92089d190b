"""A WSGI application around one REST transport whose every operation answers the data that it got.

Used by the tests of the transport; the provider's own road is walked in the tests of the whole application.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client, TestResponse

from genericinterface.app import raw_path
from genericinterface.errors import Fault, RequestFault
from genericinterface.transport.rest import Rest
from genericinterface.webservice import Webservice, define

SERVER_LIMIT = 100_000


class Echo:
    """The application; `raises` is raised in place of an answer."""

    def __init__(self, webservice: Webservice) -> None:
        self.transport = Rest(webservice)
        self.raises: Fault | None = None
        self.headers: dict[str, str] = {}
        self.operation = ""
        self.limit = SERVER_LIMIT

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = self.limit
        return self._answer(request, raw_path(environ))(environ, start_response)

    def _answer(self, request: Request, route: str) -> Response:
        described = self.transport.describe(request, route, "http://localhost/Webservice/Echo")
        if described is not None:
            return described
        call = None
        try:
            call = self.transport.receive(request, route)
            self.operation = call.operation
            if self.raises is not None:
                raise self.raises
            return self.transport.respond(call, call.data, self.headers)
        except Fault as fault:
            return self.transport.fault(request, call, fault)
        except HTTPException as error:
            return self.transport.fault(request, call, RequestFault(error.name, error.code or 500))


def webservice(routes: dict[str, Any], **config: Any) -> Webservice:
    """A definition with these entries of RouteOperationMapping."""
    entries = {name: {"ParserBackend": "JSON", **entry} for name, entry in routes.items()}
    transport = {"Type": "HTTP::REST", "Config": {"RouteOperationMapping": entries, **config}}
    operations = {name: {"Type": "Test::Test"} for name in routes}
    return define("Echo", {"Provider": {"Operation": operations, "Transport": transport}})


class EchoClient(Client):
    """A test client of an Echo, which is its `application`."""

    application: Echo

    def data(self, path: str, method: str = "GET", **arguments: Any) -> Any:
        """What the operation got; fails where the answer is no 200."""
        response = self.open(path, method=method, **arguments)
        assert response.status_code == 200, response.text
        return json.loads(response.get_data())

    def send(self, body: bytes | str, content_type: str | None = "application/json", path: str = "/p") -> TestResponse:
        """The response to a POST of exactly this body; None: without a Content-Type."""
        headers = {"Content-Type": content_type} if content_type else {}
        return self.post(path, data=body.encode() if isinstance(body, str) else body, headers=headers)


def client(routes: dict[str, Any], **config: Any) -> EchoClient:
    """A client of such a definition."""
    return EchoClient(Echo(webservice(routes, **config)))

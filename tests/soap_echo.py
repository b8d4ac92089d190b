"""A WSGI application around one SOAP transport whose every operation answers the data that it got.

Used by the tests of the transport and of the WSDL; the provider's own road is walked in the tests of the whole
application. Operations come from the registry of a test; those of wsdl_echo.py are known to the WSDL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree
from werkzeug import Request, Response
from werkzeug.test import Client, TestResponse

from genericinterface.app import raw_path
from genericinterface.errors import Fault
from genericinterface.transport.soap import Soap
from genericinterface.transport.transport import Call
from genericinterface.webservice import Webservice, define

SERVER_LIMIT = 300_000
NAMESPACE = "urn:echo"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
NAMESPACES = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:apache="http://xml.apache.org/xml-soap"'
)


class LimitedRequest(Request):
    max_content_length = SERVER_LIMIT


class Echo:
    """The application; `answer` makes an answer's data of a call, by default the data that came in."""

    def __init__(self, webservice: Webservice) -> None:
        self.transport = Soap(webservice)
        self.answer: Callable[[Call], dict[str, Any]] = lambda call: call.data
        self.headers: dict[str, str] = {}
        self.call: Call | None = None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return self._respond(LimitedRequest(environ), raw_path(environ))(environ, start_response)

    def _respond(self, request: Request, route: str) -> Response:
        described = self.transport.describe(request, route, "http://localhost/Webservice/Echo")
        if described is not None:
            return described
        self.call = None
        try:
            self.call = self.transport.receive(request, route)
            return self.transport.respond(self.call, self.answer(self.call), self.headers)
        except Fault as fault:
            return self.transport.fault(request, self.call, fault)


def webservice(operations: dict[str, Any] | None = None, extension: Any = None, **config: Any) -> Webservice:
    """A definition with these operations ("Echo" by default) and this `Config` of its transport."""
    transport = {"Type": "HTTP::SOAP", "Config": {"NameSpace": NAMESPACE, "MaxLength": "200000", **config}}
    provider = {"Operation": operations or {"Echo": {"Type": "Test::Echo"}}, "Transport": transport}
    return define("Echo", {"Provider": provider | ({"Extension": extension} if extension else {})})


def envelope(content: str, version: str = SOAP_11) -> str:
    """A message with this content of its body; `xsi`, `xsd`, `soapenc` and `apache` are declared."""
    return f'<e:Envelope xmlns:e="{version}" {NAMESPACES}><e:Body>{content}</e:Body></e:Envelope>'


class EchoClient(Client):
    """A test client of an Echo, which is its `application`."""

    application: Echo

    def send(
        self, body: bytes | str, content_type: str | None = "text/xml; charset=utf-8", **headers: str
    ) -> TestResponse:
        """The response to a POST of exactly this body; `SOAPAction` and the like as keywords."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            sent["Content-Type"] = content_type
        return self.post("/Webservice/Echo", data=body.encode() if isinstance(body, str) else body, headers=sent)

    def data(self, content: str, **headers: str) -> Any:
        """What the operation gets from a body with this content; fails where the answer is no 200."""
        response = self.send(envelope(content), **headers)
        assert response.status_code == 200, response.text
        assert self.application.call is not None
        return self.application.call.data

    def answered(self, data: Any) -> str:
        """The content of the body that answers with this data."""
        self.application.answer = lambda _call: data
        text = self.send(envelope("<Echo/>")).text
        return text.partition("<soap:Body>")[2].removesuffix("</soap:Body></soap:Envelope>")


def client(definition: Webservice | None = None) -> EchoClient:
    """A client of such a definition."""
    return EchoClient(Echo(definition or webservice()))


def fault(response: TestResponse) -> tuple[str, str]:
    """(code, reason) of a response, which must be a Fault of the version that its Content-Type says."""
    root = etree.fromstring(response.get_data())
    if response.mimetype == "application/soap+xml":
        path = f"{{{SOAP_12}}}Body/{{{SOAP_12}}}Fault"
        code = root.findtext(f"{path}/{{{SOAP_12}}}Code/{{{SOAP_12}}}Value")
        reason = root.findtext(f"{path}/{{{SOAP_12}}}Reason/{{{SOAP_12}}}Text")
    else:
        assert response.mimetype == "text/xml"
        path = f"{{{SOAP_11}}}Body/{{{SOAP_11}}}Fault"
        code, reason = root.findtext(f"{path}/faultcode"), root.findtext(f"{path}/faultstring")
    assert code is not None, response.text
    assert reason is not None, response.text
    return code, reason

"""The SOAP transport: messages in, messages out, faults; what the codec does with values is test_xml.py's."""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import weakref
from typing import Any

import pytest
from lxml import etree
from werkzeug.test import EnvironBuilder

from genericinterface.errors import Fault, RequestFault, UnavailableFault
from genericinterface.transport.transport import Call
from tests.soap_echo import SERVER_LIMIT, SOAP_11, SOAP_12, EchoClient, client, envelope, fault, webservice

START_11 = (
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope '
    'soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
)
START_12 = (
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
)
END = "</soap:Body></soap:Envelope>"
ECHO = envelope("<Echo><a>1</a></Echo>")


@pytest.fixture
def caller() -> EchoClient:
    return client()


# ------------------------------------------------------------------------------------------------------------ answers


def test_an_answer_is_to_the_byte_the_reference_s(caller: EchoClient) -> None:
    response = caller.send(ECHO)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert response.text == f'{START_11}<EchoResponse xmlns="urn:echo"><a>1</a></EchoResponse>{END}'


def test_soap_12_is_answered_in_soap_12(caller: EchoClient) -> None:
    response = caller.send(envelope("<Echo><a>1</a></Echo>", SOAP_12), "application/soap+xml; charset=utf-8")
    assert response.headers["Content-Type"] == "application/soap+xml; charset=UTF-8"
    assert response.text == f'{START_12}<EchoResponse xmlns="urn:echo"><a>1</a></EchoResponse>{END}'


@pytest.mark.parametrize(
    ("version", "sent", "answered"),
    [
        (SOAP_11, None, "text/xml"),
        (SOAP_11, "text/xml", "text/xml"),
        (SOAP_11, "application/xml", "text/xml"),  # Znuny 6.5 takes over the type of those that name a charset
        (SOAP_11, "application/xml; charset=utf-8", "application/xml"),
        (SOAP_11, "Application/XML;charset=utf-8", "application/xml"),
        (SOAP_11, 'application/soap+xml; charset=utf-8; action="urn:x"', "application/soap+xml"),
        (SOAP_11, "te\xe4xt; charset=utf-8", "text/xml"),
        (SOAP_12, "text/xml; charset=utf-8", "application/soap+xml"),
        (SOAP_12, "application/soap+xml", "application/soap+xml"),
    ],
)
def test_content_type(caller: EchoClient, version: str, sent: str | None, answered: str) -> None:
    response = caller.send(envelope("<Echo/>", version), sent)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == f"{answered}; charset=UTF-8"
    root = etree.fromstring(response.get_data())
    assert root.tag == f"{{{version}}}Envelope"


@pytest.mark.parametrize(
    ("data", "content"),
    [
        ({}, '<EchoResponse xmlns="urn:echo" xsi:nil="true" />'),
        ({"a": []}, '<EchoResponse xmlns="urn:echo" xsi:nil="true" />'),
        ({"a": None}, '<EchoResponse xmlns="urn:echo"><a /></EchoResponse>'),
        (
            {"Error": {"ErrorMessage": "a < b", "ErrorCode": "X.Y"}},
            '<EchoResponse xmlns="urn:echo"><Error><ErrorCode>X.Y</ErrorCode><ErrorMessage>a &lt; b</ErrorMessage>'
            "</Error></EchoResponse>",
        ),
    ],
)
def test_answers(caller: EchoClient, data: Any, content: str) -> None:
    assert caller.answered(data) == content


def test_an_answer_that_xml_cannot_carry_is_a_fault(caller: EchoClient) -> None:
    caller.application.answer = lambda call: {"a b": "1"}
    response = caller.send(ECHO)
    assert response.status_code == 500
    assert fault(response) == ("soap:Server", "The answer has a name that no XML element can have: 'a b'.")


def test_sort_of_the_operation_wins_over_that_of_the_transport() -> None:
    sort = [{"b": None}, {"c": [{"z": None}, {"y": None}]}, {"a": None}]
    operations = {"Own": {"SortOutbound": sort}, "Other": {"SortOutbound": []}}
    caller = client(webservice(operations, Sort=[{"c": None}]))
    content = "<{0}><a>1</a><b>2</b><c><y>1</y><z>2</z></c></{0}>"
    assert "<b>2</b><c><z>2</z><y>1</y></c><a>1</a>" in caller.send(envelope(content.format("Own"))).text
    assert "<c><y>1</y><z>2</z></c><a>1</a><b>2</b>" in caller.send(envelope(content.format("Other"))).text


@pytest.mark.parametrize("sort", ["garbage", {"a": None}, ["a"], [None], [{"a": "b"}]])
def test_a_sort_that_is_none_is_as_none(sort: Any) -> None:
    assert client(webservice(Sort=sort)).answered({"b": "1", "a": "2"}).endswith("<a>2</a><b>1</b></EchoResponse>")


def test_name_schemes() -> None:
    config = {"RequestNameScheme": "Request", "ResponseNameScheme": "Replace", "ResponseNameFreeText": "Answer"}
    response = client(webservice(**config)).send(envelope("<EchoRequest><a>1</a></EchoRequest>"))
    assert '<Answer xmlns="urn:echo"><a>1</a></Answer>' in response.text


def test_no_namespace() -> None:
    caller = client(webservice(NameSpace="", NoNameSpace="1"))
    assert "<EchoResponse><a>1</a></EchoResponse>" in caller.send(ECHO).text
    assert caller.get("/Webservice/Echo?wsdl").status_code == 404


def test_a_namespace_is_quoted() -> None:
    caller = client(webservice(NameSpace='urn:a"b&c'))
    assert caller.send(ECHO).text.count('xmlns="urn:a&quot;b&amp;c"') == 1


# ----------------------------------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    "body",
    [
        ECHO,
        "<?xml version='1.0' encoding='UTF-8'?>" + ECHO,
        "<?xml version='1.1'?>" + ECHO,
        "\n\n" + ECHO + "\n\n",
        "<?p q?><!-- c -->" + ECHO,
        f'<Envelope xmlns="{SOAP_11}"><Body><t:Echo xmlns:t="urn:echo"><a xmlns="">1</a></t:Echo></Body></Envelope>',
        f'<Envelope xmlns="{SOAP_11}"><Body xmlns="urn:q"><Echo><a>1</a></Echo></Body></Envelope>',
        "<Envelope><Body><Echo><a>1</a></Echo></Body></Envelope>",
        ECHO.replace("<e:Body>", "<e:Header><x e:mustUnderstand='1'/></e:Header><e:Body>"),
        envelope('<Echo xmlns="urn:other"><a>1</a></Echo>'),
        envelope('<Echo><a href="#i"/></Echo><m id="i">1</m>'),
        envelope('<Echo id="o0" soapenc:root="1"><a>1</a></Echo>'),
        envelope("<Zzz/><Echo><a>1</a></Echo>"),  # the first by name, as Znuny 6.5
    ],
)
def test_messages_that_are_understood(caller: EchoClient, body: str) -> None:
    response = caller.send(body)
    assert response.status_code == 200, response.text
    assert caller.application.call is not None
    assert caller.application.call.operation == "Echo"
    assert caller.application.call.data == {"a": "1"}


@pytest.mark.parametrize("content", ["<Echo/>", "<Echo> \n </Echo>", "<Echo xsi:nil='true'/>", "<Echo a='b'/>"])
def test_an_empty_message_has_no_data(caller: EchoClient, content: str) -> None:
    assert caller.data(content) == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_method_path_and_query_mean_nothing(caller: EchoClient, method: str) -> None:
    response = caller.open("/Webservice/Echo/any/thing?wsdl&a=2", method=method, data=ECHO)
    assert "<a>1</a>" in response.text


def test_the_charset_of_the_header_wins(caller: EchoClient) -> None:
    body = "<?xml version='1.0' encoding='iso-8859-1'?>" + envelope("<Echo><a>ä</a></Echo>")
    assert "<a>ä</a>" in caller.send(body.encode(), "text/xml; charset=utf-8").text
    assert "<a>ä</a>" in caller.send(body.encode("latin-1"), "text/xml").text
    assert "<a>ä</a>" in caller.send(body.encode("utf-16"), "text/xml; charset=utf-16").text


def test_credentials_in_headers_win(caller: EchoClient) -> None:
    body = "<Echo><UserLogin>body</UserLogin><a>1</a></Echo>"
    headers = {"X_OTRS_Header_UserLogin": "header", "X_OTRS_Header_Password": "gr\xc3\xbcn"}
    assert caller.data(body, **headers) == {"UserLogin": "header", "a": "1", "Password": "grün"}


@pytest.mark.parametrize("action", ['"urn:echo#Echo"', "urn:echo#Echo", '""', "", ' "urn:echo#Echo" '])
def test_soap_actions_that_fit(action: str) -> None:
    assert client(webservice(SOAPActionSeparator="#")).data("<Echo/>", SOAPAction=action) == {}


def test_soap_action_that_does_not_fit(caller: EchoClient) -> None:
    response = caller.send(ECHO, SOAPAction='"urn:other#Echo"')
    reason = "Namespace from SOAPAction 'urn:other' does not match namespace from configuration 'urn:echo'"
    assert (response.status_code, fault(response)) == (500, ("soap:Client", reason))


def test_unknown_operations_are_the_provider_s_business(caller: EchoClient) -> None:
    def refuse(call: Call) -> dict[str, Any]:
        raise RequestFault(f"no {call.operation}")

    caller.application.answer = refuse
    assert fault(caller.send(envelope("<Nothing><a>1</a></Nothing>"))) == ("soap:Client", "no Nothing")


# ------------------------------------------------------------------------------------------------------------- faults

NO_BODY = "Got no result body from deserialized content"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<Echo/>", NO_BODY),
        ("<html><body>hello</body></html>", NO_BODY),
        (envelope(""), NO_BODY),
        (envelope("  \n "), NO_BODY),
        (envelope("text"), NO_BODY),
        (f'<Envelope xmlns="{SOAP_11}"><Header><Echo/></Header></Envelope>', NO_BODY),
        ('<Envelope xmlns="urn:x"><Body><Echo/></Body></Envelope>', "Error deserializing message: wrong SOAP version"),
        (envelope("<Echo><a></Echo>"), "Error deserializing message: the content is no well-formed XML"),
        ("hello", "Error deserializing message: the content is no well-formed XML"),
        ("   ", "Error deserializing message: the content is no well-formed XML"),
        ("<!DOCTYPE x><x/>", "Error deserializing message: the XML is refused, it has a DTD"),
        (b"<a>\xff</a>", "The request content cannot be decoded as utf-8"),
    ],
)
@pytest.mark.parametrize(
    ("content_type", "answered", "code"),
    [
        ("text/xml; charset=utf-8", "text/xml", "soap:Client"),
        ("application/soap+xml; charset=utf-8", "application/soap+xml", "soap:Sender"),
        ("application/json; charset=utf-8", "text/xml", "soap:Client"),
    ],
)
def test_what_cannot_be_received(
    caller: EchoClient, body: str | bytes, reason: str, content_type: str, answered: str, code: str
) -> None:
    response = caller.send(body, content_type)
    assert response.status_code == 500
    assert response.headers["Content-Type"] == f"{answered}; charset=UTF-8"
    found, said = fault(response)
    assert found == code
    assert said.startswith(reason)


@pytest.mark.parametrize("content", ["<Echo>text</Echo>", "<Echo soapenc:arrayType='x'><i>1</i></Echo>"])
def test_an_operation_s_data_must_be_a_structure(caller: EchoClient, content: str) -> None:
    reason = "The element Echo holds no elements, but text or a list"
    assert fault(caller.send(envelope(content))) == ("soap:Client", reason)


def test_a_fault_has_the_version_of_the_message(caller: EchoClient) -> None:
    response = caller.send(envelope("<Echo/>", SOAP_12), "text/xml", SOAPAction='"urn:x#y"')
    assert response.text.startswith(START_12)
    assert fault(response)[0] == "soap:Sender"


@pytest.mark.parametrize(
    ("raised", "status", "codes"),
    [
        (Fault("a < b & c\x00"), 500, ("soap:Server", "soap:Receiver")),
        (RequestFault("a < b & c"), 500, ("soap:Client", "soap:Sender")),
        (RequestFault("a < b & c", 404), 404, ("soap:Client", "soap:Sender")),
        (UnavailableFault("a < b & c"), 503, ("soap:Server", "soap:Receiver")),
    ],
)
def test_later_faults(caller: EchoClient, raised: Fault, status: int, codes: tuple[str, str]) -> None:
    def refuse(call: Call) -> dict[str, Any]:
        raise raised

    caller.application.answer = refuse
    for version, code in zip((SOAP_11, SOAP_12), codes, strict=True):
        response = caller.send(envelope("<Echo/>", version))
        assert response.status_code == status
        assert fault(response) == (code, "a < b & c")


def test_headers_of_a_fault() -> None:
    caller = client(webservice(AdditionalHeaders={"X-One": "1"}))

    def refuse(call: Call) -> dict[str, Any]:
        raise RequestFault("wait", 503, {"Retry-After": "5"})

    caller.application.answer = refuse
    response = caller.send(ECHO)
    assert (response.headers["Retry-After"], response.headers["X-One"]) == ("5", "1")


# -------------------------------------------------------------------------------------------------- lengths, headers


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "DELETE"])
def test_without_a_length_there_is_no_message(caller: EchoClient, method: str) -> None:
    response = caller.open("/Webservice/Echo", method=method)
    assert response.status_code == 411
    if method != "HEAD":
        assert fault(response) == ("soap:Client", "Length Required")


def test_max_length_of_the_definition() -> None:
    caller = client(webservice(MaxLength=str(len(ECHO))))
    assert caller.send(ECHO).status_code == 200
    response = caller.send(ECHO + " ")
    assert response.status_code == 413
    assert fault(response) == ("soap:Client", "Payload Too Large")


def test_the_server_s_own_limit() -> None:
    response = client(webservice(MaxLength="999999999999")).send(ECHO + " " * SERVER_LIMIT)
    assert (response.status_code, fault(response)[1]) == (413, "Payload Too Large")


def chunked(caller: EchoClient, body: bytes) -> Any:
    builder = EnvironBuilder("/Webservice/Echo", method="POST", headers={"Transfer-Encoding": "chunked"})
    environ = builder.get_environ() | {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    return caller.run_wsgi_app(environ)


def test_chunked_messages(caller: EchoClient) -> None:
    body, status, _headers = chunked(caller, ECHO.encode())
    assert status == "200 OK"
    assert b"<a>1</a>" in b"".join(body)


def test_chunked_messages_are_counted(caller: EchoClient) -> None:
    source = io.BytesIO(ECHO.encode() + b" " * 10_000_000)
    builder = EnvironBuilder("/Webservice/Echo", method="POST", headers={"Transfer-Encoding": "chunked"})
    environ = builder.get_environ() | {"wsgi.input": source, "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    _body, status, _headers = caller.run_wsgi_app(environ)
    assert status.startswith("413 ")
    assert source.tell() < 500_000


def test_an_empty_chunked_message(caller: EchoClient) -> None:
    body, status, _headers = chunked(caller, b"")
    assert status.startswith("500 ")
    assert b"Could not read input data" in b"".join(body)


def test_headers_of_definition_and_operation() -> None:
    caller = client(webservice(AdditionalHeaders={"X-Two": "2", "X-One": "1"}))
    caller.application.headers = {"X-Total-Count": "7"}
    for response in (caller.send(ECHO), caller.get("/Webservice/Echo?wsdl"), caller.send("x")):
        assert (response.headers["X-One"], response.headers["X-Two"]) == ("1", "2")
    assert caller.send(ECHO).headers["X-Total-Count"] == "7"


def test_options(caller: EchoClient) -> None:
    response = caller.options("/Webservice/Echo")
    assert (response.status_code, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("config", [{"NameSpace": ""}, {"AdditionalHeaders": {"a b": "c"}}])
def test_definitions_that_cannot_work(config: dict[str, Any]) -> None:
    with pytest.raises(Fault):
        client(webservice(**config))


def test_operations_with_names_that_no_element_has() -> None:
    caller = client(webservice({"Echo": {}, "No Name": {}, "": {}}))
    assert caller.data("<Echo><a>1</a></Echo>") == {"a": "1"}


# -------------------------------------------------------------------------------------------------------------- spyne


def test_rest_does_without_spyne() -> None:
    code = "import sys, genericinterface.transport; print([name for name in sys.modules if name.startswith('spyne')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_loading_spyne_leaves_no_traces() -> None:
    code = (
        "import sys, genericinterface.transport.spyne_compat; "
        "print('cgi' in sys.modules, sys.modules['spyne'].__version__)"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("False 2.")


def test_definitions_come_and_go_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    built = [client(webservice({f"Echo{number}": {"Type": "Test::Echo"}})) for number in range(3)]
    assert [caller.send(envelope(f"<Echo{n}/>")).status_code for n, caller in enumerate(built)] == [200] * 3
    assert caplog.records == []
    transports = [weakref.ref(caller.application.transport) for caller in built]
    del built
    gc.collect()
    assert [reference() for reference in transports] == [None] * 3

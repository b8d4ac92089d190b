"""The WSDL is good enough for a client that believes it, zeep: on both ports, with all schemes of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zeep
import zeep.exceptions
from werkzeug.test import Client

from genericinterface.database.engine import Database
from genericinterface.transport import wsdl_types
from tests.application import SOAP, application
from tests.application import client as client_of
from tests.soap_echo import NAMESPACE, EchoClient, client, webservice
from tests.wsdl_echo import BOTH, PORTS, operations
from tests.zeep_client import Wire, service

MakeEcho = Callable[..., EchoClient]


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> MakeEcho:
    """Makes clients of definitions whose WSDL knows the two operations."""
    monkeypatch.setattr(wsdl_types, "OPERATIONS", operations())
    return client


SCHEMES: list[dict[str, Any]] = [
    {},
    {"RequestNameScheme": "Request"},
    {
        "RequestNameScheme": "Append",
        "RequestNameFreeText": "In",
        "ResponseNameScheme": "Append",
        "ResponseNameFreeText": "Out",
    },
    {"ResponseNameScheme": "Replace", "ResponseNameFreeText": "Answer"},
    {"ResponseNameScheme": "Plain"},
    {"SOAPActionScheme": "Operation"},
    {"SOAPActionScheme": "SeparatorOperation", "SOAPActionSeparator": "#"},
    {"SOAPActionScheme": "FreeText", "SOAPActionFreeText": "urn:do-it"},
    {"SOAPActionSeparator": "/", "NameSpace": "http://www.example.com/Slash/"},
    {"SOAPAction": "No"},
    {"NameSpace": "http://www.example.com/?a=1&b=2"},
]


@pytest.mark.parametrize("config", SCHEMES, ids=lambda config: "-".join(config.values()) or "default")
@pytest.mark.parametrize("port", PORTS)
def test_zeep_calls_what_the_schemes_name(echo: MakeEcho, config: dict[str, Any], port: str) -> None:
    caller = echo(webservice(BOTH, **config))
    proxy = service(caller, "/Webservice/Echo", port)
    answer = proxy.Echo(Title="a <b> & ü", Numbers=[1, 2], Items=[{"Name": "x", "Count": 5}, {"Name": "y"}])
    assert (answer.Title, answer.Numbers) == ("a <b> & ü", [str(1), str(2)])
    assert [(item.Name, item.Count) for item in answer.Items] == [("x", "5"), ("y", None)]
    assert caller.application.call is not None
    assert caller.application.call.operation == "Echo"
    caller.application.answer = lambda call: {"Item": ["1", "2"], "Zero": "0"}
    assert proxy.Other(Title="x").Item == ["1", "2"]


@pytest.mark.parametrize("port", PORTS)
def test_zeep_with_all_kinds(echo: MakeEcho, port: str) -> None:
    caller = echo()
    proxy = service(caller, "/Webservice/Echo", port)
    caller.application.answer = lambda call: call.data
    answer = proxy.Echo(
        Amount="1.50", Since="2024-05-06 07:08:09", Deep=1, Content=b"\x00\xff", Item={"Name": "n", "Count": 1}
    )
    assert caller.application.call is not None
    assert caller.application.call.data == {
        "Amount": "1.50",
        "Since": "2024-05-06 07:08:09",
        "Deep": "1",
        "Content": "AP8=",
        "Item": {"Name": "n", "Count": "1"},
    }
    assert answer.Content == b"\x00\xff"
    assert answer.Item.Count == "1"


@pytest.mark.parametrize("port", PORTS)
def test_zeep_gets_errors_faults_and_nothing(echo: MakeEcho, port: str) -> None:
    caller = echo()
    proxy = service(caller, "/Webservice/Echo", port)
    caller.application.answer = lambda call: {"Error": {"ErrorCode": "Echo.Fail", "ErrorMessage": "no"}}
    assert (proxy.Echo().Error.ErrorCode, proxy.Echo().Error.ErrorMessage) == ("Echo.Fail", "no")
    caller.application.answer = lambda call: {"Numbers": [["1"]]}
    with pytest.raises(zeep.exceptions.Fault, match="list in a list"):
        proxy.Echo()
    caller.application.answer = lambda call: {}
    assert (proxy.Echo().Numbers, proxy.Echo().Error) == ([], None)


def test_zeep_sees_no_namespace_but_its_own(echo: MakeEcho) -> None:
    caller = echo()
    connected = zeep.Client("/Webservice/Echo?wsdl", transport=Wire(caller))
    assert connected.service._binding_options["address"] == "http://localhost/Webservice/Echo"
    assert connected.wsdl.bindings.keys() == {f"{{{NAMESPACE}}}{port}" for port in PORTS}


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database) as built:
        yield client_of(built)


@pytest.mark.parametrize("port", ["GenericTicketConnectorSOAP", "GenericTicketConnectorSOAPSoap12"])
def test_zeep_on_the_packaged_web_service(caller: Client, port: str) -> None:
    proxy = service(caller, SOAP, port)
    session = proxy.SessionCreate(UserLogin="tester", Password="tester").SessionID
    found = proxy.TicketSearch(SessionID=session, Title=["%Hi%", "nothing"], Limit=10)
    assert found.TicketID
    assert found.Error is None
    nothing = proxy.TicketSearch(SessionID=session, Title="nothing like it")
    assert (nothing.TicketID, nothing.Error) == ([], None)
    refused = proxy.TicketSearch(UserLogin="tester", Password="wrong")
    assert refused.Error.ErrorCode == "TicketSearch.AuthFail"
    keys = {datum.Key for datum in proxy.SessionGet(SessionID=session).SessionData}
    assert "UserLogin" in keys
    with pytest.raises(zeep.exceptions.Fault, match="OutOfOfficeEntriesCSVString is missing"):
        proxy.OutOfOffice(SessionID=session)

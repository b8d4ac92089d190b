"""The WSDL: right for its definition, and good enough for a client that believes it (zeep), on both ports."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import zeep
import zeep.exceptions
from lxml import etree
from msgspec import Meta
from werkzeug.test import Client, TestResponse
from zeep.transports import Transport

import genericinterface.mapping
import genericinterface.operation  # noqa: F401  the packages fill the registries
from genericinterface.database.engine import Database
from genericinterface.errors import RequestFault
from genericinterface.operation.operation import Operation, Response
from genericinterface.registry import OPERATIONS, Registry
from genericinterface.schema import Base64, DateTime, Decimal, Flag, Integer, Structure, Text, wildcard
from genericinterface.transport import wsdl, wsdl_types
from genericinterface.transport.soap_names import Names
from genericinterface.transport.spyne_compat import ComplexModel
from genericinterface.webservice import Webservice
from tests.application import SOAP, application, client
from tests.soap_echo import NAMESPACE, EchoClient, envelope, webservice
from tests.soap_echo import client as echo_client

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP_11 = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP_12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"


class Item(Structure):
    """A thing of a request or an answer."""

    Name: Text
    Count: Integer | None = None


class Conditions(Structure):
    Equals: list[Text | None] | None = None


class EchoRequest(Structure):
    """All kinds of what callers send."""

    Title: Annotated[Text | None, Meta(description="Words with <markup> & \x00more")] = None
    Numbers: list[Integer | None] | None = None
    Amount: Decimal | None = None
    Since: DateTime | None = None
    Deep: Flag | None = None
    Content: Base64 | None = None
    Item: Annotated[Item | None, Meta(description="The one item")] = None
    Items: list[Item | None] | None = None
    Anything: Any = None
    Fields: Annotated[dict[str, Conditions], wildcard("Field_", "Conditions by name")] = {}


class EchoResponse(Response):
    """What comes back."""

    Title: Text | None = None
    Numbers: list[Integer] | None = None
    Amount: Decimal | None = None
    Since: DateTime | None = None
    Deep: Flag | None = None
    Content: Base64 | None = None
    Item: Item | None = None
    Items: list[Item] | None = None


class Other(Structure):
    Title: Text
    Item: Text | None = None


class OtherResponse(Response):
    """What comes back from the other."""

    Item: list[Text] | None = None
    Zero: Text | None = None


@pytest.fixture(autouse=True)
def operations(monkeypatch: pytest.MonkeyPatch) -> Registry[Any]:
    """The registry that the WSDL reads, with two operations of these types."""
    registry: Registry[Any] = Registry("operation")

    @registry.register("Test::Echo")
    class Echo(Operation[EchoRequest]):
        """Gives back what it got."""

        Request, Response = EchoRequest, EchoResponse
        errors = {"Echo.Fail": "it did not work"}

    @registry.register("Test::Other")
    class OtherOperation(Operation[Other]):
        Request, Response = Other, OtherResponse
        errors: dict[str, str] = {}

    monkeypatch.setattr(wsdl_types, "OPERATIONS", registry)
    return registry


BOTH = {"Echo": {"Type": "Test::Echo"}, "Other": {"Type": "Test::Other"}}


def document(definition: Webservice) -> etree._Element:
    response = echo_client(definition).get("/Webservice/Echo?wsdl")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "text/xml; charset=UTF-8"
    return etree.fromstring(response.get_data())


def members(root: etree._Element, name: str) -> dict[str, tuple[str, str, str]]:
    """(type, minOccurs, maxOccurs) of the members of a type, in their order."""
    found = root.find(f"{WSDL}types/{XSD}schema/{XSD}complexType[@name='{name}']/{XSD}sequence")
    assert found is not None, name
    return {
        str(member.get("name")): (
            str(member.get("type")),
            str(member.get("minOccurs", "1")),
            str(member.get("maxOccurs", "1")),
        )
        for member in found
    }


class Wire(Transport):
    """zeep's transport into a WSGI client; keeps the last messages."""

    def __init__(self, caller: Client) -> None:
        super().__init__()
        self.caller = caller
        self.sent: list[tuple[dict[str, str], bytes]] = []

    def load(self, url: str) -> bytes:
        return self.caller.get(url).get_data()

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
        self.sent.append((headers, message))
        return Received(self.caller.post(address, data=message, headers=headers))


class Received:
    """A response as zeep looks at it."""

    def __init__(self, response: TestResponse) -> None:
        self.status_code = response.status_code
        self.content = response.get_data()
        self.headers = {name.title(): value for name, value in response.headers.items()}
        self.encoding = "utf-8"


def service(caller: Client, address: str, port: str | None = None) -> Any:
    """zeep's proxy of a port, the first by default, from the WSDL that is served at an address."""
    connected = zeep.Client(f"{address}?wsdl", transport=Wire(caller))
    return connected.bind(None, port) if port else connected.service


PORTS = ["Echo", "EchoSoap12"]


# ------------------------------------------------------------------------------------------------------------- content


def test_types_of_a_request() -> None:
    assert members(document(webservice()), "Echo") == {
        "Title": ("xs:string", "0", "1"),
        "Numbers": ("xs:long", "0", "unbounded"),
        "Amount": ("xs:decimal", "0", "1"),
        "Since": ("xs:string", "0", "1"),
        "Deep": ("xs:int", "0", "1"),
        "Content": ("xs:base64Binary", "0", "1"),
        "Item": ("tns:Item", "0", "1"),
        "Items": ("tns:Item", "0", "unbounded"),
        "Anything": ("xs:anyType", "0", "1"),
    }


def test_types_of_a_response_are_in_the_order_of_the_wire() -> None:
    root = document(webservice())
    assert list(members(root, "EchoResponse")) == sorted(members(root, "EchoResponse"))
    assert members(root, "EchoResponse") == {
        "Amount": ("xs:string", "0", "1"),
        "Content": ("xs:base64Binary", "0", "1"),
        "Deep": ("xs:string", "0", "1"),
        "Error": ("tns:ErrorAnswer", "0", "1"),
        "Item": ("tns:EchoResponseItem", "0", "1"),
        "Items": ("tns:EchoResponseItem", "0", "unbounded"),
        "Numbers": ("xs:string", "0", "unbounded"),
        "Since": ("xs:string", "0", "1"),
        "Title": ("xs:string", "0", "1"),
    }
    assert members(root, "Item") == {"Name": ("xs:string", "1", "1"), "Count": ("xs:long", "0", "1")}
    assert members(root, "EchoResponseItem") == {"Count": ("xs:string", "0", "1"), "Name": ("xs:string", "0", "1")}


def test_sort_is_the_order_of_the_types() -> None:
    sort = [{"Title": None}, {"Item": [{"Name": None}]}, {"Items": [{"Name": None}]}]
    root = document(webservice({"Echo": {"Type": "Test::Echo", "SortOutbound": sort}}))
    assert list(members(root, "EchoResponse"))[:4] == ["Title", "Item", "Items", "Amount"]
    assert list(members(root, "EchoResponseItem")) == ["Name", "Count"]


def test_words() -> None:
    root = document(webservice())
    words = {
        str(element.getparent().getparent().get("name")): element.text  # type: ignore[union-attr]  # they have some
        for element in root.iterfind(f".//{XSD}documentation")
    }
    assert words["Title"] == "Words with <markup> & more"
    assert words["Item"] in ("A thing of a request or an answer.", "The one item")
    types = root.iterfind(f"{WSDL}types/{XSD}schema/{XSD}complexType")
    own = {str(found.get("name")): found.findtext(f"{XSD}annotation/{XSD}documentation") for found in types}
    assert own["Item"] == "A thing of a request or an answer."
    assert own["Echo"] == "All kinds of what callers send."
    said = root.findtext(f"{WSDL}portType/{WSDL}operation/{WSDL}documentation")
    assert said == "Gives back what it got.\nErrors:\nEcho.Fail: it did not work"


def test_operations_that_are_not_available_are_left_out_with_a_note() -> None:
    entries = BOTH | {"Gone": {"Type": "Test::Gone"}, "None": {}, "No Name": {"Type": "Test::Echo"}}
    root = document(webservice(entries))
    offered = [str(found.get("name")) for found in root.iterfind(f"{WSDL}portType/{WSDL}operation")]
    assert offered == ["Echo", "Other"]
    notes = str(root.findtext(f"{WSDL}documentation")).splitlines()
    assert notes == [
        f"The operation {name} is left out: it is not available here." for name in ("Gone", "No Name", "None")
    ]


def test_without_any_operation_there_is_no_wsdl() -> None:
    response = echo_client(webservice({"Gone": {"Type": "Test::Gone"}})).get("/Webservice/Echo?wsdl")
    assert response.status_code == 404
    assert "There is no WSDL" in response.text


def test_known_names_of_a_wildcard() -> None:
    definition = webservice()
    text = wsdl.build(definition, Names(definition.transport_config), {"Echo": {}}, {"Field_": ["A", "B c", "D"]})
    root = etree.fromstring(text.at("http://localhost"))
    assert members(root, "Echo")["Field_A"] == ("tns:Conditions", "0", "1")
    assert [name for name in members(root, "Echo") if name.startswith("Field_")] == ["Field_A", "Field_D"]


@pytest.mark.parametrize("config", [{"NoNameSpace": "1"}, {"NameSpace": "a b"}, {"NameSpace": 'urn:a"b'}])
def test_without_a_namespace_that_is_one_there_is_no_wsdl(config: dict[str, str]) -> None:
    definition = webservice(**config)
    with pytest.raises(RequestFault, match="no WSDL"):
        wsdl.build(definition, Names(definition.transport_config), {"Echo": {}})


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=1", "wsdl&x=y"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_queries_that_ask_for_it(query: str, method: str) -> None:
    response = echo_client().open(f"/Webservice/Echo?{query}", method=method)
    assert (response.status_code, response.mimetype) == (200, "text/xml")


@pytest.mark.parametrize("query", ["", "x", "x=wsdl", "x&wsdl", "wsdls"])
def test_queries_that_do_not(query: str) -> None:
    assert echo_client().get(f"/Webservice/Echo?{query}").status_code == 411


def test_address_is_that_of_the_request() -> None:
    definition = webservice()
    built = wsdl.build(definition, Names(definition.transport_config), {"Echo": {}})
    for address in ("http://a/b", 'https://x/"y"&z'):
        root = etree.fromstring(built.at(address))
        ports = [found.get("location") for found in root.iterfind(f"{WSDL}service/{WSDL}port/*")]
        assert ports == [address, address]


def test_ports_and_bindings() -> None:
    root = document(webservice())
    assert [port.get("name") for port in root.iterfind(f"{WSDL}service/{WSDL}port")] == PORTS
    assert [binding.get("name") for binding in root.iterfind(f"{WSDL}binding")] == PORTS
    assert [port[0].tag for port in root.iterfind(f"{WSDL}service/{WSDL}port")] == [
        f"{SOAP_11}address",
        f"{SOAP_12}address",
    ]
    assert root.find(f"{WSDL}portType/{WSDL}operation[@parameterOrder]") is None


def test_the_second_port_may_be_switched_off() -> None:
    root = document(webservice(extension={"Soap12Port": "0"}))
    assert [port.get("name") for port in root.iterfind(f"{WSDL}service/{WSDL}port")] == ["Echo"]
    assert SOAP_12 not in etree.tostring(root).decode()


def test_the_text_is_the_same_each_time() -> None:
    texts = {echo_client(webservice(BOTH)).get("/Webservice/Echo?wsdl").get_data() for _ in range(3)}
    assert len(texts) == 1


def test_types_are_forgotten() -> None:
    def models() -> int:
        gc.collect()
        return sum(issubclass(found, ComplexModel) for found in gc.get_objects() if isinstance(found, type))

    echo_client(webservice()).get("/Webservice/Echo?wsdl")
    before = models()
    for _ in range(3):
        echo_client(webservice()).get("/Webservice/Echo?wsdl")
    assert models() <= before


@pytest.mark.parametrize(
    ("name", "given"), [("Tickets 2.0 (test)", "Tickets_2.0__test_"), ("7up", "_7up"), ("Größe", "Gr__e")]
)
def test_names_of_services(name: str, given: str) -> None:
    definition = Webservice(1, name, webservice().config)
    root = etree.fromstring(echo_client(definition).get("/Webservice/Echo?wsdl").get_data())
    assert root.find(f"{WSDL}service").get("name") == given  # type: ignore[union-attr]  # there is one


# --------------------------------------------------------------------------------------------------- names by schemes

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
def test_zeep_calls_what_the_schemes_name(config: dict[str, Any], port: str) -> None:
    caller = echo_client(webservice(BOTH, **config))
    proxy = service(caller, "/Webservice/Echo", port)
    answer = proxy.Echo(Title="a <b> & ü", Numbers=[1, 2], Items=[{"Name": "x", "Count": 5}, {"Name": "y"}])
    assert (answer.Title, answer.Numbers) == ("a <b> & ü", [str(1), str(2)])
    assert [(item.Name, item.Count) for item in answer.Items] == [("x", "5"), ("y", None)]
    assert caller.application.call is not None
    assert caller.application.call.operation == "Echo"
    caller.application.answer = lambda call: {"Item": ["1", "2"], "Zero": "0"}
    assert proxy.Other(Title="x").Item == ["1", "2"]


def test_schema_of_shared_elements_holds_the_members_of_all() -> None:
    root = document(webservice(BOTH, ResponseNameScheme="Replace", ResponseNameFreeText="Answer"))
    shared = members(root, "Answer")
    assert shared["Zero"] == ("xs:string", "0", "1")
    assert shared["Item"] == ("xs:anyType", "0", "unbounded")  # a structure in one, text in the other
    assert list(shared) == sorted(shared)


# ---------------------------------------------------------------------------------------------------------------- zeep


@pytest.mark.parametrize("port", PORTS)
def test_zeep_with_all_kinds(port: str) -> None:
    caller = echo_client()
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
def test_zeep_gets_errors_faults_and_nothing(port: str) -> None:
    caller = echo_client()
    proxy = service(caller, "/Webservice/Echo", port)
    caller.application.answer = lambda call: {"Error": {"ErrorCode": "Echo.Fail", "ErrorMessage": "no"}}
    assert (proxy.Echo().Error.ErrorCode, proxy.Echo().Error.ErrorMessage) == ("Echo.Fail", "no")
    caller.application.answer = lambda call: {"Numbers": [["1"]]}
    with pytest.raises(zeep.exceptions.Fault, match="list in a list"):
        proxy.Echo()
    caller.application.answer = lambda call: {}
    assert (proxy.Echo().Numbers, proxy.Echo().Error) == ([], None)


def schema_of(root: etree._Element) -> etree.XMLSchema:
    found = root.find(f"{WSDL}types/{XSD}schema")
    assert found is not None
    return etree.XMLSchema(etree.fromstring(etree.tostring(found)))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"Error": {"ErrorCode": "a", "ErrorMessage": "b"}},
        {"Title": "", "Numbers": ["1", "2"], "Items": [{"Name": "a", "Count": None}, {}], "Item": {"Count": ""}},
    ],
)
def test_answers_are_valid(data: Any) -> None:
    caller = echo_client()
    schema = schema_of(document(webservice()))
    caller.application.answer = lambda _call: data
    body = etree.fromstring(caller.send(envelope("<Echo/>")).get_data())[0]
    schema.assertValid(etree.fromstring(etree.tostring(body[0])))


# ------------------------------------------------------------------------------------------------------------- mapping


@pytest.fixture
def real_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsdl_types, "OPERATIONS", OPERATIONS)


@pytest.mark.usefixtures("real_operations")
def test_a_mapping_says_what_callers_send() -> None:
    entry = {"Type": "User::OutOfOffice", "MappingInbound": {"Type": "OutOfOffice"}}
    found = members(document(webservice({"OutOfOffice": entry})), "OutOfOffice")
    assert "OutOfOfficeEntries" not in found
    assert found["OutOfOfficeEntriesCSVString"] == ("xs:string", "0", "1")
    assert "UserLogin" in found


@pytest.mark.parametrize("mapping", [{"Type": "No::Such"}, {"Type": "Simple", "Config": {"KeyMapDefault": {}}}])
def test_a_mapping_that_does_not_work_changes_nothing(mapping: Any) -> None:
    root = document(webservice({"Echo": {"Type": "Test::Echo", "MappingInbound": mapping}}))
    assert "Title" in members(root, "Echo")


def test_behind_a_mapping_an_answer_may_be_anything() -> None:
    entry = {"Type": "Test::Echo", "MappingOutbound": {"Type": "XSLT"}}
    root = document(webservice({"Echo": entry}))
    sequence = root.find(f"{WSDL}types/{XSD}schema/{XSD}complexType[@name='EchoResponse']/{XSD}sequence")
    assert sequence is not None
    assert [child.tag for child in sequence] == [f"{XSD}any"]
    caller = echo_client(webservice({"Echo": entry}))
    caller.application.answer = lambda call: {"Mapped": {"x": ["1", "2"]}}
    body = etree.fromstring(caller.send(envelope("<Echo/>")).get_data())[0]
    schema_of(root).assertValid(etree.fromstring(etree.tostring(body[0])))
    assert service(caller, "/Webservice/Echo").Echo()


# ------------------------------------------------------------------------------------------------- the whole road


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database) as built:
        yield client(built)


@pytest.mark.usefixtures("real_operations")
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


def test_zeep_sees_no_namespace_but_its_own() -> None:
    caller = echo_client()
    connected = zeep.Client("/Webservice/Echo?wsdl", transport=Wire(caller))
    assert connected.service._binding_options["address"] == "http://localhost/Webservice/Echo"
    assert connected.wsdl.bindings.keys() == {f"{{{NAMESPACE}}}{port}" for port in PORTS}
    assert isinstance(caller, EchoClient)

"""The WSDL: right for its definition. What a client makes of it is tested in test_wsdl_zeep.py."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from lxml import etree

import genericinterface.mapping
import genericinterface.operation  # noqa: F401  the packages fill the registries
from genericinterface.errors import RequestFault
from genericinterface.registry import OPERATIONS
from genericinterface.transport import wsdl, wsdl_types
from genericinterface.transport.soap_names import Names
from genericinterface.transport.spyne_compat import ComplexModel
from genericinterface.webservice import Webservice
from tests.soap_echo import client, envelope, webservice
from tests.wsdl_echo import BOTH, PORTS, WSDL, XSD, document, members, operations, schema_of
from tests.zeep_client import service

SOAP_11 = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP_12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
JAX_WS = "{http://java.sun.com/xml/ns/jaxws}"


@pytest.fixture(autouse=True)
def echo_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The WSDL knows the two operations."""
    monkeypatch.setattr(wsdl_types, "OPERATIONS", operations())


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
    response = client(webservice({"Gone": {"Type": "Test::Gone"}})).get("/Webservice/Echo?wsdl")
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
    response = client().open(f"/Webservice/Echo?{query}", method=method)
    assert (response.status_code, response.mimetype) == (200, "text/xml")


@pytest.mark.parametrize("query", ["", "x", "x=wsdl", "x&wsdl", "wsdls"])
def test_queries_that_do_not(query: str) -> None:
    assert client().get(f"/Webservice/Echo?{query}").status_code == 411


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


def test_no_operation_is_wrapped() -> None:
    """Else .NET and Java take an operation's members for parameters, and Java refuses one that is in and out."""
    root = document(webservice(BOTH))
    parts = {str(message.get("name")): message[0].get("name") for message in root.iterfind(f"{WSDL}message")}
    assert parts == {"Echo": "request", "EchoResponse": "response", "Other": "request", "OtherResponse": "response"}
    assert [child.tag for child in root][:2] == [f"{WSDL}documentation", f"{JAX_WS}bindings"]
    assert root.findtext(f"{JAX_WS}bindings/{JAX_WS}enableWrapperStyle") == "false"


def test_a_message_that_is_request_and_response_at_once_has_one_part() -> None:
    root = document(webservice(ResponseNameScheme="Plain"))
    assert [part.get("name") for part in root.iterfind(f"{WSDL}message/{WSDL}part")] == ["request"]


def test_prefixes_are_declared_once() -> None:
    prefixes = {"xs", "wsdl", "wsdlsoap11", "wsdlsoap12", "tns", "jaxws"}
    assert all(set(element.nsmap) == prefixes for element in document(webservice(BOTH)).iter(etree.Element))


def test_the_second_port_may_be_switched_off() -> None:
    root = document(webservice(extension={"Soap12Port": "0"}))
    assert [port.get("name") for port in root.iterfind(f"{WSDL}service/{WSDL}port")] == ["Echo"]
    assert SOAP_12 not in etree.tostring(root).decode()


def test_the_text_is_the_same_each_time() -> None:
    texts = {client(webservice(BOTH)).get("/Webservice/Echo?wsdl").get_data() for _ in range(3)}
    assert len(texts) == 1


def test_types_are_forgotten() -> None:
    def models() -> int:
        gc.collect()
        return sum(issubclass(found, ComplexModel) for found in gc.get_objects() if isinstance(found, type))

    client(webservice()).get("/Webservice/Echo?wsdl")
    before = models()
    for _ in range(3):
        client(webservice()).get("/Webservice/Echo?wsdl")
    assert models() <= before


@pytest.mark.parametrize(
    ("name", "given"), [("Tickets 2.0 (test)", "Tickets_2.0__test_"), ("7up", "_7up"), ("Größe", "Gr__e")]
)
def test_names_of_services(name: str, given: str) -> None:
    definition = Webservice(1, name, webservice().config)
    root = etree.fromstring(client(definition).get("/Webservice/Echo?wsdl").get_data())
    assert root.find(f"{WSDL}service").get("name") == given  # type: ignore[union-attr]  # there is one


def test_schema_of_shared_elements_holds_the_members_of_all() -> None:
    root = document(webservice(BOTH, ResponseNameScheme="Replace", ResponseNameFreeText="Answer"))
    shared = members(root, "Answer")
    assert shared["Zero"] == ("xs:string", "0", "1")
    assert shared["Item"] == ("xs:anyType", "0", "unbounded")  # a structure in one, text in the other
    assert list(shared) == sorted(shared)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"Error": {"ErrorCode": "a", "ErrorMessage": "b"}},
        {"Title": "", "Numbers": ["1", "2"], "Items": [{"Name": "a", "Count": None}, {}], "Item": {"Count": ""}},
    ],
)
def test_answers_are_valid(data: Any) -> None:
    caller = client()
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
    caller = client(webservice({"Echo": entry}))
    caller.application.answer = lambda call: {"Mapped": {"x": ["1", "2"]}}
    body = etree.fromstring(caller.send(envelope("<Echo/>")).get_data())[0]
    schema_of(root).assertValid(etree.fromstring(etree.tostring(body[0])))
    assert service(caller, "/Webservice/Echo").Echo()

"""Two operations with all kinds of types for the tests of the WSDL, and how these read it."""

from __future__ import annotations

from typing import Annotated, Any

from lxml import etree
from msgspec import Meta

from genericinterface.operation.operation import Operation, Response
from genericinterface.registry import Registry
from genericinterface.schema import Base64, DateTime, Decimal, Flag, Integer, Structure, Text, wildcard
from genericinterface.webservice import Webservice
from tests.soap_echo import client

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
PORTS = ["Echo", "EchoSoap12"]


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


def operations() -> Registry[Any]:
    """A registry with two operations of these types."""
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

    return registry


BOTH = {"Echo": {"Type": "Test::Echo"}, "Other": {"Type": "Test::Other"}}


def document(definition: Webservice) -> etree._Element:
    response = client(definition).get("/Webservice/Echo?wsdl")
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


def schema_of(root: etree._Element) -> etree.XMLSchema:
    found = root.find(f"{WSDL}types/{XSD}schema")
    assert found is not None
    return etree.XMLSchema(etree.fromstring(etree.tostring(found)))

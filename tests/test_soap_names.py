"""Names of elements and SOAPAction, by the schemes of a definition."""

from __future__ import annotations

from typing import Any

import pytest

from genericinterface.errors import Fault, RequestFault
from genericinterface.transport.soap_names import Names

CONFIG = {
    "NameSpace": "urn:echo",
    "RequestNameScheme": "Plain",
    "ResponseNameScheme": "Response",
    "SOAPAction": "Yes",
    "SOAPActionScheme": "NameSpaceSeparatorOperation",
    "SOAPActionSeparator": "#",
}


def names(**config: Any) -> Names:
    return Names(CONFIG | config)


@pytest.mark.parametrize("config", [{}, {"NameSpace": ""}, {"NameSpace": None}, {"NameSpace": {}}])
def test_a_namespace_is_needed(config: dict[str, Any]) -> None:
    with pytest.raises(Fault, match="^HTTP::SOAP Have no NameSpace in config$"):
        Names(config)


def test_unless_it_is_declared_to_have_none() -> None:
    assert Names({"NoNameSpace": "1"}).namespace == ""


@pytest.mark.parametrize(
    ("config", "operation", "request_name"),
    [
        ({}, "Get", "Get"),
        ({"RequestNameScheme": None}, "Get", "Get"),
        ({"RequestNameScheme": "Request"}, "Get", "GetRequest"),
        ({"RequestNameScheme": "Append", "RequestNameFreeText": "Now"}, "Get", "GetNow"),
        ({"RequestNameScheme": "Append"}, "Get", "Get"),
    ],
)
def test_request_element(config: dict[str, Any], operation: str, request_name: str) -> None:
    made = names(**config)
    assert made.request(operation) == request_name
    assert made.operation(request_name) == operation
    assert made.operation("Get") == "Get"  # without the ending it is understood just as well


@pytest.mark.parametrize(
    ("config", "response_name"),
    [
        ({}, "GetResponse"),
        ({"ResponseNameScheme": None}, "GetResponse"),
        ({"ResponseNameScheme": "Plain"}, "Get"),
        ({"ResponseNameScheme": "Append", "ResponseNameFreeText": "Done"}, "GetDone"),
        ({"ResponseNameScheme": "Replace", "ResponseNameFreeText": "Answer"}, "Answer"),
        ({"ResponseNameScheme": "Replace"}, "Get"),
    ],
)
def test_response_element(config: dict[str, Any], response_name: str) -> None:
    assert names(**config).response("Get") == response_name


SLASH = {"NameSpace": "http://x/T/", "SOAPActionSeparator": "/"}
NO_SEPARATOR = {"SOAPActionSeparator": ""}
REQUEST = {"RequestNameScheme": "Request"}
OPERATION = {"SOAPActionScheme": "Operation"}
SEPARATOR_OPERATION = {"SOAPActionScheme": "SeparatorOperation"}
FREE_TEXT = {"SOAPActionScheme": "FreeText", "SOAPActionFreeText": "http://acme/do it"}
UNCHECKED = {"SOAPAction": "No"}


@pytest.mark.parametrize(
    ("config", "header", "element"),
    [
        ({}, "", "Get"),
        ({}, '""', "Get"),
        ({}, '"urn:echo#Get"', "Get"),
        ({}, "'urn:echo#Get'", "Get"),
        ({}, "urn:echo#Get", "Get"),
        ({}, '"urn:echo/Get"', None),  # Znuny 6.5: the separator must be the configured one
        ({}, '"urn:echoGet"', "Get"),
        (SLASH, '"http://x/T//Get"', "Get"),
        (SLASH, '"http://x/T/Get"', "Get"),
        (NO_SEPARATOR, '"urn:echo#Get"', "Get"),
        (NO_SEPARATOR, '"urn:echo/Get"', "Get"),
        (NO_SEPARATOR, '"urn:echoGet"', "Get"),
        (REQUEST, '"urn:echo#Get"', "GetRequest"),
        (REQUEST, '"urn:echo#Get"', "Get"),
        (OPERATION, "Get", "Get"),
        (OPERATION, '"Get"', "Get"),
        (OPERATION | REQUEST, '"Get"', "GetRequest"),
        (SEPARATOR_OPERATION, '"#Get"', "Get"),
        (FREE_TEXT, '"http://acme/do it"', "Get"),
        (UNCHECKED, '"urn:echo/Get"', "Get"),
        (UNCHECKED, "anything", "Get"),
    ],
)
def test_actions_that_are_accepted(config: dict[str, Any], header: str, element: str | None) -> None:
    if element is None:
        with pytest.raises(RequestFault):
            names(**config).check_action(header, "Get")
    else:
        names(**config).check_action(header, element)


@pytest.mark.parametrize("config", [{}, SLASH, NO_SEPARATOR, REQUEST, OPERATION, SEPARATOR_OPERATION, FREE_TEXT])
def test_what_the_wsdl_says_is_accepted(config: dict[str, Any]) -> None:
    made = names(**config)
    made.check_action(f'"{made.action("Get")}"', made.request("Get"))


# As Znuny 6.5 says it.
NAMESPACE = "Namespace from SOAPAction '{}' does not match namespace from configuration 'urn:echo'"
DATA = "Operation from SOAP data '{}' does not match operation from SOAPAction '{}'"
RESULT = "SOAPAction '{}' does not match expected result '{}'"


@pytest.mark.parametrize(
    ("config", "header", "element", "reason"),
    [
        ({}, '"urn:echo/Get"', "Get", RESULT.format("urn:echo/Get", "urn:echo#Get")),
        ({}, "Get", "Get", RESULT.format("Get", "urn:echo#Get")),
        ({}, '"Get"', "Get", RESULT.format("Get", "urn:echo#Get")),
        ({}, '"Other"', "Get", DATA.format("Get", "Other")),
        ({}, '"urn:echo#Other"', "Get", DATA.format("Get", "Other")),
        ({}, '"urn:echo#get"', "Get", DATA.format("Get", "get")),
        ({}, '"urn:x#Get"', "Get", NAMESPACE.format("urn:x")),
        ({}, '"urn:echo##Get"', "Get", NAMESPACE.format("urn:echo#")),
        ({}, '"urn:echo#Get', "Get", RESULT.format('"urn:echo#Get', "urn:echo#Get")),
        ({}, "urn:echo#", "Get", RESULT.format("urn:echo#", "urn:echo#Get")),
        (OPERATION | REQUEST, '"GetRequest"', "GetRequest", RESULT.format("GetRequest", "Get")),
        (REQUEST, '"urn:echo#GetRequest"', "GetRequest", RESULT.format("urn:echo#GetRequest", "urn:echo#Get")),
        (FREE_TEXT, '"http://acme/other"', "Get", NAMESPACE.format("http://acme")),
        (UNCHECKED, '"urn:x#Get"', "Get", NAMESPACE.format("urn:x")),
        (UNCHECKED, '"urn:echo#Other"', "Get", DATA.format("Get", "Other")),
    ],
)
def test_actions_that_are_refused(config: dict[str, Any], header: str, element: str, reason: str) -> None:
    with pytest.raises(RequestFault) as refused:
        names(**config).check_action(header, element)
    assert refused.value.message == reason

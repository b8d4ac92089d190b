"""transport/openapi.py: the OpenAPI document of a web service is valid and true, and the page to try it is harmless."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from genericinterface.webservice_definitions import names, text
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from werkzeug.test import Client

from genericinterface.database.engine import Database
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Integer, Structure, Text
from genericinterface.transport import openapi
from genericinterface.transport.openapi_schema import Schemas
from genericinterface.transport.rest import Rest
from genericinterface.webservice import Webservice, define, document
from tests.application import BASE, REST, application, client

ADDRESS = "https://helpdesk.example/otrs/nph-genericinterface.pl/Webservice/Some"


def described(webservice: Webservice) -> dict[str, Any]:
    """The document, checked to be OpenAPI 3.1."""
    found = openapi.document(webservice, Rest(webservice).routes, ADDRESS)
    validate(found)
    return found


def definition(operations: dict[str, Any], routes: dict[str, Any]) -> Webservice:
    transport = {"Type": "HTTP::REST", "Config": {"RouteOperationMapping": routes}}
    return define("Some", {"Description": "Own words.", "Provider": {"Operation": operations, "Transport": transport}})


def session(name: str = "SessionGet", **more: Any) -> dict[str, Any]:
    return {"Type": f"Session::{name}", **more}


def packaged() -> list[Webservice]:
    found = [define(name, document.load(text(name))) for name in names()]
    return [webservice for webservice in found if webservice.transport_type == "HTTP::REST"]


@pytest.mark.parametrize("webservice", packaged(), ids=lambda webservice: webservice.name)
def test_packaged_definitions(webservice: Webservice) -> None:
    found = described(webservice)
    assert found["openapi"].startswith("3.1.")
    assert found["info"]["title"] == webservice.name
    assert found["servers"] == [{"url": ADDRESS}]
    ids = [one["operationId"] for path in found["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
    for operation in webservice.operations.values():
        # A route that takes several methods is described once for each.
        is_described = operation.name in ids or f"{operation.name}_GET" in ids
        assert is_described == (operation.type in OPERATIONS)
        assert (f"{operation.name} ({operation.type})" in found["info"]["description"]) != is_described


@pytest.mark.parametrize("kind", OPERATIONS)
def test_every_operation_can_be_described(kind: str) -> None:
    webservice = definition(
        {"A": {"Type": kind}, "B": {"Type": kind}},
        {"A": {"Route": "/a", "RequestMethod": ["POST"]}, "B": {"Route": "/b/:Some", "RequestMethod": ["GET"]}},
    )
    found = described(webservice)
    posted = found["paths"]["/a"]["post"]
    for code in OPERATIONS.get(kind).errors:  # type: ignore[union-attr]
        assert f"`{code}`" in posted["description"]
    reference = posted["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    properties = found["components"]["schemas"][reference.rpartition("/")[2]]["properties"]
    asked = {one["name"] for one in found["paths"]["/b/{Some}"]["get"]["parameters"]}
    assert asked <= {"Some", *properties}


def test_paths_and_methods() -> None:
    found = described(
        definition(
            {name: session() for name in ("Any", "Get", "Odd", "Remove", "Shadowed")},
            {
                "Any": {"Route": "/any"},
                "Get": {"Route": "/s/:SessionID", "RequestMethod": ["GET"]},
                "Odd": {"Route": "/{ö}/:A-:B.json", "RequestMethod": ["GET", "PATCH", "FOO"]},
                "Remove": {"Route": "/s/:ID", "RequestMethod": ["DELETE", "GET"]},
                "Shadowed": {"Route": "/s/fixed", "RequestMethod": ["GET"]},
                "Unknown": {"Route": "/unknown", "RequestMethod": ["GET"]},
            },
        )
    )
    methods = {path: sorted(item) for path, item in found["paths"].items()}
    assert methods == {
        "/any": ["get", "post"],
        "/s/{SessionID}": ["delete", "get"],
        "/%7B%C3%B6%7D/{A}-{B}.json": ["get", "patch"],
    }
    assert found["paths"]["/s/{SessionID}"]["get"]["operationId"] == "Get"
    removed = found["paths"]["/s/{SessionID}"]["delete"]
    assert removed["operationId"] == "Remove_DELETE"
    assert [(one["name"], one.get("description")) for one in removed["parameters"] if one["in"] == "path"] == [
        ("SessionID", "Read as ID")
    ]
    assert "Every HTTP method is taken." in found["paths"]["/any"]["get"]["description"]


def test_a_path_parameter_is_not_asked_for_again() -> None:
    found = described(
        definition(
            {"A": session(), "B": session()},
            {
                "A": {"Route": "/:SessionID", "RequestMethod": ["GET"]},
                "B": {"Route": "/:SessionID", "RequestMethod": ["POST"]},
            },
        )
    )["paths"]["/{SessionID}"]
    assert [one["name"] for one in found["get"]["parameters"]] == ["SessionID"]
    assert found["get"]["parameters"][0]["description"] == "A session of SessionCreate or of Znuny"
    assert found["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"] == {}


def test_credentials_are_security_schemes() -> None:
    found = described(
        definition(
            {"Create": session("SessionCreate"), "Get": session()},
            {"Create": {"Route": "/c", "RequestMethod": ["POST"]}, "Get": {"Route": "/g", "RequestMethod": ["GET"]}},
        )
    )
    assert found["paths"]["/c"]["post"]["security"] == [
        {"headerSessionID": []},
        {"headerUserLogin": [], "headerPassword": []},
        {"headerCustomerUserLogin": [], "headerPassword": []},
        {"querySessionID": []},
        {"queryUserLogin": [], "queryPassword": []},
        {"queryCustomerUserLogin": [], "queryPassword": []},
        {},
    ]
    assert found["paths"]["/g"]["get"]["security"] == [{"headerSessionID": []}, {"querySessionID": []}]
    assert found["components"]["securitySchemes"]["headerPassword"]["name"] == "X-OTRS-Header-Password"


def test_a_session_in_the_path_is_no_login() -> None:
    found = described(
        definition(
            {"Get": session(), "Remove": session("SessionRemove")},
            {
                "Get": {"Route": "/:SessionID", "RequestMethod": ["GET"]},
                "Remove": {"Route": "/:SessionID", "RequestMethod": ["DELETE"]},
            },
        )
    )["paths"]["/{SessionID}"]
    assert "security" not in found["get"]
    assert [sorted(one) for one in found["delete"]["security"]] == [
        ["headerPassword", "headerUserLogin"],
        ["headerCustomerUserLogin", "headerPassword"],
        ["queryPassword", "queryUserLogin"],
        ["queryCustomerUserLogin", "queryPassword"],
    ]


def test_mappings_change_what_is_described() -> None:
    simple = {"KeyMapExact": {"sid": "SessionID"}, "KeyMapDefault": {"MapType": "Ignore"}}
    values = {"ValueMapDefault": {"MapType": "Keep"}}
    found = described(
        definition(
            {
                "In": session(MappingInbound={"Type": "Simple", "Config": simple | values}),
                "Out": session(MappingOutbound={"Type": "Simple", "Config": simple | values}),
                "Broken": session(MappingInbound={"Type": "Simple", "Config": {"KeyMapDefault": "x"}}),
                "Unknown": session(MappingInbound={"Type": "Nobody", "Config": {}}),
            },
            {name: {"Route": f"/{name}", "RequestMethod": ["POST"]} for name in ("In", "Out", "Broken", "Unknown")},
        )
    )["paths"]
    content = found["/In"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(content["properties"]) == {"SessionID", "sid"}
    answer = found["/Out"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"type": "object", "description": "What the mapping makes of the answer."}
    assert "The mapping Simple changes the answer." in found["/Out"]["post"]["description"]


# --------------------------------------------------------------------------------------------------------- schemas


class Leaf(Structure):
    """A leaf."""

    Number: Integer | None = None


class Tree(Structure):
    """A tree."""

    Name: Text
    Leaves: list[Leaf] | None = None
    Branches: list[Tree] | None = None


msgspec.inspect.type_info(Tree)  # resolves Tree inside Tree


def test_requests_are_lenient_and_answers_are_as_they_are() -> None:
    schemas = Schemas()
    assert schemas.refer(Tree, answer=False) == {"$ref": "#/components/schemas/Tree"}
    assert schemas.refer(Tree, answer=True) == {"$ref": "#/components/schemas/TreeAnswer"}
    assert schemas.refer(Tree, answer=False) == {"$ref": "#/components/schemas/Tree"}
    request, answer = schemas.components["Tree"], schemas.components["TreeAnswer"]
    assert request["required"] == ["Name"]
    assert request["properties"]["Leaves"] == {
        "anyOf": [
            {"$ref": "#/components/schemas/Leaf"},
            {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}},
        ]
    }
    assert answer["properties"]["Leaves"] == {"type": "array", "items": {"$ref": "#/components/schemas/LeafAnswer"}}
    assert schemas.components["Leaf"]["properties"]["Number"] == {"type": ["integer", "string"]}
    assert schemas.components["LeafAnswer"]["properties"]["Number"] == {"type": ["integer", "string", "null"]}


def test_wildcards_are_patterns() -> None:
    schemas = Schemas()
    request: Any = OPERATIONS.get("Ticket::TicketSearch")
    schemas.refer(request.Request, answer=False)
    patterns = schemas.components["TicketSearchRequest"]["patternProperties"]
    assert [re.search(pattern, "DynamicField_X") is not None for pattern in patterns] == [True]


# -------------------------------------------------------------------------------------------- the whole application


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database, public_url="https://helpdesk.example/") as built:
        yield client(built)


def test_answers_are_what_the_document_says(caller: Client) -> None:
    found = caller.get(f"{REST}/openapi.json").get_json()
    login = {"UserLogin": "tester", "Password": "tester"}

    def check(path: str, method: str, answer: Any) -> Any:
        schema = found["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        OAS31Validator({**schema, "components": found["components"]}).validate(answer)
        return answer

    def check_request(path: str, data: Any) -> Any:
        schema = found["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        OAS31Validator({**schema, "components": found["components"]}).validate(data)
        return data

    created = caller.post(f"{REST}/Session", json=check_request("/Session", login)).get_json()
    session_id = check("/Session", "post", created)["SessionID"]
    read = caller.get(f"{REST}/Session/{session_id}").get_json()
    assert check("/Session/{SessionID}", "get", read)["SessionData"]
    search = check_request("/Ticket/search", {**login, "Title": ["%Hi%", "x"], "Limit": "5", "UseSubQueues": True})
    assert check("/Ticket/search", "post", caller.post(f"{REST}/Ticket/search", json=search).get_json())["TicketID"]
    failed = check("/Ticket", "get", caller.get(f"{REST}/Ticket?UserLogin=nobody").get_json())
    assert failed["Error"]["ErrorCode"] == "TicketSearch.AuthFail"
    article = {"Subject": "s", "Body": "b", "ContentType": "text/plain; charset=utf-8"}
    values = [{"Name": "Colors", "Value": ["blue", "red"]}, {"Name": "Asset", "Value": "A 1"}]
    wanted = {"Title": "t", "Queue": "Support", "State": "new", "Priority": "3 normal", "CustomerUser": "customer1"}
    for articles in (article, [article, article]):
        given = check_request("/Ticket", {**login, "Ticket": wanted, "Article": articles, "DynamicField": values})
        made = check("/Ticket", "post", caller.post(f"{REST}/Ticket", json=given).get_json())
        assert isinstance(made["ArticleID"], list) == isinstance(articles, list)
        query = f"AllArticles=1&DynamicFields=1&SessionID={session_id}"
        answer = caller.get(f"{REST}/Ticket/{made['TicketID']}?{query}").get_json()
        (ticket,) = check("/Ticket/{TicketID}", "get", answer)["Ticket"]
        assert {field["Name"]: field["Value"] for field in ticket["DynamicField"]}["Asset"] == "A 1"
        changed = caller.patch(f"{REST}/Ticket/{made['TicketID']}", json={**login, "Article": article}).get_json()
        assert check("/Ticket/{TicketID}", "patch", changed)["ArticleID"]


def test_flags_of_a_query_are_numbers() -> None:
    webservice = definition(
        {"Get": {"Type": "Ticket::TicketGet"}}, {"Get": {"Route": "/t/:TicketID", "RequestMethod": ["GET"]}}
    )
    asked = {one["name"]: one["schema"] for one in described(webservice)["paths"]["/t/{TicketID}"]["get"]["parameters"]}
    assert asked["AllArticles"] == {"type": "integer"}


def test_the_document_names_the_public_address(caller: Client) -> None:
    response = caller.get(f"{BASE}Ticket/openapi.json")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.get_json()["servers"] == [{"url": f"https://helpdesk.example{BASE}Ticket"}]
    assert caller.head(f"{BASE}Ticket/openapi.json").get_data() == b""
    assert caller.post(f"{BASE}Ticket/openapi.json").status_code == 404


def test_the_page_runs_its_own_script_only(caller: Client) -> None:
    response = caller.get(f"{BASE}Ticket/ui")
    html = response.text
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "//" not in re.sub(r"^// .*$", "", html, flags=re.M)  # nothing from elsewhere
    assert not re.search(r"\son\w+=|\sstyle=|innerHTML|localStorage|sessionStorage|document\.cookie", html)

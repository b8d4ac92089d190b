"""transport/rest.py: routes, addresses, headers, answers. What Znuny 6.5 answers was asked of it, case by case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from genericinterface.errors import Fault, RequestFault, UnavailableFault
from genericinterface.transport.rest import Rest, query_data
from genericinterface.transport.transport import Call
from genericinterface.webservice import define
from tests.rest_echo import EchoClient, client, webservice

ROUTES: dict[str, Any] = {
    "AGet": {"RequestMethod": ["GET"], "Route": "/g/:Name"},
    "Any": {"Route": "/any"},
    "Dot": {"Route": "/a.b/:X.json"},
    "Never": {"RequestMethod": [""], "Route": "/never"},
    "One": {"RequestMethod": "POST", "Route": "/one"},
    "Posted": {"RequestMethod": ["POST", "PUT", "PATCH", "DELETE"], "Route": "/p"},
    "SessionGet": {"RequestMethod": ["GET"], "Route": "/Session/:SessionID"},
    "SessionRemove": {"RequestMethod": ["DELETE"], "Route": "/Session/:SessionID"},
    "Two": {"Route": "/two/:A-:B/:Some_Name"},
    "Umlaut": {"Route": "/stör/:X"},
}


@pytest.fixture
def echo() -> EchoClient:
    return client(ROUTES, AdditionalHeaders={"X-Fixed": "eins", "X-Umlaut": "zwölf €", "X-Null": None})


@pytest.mark.parametrize(
    ("method", "path", "operation", "data"),
    [
        ("GET", "/g/x%20y", "AGet", {"Name": "x y"}),
        ("GET", "/g/a+b", "AGet", {"Name": "a+b"}),
        ("GET", "/g/x%2Fy", "AGet", {"Name": "x/y"}),  # decoded after matching
        ("GET", "/g/%C3%A4", "AGet", {"Name": "ä"}),
        ("GET", "/g/ä", "AGet", {"Name": "ä"}),
        ("GET", "/g/%zz%4", "AGet", {"Name": "%zz%4"}),
        ("GET", "/g/%2e%2e", "AGet", {"Name": ".."}),
        ("HEAD", "/any", "Any", None),
        ("FOO", "/any", "Any", {}),
        ("GET", "/a.b/1.2.json", "Dot", {"X": "1.2"}),
        ("POST", "/one", "One", {}),
        ("DELETE", "/p", "Posted", {}),
        ("GET", "/two/1-2/3", "Two", {"A": "1", "B": "2", "Some_Name": "3"}),
        ("GET", "/st%C3%B6r/1", "Umlaut", {"X": "1"}),
        ("GET", "/stör/1", "Umlaut", {"X": "1"}),
        ("DELETE", "/Session/abc", "SessionRemove", {"SessionID": "abc"}),
    ],
)
def test_a_route_finds_its_operation(
    echo: EchoClient, method: str, path: str, operation: str, data: dict[str, str] | None
) -> None:
    response = echo.open(path, method=method)
    assert response.status_code == 200, response.text
    assert echo.application.operation == operation
    if data is None:
        assert response.get_data() == b""
    else:
        assert json.loads(response.get_data()) == {"RequestMethod": method, **data}


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/", 404, None),
        ("GET", "/g/x/", 404, None),  # no tolerance for a slash at the end
        ("GET", "/g/", 404, None),
        ("GET", "/G/x", 404, None),
        ("GET", "/aXb/1.json", 404, None),  # a dot is a dot, where Znuny's is a regexp's
        ("POST", "/g/x", 405, "GET, HEAD, OPTIONS"),
        ("PUT", "/Session/a", 405, "DELETE, GET, HEAD, OPTIONS"),
        ("POST", "/never", 405, "OPTIONS"),
        ("GET", "/one", 405, "OPTIONS, POST"),
    ],
)
def test_no_route_says_so(echo: EchoClient, method: str, path: str, status: int, allow: str | None) -> None:
    response = echo.open(path, method=method)
    assert (response.status_code, response.headers.get("Allow")) == (status, allow)
    assert response.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert response.text.startswith("HTTP::REST Error while determine Operation for request URI '/")
    assert response.headers["X-Fixed"] == "eins"


@pytest.mark.parametrize("path", ["/Session/very-secret", "/Session/very-secret/"])
def test_a_refused_path_is_not_repeated_since_it_may_hold_a_session(echo: EchoClient, path: str) -> None:
    response = echo.put(path)
    assert response.status_code in (404, 405)
    assert "very-secret" not in response.text
    assert "'/Session/…'" in response.text


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/g/x", "GET, HEAD, OPTIONS"),
        ("/Session/a", "DELETE, GET, HEAD, OPTIONS"),
        ("/any", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
    ],
)
def test_options_answers_allow_and_runs_nothing(echo: EchoClient, path: str, allow: str) -> None:
    response = echo.options(path)
    assert (response.status_code, response.headers["Allow"], response.get_data()) == (204, allow, b"")
    assert response.headers["X-Fixed"] == "eins"  # CORS headers reach a preflight
    assert "Content-Type" not in response.headers
    assert echo.application.operation == ""


def test_a_definition_may_route_options_itself() -> None:
    assert client({"O": {"RequestMethod": ["OPTIONS"], "Route": "/o"}}).data("/o", "OPTIONS") == {
        "RequestMethod": "OPTIONS"
    }


def test_the_first_operation_by_name_wins() -> None:
    both = client({"B": {"Route": "/t/:First"}, "A": {"Route": "/t/:Second"}, "C": {"Route": "/t/x"}})
    assert both.data("/t/x") == {"RequestMethod": "GET", "Second": "x"}


def test_the_query_never_chooses_the_route(echo: EchoClient) -> None:
    assert echo.data("/any?x=/Webservice/y/g/1") == {"RequestMethod": "GET", "x": "/Webservice/y/g/1"}


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("", {}),
        ("a=1&a=2;b=3&c&d=e=f&=x&%61=3", {"a": ["1", "2", "3"], "b": "3", "c": "", "d": "e=f", "": "x"}),
        ("e=a+b%2B&f+g=h", {"e": "a b+", "f g": "h"}),
        ("b=&b", {"b": ["", ""]}),
        ("&&;", {}),
        ("q=%C3%B6&r=\u00c3\u00b6&s=%zz&t=%", {"q": "ö", "r": "ö", "s": "%zz", "t": "%"}),
        ("x[]=1&x[]=2&DynamicField_A=x", {"x[]": ["1", "2"], "DynamicField_A": "x"}),
        ("x=1?y=2", {"x": "1?y=2"}),
        ("x=%00", {"x": "\0"}),
        ("a=0&b=00&c=0&c=5&d=5&d=0", {"a": "", "b": "00", "c": ["", "5"], "d": ["5", "0"]}),
    ],
)
def test_query(query: str, data: dict[str, Any]) -> None:
    assert query_data(query) == data


@pytest.mark.parametrize("address", ["/any?a=%E4", "/any?%ff=1", "/g/%E4"])
def test_an_address_that_is_no_utf8_says_so(echo: EchoClient, address: str) -> None:
    response = echo.get(address)
    assert (response.status_code, response.text) == (500, "The address of the request cannot be decoded as utf-8.")


def test_headers_win_over_path_over_query_over_body(echo: EchoClient) -> None:
    every = {"UserLogin": "body", "A": "body", "Title": "body", "Limit": "body"}
    data = echo.data(
        "/two/path-2/3?A=query&UserLogin=query&Title=query1&Title=query2",
        "POST",
        json=every,
        headers={"X-OTRS-Header-UserLogin": "header"},
    )
    assert data == {
        "UserLogin": "header",
        "A": "path",
        "B": "2",
        "Some_Name": "3",
        "Title": ["query1", "query2"],
        "Limit": "body",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [("jürgen", "jürgen"), ("j\u00c3\u00bcrgen", "jürgen"), ("a b", "a b"), ("0", "0"), ("", "query")],
)
def test_header_credentials(echo: EchoClient, value: str, expected: str) -> None:
    names = ("UserLogin", "CustomerUserLogin", "SessionID", "Password", "ImpersonateAsUser")
    environ = {f"HTTP_X_OTRS_HEADER_{name.upper()}": value for name in names}
    query = "&".join(f"{name}=query" for name in names)
    data = echo.data(f"/any?{query}", environ_overrides=environ)
    assert data == {"RequestMethod": "GET", **dict.fromkeys(names, expected)}


def test_the_request_method_is_told_only_where_there_is_no_body(echo: EchoClient) -> None:
    assert echo.data("/p?RequestMethod=X", "POST") == {"RequestMethod": "POST"}
    assert echo.data("/p?RequestMethod=X", "POST", json={"b": "2"}) == {"RequestMethod": "X", "b": "2"}


def test_get_ignores_its_body(echo: EchoClient) -> None:
    assert echo.data("/any", "GET", data="{not json") == {"RequestMethod": "GET"}


# ------------------------------------------------------------------------------------------------------- answers


def test_answer_is_canonical_json(echo: EchoClient) -> None:
    response = echo.send('{"b":"ä","a":{"d":null,"c":[1,true,"\\u2028\\u2029\\u0000\\u001f\\u007f\\/"]}}')
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.get_data() == ('{"a":{"c":[1,1,"\\u2028\\u2029\\u0000\\u001f\x7f/"],"d":null},"b":"ä"}'.encode())
    assert int(response.headers["Content-Length"]) == len(response.get_data())


def test_head_answers_as_get_without_its_body(echo: EchoClient) -> None:
    response = echo.head("/g/x")
    assert (response.status_code, response.get_data()) == (200, b"")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"


def test_additional_headers_are_utf8(echo: EchoClient) -> None:
    headers = echo.get("/any").headers
    assert headers["X-Umlaut"].encode("latin-1").decode() == "zwölf €"
    assert headers["X-Null"] == ""


def test_additional_response_headers_of_the_data_become_headers(echo: EchoClient) -> None:
    response = echo.send('{"a":"1","AdditionalResponseHeaders":{"X-More":"m","X-Fixed":"zwei"}}')
    assert (response.headers["X-More"], response.headers["X-Fixed"]) == ("m", "zwei")
    assert response.get_json() == {"a": "1"}


@pytest.mark.parametrize("given", ['"x"', "[]", "null"])
def test_additional_response_headers_of_another_kind_are_no_data(echo: EchoClient, given: str) -> None:
    assert echo.send(f'{{"a":"1","AdditionalResponseHeaders":{given}}}').get_json() == {"a": "1"}


def test_headers_of_an_operation(echo: EchoClient) -> None:
    echo.application.headers = {"X-Total-Count": "7"}
    assert echo.get("/any").headers["X-Total-Count"] == "7"


@pytest.mark.parametrize(
    "headers",
    [
        {"X\r\nY": "1"},
        {"X": "1\r\nSet-Cookie: a"},
        {"": "1"},
        {"X Y": "1"},
        {"X:": "1"},
        {"Ä": "1"},
        {"X": "\0"},
        {"X": ["1"]},
    ],
)
def test_headers_that_cannot_be_sent_are_a_fault(echo: EchoClient, headers: dict[str, Any]) -> None:
    with pytest.raises(Fault, match="cannot be sent"):
        Rest(webservice(ROUTES, AdditionalHeaders=headers))
    response = echo.send(json.dumps({"AdditionalResponseHeaders": headers}))
    assert response.status_code == 500
    assert "cannot be sent" in response.get_json(force=True)["faultstring"]


def test_headers_that_frame_the_response_are_the_servers_own() -> None:
    spoilt = client({"A": {"Route": "/a"}}, AdditionalHeaders={"Content-Length": "1", "connection": "x", "X-A": "1"})
    headers = spoilt.get("/a").headers
    assert (headers["Content-Length"], headers.get("Connection"), headers["X-A"]) == ("23", None, "1")


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (Fault("äh"), 500, '{"faultcode":"Server","faultstring":"äh"}'),
        (UnavailableFault("gone"), 503, '{"faultcode":"Server","faultstring":"gone"}'),
        (RequestFault("wrong", 418, {"X-Own": "1"}), 418, "wrong"),
    ],
)
def test_faults(echo: EchoClient, fault: Fault, status: int, text: str) -> None:
    echo.application.raises = fault
    response = echo.get("/any")
    assert (response.status_code, response.text) == (status, text)
    assert response.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert response.headers["X-Fixed"] == "eins"
    assert response.headers.get("X-Own") == ("1" if status == 418 else None)


@pytest.mark.parametrize("value", [float("inf"), object(), "\ud83d"])
def test_an_answer_that_json_cannot_say_is_a_fault(value: object) -> None:
    with pytest.raises(Fault, match=r"^Error while encoding return JSON structure\.$"):
        Rest(webservice(ROUTES)).respond(Call("Any", {}), {"x": value}, {})


# ---------------------------------------------------------------------------------------------------- definitions


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "Rest Transport: Have no Config"),
        ({"MaxLength": "1"}, "HTTP::REST Can't find RouteOperationMapping in Config"),
        ({"RouteOperationMapping": None}, "HTTP::REST Can't find RouteOperationMapping in Config"),
        ({"RouteOperationMapping": "x"}, "HTTP::REST Can't find RouteOperationMapping in Config"),
    ],
)
def test_a_definition_that_cannot_work_is_a_fault(config: dict[str, Any], message: str) -> None:
    with pytest.raises(Fault) as caught:
        Rest(define("Broken", {"Provider": {"Transport": {"Type": "HTTP::REST", "Config": config}}}))
    assert caught.value.message == message


def test_an_entry_without_a_route_hinders_no_other() -> None:
    echo = client({"A": {"Route": None}, "B": {}, "C": {"Route": "/c"}})
    assert echo.data("/c") == {"RequestMethod": "GET"}
    assert echo.get("/d").status_code == 404
    assert echo.get("").status_code == 404


@pytest.mark.parametrize("path", ["/openapi.json", "/ui"])
def test_pages_unless_the_definition_routes_them(echo: EchoClient, path: str) -> None:
    response = echo.get(path)
    assert (response.status_code, response.headers["X-Fixed"]) == (200, "eins")
    own = client({"A": {"RequestMethod": ["GET"], "Route": "/:Page"}})
    assert own.data(path) == {"RequestMethod": "GET", "Page": path[1:]}

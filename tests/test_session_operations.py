"""Session::SessionCreate, SessionGet and SessionRemove, each case over REST and over SOAP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree
from sqlalchemy import insert, update
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import sessions as table
from genericinterface.database.engine import Database
from genericinterface.database.tables import sessions, users
from genericinterface.operation.session.session_get import SECRET
from tests.application import REST, SOAP, application, client

Data = dict[str, Any]
Call = Callable[..., Data]

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
JD = {"UserLogin": "jd", "Password": "jd"}
ADMINISTRATOR = {"UserLogin": "user", "Password": "password"}
CUSTOMER = {"CustomerUserLogin": "customer1", "Password": "customer1"}


def over_rest(caller: Client, operation: str, **data: str | None) -> Data:
    path, method = REST + "/Session", "POST"
    if operation != "SessionCreate":
        method = "GET" if operation == "SessionGet" else "DELETE"
        path += "/" + quote(str(data.pop("SessionID")), safe="")
    answer = caller.open(path, method=method, json=data or None)
    assert answer.status_code == 200, answer.data
    found: Data = json.loads(answer.data)
    return found


def over_soap(caller: Client, operation: str, **data: str | None) -> Data:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope")
    called = etree.SubElement(etree.SubElement(envelope, f"{{{ENVELOPE}}}Body"), operation)
    for key, value in data.items():
        etree.SubElement(called, key).text = value
    answer = caller.post(SOAP, data=etree.tostring(envelope), content_type="text/xml; charset=UTF-8")
    assert answer.status_code == 200, answer.data
    return plain(etree.fromstring(answer.data)[0][0])


def plain(element: Any) -> Any:
    """An element as JSON would have it: repeated children are lists, no text is None."""
    if not len(element):
        return element.text
    found: Data = {}
    for child in element:
        name, value = etree.QName(child).localname, plain(child)
        found[name] = [*found[name], value] if name in found else [value]
    return {name: values if name == "SessionData" else values[0] for name, values in found.items()}


@pytest.fixture
def built(database: Database) -> Iterator[Application]:
    with application(database) as built:
        yield built


@pytest.fixture(params=[over_rest, over_soap], ids=["rest", "soap"])
def call(request: pytest.FixtureRequest, built: Application) -> Call:
    caller = client(built)

    def perform(operation: str, **data: str | None) -> Data:
        found: Data = request.param(caller, operation, **data)
        return found

    return perform


def error(code: str, message: str) -> Data:
    return {"Error": {"ErrorCode": code, "ErrorMessage": f"{code.split('.')[0]}: {message}"}}


def is_there(database: Database, session_id: str) -> bool:
    with database.reading() as connection:
        return table.read(connection, session_id) is not None


def shown(call: Call, session_id: str) -> dict[str, str | None]:
    return {datum["Key"]: datum["Value"] for datum in call("SessionGet", SessionID=session_id)["SessionData"]}


# ------------------------------------------------------------------------------------------------------------ create


def test_create_makes_a_session(call: Call, database: Database) -> None:
    for credentials in (JD, CUSTOMER):
        answer = call("SessionCreate", **credentials)
        assert list(answer) == ["SessionID"]
        assert is_there(database, answer["SessionID"])


def test_create_needs_a_password_that_is_right(call: Call, database: Database) -> None:
    missing = error("SessionCreate.MissingParameter", "Password parameter is missing!")
    for password in (None, "", "0"):
        assert call("SessionCreate", UserLogin="jd", Password=password) == missing
    failed = error("SessionCreate.AuthFail", "Authorization failing!")
    assert call("SessionCreate", UserLogin="jd", Password="wrong") == failed
    assert call("SessionCreate", Password="jd") == failed
    assert call("SessionCreate", UserLogin="nobody", Password="jd") == failed
    with database.transaction() as connection:
        connection.execute(update(users).where(users.c.login == "jd").values(valid_id=2))
    assert call("SessionCreate", **JD) == failed


def test_a_session_makes_no_session(call: Call) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    failed = error("SessionCreate.AuthFail", "Authorization failing!")
    assert call("SessionCreate", SessionID=session_id, Password="x") == failed
    assert "SessionID" in call("SessionCreate", SessionID="bad", **JD)


@pytest.mark.parametrize("operation", ["SessionCreate", "SessionGet", "SessionRemove"])
def test_a_call_without_any_data(built: Application, operation: str) -> None:
    expected = error(f"{operation}.MissingParameter", "The request is empty!")
    assert over_soap(client(built), operation) == expected


# --------------------------------------------------------------------------------------------------------------- get


def test_get_shows_a_session_ordered_by_key(call: Call) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    answer = call("SessionGet", SessionID=session_id)
    keys = [datum["Key"] for datum in answer["SessionData"]]
    assert keys == sorted(keys)
    found = shown(call, session_id)
    assert (found["UserLogin"], found["UserType"], found["UserTitle"]) == ("jd", "User", None)
    assert found["UserRemoteAddr"] == "127.0.0.1"


@pytest.mark.parametrize("credentials", [JD, CUSTOMER], ids=["agent", "customer"])
def test_get_never_shows_secrets(call: Call, database: Database, credentials: dict[str, str]) -> None:
    session_id = call("SessionCreate", **credentials)["SessionID"]
    with database.transaction() as connection:
        present = table.read(connection, session_id)
        assert present is not None
        secrets = SECRET - present.values.keys()
        connection.execute(
            insert(sessions),
            [{"session_id": session_id, "data_key": key, "data_value": "x", "serialized": 0} for key in secrets],
        )
    answer = call("SessionGet", SessionID=session_id)
    assert not SECRET & {datum["Key"] for datum in answer["SessionData"]}
    for key in ("UserPw", "UserPassword", "UserChallengeToken"):
        if value := present.get(key):
            assert value not in json.dumps(answer)


def test_get_shows_structures_as_json(call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    frozen = {"Numbers": "BQsDAAAAAQQCAAAAAgiBCIIAAAABeA==", "Damaged": "BQsDAAAAAQ=="}
    with database.transaction() as connection:
        for key, text in frozen.items():
            row = {"session_id": session_id, "data_key": key, "data_value": text, "serialized": 1}
            connection.execute(insert(sessions).values(row))
    found = {datum["Key"]: datum for datum in call("SessionGet", SessionID=session_id)["SessionData"]}
    assert found["Numbers"]["Value"] == '{"x":[1,2]}'
    assert str(found["Numbers"]["Serialized"]) == "1"
    assert "Serialized" not in found["UserLogin"]
    assert found["Damaged"] == {"Key": "Damaged", "Value": None}


def test_get_of_no_session(call: Call) -> None:
    assert call("SessionGet", SessionID="0") == error("SessionGet.MissingParameter", "SessionID is missing!")
    for session_id in ("1", "x" * 32, "%", "x" * 3000):
        assert call("SessionGet", SessionID=session_id) == error("SessionGet.SessionInvalid", "SessionID is Invalid!")


def test_get_from_another_address_ends_the_session(built: Application, call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    elsewhere = client(built, "203.0.113.9")
    invalid = error("SessionGet.SessionInvalid", "SessionID is Invalid!")
    assert over_rest(elsewhere, "SessionGet", SessionID=session_id) == invalid
    assert not is_there(database, session_id)


# ------------------------------------------------------------------------------------------------------------ remove


@pytest.mark.parametrize("credentials", [JD, CUSTOMER], ids=["agent", "customer"])
def test_remove_ends_one_s_own_session(call: Call, database: Database, credentials: dict[str, str]) -> None:
    session_id = call("SessionCreate", **credentials)["SessionID"]
    assert str(call("SessionRemove", SessionID=session_id, **credentials)["Success"]) == "1"
    assert not is_there(database, session_id)
    assert str(call("SessionRemove", SessionID=session_id, **credentials)["Success"]) == "1"  # as if it had been there


def test_remove_needs_a_password_not_only_the_session(call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    failed = error("SessionRemove.AuthFail", "Authorization failed!")
    assert call("SessionRemove", SessionID=session_id) == failed
    assert call("SessionRemove", SessionID=session_id, UserLogin="jd") == failed
    assert call("SessionRemove", SessionID=session_id, UserLogin="jd", Password="wrong") == failed
    assert call("SessionRemove", SessionID="no such session", UserLogin="jd", Password="wrong") == failed
    missing = error("SessionRemove.MissingParameter", "SessionID parameter is missing!")
    assert call("SessionRemove", SessionID="0", **JD) == missing
    assert is_there(database, session_id)


def test_remove_of_another_s_session_is_for_administrators(call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **CUSTOMER)["SessionID"]
    refused = error("SessionRemove.AuthFail", "Authorization failed! User needs to be in group admin.")
    assert call("SessionRemove", SessionID=session_id, **JD) == refused
    assert is_there(database, session_id)
    assert str(call("SessionRemove", SessionID=session_id, **ADMINISTRATOR)["Success"]) == "1"
    assert not is_there(database, session_id)


def test_a_customer_user_removes_no_other_session(call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    failing = error("SessionRemove.AuthFail", "Authorization failing!")
    assert call("SessionRemove", SessionID=session_id, **CUSTOMER) == failing
    with database.transaction() as connection:  # an agent whose login is the same is another all the same
        connection.execute(update(users).where(users.c.login == "jd").values(login="customer1"))
    assert call("SessionRemove", SessionID=session_id, **CUSTOMER) == failing
    assert is_there(database, session_id)


def test_remove_ends_a_session_that_is_too_old(call: Call, database: Database) -> None:
    session_id = call("SessionCreate", **JD)["SessionID"]
    with database.transaction() as connection:
        is_start = sessions.c.data_key == "UserSessionStart"
        connection.execute(update(sessions).where(is_start).values(data_value="1"))
    assert str(call("SessionRemove", SessionID=session_id, **JD)["Success"]) == "1"
    assert not is_there(database, session_id)


# ------------------------------------------------------------------------------------------------- in other operations


def test_a_session_stands_for_login_and_password(call: Call, built: Application) -> None:
    caller = client(built)
    for credentials in (JD, CUSTOMER):
        session_id = call("SessionCreate", **credentials)["SessionID"]
        asked = {**credentials, "Title": "*e*"}
        by_login = caller.post(REST + "/Ticket/search", json=asked).json
        # CustomerUserLogin says whose tickets are wanted, too.
        by_session = caller.post(REST + "/Ticket/search", json=asked | {"SessionID": session_id, "Password": ""}).json
        in_header = caller.post(
            REST + "/Ticket/search", json=asked | {"Password": ""}, headers={"X-OTRS-Header-SessionID": session_id}
        ).json
        assert by_login == by_session == in_header
        assert by_login["TicketID"]

"""Ticket::TicketSearch: how many statements it costs, and what a web service can switch on beyond Znuny."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from genericinterface.webservice_definitions import text
from sqlalchemy import update
from werkzeug.test import Client

from genericinterface.database import lookups, webservices
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.operation.ticket.ticket_search import EXTENSIONS
from genericinterface.transport.rest import changed_address
from genericinterface.webservice import known_keys
from tests.application import BASE, NOW, REST, application, client
from tests.statements import sent_to

ROOT = {"UserLogin": "root@localhost", "Password": "root"}  # sees everything


@contextmanager
def extended(database: Database, **extension: str) -> Iterator[Client]:
    """The application with another web service `Extended` that has these extensions."""
    lines = "".join(f"    {name}: '{value}'\n" for name, value in extension.items())
    config = text("GenericTicketConnectorREST").replace("\nProvider:\n", f"\nProvider:\n  Extension:\n{lines}", 1)
    assert lines in config
    with application(database) as built:
        with database.transaction() as connection:
            webservices.add(connection, "Extended", config, NOW)
        yield client(built)


def search(caller: Client, **parameters: Any) -> tuple[dict[str, Any], dict[str, str]]:
    answer = caller.post(f"{BASE}Extended/Ticket/search", json=ROOT | parameters)
    assert answer.status_code == 200
    return json.loads(answer.data), dict(answer.headers)


# ------------------------------------------------------------------------------------------------------ statements


@pytest.mark.parametrize(
    ("parameters", "more"),
    [
        ({}, 0),
        ({"Queues": ["Raw", "Sales"], "StateType": "open", "Title": "*a*", "SortBy": "Owner", "OrderBy": "Up"}, 0),
        ({"Fulltext": "hi", "TicketCloseTimeNewerDate": "2020-01-01 00:00:00", "CreatedQueues": "Raw"}, 0),
        ({"Title": "(malformed"}, 0),
        ({"DynamicField_Color": {"Equals": "red"}, "SortBy": "DynamicField_Asset"}, 1),
        ({"QueueIDs": "x"}, -1),
    ],
)
def test_a_search_is_one_statement(database: Database, parameters: dict[str, Any], more: int) -> None:
    """And one for the login; what dynamic fields there are is another, and names are known for a second."""
    with application(database) as built:
        ask = client(built)
        ask.post(f"{REST}/Ticket/search", json=ROOT | parameters)  # the web service is read, the login is counted
        with sent_to(built.database) as sent:
            ask.post(f"{REST}/Ticket/search", json=ROOT | parameters)
    assert len(sent) == 2 + more


def test_names_are_believed_for_a_second_and_new_ones_known_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(database) as built:
        ask = client(built)

        def found(queue: str) -> int:
            data = json.loads(ask.post(f"{REST}/Ticket/search", json=ROOT | {"Queues": queue}).data)
            return len(data.get("TicketID", []))

        before = found("Raw")
        assert before and not found("Cooked")
        with database.transaction() as connection:
            connection.execute(update(t.queue).where(t.queue.c.name == "Raw").values(name="Cooked"))
        assert found("Cooked") == before
        with database.transaction() as connection:
            connection.execute(update(t.queue).where(t.queue.c.name == "Cooked").values(name="Raw"))
        assert found("Cooked") == before  # as it was just now
        monkeypatch.setattr(lookups, "TTL", -1.0)
        assert not found("Cooked") and found("Raw") == before


# ------------------------------------------------------------------------------------------------------ extensions


def test_without_the_extensions_there_is_no_trace_of_them(database: Database) -> None:
    with application(database) as built:
        caller = client(built)
        plain = json.loads(caller.post(f"{REST}/Ticket/search", json=ROOT).data)
        ignored = ROOT | {"DynamicField_Asset[Like]": "x", "Offset": 3}
        assert json.loads(caller.post(f"{REST}/Ticket/search", json=ignored).data) == plain
        answer = caller.post(f"{REST}/Ticket/search", json=ROOT | {"Queues": "Nowhere"})
        assert json.loads(answer.data) == {}
        assert "X-Total-Count" not in answer.headers


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"Queues": ["Raw", "Nowhere"]}, "Queues has the value Nowhere, which does not exist"),
        ({"StateType": ["Open", "opened"]}, "StateType has the value opened, which does not exist"),
        ({"CreatedTypes": "x"}, "CreatedTypes has the value x, which does not exist"),
        ({"QueueIDs": "x"}, "QueueIDs has a value that is no whole number"),
        ({"DynamicField_Nope": {"Equals": "x"}}, "DynamicField_Nope is no dynamic field of tickets"),
        (
            {"DynamicField_Color": {"Near": "x"}},
            "DynamicField_Color Near is no operator of fields of the type Dropdown",
        ),
        ({"DynamicField_Delivery": {"Equals": "soon"}}, "DynamicField_Delivery Equals is no date"),
        ({"SortBy": "age"}, "SortBy is no key that tickets can be sorted by"),
        ({"OrderBy": "up"}, "OrderBy is none of Up, Down"),
        ({"Limit": "x"}, "Limit is no number"),
        ({"TicketCreateTimeOlderDate": "soon"}, "TicketCreateTimeOlderDate is no date"),
        ({"TicketCreateTimeOlderMinutes": "soon"}, "TicketCreateTimeOlderMinutes is no number"),
        ({"Title": "(x"}, "Title is no condition: a parenthesis is not closed"),
    ],
)
def test_strict(database: Database, parameters: dict[str, Any], reason: str) -> None:
    with extended(database, Strict="1") as caller:
        data, _ = search(caller, **parameters)
        assert data["Error"] == {
            "ErrorCode": "TicketSearch.InvalidParameter",
            "ErrorMessage": f"TicketSearch: {reason}!",
        }
        data, _ = search(caller, Queues=["Raw", "Sales"], StateType=["Open", "merged"], Types="Unclassified")
        assert data["TicketID"]


def test_total_and_offset(database: Database) -> None:
    with extended(database, TotalCount="1", Offset="1") as caller:
        everything, headers = search(caller)
        assert headers["X-Total-Count"] == str(len(everything["TicketID"]))
        page, headers = search(caller, Limit=3, Offset=2)
        assert page["TicketID"] == everything["TicketID"][2:5]
        assert headers["X-Total-Count"] == str(len(everything["TicketID"]))
        nothing, headers = search(caller, Queues="Nowhere")
        assert (nothing, headers["X-Total-Count"]) == ({}, "0")
        nothing, headers = search(caller, QueueIDs="x")
        assert (nothing, headers["X-Total-Count"]) == ({}, "0")


def pages(caller: Client, query: str) -> dict[str, str]:
    """The links of an answer by what they lead to."""
    answer = caller.get(f"{BASE}Extended/Ticket?{query}&UserLogin=root%40localhost&Password=root")
    assert answer.status_code == 200
    found = links_in(answer.headers.get("Link", ""))
    assert "root" not in str(found)
    return found


def links_in(header: str) -> dict[str, str]:
    return {name: target for target, name in re.findall(r'<([^<>]*)>; rel="(\w+)"(?:, |\Z)', header)}


def test_links_to_other_pages(database: Database) -> None:
    with extended(database, TotalCount="1", Offset="1") as caller:
        everything, _ = search(caller)
        count = len(everything["TicketID"])
        assert count > 5
        last = (count - 1) // 2 * 2
        assert pages(caller, "Limit=2") == {"next": "?Limit=2&Offset=2", "last": f"?Limit=2&Offset={last}"}
        assert pages(caller, "Offset=3&Limit=2")["prev"] == "?Limit=2&Offset=1"
        assert pages(caller, f"Limit=2&Offset={last}").keys() == {"first", "prev"}
        assert pages(caller, "Limit=1000") == pages(caller, "QueueIDs=x") == {}
        seen, query = [], "?Limit=2"
        while query:
            login = {f"X-OTRS-Header-{name}": value for name, value in ROOT.items()}
            answer = caller.get(f"{BASE}Extended/Ticket{query}", headers=login)
            seen += json.loads(answer.data)["TicketID"]
            query = links_in(answer.headers.get("Link", "")).get("next", "")
        assert seen == everything["TicketID"]
        answer = caller.post(f"{BASE}Extended/Ticket/search", json=ROOT | {"Limit": 2})
        assert "Link" not in answer.headers


def test_links_without_a_total(database: Database) -> None:
    with extended(database, Offset="1") as caller:
        everything, _ = search(caller)
        assert pages(caller, "Limit=2") == {"next": "?Limit=2&Offset=2"}
        assert pages(caller, f"Limit=2&Offset={len(everything['TicketID'])}").keys() == {"first", "prev"}


def test_links_are_of_the_extension_offset(database: Database) -> None:
    with extended(database, TotalCount="1") as caller:
        assert pages(caller, "Limit=2") == {}


def test_a_link_holds_no_credentials_and_nothing_that_ends_it() -> None:
    query = 'SessionID=s&Title=%3E+a>b"&sessionid=t&User%4Cogin=u;CustomerUserLogin=c&;Pass%77ord=p&Offset=1&X=\xc3\xa4'
    assert changed_address(query, "Offset", "7") == "?Title=%3E+a%3Eb%22&X=%C3%A4&Offset=7"


def test_operators_in_names(database: Database) -> None:
    with database.transaction() as connection:
        field = ids(connection, t.dynamic_field)["Asset"]
        changed = t.dynamic_field_value.c.field_id == field
        connection.execute(update(t.dynamic_field_value).where(changed).values(value_text="LAPTOP-7"))
    with extended(database, DynamicFieldOperators="1") as caller:
        by_hash, _ = search(caller, DynamicField_Asset={"Like": "laptop*", "Empty": "0"})
        query = {**ROOT, "DynamicField_Asset[Like]": "laptop*", "DynamicField_Asset[Empty]": "0"}
        answer = json.loads(caller.get(f"{BASE}Extended/Ticket", query_string=query).data)
        assert answer == by_hash and by_hash["TicketID"]


def test_the_extensions_are_known_to_the_check() -> None:
    assert set(EXTENSIONS) <= set(known_keys.EXTENSIONS)

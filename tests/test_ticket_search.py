"""Ticket::TicketSearch over REST and SOAP: the answer, who may see what, order and limit, odd values, extensions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select
from werkzeug.test import Client

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.search_order import SORT_BY
from genericinterface.database.search_parameters import MOST_VALUES
from genericinterface.database.search_texts import MOST_LETTERS
from genericinterface.operation.ticket.ticket_search import TicketSearch
from tests.application import REST, SOAP, application, client
from tests.conftest import BACKENDS, Maker
from tests.soap_message import answer_in, envelope

ROOT = {"UserLogin": "root@localhost", "Password": "root"}  # sees everything
TESTER = {"UserLogin": "tester", "Password": "tester"}
CUSTOMER = {"CustomerUserLogin": "customer1", "Password": "customer1"}
Ask = Callable[..., list[int]]


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    """Asks an application whose database is the test's own."""
    with application(database) as built:
        yield client(built)


@pytest.fixture(scope="module", params=BACKENDS)
def shared(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database for all tests that only ask."""
    make: Maker = request.getfixturevalue(f"filled_{request.param}")
    with make() as url:
        database = Database(url.render_as_string(hide_password=False))
        yield database
        database.close()


@pytest.fixture(scope="module")
def asker(shared: Database) -> Iterator[Client]:
    """Asks an application on the shared database."""
    with application(shared) as built:
        yield client(built)


def asking(caller: Client) -> Ask:
    """Asks over REST, and gives the IDs."""

    def answered(**parameters: Any) -> list[int]:
        answer = caller.post(f"{REST}/Ticket/search", json=ROOT | parameters)
        data = json.loads(answer.data)
        assert answer.status_code == 200 and "Error" not in data, data
        return [int(ticket) for ticket in data.get("TicketID", [])]

    return answered


@pytest.fixture(scope="module")
def ask(asker: Client) -> Ask:
    """Asks for the IDs of tickets in the shared database."""
    return asking(asker)


def titled(database: Database, *titles: str) -> list[int]:
    """IDs of tickets by title."""
    with database.reading() as connection:
        known = ids(connection, t.ticket, "title")
    return [known[title] for title in titles]


# ----------------------------------------------------------------------------------------------------- the answer


def test_ids_are_strings_and_nothing_found_is_an_empty_hash(asker: Client, shared: Database) -> None:
    found = json.loads(asker.post(f"{REST}/Ticket/search", json=ROOT | {"Title": "Invoice 471*"}).data)
    newest_first = titled(shared, "Invoice 4712 is wrong too", "Invoice 4711 is wrong")
    assert found == {"TicketID": [str(ticket) for ticket in newest_first]}
    assert json.loads(asker.post(f"{REST}/Ticket/search", json=ROOT | {"Title": "no such title"}).data) == {}


def test_soap_and_get_answer_the_same(asker: Client, shared: Database) -> None:
    wanted = titled(shared, "Invoice 4712 is wrong too", "Invoice 4711 is wrong")
    query = {**ROOT, "Title": "Invoice*", "StateType": ["Open", "merged"]}
    answer = json.loads(asker.get(f"{REST}/Ticket", query_string=query).data)
    assert answer == {"TicketID": [str(ticket) for ticket in wanted]}
    asked = envelope("TicketSearch", {**ROOT, "Title": "Invoice*"})
    assert answer_in(asker.post(SOAP, data=asked, content_type="text/xml")) == answer


@pytest.mark.parametrize(
    "login",
    [
        {"UserLogin": "tester", "Password": "wrong"},
        {"UserLogin": "nobody", "Password": "x"},
        {"SessionID": "x" * 32},
        {"Title": "*"},
    ],
)
def test_who_is_not_known_gets_the_reference_s_error(asker: Client, login: dict[str, str]) -> None:
    answer = json.loads(asker.post(f"{REST}/Ticket/search", json=login).data)
    message = "TicketSearch: Authorization failing!"
    assert answer == {"Error": {"ErrorCode": "TicketSearch.AuthFail", "ErrorMessage": message}}
    assert "TicketSearch.AuthFail" in TicketSearch.errors


# --------------------------------------------------------------------------------------------------- who sees what


def test_an_agent_sees_the_queues_of_its_groups(asker: Client, shared: Database) -> None:
    found = {int(ticket) for ticket in json.loads(asker.post(f"{REST}/Ticket/search", json=TESTER).data)["TicketID"]}
    with shared.reading() as connection:
        visible = select(t.ticket.c.id).join(t.queue, t.queue.c.id == t.ticket.c.queue_id)
        groups = ids(connection, t.permission_groups)
        allowed = [groups["users"], groups["support"]]
        assert found == set(connection.scalars(visible.where(t.queue.c.group_id.in_(allowed))))
        assert found < set(connection.scalars(select(t.ticket.c.id)))


def test_a_customer_sees_its_own_tickets_and_with_a_session_its_company_s(caller: Client, database: Database) -> None:
    by_login = json.loads(caller.post(f"{REST}/Ticket/search", json=CUSTOMER).data)["TicketID"]
    session = json.loads(caller.post(f"{REST}/Session", json=CUSTOMER).data)
    by_session = json.loads(caller.post(f"{REST}/Ticket/search", json=session).data)["TicketID"]
    with database.reading() as connection:
        own = select(t.ticket.c.id).where(t.ticket.c.customer_user_id == "customer1")
        company = select(t.ticket.c.id).where(t.ticket.c.customer_id == "CustomerUserID")
        assert set(map(int, by_login)) == set(connection.scalars(own))
        assert set(map(int, by_session)) == set(connection.scalars(company)) > set(map(int, by_login))


def test_a_customer_does_not_search_what_it_does_not_see(caller: Client, database: Database) -> None:
    """Neither an internal article's words, nor its time, nor the order of its fields."""
    (ticket,) = titled(database, "Why was the server room warm?")
    with database.transaction() as connection:
        times = {"create_time": dt.datetime(2030, 1, 1), "change_time": dt.datetime(2030, 1, 1)}
        row = {"ticket_id": ticket, "article_sender_type_id": 1, "communication_channel_id": 3, **times}
        stamps = {"create_by": 1, "change_by": 1}
        internal = insert(t.article).values(**row, **stamps, is_visible_for_customer=0)
        article = connection.execute(internal).inserted_primary_key[0]
        mime = {"article_id": article, "a_body": "the culprit", "incoming_time": 0, **times, **stamps}
        connection.execute(insert(t.article_data_mime).values(**mime))
    for wanted in ({"MIMEBase_Body": "culprit"}, {"Fulltext": "culprit"}):
        answer = json.loads(caller.post(f"{REST}/Ticket/search", json=CUSTOMER | wanted).data)
        assert answer == {}
        answer = json.loads(caller.post(f"{REST}/Ticket/search", json=ROOT | wanted).data)
        assert answer == {"TicketID": [str(ticket)]}


# -------------------------------------------------------------------------------------------------- order and limit


@pytest.mark.parametrize("key", SORT_BY)
@pytest.mark.parametrize("direction", ["Up", "Down"])
def test_every_key_sorts_all_tickets(ask: Ask, key: str, direction: str) -> None:
    assert sorted(ask(SortBy=key, OrderBy=direction)) == sorted(ask())


def test_people_are_sorted_by_name(ask: Ask, shared: Database) -> None:
    with shared.reading() as connection:
        owner = t.users.c.id == t.ticket.c.user_id
        names = select(t.ticket.c.id, t.users.c.first_name, t.users.c.last_name).join(t.users, owner)
        known = {row[0]: (row[1], row[2]) for row in connection.execute(names)}
    found = ask(SortBy=["Owner", "TicketNumber"], OrderBy=["Up", "Up"])
    assert [known[ticket] for ticket in found] == sorted(known[ticket] for ticket in found)
    assert len(set(known.values())) > 3
    assert sorted(ask(SortBy=["Owner", "Responsible"], OrderBy=["Down", "Up"])) == sorted(found)


def test_a_dynamic_field_sorts_and_a_ticket_comes_once_for_each_value(caller: Client, database: Database) -> None:
    with database.transaction() as connection:
        field = ids(connection, t.dynamic_field)["Colors"]
        first, second, third = sorted(ids(connection, t.ticket, "tn").values())[:3]
        connection.execute(t.dynamic_field_value.delete().where(t.dynamic_field_value.c.field_id == field))
        values = ((first, "blue"), (second, "green"), (second, "amber"), (third, "coral"))
        rows = [{"field_id": field, "object_id": ticket, "value_text": value} for ticket, value in values]
        connection.execute(insert(t.dynamic_field_value), rows)
    ask = asking(caller)
    wanted = {"TicketID": [first, second, third], "SortBy": "DynamicField_Colors"}
    assert ask(**wanted, OrderBy="Up") == [second, first, third, second]
    assert ask(**wanted, OrderBy="Down") == [second, third, first, second]


@pytest.mark.parametrize(
    "odd",
    [
        {"SortBy": "age"},
        {"SortBy": "DynamicField_Nope"},
        {"SortBy": ["Age", ""]},
        {"SortBy": []},
        {"OrderBy": "up"},
        {"SortBy": ["Age", "Title"], "OrderBy": "Up"},
        {"SortBy": {"a": "Age"}},
        {"Limit": "x"},
        {"Limit": -1},
        {"Limit": [3]},
        {"Limit": {"a": 1}},
        {"Limit": 10**20},
        {"QueueIDs": "x"},
        {"QueueIDs": [1, None]},
        {"QueueIDs": 0},
        {"QueueIDs": 10**12},
        {"QueueIDs": 10**40},
        {"TicketID": [10**12]},
        {"OwnerIDs": [[1]]},
        {"Queues": "Nowhere"},
        {"Queues": ["Raw", "Nowhere"]},
        {"Queues": ["Raw", None]},
        {"Types": "incident"},
        {"CreatedStates": "Nowhere"},
        {"StateType": "Nowhere"},
        {"TicketCreateTimeNewerDate": "yesterday"},
        {"TicketCreateTimeNewerDate": "2024-02-30 00:00:00"},
        {"TicketCreateTimeNewerDate": "9999-12-31 23:59:59"},
        {"TicketCreateTimeOlderDate": "2023-01-01 00:00:00", "TicketCreateTimeNewerDate": "2024-01-01 00:00:00"},
        {"TicketPendingTimeNewerDate": "9999-12-31 23:59:59"},
        {"TicketEscalationTimeNewerMinutes": -(10**15)},
        {"TicketCloseTimeOlderMinutes": 10**30},
        {"CloseTimeSearchType": "TimeSlot", "TicketCloseTimeStartDay": 31, "TicketCloseTimeStartMonth": 2}
        | {"TicketCloseTimeStartYear": 2025},
        {"DynamicField_Color": {"Nope": "x"}},
        {"DynamicField_Color": {"Equals": "Red"}},
        {"DynamicField_Urgent": {"Equals": "x"}},
        {"DynamicField_Urgent": {"Like": "1"}},
        {"DynamicField_Delivery": {"GreaterThan": "soon"}},
        {"DynamicField_Delivery": {"Like": "2025*"}},
        {"DynamicField_Asset": {"Equals": {"a": "b"}}},
        {"Title": "(open"},
        {"Title": ["(open", {"a": "b"}]},
        {"Title": "\u2603"},
        {"Title": "*\0*"},
        {"Fulltext": "a\0"},
        {"MIMEBase_Body": "\0"},
        {"CustomerIDRaw": ["acme", "\0"]},
        {"DynamicField_Color": {"Equals": "\0"}},
        {"DynamicField_\0": {"Equals": "x"}},
        {"SortBy": "DynamicField_\0"},
        {"Queues": "\0"},
    ],
)
def test_what_finds_nothing(ask: Ask, odd: dict[str, Any]) -> None:
    assert ask(**odd) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"SortBy": "", "OrderBy": None},
        {"SortBy": "Age", "OrderBy": ["Down", "x"]},
        {"Limit": 0},
        {"Limit": "99.4"},
        {"Limit": "1e3"},
        {"QueueIDs": []},
        {"QueueIDs": ""},
        {"QueueIDs": {"a": 1}},
        {"Queues": None},
        {"Title": "*"},
        {"Title": ["", None]},
        {"CustomerIDRaw": [""]},
        {"Fulltext": "%"},
        {"Fulltext": ["x"]},
        {"MIMEBase_Body": " "},
        {"ContentSearch": "OR"},
        {"TicketCreateTimeOlderDate": ""},
        {"TicketCreateTimeOlderDate": ["x"]},
        {"TicketCreateTimeOlderMinutes": 0},
        {"TicketChangeTimeOlderMinutes": "0"},
        {"TicketCreateTimeNewerMinutes": 10**30},
        {"TicketCreateTimeOlderDate": "9999-12-31"},
        {"DynamicField": "x"},
        {"DynamicField": ["x", None]},
        {"DynamicField_Nope": {"Equals": "x"}},
        {"DynamicField_Color": "red"},
        {"DynamicField_Color": {}},
        {"DynamicField_Color": {"Equals": ["", None]}},
        {"DynamicField_Color": {"Like": "*"}},
        {"SearchInArchive": "AllTickets"},
        {"UseSubQueues": 1},
        {"Offset": 5},
        {"AttachmentName": "x", "From": "x", "Foo": {"a": ["b"]}, "Result": "COUNT"},
    ],
)
def test_what_does_not_restrict(ask: Ask, odd: dict[str, Any]) -> None:
    assert ask(**odd) == ask()


def test_bounds_are_included(ask: Ask, shared: Database) -> None:
    (ticket,) = titled(shared, "Mailbox full")
    with shared.reading() as connection:
        created = connection.scalar(select(t.ticket.c.create_time).where(t.ticket.c.id == ticket))
    second = dt.timedelta(seconds=1)
    for name, inside in (("Older", -second), ("Newer", second)):
        parameter = f"TicketCreateTime{name}Date"
        assert ask(TicketID=ticket, **{parameter: f"{created:%Y-%m-%d %H:%M:%S}"}) == [ticket]
        assert ask(TicketID=ticket, **{parameter: f"{created + inside:%Y-%m-%d %H:%M:%S}"}) == []


def test_lists_that_are_too_long_are_refused(asker: Client) -> None:
    for name in ("QueueIDs", "Queues", "Title", "CustomerIDRaw"):
        wanted = ROOT | {name: ["1"] * (MOST_VALUES + 1)}
        error = json.loads(asker.post(f"{REST}/Ticket/search", json=wanted).data)["Error"]
        assert error["ErrorCode"] == "TicketSearch.InvalidParameter"
        assert error["ErrorMessage"].startswith(f"TicketSearch: {name} has more than ")
    numbers = list(range(MOST_VALUES))
    many = ROOT | {"TicketID": numbers, "QueueIDs": numbers, "OwnerIDs": numbers, "StateIDs": numbers}
    error = json.loads(asker.post(f"{REST}/Ticket/search", json=many).data)["Error"]
    assert error["ErrorCode"] == "TicketSearch.InvalidParameter"


@pytest.mark.parametrize("name", ["Title", "Fulltext", "MIMEBase_Body", "CustomerID"])
def test_texts_that_are_too_long_are_refused(asker: Client, name: str) -> None:
    longest = ROOT | {name: "\N{PRINTER}" * MOST_LETTERS}
    assert json.loads(asker.post(f"{REST}/Ticket/search", json=longest).data) == {}
    error = json.loads(asker.post(f"{REST}/Ticket/search", json=ROOT | {name: "a" * (MOST_LETTERS + 1)}).data)["Error"]
    assert error["ErrorCode"] == "TicketSearch.InvalidParameter"
    assert error["ErrorMessage"].startswith(f"TicketSearch: {name} has more than ")


def test_long_lists_are_searched(ask: Ask, shared: Database) -> None:
    (ticket,) = titled(shared, "Mailbox full")
    assert ask(TicketID=[ticket, *range(10**6, 10**6 + MOST_VALUES - 1)]) == [ticket]

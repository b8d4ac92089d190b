"""Ticket::TicketUpdate: what changes, in which order the history tells it, who may; the ticket in the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from genericinterface.webservice_definitions import text
from sqlalchemy import Connection, Row, delete, select
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import tables as t
from genericinterface.database import webservices
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from tests.application import BASE, NOW, SOAP, application, client
from tests.ticket_requests import (
    ABSENT,
    AGENT,
    ARTICLE,
    CUSTOMER,
    ROOT,
    TRANSPORTS,
    change,
    counts,
    creation,
    history,
    send,
    without,
)
from tests.zeep_client import service

SYSCONFIG = {"Ticket::Service": 1, "Ticket::Responsible": 1, "Ticket::Watcher": 1, "CheckEmailAddresses": 0}
DATE = {"Year": 2031, "Month": 5, "Day": 6, "Hour": 7, "Minute": 8}
MAIL = {"UserLogin": "mail", "Password": "mail"}  # ro and note in support


@pytest.fixture(scope="module")
def database(module_database: Database) -> Database:
    return module_database


@pytest.fixture(scope="module")
def built(database: Database) -> Iterator[Application]:
    with application(database, sysconfig=SYSCONFIG) as made:
        config = text("GenericTicketConnectorREST").replace("IncludeTicketData: '0'", "IncludeTicketData: '1'")
        assert config != text("GenericTicketConnectorREST")
        with database.transaction() as connection:
            webservices.add(connection, "Included", config, NOW)
        yield made


@pytest.fixture
def caller(built: Application) -> Client:
    return client(built)


def created(caller: Client, **ticket: Any) -> dict[str, Any]:
    answer = send(caller, "rest", "TicketCreate", creation(ticket))
    assert "TicketID" in answer, answer
    return answer


def updated(caller: Client, request: dict[str, Any], transport: str = "rest") -> dict[str, Any]:
    answer = send(caller, transport, "TicketUpdate", request)
    assert "TicketID" in answer, answer
    return answer


def ticket(connection: Connection, ticket_id: Any) -> Row[Any]:
    return connection.execute(select(t.ticket).where(t.ticket.c.id == int(ticket_id))).one()


def last_article(connection: Connection, ticket_id: Any) -> Row[Any]:
    statement = select(t.article_data_mime).join(t.article, t.article.c.id == t.article_data_mime.c.article_id)
    mine = statement.where(t.article.c.ticket_id == int(ticket_id)).order_by(t.article.c.id.desc())
    return connection.execute(mine.limit(1)).one()


# ------------------------------------------------------------------------------------------------------- what changes


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_everything_at_once(caller: Client, database: Database, transport: str) -> None:
    number = created(caller)["TicketID"]
    changes = {
        "Title": "Printer saved",
        "Queue": "Support::First Level",
        "Lock": "lock",
        "Type": "Incident",
        "State": "pending reminder",
        "Service": "Network",
        "SLA": "Express",
        "CustomerID": "bakery",
        "CustomerUser": "customer1",
        "Priority": "5 very high",
        "Owner": "tester",
        "Responsible": "agent1",
        "PendingTime": DATE,
    }
    request = change(number, Ticket=changes, Article=ARTICLE, DynamicField={"Name": "Asset", "Value": "x"})
    with database.reading() as connection:
        before = len(history(connection, number))
    answer = updated(caller, request, transport)
    assert answer.keys() == {"TicketID", "TicketNumber", "ArticleID"}
    with database.reading() as connection:
        row = ticket(connection, number)
        assert (row.title, row.service_id, row.sla_id, row.customer_id) == ("Printer saved", 1, 2, "bakery")
        assert (row.user_id, row.responsible_user_id, row.until_time) == (2, 4, 1935817680)
        told = [kind for kind, _ in history(connection, number)[before:]]
        assert [kind for kind in told if kind != "Misc"] == [
            "TitleUpdate",
            "Move",
            "Lock",
            "TypeUpdate",
            "SetPendingTime",
            "StateUpdate",
            "ServiceUpdate",
            "SLAUpdate",
            "CustomerUpdate",
            "PriorityUpdate",
            "OwnerUpdate",
            "AddNote",
            "TicketDynamicFieldUpdate",
        ]
        assert last_article(connection, number).a_from == "Alma Ahrens"


def test_of_a_name_and_an_id_the_name_counts(caller: Client, database: Database) -> None:
    number = created(caller)["TicketID"]
    updated(caller, change(number, Ticket={"Priority": "2 low", "PriorityID": 5, "State": "open", "StateID": 1}))
    with database.reading() as connection:
        row = ticket(connection, number)
        assert (row.ticket_priority_id, row.ticket_state_id) == (2, 4)


@pytest.mark.parametrize(
    ("changes", "company", "login"),
    [
        ({"CustomerUser": "anna.müller"}, "bakery", "anna.müller"),
        ({"CustomerUser": "anna@bakery.example"}, "", "anna@bakery.example"),  # only an address here, as in Znuny
        ({"CustomerUser": "anna.müller", "CustomerID": "x"}, "x", "anna.müller"),
        ({"CustomerID": "x"}, "x", ""),
        ({"CustomerID": "", "CustomerUser": "", "Title": ""}, "CustomerUserID", "customer1"),
    ],
)
def test_customers(caller: Client, database: Database, changes: dict[str, str], company: str, login: str) -> None:
    number = created(caller)["TicketID"]
    updated(caller, change(number, Ticket=changes))
    with database.reading() as connection:
        row = ticket(connection, number)
        assert (row.customer_id, row.customer_user_id, row.title) == (company, login, "Printer on fire")


def test_a_new_service_takes_the_sla_away(caller: Client, database: Database) -> None:
    number = created(caller, Service="Network", SLA="Express")["TicketID"]
    updated(caller, change(number, Ticket={"Service": "Network"}))
    with database.reading() as connection:
        assert ticket(connection, number).sla_id == 2
    updated(caller, change(number, Ticket={"Service": "Network::VPN"}))
    with database.reading() as connection:
        assert (ticket(connection, number).service_id, ticket(connection, number).sla_id) == (2, None)


def test_closing_unlocks(caller: Client, database: Database) -> None:
    number = created(caller, Lock="lock")["TicketID"]
    updated(caller, change(number, Ticket={"State": "closed successful"}))
    with database.reading() as connection:
        assert ticket(connection, number).ticket_lock_id == 1
        assert [kind for kind, _ in history(connection, number)[-3:]] == ["Unlock", "StateUpdate", "SetPendingTime"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_by_its_number(caller: Client, transport: str) -> None:
    made = created(caller)
    answer = updated(caller, change("77", TicketNumber=made["TicketNumber"], Ticket={"Title": "x"}), transport)
    assert (str(answer["TicketID"]), answer["TicketNumber"]) == (made["TicketID"], made["TicketNumber"])


def test_nothing_at_all(caller: Client, database: Database) -> None:
    made = created(caller)
    with database.reading() as connection:
        before = (ticket(connection, made["TicketID"]), counts(connection))
    assert updated(caller, change(made["TicketID"])) == {
        "TicketID": made["TicketID"],
        "TicketNumber": made["TicketNumber"],
    }
    with database.reading() as connection:
        assert (ticket(connection, made["TicketID"]), counts(connection)) == before


@pytest.mark.parametrize(
    ("article", "credentials", "sender", "to"),
    [
        ({}, AGENT, "Alma Ahrens", ""),
        ({"To": "x@y.test"}, AGENT, "Alma Ahrens", "x@y.test"),
        ({"CommunicationChannel": "Email"}, AGENT, "Alma Ahrens", "customer1"),
        ({"From": "Me <me@y.test>"}, AGENT, "Me <me@y.test>", ""),
        ({}, {"UserLogin": ABSENT, **CUSTOMER}, "", ""),
    ],
)
def test_from_and_to(
    caller: Client,
    database: Database,
    article: dict[str, str],
    credentials: dict[str, Any],
    sender: str,
    to: str,
) -> None:
    number = created(caller)["TicketID"]
    updated(caller, change(number, Article=ARTICLE | article, **credentials))
    with database.reading() as connection:
        row = last_article(connection, number)
        assert (row.a_from, row.a_to) == (sender, to)


# ------------------------------------------------------------------------------------------------------------ who may


def test_owners_may_everything(caller: Client, database: Database) -> None:
    number = created(caller, Owner="mail")["TicketID"]
    request = change(number, Ticket={"Priority": "4 high", "State": "closed successful"}, Article=ARTICLE, **MAIL)
    updated(caller, request | {"DynamicField": {"Name": "Asset", "Value": "x"}})
    with database.reading() as connection:
        assert ticket(connection, number).change_by == 6


def test_who_may_see_it_may_change_what_needs_no_more(caller: Client, database: Database) -> None:
    number = created(caller)["TicketID"]
    reader = {"UserLogin": "reader", "Password": "reader"}
    changes = {"Title": "x", "Lock": "lock", "Type": "Incident", "State": "open", "CustomerUser": "principal"}
    updated(caller, change(number, Ticket=changes, **reader))
    with database.reading() as connection:
        row = ticket(connection, number)
        assert (row.title, row.ticket_lock_id, row.customer_user_id) == ("x", 2, "principal")
        assert row.ticket_state_id == ids(connection, t.ticket_state)["open"]
        assert row.type_id == ids(connection, t.ticket_type)["Incident"]


def test_user_1_moves_a_ticket_anywhere(caller: Client, database: Database) -> None:
    number = created(caller)["TicketID"]
    with database.transaction() as connection:
        sales = select(t.permission_groups.c.id).where(t.permission_groups.c.name == "sales").scalar_subquery()
        connection.execute(delete(t.group_user).where(t.group_user.c.user_id == 1, t.group_user.c.group_id == sales))
    updated(caller, change(number, Ticket={"Queue": "Sales"}, **ROOT))
    with database.reading() as connection:
        assert ticket(connection, number).queue_id == ids(connection, t.queue)["Sales"]


# ------------------------------------------------------------------------------------------- the ticket in the answer


def included(caller: Client, method: str, path: str, request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(caller.open(f"{BASE}Included/{path}", method=method, json=request).data)
    return found


def test_the_ticket_in_the_answer(caller: Client) -> None:
    file = {"Content": "eA==", "ContentType": "text/plain", "Filename": "x.txt"}
    made = included(caller, "POST", "Ticket", creation(Attachment=file, Article=[ARTICLE, ARTICLE]))
    assert [article["ArticleID"] for article in made["Ticket"]["Article"]] == made["ArticleID"]
    assert made["Ticket"]["Article"][0]["Attachment"][0]["Content"] == "eA=="
    assert "FileID" not in made["Ticket"]["Article"][0]["Attachment"][0]
    assert {field["Name"] for field in made["Ticket"]["DynamicField"]} >= {"Asset", "Colors"}
    assert not {"TimeUnit", "Service", "SLA"} & made["Ticket"].keys()
    path = f"Ticket/{made['TicketID']}"
    changed = included(caller, "PATCH", path, without(AGENT, {"Ticket": {"Title": "x"}}))
    assert (changed["Ticket"]["Title"], changed["ArticleID"]) == ("x", made["ArticleID"][1])
    assert "Body" not in changed["Ticket"]["Article"]
    noted = included(caller, "PATCH", path, without(AGENT, {"Article": ARTICLE | {"Body": "once more"}}))
    assert (noted["Ticket"]["Article"]["Body"], noted["Ticket"]["Article"]["ArticleNumber"]) == ("once more", 3)


def test_customers_do_not_see_bcc(caller: Client) -> None:
    customer = {"UserLogin": ABSENT, **CUSTOMER}
    request = creation(article={"ArticleSend": 1, "To": "a@b.test", "Bcc": "boss@b.test"}, **customer)
    assert included(caller, "POST", "Ticket", request)["Ticket"]["Article"][0]["Bcc"] == ""


# --------------------------------------------------------------------------------------------------------------- zeep


def test_zeep(caller: Client, database: Database) -> None:
    number = created(caller)["TicketID"]
    answer = service(caller, SOAP).TicketUpdate(**AGENT, TicketID=number, Ticket={"Title": "x"}, Article=ARTICLE)
    assert (answer.Error, answer.TicketID) == (None, number)
    with database.reading() as connection:
        assert ticket(connection, number).title == "x"

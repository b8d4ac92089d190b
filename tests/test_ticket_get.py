"""Ticket::TicketGet over REST and SOAP: what is in a ticket, dynamic fields, errors, who may read, what it costs.

Articles and attachments have their own file, test_ticket_get_articles.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, update
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import dynamic_field_reading, escalations, lookups
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.tickets import NAMED
from genericinterface.operation.ticket.ticket_answer import ArticleData, AttachmentData, TicketData
from tests.application import application, client
from tests.statements import sent_to
from tests.ticket_reading import (
    CUSTOMER,
    FIRST_ARTICLE,
    MADE,
    ROOT,
    TICKET,
    add,
    add_article,
    add_ticket,
    attach,
    fill,
    over_rest,
    over_soap,
    set_fields,
    ticket_got,
)

DENIED = {"ErrorCode": "TicketGet.AccessDenied", "ErrorMessage": "TicketGet: User does not have access to the ticket!"}


@pytest.fixture(scope="module")
def shared(module_database: Database) -> Iterator[Application]:
    """An application on a database with the ticket, for all tests that only read."""
    fill(module_database)
    with module_database.transaction() as connection:
        attach(connection, FIRST_ARTICLE, "notes.txt", b"Line one")
        set_fields(connection, TICKET, Asset="NB-1", Colors=["red", "blue"], Urgent=1, Delivery=dt.datetime(2024, 2, 1))
    with application(module_database) as built:
        yield built


@pytest.fixture
def caller(shared: Application) -> Client:
    """Asks it."""
    return client(shared)


# ---------------------------------------------------------------------------------------------------------- the ticket


def test_a_ticket(caller: Client) -> None:
    assert ticket_got(caller) == {
        "ArchiveFlag": "n",
        "ChangeBy": 1,
        "Changed": str(MADE),
        "CreateBy": 1,
        "Created": str(MADE),
        "CustomerID": "CustomerUserID",
        "CustomerUserID": "customer1",
        "EscalationResponseTime": 0,
        "EscalationSolutionTime": 0,
        "EscalationTime": 0,
        "EscalationUpdateTime": 0,
        "GroupID": 1,
        "Lock": "unlock",
        "LockID": 1,
        "Owner": "root@localhost",
        "OwnerID": 1,
        "Priority": "3 normal",
        "PriorityID": 3,
        "Queue": "Raw",
        "QueueID": 2,
        "RealTillTimeNotUsed": 0,
        "Responsible": "root@localhost",
        "ResponsibleID": 1,
        "SLAID": "",
        "ServiceID": "",
        "State": "open",
        "StateID": 4,
        "StateType": "open",
        "TicketID": TICKET,
        "TicketNumber": f"2024{TICKET:012}",
        "TimeUnit": 7.55,
        "Title": "Many articles",
        "Type": "Unclassified",
        "TypeID": 1,
        "UnlockTimeout": 0,
        "UntilTime": 0,
    }


def test_a_service_an_sla_and_a_pending_time_have_their_keys(database: Database) -> None:
    with database.transaction() as connection:
        names = {table: ids(connection, table) for table in (t.service, t.sla)}
        until = 1_700_000_000
        service, sla = names[t.service]["Printing"], names[t.sla]["Standard"]
        add_ticket(connection, service_id=service, sla_id=sla, until_time=until, title=None, archive_flag=1)
    with application(database) as built:
        found = ticket_got(client(built))
    assert (found["Service"], found["ServiceID"], found["SLA"], found["SLAID"]) == (
        "Printing",
        service,
        "Standard",
        sla,
    )
    assert (found["RealTillTimeNotUsed"], found["Title"], found["ArchiveFlag"]) == (until, None, "y")
    assert found["UntilTime"] < 0


def test_extended(database: Database) -> None:
    with database.transaction() as connection:
        add_ticket(connection)
        kinds, states = ids(connection, t.ticket_history_type), ids(connection, t.ticket_state)
        happened = (("Lock", "open", 3), ("Lock", "open", 2), ("StateUpdate", "closed successful", 5))
        happened += (("StateUpdate", "closed unsuccessful", 6), ("StateUpdate", "open", 7))
        for kind, state, hour in happened:
            row = {"name": "", "ticket_id": TICKET, "type_id": 1, "queue_id": 2, "owner_id": 1, "priority_id": 3}
            row |= {"history_type_id": kinds[kind], "state_id": states[state]}
            add(connection, t.ticket_history, **row, create_time=MADE.replace(hour=hour))
        for number, (sender, visible) in enumerate((("customer", True), ("agent", False), ("agent", True))):
            add_article(connection, FIRST_ARTICLE + number, TICKET, sender, visible)
            moment = update(t.article).where(t.article.c.id == FIRST_ARTICLE + number)
            connection.execute(moment.values(create_time=MADE.replace(hour=10 + number)))
    with application(database) as built:
        plain, found = ticket_got(client(built)), ticket_got(client(built), Extended=1)
    more = {name: value for name, value in found.items() if name not in plain}
    assert more.pop("SolutionInMin", 0) >= 0
    assert more == {
        "FirstResponse": str(MADE.replace(hour=12)),
        "Closed": str(MADE.replace(hour=6)),
        "FirstLock": str(MADE.replace(hour=2)),
    }


def test_types_know_every_key(caller: Client) -> None:
    found = ticket_got(caller, AllArticles=1, Attachments=1, DynamicFields=1, Extended=1)
    article = found["Article"][0]
    for data, structure in ((found, TicketData), (article, ArticleData), (article["Attachment"][0], AttachmentData)):
        assert set(data) <= set(structure.__struct_fields__)


# ------------------------------------------------------------------------------------------------------ dynamic fields


def test_dynamic_fields_are_all_valid_ones_by_name(caller: Client) -> None:
    found = ticket_got(caller, DynamicFields=1)["DynamicField"]
    names = [field["Name"] for field in found]
    assert names == sorted(names)
    values = {field["Name"]: field["Value"] for field in found if field["Value"] is not None}
    assert values == {"Asset": "NB-1", "Colors": ["red", "blue"], "Urgent": 1, "Delivery": "2024-02-01 00:00:00"}
    assert len(values) < len(found)
    assert "DynamicField" not in ticket_got(caller)
    # There are none of articles.
    assert all("DynamicField" not in a for a in ticket_got(caller, AllArticles=1, DynamicFields=1)["Article"])


def test_fields_of_articles_are_told_from_those_of_tickets_with_the_same_id(database: Database) -> None:
    with database.transaction() as connection:
        field = {"label": "", "field_order": 99, "field_type": "Text", "object_type": "Article", "config": "---"}
        add(connection, t.dynamic_field, name="Room", internal_field=0, valid_id=1, **field)
        add(connection, t.dynamic_field, name="Old", internal_field=0, valid_id=2, **field)
        add_ticket(connection)
        add_article(connection, TICKET, TICKET, "agent")
        set_fields(connection, TICKET, Asset="of the ticket", Room="of the article", Old="gone")
    with application(database) as built:
        found = ticket_got(client(built), DynamicFields=1, AllArticles=1)
    assert {f["Name"]: f["Value"] for f in found["DynamicField"] if f["Value"]} == {"Asset": "of the ticket"}
    assert found["Article"][0]["DynamicField"] == [{"Name": "Room", "Value": "of the article"}]


# -------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("over", [over_rest, over_soap])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"UserLogin": "tester", "Password": "wrong", "TicketID": "1"}, "AuthFail"),
        ({"TicketID": "1"}, "AuthFail"),
        (ROOT, "MissingParameter"),
        (ROOT | {"TicketID": "0"}, "MissingParameter"),
        (ROOT | {"TicketID": ""}, "MissingParameter"),
        (ROOT | {"TicketID": "99999"}, "AccessDenied"),
        (ROOT | {"TicketID": "1,99999"}, "AccessDenied"),
        (ROOT | {"TicketID": "abc"}, "AccessDenied"),
        (ROOT | {"TicketID": "-1"}, "AccessDenied"),
        (ROOT | {"TicketID": "1.0"}, "AccessDenied"),
        (ROOT | {"TicketID": "9" * 30}, "AccessDenied"),
        (ROOT | {"TicketID": ",1"}, "AccessDenied"),
        (ROOT | {"TicketID": ["1", "x"]}, "AccessDenied"),
        (ROOT | {"TicketID": ["1,2", "3"]}, "AccessDenied"),
        ({"UserLogin": "mail", "Password": "mail", "TicketID": "3"}, "AccessDenied"),
        (CUSTOMER | {"TicketID": "3"}, "AccessDenied"),
    ],
)
def test_errors(caller: Client, over: Any, data: dict[str, Any], code: str) -> None:
    answer = over(caller, "TicketGet", **data)
    assert set(answer) == {"Error"}
    assert answer["Error"]["ErrorCode"] == f"TicketGet.{code}"
    if code == "AccessDenied":
        assert answer["Error"] == DENIED


def test_a_hash_is_no_ticket_id(caller: Client) -> None:
    answer = over_soap(caller, "TicketGet", TicketID={"a": 1}, **ROOT)
    assert answer["Error"]["ErrorMessage"] == "TicketGet: Structure for TicketID is not correct!"


@pytest.mark.parametrize("value", ["5001,1", "5001, 1", ["5001", "1"], "5001,1,,", ["+5001", "01"], ["5001", "1 "]])
def test_several_tickets_in_the_order_asked_for(caller: Client, value: Any) -> None:
    found = over_rest(caller, "TicketGet", TicketID=value, **ROOT)
    assert [ticket["TicketID"] for ticket in found["Ticket"]] == [5001, 1]
    assert [ticket["TicketID"] for ticket in over_soap(caller, "TicketGet", TicketID=value, **ROOT)["Ticket"]] == [
        "5001",
        "1",
    ]


def test_a_ticket_asked_for_twice_is_there_twice(caller: Client) -> None:
    found = over_rest(caller, "TicketGet", TicketID="1,1", **ROOT)["Ticket"]
    assert [ticket["TicketID"] for ticket in found] == [1, 1]


# ---------------------------------------------------------------------------------------------------------- statements

EVERYTHING = {"AllArticles": 1, "Attachments": 1, "DynamicFields": 1, "Extended": 1}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 2),
        ({"AllArticles": 1}, 3),
        ({"AllArticles": 1, "ArticleSenderType": ["agent", "customer"], "ArticleLimit": 3}, 3),
        ({"DynamicFields": 1}, 3),
        (EVERYTHING, 5),
    ],
)
def test_one_ticket_costs_as_many_statements_as_fifty(
    database: Database, options: dict[str, Any], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lookups, dynamic_field_reading, escalations):
        monkeypatch.setattr(module, "TTL", 3600.0)
    with database.transaction() as connection:
        for number in range(50):
            add_ticket(connection, TICKET + number)
            add_article(connection, FIRST_ARTICLE + 2 * number, TICKET + number, "agent")
            add_article(connection, FIRST_ARTICLE + 2 * number + 1, TICKET + number, "customer")
            attach(connection, FIRST_ARTICLE + 2 * number, "a.txt", b"a")
    fifty = ",".join(str(TICKET + number) for number in range(50))
    with application(database) as built:
        caller = client(built)
        sent = []
        for asked in (str(TICKET), str(TICKET), fifty):
            with sent_to(built.database) as seen:
                found = over_rest(caller, "TicketGet", TicketID=asked, **ROOT, **options)
            sent.append(len(seen))
    assert len(found["Ticket"]) == 50
    assert sent[1:] == [expected, expected]


def test_a_name_that_is_new_is_known_at_once(database: Database) -> None:
    with application(database) as built:
        caller = client(built)
        with built.database.reading() as connection:
            lookups.names(connection, NAMED)
        with database.transaction() as connection:
            queue = {"group_id": 1, "system_address_id": 1, "salutation_id": 1, "signature_id": 1, "follow_up_id": 1}
            add(connection, t.queue, name="Fresh", follow_up_lock=0, valid_id=1, **queue)
            add_ticket(connection, queue_id=ids(connection, t.queue)["Fresh"])
        assert ticket_got(caller)["Queue"] == "Fresh"


def test_a_ticket_that_is_gone_is_denied(database: Database) -> None:
    with application(database) as built:
        caller = client(built)
        with database.transaction() as connection:
            add_ticket(connection)
        assert ticket_got(caller)["TicketID"] == TICKET
        with database.transaction() as connection:
            connection.execute(delete(t.ticket).where(t.ticket.c.id == TICKET))
        assert over_rest(caller, "TicketGet", TicketID=TICKET, **ROOT) == {"Error": DENIED}

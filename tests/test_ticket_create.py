"""Ticket::TicketCreate: what is written, in whose name, with which defaults; all of it or nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select, text, update
from werkzeug.test import Client

from genericinterface.app import Application, create_app
from genericinterface.database import lookups
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.stored_content import content as read_content
from genericinterface.settings import Settings
from tests.application import SOAP, application, client
from tests.soap_message import NAMESPACE, envelope
from tests.statements import sent_to
from tests.ticket_requests import (
    ABSENT,
    AGENT,
    ARTICLE,
    CUSTOMER,
    TICKET,
    TRANSPORTS,
    counts,
    creation,
    history,
    send,
)
from tests.zeep_client import service

LEAST = 14  # statements of a ticket with one article, on SQLite three of them for its number
ANY_BYTES = bytes(range(256))
SYSCONFIG = {"Ticket::Service": 1, "Ticket::Responsible": 1, "CheckEmailAddresses": 0}


@pytest.fixture(scope="module")
def database(module_database: Database) -> Database:
    return module_database


@pytest.fixture(scope="module")
def built(database: Database) -> Iterator[Application]:
    with application(database, sysconfig=SYSCONFIG) as made:
        yield made


@pytest.fixture
def caller(built: Application) -> Client:
    return client(built)


def create(caller: Client, request: dict[str, Any], transport: str = "rest") -> dict[str, Any]:
    answer = send(caller, transport, "TicketCreate", request)
    assert "TicketID" in answer, answer
    return answer


def ticket(connection: Connection, answer: dict[str, Any]) -> Row[Any]:
    return connection.execute(select(t.ticket).where(t.ticket.c.id == int(answer["TicketID"]))).one()


def articles(connection: Connection, answer: dict[str, Any]) -> list[Row[Any]]:
    statement = (
        select(t.article, t.article_data_mime)
        .join(t.article_data_mime, t.article_data_mime.c.article_id == t.article.c.id)
        .where(t.article.c.ticket_id == int(answer["TicketID"]))
        .order_by(t.article.c.id)
    )
    return list(connection.execute(statement))


def files(connection: Connection, article_id: int) -> dict[str, bytes]:
    table = t.article_data_mime_attachment.c
    rows = connection.execute(select(table.filename, table.content).where(table.article_id == article_id))
    return {row.filename: read_content(row.content) for row in rows}


# --------------------------------------------------------------------------------------------------- what is written


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_least(caller: Client, database: Database, transport: str) -> None:
    answer = create(caller, creation(), transport)
    assert answer.keys() == {"TicketID", "TicketNumber", "ArticleID"}
    with database.reading() as connection:
        row = ticket(connection, answer)
        assert (row.tn, row.title, row.customer_id, row.customer_user_id) == (
            answer["TicketNumber"],
            "Printer on fire",
            "CustomerUserID",
            "customer1",
        )
        (article,) = articles(connection, answer)
        assert (article.a_from, article.a_to) == ('"Carla Castillo" <carla@example.org>', "Support")
        assert (article.a_subject, article.a_body) == ("It burns", "Please come.")
        assert article.a_content_type == "text/plain; charset=utf-8"
        assert article.is_visible_for_customer == 1
        assert [kind for kind, _ in history(connection, answer["TicketID"])] == [
            "NewTicket",
            "ServiceUpdate",
            "SLAUpdate",
            "TypeUpdate",
            "CustomerUpdate",
            "NewTicket",
            "Misc",
            "OwnerUpdate",
            "ResponsibleUpdate",
        ]


def test_ids_are_text_and_numbers_as_in_the_reference(caller: Client) -> None:
    answer = create(caller, creation())
    assert isinstance(answer["TicketID"], str)
    assert isinstance(answer["ArticleID"], int)
    customers = creation(article={"SenderType": "customer"})
    assert isinstance(create(caller, customers)["ArticleID"], str)
    two = create(caller, creation(Article=[ARTICLE, ARTICLE | {"SenderType": "customer"}]))
    assert [type(number) for number in two["ArticleID"]] == [int, str]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_all_of_it(caller: Client, database: Database, transport: str) -> None:
    request = creation(
        {
            "Title": "  blanks around  ",
            "Service": "Network",
            "SLA": "Express",
            "State": "pending reminder",
            "Priority": "5 very high",
            "Type": "Incident",
            "Lock": "lock",
            "Owner": "tester",
            "Responsible": "agent1",
            "CustomerID": "bakery",
            "PendingTime": {"Year": 2031, "Month": 5, "Day": 6, "Hour": 7, "Minute": 8},
        },
        Article=[
            ARTICLE | {"TimeUnit": "1,239", "CommunicationChannel": "Phone", "HistoryComment": "a call"},
            ARTICLE | {"IsVisibleForCustomer": 0, "SenderType": "system", "From": "Somebody <a@b.test>"},
        ],
    )
    answer = create(caller, request, transport)
    with database.reading() as connection:
        row = ticket(connection, answer)
        assert (row.title, row.service_id, row.sla_id, row.customer_id) == ("blanks around", 1, 2, "bakery")
        assert (row.user_id, row.responsible_user_id, row.ticket_lock_id) == (2, 4, 2)
        assert row.until_time == 1935817680
        first, second = articles(connection, answer)
        assert (first.is_visible_for_customer, second.is_visible_for_customer) == (1, 0)
        assert (second.a_from, second.a_to) == ("Somebody <a@b.test>", "Support")
        told = history(connection, answer["TicketID"])
        assert ("NewTicket", "a call") in told
        assert ("TimeAccounting", "%%1.23%%1.23") in told
        booked = connection.execute(select(t.time_accounting).where(t.time_accounting.c.article_id == first.id)).one()
        assert (str(booked.time_unit), booked.create_by) == ("1.23", 4)


def test_of_a_name_and_an_id_the_id_counts(caller: Client, database: Database) -> None:
    answer = create(
        caller, creation({"Queue": "Raw", "QueueID": 4, "StateID": 4, "PriorityID": 1, "Owner": "x", "OwnerID": 4})
    )
    with database.reading() as connection:
        row = ticket(connection, answer)
        assert (row.queue_id, row.ticket_state_id, row.ticket_priority_id, row.user_id) == (4, 4, 1, 4)


@pytest.mark.parametrize(
    ("changes", "locked"),
    [
        ({}, 1),
        ({"Owner": "agent1"}, 2),
        ({"Owner": "agent1", "Lock": "unlock"}, 1),
        ({"Lock": "lock"}, 2),
        ({"Lock": "lock", "State": "closed successful"}, 1),
    ],
)
def test_locks(caller: Client, database: Database, changes: dict[str, Any], locked: int) -> None:
    answer = create(caller, creation(changes))
    with database.reading() as connection:
        assert ticket(connection, answer).ticket_lock_id == locked


@pytest.mark.parametrize(
    ("customer", "login", "company", "sender"),
    [
        ("customer1", "customer1", "CustomerUserID", '"Carla Castillo" <carla@example.org>'),
        ("CUSTOMER1", "customer1", "CustomerUserID", '"Carla Castillo" <carla@example.org>'),
        ("Carla@Example.ORG", "customer1", "CustomerUserID", '"Carla Castillo" <carla@example.org>'),
        ("anna.müller", "anna.müller", "bakery", '"Anna Müller" <anna@bakery.example>'),
        ("stranger@somewhere.test", "stranger@somewhere.test", "", "stranger@somewhere.test"),
    ],
)
def test_customers(caller: Client, database: Database, customer: str, login: str, company: str, sender: str) -> None:
    answer = create(caller, creation({"CustomerUser": customer}))
    with database.reading() as connection:
        row = ticket(connection, answer)
        assert (row.customer_user_id, row.customer_id) == (login, company)
        assert articles(connection, answer)[0].a_from == sender


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_customer_user_writes_in_the_name_of_the_panel(caller: Client, database: Database, transport: str) -> None:
    request = creation({"Queue": "Sales"}, UserLogin=ABSENT, **CUSTOMER)
    answer = create(caller, request, transport)
    with database.reading() as connection:
        row = ticket(connection, answer)
        (article,) = articles(connection, answer)
        customers = connection.execute(
            select(t.article_sender_type.c.name).where(t.article_sender_type.c.id == article.article_sender_type_id)
        ).scalar_one()
        assert (row.create_by, row.user_id, article.create_by, customers) == (1, 1, 1, "customer")


def test_an_invalid_customer_user_is_no_customer(caller: Client, database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(t.customer_user).where(t.customer_user.c.login == "customer2").values(valid_id=2))
    answer = send(caller, "rest", "TicketCreate", creation({"CustomerUser": "chen@example.org"}))
    assert "TicketID" in answer  # the address is one as good as any other
    answer = send(caller, "rest", "TicketCreate", creation({"CustomerUser": "customer2"}))
    assert answer["Error"]["ErrorMessage"] == "TicketCreate: Ticket->CustomerUser parameter is invalid!"


# ------------------------------------------------------------------------------------------------------- attachments


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_files_of_all_articles_and_of_each(caller: Client, database: Database, transport: str) -> None:
    def file(name: str, content: bytes) -> dict[str, str]:
        return {
            "Filename": name,
            "ContentType": "application/octet-stream",
            "Content": base64.b64encode(content).decode(),
        }

    request = creation(
        Article=[
            ARTICLE | {"Attachment": file("own.bin", b"own")},
            ARTICLE | {"Attachment": [file("a", b"a"), file("b", b"b")]},
        ],
        Attachment=file("every.bin", ANY_BYTES),
    )
    answer = create(caller, request, transport)
    with database.reading() as connection:
        first, second = (int(number) for number in answer["ArticleID"])
        assert files(connection, first) == {"every.bin": ANY_BYTES, "own.bin": b"own"}
        assert files(connection, second) == {"every.bin": ANY_BYTES, "a": b"a", "b": b"b"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("xsd:base64Binary", ANY_BYTES),
        ("soapenc:base64", ANY_BYTES),
        ("xsd:base64Binary", b"Gr\xc3\xbc\xc3\x9fe"),
        ("xsd:base64Binary", b"QUJD"),  # bytes that look like base64 themselves
        ("xsd:string", ANY_BYTES),
        (None, ANY_BYTES),
        (None, b"QUJD"),
    ],
)
def test_base64_that_says_so_and_that_does_not(
    caller: Client, database: Database, kind: str | None, content: bytes
) -> None:
    typed = f' xsi:type="{kind}"' if kind else ""
    encoded = base64.b64encode(content).decode()
    request = creation(Attachment={"Content": "HERE", "ContentType": "image/png", "Filename": "x.png"})
    message = envelope("TicketCreate", request).replace(
        b"<Content>HERE</Content>",
        '<Content xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"'
        f"{typed}>{encoded}</Content>".encode(),
    )
    assert caller.post(SOAP, data=message, content_type="text/xml").status_code == 200
    with database.reading() as connection:
        table = t.article_data_mime_attachment.c
        newest = connection.execute(select(table.content).order_by(table.id.desc()).limit(1)).scalar_one()
        assert read_content(newest) == content


@pytest.mark.parametrize(
    ("text_", "content"),
    [("TGluZSBv\nbmUg\n", b"Line one "), ("!!!! not base64 ####", b"\x9e\x8b[j\xc7\xba"), ("????", b""), ("QQ", b"A")],
)
def test_base64_as_perl_reads_it(caller: Client, database: Database, text_: str, content: bytes) -> None:
    request = creation(Attachment={"Content": text_, "ContentType": "text/plain", "Filename": "x"})
    answer = create(caller, request)
    with database.reading() as connection:
        assert files(connection, answer["ArticleID"]) == {"x": content}


def test_zeep(caller: Client, database: Database) -> None:
    answer = service(caller, SOAP).TicketCreate(
        **AGENT,
        Ticket={**TICKET, "PendingTime": {"Diff": 5}},
        Article=[{**ARTICLE, "Attachment": [{"Content": ANY_BYTES, "ContentType": "image/png", "Filename": "x.png"}]}],
        DynamicField=[{"Name": "Colors", "Value": ["red", "blue"]}],
    )
    assert answer.Error is None
    with database.reading() as connection:
        assert files(connection, int(answer.ArticleID[0])) == {"x.png": ANY_BYTES}
        values = select(t.dynamic_field_value.c.value_text).where(
            t.dynamic_field_value.c.object_id == int(answer.TicketID),
            t.dynamic_field_value.c.value_text.in_(["red", "blue"]),
        )
        assert sorted(connection.scalars(values)) == ["blue", "red"]


def test_zeep_gets_an_error(caller: Client) -> None:
    answer = service(caller, SOAP).TicketCreate(**AGENT, Ticket=TICKET | {"Queue": "x"}, Article=[ARTICLE])
    assert (answer.Error.ErrorCode, answer.TicketID) == ("TicketCreate.InvalidParameter", None)
    assert NAMESPACE in caller.get(f"{SOAP}?wsdl").text


# ---------------------------------------------------------------------------------------------------- all or nothing

FULL = creation(
    {"Owner": "tester"},
    {"TimeUnit": "5"},
    DynamicField={"Name": "Asset", "Value": "x"},
    Attachment={"Content": "eA==", "ContentType": "text/plain", "Filename": "x"},
)


@pytest.mark.parametrize("broken", ["article_search_index", "dynamic_field_value", "time_accounting", "article_flag"])
def test_a_failure_leaves_nothing(caller: Client, database: Database, broken: str) -> None:
    """Whatever fails, however late."""
    with database.transaction() as connection:
        connection.execute(text(f"ALTER TABLE {broken} RENAME TO gone"))
    with database.reading() as connection:
        before = connection.execute(select(t.ticket.c.id, t.ticket.c.change_time)).all()
        articles_before = connection.execute(select(t.article.c.id)).all()
    answer = send(caller, "rest", "TicketCreate", FULL)
    assert "faultstring" in answer
    assert broken not in answer["faultstring"]
    with database.transaction() as connection:
        connection.execute(text(f"ALTER TABLE gone RENAME TO {broken}"))
        assert connection.execute(select(t.ticket.c.id, t.ticket.c.change_time)).all() == before
        assert connection.execute(select(t.article.c.id)).all() == articles_before
        whole = counts(connection)
    create(caller, FULL)
    with database.reading() as connection:
        assert counts(connection)["ticket"] == whole["ticket"] + 1


# --------------------------------------------------------------------------------------------------------- statements


@pytest.fixture
def patient(built: Application, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An application that believes for ever what it has read once, so that statements can be counted."""
    monkeypatch.setattr(lookups, "TTL", 3600.0)
    url = database.url.render_as_string(hide_password=False)
    made = create_app(Settings(database_url=url, sysconfig=SYSCONFIG, definition_ttl=3600.0))
    yield made
    made.close()


def cost(built: Application, request: dict[str, Any]) -> int:
    create(client(built), request)
    with sent_to(built.database) as sent:
        create(client(built), request)
    return len(sent)


def test_statements(patient: Application) -> None:
    least = cost(patient, creation())
    assert least <= LEAST
    file = {"Content": "eA==", "ContentType": "text/plain", "Filename": "x"}
    assert cost(patient, creation(Attachment=[file] * 10)) == least + 1  # their rows are one statement
    fields = [
        {"Name": "Asset", "Value": "x"},
        {"Name": "Color", "Value": "red"},
        {"Name": "Colors", "Value": ["red", "blue"]},
    ]
    assert cost(patient, creation(DynamicField=fields)) == least + 2  # to find them, and their rows
    times = {"TimeUnit": "1"}
    assert cost(patient, creation(article=times)) == least + 1
    assert cost(patient, creation(Article=[ARTICLE] * 5)) == least + 4  # one for each further article's ID

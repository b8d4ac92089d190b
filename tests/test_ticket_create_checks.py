"""What TicketCreate refuses, in which order and with which words; the same over REST and SOAP, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from genericinterface.database.engine import Database
from genericinterface.operation.ticket.ticket_create import TicketCreate
from tests.application import application, client
from tests.ticket_refusals import (
    ARTICLES,
    DENIED,
    FIELDS,
    FILE,
    FILES,
    INVALID,
    MISSING,
    REQUESTS,
    SENDER,
    SYSCONFIG,
    TICKETS,
    Refusal,
    check_refused,
    each,
    made,
    one,
)
from tests.ticket_requests import ABSENT, AGENT, ARTICLE, CUSTOMER, TRANSPORTS, counts, creation, error, send, without

SEND_TO = "Article->To parameter must be a valid email address when Article->ArticleSend is set!"


def ticket(**changes: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"} | changes)


def article(**changes: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"}, changes)


def more(**parameters: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"}, **parameters)


def field(**parts: Any) -> dict[str, Any]:
    return more(DynamicField=parts)


def attachment(**changes: Any) -> dict[str, Any]:
    return more(Attachment=without(FILE, changes))


CASES: list[Refusal] = [
    *made(more, REQUESTS),
    ("article missing", more(Article=ABSENT), MISSING, "Article parameter is missing or not valid!"),
    ("article text", more(Article="x", Ticket="x"), MISSING, "Article parameter is missing or not valid!"),
    ("ticket missing", more(Ticket=ABSENT), MISSING, "Ticket parameter is missing or not valid!"),
    ("ticket text", more(Ticket="x", DynamicField="x"), MISSING, "Ticket parameter is missing or not valid!"),
    ("title", ticket(Title=ABSENT, CustomerUser=ABSENT), MISSING, "Ticket->Title parameter is missing!"),
    ("title zero", ticket(Title="0"), MISSING, "Ticket->Title parameter is missing!"),
    ("title blank", ticket(Title="  "), MISSING, "Ticket->Title parameter is missing!"),
    ("customer", ticket(CustomerUser=ABSENT, Queue=""), MISSING, "Ticket->CustomerUser parameter is missing!"),
    ("queue", ticket(Queue=ABSENT), MISSING, one("Queue", "required")),
    ("queue zero", ticket(Queue="0"), MISSING, one("Queue", "required")),
    ("type", ticket(Type=ABSENT), MISSING, one("Type", "required by sysconfig option")),
    ("state", ticket(State=ABSENT, Priority=""), MISSING, one("State", "required")),
    ("priority", ticket(Priority=ABSENT, Owner="x"), MISSING, one("Priority", "required")),
    *made(ticket, TICKETS),
    (
        "access",
        creation({"Type": "Incident", "Queue": "Sales"}, {"Subject": ""}),
        DENIED,
        "Can not create tickets in given Queue or QueueID!",
    ),
    *made(article, ARTICLES),
    ("send without to", article(ArticleSend=1), INVALID, SEND_TO),
    ("send to nobody", article(ArticleSend=1, To="hello", ContentType=""), INVALID, SEND_TO),
    ("second article", more(Article=[ARTICLE, ARTICLE | {"SenderType": "x"}]), INVALID, SENDER),
    ("second article empty", more(Article=[ARTICLE, ""]), MISSING, "Article->Subject parameter is missing!"),
    (
        "file of an article",
        article(Attachment={"Content": "eA==", "Filename": "x"}),
        MISSING,
        "Attachment->ContentType  parameter is missing!",
    ),
    ("field name", field(Value="x"), MISSING, "DynamicField->Name  parameter is missing!"),
    ("field value", field(Name="Asset"), MISSING, "DynamicField->Value  parameter is missing!"),
    *made(field, FIELDS),
    ("file content", attachment(Content=ABSENT), MISSING, "Attachment->Content  parameter is missing!"),
    ("file empty", attachment(Content=""), MISSING, "Attachment->Content  parameter is missing!"),
    ("file type", attachment(ContentType=ABSENT), MISSING, "Attachment->ContentType  parameter is missing!"),
    ("file name", attachment(Filename=ABSENT), MISSING, "Attachment->Filename  parameter is missing!"),
    *made(attachment, FILES),
]


@pytest.fixture(scope="module")
def caller(module_database: Database) -> Iterator[Client]:
    with application(module_database, sysconfig=SYSCONFIG) as built:
        yield client(built)


@pytest.mark.parametrize("transport", TRANSPORTS)
@each(CASES)
def test_refused(caller: Client, transport: str, request_: dict[str, Any], code: str, message: str) -> None:
    check_refused(caller, transport, TicketCreate, request_, code, message)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", ["DynamicField", "Attachment"])
def test_an_item_that_is_no_hash_is_a_fault(caller: Client, transport: str, name: str) -> None:
    """As in Znuny 6.5; there a client sees it as any failure."""
    request = more(**{name: ["x", "y"]})
    assert send(caller, transport, "TicketCreate", request)["faultstring"] == (
        f"TicketCreate: Ticket->{name} parameter is invalid!"
    )


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_json_knows_more_kinds_of_nothing(caller: Client, transport: str) -> None:
    for value in ([], {}, ""):
        request = more(DynamicField=value)
        if transport == "rest" or value == "":
            expected = error(
                "TicketCreate.MissingParameter", "TicketCreate: DynamicField parameter is missing or not valid!"
            )
            assert send(caller, transport, "TicketCreate", request) == expected


def test_customers_may_not_be_anybody(caller: Client) -> None:
    request = without_agent(creation({"Type": "Incident"}), CUSTOMER | {"Password": "x"})
    assert send(caller, "rest", "TicketCreate", request)["Error"]["ErrorCode"] == "TicketCreate.AuthFail"


def without_agent(request: dict[str, Any], credentials: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in AGENT} | credentials


def test_nothing_is_written(caller: Client, module_database: Database) -> None:
    with module_database.reading() as connection:
        before = counts(connection)
        send(caller, "rest", "TicketCreate", attachment(ContentType="x"))
        assert counts(connection) == before


def test_a_nul_is_refused_where_postgresql_keeps_none(caller: Client) -> None:
    """Only JSON can send one: XML has no such character."""
    wrong = {
        f"Article->{name}": creation({"Type": "Incident"}, {name: "a\x00b"})
        for name in ("Subject", "Body", "HistoryComment")
    }
    wrong["DynamicField->Value"] = more(DynamicField={"Name": "Asset", "Value": "a\x00b"})
    wrong["DynamicField->Name"] = more(DynamicField={"Name": "As\x00set", "Value": "a"})
    for parameter, request in wrong.items():
        expected = error("TicketCreate.InvalidParameter", f"TicketCreate: {parameter} parameter is invalid!")
        assert send(caller, "rest", "TicketCreate", request) == expected

"""What TicketUpdate refuses, in which order and with which words; the same over REST and SOAP, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.operation.ticket.ticket_update import TicketUpdate
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
    SYSCONFIG,
    TICKETS,
    Refusal,
    check_refused,
    each,
    made,
    one,
)
from tests.ticket_requests import ABSENT, AGENT, ARTICLE, TRANSPORTS, change, counts, error, send, without

NO_ACCESS = "User does not have access to the ticket!"
# Agents of the demo data: ro and note in support, ro in support and sales by a role.
MAIL = {"UserLogin": "mail", "Password": "mail"}
READER = {"UserLogin": "reader", "Password": "reader"}
PRINCIPAL = {"UserLogin": ABSENT, "CustomerUserLogin": "principal", "Password": "principal"}
SUPPORT, FIRST_LEVEL, SALES = 12, 15, 17  # tickets by their queues; customer1, customer2 and anna.müller wrote them


def may_not(what: str) -> str:
    return f"Does not have permissions to {what}!"


def ticket(**changes: Any) -> dict[str, Any]:
    return change(SUPPORT, Ticket=changes)


def article(**changes: Any) -> dict[str, Any]:
    return change(SUPPORT, Article=without(ARTICLE, changes))


def more(**parameters: Any) -> dict[str, Any]:
    return change(SUPPORT, **parameters)


def field(**parts: Any) -> dict[str, Any]:
    return more(DynamicField=parts)


def attachment(**changes: Any) -> dict[str, Any]:
    return more(Article=ARTICLE, Attachment=without(FILE, changes))


CASES: list[Refusal] = [
    *made(more, REQUESTS),
    ("unknown", change(99999, Ticket="x"), DENIED, NO_ACCESS),
    ("unknown number", change(SUPPORT, TicketNumber="19990000001"), DENIED, NO_ACCESS),
    ("no number", change("abc", Ticket={"Title": "x"}), DENIED, NO_ACCESS),
    ("not in the group", change(SALES, Ticket="x"), DENIED, NO_ACCESS),
    ("customer of another", change(SUPPORT, **PRINCIPAL), DENIED, NO_ACCESS),
    ("ticket text", change(SUPPORT, Ticket="x", Article="x"), INVALID, "Ticket parameter is not valid!"),
    ("article text", change(SUPPORT, Article="x", Attachment="x"), INVALID, "Article parameter is not valid!"),
    ("articles", change(SUPPORT, Article=[ARTICLE, ARTICLE]), INVALID, "Article parameter is not valid!"),
    (
        "fields text beside a bad queue",
        change(SUPPORT, Ticket={"Queue": "x"}, DynamicField="x", Attachment="x"),
        MISSING,
        "DynamicField parameter is missing or not valid!",
    ),
    ("queue beside a bad id", ticket(Queue="Raw", QueueID="99"), INVALID, one("Queue")),
    ("bad queue beside an id", ticket(Queue="x", QueueID="2"), INVALID, one("Queue")),
    *made(ticket, TICKETS),
    *made(article, ARTICLES),
    ("field name", field(Value="x"), MISSING, "DynamicField->Name parameter is missing!"),
    ("field value", field(Name="Asset"), MISSING, "DynamicField->Value parameter is missing!"),
    *made(field, FIELDS),
    (
        "second field",
        more(DynamicField=[{"Name": "Asset", "Value": "x"}, {"Name": "Nope", "Value": "x"}]),
        INVALID,
        "DynamicField->Name parameter is invalid!",
    ),
    ("file", more(Attachment=FILE), MISSING, "To create an attachment an article is needed!"),
    ("file content", attachment(Content=ABSENT), MISSING, "Attachment->Content parameter is missing!"),
    *made(attachment, FILES),
    (
        "note",
        change(FIRST_LEVEL, Article=ARTICLE, DynamicField={"Name": "Asset", "Value": "x"}, **READER),
        DENIED,
        may_not("create new articles"),
    ),
    (
        "fields",
        change(FIRST_LEVEL, Article=ARTICLE, DynamicField={"Name": "Asset", "Value": "x"}, **MAIL),
        DENIED,
        may_not("update dynamic fields"),
    ),
    *(
        (f"may not {name}", change(FIRST_LEVEL, Ticket=changes, **MAIL), DENIED, may_not(f"update {what}"))
        for name, changes, what in (
            ("move", {"Queue": "Raw", "Owner": "mail"}, "queue"),
            ("move to where it is", {"Queue": "Support::First Level"}, "queue"),
            ("owner", {"Owner": "mail", "Responsible": "mail"}, "owner"),
            ("responsible", {"Responsible": "mail", "Priority": "4 high"}, "responsibe"),
            ("priority", {"Priority": "4 high", "State": "closed successful"}, "priority"),
            ("close", {"State": "closed successful"}, "state"),
            ("pend", {"State": "pending reminder"}, "state"),
        )
    ),
]


@pytest.fixture(scope="module")
def caller(module_database: Database) -> Iterator[Client]:
    with application(module_database, sysconfig=SYSCONFIG) as built:
        yield client(built)


@pytest.mark.parametrize("transport", TRANSPORTS)
@each(CASES)
def test_refused(caller: Client, transport: str, request_: dict[str, Any], code: str, message: str) -> None:
    check_refused(caller, transport, TicketUpdate, request_, code, message)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        (
            article(ArticleSend=1),
            "TicketCreate.InvalidParameter",
            "TicketCreate: Article->To parameter must be a valid email address when Article->ArticleSend is set!",
        ),
        (
            ticket(State="pending reminder", Title="x"),
            "TicketUpdate.MissingParameter",
            "Can't set a ticket on a pending state without pendig time!",
        ),
    ],
)
def test_answers_in_other_words(
    caller: Client, transport: str, request_: dict[str, Any], code: str, message: str
) -> None:
    assert send(caller, transport, "TicketUpdate", request_) == error(code, message)
    assert code in TicketUpdate.errors


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_ticket_at_all(caller: Client, transport: str) -> None:
    answer = error("TicketUpdate.MissingParameter", "TicketUpdate: TicketID or TicketNumber is required!")
    assert send(caller, transport, "TicketUpdate", without(change(0), {})) == answer
    assert send(caller, "soap", "TicketUpdate", AGENT) == answer


def test_no_data_at_all(caller: Client) -> None:
    answer = error("TicketUpdate.EmptyRequest", "TicketUpdate: The request data is invalid!")
    assert send(caller, "soap", "TicketUpdate", {}) == answer


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_who_moves_a_ticket_needs_move_into_where_it_goes(caller: Client, transport: str) -> None:
    request = change(SUPPORT, Ticket={"Queue": "Sales"})
    assert send(caller, transport, "TicketUpdate", request)["faultstring"] == (
        "Ticket queue could not be updated, please contact system administrator!"
    )


def test_nothing_is_written(caller: Client, module_database: Database) -> None:
    with module_database.reading() as connection:
        before = counts(connection)
        late = change(SUPPORT, Ticket={"Title": "x", "Queue": "Sales", "Priority": "4 high"}, Article=ARTICLE)
        assert "faultstring" in send(caller, "rest", "TicketUpdate", late)
        assert counts(connection) == before
        assert connection.scalar(select(t.ticket.c.title).where(t.ticket.c.id == SUPPORT)) != "x"

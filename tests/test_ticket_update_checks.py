"""What TicketUpdate refuses, in which order and with which words; the same over REST and SOAP, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from application import application, client
from sqlalchemy import func, select
from ticket_requests import ABSENT, AGENT, ARTICLE, TRANSPORTS, change, error, send, without
from werkzeug.test import Client

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.operation.ticket.ticket_update import TicketUpdate

SYSCONFIG = {"Ticket::Type": 1, "Ticket::Service": 1, "Ticket::Responsible": 1}
TEXT = {"Content": "eA==", "ContentType": "text/plain; charset=utf-8", "Filename": "x.txt"}
MISSING, INVALID, DENIED = "MissingParameter", "InvalidParameter", "AccessDenied"
NO_ACCESS = "User does not have access to the ticket!"
# Agents of the demo data: ro and note in support, ro in support and sales by a role.
MAIL = {"UserLogin": "mail", "Password": "mail"}
READER = {"UserLogin": "reader", "Password": "reader"}
JD = {"UserLogin": "jd", "Password": "jd"}
CUSTOMER1 = {"UserLogin": ABSENT, "CustomerUserLogin": "customer1", "Password": "customer1"}
PRINCIPAL = {"UserLogin": ABSENT, "CustomerUserLogin": "principal", "Password": "principal"}
SUPPORT, FIRST_LEVEL, SALES = 12, 15, 17  # tickets by their queues; customer1, customer2 and anna.müller wrote them
DATE = {"Year": 2031, "Month": 5, "Day": 6, "Hour": 7, "Minute": 8}


def one(name: str) -> str:
    return f"Ticket->{name}ID or Ticket->{name} parameter is invalid!"


def may_not(what: str) -> str:
    return f"Does not have permissions to {what}!"


def ticket(**changes: Any) -> dict[str, Any]:
    return change(SUPPORT, Ticket=changes)


def article(**changes: Any) -> dict[str, Any]:
    return change(SUPPORT, Article=without(ARTICLE, changes))


def fields(*values: tuple[str, Any]) -> dict[str, Any]:
    return change(SUPPORT, DynamicField=[{"Name": name, "Value": value} for name, value in values])


# In the order in which they are looked for.
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("nobody", change(SUPPORT, UserLogin=ABSENT), MISSING, "UserLogin, CustomerUserLogin or SessionID is required!"),
    ("password", change(SUPPORT, Password=ABSENT), MISSING, "Password or SessionID is required!"),
    ("wrong password", change(SUPPORT, Password="x"), "AuthFail", "User could not be authenticated!"),
    ("unknown", change(99999, Ticket="x"), DENIED, NO_ACCESS),
    ("unknown number", change(SUPPORT, TicketNumber="19990000001"), DENIED, NO_ACCESS),
    ("no number", change("abc", Ticket={"Title": "x"}), DENIED, NO_ACCESS),
    ("not in the group", change(SALES, Ticket="x"), DENIED, NO_ACCESS),
    ("customer of another", change(SUPPORT, **PRINCIPAL), DENIED, NO_ACCESS),
    ("ticket text", change(SUPPORT, Ticket="x", Article="x"), INVALID, "Ticket parameter is not valid!"),
    ("article text", change(SUPPORT, Article="x", Attachment="x"), INVALID, "Article parameter is not valid!"),
    ("articles", change(SUPPORT, Article=[ARTICLE, ARTICLE]), INVALID, "Article parameter is not valid!"),
    (
        "fields text",
        change(SUPPORT, Ticket={"Queue": "x"}, DynamicField="x", Attachment="x"),
        MISSING,
        "DynamicField parameter is missing or not valid!",
    ),
    ("attachment text", change(SUPPORT, Attachment="x"), MISSING, "Attachment parameter is missing or not valid!"),
    ("title hash", ticket(Title={"a": "b"}), INVALID, "Ticket->Title parameter is invalid!"),
    ("title long", ticket(Title="x" * 256), INVALID, "Ticket->Title parameter is longer than 255 characters!"),
    ("customer", ticket(CustomerUser="nobody", Queue="x"), INVALID, "Ticket->CustomerUser parameter is invalid!"),
    ("queue", ticket(Queue="x", Lock="x"), INVALID, one("Queue")),
    ("queue id", ticket(QueueID="99"), INVALID, one("Queue")),
    ("queue beside a bad id", ticket(Queue="Raw", QueueID="99"), INVALID, one("Queue")),
    ("bad queue beside an id", ticket(Queue="x", QueueID="2"), INVALID, one("Queue")),
    ("lock", ticket(Lock="shut", Type="x"), INVALID, one("Lock")),
    ("type", ticket(Type="x", Service="x"), INVALID, one("Type")),
    ("service", ticket(Service="x", SLA="x"), INVALID, one("Service")),
    ("service of others", ticket(Service="Printing"), INVALID, one("Service")),
    ("service of the new customer", ticket(CustomerUser="principal", Service="Network"), INVALID, one("Service")),
    ("SLA", ticket(SLA="x", State="x"), INVALID, one("SLA")),
    ("SLA of another service", ticket(SLA="Express"), INVALID, one("SLA")),
    ("state", ticket(State="x", Priority="x"), INVALID, one("State")),
    ("priority", ticket(Priority="x", Owner="x"), INVALID, one("Priority")),
    ("owner", ticket(Owner="ghost", Responsible="x"), INVALID, one("Owner")),
    ("responsible", ticket(Responsible="ghost", PendingTime="x"), INVALID, one("Responsible")),
    ("pending", ticket(PendingTime=DATE | {"Month": 15}), INVALID, "Ticket->PendingTime parameter is invalid!"),
    ("subject", article(Subject=ABSENT, Body=ABSENT), MISSING, "Article->Subject parameter is missing!"),
    ("body", article(Body=ABSENT), MISSING, "Article->Body parameter is missing!"),
    ("auto response", article(AutoResponseType="x"), INVALID, "Article->AutoResponseType parameter is invalid!"),
    ("charset", article(ContentType="", MimeType="text/plain"), MISSING, "Article->Charset is required!"),
    ("history type", article(HistoryType="x"), INVALID, "Article->HistoryType parameter is invalid!"),
    ("time", article(TimeUnit="a lot"), INVALID, "Article->TimeUnit parameter is invalid!"),
    (
        "notified",
        article(ForceNotificationToUserID="77"),
        INVALID,
        "Article->ForceNotificationToUserID UserID=77 parameter is invalid!",
    ),
    ("field name", change(SUPPORT, DynamicField={"Value": "x"}), MISSING, "DynamicField->Name parameter is missing!"),
    (
        "field value",
        change(SUPPORT, DynamicField={"Name": "Asset"}),
        MISSING,
        "DynamicField->Value parameter is missing!",
    ),
    ("field", fields(("Asset", "x"), ("Nope", "x")), INVALID, "DynamicField->Name parameter is invalid!"),
    ("file", change(SUPPORT, Attachment=TEXT), MISSING, "To create an attachment an article is needed!"),
    (
        "file content",
        change(SUPPORT, Article=ARTICLE, Attachment=without(TEXT, {"Content": ABSENT})),
        MISSING,
        "Attachment->Content parameter is missing!",
    ),
    (
        "file type",
        change(SUPPORT, Article=ARTICLE, Attachment=TEXT | {"ContentType": "text/html; charset=zz"}),
        INVALID,
        "Attachment->ContentType is invalid!",
    ),
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
        (name, change(FIRST_LEVEL, Ticket=changes, **MAIL), DENIED, may_not(f"update {what}"))
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
@pytest.mark.parametrize(("request_", "code", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refused(caller: Client, transport: str, request_: dict[str, Any], code: str, message: str) -> None:
    expected = error(f"TicketUpdate.{code}", f"TicketUpdate: {message}")
    assert send(caller, transport, "TicketUpdate", request_) == expected
    assert f"TicketUpdate.{code}" in TicketUpdate.errors


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
    counted = select(func.count(), func.max(t.ticket_history.c.id)).select_from(t.ticket_history)
    with module_database.reading() as connection:
        before = connection.execute(counted).one()
        late = change(SUPPORT, Ticket={"Title": "x", "Queue": "Sales", "Priority": "4 high"}, Article=ARTICLE)
        assert "faultstring" in send(caller, "rest", "TicketUpdate", late)
        assert connection.execute(counted).one() == before
        assert connection.scalar(select(t.ticket.c.title).where(t.ticket.c.id == SUPPORT)) != "x"

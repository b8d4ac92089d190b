"""What TicketCreate refuses, in which order and with which words; the same over REST and SOAP, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from application import application, client
from sqlalchemy import func, select
from ticket_requests import ABSENT, AGENT, ARTICLE, CUSTOMER, TRANSPORTS, creation, error, send
from werkzeug.test import Client

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.operation.ticket.ticket_create import TicketCreate

TEXT = {"Content": "eA==", "ContentType": "text/plain; charset=utf-8", "Filename": "x.txt"}
SYSCONFIG = {"Ticket::Type": 1, "Ticket::Service": 1, "Ticket::Responsible": 1}
MISSING, INVALID = "MissingParameter", "InvalidParameter"
DATE = {"Year": 2031, "Month": 5, "Day": 6, "Hour": 7, "Minute": 8}
CHANNEL = "Article->CommunicationChannel or Article->CommunicationChannelID parameter is invalid or not supported!"
SENDER = "Article->SenderTypeID or Ticket->SenderType parameter is invalid!"
SEND_TO = "Article->To parameter must be a valid email address when Article->ArticleSend is set!"
CONTENT = "Article->ContentType or Ticket->MimeType and Article->Charset parameters are required!"


def one(name: str, words: str) -> str:
    return f"Ticket->{name}ID or Ticket->{name} parameter is {words}!"


def ticket(**changes: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"} | changes)


def article(**changes: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"}, changes)


def more(**parameters: Any) -> dict[str, Any]:
    return creation({"Type": "Incident"}, **parameters)


def field(name: Any, value: Any) -> dict[str, Any]:
    return more(DynamicField={"Name": name, "Value": value})


def attachment(**changes: Any) -> dict[str, Any]:
    return more(Attachment={name: value for name, value in (TEXT | changes).items() if value is not ABSENT})


def pending(**parts: Any) -> dict[str, Any]:
    return ticket(State="pending reminder", PendingTime=parts)


# In the order in which they are looked for.
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("nobody", more(UserLogin=ABSENT), MISSING, "UserLogin, CustomerUserLogin or SessionID is required!"),
    ("password", more(Password=ABSENT), MISSING, "Password or SessionID is required!"),
    ("password beside session", more(Password="", SessionID="x"), MISSING, "Password or SessionID is required!"),
    ("wrong password", more(Password="x"), "AuthFail", "User could not be authenticated!"),
    ("no session", more(UserLogin="", SessionID="x"), "AuthFail", "User could not be authenticated!"),
    ("article missing", more(Article=ABSENT), MISSING, "Article parameter is missing or not valid!"),
    ("article text", more(Article="x", Ticket="x"), MISSING, "Article parameter is missing or not valid!"),
    ("ticket missing", more(Ticket=ABSENT), MISSING, "Ticket parameter is missing or not valid!"),
    ("ticket text", more(Ticket="x", DynamicField="x"), MISSING, "Ticket parameter is missing or not valid!"),
    ("fields text", more(DynamicField="x", Attachment="x"), MISSING, "DynamicField parameter is missing or not valid!"),
    ("attachment text", more(Attachment="x"), MISSING, "Attachment parameter is missing or not valid!"),
    ("title", ticket(Title=ABSENT, CustomerUser=ABSENT), MISSING, "Ticket->Title parameter is missing!"),
    ("title zero", ticket(Title="0"), MISSING, "Ticket->Title parameter is missing!"),
    ("title blank", ticket(Title="  "), MISSING, "Ticket->Title parameter is missing!"),
    ("title hash", ticket(Title={"a": "b"}), INVALID, "Ticket->Title parameter is invalid!"),
    ("title long", ticket(Title="x" * 256), INVALID, "Ticket->Title parameter is longer than 255 characters!"),
    ("customer", ticket(CustomerUser=ABSENT, Queue=""), MISSING, "Ticket->CustomerUser parameter is missing!"),
    ("customer unknown", ticket(CustomerUser="nobody"), INVALID, "Ticket->CustomerUser parameter is invalid!"),
    ("customer no mail", ticket(CustomerUser="a@b@c"), INVALID, "Ticket->CustomerUser parameter is invalid!"),
    (
        "company long",
        ticket(CustomerID="x" * 151),
        INVALID,
        "Ticket->CustomerID parameter is longer than 150 characters!",
    ),
    ("queue", ticket(Queue=ABSENT), MISSING, one("Queue", "required")),
    ("queue zero", ticket(Queue="0"), MISSING, one("Queue", "required")),
    ("queue unknown", ticket(Queue="Nope", Lock="x"), INVALID, one("Queue", "invalid")),
    ("queue case", ticket(Queue="support"), INVALID, one("Queue", "invalid")),
    ("queue hash", ticket(Queue={"a": "b"}), INVALID, one("Queue", "invalid")),
    ("queue id", ticket(QueueID="999"), INVALID, one("Queue", "invalid")),
    ("queue id text", ticket(QueueID="abc"), INVALID, one("Queue", "invalid")),
    ("lock", ticket(Lock="locked", Type="x"), INVALID, one("Lock", "invalid")),
    ("lock id", ticket(LockID="9"), INVALID, one("Lock", "invalid")),
    ("type", ticket(Type=ABSENT), MISSING, one("Type", "required by sysconfig option")),
    ("type unknown", ticket(Type="x", Service="x"), INVALID, one("Type", "invalid")),
    ("type id", ticket(TypeID="99"), INVALID, one("Type", "invalid")),
    ("service unknown", ticket(Service="x", SLA="x"), INVALID, one("Service", "invalid")),
    ("service leaf", ticket(Service="VPN"), INVALID, one("Service", "invalid")),
    ("service of others", ticket(Service="Printing"), INVALID, one("Service", "invalid")),
    ("service default", ticket(Service="Mail"), INVALID, one("Service", "invalid")),
    ("service of a stranger", ticket(CustomerUser="a@b.test", Service="Network"), INVALID, one("Service", "invalid")),
    ("SLA unknown", ticket(Service="Network", SLA="x", State="x"), INVALID, one("SLA", "invalid")),
    ("SLA alone", ticket(SLA="Express"), INVALID, one("SLA", "invalid")),
    ("SLA of others", ticket(CustomerUser="principal", Service="Mail", SLA="Express"), INVALID, one("SLA", "invalid")),
    ("state", ticket(State=ABSENT, Priority=""), MISSING, one("State", "required")),
    ("state unknown", ticket(State="x"), INVALID, one("State", "invalid")),
    ("state id", ticket(StateID="99"), INVALID, one("State", "invalid")),
    ("priority", ticket(Priority=ABSENT, Owner="x"), MISSING, one("Priority", "required")),
    ("priority unknown", ticket(Priority="normal"), INVALID, one("Priority", "invalid")),
    ("owner", ticket(Owner="ghost", Responsible="ghost"), INVALID, one("Owner", "invalid")),
    ("owner id", ticket(OwnerID="999"), INVALID, one("Owner", "invalid")),
    ("responsible", ticket(Responsible="ghost", PendingTime="x"), INVALID, one("Responsible", "invalid")),
    *(
        (f"pending {name}", request, INVALID, "Ticket->PendingTime parameter is invalid!")
        for name, request in {
            "text": ticket(PendingTime="2031-01-01"),
            "month": pending(**DATE | {"Month": 13}),
            "day": pending(**DATE | {"Month": 2, "Day": 30}),
            "hour": pending(**DATE | {"Hour": 24}),
            "negative": pending(**DATE | {"Month": -1}),
            "year": pending(**DATE | {"Year": 3131}),
            "incomplete": pending(Year=2031, Month=5),
            "text parts": pending(**DATE | {"Minute": "x"}),
            "both": pending(**DATE | {"Diff": 5}),
            "diff text": pending(Diff="soon"),
            "diff negative": pending(Diff=-5),
            "diff decimal": pending(Diff="1.5"),
            "diff huge": pending(Diff="99999999"),
            "hash in it": pending(Diff={"a": "b"}),
        }.items()
    ),
    (
        "access",
        creation({"Type": "Incident", "Queue": "Sales"}, {"Subject": ""}),
        "AccessDenied",
        "Can not create tickets in given Queue or QueueID!",
    ),
    ("subject", article(Subject=ABSENT, Body=ABSENT), MISSING, "Article->Subject parameter is missing!"),
    (
        "subject long",
        article(Subject="x" * 3801),
        INVALID,
        "Article->Subject parameter is longer than 3800 characters!",
    ),
    ("body", article(Body="0"), MISSING, "Article->Body parameter is missing!"),
    ("from hash", article(From={"a": "b"}), INVALID, "Article->From parameter is invalid!"),
    ("auto response", article(AutoResponseType="x"), INVALID, "Article->AutoResponseType parameter is invalid!"),
    ("channel", article(CommunicationChannel="Fax", SenderType="x"), INVALID, CHANNEL),
    ("channel chat", article(CommunicationChannel="Chat"), INVALID, CHANNEL),
    ("channel id", article(CommunicationChannelID="44"), INVALID, CHANNEL),
    ("channel beside id", article(CommunicationChannel="x", CommunicationChannelID="1"), INVALID, CHANNEL),
    ("sender type", article(SenderType="robot", From="x"), INVALID, SENDER),
    ("sender type id", article(SenderTypeID="77"), INVALID, SENDER),
    ("from", article(From="no mail@", ContentType=""), INVALID, "Article->From parameter is invalid!"),
    ("send without to", article(ArticleSend=1), INVALID, SEND_TO),
    ("send to nobody", article(ArticleSend=1, To="hello", ContentType=""), INVALID, SEND_TO),
    ("content type", article(ContentType=ABSENT), MISSING, CONTENT),
    ("charset", article(ContentType="", MimeType="text/plain"), MISSING, "Article->Charset is required!"),
    ("mime type", article(ContentType="", Charset="utf-8"), MISSING, "Article->MimeType is required!"),
    *(
        (f"mime type {text}", article(MimeType=text, Charset="utf-8"), INVALID, "Article->MimeType is invalid!")
        for text in ("text", "application/vnd.ms", "text/plain/x", "te xt/plain")
    ),
    *(
        (f"charset {text}", article(MimeType="text/plain", Charset=text), INVALID, "Article->Charset is invalid!")
        for text in ("xyz", "base64", "rot13", "'utf-8'", "utf-8;x")
    ),
    *(
        (f"content type {text}", article(ContentType=text), INVALID, "Article->ContentType is invalid!")
        for text in ("text/plain", "charset=utf-8", "text; charset=utf-8", "text/plain; charset=", "text/a; charset=zz")
    ),
    ("history type", article(HistoryType="Guess", TimeUnit="x"), INVALID, "Article->HistoryType parameter is invalid!"),
    *(
        (f"time {text}", article(TimeUnit=text), INVALID, "Article->TimeUnit parameter is invalid!")
        for text in ("abc", ".5", "1.", "1.2.3", "-1", "1e3", "123456789012")
    ),
    ("no agent", article(NoAgentNotify="yes"), INVALID, "Article->NoAgent parameter is invalid!"),
    *(
        (name, article(**{name: ["1", "999"]}), INVALID, f"Article->{name} UserID=999 parameter is invalid!")
        for name in ("ForceNotificationToUserID", "ExcludeNotificationToUserID", "ExcludeMuteNotificationToUserID")
    ),
    ("second article", more(Article=[ARTICLE, ARTICLE | {"SenderType": "x"}]), INVALID, SENDER),
    ("second article empty", more(Article=[ARTICLE, ""]), MISSING, "Article->Subject parameter is missing!"),
    (
        "file of an article",
        article(Attachment={"Content": "eA==", "Filename": "x"}),
        MISSING,
        "Attachment->ContentType  parameter is missing!",
    ),
    ("field name", more(DynamicField={"Value": "x"}), MISSING, "DynamicField->Name  parameter is missing!"),
    ("field value", more(DynamicField={"Name": "Asset"}), MISSING, "DynamicField->Value  parameter is missing!"),
    ("field unknown", field("Nope", "x"), INVALID, "DynamicField->Name parameter is invalid!"),
    ("field case", field("asset", "x"), INVALID, "DynamicField->Name parameter is invalid!"),
    *(
        (f"field {name} {value}", field(name, value), INVALID, "DynamicField->Value parameter is invalid!")
        for name, value in (
            ("Color", "purple"),
            ("Color", ["red", "blue"]),
            ("Colors", ["red", "purple"]),
            ("Delivery", "31.12.2025"),
            ("Delivery", "2025-02-30"),
            ("Delivery", "2025-02-03 10:00:00"),
            ("Appointment", "2025-02-03"),
            ("Urgent", "yes"),
        )
    ),
    ("file content", attachment(Content=ABSENT), MISSING, "Attachment->Content  parameter is missing!"),
    ("file empty", attachment(Content=""), MISSING, "Attachment->Content  parameter is missing!"),
    ("file type", attachment(ContentType=ABSENT), MISSING, "Attachment->ContentType  parameter is missing!"),
    ("file name", attachment(Filename=ABSENT), MISSING, "Attachment->Filename  parameter is missing!"),
    *(
        (f"file {text}", attachment(ContentType=text), INVALID, "Attachment->ContentType is invalid!")
        for text in ("text", "charset=utf-8", "text/plain; charset=zz", "a/", "/a")
    ),
    (
        "file type long",
        attachment(ContentType="text/" + "x" * 446),
        INVALID,
        "Attachment->ContentType parameter is longer than 450 characters!",
    ),
]


@pytest.fixture(scope="module")
def caller(module_database: Database) -> Iterator[Client]:
    with application(module_database, sysconfig=SYSCONFIG) as built:
        yield client(built)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(("request_", "code", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refused(caller: Client, transport: str, request_: dict[str, Any], code: str, message: str) -> None:
    expected = error(f"TicketCreate.{code}", f"TicketCreate: {message}")
    assert send(caller, transport, "TicketCreate", request_) == expected
    assert f"TicketCreate.{code}" in TicketCreate.errors


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
    counted = select(func.count(), func.max(t.ticket_history.c.id)).select_from(t.ticket_history)
    with module_database.reading() as connection:
        before = connection.execute(counted).one()
        send(caller, "rest", "TicketCreate", attachment(ContentType="x"))
        assert connection.execute(counted).one() == before

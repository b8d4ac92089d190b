"""What TicketCreate and TicketUpdate refuse alike and with the same words, and how the tests of both look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from genericinterface.operation.operation import Operation
from tests.ticket_requests import ABSENT, error, send

# A name, what is changed in a good request (or a whole request), the code without the operation's name, the message.
# Of two things that are wrong in a request, the answer is about the one that is looked for first.
Refusal = tuple[str, dict[str, Any], str, str]

SYSCONFIG = {"Ticket::Type": 1, "Ticket::Service": 1, "Ticket::Responsible": 1}
MISSING, INVALID, DENIED = "MissingParameter", "InvalidParameter", "AccessDenied"
FILE = {"Content": "eA==", "ContentType": "text/plain; charset=utf-8", "Filename": "x.txt"}
DATE = {"Year": 2031, "Month": 5, "Day": 6, "Hour": 7, "Minute": 8}
CHANNEL = "Article->CommunicationChannel or Article->CommunicationChannelID parameter is invalid or not supported!"
SENDER = "Article->SenderTypeID or Ticket->SenderType parameter is invalid!"
CONTENT = "Article->ContentType or Ticket->MimeType and Article->Charset parameters are required!"


def one(name: str, words: str = "invalid") -> str:
    return f"Ticket->{name}ID or Ticket->{name} parameter is {words}!"


REQUESTS: list[Refusal] = [
    ("nobody", {"UserLogin": ABSENT}, MISSING, "UserLogin, CustomerUserLogin or SessionID is required!"),
    ("password", {"Password": ABSENT}, MISSING, "Password or SessionID is required!"),
    ("password beside session", {"Password": "", "SessionID": "x"}, MISSING, "Password or SessionID is required!"),
    ("wrong password", {"Password": "x"}, "AuthFail", "User could not be authenticated!"),
    ("no session", {"UserLogin": "", "SessionID": "x"}, "AuthFail", "User could not be authenticated!"),
    (
        "fields text",
        {"DynamicField": "x", "Attachment": "x"},
        MISSING,
        "DynamicField parameter is missing or not valid!",
    ),
    ("attachment text", {"Attachment": "x"}, MISSING, "Attachment parameter is missing or not valid!"),
]

TICKETS: list[Refusal] = [
    ("title hash", {"Title": {"a": "b"}}, INVALID, "Ticket->Title parameter is invalid!"),
    ("title long", {"Title": "x" * 256}, INVALID, "Ticket->Title parameter is longer than 255 characters!"),
    (
        "customer unknown",
        {"CustomerUser": "nobody", "Queue": "x"},
        INVALID,
        "Ticket->CustomerUser parameter is invalid!",
    ),
    ("customer no mail", {"CustomerUser": "a@b@c"}, INVALID, "Ticket->CustomerUser parameter is invalid!"),
    ("company long", {"CustomerID": "x" * 151}, INVALID, "Ticket->CustomerID parameter is longer than 150 characters!"),
    ("queue unknown", {"Queue": "Nope", "Lock": "x"}, INVALID, one("Queue")),
    ("queue case", {"Queue": "support"}, INVALID, one("Queue")),
    ("queue hash", {"Queue": {"a": "b"}}, INVALID, one("Queue")),
    ("queue id", {"QueueID": "999"}, INVALID, one("Queue")),
    ("queue id text", {"QueueID": "abc"}, INVALID, one("Queue")),
    ("lock", {"Lock": "locked", "Type": "x"}, INVALID, one("Lock")),
    ("lock id", {"LockID": "9"}, INVALID, one("Lock")),
    ("type unknown", {"Type": "x", "Service": "x"}, INVALID, one("Type")),
    ("type id", {"TypeID": "99"}, INVALID, one("Type")),
    ("service unknown", {"Service": "x", "SLA": "x"}, INVALID, one("Service")),
    ("service leaf", {"Service": "VPN"}, INVALID, one("Service")),
    ("service of others", {"Service": "Printing"}, INVALID, one("Service")),
    ("service default", {"Service": "Mail"}, INVALID, one("Service")),
    ("service of a stranger", {"CustomerUser": "a@b.test", "Service": "Network"}, INVALID, one("Service")),
    ("service of another customer", {"CustomerUser": "principal", "Service": "Network"}, INVALID, one("Service")),
    ("SLA unknown", {"Service": "Network", "SLA": "x", "State": "x"}, INVALID, one("SLA")),
    ("SLA without its service", {"SLA": "Express"}, INVALID, one("SLA")),
    ("SLA of others", {"CustomerUser": "principal", "Service": "Mail", "SLA": "Express"}, INVALID, one("SLA")),
    ("state unknown", {"State": "x", "Priority": "x"}, INVALID, one("State")),
    ("state id", {"StateID": "99"}, INVALID, one("State")),
    ("priority unknown", {"Priority": "normal", "Owner": "x"}, INVALID, one("Priority")),
    ("owner", {"Owner": "ghost", "Responsible": "ghost"}, INVALID, one("Owner")),
    ("owner id", {"OwnerID": "999"}, INVALID, one("Owner")),
    ("responsible", {"Responsible": "ghost", "PendingTime": "x"}, INVALID, one("Responsible")),
    *(
        (
            f"pending {name}",
            {"State": "pending reminder", "PendingTime": value},
            INVALID,
            "Ticket->PendingTime parameter is invalid!",
        )
        for name, value in {
            "text": "2031-01-01",
            "month": DATE | {"Month": 13},
            "day": DATE | {"Month": 2, "Day": 30},
            "hour": DATE | {"Hour": 24},
            "negative": DATE | {"Month": -1},
            "year": DATE | {"Year": 3131},
            "incomplete": {"Year": 2031, "Month": 5},
            "text parts": DATE | {"Minute": "x"},
            "both": DATE | {"Diff": 5},
            "diff text": {"Diff": "soon"},
            "diff negative": {"Diff": -5},
            "diff decimal": {"Diff": "1.5"},
            "diff huge": {"Diff": "99999999"},
            "hash in it": {"Diff": {"a": "b"}},
        }.items()
    ),
]

ARTICLES: list[Refusal] = [
    ("subject", {"Subject": ABSENT, "Body": ABSENT}, MISSING, "Article->Subject parameter is missing!"),
    ("subject long", {"Subject": "x" * 3801}, INVALID, "Article->Subject parameter is longer than 3800 characters!"),
    ("body", {"Body": ABSENT}, MISSING, "Article->Body parameter is missing!"),
    ("body zero", {"Body": "0"}, MISSING, "Article->Body parameter is missing!"),
    ("from hash", {"From": {"a": "b"}}, INVALID, "Article->From parameter is invalid!"),
    ("auto response", {"AutoResponseType": "x"}, INVALID, "Article->AutoResponseType parameter is invalid!"),
    ("channel", {"CommunicationChannel": "Fax", "SenderType": "x"}, INVALID, CHANNEL),
    ("channel chat", {"CommunicationChannel": "Chat"}, INVALID, CHANNEL),
    ("channel id", {"CommunicationChannelID": "44"}, INVALID, CHANNEL),
    ("channel beside id", {"CommunicationChannel": "x", "CommunicationChannelID": "1"}, INVALID, CHANNEL),
    ("sender type", {"SenderType": "robot", "From": "x"}, INVALID, SENDER),
    ("sender type id", {"SenderTypeID": "77"}, INVALID, SENDER),
    ("from", {"From": "no mail@", "ContentType": ""}, INVALID, "Article->From parameter is invalid!"),
    ("content type", {"ContentType": ABSENT}, MISSING, CONTENT),
    ("charset", {"ContentType": "", "MimeType": "text/plain"}, MISSING, "Article->Charset is required!"),
    ("mime type", {"ContentType": "", "Charset": "utf-8"}, MISSING, "Article->MimeType is required!"),
    *(
        (f"mime type {text}", {"MimeType": text, "Charset": "utf-8"}, INVALID, "Article->MimeType is invalid!")
        for text in ("text", "application/vnd.ms", "text/plain/x", "te xt/plain")
    ),
    *(
        (f"charset {text}", {"MimeType": "text/plain", "Charset": text}, INVALID, "Article->Charset is invalid!")
        for text in ("xyz", "base64", "rot13", "'utf-8'", "utf-8;x")
    ),
    *(
        (f"content type {text}", {"ContentType": text}, INVALID, "Article->ContentType is invalid!")
        for text in ("text/plain", "charset=utf-8", "text; charset=utf-8", "text/plain; charset=", "text/a; charset=zz")
    ),
    ("history type", {"HistoryType": "Guess", "TimeUnit": "x"}, INVALID, "Article->HistoryType parameter is invalid!"),
    *(
        (f"time {text}", {"TimeUnit": text}, INVALID, "Article->TimeUnit parameter is invalid!")
        for text in ("abc", ".5", "1.", "1.2.3", "-1", "1e3", "123456789012")
    ),
    ("no agent", {"NoAgentNotify": "yes"}, INVALID, "Article->NoAgent parameter is invalid!"),
    *(
        (name, {name: ["1", "999"]}, INVALID, f"Article->{name} UserID=999 parameter is invalid!")
        for name in ("ForceNotificationToUserID", "ExcludeNotificationToUserID", "ExcludeMuteNotificationToUserID")
    ),
]

FIELDS: list[Refusal] = [
    ("field unknown", {"Name": "Nope", "Value": "x"}, INVALID, "DynamicField->Name parameter is invalid!"),
    ("field case", {"Name": "asset", "Value": "x"}, INVALID, "DynamicField->Name parameter is invalid!"),
    *(
        (f"field {name} {value}", {"Name": name, "Value": value}, INVALID, "DynamicField->Value parameter is invalid!")
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
]

FILES: list[Refusal] = [
    *(
        (f"file {text}", {"ContentType": text}, INVALID, "Attachment->ContentType is invalid!")
        for text in ("text", "charset=utf-8", "text/plain; charset=zz", "a/", "/a")
    ),
    (
        "file type long",
        {"ContentType": "text/" + "x" * 446},
        INVALID,
        "Attachment->ContentType parameter is longer than 450 characters!",
    ),
]


def made(request: Callable[..., dict[str, Any]], refusals: Iterable[Refusal]) -> list[Refusal]:
    """The refusals with whole requests for their changes."""
    return [(name, request(**changes), code, message) for name, changes, code, message in refusals]


def each(refusals: Iterable[Refusal]) -> pytest.MarkDecorator:
    """A test with `request_`, `code` and `message` for each."""
    return pytest.mark.parametrize(
        ("request_", "code", "message"), [pytest.param(*refusal[1:], id=refusal[0]) for refusal in refusals]
    )


def check_refused(
    caller: Client, transport: str, operation: type[Operation[Any]], request: dict[str, Any], code: str, message: str
) -> None:
    """The operation refuses the request so, and documents the code."""
    name = operation.__name__
    assert send(caller, transport, name, request) == error(f"{name}.{code}", f"{name}: {message}")
    assert f"{name}.{code}" in operation.errors

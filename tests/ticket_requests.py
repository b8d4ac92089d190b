"""Requests of TicketCreate and TicketUpdate over both transports, and their answers as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select
from werkzeug.test import Client

from genericinterface.database import tables as t
from tests.application import REST, SOAP
from tests.soap_message import answer_in, envelope

TRANSPORTS = ("rest", "soap")
ROOT = {"UserLogin": "root@localhost", "Password": "root"}
AGENT = {"UserLogin": "agent1", "Password": "agent1"}
CUSTOMER = {"CustomerUserLogin": "customer1", "Password": "customer1"}
TICKET = {
    "Title": "Printer on fire",
    "Queue": "Support",
    "State": "new",
    "Priority": "3 normal",
    "CustomerUser": "customer1",
}
ARTICLE = {"Subject": "It burns", "Body": "Please come.", "ContentType": "text/plain; charset=utf-8"}
ABSENT = object()  # as a value: the key is left out


def without(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`data` with changes; what is ABSENT is left out."""
    return {name: value for name, value in {**data, **changes}.items() if value is not ABSENT}


def creation(ticket: Any = None, article: Any = None, **more: Any) -> dict[str, Any]:
    """A TicketCreate of agent1; dicts are changes of the usual ticket and article, anything else replaces them."""
    data = {
        **AGENT,
        "Ticket": without(TICKET, ticket or {}) if ticket is None or isinstance(ticket, dict) else ticket,
        "Article": without(ARTICLE, article or {}) if article is None or isinstance(article, dict) else article,
    }
    return without(data, more)


def change(ticket_id: Any, **parameters: Any) -> dict[str, Any]:
    """A TicketUpdate of agent1."""
    return without({**AGENT, "TicketID": ticket_id}, parameters)


def send(caller: Client, transport: str, operation: str, data: Mapping[str, Any], **headers: str) -> dict[str, Any]:
    """The answer's data, of SOAP as text; a fault is {"faultstring": …}."""
    if transport == "soap":
        return answer_in(caller.post(SOAP, data=envelope(operation, data), content_type="text/xml", headers=headers))
    if operation == "TicketCreate":
        response = caller.post(f"{REST}/Ticket", json=data, headers=headers)
    else:
        ticket = data.get("TicketID", data.get("TicketNumber", "0"))
        rest = {name: value for name, value in data.items() if name != "TicketID"}
        response = caller.open(f"{REST}/Ticket/{ticket}", method="PATCH", json=rest, headers=headers)
    found: dict[str, Any] = json.loads(response.data)
    return found


def error(code: str, message: str) -> dict[str, Any]:
    """An error answer."""
    return {"Error": {"ErrorCode": code, "ErrorMessage": message}}


def history(connection: Connection, ticket_id: Any) -> list[tuple[str, str]]:
    """(type, text) of a ticket's history, oldest first."""
    kind = t.ticket_history_type
    found = connection.execute(
        select(kind.c.name, t.ticket_history.c.name)
        .join(kind, kind.c.id == t.ticket_history.c.history_type_id)
        .where(t.ticket_history.c.ticket_id == int(ticket_id))
        .order_by(t.ticket_history.c.id)
    )
    return [(row[0], row[1]) for row in found]


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has that a new ticket adds rows to."""
    tables = (t.ticket, t.ticket_history, t.article, t.article_data_mime, t.article_data_mime_attachment)
    more = (t.time_accounting, t.dynamic_field_value, t.article_search_index, t.mail_queue)
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables + more
    }

"""A ticket with articles of every kind, and callers of both transports, for the tests of TicketGet and its kin."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, insert
from werkzeug.test import Client

from genericinterface.database import stored_content
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from tests.application import REST, SOAP
from tests.soap_message import answer_in, envelope

ROOT = {"UserLogin": "root@localhost", "Password": "root"}
CUSTOMER = {"CustomerUserLogin": "customer1", "Password": "customer1"}
MADE = dt.datetime(2024, 1, 2, 3, 4, 5)
STAMPS = {"create_time": MADE, "create_by": 1, "change_time": MADE, "change_by": 1}
TICKET = 5001  # customer1's, in the queue Raw; its articles are 7001 to 7006
FIRST_ARTICLE = 7001
SENDERS = ("agent", "customer", "system", "agent", "customer", "system")
INTERNAL = 7002  # the article that customers do not see

Ask = Callable[..., Any]


def add(connection: Connection, table: Table, **values: Any) -> None:
    stamps = {name: value for name, value in STAMPS.items() if name in table.c}
    connection.execute(insert(table).values({**stamps, **values}))


def add_ticket(connection: Connection, number: int = TICKET, **values: Any) -> None:
    """A ticket of customer1 in the queue Raw."""
    row = {
        "id": number,
        "tn": f"2024{number:012}",
        "title": "Many articles",
        "queue_id": ids(connection, t.queue)["Raw"],
        "ticket_lock_id": 1,
        "user_id": 1,
        "responsible_user_id": 1,
        "ticket_priority_id": 3,
        "ticket_state_id": ids(connection, t.ticket_state)["open"],
        "customer_id": "CustomerUserID",
        "customer_user_id": "customer1",
        "timeout": 0,
        "until_time": 0,
        "escalation_time": 0,
        "escalation_update_time": 0,
        "escalation_response_time": 0,
        "escalation_solution_time": 0,
    }
    add(connection, t.ticket, **(row | values))


def add_article(connection: Connection, number: int, ticket: int, sender: str, visible: bool = True) -> None:
    senders = ids(connection, t.article_sender_type)
    add(
        connection,
        t.article,
        id=number,
        ticket_id=ticket,
        article_sender_type_id=senders[sender],
        communication_channel_id=1,
        is_visible_for_customer=int(visible),
    )
    add(
        connection,
        t.article_data_mime,
        article_id=number,
        a_from=f"From {number}",
        a_to="To",
        a_cc="",
        a_bcc=f"bcc{number}@example.org",
        a_subject=f"Subject {number}",
        a_body=f"Body of {number} & <more>",
        a_message_id=f"<{number}@example.org>",
        a_content_type="text/plain; charset=utf-8",
        incoming_time=1704164645,
    )


def attach(connection: Connection, article: int, filename: str, content: bytes, **values: Any) -> None:
    row = {"content_type": "text/plain; charset=utf-8", "disposition": "attachment"} | values
    add(
        connection,
        t.article_data_mime_attachment,
        article_id=article,
        filename=filename,
        content_size=str(len(content)),
        content=stored_content.stored(connection, content),
        **row,
    )


def fill(database: Database) -> None:
    """The ticket with six articles, time booked on two of them and on none, and one internal article."""
    with database.transaction() as connection:
        add_ticket(connection)
        for place, sender in enumerate(SENDERS):
            number = FIRST_ARTICLE + place
            add_article(connection, number, TICKET, sender, visible=number != INTERNAL)
        for article, units in ((FIRST_ARTICLE, 0.1), (FIRST_ARTICLE, 0.2), (INTERNAL, 5), (None, 2.25)):
            add(connection, t.time_accounting, ticket_id=TICKET, article_id=article, time_unit=units)


def set_fields(connection: Connection, number: int, **values: Any) -> None:
    """Rows of dynamic fields by name; a list is several rows."""
    fields = ids(connection, t.dynamic_field)
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            column = {dt.datetime: "value_date", int: "value_int"}.get(type(one), "value_text")
            connection.execute(
                insert(t.dynamic_field_value).values(field_id=fields[name], object_id=number, **{column: one})
            )


# --------------------------------------------------------------------------------------------------------- both sides


def over_rest(caller: Client, operation: str, **data: Any) -> dict[str, Any]:
    """The answer over REST, in a query, as clients of Znuny ask."""
    numbers = data.pop("TicketID", None)
    if operation == "TicketHistoryGet":
        answer = caller.get(f"{REST}/TicketHistory/{numbers}", query_string=data)
    else:
        query = data if numbers is None else {"TicketID": numbers, **data}
        answer = caller.get(f"{REST}/TicketList", query_string=query)
    assert answer.status_code == 200, answer.data
    return dict(json.loads(answer.data))


def over_soap(caller: Client, operation: str, **data: Any) -> dict[str, Any]:
    """The answer over SOAP, its elements as a dict of lists and texts."""
    answer = caller.post(SOAP, data=envelope(operation, data), content_type="text/xml; charset=utf-8")
    assert answer.status_code == 200, answer.data
    return answer_in(answer)


def ticket_got(caller: Client, ticket: Any = TICKET, **data: Any) -> dict[str, Any]:
    """The first ticket of TicketGet, on which REST and SOAP agree; root asks where nobody else does."""
    who = {} if "UserLogin" in data or "CustomerUserLogin" in data else ROOT
    rest, soap = (over(caller, "TicketGet", TicketID=ticket, **who, **data) for over in (over_rest, over_soap))
    for answer in (rest, soap):  # which may have been given in different seconds
        for found in answer["Ticket"] if isinstance(answer["Ticket"], list) else [answer["Ticket"]]:
            assert int(found.pop("Age")) >= 0
    assert flat(rest) == soap
    found: dict[str, Any] = rest["Ticket"][0]
    return found


def flat(value: Any) -> Any:
    """What REST answers as SOAP says it: numbers and null are text, a list of one is its item."""
    if isinstance(value, dict):
        return {name: flat(item) for name, item in value.items()}
    if isinstance(value, list):
        return flat(value[0]) if len(value) == 1 else [flat(item) for item in value]
    return "" if value is None else str(value)

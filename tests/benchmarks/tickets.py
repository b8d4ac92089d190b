"""Tickets for the benchmarks of TicketGet: plain, with ten articles, with attachments, and fifty of them.

Added with SQL to whatever database it is, ours or that of a Znuny, so that both are asked for the same.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, func, insert, select

from genericinterface.database import tables as t
from genericinterface.database.rows import add, ids
from genericinterface.database.stored_content import stored

NOW = dt.datetime(2026, 1, 2, 3, 4, 5)
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}
LIST, ARTICLES, ATTACHMENTS = 50, 10, 3
CONTENT = bytes(range(256)) * 400  # of each attachment: 100 KB
VALUES = {"Text": "value_text", "TextArea": "value_text", "Dropdown": "value_text", "Checkbox": "value_int"}


def fill(connection: Connection) -> dict[str, list[int]]:
    """Adds them in the queue Raw; the IDs of `plain`, `articles`, `attachments` and `list`."""
    highest = connection.scalar(select(func.max(t.ticket.c.id))) or 0
    first = max(highest, 900_000) + 1
    add(connection, t.ticket, [_ticket(connection, first + number) for number in range(LIST + 2)])
    articles, attachments = first + LIST, first + LIST + 1
    for ticket, number in ((articles, ARTICLES), (attachments, 1)):
        for _ in range(number):
            _add_article(connection, ticket, ATTACHMENTS if ticket == attachments else 0)
    fields = connection.execute(select(t.dynamic_field.c.id, t.dynamic_field.c.field_type)).all()
    values = [_value(number, kind, articles) for number, kind in fields if kind in VALUES]
    connection.execute(insert(t.dynamic_field_value), values)
    fifty = list(range(first, first + LIST))
    return {"plain": fifty[:1], "articles": [articles], "attachments": [attachments], "list": fifty}


def _ticket(connection: Connection, number: int) -> dict[str, Any]:
    escalation = dict.fromkeys(("escalation_time", "escalation_update_time", "escalation_response_time"), 0)
    return {
        "id": number,
        "tn": f"2026{number:012}",
        "title": f"Benchmark {number}",
        "queue_id": ids(connection, t.queue)["Raw"],
        "ticket_lock_id": 1,
        "type_id": 1,
        "user_id": 1,
        "responsible_user_id": 1,
        "ticket_priority_id": 3,
        "ticket_state_id": ids(connection, t.ticket_state)["open"],
        "customer_id": "customer",
        "customer_user_id": "customer1",
        "timeout": 0,
        "until_time": 0,
        "escalation_solution_time": 0,
        **escalation,
        **STAMPS,
    }


def _add_article(connection: Connection, ticket: int, attachments: int) -> None:
    sender = ids(connection, t.article_sender_type)["agent"]
    row = {"article_sender_type_id": sender, "communication_channel_id": 1, "is_visible_for_customer": 1}
    added = connection.execute(insert(t.article).values(ticket_id=ticket, **row, **STAMPS)).inserted_primary_key
    article = int(added[0]) if added else 0
    mime = {"a_from": "An Agent", "a_to": "A Customer", "a_subject": "Benchmark", "a_body": "Some text. " * 200}
    mime |= {"a_content_type": "text/plain; charset=utf-8", "incoming_time": 1767323045}
    connection.execute(insert(t.article_data_mime).values(article_id=article, **mime, **STAMPS))
    for number in range(attachments):
        file = {"filename": f"{number}.bin", "content_type": "application/octet-stream", "disposition": "attachment"}
        content = {"content": stored(connection, CONTENT), "content_size": str(len(CONTENT))}
        values = {"article_id": article, **file, **content, **STAMPS}
        connection.execute(insert(t.article_data_mime_attachment).values(values))


def _value(field: int, kind: str, ticket: int) -> dict[str, Any]:
    value: dict[str, Any] = {"value_text": None, "value_int": None} | {VALUES[kind]: 1 if kind == "Checkbox" else "x"}
    return {"field_id": field, "object_id": ticket, **value}

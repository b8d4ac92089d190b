"""A queue that answers, tickets that are answered, and what is left of it in the tables."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Connection, func, insert, select

from genericinterface.database import lookups, mail_queue
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewArticle, add_article
from genericinterface.database.engine import Database
from genericinterface.database.ticket_change import TicketChange, create_ticket
from genericinterface.database.ticket_row import NewTicket
from genericinterface.mail.auto_response import respond
from genericinterface.sysconfig import SystemConfiguration

BASE = replace(SystemConfiguration(), fqdn="desk.example.com")
NOW = BASE.now()
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}
TEXT = "Thank you, <OTRS_CUSTOMER_REALNAME>.\nYou wrote in <OTRS_TICKET_TicketID>:\n<OTRS_CUSTOMER_EMAIL[1]>"
SUBJECT = "RE: <OTRS_CUSTOMER_SUBJECT[10]>"
CORA = '"Cora Customer" <cora@example.com>'
NUMBER = "2026010110000015"


def answer_with(
    database: Database, kind: str = "auto reply", text: str = TEXT, subject: str = SUBJECT, **more: Any
) -> None:
    """Lets the queue Raw answer; a customer user cora is known."""
    with database.transaction() as connection:
        kinds = lookups.names(connection, (t.auto_response_type,))["auto_response_type"].ids
        row = {"name": kind, "text0": text, "text1": subject, "type_id": kinds[kind], "system_address_id": 1}
        row |= {"content_type": "text/plain", "valid_id": 1, **STAMPS, **more}
        number = connection.execute(insert(t.auto_response).values(row)).inserted_primary_key
        assert number is not None
        connection.execute(
            insert(t.queue_auto_response).values(queue_id=raw(connection), auto_response_id=number[0], **STAMPS)
        )
        cora = {"login": "cora", "email": "cora@example.com", "customer_id": "acme", "first_name": "Cora"}
        if connection.scalar(select(t.customer_user.c.id).where(t.customer_user.c.login == "cora")) is None:
            connection.execute(
                insert(t.customer_user).values(cora | {"last_name": "Customer", "valid_id": 1, **STAMPS})
            )


def raw(connection: Connection) -> int:
    return lookups.names(connection, (t.queue,))["queue"].ids["Raw"]


def created(
    database: Database,
    kind: str = "auto reply",
    sender: str = CORA,
    state: str = "new",
    customer: str = "cora",
    configuration: SystemConfiguration = BASE,
    **article: Any,
) -> int:
    """A ticket with an article that is answered; its ID."""
    with database.transaction() as connection:
        is_first = connection.scalar(select(t.ticket.c.id).where(t.ticket.c.tn == NUMBER)) is None
        new = NewTicket(
            tn=NUMBER if is_first else str(int(NUMBER) + connection.scalar(select(func.max(t.ticket.c.id)))),
            title="Printer <b>",
            queue_id=raw(connection),
            lock_id=1,
            state_id=lookups.names(connection, (t.ticket_state,))["ticket_state"].ids[state],
            priority_id=3,
            type_id=1,
            customer_id="acme",
            customer_user=customer,
        )
        change = create_ticket(connection, new, 1, configuration, NOW)
        add_and_respond(change, kind, sender, **article)
        return change.flush()


def add_and_respond(change: TicketChange, kind: str, sender: str, **more: Any) -> None:
    article = {"subject": "Re: Printer is on fire", "body": "It burns.\nReally.", "to": "Raw"} | more
    new = NewArticle(
        content_type="text/plain; charset=utf-8",
        channel_id=3,
        sender_type_id=3,
        is_visible_for_customer=True,
        history_type="NewTicket",
        history_comment="%%",
        from_=sender,
        **article,
    )
    respond(change, add_article(change, new), kind)


def responses(database: Database, ticket_id: int) -> list[Any]:
    """The articles of a ticket from its second on."""
    statement = (
        select(t.article, t.article_data_mime)
        .join(t.article_data_mime, t.article_data_mime.c.article_id == t.article.c.id)
        .where(t.article.c.ticket_id == ticket_id)
        .order_by(t.article.c.id)
    )
    with database.reading() as connection:
        return list(connection.execute(statement).mappings())[1:]


def queued(database: Database) -> list[tuple[mail_queue.Entry, EmailMessage]]:
    with database.reading() as connection:
        entries = mail_queue.listed(connection)
        found = [mail_queue.find(connection, entry.id) for entry in entries]
    messages = [email.message_from_bytes(q.content or b"", policy=email.policy.default) for q in found if q]
    return [(entry, message) for entry, message in zip(entries, messages, strict=True)]  # type: ignore[misc]

"""In-Reply-To and References: each mail of a ticket replies to the one before, whatever the tables hold."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select
from werkzeug.test import Client

from genericinterface.database import auto_responses, lookups, mail_queue
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.last_mail import MailIds
from genericinterface.mail.thread import LONGEST, Thread, reply
from tests.answering_queue import answer_with, created, responses
from tests.answering_queue import queued as messages
from tests.application import NOW, application, client
from tests.statements import sent_to
from tests.ticket_requests import ARTICLE, TRANSPORTS, change, creation, send

SEND = {"ArticleSend": 1, "To": "a@b.test"}
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database, sysconfig={"FQDN": "desk.test"}) as built:
        yield client(built)


def mails(database: Database) -> list[dict[str, str | None]]:
    """The fields of the mails in the queue, oldest first, after a look whether their articles have the same."""
    columns = t.article_data_mime.c
    kept = select(columns.a_message_id, columns.a_in_reply_to, columns.a_references)
    found = []
    with database.reading() as connection:
        for entry in mail_queue.listed(connection):
            queued = mail_queue.find(connection, entry.id)
            assert queued is not None
            message = email.message_from_bytes(queued.content or b"", policy=email.policy.default)
            fields = {name: message[name] for name in ("Message-ID", "In-Reply-To", "References")}
            row = connection.execute(kept.where(columns.article_id == entry.article_id)).one()
            assert tuple(row) == tuple(value or "" for value in fields.values())
            found.append(fields)
    return found


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_mails_of_a_ticket_hang_together(caller: Client, database: Database, transport: str) -> None:
    ticket = send(caller, transport, "TicketCreate", creation(article=SEND))["TicketID"]
    for more in (SEND, {}, SEND):  # a note has no Message-ID, and nothing replies to it
        assert "ArticleID" in send(caller, transport, "TicketUpdate", change(ticket, Article=ARTICLE | more))
    first, second, third = mails(database)
    assert first["In-Reply-To"] is first["References"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"


def stored(database: Database, ticket_id: int, message_id: str, channel: str = "Email", **more: Any) -> None:
    """An article as a Znuny that fetches mail has written it."""
    with database.transaction() as connection:
        names = lookups.names(connection, (t.communication_channel, t.article_sender_type))
        row = {"ticket_id": ticket_id, "communication_channel_id": names["communication_channel"].ids[channel]}
        row |= {"article_sender_type_id": names["article_sender_type"].ids["customer"]}
        row |= {"is_visible_for_customer": more.pop("visible", 1), **STAMPS}
        added = connection.execute(insert(t.article).values(row)).inserted_primary_key
        assert added is not None
        mime = {"article_id": added[0], "a_message_id": message_id, "incoming_time": 1, **STAMPS, **more}
        connection.execute(insert(t.article_data_mime).values(mime))


@pytest.mark.parametrize(("visible", "parent"), [(1, "<customer@x.test>"), (0, "<supplier@x.test>")])
def test_only_what_the_reader_may_see_is_told_of(caller: Client, database: Database, visible: int, parent: str) -> None:
    stored(database, 12, "<customer@x.test>", a_references="<older@x.test>")
    stored(database, 12, "<supplier@x.test>", a_references="<older@x.test>", visible=0)
    stored(database, 12, "<call@x.test>", channel="Phone")
    stored(database, 12, "")
    stored(database, 11, "<elsewhere@x.test>")
    article = ARTICLE | SEND | {"IsVisibleForCustomer": visible}
    assert "ArticleID" in send(caller, "rest", "TicketUpdate", change(12, Article=article))
    (mail,) = mails(database)
    assert mail["In-Reply-To"] == parent
    assert mail["References"] == f"<older@x.test> {parent}"


def test_nothing_but_identifiers_gets_into_a_header(caller: Client, database: Database) -> None:
    text = "<a@x.test>\r\nBcc: <thief@x.test>,\tsome <words> <b@x.test"
    stored(database, 12, "<parent@x.test>\nX-Evil: 1", a_in_reply_to="<c@x.test>", a_references=text)
    assert "ArticleID" in send(caller, "rest", "TicketUpdate", change(12, Article=ARTICLE | SEND))
    (mail,) = mails(database)
    assert mail["In-Reply-To"] == "<parent@x.test>"
    assert mail["References"] == "<a@x.test> <thief@x.test> <words> <parent@x.test>"
    with database.reading() as connection:
        (entry,) = mail_queue.listed(connection)
        queued = mail_queue.find(connection, entry.id)
    assert queued is not None
    assert queued.content is not None
    header = queued.content.partition(b"\r\n\r\n")[0]
    assert b"Bcc" not in header
    assert b"X-Evil" not in header


@pytest.mark.parametrize(
    ("parent", "thread"),
    [
        (MailIds("", "", "<a@x>"), Thread()),
        (MailIds("no identifier", "<a@x>", ""), Thread()),
        (MailIds("<two@x> <of@x>", "", ""), Thread()),
        (MailIds("<p@x>", "", ""), Thread("<p@x>", "<p@x>")),
        (MailIds("<p@x>", "<a@x>", ""), Thread("<p@x>", "<a@x> <p@x>")),
        (MailIds("<p@x>", "<a@x> <b@x>", ""), Thread("<p@x>", "<p@x>")),  # RFC 5322: of two, nobody knows which
        (MailIds("<p@x>", "<b@x>", "<a@x><b@x>\r\n\t<a@x>"), Thread("<p@x>", "<a@x> <b@x> <p@x>")),
        (MailIds("<p@x>", "", "<a@x> <p@x> <b@x>"), Thread("<p@x>", "<a@x> <b@x> <p@x>")),
        (MailIds(f"<{'p' * 1000}@x>", "", ""), Thread()),
        (MailIds("<p@x>", "", f"<{'a' * 1000}@x> <b@x>"), Thread("<p@x>", "<b@x> <p@x>")),
        (MailIds(f"<{'p' * 600}@x>", "", f"<{'a' * 600}@x>"), Thread(f"<{'p' * 600}@x>", f"<{'p' * 600}@x>")),
    ],
)
def test_the_chain(parent: MailIds, thread: Thread) -> None:
    assert reply(parent) == thread


def test_a_long_chain_keeps_its_ends() -> None:
    chain = [f"<number-{number}@desk.example.com>" for number in range(500)]
    found = reply(MailIds("<parent@x>", "", " ".join(chain))).references
    kept = found.split()
    assert kept[0] == chain[0]
    assert kept[1:] == [*chain[-(len(kept) - 2) :], "<parent@x>"]
    assert LONGEST - len(chain[0]) <= len(found) <= LONGEST


def test_it_costs_a_statement_where_something_is_sent(database: Database) -> None:
    def asked(data: dict[str, Any], operation: str = "TicketUpdate") -> int:
        with sent_to(built.database) as sent:
            assert "TicketID" in send(client(built), "rest", operation, data)
        return sum("a_in_reply_to" in each and each.startswith("SELECT") for each in sent)

    with application(database, sysconfig={"FQDN": "desk.test"}) as built:
        assert asked(change(12, Article=ARTICLE)) == 0
        assert asked(creation(article=SEND), "TicketCreate") == 0
        assert asked(change(12, Article=ARTICLE | SEND)) == 1


@pytest.mark.parametrize("is_sent", [True, False])
def test_an_auto_response_replies_to_the_mail_it_answers(database: Database, is_sent: bool) -> None:
    auto_responses._known.clear()
    answer_with(database)
    more = {"message_id": "<asked@x.test>", "references": "<first@x.test>"} if is_sent else {}
    (article,) = responses(database, created(database, **more))
    ((_, mail),) = messages(database)
    expected = ("<asked@x.test>", "<first@x.test> <asked@x.test>") if is_sent else ("", "")
    assert (article["a_in_reply_to"], article["a_references"]) == expected
    assert (mail["In-Reply-To"] or "", mail["References"] or "") == expected
    auto_responses._known.clear()

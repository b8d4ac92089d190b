"""ArticleSend, Sign, Crypt and auto responses of TicketCreate and TicketUpdate, up to the outgoing queue."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import insert, select
from werkzeug.test import Client

from genericinterface.database import auto_responses, mail_queue
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.operation.ticket.ticket_create import TicketCreate
from tests.application import NOW, application, client
from tests.mail_keys import PgpKeys
from tests.ticket_requests import ARTICLE, TRANSPORTS, change, counts, creation, history, send

SEND = {"ArticleSend": 1, "To": "Somebody <a@b.test>", "Cc": "c@b.test", "Bcc": "boss@b.test"}
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}


@pytest.fixture
def caller(database: Database, pgp_keys: PgpKeys) -> Iterator[Client]:
    sysconfig = {"FQDN": "desk.test", "PGP": 1, "PGP::Options": f"--homedir {pgp_keys.home} --batch --no-tty --yes"}
    with application(database, sysconfig=sysconfig) as built:
        yield client(built)


def queued(database: Database) -> list[tuple[mail_queue.Entry, EmailMessage]]:
    with database.reading() as connection:
        found = []
        for entry in mail_queue.listed(connection):
            message = mail_queue.find(connection, entry.id)
            assert message is not None
            parsed = email.message_from_bytes(message.content, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            found.append((entry, parsed))
        return found


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sent_with_a_new_ticket(caller: Client, database: Database, transport: str) -> None:
    answer = send(caller, transport, "TicketCreate", creation(article=SEND | {"CommunicationChannel": "Phone"}))
    ((entry, message),) = queued(database)
    assert set(entry.recipients) == {"a@b.test", "c@b.test", "boss@b.test"}
    assert message["Subject"] == f"[Ticket#{answer['TicketNumber']}] It burns"
    assert message["Bcc"] is None
    with database.reading() as connection:
        row = connection.execute(
            select(t.article, t.article_data_mime)
            .join(t.article_data_mime, t.article_data_mime.c.article_id == t.article.c.id)
            .where(t.article.c.id == int(answer["ArticleID"]))
        ).one()
        assert (row.communication_channel_id, row.a_bcc, row.a_message_id) == (1, "boss@b.test", message["Message-ID"])
        assert row.a_from == str(message["From"])
        assert [kind for kind, _ in history(connection, answer["TicketID"])].count("NewTicket") == 2


def test_sent_with_an_update(caller: Client, database: Database) -> None:
    answer = send(caller, "rest", "TicketUpdate", change(12, Article=ARTICLE | SEND | {"TimeUnit": "3"}))
    assert "ArticleID" in answer
    assert len(queued(database)) == 1
    with database.reading() as connection:
        booked = select(t.time_accounting.c.id).where(t.time_accounting.c.article_id == answer["ArticleID"])
        assert len(connection.execute(booked).all()) == 1


def test_signed(caller: Client, database: Database, pgp_keys: PgpKeys) -> None:
    sign = {"Type": "PGP", "SubType": "Detached", "Key": pgp_keys.plain}
    assert "TicketID" in send(caller, "rest", "TicketCreate", creation(article=SEND | {"Sign": sign}))
    ((_, message),) = queued(database)
    assert message.get_content_type() == "multipart/signed"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("article", "code"),
    [
        ({"Sign": {"Type": "PGP", "Key": "DEADBEEF"}}, "KeyNotFound"),
        ({"Crypt": {"Type": "PGP", "Key": "DEADBEEF"}}, "KeyNotFound"),
        ({"Sign": {"Type": "SMIME", "Key": "x"}}, "SecurityNotAvailable"),
        ({"Sign": {"Type": "ROT13", "Key": "x"}}, "InvalidParameter"),
        ({"Crypt": "x"}, "InvalidParameter"),
    ],
)
def test_what_cannot_be_secured_is_not_sent(
    caller: Client, database: Database, transport: str, article: dict[str, Any], code: str
) -> None:
    with database.reading() as connection:
        before = counts(connection)
    answer = send(caller, transport, "TicketCreate", creation(article=SEND | article))
    assert answer["Error"]["ErrorCode"] == f"TicketCreate.{code}"
    assert f"TicketCreate.{code}" in TicketCreate.errors
    answer = send(
        caller, transport, "TicketUpdate", change(12, Ticket={"Title": "x"}, Article=ARTICLE | SEND | article)
    )
    assert answer["Error"]["ErrorCode"] == f"TicketUpdate.{code}"
    with database.reading() as connection:
        assert counts(connection) == before
        assert connection.scalar(select(t.ticket.c.title).where(t.ticket.c.id == 12)) != "x"


def test_a_queue_answers(caller: Client, database: Database) -> None:
    auto_responses._known.clear()
    with database.transaction() as connection:
        kind = connection.scalar(select(t.auto_response_type.c.id).where(t.auto_response_type.c.name == "auto reply"))
        row = {"name": "a", "text0": "We have it.", "text1": "RE: <OTRS_CUSTOMER_SUBJECT[20]>", "type_id": kind}
        row |= {"system_address_id": 1, "content_type": "text/plain", "valid_id": 1, **STAMPS}
        number = connection.execute(insert(t.auto_response).values(row)).inserted_primary_key
        assert number is not None
        queue = connection.scalar(select(t.queue.c.id).where(t.queue.c.name == "Support"))
        connection.execute(insert(t.queue_auto_response).values(queue_id=queue, auto_response_id=number[0], **STAMPS))
    answer = send(caller, "rest", "TicketCreate", creation())
    assert isinstance(answer["ArticleID"], int)  # the response is an article, too, and not the caller's
    ((entry, message),) = queued(database)
    assert entry.recipients == ("carla@example.org",)
    assert answer["TicketNumber"] in str(message["Subject"])
    other = send(caller, "rest", "TicketCreate", creation(article={"AutoResponseType": "auto reject"}))
    assert "TicketID" in other
    assert len(queued(database)) == 1
    auto_responses._known.clear()

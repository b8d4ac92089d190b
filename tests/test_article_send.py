"""mail/article_send.py: an article that goes out is kept as it was sent, and queued for all its recipients."""

from __future__ import annotations

import base64
import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select, update

from genericinterface.database import mail_queue
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewArticle, NewAttachment
from genericinterface.database.engine import Database
from genericinterface.database.stored_content import content
from genericinterface.database.ticket_change import read_for_update
from genericinterface.errors import MailError, SecurityError
from genericinterface.mail.article_send import send_article
from genericinterface.mail.security import Security
from genericinterface.sysconfig import SystemConfiguration

BASE = replace(SystemConfiguration(), fqdn="desk.example.com")
PIXEL = base64.b64encode(b"\x89PNG pixel").decode()
NEW = NewArticle(
    subject="Re: Your printer",
    body="Hello Änne.",
    content_type="text/plain; charset=utf-8",
    channel_id=3,
    sender_type_id=1,
    is_visible_for_customer=True,
    history_type="AddNote",
    history_comment="%%GenericInterface Note",
    to="Änne <anne@example.com>, b@example.com",
    cc="c@example.com",
    bcc="secret@example.com",
)


def sent(database: Database, new: NewArticle, **security: Any) -> tuple[dict[str, Any], mail_queue.Entry, EmailMessage]:
    """The article's row, its entry in the queue and the message."""
    with database.transaction() as connection:
        connection.execute(update(t.signature).values(text="\nRegards, <OTRS_Agent_UserFirstname>"))
        ticket_id = connection.scalar(select(t.ticket.c.id).order_by(t.ticket.c.id).limit(1))
        change = read_for_update(connection, int(ticket_id or 0), 1, BASE, BASE.now())
        assert change is not None
        article = send_article(change, new, **security)
    with database.reading() as connection:
        statement = select(t.article, t.article_data_mime).join(t.article_data_mime)
        row = connection.execute(statement.where(t.article.c.id == article.id)).mappings().one()
        (entry,) = mail_queue.listed(connection)
        queued = mail_queue.find(connection, entry.id)
        plain = connection.scalar(
            select(t.article_data_mime_plain.c.body).where(t.article_data_mime_plain.c.article_id == article.id)
        )
    assert queued is not None
    assert queued.content == content(plain)
    assert entry.article_id == article.id
    message = email.message_from_bytes(queued.content or b"", policy=email.policy.default)
    return dict(row), entry, message  # type: ignore[return-value]


def test_a_text_goes_out_as_it_is_kept(database: Database) -> None:
    row, entry, message = sent(database, NEW)
    with database.reading() as connection:
        number = connection.scalar(select(t.ticket.c.tn).where(t.ticket.c.id == row["ticket_id"]))
    assert (row["communication_channel_id"], row["a_from"]) == (1, "Service Desk <servicedesk@localhost>")
    assert (row["a_to"], row["a_cc"], row["a_bcc"]) == (NEW.to, NEW.cc, NEW.bcc)
    assert row["a_subject"] == message["Subject"] == f"[Ticket#{number}] Your printer"
    assert row["a_message_id"] == message["Message-ID"]
    assert row["a_body"] == message.get_content().rstrip("\n") == "Hello Änne.\nRegards, Admin"
    assert entry.sender == "servicedesk@localhost"
    assert entry.recipients == ("anne@example.com", "b@example.com", "c@example.com", "secret@example.com")
    assert "secret@example.com" not in message.as_string()
    assert message["Auto-Submitted"] is None


def test_html_goes_out_with_its_pictures_and_files(database: Database) -> None:
    html = f'<p>Hello</p><img src="data:image/png;base64,{PIXEL}">'
    file = NewAttachment("a.txt", b"file", "text/plain; charset=us-ascii", "attachment")
    new = replace(NEW, body=html, content_type="text/html; charset=utf-8", attachments=(file,), from_="me@example.com")
    row, entry, message = sent(database, new)
    assert row["a_from"] == entry.sender == "me@example.com"
    assert message.get_content_type() == "multipart/mixed"
    parts = {part.get_content_type(): part for part in message.walk()}
    assert parts["image/png"].get_content() == b"\x89PNG pixel"
    shown = parts["text/html"].get_content()
    assert f"cid:{parts['image/png']['Content-ID'].strip('<>')}" in shown
    assert "Regards, Admin" in shown
    with database.reading() as connection:
        files = connection.execute(
            select(t.article_data_mime_attachment)
            .where(t.article_data_mime_attachment.c.article_id == row["article_id"])
            .order_by(t.article_data_mime_attachment.c.id)
        ).mappings()
        kept = {each["content_type"].partition(";")[0]: content(each["content"]) for each in files}
    assert kept["text/plain"] == b"file"
    assert kept["image/png"] == b"\x89PNG pixel"
    assert kept["text/html"].decode() == shown.rstrip("\n")


@pytest.mark.parametrize(
    ("new", "security", "error"),
    [
        (replace(NEW, to="nobody"), {}, MailError),
        (replace(NEW, from_="a@example.com\nBcc: b@example.com"), {}, MailError),
        (NEW, {"sign": Security("PGP", "Detached", ("ABCDEF",))}, SecurityError),
        (NEW, {"crypt": Security("SMIME", "", ("x",))}, SecurityError),
    ],
)
def test_what_cannot_be_sent_leaves_nothing(
    database: Database, new: NewArticle, security: dict[str, Any], error: type[Exception]
) -> None:
    with database.reading() as connection:
        before = connection.execute(select(t.article.c.id)).all()
    with pytest.raises(error):
        sent(database, new, **security)
    with database.reading() as connection:
        assert mail_queue.listed(connection) == []
        assert connection.execute(select(t.article.c.id)).all() == before

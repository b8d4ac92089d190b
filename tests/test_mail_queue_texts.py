"""mail/queue_texts.py: the signature of a queue behind plain and HTML bodies."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from genericinterface.database.engine import Database
from genericinterface.database.queue_mail import QueueMail
from genericinterface.database.tables import ticket
from genericinterface.database.ticket_change import read_for_update
from genericinterface.mail import queue_texts
from genericinterface.sysconfig import SystemConfiguration

PLAIN, HTML = "text/plain", "text/html"
TEXT = "\nRegards\n<OTRS_Agent_UserFullname> <x> <OTRS_CUSTOMER_SUBJECT>"
PAGE = "<b>Regards</b><br/>&lt;OTRS_Agent_UserFullname&gt;"

# (kind of the signature, body, kind of the body) → signed
SIGNED = {
    (PLAIN, "Hello", PLAIN): "Hello\nRegards\nAdmin Administrator <x> -",
    (HTML, "Hello", PLAIN): "Hello\nRegards\nAdmin Administrator",
    (HTML, "Hello\n", PLAIN): "Hello\nRegards\nAdmin Administrator",
    (PLAIN, "<p>Hello</p>", HTML): "<p>Hello</p><br/>Regards<br/>Admin Administrator &lt;x&gt; -",
    (HTML, "<p>Hello</p>", HTML): "<p>Hello</p><b>Regards</b><br/>Admin Administrator",
    (HTML, "<html><body>Hi</body></html>", HTML): (
        "<html><body>Hi<b>Regards</b><br/>Admin Administrator</body></html>"
    ),
}


def test_a_body_is_signed(database: Database) -> None:
    with database.transaction() as connection:
        number = connection.scalar(select(ticket.c.id).limit(1))
        change = read_for_update(connection, int(number or 0), 1, SystemConfiguration(), SystemConfiguration().now())
        assert change is not None
        found = queue_texts.of_ticket(change)
        assert (found.address, found.real_name) == ("servicedesk@localhost", "Service Desk")
        assert "Service Desk" in found.signature
        for (kind, body, mime_type), signed in SIGNED.items():
            texts = QueueMail("", "", TEXT if kind == PLAIN else PAGE, f"{kind}; charset=utf-8")
            assert queue_texts.with_signature(change, texts, body, mime_type) == signed
        none = QueueMail("", "", "", "")
        assert queue_texts.with_signature(change, none, "Hello", PLAIN) == "Hello"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Service Desk", "Service Desk <a@x.org>"),
        ('Ü, "Q" \\', '"Ü, \\"Q\\" \\\\" <a@x.org>'),
        ("", "a@x.org"),
    ],
)
def test_a_mailbox(name: str, wanted: str) -> None:
    assert queue_texts.mailbox(name, "a@x.org") == wanted

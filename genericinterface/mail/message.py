"""A mail to send: its parts as the operation knows them, and the message they make (RFC 5322, MIME).

Called by the operations that send articles, by the auto responses and by security.py. `compose` makes the whole
message; `fields` and `entity` are its two halves, since only the second is signed and encrypted.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import unquote

from genericinterface.errors import MailError
from genericinterface.html_text import to_text
from genericinterface.mail import addresses, entity, header
from genericinterface.mail.entity import Attachment
from genericinterface.sysconfig import SystemConfiguration

MAILER = "genericinterface"

# Fields that are made here; of a setting they would come twice.
_OWN = re.compile(
    r"from|to|cc|bcc|reply-to|subject|date|message-id|in-reply-to|references|organization|x-mailer|auto-submitted"
    r"|precedence|x-loop|mime-version|content-.*|sender|return-path|received|resent-.*",
    re.IGNORECASE,
)
_CID = re.compile(r"""cid:([^\s"'<>)]++)""", re.IGNORECASE)


@dataclass(frozen=True)
class Outgoing:
    """What a mail says, and to whom: addresses as text, as in a request (`Änne <a@x.example>, b@x.example`).

    `body` is text/plain or text/html by `mime_type`; `charset` is taken where it has all the characters. `message_id`
    is from new_message_id. `bcc` is in the envelope only. `is_automatic` marks a mail that nobody wrote, so that no
    robot answers it. `headers` are further ones (`X-…`); those that a message has anyway are left out. `encoding` is
    the transfer encoding of text, "" the one that suits. `mailer` is what the message says of us, "" for nothing.
    """

    from_: str
    to: str
    subject: str
    body: str
    message_id: str
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    mime_type: str = "text/plain"
    charset: str = "utf-8"
    in_reply_to: str = ""
    references: str = ""
    organization: str = ""
    is_automatic: bool = False
    date: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    attachments: Sequence[Attachment] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    mailer: str = MAILER


class Envelope(NamedTuple):
    """Whom the mail server is told: addresses alone, domains in ASCII. An automatic mail has the empty sender."""

    sender: str
    recipients: tuple[str, ...]


def new_message_id(fqdn: str) -> str:
    """As Znuny forms them, `<epoch.fraction.random@FQDN>`, by which it knows replies to its own mails."""
    now = time.time_ns()
    number = secrets.randbelow(10**9)
    return f"<{now // 10**9}.{now // 1000 % 10**6}.{number}@{header.checked('FQDN', fqdn)}>"


def configured(mail: Outgoing, configuration: SystemConfiguration) -> Outgoing:
    """The mail with what Znuny's settings say of every mail."""
    return replace(
        mail,
        organization=configuration.organization,
        headers={**dict(configuration.sendmail_default_headers), **mail.headers},
        encoding=configuration.sendmail_encoding_force,
        mailer="" if configuration.secure_disable_banner else mail.mailer,
    )


def envelope(mail: Outgoing) -> Envelope:
    """Sender and recipients, each once; raises MailError where there is none."""
    sender = addresses.single("From", mail.from_).address
    found = [each for name, text in _recipients(mail).items() for each in addresses.parse(name, text)]
    if not found:
        raise MailError("To: no recipient")
    # The part before the @ may differ in case alone (RFC 5321, 2.4), the domain may not.
    unique = {
        (local, domain.lower()): f"{local}@{domain}" for _, a in found for local, _, domain in [a.rpartition("@")]
    }
    return Envelope("" if mail.is_automatic else sender, tuple(unique.values()))


def compose(mail: Outgoing) -> bytes:
    """The message with CRLF; neither signed nor encrypted (security.py does that). Raises MailError."""
    return joined(fields(mail), entity_of(mail))


def joined(header_fields: bytes, content: bytes) -> bytes:
    """The two halves as one message that ends with a line end, as SMTP would end it."""
    return header_fields + content + (b"" if content.endswith(b"\r\n") else b"\r\n")


def fields(mail: Outgoing) -> bytes:
    """The header, save the Content-* fields that entity_of begins with."""
    envelope(mail)  # no message without somebody to send it to
    listed = {name: addresses.parse(name, text) for name, text in _recipients(mail).items() if name != "Bcc"}
    if not any(listed.values()):
        listed["To"] = []
    lines = [
        header.mailboxes("From", [addresses.single("From", mail.from_)]),
        *(header.mailboxes(name, found) for name, found in listed.items() if found),
        b"" if any(listed.values()) else b"To: undisclosed-recipients:;\r\n",
        header.mailboxes("Reply-To", reply) if (reply := addresses.parse("Reply-To", mail.reply_to)) else b"",
        header.text("Subject", mail.subject),
        f"Date: {format_datetime(mail.date)}\r\n".encode(),
        header.message_ids("Message-ID", mail.message_id),
        header.message_ids("In-Reply-To", mail.in_reply_to),
        header.message_ids("References", mail.references),
        header.text("Organization", mail.organization) if mail.organization.strip() else b"",
        header.text("X-Mailer", mail.mailer) if mail.mailer else b"",
        b"Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nX-Loop: yes\r\n" if mail.is_automatic else b"",
        *(header.text(name, value) for name, value in mail.headers.items() if not _OWN.fullmatch(name)),
        b"MIME-Version: 1.0\r\n",
    ]
    return b"".join(lines)


def entity_of(mail: Outgoing) -> bytes:
    """The body and the attachments as one MIME entity.

    HTML gets a text before it (multipart/alternative); the images that it shows by `cid:` are with it
    (multipart/related), all other files after both (multipart/mixed).
    """
    if mail.mime_type.strip().lower() != "text/html":
        return _mixed(entity.text(mail.body, "plain", mail.charset, mail.encoding), mail.attachments)
    shown = {unquote(found) for found in _CID.findall(mail.body)}
    related = [file for file in mail.attachments if file.content_id.strip("<> ") in shown]
    page = entity.text(mail.body, "html", mail.charset, mail.encoding)
    if related:
        page = entity.multipart("related", [page, *map(entity.attachment, related)], [("type", "text/html")])
    words = entity.text(to_text(mail.body), "plain", mail.charset, mail.encoding)
    both = entity.multipart("alternative", [words, page])
    return _mixed(both, [file for file in mail.attachments if file not in related])


def _mixed(content: bytes, files: Sequence[Attachment]) -> bytes:
    return entity.multipart("mixed", [content, *map(entity.attachment, files)]) if files else content


def _recipients(mail: Outgoing) -> dict[str, str]:
    return {"To": mail.to, "Cc": mail.cc, "Bcc": mail.bcc}

"""What a queue adds to an article that is sent: who it is from, and its signature. Called where ArticleSend is set."""

from __future__ import annotations

import re

from genericinterface.database import queue_mail
from genericinterface.database.queue_mail import QueueMail
from genericinterface.database.ticket_change import TicketChange
from genericinterface.html_text import to_text
from genericinterface.mail import template
from genericinterface.mail.ticket_placeholders import placeholders

_SPECIAL = re.compile(r'[()<>@,;:\\".\[\]]')
_END_OF_PAGE = re.compile(r"</body\s*>\s*(?:</html\s*>)?\s*\Z", re.IGNORECASE)


def of_ticket(change: TicketChange) -> QueueMail:
    """Address and texts of the ticket's queue; one statement."""
    return queue_mail.of_queue(change.connection, change.row.queue_id)


def mailbox(name: str, address: str) -> str:
    """A name and an address as one mailbox; Znuny leaves out the quotes that a name with special characters needs."""
    if _SPECIAL.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{address}>" if name else address


def with_signature(change: TicketChange, texts: QueueMail, body: str, mime_type: str) -> str:
    """The body with the queue's signature behind it, both plain or both HTML as `mime_type` says.

    Znuny appends HTML to plain bodies too, and behind the end of an HTML page; here it is text, or within the page.
    """
    values = placeholders(change)
    is_html = template.is_html(texts.signature_type)
    if not template.is_html(mime_type):
        text = texts.signature
        added = to_text(template.expand_html(text, values)) if is_html else template.expand(text, values)
        return body + ("" if added.startswith("\n") or body.endswith("\n") else "\n") + added if added else body
    added = template.expand_html(template.as_html(texts.signature, texts.signature_type), values)
    end = _END_OF_PAGE.search(body)
    return f"{body[: end.start()]}{added}{body[end.start() :]}" if end else body + added

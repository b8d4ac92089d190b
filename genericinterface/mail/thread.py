"""In-Reply-To and References of mails, so that mail programs show the mails of a ticket together (RFC 5322, 3.6.4).

Called where an article is sent and for auto responses. What the tables hold may come from anybody's mail: only what
is a message identifier is taken from it, and no more than fits into a line.
"""

from __future__ import annotations

from typing import NamedTuple

from genericinterface.database.last_mail import MailIds, last_mail
from genericinterface.database.ticket_change import TicketChange
from genericinterface.mail import header

LONGEST = 998 - len("References: ")  # RFC 5537, 3.4.4: what is longer is cut in its middle


class Thread(NamedTuple):
    """The two fields of a mail, empty where it is the first one."""

    in_reply_to: str = ""
    references: str = ""


def of_ticket(change: TicketChange, is_visible: bool) -> Thread:
    """For a further mail of a stored ticket: it replies to the last one.

    A mail that the customer sees does not tell of those that the customer does not see. Costs one statement.
    """
    parent = last_mail(change.connection, change.id, only_visible=is_visible)
    return reply(parent) if parent else Thread()


def reply(parent: MailIds) -> Thread:
    """For a mail that replies to `parent`; nothing where that has no usable Message-ID."""
    found = _ids(parent.message_id)
    if len(found) != 1:
        return Thread()
    own = found[0]
    before = _ids(parent.references)
    if not before and len(answered := _ids(parent.in_reply_to)) == 1:
        before = answered  # RFC 5322, 3.6.4: only where it is one
    chain = [*(each for each in dict.fromkeys(before) if each != own), own]
    room = LONGEST - len(" ".join(chain))
    while room < 0:
        # The first one stays, and the last ones as far as there is room.
        room += len(chain.pop(1 if len(chain) > 2 else 0)) + 1
    return Thread(own, " ".join(chain))


def _ids(text: str) -> list[str]:
    return [each for each in header.identifiers(text) if len(each) <= LONGEST - len("In-Reply-To")]

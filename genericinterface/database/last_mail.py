"""The last mail of a ticket: what its next one replies to. Called by mail/thread.py, where an article is sent."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from genericinterface.database import lookups
from genericinterface.database.tables import article, article_data_mime, communication_channel


class MailIds(NamedTuple):
    """Message identifiers of a mail as they are kept: its own, and those in In-Reply-To and References."""

    message_id: str
    in_reply_to: str
    references: str


_mime = article_data_mime.c
_LAST = (
    select(_mime.a_message_id, _mime.a_in_reply_to, _mime.a_references)
    .join(article, article.c.id == _mime.article_id)
    .where(
        article.c.ticket_id == bindparam("ticket"),
        article.c.communication_channel_id == bindparam("channel"),
        article.c.is_visible_for_customer >= bindparam("visible"),
        _mime.a_message_id != "",
    )
    .order_by(article.c.id.desc())
    .limit(1)
)


def last_mail(connection: Connection, ticket_id: int, only_visible: bool) -> MailIds | None:
    """The last stored article of the channel Email that has a Message-ID; one statement.

    `only_visible` leaves out those that the customer does not see.
    """
    channel = lookups.names(connection, (communication_channel,))["communication_channel"].ids["Email"]
    values = {"ticket": ticket_id, "channel": channel, "visible": int(only_visible)}
    row = connection.execute(_LAST, values).first()
    return MailIds(row[0], row[1] or "", row[2] or "") if row else None

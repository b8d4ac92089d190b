"""A note on a ticket that a mail of it could not be delivered; for delivery.py, where the settings ask for it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, bindparam, select

from genericinterface.database import lookups
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewArticle, add_article
from genericinterface.database.mail_queue import Entry
from genericinterface.database.ticket_change import read_for_update
from genericinterface.sysconfig import SystemConfiguration

SUBJECT = "Mail could not be delivered"

_ARTICLE = (
    select(t.article.c.ticket_id, t.article_data_mime.c.a_subject)
    .join(t.article_data_mime, t.article_data_mime.c.article_id == t.article.c.id)
    .where(t.article.c.id == bindparam("article"))
)


def write(
    connection: Connection, entry: Entry, failure: str, configuration: SystemConfiguration, now: dt.datetime
) -> None:
    """Adds an internal note for agents to the ticket of the article that the mail was; nothing for other mails."""
    found = connection.execute(_ARTICLE, {"article": entry.article_id}).first() if entry.article_id else None
    change = found and read_for_update(connection, found[0], configuration.postmaster_user_id, configuration, now)
    if not found or not change:
        return
    names = lookups.names(connection, (t.article_sender_type, t.communication_channel))
    add_article(
        change,
        NewArticle(
            subject=SUBJECT,
            body=f"Subject: {found[1] or ''}\n\n{failure}\n",
            content_type="text/plain; charset=utf-8",
            channel_id=names["communication_channel"].ids["Internal"],
            sender_type_id=names["article_sender_type"].ids["system"],
            is_visible_for_customer=False,
            history_type="AddNote",
            history_comment=f"%%{SUBJECT}",
        ),
    )
    change.flush()

"""The index of words that searches of articles use, `article_search_index`: its rows for an article, building, status.

A writer of articles adds `rows` in the article's own transaction and marks the article as INDEXED; `genericinterface
search-index` builds the rest. Articles that are marked with NEEDS_INDEX are searched themselves (search_articles.py).

Znuny 6.5 adds the same rows when it makes an article but leaves the mark on it, and its daemon makes them again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, case, delete, exists, func, insert, select, update

from genericinterface.database import tables as t
from genericinterface.database.lookups import TTL
from genericinterface.database.search_words import whole, words
from genericinterface.sysconfig import SystemConfiguration

INDEXED, NEEDS_INDEX = 0, 1  # of article.search_index_needs_rebuild
FILTERED = ("Subject", "Body")  # of these the words are kept, of all others the whole text
HEADERS = ("Bcc", "Cc", "From", "Subject", "To")  # these lose their line breaks first
FIELDS = ("Bcc", "Body", "Cc", "From", "Subject", "To")
KEY = "MIMEBase_"
ATTACHMENTS = f"{KEY}AttachmentName"

_LINE_BREAKS = str.maketrans("", "", "\r\n")
_mime, _attachment = t.article_data_mime.c, t.article_data_mime_attachment.c
_COLUMNS = {
    "Bcc": _mime.a_bcc,
    "Body": _mime.a_body,
    "Cc": _mime.a_cc,
    "From": _mime.a_from,
    "Subject": _mime.a_subject,
    "To": _mime.a_to,
}

Row = dict[str, Any]


def rows(
    article_id: int,
    ticket_id: int,
    fields: Mapping[str, str | None],
    attachments: Iterable[str],
    sysconfig: SystemConfiguration,
) -> list[Row]:
    """The rows of one article for `article_search_index`.

    `fields`: From, To, Cc, Bcc, Subject and Body as the article has them, others are passed over. `attachments`: names
    of its files without those that are its body (`is_body`). A text of which no word is kept has a row all the same,
    one that is empty has none.
    """
    found: list[tuple[str, str]] = []
    names = sorted(attachments)
    if names:
        found.append((ATTACHMENTS, whole(" ".join(names))))
    for name in FIELDS:
        text = fields.get(name) or ""
        if name in HEADERS:
            text = text.translate(_LINE_BREAKS)
        if text:
            found.append((KEY + name, words(text, sysconfig) if name in FILTERED else whole(text)))
    return [
        {"ticket_id": ticket_id, "article_id": article_id, "article_key": key, "article_value": value}
        for key, value in found
    ]


def is_body(filename: str | None, content_type: str | None, disposition: str | None) -> bool:
    """Whether a stored file is the body of its article, not an attachment of it: by its name, as in Znuny 6.5."""
    kind = (content_type or "").lower()
    if disposition == "attachment":
        return False
    if kind.startswith("text/plain"):
        return filename == "file-1"
    return kind.startswith("text/html") and filename in ("file-1", "file-1.html", "file-2")


# -------------------------------------------------------------------------------------------------------- building


def build_some(connection: Connection, sysconfig: SystemConfiguration, most: int, after: int = 0) -> list[int]:
    """Indexes so many of the articles that are marked, those with the lowest IDs above `after`; their IDs in order.

    To be run in a transaction. Articles that another build works on at this moment are left to it.
    """
    marked = (
        select(t.article.c.id, t.article.c.ticket_id, t.ticket.c.archive_flag)
        .join(t.ticket, t.ticket.c.id == t.article.c.ticket_id)
        .where(t.article.c.search_index_needs_rebuild == NEEDS_INDEX, t.article.c.id > after)
        .order_by(t.article.c.id)
        .limit(most)
        .with_for_update(of=t.article, skip_locked=True, key_share=True)
    )
    articles = connection.execute(marked).all()
    if not articles:
        return []
    ids = [article.id for article in articles]
    # Archived tickets have no words in the index unless the setting says otherwise, as in Znuny 6.5.
    tickets = {
        article.id: article.ticket_id
        for article in articles
        if sysconfig.search_index_archived or not article.archive_flag
    }
    connection.execute(delete(t.article_search_index).where(t.article_search_index.c.article_id.in_(ids)))
    made = _rows_of(connection, tickets, sysconfig)
    if made:
        connection.execute(insert(t.article_search_index), made)
    connection.execute(update(t.article).where(t.article.c.id.in_(ids)).values(search_index_needs_rebuild=INDEXED))
    return ids


def _rows_of(connection: Connection, tickets: Mapping[int, int], sysconfig: SystemConfiguration) -> list[Row]:
    """The rows of articles by the IDs of their tickets."""
    files: dict[int, list[str]] = {}
    names = select(_attachment.article_id, _attachment.filename, _attachment.content_type, _attachment.disposition)
    for file in connection.execute(names.where(_attachment.article_id.in_(tickets))):
        if not is_body(file.filename, file.content_type, file.disposition):
            files.setdefault(file.article_id, []).append(file.filename or "")
    texts = select(_mime.article_id, *_COLUMNS.values())
    found: list[Row] = []
    for article, *values in connection.execute(texts.where(_mime.article_id.in_(tickets)).order_by(_mime.article_id)):
        fields = dict(zip(_COLUMNS, values, strict=True))
        found += rows(article, tickets[article], fields, files.get(article, ()), sysconfig)
    return found


def mark_some(connection: Connection, after: int, most: int) -> int | None:
    """Marks articles as to be indexed, those with the lowest IDs above `after`; the last ID, None when all are done."""
    article = t.article.c
    ids = select(article.id).where(article.id > after).order_by(article.id).limit(most)
    last: int | None = connection.scalar(select(func.max(ids.subquery("next").c.id)))
    if last is not None:
        connection.execute(
            update(t.article)
            .where(article.id > after, article.id <= last, article.search_index_needs_rebuild == INDEXED)
            .values(search_index_needs_rebuild=NEEDS_INDEX)
        )
    return last


LOOKED_AT = 1000  # marked articles; where there are more, a build is going on
_waits: WeakKeyDictionary[Engine, tuple[float, bool]] = WeakKeyDictionary()
_HIGHEST_MARK = select(func.max(t.article.c.search_index_needs_rebuild))  # the maximum is at the end of its index
_marked = (
    select(t.article.c.id).where(t.article.c.search_index_needs_rebuild == NEEDS_INDEX).limit(LOOKED_AT).subquery()
)
_has_words = exists().where(t.article_search_index.c.article_id == _marked.c.id)
_WITHOUT_WORDS = select(func.count(), func.sum(case((_has_words, 1), else_=0))).select_from(_marked)


def any_waiting(connection: Connection) -> bool:
    """Whether the words of any article may be missing in the index; asked once in a second.

    An article that is only marked, as those that a Znuny has just made, has its words there.
    """
    now = time.monotonic()
    read, waiting = _waits.get(connection.engine, (0.0, True))
    if read + TTL < now:
        waiting = connection.scalar(_HIGHEST_MARK) == NEEDS_INDEX and _some_without_words(connection)
        _waits[connection.engine] = (now, waiting)
    return waiting


def _some_without_words(connection: Connection) -> bool:
    marked, with_words = connection.execute(_WITHOUT_WORDS).one()
    return bool(marked >= LOOKED_AT or (with_words or 0) < marked)


@dataclass(frozen=True)
class Status:
    """How far the index is: numbers of articles, and of rows of the index."""

    articles: int
    waiting: int
    rows: int


def count_waiting(connection: Connection) -> int:
    """How many articles are marked."""
    waiting = select(func.count()).where(t.article.c.search_index_needs_rebuild == NEEDS_INDEX)
    return connection.scalar(waiting) or 0


def status(connection: Connection) -> Status:
    """Counts."""
    articles = connection.scalar(select(func.count()).select_from(t.article)) or 0
    made = connection.scalar(select(func.count()).select_from(t.article_search_index)) or 0
    return Status(articles, count_waiting(connection), made)

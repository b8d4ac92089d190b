"""New articles of a ticket: what Znuny 6.5 keeps of a text, of HTML, of anything else, and of files.

Called by the operations TicketCreate and TicketUpdate with the change of the ticket, which writes the rows.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import string
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from genericinterface import html_text
from genericinterface.database import lookups, search_index, znuny_tasks
from genericinterface.database import tables as t
from genericinterface.database.stored_content import stored
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_flush import Article, Row

NO_TEXT = "- no text message => see attachment -"
NO_TEXT_TYPE = "text/plain"
UNNAMED = "unknown"  # a body that is no text and says no name of itself
HTML_NAME = "file-2"
ALPHANUMERIC = string.ascii_letters + string.digits

_HTML = re.compile(r"text/html", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_NAME = re.compile(r'name\s*=\s*"([^"]+)"', re.IGNORECASE)  # without quotes Znuny does not see it
_TEXT = re.compile(r"\btext\b|^application/json", re.IGNORECASE)
_CONTENT_ID = re.compile(r"[^<].+[^>]", re.DOTALL)
_LINE_BREAKS = str.maketrans("", "", "\r\n")
_NOT_IN_NAMES = str.maketrans("", "", "\0\r\n")
NAME_BYTES = 220


@dataclass(frozen=True)
class NewAttachment:
    """A file of an article. `disposition`: inline, attachment or ""."""

    filename: str
    content: bytes
    content_type: str
    disposition: str = ""
    content_id: str | None = None


@dataclass(frozen=True)
class NewArticle:
    """An article. `content_type` is whole (`text/html; charset=utf-8`), addresses are as in headers of mails.

    `history_comment` is the whole text of the history entry. `plain`: the message as it was sent.
    """

    subject: str
    body: str
    content_type: str
    channel_id: int
    sender_type_id: int
    is_visible_for_customer: bool
    history_type: str
    history_comment: str
    from_: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: str = ""
    attachments: tuple[NewAttachment, ...] = ()
    plain: bytes | None = None


def add_article(change: TicketChange, new: NewArticle) -> Article:
    """Adds an article to a ticket; it has its ID after `change.flush()`.

    As Znuny 6.5: the author has seen it, nobody else the ticket; the unlock timeout counts anew from an article of an
    agent, and from the first one of a customer after it.
    """
    body, content_type, files = _body(new)
    named = len(files)
    files += new.attachments
    if new.plain is not None or not znuny_tasks.is_beside(change.connection):
        named = len(files)
    article = Article(
        row={
            "article_sender_type_id": new.sender_type_id,
            "communication_channel_id": new.channel_id,
            "is_visible_for_customer": int(new.is_visible_for_customer),
            "search_index_needs_rebuild": _index_mark(change),
            "insert_fingerprint": _fingerprint(),
            **change.stamps(),
        },
        mime=_mime(change, new, body, content_type),
    )
    article.attachments = _attachments(change, files)
    article.index = _index(change, article, named)
    if new.plain is not None:
        article.plain = {"body": stored(change.connection, new.plain), **change.stamps()}
    resets = _resets_unlock_timeout(change, new.sender_type_id)
    change.add_article(article, new.history_type, new.history_comment)
    if resets:
        change.reset_unlock_timeout()
    return article


def _body(new: NewArticle) -> tuple[str, str, list[NewAttachment]]:
    """Body and content type as they are kept, and the file that is the body itself where it is no plain text."""
    kind = new.content_type
    if _HTML.search(kind):
        found = _CHARSET.search(kind)
        charset = found[1].lower() if found else "utf-8"
        file = NewAttachment(HTML_NAME, new.body.encode("utf-8"), f'text/html; charset="{charset}"')
        return html_text.to_text(new.body), _HTML.sub("text/plain", kind), [file]
    if kind and not _TEXT.search(kind.partition(";")[0]):
        found = _NAME.search(kind)
        name = found[1] if found else UNNAMED
        return NO_TEXT, NO_TEXT_TYPE, [NewAttachment(name, new.body.encode("utf-8"), kind)]
    return new.body.replace("\r\n", "\n"), kind, []


def _mime(change: TicketChange, new: NewArticle, body: str, content_type: str) -> Row:
    texts = {
        "a_from": new.from_,
        "a_reply_to": new.reply_to,
        "a_to": new.to,
        "a_cc": new.cc,
        "a_bcc": new.bcc,
        "a_subject": new.subject,
        "a_message_id": new.message_id,
        "a_in_reply_to": new.in_reply_to,
        "a_references": new.references,
    }
    return {name: text.translate(_LINE_BREAKS) for name, text in texts.items()} | {
        "a_message_id_md5": _md5(new.message_id),
        "a_content_type": content_type,
        "a_body": body,
        "incoming_time": change.sysconfig.to_epoch(change.now),
        "content_path": f"{change.now:%Y/%m/%d}",
        **change.stamps(),
    }


def _md5(message_id: str) -> str | None:
    """What Znuny finds a message by."""
    return hashlib.md5(message_id.encode("utf-8"), usedforsecurity=False).hexdigest() if message_id else None


def _fingerprint() -> str:
    """What tells this row from those that others add at the same time; Znuny finds its own rows by it."""
    return f"{os.getpid()}-{''.join(secrets.choice(ALPHANUMERIC) for _ in range(32))}"


def _attachments(change: TicketChange, files: list[NewAttachment]) -> list[Row]:
    taken: set[str] = set()
    rows = []
    for file in files:
        name = _unique(file.filename, taken)
        taken.add(name)
        rows.append(
            {
                "filename": name,
                "content_size": str(len(file.content)),
                "content_type": file.content_type,
                "content_id": _content_id(file.content_id),
                "content_alternative": None,
                "disposition": file.disposition,
                "content": stored(change.connection, file.content),
                **change.stamps(),
            }
        )
    return rows


def _content_id(given: str | None) -> str | None:
    return f"<{given}>" if given and _CONTENT_ID.fullmatch(given) else given


def _unique(filename: str, taken: set[str]) -> str:
    """The name as Znuny stores it, with a number before its extension where another file has it: `name-1.txt`.

    Without dots at its beginning, and of 220 bytes at most, for which the part before the extension is cut.
    """
    name = filename.translate(_NOT_IN_NAMES).lstrip(".")
    dot = name.rfind(".")
    stem, extension = (name[:dot], name[dot:]) if 0 < dot < len(name) - 1 else (name, "")
    extension = _cut(extension, NAME_BYTES - 1)
    stem = _cut(stem, NAME_BYTES - len(extension.encode("utf-8")))
    name, number = stem + extension, 0
    while name in taken:
        number += 1
        name = f"{stem}-{number}{extension}"
    return name


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8")[:size].decode("utf-8", "ignore")


def _index(change: TicketChange, article: Article, named: int) -> list[Row]:
    """Rows of the search index; their IDs are put in when they are written.

    The first `named` files are in it. Beside a Znuny these are a body that became one, and those of a mail that was
    sent; others are left to its daemon, which indexes each article once more. So does Znuny.
    """
    names = [
        row["filename"]
        for row in article.attachments[:named]
        if not search_index.is_body(row["filename"], row["content_type"], row["disposition"])
    ]
    fields = {name: article.mime[f"a_{name.lower()}"] for name in search_index.FIELDS}
    return search_index.rows(0, 0, fields, names, change.sysconfig)


def _index_mark(change: TicketChange) -> int:
    return search_index.NEEDS_INDEX if znuny_tasks.is_beside(change.connection) else search_index.INDEXED


# --------------------------------------------------------------------------------------------------- unlock timeout


@cache
def _last_sender() -> Any:
    article = t.article.c
    return (
        select(article.article_sender_type_id)
        .where(
            article.ticket_id == bindparam("ticket"),
            article.article_sender_type_id.in_(bindparam("types", expanding=True)),
        )
        .order_by(article.id.desc())
        .limit(1)
    )


def _resets_unlock_timeout(change: TicketChange, sender_type_id: int) -> bool:
    """One statement, for customers' articles on tickets that are stored."""
    senders = lookups.names(change.connection, [t.article_sender_type])["article_sender_type"].ids
    if sender_type_id == senders["agent"]:
        return True
    if sender_type_id != senders["customer"]:
        return False
    types = [senders["agent"], senders["customer"]]
    added = [a.row["article_sender_type_id"] for a in change.pending.articles]
    last = next((kind for kind in reversed(added) if kind in types), None)
    if last is None and not change.is_new:
        last = change.connection.scalar(_last_sender(), {"ticket": change.id, "types": types})
    return bool(last == senders["agent"])

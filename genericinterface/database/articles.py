"""Articles of tickets and their attachments, as the wire shows them. One statement for each, however many.

Called by ticket_data.py. What is not asked for (articles that are filtered out or beyond the limit, contents of
attachments) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Integer, Select, bindparam, case, cast, func, null, select

from genericinterface.database import lookups
from genericinterface.database import tables as t
from genericinterface.database.stored_content import as_base64
from genericinterface.database.tickets import units

STATEMENTS = 256

Data = dict[str, Any]

_CHARSET = re.compile(r".+?charset=[\"']?(\w+)", re.I)
_PARAMETERS = re.compile(r"(.+?);.*")
_MIME_TYPE = re.compile(r"\w+/\w+")
_NUMBERED = re.compile(r"file-[12]")  # what Znuny calls the parts of a body
HTML_BODIES = ("file-1", "file-2", "file-1.html")


@dataclass(frozen=True)
class Choice:
    """Which articles: of these types of senders, one type after the other, at most `limit` of each ticket.

    No types at all, or None as a type: of any sender. `descending` turns the order around, which Znuny 6.5 does with a
    limit only. `customer`: as a customer user sees them, without those that are not for customers, and without Bcc.
    """

    sender_types: tuple[str | None, ...] | None = None
    limit: int | None = None
    descending: bool = False
    customer: bool = False

    @property
    def order(self) -> tuple[str | None, ...]:
        """The types of senders in the order of the answer."""
        types = self.sender_types if self.sender_types is not None else (None,)
        return types[::-1] if self.descending else types


def read(connection: Connection, tickets: Collection[int], choice: Choice) -> dict[int, list[Data]]:
    """The articles of the tickets by ticket; one statement, one more for names that were not kept."""
    senders = lookups.names(connection, [t.article_sender_type])["article_sender_type"]
    order = dict.fromkeys(choice.order)
    kinds = [senders.ids[name] for name in order if name in senders.ids] if None not in order else []
    if not tickets or choice.limit == 0 or not (kinds or None in order):
        return {}
    values: dict[str, Any] = {"tickets": list(tickets), "limit": choice.limit}
    values |= {f"sender{place}": kind for place, kind in enumerate(kinds)}
    limited = choice.limit is not None and (bool(kinds) or len(order) == 1)
    shape = (len(kinds), limited, choice.descending, choice.customer)
    found: dict[int, list[Data]] = {}
    for row in connection.execute(_statement(*shape), values):
        found.setdefault(row[1], []).append(_shown(row, senders.names, choice.customer))
    return {ticket: _in_order(articles, choice) for ticket, articles in found.items()}


def _in_order(articles: list[Data], choice: Choice) -> list[Data]:
    """As Znuny 6.5 puts them together: type by type of sender, turned around, cut off."""
    if choice.descending:
        articles.reverse()
    if choice.order != (None,):
        kinds = ([found for found in articles if name in (None, found["SenderType"])] for name in choice.order)
        articles = list(chain.from_iterable(kinds))
    return articles[: choice.limit]


# -------------------------------------------------------------------------------------------------------- statements

_a, _m = t.article.c, t.article_data_mime.c
_MIME = (
    _m.a_from,
    _m.a_to,
    _m.a_cc,
    _m.a_bcc,
    _m.a_reply_to,
    _m.a_subject,
    _m.a_body,
    _m.a_message_id,
    _m.a_in_reply_to,
    _m.a_references,
    _m.a_content_type,
    _m.incoming_time,
)


@lru_cache(STATEMENTS)
def _statement(kinds: int, limited: bool, descending: bool, customer: bool) -> Select[Any]:
    """Articles in order, with the number that each has in its ticket; as many types of senders as `kinds`, 0: all."""
    number = func.row_number().over(partition_by=_a.ticket_id, order_by=_a.id)
    articles = select(t.article, number.label("number")).where(_a.ticket_id.in_(bindparam("tickets", expanding=True)))
    numbered = articles.subquery("numbered")
    n = numbered.c
    wanted: list[ColumnElement[bool]] = []
    senders = [n.article_sender_type_id == bindparam(f"sender{place}") for place in range(kinds)]
    if customer:
        wanted.append(n.is_visible_for_customer == 1)
    if senders:
        wanted.append(n.article_sender_type_id.in_([bindparam(f"sender{place}") for place in range(kinds)]))
    if limited:
        order: list[ColumnElement[Any]] = [n.id.desc() if descending else n.id.asc()]
        if senders:
            order.insert(0, case(*((sender, place) for place, sender in enumerate(senders))))
        rank = func.row_number().over(partition_by=n.ticket_id, order_by=order)
        ranked = select(n.id, rank.label("rank")).where(*wanted).subquery("ranked")
        few = select(ranked.c.id).where(ranked.c.rank <= bindparam("limit", type_=Integer()))
        wanted = [n.id.in_(few)]
    time = t.time_accounting.c
    booked = select(cast(func.sum(time.time_unit), Float)).where(time.article_id == n.id).scalar_subquery()
    return (
        select(
            n.id,
            n.ticket_id,
            n.number,
            n.communication_channel_id,
            n.article_sender_type_id,
            n.is_visible_for_customer,
            n.create_time,
            n.create_by,
            n.change_time,
            n.change_by,
            booked,
            _m.id,
            *_MIME,
        )
        .select_from(numbered)
        .outerjoin(t.article_data_mime, _m.article_id == n.id)
        .where(*wanted)
        .order_by(n.id)
    )


def _shown(row: Any, senders: dict[int, str], customer: bool) -> Data:
    article_id, ticket_id, number, channel, sender, visible, created, creator, changed, changer, booked, mime, *rest = (
        row
    )
    data: Data = {
        "ArticleID": article_id,
        "ArticleNumber": number,
        "ChangeBy": changer,
        "ChangeTime": str(changed),
        "CommunicationChannelID": channel,
        "CreateBy": creator,
        "CreateTime": str(created),
        "IsVisibleForCustomer": visible,
        "SenderType": senders.get(sender),
        "SenderTypeID": str(sender),
        "TicketID": ticket_id,
        "TimeUnit": units(booked),
    }
    if mime is None:  # of a channel that keeps its articles elsewhere
        return data
    from_, to, cc, bcc, reply_to, subject, body, message_id, in_reply_to, references, content_type, incoming = rest
    charset, mime_type = content_type_of(content_type)
    return data | {
        "Bcc": "" if customer and bcc else bcc,
        "Body": body,
        "Cc": cc,
        "Charset": charset,
        "ContentCharset": charset,
        "ContentType": content_type,
        "From": from_,
        "InReplyTo": in_reply_to,
        "IncomingTime": incoming,
        "MessageID": message_id,
        "MimeType": mime_type,
        "References": references,
        "ReplyTo": reply_to,
        "Subject": subject,
        "To": to,
    }


@lru_cache(1024)
def content_type_of(content_type: str | None) -> tuple[str, str]:
    """(charset, MIME type) of a Content-Type as Znuny 6.5 cuts it up, which is by no grammar."""
    if not content_type:
        return "", ""
    charset = ""
    if "charset=" in content_type.lower():
        charset = _CHARSET.sub(r"\1", content_type).replace('"', "").replace("'", "")
        charset = _PARAMETERS.sub(r"\1", charset)
    mime_type = _MIME_TYPE.match(content_type)
    return charset, mime_type[0] if mime_type else ""


# ------------------------------------------------------------------------------------------------------- attachments

_f = t.article_data_mime_attachment.c
_FILES = (
    _f.article_id,
    _f.filename,
    _f.content_size,
    _f.content_type,
    _f.content_id,
    _f.content_alternative,
    _f.disposition,
)


def _files(content: ColumnElement[Any]) -> Select[Any]:
    chosen = _f.article_id.in_(bindparam("articles", expanding=True))
    return select(*_FILES, content).where(chosen).order_by(_f.filename, _f.id)


_WITH_CONTENT, _WITHOUT_CONTENT = _files(_f.content), _files(null())


def attachments(
    connection: Connection, articles: Collection[int], with_content: bool, with_html_body: bool
) -> dict[int, list[Data]]:
    """The attachments of the articles that have some, by article, in the order of Znuny 6.5; one statement.

    The parts of a body are stored as attachments as well; the one with the plain text is never shown, the one with
    the HTML text when it is asked for.
    """
    if not articles:
        return {}
    found: dict[int, list[Data]] = {}
    statement = _WITH_CONTENT if with_content else _WITHOUT_CONTENT
    for article_id, *row in connection.execute(statement, {"articles": list(articles)}):
        files = found.setdefault(article_id, [])
        files.append(_file(str(len(files) + 1), *row))
    chosen = ((article, list(_without_bodies(files, with_html_body))) for article, files in found.items())
    # As text: 1, 10, 2.
    return {article: sorted(files, key=lambda file: str(file["FileID"])) for article, files in chosen if files}


def _file(
    number: str,
    filename: str | None,
    size: str | None,
    content_type: str | None,
    content_id: str | None,
    alternative: str | None,
    disposition: str | None,
    content: str | bytes | None,
) -> Data:
    return {
        "Content": as_base64(content),
        "ContentAlternative": alternative or "",
        "ContentID": content_id or "",
        "ContentType": content_type,
        "Disposition": disposition or _disposition(filename or "", content_type or "", content_id or ""),
        "FileID": number,
        "Filename": filename,
        "FilesizeRaw": size if size is not None else 0,
    }


def _disposition(filename: str, content_type: str, content_id: str) -> str:
    """What Znuny 6.5 says of a file that does not say it: parts of the body and pictures in it are inline."""
    if _NUMBERED.search(filename) or (content_id and "image" in content_type.lower()):
        return "inline"
    return "attachment"


def _without_bodies(files: Iterable[Data], with_html_body: bool) -> Iterator[Data]:
    """The files without the first that is the plain body, and without the first that is the HTML body."""
    plain, html = False, with_html_body
    for file in files:
        kind = (file["ContentType"] or "").lower()
        if not plain and file["Filename"] == "file-1" and "text/plain" in kind:
            plain = True
        elif not html and file["Filename"] in HTML_BODIES and "text/html" in kind and file["Disposition"] == "inline":
            html = True
        else:
            yield file

"""Ticket::TicketGet over REST and SOAP: which articles and attachments a ticket has, and what customers see of them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import articles
from genericinterface.database.engine import Database
from tests.application import application, client
from tests.statements import sent_to
from tests.ticket_reading import (
    CUSTOMER,
    FIRST_ARTICLE,
    INTERNAL,
    MADE,
    TICKET,
    add_article,
    add_ticket,
    attach,
    fill,
    ticket_got,
)

BIG = bytes(range(256)) * 12_000  # three megabytes


def _contents(connection: Connection) -> None:
    attach(connection, FIRST_ARTICLE, "notes.txt", b"Line one\nLine two\n")
    attach(connection, FIRST_ARTICLE, "big.bin", BIG, content_type="application/octet-stream", disposition=None)
    html = {"content_type": "text/html; charset=utf-8", "disposition": None}
    attach(connection, FIRST_ARTICLE, "file-2", b"<p>Body</p>", **html)
    attach(connection, FIRST_ARTICLE, "file-1", b"Body")
    picture = {"content_type": "image/png", "disposition": None, "content_id": "<x@y>"}
    attach(connection, FIRST_ARTICLE, "dot.png", b"\x89PNG", **picture)
    for number in range(11):
        attach(connection, INTERNAL, f"n{number:02}.txt", b"")


@pytest.fixture(scope="module")
def shared(module_database: Database) -> Iterator[Application]:
    """An application on a database with the ticket and attachments of its articles, for all tests that only read."""
    fill(module_database)
    with module_database.transaction() as connection:
        _contents(connection)
    with application(module_database) as built:
        yield built


@pytest.fixture
def caller(shared: Application) -> Client:
    """Asks it."""
    return client(shared)


def shown(caller: Client, **data: Any) -> list[int]:
    """The IDs of the articles."""
    found = ticket_got(caller, AllArticles=1, **data).get("Article", [])
    return [article["ArticleID"] - FIRST_ARTICLE + 1 for article in found]


# ------------------------------------------------------------------------------------------------------------ articles


def test_an_article(caller: Client) -> None:
    assert ticket_got(caller, AllArticles=1)["Article"][1] == {
        "ArticleID": INTERNAL,
        "ArticleNumber": 2,
        "Bcc": f"bcc{INTERNAL}@example.org",
        "Body": f"Body of {INTERNAL} & <more>",
        "Cc": "",
        "ChangeBy": 1,
        "ChangeTime": str(MADE),
        "Charset": "utf-8",
        "CommunicationChannelID": 1,
        "ContentCharset": "utf-8",
        "ContentType": "text/plain; charset=utf-8",
        "CreateBy": 1,
        "CreateTime": str(MADE),
        "From": f"From {INTERNAL}",
        "InReplyTo": None,
        "IncomingTime": 1704164645,
        "IsVisibleForCustomer": 0,
        "MessageID": f"<{INTERNAL}@example.org>",
        "MimeType": "text/plain",
        "References": None,
        "ReplyTo": None,
        "SenderType": "customer",
        "SenderTypeID": "3",
        "Subject": f"Subject {INTERNAL}",
        "TicketID": TICKET,
        "TimeUnit": 5,
        "To": "To",
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleOrder": "DESC"}, [1, 2, 3, 4, 5, 6]),  # with a limit only
        ({"ArticleLimit": 2}, [1, 2]),
        ({"ArticleLimit": 2, "ArticleOrder": "DESC"}, [6, 5]),
        ({"ArticleLimit": 2, "ArticleOrder": "desc"}, [1, 2]),
        ({"ArticleLimit": 99, "ArticleOrder": "DESC"}, [6, 5, 4, 3, 2, 1]),
        ({"ArticleLimit": "0"}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleLimit": ""}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleLimit": "-2"}, []),
        ({"ArticleLimit": "0.5"}, [1]),
        ({"ArticleLimit": "2 articles"}, [1, 2]),
        ({"ArticleLimit": "many"}, []),
        ({"ArticleLimit": ["1", "2"]}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleSenderType": "customer"}, [2, 5]),
        ({"ArticleSenderType": "Customer"}, []),
        ({"ArticleSenderType": "agent,customer"}, []),
        ({"ArticleSenderType": ["system", "agent"]}, [3, 6, 1, 4]),
        ({"ArticleSenderType": ["system", "nobody"]}, [3, 6]),
        ({"ArticleSenderType": ["system", "system"]}, [3, 6, 3, 6]),
        ({"ArticleSenderType": ["", "agent"]}, [1, 2, 3, 4, 5, 6, 1, 4]),
        ({"ArticleSenderType": ["", "agent"], "ArticleLimit": 7}, [1, 2, 3, 4, 5, 6, 1]),
        ({"ArticleSenderType": ["system", "agent"], "ArticleLimit": 3}, [3, 6, 1]),
        ({"ArticleSenderType": ["system", "agent"], "ArticleLimit": 3, "ArticleOrder": "DESC"}, [4, 1, 6]),
        (
            {"ArticleSenderType": ["agent", "system", "agent"], "ArticleLimit": 5, "ArticleOrder": "DESC"},
            [4, 1, 6, 3, 4],
        ),
    ],
)
def test_which_articles(caller: Client, options: dict[str, Any], expected: list[int]) -> None:
    assert shown(caller, **options) == expected


def test_articles_that_are_not_wanted_are_not_read(shared: Application) -> None:
    with shared.database.reading() as connection:
        choice = articles.Choice(("agent",), limit=1, descending=True)
        assert [a["ArticleNumber"] for a in articles.read(connection, [TICKET], choice)[TICKET]] == [4]
        statement = articles._statement(1, limited=True, descending=True, customer=False)
        values = {"tickets": [TICKET], "sender0": 1, "limit": 1}
        assert len(connection.execute(statement, values).all()) == 1


def test_without_articles_there_is_no_key(caller: Client) -> None:
    assert "Article" not in ticket_got(caller, Attachments=1, ArticleLimit=1)
    assert "Article" not in ticket_got(caller, AllArticles=1, ArticleSenderType="nobody")


@pytest.mark.parametrize(
    ("content_type", "charset", "mime_type"),
    [
        (None, "", ""),
        ("text/plain", "", "text/plain"),
        ('text/plain; charset="ISO-8859-1"', "ISO-8859-1", "text/plain"),
        ("TEXT/Plain; Charset=utf8; format=flowed", "utf8", "TEXT/Plain"),
        ("text/plain ; charset = utf-8", "", "text/plain"),
        ("text/plain; charset=", "text/plain", "text/plain"),
        ("charset=utf-8", "charset=utf-8", ""),
        ('"text/plain"; charset=utf-8', "utf-8", ""),
        ('text/plain; charset="utf-8"; charset="x"', "utfx", "text/plain"),
        ("a\nb; charset=utf-8", "a\nutf-8", ""),
        ("application/vnd.ms-x; charset=utf-8", "utf-8", "application/vnd"),
    ],
)
def test_content_types_are_cut_up_as_znuny_does(content_type: str | None, charset: str, mime_type: str) -> None:
    assert articles.content_type_of(content_type) == (charset, mime_type)


# --------------------------------------------------------------------------------------------------------- attachments


def files(found: dict[str, Any], article: int = 0) -> dict[str, dict[str, Any]]:
    return {file["Filename"]: file for file in found["Article"][article].get("Attachment", [])}


def test_attachments(caller: Client) -> None:
    found = files(ticket_got(caller, AllArticles=1, Attachments=1))
    assert list(found) == ["big.bin", "dot.png", "notes.txt"]
    assert found["notes.txt"] == {
        "Content": "TGluZSBvbmUKTGluZSB0d28K",
        "ContentAlternative": "",
        "ContentID": "",
        "ContentType": "text/plain; charset=utf-8",
        "Disposition": "attachment",
        "FileID": "5",
        "Filename": "notes.txt",
        "FilesizeRaw": "18",
    }
    assert (found["big.bin"]["Disposition"], found["dot.png"]["Disposition"]) == ("attachment", "inline")
    assert base64.b64decode(found["big.bin"]["Content"], validate=True) == BIG
    assert "\n" not in found["big.bin"]["Content"]


def test_the_html_body_is_an_attachment_where_it_is_wanted(caller: Client) -> None:
    found = files(ticket_got(caller, AllArticles=1, Attachments=1, HTMLBodyAsAttachment=1))
    assert list(found) == ["big.bin", "dot.png", "file-2", "notes.txt"]
    assert (found["file-2"]["FileID"], found["file-2"]["Disposition"]) == ("4", "inline")


def test_attachments_are_in_the_order_of_their_numbers_as_text(caller: Client) -> None:
    found = files(ticket_got(caller, AllArticles=1, Attachments=1), article=1)
    assert [file["FileID"] for file in found.values()] == ["1", "10", "11", *"23456789"]


CONTENTS = "article_data_mime_attachment.content \n"  # the last column of the statement


@pytest.mark.parametrize("value", ["0", ""])
def test_contents_are_not_read_when_they_are_not_wanted(shared: Application, value: str) -> None:
    caller = client(shared)
    with sent_to(shared.database) as sent:
        found = files(ticket_got(caller, AllArticles=1, Attachments=1, GetAttachmentContents=value))
    assert {file["Content"] for file in found.values()} == {""}
    assert found["big.bin"]["FilesizeRaw"] == str(len(BIG))
    assert len([sql for sql in sent if CONTENTS in sql]) == 0
    with sent_to(shared.database) as sent:
        ticket_got(caller, AllArticles=1, Attachments=1)
    assert len([sql for sql in sent if CONTENTS in sql]) == 2  # REST and SOAP


def test_bodies_are_told_from_files_as_znuny_does(database: Database) -> None:
    html, plain = {"content_type": "text/html", "disposition": None}, {"disposition": None}
    cases: list[tuple[list[tuple[str, dict[str, Any]]], list[str]]] = [
        ([("file-1", plain), ("file-1", plain)], ["file-1"]),
        ([("file-1", html), ("file-2", html)], ["file-2"]),
        ([("file-1.html", html)], []),
        ([("file-2", html | {"disposition": "attachment"})], ["file-2"]),
        ([("file-2", html | {"disposition": "INLINE"})], ["file-2"]),
        ([("file-3", html), ("File-2", html), ("x.html", html)], ["File-2", "file-3", "x.html"]),
        ([("file-2", plain)], ["file-2"]),
    ]
    with database.transaction() as connection:
        add_ticket(connection)
        for number, (stored, _) in enumerate(cases):
            add_article(connection, FIRST_ARTICLE + number, TICKET, "agent")
            for name, values in stored:
                attach(connection, FIRST_ARTICLE + number, name, b"", **values)
    with application(database) as built:
        found = ticket_got(client(built), AllArticles=1, Attachments=1)["Article"]
    names = [[file["Filename"] for file in article.get("Attachment", [])] for article in found]
    assert [sorted(listed) for listed in names] == [expected for _, expected in cases]


# ----------------------------------------------------------------------------------------------------------- customers


def test_customers_see_neither_internal_articles_nor_bcc(caller: Client) -> None:
    found = ticket_got(caller, AllArticles=1, Attachments=1, **CUSTOMER)["Article"]
    assert [article["ArticleID"] for article in found] == [n for n in range(7001, 7007) if n != INTERNAL]
    assert [article["ArticleNumber"] for article in found] == [1, 3, 4, 5, 6]
    assert {article["Bcc"] for article in found} == {""}


def test_customers_do_not_get_at_internal_articles_by_options(caller: Client) -> None:
    assert shown(caller, **CUSTOMER, ArticleSenderType="customer") == [5]
    assert shown(caller, **CUSTOMER, ArticleLimit=5, ArticleOrder="DESC") == [6, 5, 4, 3, 1]

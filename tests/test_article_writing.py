"""New articles: the rows that Znuny 6.5 was seen to write for a text, for HTML, for anything else, and for files."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewAttachment, add_article
from genericinterface.database.engine import Database
from genericinterface.database.stored_content import content
from genericinterface.database.ticket_flush import Article
from tests.statements import sent_to
from tests.ticket_world import (
    NOW,
    ROOT,
    SYSCONFIG,
    TESTER,
    begin,
    believe,
    change_of,
    history,
    known,
    new_article,
    rows,
)

EPOCH = SYSCONFIG.to_epoch(NOW)
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}


def write(connection: Connection, **values: Any) -> Article:
    """The only article of a new ticket, written."""
    change = begin(connection)
    article = add_article(change, new_article(connection, **values))
    change.flush()
    return article


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_a_plain_text(connection: Connection) -> None:
    article = write(
        connection, subject="Sub\r\nject\ttab", from_="X\nY <x@y.z>", to="a@b.c,\r\n d@e.f", body="B\r\nC\rD"
    )
    assert article.id
    ticket_id = connection.scalar(select(t.article.c.ticket_id).where(t.article.c.id == article.id))
    row = rows(connection, t.article, id=article.id)[0]
    assert len(row["insert_fingerprint"].partition("-")[2]) == 32
    assert without(row, "insert_fingerprint", "search_index_needs_rebuild") == {
        "id": article.id,
        "ticket_id": ticket_id,
        "article_sender_type_id": 1,
        "communication_channel_id": known(connection, t.communication_channel, "Internal"),
        "is_visible_for_customer": 1,
        **STAMPS,
    }
    (mime,) = rows(connection, t.article_data_mime, article_id=article.id)
    assert without(mime, "id", "article_id") == {
        "a_from": "XY <x@y.z>",
        "a_reply_to": "",
        "a_to": "a@b.c, d@e.f",
        "a_cc": "",
        "a_bcc": "",
        "a_subject": "Subject\ttab",
        "a_message_id": "",
        "a_message_id_md5": None,
        "a_in_reply_to": "",
        "a_references": "",
        "a_content_type": "text/plain; charset=utf-8",
        "a_body": "B\nC\rD",
        "incoming_time": EPOCH,
        "content_path": "2026/11/26",
        **STAMPS,
    }
    assert rows(connection, t.article_data_mime_attachment, article_id=article.id) == []
    assert rows(connection, t.article_data_mime_plain, article_id=article.id) == []
    assert history(connection, ticket_id or 0, 5) == [
        ("AddNote", "%%GenericInterface Note"),
        ("Misc", "Reset of unlock time."),
    ]
    entries = rows(connection, t.ticket_history, ticket_id=ticket_id)
    assert [entry["article_id"] for entry in entries[4:]] == [None, article.id, None]
    assert rows(connection, t.ticket, id=ticket_id)[0]["timeout"] == EPOCH


def test_a_mail(connection: Connection) -> None:
    article = write(connection, message_id="<1795692207.819939.888841393@localhost>", plain=b"From: \xff\n\nB")
    (mime,) = rows(connection, t.article_data_mime, article_id=article.id)
    assert mime["a_message_id"] == "<1795692207.819939.888841393@localhost>"
    assert mime["a_message_id_md5"] == "71eecb1039be815e6225fe88407cb32d"
    (plain,) = rows(connection, t.article_data_mime_plain, article_id=article.id)
    assert content(plain["body"]) == b"From: \xff\n\nB"


# (content type, body as it is kept, type of it, name and type of the file that is the body)
BODIES = [
    ("text/plain; charset=utf8", "<b>Bödy €</b>", "text/plain; charset=utf8", None),
    ("text/richtext; charset=utf-8", "<b>Bödy €</b>", "text/richtext; charset=utf-8", None),
    (
        "text/html; charset=utf-8",
        "Bödy €",
        "text/plain; charset=utf-8",
        ("file-2", 'text/html; charset="utf-8"'),
    ),
    (
        "text/html;charset=iso-8859-1",
        "Bödy €",
        "text/plain;charset=iso-8859-1",
        ("file-2", 'text/html; charset="iso-8859-1"'),
    ),
    (
        'text/html; charset="utf-8"; format=flowed',
        "Bödy €",
        'text/plain; charset="utf-8"; format=flowed',
        ("file-2", 'text/html; charset="utf-8"'),
    ),
    ("application/json; charset=utf-8", "<b>Bödy €</b>", "application/json; charset=utf-8", None),
    ("x/text; charset=utf-8", "<b>Bödy €</b>", "x/text; charset=utf-8", None),
    (
        "textual/x; charset=text",
        "- no text message => see attachment -",
        "text/plain",
        ("unknown", "textual/x; charset=text"),
    ),
    (
        "image/png; charset=utf-8",
        "- no text message => see attachment -",
        "text/plain",
        ("unknown", "image/png; charset=utf-8"),
    ),
    (
        'application/pdf; charset=us-ascii; name="x y.pdf"',
        "- no text message => see attachment -",
        "text/plain",
        ("x y.pdf", 'application/pdf; charset=us-ascii; name="x y.pdf"'),
    ),
    (
        "application/x; charset=utf-8; name=foo.bin",
        "- no text message => see attachment -",
        "text/plain",
        ("unknown", "application/x; charset=utf-8; name=foo.bin"),
    ),
]


@pytest.mark.parametrize(("content_type", "body", "kept_type", "file"), BODIES)
def test_bodies(
    connection: Connection, content_type: str, body: str, kept_type: str, file: tuple[str, str] | None
) -> None:
    article = write(connection, content_type=content_type, body="<b>Bödy €</b>")
    (mime,) = rows(connection, t.article_data_mime, article_id=article.id)
    assert (mime["a_body"], mime["a_content_type"]) == (body, kept_type)
    files = rows(connection, t.article_data_mime_attachment, article_id=article.id)
    assert [(row["filename"], row["content_type"]) for row in files] == ([file] if file else [])
    if file:
        assert without(files[0], "id", "article_id", "filename", "content_type", "content") == {
            "content_size": "16",
            "content_id": None,
            "content_alternative": None,
            "disposition": "",
            **STAMPS,
        }
        assert content(files[0]["content"]) == "<b>Bödy €</b>".encode()


def test_files(connection: Connection) -> None:
    files = (
        NewAttachment("a b.txt", b"hello", "text/plain"),
        NewAttachment("x/y\\z:ü?.png", bytes(range(256)), "image/png", "inline", "<abc@x>"),
    )
    article = write(connection, attachments=files)
    found = rows(connection, t.article_data_mime_attachment, article_id=article.id)
    names = ("filename", "content_size", "content_type", "content_id", "disposition")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("a b.txt", "5", "text/plain", None, ""),
        ("x/y\\z:ü?.png", "256", "image/png", "<abc@x>", "inline"),
    ]
    assert [content(row["content"]) for row in found] == [b"hello", bytes(range(256))]
    if connection.dialect.name not in ("mysql", "mariadb"):
        assert found[1]["content"] == base64.encodebytes(bytes(range(256))).decode()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (["a.tar.gz"] * 3, ["a.tar.gz", "a.tar-1.gz", "a.tar-2.gz"]),
        (["noext", "noext", ".hidden", "..hidden"], ["noext", "noext-1", "hidden", "hidden-1"]),
        (["x-1.txt", "x.txt", "x.txt", "x.txt"], ["x-1.txt", "x.txt", "x-2.txt", "x-3.txt"]),
        (["A.txt", "a.txt"], ["A.txt", "a.txt"]),
        (["file-1", "file-2"], ["file-1", "file-2-1"]),
        (["a.", "a.", "a\nb.txt", "a\tb"], ["a.", "a.-1", "ab.txt", "a\tb"]),
        (["...", "..."], ["", "-1"]),
        (["x" * 260 + ".txt"] * 2, ["x" * 216 + ".txt", "x" * 216 + "-1.txt"]),
        (["ü" * 130] * 2, ["ü" * 110, "ü" * 110 + "-1"]),
        (["€" * 100 + ".pdf"], ["€" * 72 + ".pdf"]),
        (["y" * 100 + "." + "z" * 200], ["y" * 19 + "." + "z" * 200]),
        (["a." + "z" * 300, "." + "z" * 300], ["a." + "z" * 218, "z" * 220]),
    ],
)
def test_names_of_files(connection: Connection, given: list[str], stored: list[str]) -> None:
    files = tuple(NewAttachment(name, b"hi", "text/plain") for name in given)
    article = write(connection, attachments=files, content_type="text/html; charset=utf-8")
    found = rows(connection, t.article_data_mime_attachment, article_id=article.id)
    assert [row["filename"] for row in found] == ["file-2", *stored]


@pytest.mark.parametrize(
    ("given", "stored"),
    [("a@b", "<a@b>"), ("<a@b>", "<a@b>"), ("<a@b", "<a@b"), ("a@b>", "a@b>"), ("x", "x"), ("", ""), (None, None)],
)
def test_content_ids(connection: Connection, given: str | None, stored: str | None) -> None:
    article = write(connection, attachments=(NewAttachment("x.png", b"", "image/png", content_id=given),))
    assert rows(connection, t.article_data_mime_attachment, article_id=article.id)[0]["content_id"] == stored


def test_words_for_the_search(connection: Connection) -> None:
    article = write(
        connection,
        body="Bödy text <b>here</b>",
        content_type="text/html; charset=utf-8",
        to="Raw",
        attachments=(NewAttachment("Report.PDF", b"x", "application/pdf"),),
    )
    found = rows(connection, t.article_search_index, article_id=article.id)
    ticket_id = connection.scalar(select(t.article.c.ticket_id).where(t.article.c.id == article.id))
    assert {row["ticket_id"] for row in found} == {ticket_id}
    assert {row["article_key"]: row["article_value"] for row in found} == {
        "MIMEBase_AttachmentName": "report.pdf",
        "MIMEBase_Body": "bödy text",
        "MIMEBase_From": "alice archer",
        "MIMEBase_Subject": "",
        "MIMEBase_To": "raw",
    }


def seen(connection: Connection, ticket_id: int) -> set[int]:
    """Who has seen all of a ticket."""
    flags = rows(connection, t.ticket_flag, ticket_id=ticket_id, ticket_key="Seen")
    assert {flag["ticket_value"] for flag in flags} <= {"1"}
    return {flag["create_by"] for flag in flags}


def test_the_author_has_seen_the_article_and_nobody_else_the_ticket(connection: Connection) -> None:
    tester = known(connection, t.users, TESTER)
    change = begin(connection, ROOT)
    first = add_article(change, new_article(connection))
    number = change.flush()
    assert seen(connection, number) == {ROOT}
    other = {"ticket_value": "1", "create_time": NOW, "create_by": tester}
    connection.execute(
        insert(t.ticket_flag),
        [{"ticket_id": number, "ticket_key": key, **other} for key in ("Seen", "Important")],
    )

    change = change_of(connection, number, tester)
    second = add_article(change, new_article(connection))
    change.flush()
    assert seen(connection, number) == set()  # the tester has not seen the first
    assert [row["ticket_key"] for row in rows(connection, t.ticket_flag, ticket_id=number)] == ["Important"]
    flags = [flag for article in (first, second) for flag in rows(connection, t.article_flag, article_id=article.id)]
    assert [(f["article_id"], f["article_key"], f["article_value"], f["create_by"]) for f in flags] == [
        (first.id, "Seen", "1", ROOT),
        (second.id, "Seen", "1", tester),
    ]

    flag = {"article_key": "Seen", "article_value": "1", "create_time": NOW, "create_by": tester}
    connection.execute(insert(t.article_flag), {"article_id": first.id, **flag})
    change = change_of(connection, number, tester)
    add_article(change, new_article(connection))
    change.flush()
    assert seen(connection, number) == {tester}


def test_the_unlock_timeout_counts_from_agents_and_the_first_customer_after_them(connection: Connection) -> None:
    number = begin(connection).flush()
    resets = []
    sequence = ["customer", "system", "customer", "agent", "customer", "customer", "agent", "system", "customer"]
    for count, sender in enumerate(sequence, 1):
        change = change_of(connection, number, seconds=count)
        sender_type = known(connection, t.article_sender_type, sender)
        add_article(change, new_article(connection, sender_type_id=sender_type))
        change.flush()
        timeout = rows(connection, t.ticket, id=number)[0]["timeout"]
        resets.append(timeout == EPOCH + count)
    assert resets == [False, False, False, True, True, False, True, False, True]


def test_articles_of_one_change_count_for_the_unlock_timeout(connection: Connection) -> None:
    change = begin(connection)
    customer = known(connection, t.article_sender_type, "customer")
    add_article(change, new_article(connection, sender_type_id=customer))
    assert change.row.timeout == 0
    add_article(change, new_article(connection))
    assert change.row.timeout == EPOCH


def test_articles_cost_a_fixed_number_of_statements(
    connection: Connection, read_only_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    believe(monkeypatch)
    files = tuple(NewAttachment(f"{number}.txt", b"x", "text/plain") for number in range(20))
    write(connection)  # names are known from now on
    with sent_to(read_only_database) as sent:
        change = begin(connection, tn="2")
        add_article(change, new_article(connection, attachments=files))
        change.flush()
    assert [statement.split()[2] for statement in sent] == [
        "ticket",
        "article",
        "article_data_mime",
        "article_data_mime_attachment",
        "article_search_index",
        "article_flag",
        "ticket_flag",
        "ticket_history",
    ]
    with sent_to(read_only_database) as sent:
        change = change_of(connection, change.id)
        add_article(change, new_article(connection, attachments=files))
        change.flush()
    assert len(sent) == 10

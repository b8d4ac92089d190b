"""stored_content.py: any bytes survive a database, on one line or on several."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import insert, select

from genericinterface.database import stored_content
from genericinterface.database import tables as t
from genericinterface.database.engine import Database

CONTENTS = (b"", b"\0", b"Line one\nLine two\n", bytes(range(256)) * 9, "übersicht €".encode())


MARIADB = ("mariadb", "mysql")


@pytest.mark.parametrize("content", CONTENTS)
def test_a_content_is_read_as_it_was_written(database: Database, content: bytes) -> None:
    stamps = {"create_time": None, "create_by": 1, "change_time": None, "change_by": 1}
    with database.transaction() as connection:
        article = connection.execute(select(t.article.c.id, t.article.c.create_time)).first()
        assert article is not None
        row = {**stamps, "create_time": article.create_time, "change_time": article.create_time}
        row |= {"article_id": article.id, "content": stored_content.stored(connection, content), "filename": "mine"}
        connection.execute(insert(t.article_data_mime_attachment).values(row))
        table = t.article_data_mime_attachment.c
        kept = connection.scalar(select(table.content).where(table.filename == "mine"))
    assert stored_content.content(kept) == content
    assert stored_content.as_base64(kept) == base64.b64encode(content).decode()


def test_a_content_is_stored_as_base64_in_lines_of_76_characters_but_on_mariadb(database: Database) -> None:
    content = b"x" * 100
    with database.reading() as connection:
        kept = stored_content.stored(connection, content)
    if database.url.get_backend_name() in MARIADB:
        assert kept == content
    else:
        assert [len(line) for line in str(kept).split("\n")] == [76, 60, 0]


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 114, 115, 5000])
def test_it_is_the_base64_of_mails_but_on_mariadb(database: Database, size: int) -> None:
    content = (bytes(range(251)) * 20)[:size]
    expected = content if database.url.get_backend_name() in MARIADB else base64.encodebytes(content).decode()
    with database.reading() as connection:
        assert stored_content.stored(connection, content) == expected


def test_bytes_of_mariadb_are_the_content() -> None:
    assert stored_content.content(b"\0\xff") == b"\0\xff"
    assert stored_content.as_base64(b"\0\xff") == "AP8="


def test_nothing_is_empty_and_no_base64_is_itself() -> None:
    assert stored_content.content(None) == b""
    assert stored_content.as_base64(None) == ""
    assert stored_content.content("plain text") == b"plain text"

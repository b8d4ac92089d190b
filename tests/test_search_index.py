"""The index of words: its rows, building it, and that searches find the same with and without it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from genericinterface.cli import search_index as command
from genericinterface.database import search_index as index
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.search_index import ATTACHMENTS, build_some, is_body, rows
from genericinterface.sysconfig import SystemConfiguration
from tests.application import REST, application, client
from tests.people_commands import Commands, count

ROOT = {"UserLogin": "root@localhost", "Password": "root"}
STAMPS = {
    "create_time": dt.datetime(2024, 1, 1),
    "create_by": 1,
    "change_time": dt.datetime(2024, 1, 1),
    "change_by": 1,
}


def test_rows_of_an_article_are_those_of_znuny(sysconfig: SystemConfiguration) -> None:
    fields = {
        "From": ' "Q,  X" <Abc@Example.COM>\r\n',
        "To": "0",
        "Cc": "\n",
        "Bcc": None,
        "Subject": "The line\nbreak of  Subjects",
        "Body": "and\n the",
        "ReplyTo": "x@example.com",
    }
    found = rows(7, 3, fields, ["b.txt", "C (x) The.TXT", "a.txt", "b.txt"], sysconfig)
    assert all((row["article_id"], row["ticket_id"]) == (7, 3) for row in found)
    assert {row["article_key"]: row["article_value"] for row in found} == {
        "MIMEBase_AttachmentName": "c (x) the.txt a.txt b.txt b.txt",
        "MIMEBase_Body": "",
        "MIMEBase_From": '"q,  x" <abc@example.com>',
        "MIMEBase_Subject": "linebreak subjects",
        "MIMEBase_To": "0",
    }
    assert rows(7, 3, {"Subject": "", "Body": ""}, [], sysconfig) == []


@pytest.mark.parametrize(
    ("name", "kind", "disposition", "body"),
    [
        ("file-1", "text/plain; charset=utf-8", None, True),
        ("file-2", "text/plain", None, False),
        ("file-1", "image/png", None, False),
        ("file-1", "text/html", None, True),
        ("file-2", "TEXT/HTML", "inline", True),
        ("file-1.html", "text/html", "", True),
        ("file-2", "text/html", "attachment", False),
        ("file-3", "text/html", None, False),
        ("FILE-2", "text/html", None, False),
        ("doc.html", "text/html", None, False),
        (None, None, None, False),
    ],
)
def test_the_body_of_an_article_is_no_attachment(
    name: str | None, kind: str | None, disposition: str | None, body: bool
) -> None:
    assert is_body(name, kind, disposition) is body


def contents(database: Database) -> list[tuple[Any, ...]]:
    own = t.article_search_index.c
    columns = (own.ticket_id, own.article_id, own.article_key, own.article_value)
    with database.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(select(*columns)))


def waiting(database: Database) -> int:
    return count(database, t.article, search_index_needs_rebuild=index.NEEDS_INDEX)


def test_build_indexes_what_waits(database: Database) -> None:
    run = Commands(database)
    articles = count(database, t.article)
    assert run.json("search-index", "status") == {"articles": articles, "indexed": 0, "waiting": articles, "rows": 0}
    assert run("search-index", "build").startswith(f"Indexed {articles} articles, ")
    built = contents(database)
    status = {"articles": articles, "indexed": articles, "waiting": 0, "rows": len(built)}
    assert run.json("search-index", "status") == status
    assert run("search-index", "status").splitlines()[2].split() == ["waiting", "0"]
    assert {key for _, _, key, _ in built} >= {ATTACHMENTS, "MIMEBase_Body", "MIMEBase_From", "MIMEBase_Subject"}
    assert run("search-index", "build") == "No article waits.\n"
    # what is in the index already is replaced
    with database.transaction() as connection:
        connection.execute(update(t.article_search_index).values(article_value="outdated"))
    assert run("search-index", "build", "--rebuild").startswith(f"Indexed {articles} articles, ")
    assert contents(database) == built


def test_build_goes_on_where_it_was_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Commands(database)
    monkeypatch.setattr(command, "BATCH", 5)
    monkeypatch.setattr(command, "MARK_BATCH", 7)
    monkeypatch.setattr(command, "SECONDS", 0.0)
    articles = count(database, t.article)
    printed = run("search-index", "build").splitlines()
    assert printed[:2] == [f"5 of {articles} articles", f"10 of {articles} articles"]
    assert printed[-2] == f"{articles} of {articles} articles"
    built = contents(database)

    def stopping(*arguments: Any) -> list[int]:
        if waiting(database) < articles - 12:
            raise KeyboardInterrupt
        return build_some(*arguments)

    monkeypatch.setattr(index, "build_some", stopping)
    assert run.result("search-index", "build", "--rebuild").exit_code != 0
    assert waiting(database) == articles - 15
    monkeypatch.setattr(index, "build_some", build_some)
    assert run("search-index", "build").splitlines()[-1].startswith(f"Indexed {articles - 15} articles")
    assert contents(database) == built


def test_archived_tickets_have_no_words_unless_that_is_set(database: Database, sysconfig: SystemConfiguration) -> None:
    archived = select(t.article.c.id).join(t.ticket).where(t.ticket.c.archive_flag == 1)
    with database.transaction() as connection:
        ids = set(connection.scalars(archived))
        assert ids
        build_some(connection, sysconfig, 1000)
    assert not ids & {article for _, article, _, _ in contents(database)}
    with database.transaction() as connection:
        connection.execute(update(t.article).values(search_index_needs_rebuild=index.NEEDS_INDEX))
        build_some(connection, replace(sysconfig, search_index_archived=True), 1000)
    assert ids < {article for _, article, _, _ in contents(database)}


def test_two_builds_share_the_work(filled_postgresql: Any, sysconfig: SystemConfiguration) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        articles = count(database, t.article)
        with database.transaction() as first, database.transaction() as second:
            done = build_some(first, sysconfig, 10)
            others = build_some(second, sysconfig, 1000)
        assert (len(done), len(others), set(done) & set(others)) == (10, articles - 10, set())
        assert (waiting(database), len({article for _, article, _, _ in contents(database)})) == (0, articles - 1)
        database.close()


def test_an_article_without_mime_data_waits_no_longer(database: Database, sysconfig: SystemConfiguration) -> None:
    """As one of a chat, of which Znuny indexes nothing either."""
    article = {"ticket_id": 1, "article_sender_type_id": 1, "communication_channel_id": 4, "is_visible_for_customer": 1}
    with database.transaction() as connection:
        chat = connection.execute(insert(t.article).values(**article, **STAMPS)).inserted_primary_key
        assert chat is not None
        build_some(connection, sysconfig, 1000)
    assert waiting(database) == 0
    assert chat[0] not in {article for _, article, _, _ in contents(database)}


@pytest.mark.parametrize(
    "asked",
    [
        {"MIMEBase_Body": "toner"},
        {"MIMEBase_Subject": "vpn*", "MIMEBase_From": "@"},
        {"MIMEBase_AttachmentName": ".txt"},
        {"Fulltext": "printer"},
        {"MIMEBase_Subject": "PRINTER", "ContentSearch": "OR", "MIMEBase_Body": "toner"},
    ],
    ids=lambda asked: "-".join(asked),
)
def test_searches_find_the_same_with_and_without_the_index(database: Database, asked: dict[str, str]) -> None:
    with application(database) as built:
        caller = client(built)

        def found() -> Any:
            return json.loads(caller.post(f"{REST}/Ticket/search", json=ROOT | asked).data)

        before = found()
        assert before["TicketID"]
        Commands(database)("search-index", "build")
        assert found() == before


def test_articles_are_searched_themselves_where_their_words_are_missing(
    database: Database, sysconfig: SystemConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "TTL", -1.0)  # ask each time
    with database.transaction() as connection:
        assert index.any_waiting(connection)
        build_some(connection, sysconfig, 1000)
        assert not index.any_waiting(connection)
        # as Znuny leaves an article that it has just made
        with_words = update(t.article).where(t.article.c.id.in_(select(t.article_search_index.c.article_id)))
        connection.execute(with_words.values(search_index_needs_rebuild=index.NEEDS_INDEX))
        assert not index.any_waiting(connection)
        monkeypatch.setattr(index, "LOOKED_AT", 3)  # while all are indexed anew
        assert index.any_waiting(connection)

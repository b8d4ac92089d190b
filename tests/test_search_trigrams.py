"""Patterns without the letters that nearly every text has, and how it is known which these are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from genericinterface.database import search_trigrams
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.search_trigrams import sparse
from tests.benchmarks import bulk
from tests.conftest import Maker
from tests.statements import sent_to

TITLE, WORDS = t.ticket.c.title, t.article_search_index.c.article_value
DENSE = {"wor": 1.0, "ord": 0.99, "rd0": 0.98, "the": 0.97, "ing": 0.96}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("%word0600%", "%___d0600%"),
        ("%WORD0600%", "%___D0600%"),
        ("%word0599 word0600%", "%___d0599 ___d0600%"),
        ("%printing%", "%printin_%"),
        ("%the printer%", "%___ printer%"),
        ("%the%", "%the%"),  # something must be left
        ("%word%", "%word%"),
        ("%word012%", "%__rd012%"),  # three are asked for: these two, and the least dense
        ("%other%", "%other%"),
        ("%w_rd0600%", "%w__d0600%"),
        ("%wo%rd0600%", "%wo%_d0600%"),
        ("%word\\_0600%", "%word\\_0600%"),
        ("%größe%", "%größe%"),
        ("%", "%"),
        ("", ""),
    ],
)
def test_letters_in_dense_trigrams_are_left_out(pattern: str, expected: str) -> None:
    assert sparse(pattern, DENSE) == expected
    assert sparse(pattern, search_trigrams.NONE) == pattern


@pytest.fixture(scope="module")
def full(filled_postgresql: Maker) -> Iterator[Database]:
    """Thousands of tickets, at which PostgreSQL has looked."""
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            bulk.fill(connection, 2000)
        yield database
        database.close()


def test_dense_trigrams_are_known_from_what_postgresql_has_seen(full: Database) -> None:
    with full.reading() as connection:
        found = search_trigrams.dense(connection, [TITLE, WORDS])
    for texts in ("ticket.title", "article_search_index.article_value"):
        assert found[texts]["wor"] == found[texts]["ord"] == pytest.approx(1.0, abs=0.05)
        assert not {"600", "599", "bul"} & found[texts].keys()  # bul: of the sender that all have


def test_it_is_asked_once(full: Database) -> None:
    database = Database(full.url.render_as_string(hide_password=False))
    try:
        with database.reading() as connection, sent_to(database) as sent:
            first = search_trigrams.dense(connection, [TITLE])
            assert len(sent) == 1
            assert search_trigrams.dense(connection, [TITLE]) == first
            assert len(sent) == 1
    finally:
        database.close()


def test_nothing_is_known_of_a_table_that_was_not_looked_at(filled_postgresql: Maker) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            connection.execute(text("TRUNCATE article_search_index"))
            assert not search_trigrams.dense(connection, [WORDS])["article_search_index.article_value"]
        database.close()


def test_other_databases_have_no_such_index(filled_sqlite: Maker) -> None:
    with filled_sqlite() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection, sent_to(database) as sent:
            assert search_trigrams.dense(connection, [TITLE]) == {}
        assert sent == []
        database.close()

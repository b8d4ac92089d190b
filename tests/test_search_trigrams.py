"""Patterns without the letters that nearly every text has, and how it is known which these are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from genericinterface.database import optional_indexes, search_trigrams
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.optional_indexes import PREFIX
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
    assert sparse(pattern, {}) == pattern


@pytest.fixture(scope="module")
def full(filled_postgresql: Maker, pg_trgm: None) -> Iterator[Database]:
    """Thousands of tickets, at which PostgreSQL has looked, with all the optional indexes."""
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            bulk.fill(connection, 2000)
            optional_indexes.apply(connection, lambda _: None)
        yield database
        database.close()


@contextmanager
def afresh(database: Database) -> Iterator[Database]:
    """The same database to somebody who knows nothing of it yet."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        yield other
    finally:
        other.close()


def test_dense_trigrams_are_known_from_what_postgresql_has_seen(full: Database) -> None:
    with full.reading() as connection:
        found = search_trigrams.indexes(connection, [TITLE, WORDS])
    for texts in ("ticket.title", "article_search_index.article_value"):
        assert found[texts]["wor"] == found[texts]["ord"] == pytest.approx(1.0, abs=0.05)
        assert not {"600", "599", "bul"} & found[texts].keys()  # bul: of the sender that all have


def test_only_trigram_indexes_count(full: Database) -> None:
    with full.reading() as connection:
        assert search_trigrams.indexes(connection, [t.ticket.c.queue_id, t.ticket.c.change_time]) == {}
        execute = text(f"DROP INDEX {PREFIX}ticket_customer")
        connection.execute(execute)
        found = search_trigrams.indexes(connection, [t.ticket.c.customer_id, t.ticket.c.customer_user_id])
    assert found.keys() == {"ticket.customer_user_id"}


def test_the_database_is_asked_once(full: Database) -> None:
    with afresh(full) as database, database.reading() as connection, sent_to(database) as sent:
        first = search_trigrams.indexes(connection, [TITLE])
        assert len(sent) == 2
        assert search_trigrams.indexes(connection, [TITLE]) == first
        assert len(sent) == 2


def test_an_index_is_met_that_was_made_meanwhile(full: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with afresh(full) as database, database.reading() as connection:
        connection.execute(text(f"DROP INDEX {PREFIX}ticket_number"))
        assert search_trigrams.indexes(connection, [t.ticket.c.tn]) == {}
        connection.execute(text("CREATE INDEX of_somebody_else ON ticket USING gin (tn gin_trgm_ops)"))
        assert search_trigrams.indexes(connection, [t.ticket.c.tn]) == {}
        monkeypatch.setattr(search_trigrams, "TTL", -1.0)
        assert search_trigrams.indexes(connection, [t.ticket.c.tn]).keys() == {"ticket.tn"}


def test_nothing_is_dense_in_a_table_that_was_not_looked_at(filled_postgresql: Maker, pg_trgm: None) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            optional_indexes.apply(connection, lambda _: None)
            connection.execute(text("TRUNCATE article_search_index"))
            connection.execute(text("ANALYZE article_search_index"))
            assert search_trigrams.indexes(connection, [WORDS]) == {"article_search_index.article_value": {}}
        database.close()


def test_other_databases_have_no_such_index(filled_sqlite: Maker) -> None:
    with filled_sqlite() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection, sent_to(database) as sent:
            assert search_trigrams.indexes(connection, [TITLE]) == {}
        assert sent == []
        database.close()

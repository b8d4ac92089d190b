"""How PostgreSQL finds what is searched for: with Znuny's own indexes, and with the optional ones.

The benchmark keeps plans of a million tickets (docs/search_plans.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from genericinterface.database import optional_indexes
from genericinterface.database.engine import Database
from tests.benchmarks import bulk, searches
from tests.conftest import Maker

TICKETS = 5000

# search → index that it must use: of Znuny's own, whatever else there is
OWN = {
    "title, common word": "ticket_create_time",
    "number": "ticket_tn",
    "customer": "ticket_customer_id",
    "dynamic field": "dynamic_field_value_search_text",
}
# with the optional ones
TRIGRAMS = {
    "title, two rare words": "genericinterface_ticket_title",
    "part of a number": "genericinterface_ticket_number",
    "body, two words in a row": "genericinterface_article_words",
}
Plans = dict[str, str]


@pytest.fixture(scope="module")
def full(filled_postgresql: Maker) -> Iterator[Database]:
    """Thousands of tickets."""
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.reading() as connection:
            bulk.fill(connection, TICKETS)
        yield database
        database.close()


def plans(database: Database) -> Plans:
    return {what: "\n".join(plan) for what, _, _, plan in searches.explain(database, bulk.FIELD)}


def used(plan: str) -> set[str]:
    return set(re.findall(r"(?:using|on) ((?:\w+_)+\w+)", plan))


def test_searches_take_znunys_own_indexes(full: Database) -> None:
    found = plans(full)
    assert {what: index for what, index in OWN.items() if index not in used(found[what])} == {}


@pytest.mark.usefixtures("pg_trgm")
def test_searches_take_the_optional_indexes_where_they_are_better(full: Database) -> None:
    with full.reading() as connection:
        optional_indexes.apply(connection, lambda _: None)
    database = Database(full.url.render_as_string(hide_password=False))  # which meets the indexes at once
    found = plans(database)
    database.close()
    wanted = OWN | TRIGRAMS
    assert {what: index for what, index in wanted.items() if index not in used(found[what])} == {}


def test_searches_find_what_they_should(full: Database) -> None:
    """So that the benchmark measures searches that find something; of so few tickets some find nothing yet."""
    found = {what: number for what, _, number, _ in searches.explain(full, bulk.FIELD)}
    nothing = {what for what, number in found.items() if not number}
    assert nothing <= {"title, two rare words", "body, two words in a row", "dynamic field"}
    assert found["large page"] > 2 * found["title, common word"] == 1000

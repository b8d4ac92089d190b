"""Texts against patterns: the quick way finds what the exact one finds, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Boolean, bindparam, func, literal, select

from genericinterface.database.engine import Database
from genericinterface.database.search_pattern import Fits, Uncounted, rough
from genericinterface.database.search_trigrams import sparse

TEXTS = (
    "Printer on fire",
    "PRINTER",
    "Größe & Maß",
    "GRÖSSE",
    "100 % k_a",
    "ΟΔΟΣ",
    "İstanbul",
    "\N{KELVIN SIGN}elvin",
    "back\\slash",
    "日本語",
)
PATTERNS = (
    "%printer%",
    "PRINT%",
    "%on_fire",
    "%größe%",
    "%GRÖẞE%",
    "100 \\% K\\_A",
    "%οδος",
    "istanbul",
    "%istan%",
    "kelvin",
    "KELVIN",
    "back\\\\%",
    "%本%",
    "%",
    "",
)


# What too many texts are said to have.
DENSE = [
    dict[str, float](),
    dict.fromkeys(["pri", "rin", "nte", "grö", "röß", "ist", "sta", "elv", "bac", "ack", "οδο"], 0.9),
    dict.fromkeys(["int", "ter", "tan", "kel", "elv", "lvi", "vin", "fir", "ire", "öße"], 1.0),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_quick_way_finds_what_the_exact_one_finds(read_only_database: Database, pattern: str) -> None:
    with read_only_database.reading() as connection:
        for text in TEXTS:
            exact = func.lower(literal(text)).like(func.lower(pattern), escape="\\")
            given = [literal(text), bindparam("pattern", pattern)]
            quick = [Fits(*given, bindparam("rough", rough(pattern)))]
            if rough(pattern) == pattern:
                quick.append(Fits(*given))
            assert len(set(connection.execute(select(exact, *quick)).one())) == 1, text


@pytest.mark.parametrize("dense", DENSE)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_sparse_pattern_finds_all_that_the_pattern_finds(
    read_only_database: Database, pattern: str, dense: dict[str, float]
) -> None:
    with read_only_database.reading() as connection:
        for text in TEXTS:
            found, asked = (literal(text).ilike(each, escape="\\") for each in (pattern, sparse(pattern, dense)))
            assert connection.scalar(select(found)) <= connection.scalar(select(asked)), text


@pytest.mark.parametrize("held", [True, False, None])
def test_what_is_uncounted_holds_where_it_held(read_only_database: Database, held: bool | None) -> None:
    with read_only_database.reading() as connection:
        assert bool(connection.scalar(select(Uncounted(literal(held, Boolean())))) or False) is (held or False)


def test_a_rough_pattern_is_sure_of_plain_letters_only() -> None:
    assert rough("%Printer größe K\\_1%") == "%Pr_nter gr__e _\\_1%"

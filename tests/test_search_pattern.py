"""Texts against patterns, whatever the case: the quick way finds what the exact one finds, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, func, literal, select

from genericinterface.database.engine import Database
from genericinterface.database.search_pattern import Fits, rough

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


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_quick_way_finds_what_the_exact_one_finds(read_only_database: Database, pattern: str) -> None:
    with read_only_database.reading() as connection:
        for text in TEXTS:
            exact = func.lower(literal(text)).like(func.lower(pattern), escape="\\")
            quick = Fits(literal(text), bindparam("rough", rough(pattern)), bindparam("pattern", pattern))
            assert len(set(connection.execute(select(exact, quick)).one())) == 1, text


def test_a_rough_pattern_is_sure_of_plain_letters_only() -> None:
    assert rough("%Printer größe K\\_1%") == "%Pr_nter gr__e _\\_1%"

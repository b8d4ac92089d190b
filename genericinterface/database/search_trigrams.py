"""Trigram indexes as searches see them: which columns have one, and what it is best asked for.

A trigram index (optional_indexes.py, or one that somebody else has made) goes through the list of texts of each three
letters in a row. `*word0600*` among a million titles that all have a `word`: the lists of `wor` and `ord` have a
million entries each and rule out nothing. With `___d0600` instead the index answers twenty times as quickly; what it
finds is compared with the pattern itself. Which letters these are is told by the texts that PostgreSQL keeps for its
planner. Called by ticket_search.py and the filters.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Column, Connection, Engine, Select, Text, any_, cast, func, select, tuple_

from genericinterface.database.postgresql_catalog import pg_attribute, pg_class, pg_index, pg_opclass, pg_stats
from genericinterface.database.search_words import lower

TTL = 30.0  # seconds that indexes are believed to be there, or not
TTL_TEXTS = 3600.0  # and PostgreSQL's texts: they are others after each ANALYZE, and much the same
MOST_TEXTS = 200  # of a column that are looked at
DENSE = 0.8  # part of the texts: with less, a trigram spares more than its list costs (measured with English prose)
ENOUGH = 3  # trigrams that are asked for nevertheless: few lists alone leave too many texts to look at
CLASSES = ("gin_trgm_ops", "gist_trgm_ops")

Trigrams = Mapping[str, float]  # those that nearly all texts of a column have: the part of them that has it


@dataclass
class _Known:
    """What is known of one database, by column ("ticket.title"), and since when."""

    indexed: dict[str, tuple[float, bool]] = field(default_factory=dict)
    dense: dict[str, tuple[float, Trigrams]] = field(default_factory=dict)


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def indexes(connection: Connection, columns: Collection[Column[Any]]) -> dict[str, Trigrams]:
    """The columns ("ticket.title") that have a trigram index, each with its dense trigrams; no statement mostly.

    None have one but on PostgreSQL. Nothing is dense where PostgreSQL has not looked at the table yet.
    """
    if connection.dialect.name != "postgresql":
        return {}
    known = _known.setdefault(connection.engine, _Known())
    now = time.monotonic()
    if old := [each for each in columns if _is_old(known.indexed, each, now - TTL)]:
        found = set(connection.scalars(_indexed(old)))
        known.indexed |= {str(each): (now, str(each) in found) for each in old}
    there = [each for each in columns if known.indexed[str(each)][1]]
    if old := [each for each in there if _is_old(known.dense, each, now - TTL_TEXTS)]:
        texts = dict(_read(connection, old))
        known.dense |= {str(each): (now, texts.get(str(each), {})) for each in old}
    return {str(each): known.dense[str(each)][1] for each in there}


def _is_old(kept: Mapping[str, tuple[float, object]], of: Column[Any], oldest: float) -> bool:
    return str(of) not in kept or kept[str(of)][0] < oldest


def _indexed(columns: Collection[Column[Any]]) -> Select[Any]:
    """Which of these columns have a trigram index."""
    return (
        select(pg_class.c.relname + "." + pg_attribute.c.attname)
        .join(pg_index, pg_index.c.indrelid == pg_class.c.oid)
        .join(
            pg_attribute,
            (pg_attribute.c.attrelid == pg_class.c.oid) & (pg_attribute.c.attnum == any_(pg_index.c.indkey)),
        )
        .join(pg_opclass, pg_opclass.c.oid == any_(pg_index.c.indclass))
        .where(pg_index.c.indisvalid, func.pg_table_is_visible(pg_class.c.oid), pg_opclass.c.opcname.in_(CLASSES))
        .where(
            tuple_(pg_class.c.relname, pg_attribute.c.attname).in_([(each.table.name, each.name) for each in columns])
        )
    )


def _read(connection: Connection, columns: Collection[Column[Any]]) -> Iterator[tuple[str, Trigrams]]:
    """From the texts that come once or seldom: not from addresses that half of the mails have."""
    found = select(
        pg_stats.c.tablename, pg_stats.c.attname, cast(cast(pg_stats.c.histogram_bounds, Text), ARRAY(Text))
    ).where(
        pg_stats.c.schemaname == func.current_schema(),
        tuple_(pg_stats.c.tablename, pg_stats.c.attname).in_([(each.table.name, each.name) for each in columns]),
        pg_stats.c.histogram_bounds.is_not(None),
    )
    for name, attribute, texts in connection.execute(found):
        yield f"{name}.{attribute}", _dense(texts[:: len(texts) // MOST_TEXTS + 1])


def _dense(texts: Collection[str]) -> Trigrams:
    """The trigrams of more than DENSE of the texts."""
    numbers = Counter(trigram for text in texts for trigram in {trigram for _, trigram in _trigrams(text)})
    return {trigram: number / len(texts) for trigram, number in numbers.items() if number > DENSE * len(texts)}


def _trigrams(text: str) -> Iterator[tuple[int, str]]:
    """(position, trigram in small letters) of letters and digits in a row."""
    small = lower(text)
    if len(small) == len(text):
        for start in range(len(small) - 2):
            if (trigram := small[start : start + 3]).isalnum():
                yield start, trigram


def sparse(pattern: str, dense: Trigrams) -> str:
    """A pattern of LIKE that finds all that this one finds, with `_` for letters that are in dense trigrams only.

    ENOUGH trigrams stay, if dense ones then the least dense.
    """
    if not dense or "\\" in pattern:  # a letter behind a backslash cannot be exchanged
        return pattern
    found = sorted(_trigrams(pattern), key=lambda entry: dense.get(entry[1], 0.0))
    needed = max(ENOUGH, sum(trigram not in dense for _, trigram in found))
    kept, left_out = _places(found[:needed]), _places(found[needed:])
    return "".join("_" if place in left_out - kept else letter for place, letter in enumerate(pattern))


def _places(trigrams: Iterable[tuple[int, str]]) -> set[int]:
    return {start + place for start, _ in trigrams for place in range(3)}

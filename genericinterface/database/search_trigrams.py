"""Patterns that cost a trigram index little: letters that nearly every text has are left out of what it is asked.

A trigram index (optional_indexes.py) goes through the list of texts of each three letters in a row. `*word0600*` among
a million titles that all have a `word`: the lists of `wor` and `ord` have a million entries each and rule out nothing.
With `___d0600` instead the index answers twenty times as quickly; what it finds is compared with the pattern itself.
Which letters these are is told by the texts that PostgreSQL keeps for its planner. Called by ticket_search.py and the
filters.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Column, Connection, Engine, Text, cast, column, func, select, table, tuple_

from genericinterface.database.search_words import lower

TTL = 3600.0  # seconds that PostgreSQL's texts are believed: they are others after each ANALYZE, and much the same
MOST_TEXTS = 200  # of a column that are looked at
DENSE = 0.8  # part of the texts: with less, a trigram spares more than its list costs (measured with English prose)
ENOUGH = 3  # trigrams that are asked for nevertheless: few lists alone leave too many texts to look at

Trigrams = Mapping[str, float]  # the part of the texts that have it
NONE: Trigrams = MappingProxyType({})

_stats = table("pg_stats", *map(column, ("schemaname", "tablename", "attname", "histogram_bounds")))
_known: WeakKeyDictionary[Engine, dict[str, tuple[float, Trigrams]]] = WeakKeyDictionary()


def dense(connection: Connection, columns: Collection[Column[Any]]) -> dict[str, Trigrams]:
    """By column ("ticket.title"): the trigrams in small letters that most of its texts have; no statement mostly.

    None where PostgreSQL has not looked at the table yet, and on other databases.
    """
    if connection.dialect.name != "postgresql":
        return {}
    kept = _known.setdefault(connection.engine, {})
    now = time.monotonic()
    old = [each for each in columns if str(each) not in kept or kept[str(each)][0] + TTL < now]
    if old:
        found = dict(_read(connection, old))
        kept |= {str(each): (now, found.get(str(each), NONE)) for each in old}
    return {str(each): kept[str(each)][1] for each in columns}


def _read(connection: Connection, columns: Collection[Column[Any]]) -> Iterator[tuple[str, Trigrams]]:
    """From the texts that come once or seldom: not from addresses that half of the mails have."""
    found = select(
        _stats.c.tablename, _stats.c.attname, cast(cast(_stats.c.histogram_bounds, Text), ARRAY(Text))
    ).where(
        _stats.c.schemaname == func.current_schema(),
        tuple_(_stats.c.tablename, _stats.c.attname).in_([(each.table.name, each.name) for each in columns]),
        _stats.c.histogram_bounds.is_not(None),
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

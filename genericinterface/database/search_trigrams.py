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
from collections.abc import Collection, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ARRAY, Column, Connection, Engine, Text, cast, column, func, select, table, tuple_

from genericinterface.database.search_words import lower

TTL = 3600.0  # seconds that PostgreSQL's texts are believed: they are others after each ANALYZE, and much the same
MOST_TEXTS = 200  # of a column that are looked at
DENSE = 0.2  # part of all texts: the list of what more of them have costs more than it spares

Trigrams = frozenset[str]

_stats = table(
    "pg_stats",
    *(column(name) for name in ("schemaname", "tablename", "attname", "most_common_vals", "histogram_bounds")),
    *(column(name) for name in ("most_common_freqs", "null_frac")),
)
_known: WeakKeyDictionary[Engine, dict[str, tuple[float, Trigrams]]] = WeakKeyDictionary()


def dense(connection: Connection, columns: Collection[Column[Any]]) -> dict[str, Trigrams]:
    """By column ("ticket.title"): the trigrams in small letters that too many of its texts have; no statement mostly.

    None where PostgreSQL has not looked at the table yet, and on other databases.
    """
    if connection.dialect.name != "postgresql":
        return {}
    kept = _known.setdefault(connection.engine, {})
    now = time.monotonic()
    old = [each for each in columns if str(each) not in kept or kept[str(each)][0] + TTL < now]
    if old:
        found = dict(_read(connection, old))
        kept |= {str(each): (now, found.get(str(each), frozenset())) for each in old}
    return {str(each): kept[str(each)][1] for each in columns}


def _read(connection: Connection, columns: Collection[Column[Any]]) -> Iterator[tuple[str, Trigrams]]:
    texts = [cast(cast(_stats.c[name], Text), ARRAY(Text)) for name in ("most_common_vals", "histogram_bounds")]
    wanted = [(each.table.name, each.name) for each in columns]
    rows = connection.execute(
        select(_stats.c.tablename, _stats.c.attname, *texts, _stats.c.most_common_freqs, _stats.c.null_frac).where(
            _stats.c.schemaname == func.current_schema(),
            tuple_(_stats.c.tablename, _stats.c.attname).in_(wanted),
        )
    )
    for name, attribute, common, others, frequencies, missing in rows:
        weights = list(zip(common or (), frequencies or (), strict=True))
        others = others[:: len(others) // MOST_TEXTS + 1] if others else []
        rest = max(0.0, 1.0 - missing - sum(frequencies or ()))
        weights += [(text, rest / len(others)) for text in others]
        yield f"{name}.{attribute}", _dense(weights)


def _dense(texts: list[tuple[str, float]]) -> Trigrams:
    """The trigrams of more than DENSE of the texts, each of which stands for a part of all."""
    shares: Counter[str] = Counter()
    for text, share in texts:
        for trigram in {trigram for _, trigram in _trigrams(text)}:
            shares[trigram] += share  # type: ignore[assignment]  # parts of all, not whole numbers
    return frozenset(trigram for trigram, share in shares.items() if share > DENSE)


def _trigrams(text: str) -> Iterator[tuple[int, str]]:
    """(position, trigram in small letters) of letters and digits in a row."""
    small = lower(text)
    if len(small) == len(text):
        for start in range(len(small) - 2):
            if (trigram := small[start : start + 3]).isalnum():
                yield start, trigram


def sparse(pattern: str, dense: Trigrams) -> str:
    """A pattern of LIKE that finds all that this one finds, with `_` for letters that are in dense trigrams only.

    The pattern itself where nothing would be left of it.
    """
    if not dense or "\\" in pattern:  # a letter behind a backslash cannot be exchanged
        return pattern
    plain: set[int] = set()
    kept: set[int] = set()
    for start, trigram in _trigrams(pattern):
        (plain if trigram in dense else kept).update(range(start, start + 3))
    if not kept:
        return pattern
    return "".join("_" if place in plain - kept else letter for place, letter in enumerate(pattern))

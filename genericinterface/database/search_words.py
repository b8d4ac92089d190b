"""The words of an article that its index has, as Znuny 6.5 would index them (asked by letting it index).

Pure; called by search_index.py. Settings are Znuny's `Ticket::SearchIndex::…`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import regex

from genericinterface.errors import Fault
from genericinterface.sysconfig import SystemConfiguration

WORDS_KEPT = 50_000  # different words whose filtering is remembered; most words are written again and again

# Perl's white space and nothing else; str.split() also takes the separators U+001C to U+001F.
_BETWEEN = regex.compile(r"\s+")
_SURROUNDING = regex.compile(r"^\s+|\s+$")


def lower(text: str) -> str:
    """Small letters, each by itself as in Perl and PostgreSQL: Python knows a second small Σ for the end of a word."""
    return text.replace("Σ", "σ").lower()


def whole(text: str) -> str:
    """What the index keeps of a text that is not taken apart: names, addresses, files."""
    return _SURROUNDING.sub("", lower(text))


def words(text: str, sysconfig: SystemConfiguration) -> str:
    """What the index keeps of a subject or body: its words in order, each once, joined by blanks.

    Left out are stop words and what is too short or too long; a word that comes again counts towards the most words.
    """
    if sysconfig.search_index_unfiltered:
        return whole(text)
    keep = _filter(
        sysconfig.search_index_filters,
        sysconfig.search_index_word_length_min,
        sysconfig.search_index_word_length_max,
        _stop_words(sysconfig),
    )
    most = sysconfig.search_index_word_count_max
    kept: list[str] = []
    for word in _BETWEEN.split(lower(text)):
        found = keep(word)
        if found:
            kept.append(found)
            if len(kept) >= most:
                break
    return " ".join(dict.fromkeys(kept))


def _stop_words(sysconfig: SystemConfiguration) -> tuple[tuple[str, ...], ...]:
    return (
        sysconfig.search_index_stop_words_de,
        sysconfig.search_index_stop_words_en,
        sysconfig.search_index_stop_words_es,
        sysconfig.search_index_stop_words_fr,
        sysconfig.search_index_stop_words_it,
        sysconfig.search_index_stop_words_nl,
        sysconfig.search_index_stop_words_custom,
    )


@lru_cache(8)
def _filter(
    patterns: tuple[str, ...], shortest: int, longest: int, lists: tuple[tuple[str, ...], ...]
) -> Callable[[str], str]:
    """What becomes of one word: "" where it is left out."""
    filters = [_compiled(pattern) for pattern in patterns]
    stops = {lower(word) for words_of_a_language in lists for word in words_of_a_language}

    @lru_cache(WORDS_KEPT)
    def keep(word: str) -> str:
        for pattern in filters:
            word = pattern.sub("", word)
        return word if shortest <= len(word) <= longest and word not in stops else ""

    return keep


def _compiled(pattern: str) -> regex.Pattern[str]:
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise Fault(f"Ticket::SearchIndex::Filters: {pattern} cannot be used: {error}") from error

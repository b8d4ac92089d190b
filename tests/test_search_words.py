"""The words that the index keeps of a text: what Znuny 6.5 kept of the same texts, and the settings that change it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from genericinterface.database.search_words import lower, whole, words
from genericinterface.errors import Fault
from genericinterface.sysconfig import SystemConfiguration, load

NUMBERED = [f"w{number:04d}" for number in range(1100)]

# text → what Znuny 6.5 had in its index after it was asked to make it
KEPT = {
    "Two of two three THREE Three": "two three",
    "ab abc " + "x" * 30 + " " + "y" * 31: "abc " + "x" * 30,
    "don't can't 'quoted' it's .dot. :colon: ::two:: a.b.c ..x..": "quoted dot colon :two: a.b.c .x.",
    "''foo'' ..foo.. '.:foo": "'foo' .foo. .:foo",
    "--- ___ a-b -- x—y –dash– #hash# @at @@@ ½½½ ²²² ①②③ ٣٣٣": "___ a-b x—y –dash– #hash# @at ٣٣٣",
    "foo&bar foo<b>bar</b> a?b?c a=b=c x!y [x]yz $100": "foobar foobbar/b abc xyz 100",
    "about' 'about :about about! (about) about-": "about-",
    "daß dass über aber welche también ser été niet perché": "welche perché",
    "\N{NO-BREAK SPACE}one\N{NO-BREAK SPACE}two\tsix\x0bten\x85red\N{LINE SEPARATOR}big\N{ZERO WIDTH SPACE}top": (
        "one two six ten red big\N{ZERO WIDTH SPACE}top"
    ),
    "a\x1cb\x1dc \N{ZERO WIDTH NO-BREAK SPACE}mno e\N{COMBINING ACUTE ACCENT}té": (
        "a\x1cb\x1dc \N{ZERO WIDTH NO-BREAK SPACE}mno e\N{COMBINING ACUTE ACCENT}té"
    ),
    "ΟΔΟΣ İstanbul 日本語 日本": "οδοσ i\N{COMBINING DOT ABOVE}stanbul 日本語",
    "C:\\path\\file.txt user@example.com http://x.bar/?a=1&b=2 1.234,56": (
        "c:\\path\\file.txt user@example.com http://x.bar/a1b2 1.23456"
    ),
    "  -- leading\n\n\ntrailing --  ": "leading trailing",
    "0": "",
    "": "",
}


@pytest.mark.parametrize(("text", "kept"), KEPT.items())
def test_words_are_those_that_znuny_keeps(text: str, kept: str, sysconfig: SystemConfiguration) -> None:
    assert words(text, sysconfig) == kept


def test_words_are_counted_before_they_are_made_unique(sysconfig: SystemConfiguration) -> None:
    assert words(" ".join(NUMBERED), sysconfig).split() == NUMBERED[:1000]
    assert words("dup " * 500 + " ".join(NUMBERED), sysconfig).split() == ["dup", *NUMBERED[:500]]
    for left_out in ("the ", "-- ", "ab ", "z" * 31 + " "):
        assert words(left_out * 500 + " ".join(NUMBERED), sysconfig).split() == NUMBERED[:1000]


def test_a_whole_text_keeps_everything_in_small_letters() -> None:
    assert whole('  "Q,  X" <Abc@Example.COM>, the ΟΔΟΣ\t') == '"q,  x" <abc@example.com>, the οδοσ'


def test_letters_are_small_one_by_one() -> None:
    assert lower("ΟΔΟΣ ΣΑΣ ÄÖÜ ẞ") == "οδοσ σασ äöü ß"


def test_settings_change_what_is_kept(sysconfig: SystemConfiguration) -> None:
    text = "The quick, brown FOX is on it"
    assert words(text, sysconfig) == "quick brown fox"
    assert words(text, replace(sysconfig, search_index_word_length_min=5)) == "quick brown"
    assert words(text, replace(sysconfig, search_index_word_length_max=4)) == "fox"
    assert words(text, replace(sysconfig, search_index_word_count_max=2)) == "quick brown"
    assert words(text, replace(sysconfig, search_index_stop_words_custom=("Fox",))) == "quick brown"
    assert words(text, replace(sysconfig, search_index_stop_words_en=())) == "the quick brown fox"
    assert words(text, replace(sysconfig, search_index_filters=("[aeiou]",))) == "qck, brwn"
    assert words(text, replace(sysconfig, search_index_unfiltered=True)) == "the quick, brown fox is on it"


def test_settings_have_the_names_of_znuny() -> None:
    given = {
        "Ticket::SearchIndex::Attribute###WordLengthMin": 4,
        "Ticket::SearchIndex::StopWords###Custom": ["brown"],
        "Ticket::SearchIndex::Filters": [","],
    }
    assert words("The quick, brown fox; oxen", load(given)) == "quick fox; oxen"


def test_a_filter_that_is_no_expression_is_told(sysconfig: SystemConfiguration) -> None:
    with pytest.raises(Fault, match=r"Ticket::SearchIndex::Filters: \(a cannot be used: missing \)"):
        words("a", replace(sysconfig, search_index_filters=("(a",)))

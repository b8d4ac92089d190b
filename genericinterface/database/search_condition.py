"""The condition language of searches: text → tree → shape and words → SQLAlchemy expression, never SQL text.

`*` and `%` stand for anything; `&&`, `+` and AND, `||` and OR join words, AND first; `!` negates the next word;
parentheses group; quotes keep blanks and operators; a backslash takes an operator's meaning away. A word without a
wildcard must be the whole value; case never matters. Malformed conditions find nothing. All as Znuny 6.5 reads them
(asked over its interface), which goes over the text in steps before it looks for words: so do we, to be at one with it
about what is malformed. Called by search_texts.py, search_dynamic_fields.py and, for names of agents, by
out_of_office.py; pure but for the expression it builds.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, false, or_

from genericinterface.database.search_pattern import ESCAPE, Fits, rough
from genericinterface.database.search_trigrams import Trigrams, sparse

WILDCARDS = re.compile(r"[*%]+")
MAX_DEPTH = 100  # parentheses within each other
MOST_SPELLINGS = 32  # of a word that are looked up one by one: those of five letters

# What has the same small letter, in Unicode and for PostgreSQL.
OTHER_CASE = {letter: letter + letter.upper() for letter in ascii_lowercase} | {"i": "iIİ", "k": "kK\N{KELVIN SIGN}"}


class MalformedError(ValueError):
    """The text is no condition; a search with it finds nothing."""


@dataclass(frozen=True)
class Word:
    """One word: `text` still has its wildcards."""

    text: str
    negated: bool = False

    @property
    def anything(self) -> bool:
        """Whether it is nothing but wildcards."""
        return bool(self.text) and not WILDCARDS.sub("", self.text)


@dataclass(frozen=True)
class Group:
    """Alternatives, each a list of parts that must all hold."""

    alternatives: tuple[tuple[Word | Group, ...], ...]


Token = Word | str  # a word, or one of & | ( )


def parse(text: str) -> Group:
    """The tree of a condition; raises MalformedError."""
    tokens = deque(_tokens(text))
    group = _group(tokens, 0)
    if tokens:
        raise MalformedError("a parenthesis is closed that was not opened")
    return group


def read(text: str, dense: Trigrams | None = None) -> tuple[Shape, list[Words]] | None:
    """A condition as its shape and its words in order; None where it allows anything (`*`). Raises MalformedError.

    `dense`: there is a trigram index, and these are better left out of what it is asked for.
    """
    if not WILDCARDS.sub("", text):
        return None
    words: list[Words] = []
    return _shape(parse(text), words, dense), words


# A tree without its words: groups are lists of lists, a word is how it is compared, whether it is negated, and how
# many texts it comes with: its spellings, or its pattern, the sparse one where an index is asked for that (ASKED), and
# the rough one where that is another.
ANYTHING, ASKED, PATTERN, SPELLINGS = "anything", "asked", "pattern", "spellings"
Shape = tuple[Any, ...]
Words = tuple[str, ...]  # the texts of one word


def _shape(node: Word | Group, words: list[Words], dense: Trigrams | None) -> Shape:
    if isinstance(node, Group):
        return tuple(tuple(_shape(part, words, dense) for part in parts) for parts in node.alternatives)
    if node.anything:
        return ANYTHING, node.negated, 0
    kind, texts = _texts(node.text, dense)
    words.append(texts)
    return kind, node.negated, len(texts)


def _texts(word: str, dense: Trigrams | None) -> tuple[str, Words]:
    if not WILDCARDS.search(word) and (spelt := spellings(word)):
        return SPELLINGS, spelt
    pattern = WILDCARDS.sub("%", escaped(word, "\\_"))
    roughs = [rough(pattern)] if rough(pattern) != pattern else []
    if dense is not None:
        return ASKED, (pattern, sparse(pattern, dense), *roughs)
    if not pattern.startswith("%"):  # an ordinary index may know the beginning
        return ASKED, (pattern, pattern, *roughs)
    return PATTERN, (pattern, *roughs)


def express(column: ColumnElement[str], shape: Shape, name: str) -> ColumnElement[bool]:
    """The expression of a shape on a column; its words are parameters as `bound` has them."""
    numbers = count()

    def build(node: Shape) -> ColumnElement[bool]:
        if node[0] == ANYTHING:
            return false() if node[1] else column.is_not(None)
        if node[0] in (ASKED, PATTERN, SPELLINGS):
            kind, negated, size = node
            return _compare(column, kind, negated, size, f"{name}_{next(numbers)}")
        return or_(*(and_(*[build(part) for part in parts]) for parts in node))

    return build(shape)


def _compare(column: ColumnElement[str], kind: str, negated: bool, size: int, name: str) -> ColumnElement[bool]:
    values = [bindparam(f"{name}_{number}", type_=String()) for number in range(size)]
    if kind == SPELLINGS:
        return column.not_in(values) if negated else column.in_(values)
    if negated:
        return column.not_ilike(values[0], escape=ESCAPE)
    if kind == PATTERN:
        return Fits(column, *values)
    pattern, sparse, *roughs = values
    return and_(column.ilike(sparse, escape=ESCAPE), Fits(column, pattern, *roughs))


def bound(name: str, words: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """The bound parameters of the words, as `express` names them."""
    return {
        f"{name}_{number}_{spelling}": text for number, spelt in enumerate(words) for spelling, text in enumerate(spelt)
    }


def spellings(text: str) -> Words | None:
    """Every text that is this one but for case, some of them twice; None where they would be many, or nobody knows.

    So a ticket number or the like is found by an index that Znuny's own tables have, on the column as it is.
    """
    letters = [OTHER_CASE.get(character, character) for character in text.lower()]
    if not text.isascii() or 2 ** sum(len(cases) > 1 for cases in letters) > MOST_SPELLINGS:
        return None
    found = ["".join(spelt) for spelt in product(*letters)]
    size = 1 << (len(found) - 1).bit_length()  # few shapes, so that few statements are kept
    return (*found, *found[:1] * (size - len(found)))


def escaped(text: str, signs: str = "\\_%") -> str:
    """A text as a pattern that only it fits, or one in which some signs keep their meaning."""
    return "".join(f"\\{character}" if character in signs else character for character in text)


# ---------------------------------------------------------------------------------------------------------- reading

QUOTED = "\0"  # where a quoted text was
OUTSIDE_QUOTES = re.compile(r'\\.|"(.+?)"|\+')
ENCLOSED = re.compile(r"\(.*(?<!\\)\)", re.S)

# What Znuny 6.5 makes of a text, in parentheses and with single blanks, before it looks for words. Each step goes over
# it once, so that of `AND AND` only the first is an operator; a backslash protects from some of them.
STEPS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<!\\)\( ?\)", ""),  # empty parentheses
        (r" +", " "),
        (r"[*%] ?[*%]", "*"),
        (r"[*%]![*%]", "!*"),  # what is negated behind a wildcard is negated with it
        (r"[*%]!", "!*"),
        (r"( |(?<!\\)[()])AND([ ()])", r"\1&&\2"),
        (r"( |(?<!\\)[()])OR([ ()])", r"\1||\2"),
        (r"^\((&&|\|\|)", "("),  # one operator too many at the start
        (r"(&&|\|\|)\)$", ")"),  # and at the end
        (r" ([&|()])", r"\1"),  # blanks beside operators
        (r"((?<!\\)[&()]|\|) ", r"\1"),
    )
]
PIECE = re.compile(r"&&+|\|\|+|\\(?:&+|\|+|.)|.", re.S)


def _prepared(text: str) -> tuple[str, Iterator[str]]:
    """A condition as `_Scanner` reads it, and the texts in quotes that it had."""
    quoted: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        if found[1] is None:
            return "&&" if found[0] == "+" else found[0]
        quoted.append(found[1])
        return QUOTED

    text = " ".join(OUTSIDE_QUOTES.sub(replaced, text.replace(QUOTED, "")).split())
    if not ENCLOSED.fullmatch(text):
        text = f"({text})"
    for pattern, replacement in STEPS:
        text = pattern.sub(replacement, text)
    return text, iter(quoted)


def _tokens(text: str) -> list[Token]:
    text, quoted = _prepared(text)
    scanner = _Scanner(quoted)
    for piece in PIECE.findall(text):
        scanner.read(piece)
    return scanner.tokens


class _Scanner:
    """Collects words and operators; words and groups without an operator between them are joined by AND.

    `word` is None between words. `negated` waits for the next word, even across operators and parentheses (Znuny 6.5).
    """

    def __init__(self, quoted: Iterator[str]) -> None:
        self.tokens: list[Token] = []
        self.quoted = quoted
        self.word: str | None = None
        self.negated = False

    def read(self, piece: str) -> None:
        """Takes the next character, operator or character behind a backslash."""
        if piece[:2] in ("&&", "||"):
            self._end_word()
            self._operator(piece[0])
        elif piece in ("(", ")"):
            self._end_word()
            if piece == "(":
                self._join()
            self.tokens.append(piece)
        elif piece == "!" and self.word is None:
            self._join()
            self.negated = True
        else:
            if self.word is None:
                self._join()
                self.word = ""
            if piece != "\\\\":  # which is nothing
                self.word += piece[1:2] if piece[0] == "\\" else piece

    def _operator(self, sign: str) -> None:
        if self.tokens[-1:] in (["&"], ["|"]):
            if self.tokens[-1] != sign:
                raise MalformedError("two different operators")
        else:
            self.tokens.append(sign)

    def _join(self) -> None:
        if self.tokens and self.tokens[-1] not in ("(", "&", "|"):
            self.tokens.append("&")

    def _end_word(self) -> None:
        if self.word is None:
            return
        if self.word == QUOTED:
            self.tokens.append(Word(next(self.quoted), self.negated))
        elif QUOTED in self.word:  # beside other characters: nothing that a value could be
            self.tokens.append(Word("*", not self.negated))
            for _ in range(self.word.count(QUOTED)):
                next(self.quoted)
        else:
            self.tokens.append(Word(self.word, self.negated))
        self.word, self.negated = None, False


def _group(tokens: deque[Token], depth: int) -> Group:
    """The group that begins here; it ends at the end or before a closing parenthesis."""
    if depth > MAX_DEPTH:
        raise MalformedError("too many parentheses")
    alternatives = [[_part(tokens, depth)]]
    while tokens and tokens[0] != ")":
        if tokens.popleft() == "|":
            alternatives.append([])
        alternatives[-1].append(_part(tokens, depth))
    return Group(tuple(map(tuple, alternatives)))


def _part(tokens: deque[Token], depth: int) -> Word | Group:
    token = tokens.popleft() if tokens else None
    if isinstance(token, Word):
        return token
    if token != "(":  # noqa: S105  a parenthesis, no password
        raise MalformedError("a word is missing")
    group = _group(tokens, depth + 1)
    if not tokens:
        raise MalformedError("a parenthesis is not closed")
    tokens.popleft()
    return group

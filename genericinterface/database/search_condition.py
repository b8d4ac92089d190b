"""The condition language of searches: text → tree → shape and words → SQLAlchemy expression, never SQL text.

`*` and `%` stand for anything; `&&`, `+` and AND, `||` and OR join words, AND first; `!` negates the next word;
parentheses group; quotes keep blanks and operators; a backslash takes an operator's meaning away. A word without a
wildcard must be the whole value; case never matters. Malformed conditions find nothing. All as Znuny 6.5 reads them
(asked over its interface). Called by search_texts.py, search_dynamic_fields.py and, for names of agents, by
out_of_office.py; pure but for the expression it builds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, false, or_, true

from genericinterface.database.search_pattern import ESCAPE, Fits, rough
from genericinterface.database.search_trigrams import Trigrams, sparse

OPERATORS = frozenset('&|!()+"')
SIGN_OPERATOR = re.compile(r"(&{2,}|\|{2,}|\+) *")
WORD_OPERATOR = re.compile(r"(AND|OR)(?: +|(?=[()]|$))")
NOTHING_FOLLOWS = re.compile(r" *(?:$|[)]|&&|\|\||\+|(?<= )(?:AND|OR)(?:[ ()]|$))")
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
    tokens = _tokens(" ".join(text.split()))
    group, position = _group(tokens, 0, 0)
    if position != len(tokens):
        raise MalformedError("a parenthesis is closed that was not opened")
    return group


def read(text: str, dense: Trigrams = frozenset()) -> tuple[Shape, list[Words]] | None:
    """A condition as its shape and its words in order; None where it allows anything (`*`). Raises MalformedError.

    `dense` trigrams are left out of what an index is asked for.
    """
    if not WILDCARDS.sub("", text.strip()):
        return None
    words: list[Words] = []
    return _shape(parse(text), words, dense), words


# A tree without its words: groups are lists of lists, a word is how it is compared, whether it is negated, and how
# many texts it comes with: its spellings, or its pattern, the sparse one, and the rough one where that is another.
ANYTHING, PATTERN, SPELLINGS = "anything", "pattern", "spellings"
Shape = tuple[Any, ...]
Words = tuple[str, ...]  # the texts of one word


def _shape(node: Word | Group, words: list[Words], dense: Trigrams) -> Shape:
    if isinstance(node, Group):
        return tuple(tuple(_shape(part, words, dense) for part in parts) for parts in node.alternatives)
    if node.anything:
        return ANYTHING, node.negated, 0
    spelt = None if WILDCARDS.search(node.text) else spellings(node.text)
    if spelt:
        words.append(spelt)
    else:
        pattern = WILDCARDS.sub("%", escaped(node.text, "\\_"))
        patterns = (pattern, sparse(pattern, dense), rough(pattern))
        words.append(patterns if patterns[2] != pattern else patterns[:2])
    return (SPELLINGS if spelt else PATTERN), node.negated, len(words[-1])


def express(column: ColumnElement[str], shape: Shape, name: str) -> ColumnElement[bool]:
    """The expression of a shape on a column; its words are parameters as `bound` has them."""
    numbers = count()

    def build(node: Shape) -> ColumnElement[bool]:
        if node[0] == ANYTHING:
            return false() if node[1] else true()
        if node[0] in (PATTERN, SPELLINGS):
            kind, negated, size = node
            return _compare(column, kind, negated, size, f"{name}_{next(numbers)}")
        return or_(*(and_(*[build(part) for part in parts]) for parts in node))

    return build(shape)


def _compare(column: ColumnElement[str], kind: str, negated: bool, size: int, name: str) -> ColumnElement[bool]:
    values = [bindparam(f"{name}_{number}", type_=String()) for number in range(size)]
    if kind == SPELLINGS:
        return column.not_in(values) if negated else column.in_(values)
    return column.not_ilike(values[0], escape=ESCAPE) if negated else Fits(column, *values)


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


class _Scanner:
    """Collects words and operators; `negated` waits for the next word, even across an opening parenthesis (Znuny 6.5).

    `broken`: a word touches a quoted one; it is nothing that a value could be. `after_operator` is where the last AND
    or OR ended, and which: the same one right there is a word.
    """

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self.word = ""
        self.quoted = self.broken = self.negated = False
        self.after_operator = (-1, "")

    def end_word(self) -> None:
        text = self.word if self.quoted else self.word.rstrip(" ")
        if self.broken:
            self.tokens.append(Word("*", not self.negated))
        elif text or self.quoted:
            self.tokens.append(Word(text, self.negated))
        if text or self.quoted:
            self.negated = False
        self.word, self.quoted, self.broken = "", False, False

    def operator(self, sign: str) -> None:
        self.end_word()
        self.tokens.append(sign)


def _tokens(text: str) -> list[Token]:
    scanner = _Scanner()
    position = 0
    while position < len(text):
        position = _scan(scanner, text, position)
    scanner.end_word()
    if scanner.negated:
        raise MalformedError("there is nothing to negate")
    return scanner.tokens


def _scan(scanner: _Scanner, text: str, position: int) -> int:
    """Reads what begins at `position`; gives the position behind it."""
    for applies, read in _READERS:
        if applies(scanner, text, position):
            return read(scanner, text, position)
    character = text[position]
    if scanner.quoted and character != " ":
        scanner.broken = True
    if not scanner.quoted:
        scanner.word += character
    return position + 1


def _read_escape(scanner: _Scanner, text: str, position: int) -> int:
    following = text[position + 1 : position + 2]
    if following == "\\":
        return position + 2
    if following and following in OPERATORS:
        scanner.word += following
        return position + 2
    if NOTHING_FOLLOWS.match(text, position + 1):
        raise MalformedError("a backslash is at the end of a word")
    return position + 1


def _read_quoted(scanner: _Scanner, text: str, position: int) -> int:
    end = text.index('"', position + 1)
    if scanner.word or scanner.quoted:
        scanner.broken = True
    scanner.word, scanner.quoted = text[position + 1 : end], True
    return end + 1


def _read_operator(scanner: _Scanner, text: str, position: int) -> int:
    found = SIGN_OPERATOR.match(text, position)
    assert found is not None  # noqa: S101  it was looked for
    scanner.operator("|" if found[1].startswith("|") else "&")
    return found.end()


def _read_word_operator(scanner: _Scanner, text: str, position: int) -> int:
    found = WORD_OPERATOR.match(text, position)
    assert found is not None  # noqa: S101  it was looked for
    scanner.operator("&" if found[1] == "AND" else "|")
    scanner.after_operator = (found.end(), found[1])
    return found.end()


def _read_lone_sign(scanner: _Scanner, text: str, position: int) -> int:
    # One & or | is a character; the blanks around it are lost, as in Znuny 6.5.
    scanner.word = scanner.word.rstrip(" ") + text[position]
    return _skip_blanks(text, position + 1)


def _read_parenthesis(scanner: _Scanner, text: str, position: int) -> int:
    scanner.operator(text[position])
    return _skip_blanks(text, position + 1)


def _read_negation(scanner: _Scanner, text: str, position: int) -> int:
    if scanner.tokens[-1:] in ([], ["("]) and NOTHING_FOLLOWS.match(text, position + 1):
        raise MalformedError("there is nothing to negate")
    scanner.negated = True
    return position + 1


def _skip_blanks(text: str, position: int) -> int:
    while text[position : position + 1] == " ":
        position += 1
    return position


def _at_word_operator(scanner: _Scanner, text: str, position: int) -> bool:
    found = WORD_OPERATOR.match(text, position)
    apart = position == 0 or text[position - 1] in " ()"
    return found is not None and apart and (position, found[1]) != scanner.after_operator


_READERS: tuple[
    tuple[Callable[[_Scanner, str, int], bool], Callable[[_Scanner, str, int], int]],
    ...,
] = (
    (lambda s, t, p: t[p] == "\\", _read_escape),
    (lambda s, t, p: t[p] == '"' and '"' in t[p + 1 :], _read_quoted),
    (lambda s, t, p: t[p] in "&|+" and SIGN_OPERATOR.match(t, p) is not None, _read_operator),
    (lambda s, t, p: t[p] in "&|", _read_lone_sign),
    (lambda s, t, p: t[p] in "()", _read_parenthesis),
    (lambda s, t, p: t[p] == "!" and not s.word and not s.quoted, _read_negation),
    (_at_word_operator, _read_word_operator),
)


def _is_operator(token: Token | None) -> bool:
    return token in ("&", "|")


def _group(tokens: list[Token], position: int, depth: int) -> tuple[Group, int]:
    """The group that begins at `position`, and where it ends: at the end or at a closing parenthesis."""
    if depth > MAX_DEPTH:
        raise MalformedError("too many parentheses")
    start = position
    alternatives: list[list[Word | Group]] = [[]]
    joined = True  # whether the next part may follow: at the start and behind an operator
    previous: Token | None = None
    token: Token | None = None
    while position < len(tokens) and tokens[position] != ")":
        previous, token = token, tokens[position]
        position += 1
        if _is_operator(token):
            if previous != token and _is_operator(previous):
                raise MalformedError("two different operators")
            joined = True
            if token == "|":  # noqa: S105  an operator, no password
                alternatives.append([])
        else:
            part: Word | Group | None = token if isinstance(token, Word) else None
            if token == "(":  # noqa: S105
                part, position = _inner(tokens, position, depth)
            if part is not None:
                if not joined:
                    raise MalformedError("two words without an operator")
                alternatives[-1].append(part)
                joined = False
    if any(
        len(edge) == 2 and all(map(_is_operator, edge))
        for edge in (tokens[start : start + 2], tokens[start:position][-2:])
    ):
        raise MalformedError("two operators at an end")
    kept = tuple(tuple(parts) for parts in alternatives if parts)
    if not kept and depth == 0:
        raise MalformedError("there is no word")
    return Group(kept), position


def _inner(tokens: list[Token], position: int, depth: int) -> tuple[Group | None, int]:
    """A group in parentheses, None where it is empty, and the position behind it."""
    group, position = _group(tokens, position, depth + 1)
    if position >= len(tokens):
        raise MalformedError("a parenthesis is not closed")
    return (group if group.alternatives else None), position + 1

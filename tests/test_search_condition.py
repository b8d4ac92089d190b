"""The condition language: what Znuny 6.5 answered to each of these, asked over its interface, on both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, String, Table, insert, select
from sqlalchemy.dialects import postgresql

from genericinterface.database import search_condition
from genericinterface.database.engine import Database
from genericinterface.database.search_condition import MalformedError
from genericinterface.database.search_parameters import NothingError, TooMuchError
from genericinterface.database.search_texts import MOST_LETTERS, MOST_WORDS, express_conditions, read_conditions
from genericinterface.database.search_trigrams import Trigrams
from tests.conftest import BACKENDS, Maker

TITLES = Table("titles", MetaData(), Column("title", String(100)))
HI, ORDER, NEXT, VPN, SAYS = "Hi there", "Order 4711", "Order 4712", "VPN down", "Znuny says hi!"
UMLAUT, UNDERSCORE, QUOTED, RESEARCH = "Größe & Maß", "a_b", 'say "hi" 100%', "R&D"
ALL = (HI, ORDER, NEXT, VPN, SAYS, UMLAUT, UNDERSCORE, QUOTED, RESEARCH)


def but(*titles: str) -> tuple[str, ...]:
    return tuple(title for title in ALL if title not in titles)


FOUND: dict[str, tuple[str, ...]] = {
    # words, wildcards, case
    "Hi there": (HI,),
    "hi THERE": (HI,),
    "  Hi   there ": (HI,),
    "Hi\tthere": (HI,),
    "Hi": (),
    "Hi*": (HI,),
    "*hi*": (HI, SAYS, QUOTED),
    "%hi%": (HI, SAYS, QUOTED),
    "*hi* *there*": (HI,),
    "*or* *der 4711": (ORDER,),
    "*or* * *der 4711": (),
    "order*": (ORDER, NEXT),
    "*GRÖSSE*": (),
    "*größe*": (UMLAUT,),
    "GRÖßE*": (UMLAUT,),
    "a_b": (UNDERSCORE,),
    "*a_b*": (UNDERSCORE,),
    "O_der 4711": (),
    "Hi there*": (HI,),
    "ORder 4711": (ORDER,),
    # operators
    "Hi there||Order 4711": (HI, ORDER),
    "Hi there || Order 4711": (HI, ORDER),
    "Hi there OR Order 4711": (HI, ORDER),
    "order*&&*11": (ORDER,),
    "order* AND *11": (ORDER,),
    "order*+*11": (ORDER,),
    "*hi* && *there* || VPN down": (HI, VPN),
    "VPN down || *hi* && *there*": (HI, VPN),
    "*hi* and *there*": (),
    "*hi*AND*there*": (),
    "*hi* AND*there*": (),
    "*hi* AND(*there*)": (HI,),
    "(*hi*)AND(*there*)": (HI,),
    "hi AND there": (),
    "Order 4711 ||| Hi there": (HI, ORDER),
    "order*&&&*11": (ORDER,),
    "Order 4711 | Hi there": (),
    "*größe & maß*": (),
    # one operator too many
    "Order 4711 AND": (ORDER,),
    "Order 4711 ||": (ORDER,),
    "OR Order 4711": (ORDER,),
    "&& Order 4711": (ORDER,),
    "Order 4711 || || Hi there": (HI, ORDER),
    "Order 4711 OR || Hi there": (HI, ORDER),
    "Order 4711 OR OR Hi there": (ORDER,),
    "Order 4711 || || || Hi there": (HI, ORDER),
    "(OR Order 4711)": (ORDER,),
    "OR(Order 4711)": (ORDER,),
    "(Order 4711)||": (ORDER,),
    "(Order 4711 AND)": (ORDER,),
    "Order 4711 AND AND": (),
    "AND AND": (),
    "Order 4711||()": (ORDER,),
    "()||Order 4711": (ORDER,),
    "order* && () && *11": (ORDER,),
    # no operator where one could be
    "order*(*11)": (ORDER,),
    "(order*)*11": (ORDER,),
    "(order*) (*11)": (ORDER,),
    "Hi there (Order 4711)": (),
    "(Hi there)(Order 4711)": (),
    '"Order 4711"(*11)': (ORDER,),
    '(order*)"Order 4711"': (ORDER,),
    "VPN down || order* (*11)": (ORDER, VPN),
    "(order*)!*11": (NEXT,),
    "(order*)!(*11)": (NEXT,),
    "(order*) ! && *11": (NEXT,),
    "order*!(*11)": (),
    # negation
    "!Hi there": but(HI),
    "!!Hi there": but(HI),
    "!*hi*": but(HI, SAYS, QUOTED),
    "*hi*&&!*there*": (SAYS, QUOTED),
    "*hi* AND !*there*": (SAYS, QUOTED),
    "!(Hi there)": but(HI),
    "!(Hi there||Order 4711)": but(HI),  # only the next word is negated
    "!*": (),
    "!*||Hi there": (HI,),
    "*||Hi there": ALL,
    " * ": ALL,
    "* *": ALL,
    "*&&Hi there": (HI,),
    "Znuny says hi!": (SAYS,),
    "! Hi there": ALL,
    "*!hi*": but(HI, SAYS, QUOTED),
    "* *!hi*": but(HI, SAYS, QUOTED),
    "*!*hi*": but(HI, SAYS, QUOTED),
    "*hi*!": (SAYS,),
    "!(!Hi there)": but(HI),
    "!(order*)*11": (),
    "!()Hi there": but(HI),
    "*hi*&&!&&*there*": (SAYS, QUOTED),
    # parentheses
    "(Hi there)": (HI,),
    "((Hi there))": (HI,),
    "(Hi there)||(Order 4711)": (HI, ORDER),
    "(Hi there||order*)&&*11": (ORDER,),
    "Hi there()": (HI,),
    "Hi() there": (HI,),
    "Hi ( ) there": (HI,),
    "Hi there)(": (HI,),
    ")(Hi there": (HI,),
    "Hi there)||(Order 4711": (HI, ORDER),
    "order*)(*11": (ORDER,),
    ")order*(*11": (ORDER,),
    # quotes
    '"Hi there"': (HI,),
    '"*hi*"': (HI, SAYS, QUOTED),
    '"Hi there"||VPN down': (HI, VPN),
    '"Order 4711 OR Hi there"': (),
    '"Größe & Maß"': (UMLAUT,),
    '*"*': (QUOTED,),
    'Hi "there"||VPN down': (VPN,),
    '!x"Hi there"': ALL,
    '("Hi there")': (HI,),
    '!"Hi there"': but(HI),
    '"Hi  there"': (),
    '""Hi there""': (),
    '"Hi there" "VPN down"': (),
    # escapes
    "\\Hi there": (HI,),
    "Hi\\ there": (HI,),
    "Znuny says hi\\!": (SAYS,),
    "Größe \\& Maß": (UMLAUT,),
    "\\!Hi there": (),
    "Hi there\\\\": (HI,),
    "r\\&d": (RESEARCH,),
    "r\\&&d": (RESEARCH,),
    "r\\ && d": (RESEARCH,),
    "r\\& && d": (RESEARCH,),
    "r\\\\&d": (RESEARCH,),
    "r*\\\\&&*d": (RESEARCH,),
    "!\\!x": ALL,
    '\\\\"Hi there"': (HI,),
    "(Hi there)||\\)": (HI,),
}
MALFORMED = (
    " ",
    # parentheses
    "(Hi there",
    "Hi there)",
    "(Hi there))",
    "))Hi there((",
    "()",
    "()()",
    "(())Hi there",
    "()Hi there()",
    # operators
    "AND",
    "AND OR",
    "Order 4711 && || Hi there",
    "Order 4711 AND OR Hi there",
    "Order 4711 && () || Hi there",
    "Order 4711 || ||",
    "Order 4711||||",
    "Order 4711 || ()",
    "|| || Order 4711",
    "|| && Order 4711",
    "(||)Order 4711",
    "Order 4711(||)",
    "(||Order 4711)||VPN down",
    "(Order 4711||)||VPN down",
    "((||Order 4711))",
    "( && Hi there)",
    "(Hi there AND )",
    # negation
    "!",
    "!!",
    "!&&Hi there",
    "Hi there||!",
    "(!)Hi there",
    "(Hi there)!",
    "(Hi there)!||VPN down",
    # backslashes
    "Hi there\\",
    "Hi there\\ ",
    "(Hi there\\)",
    "VPN down\\ (Hi there)",
    "Hi there\\()",
)


@pytest.fixture(scope="module", params=BACKENDS)
def titles(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with a table of titles."""
    make: Maker = request.getfixturevalue(f"empty_{request.param}")
    with make() as url:
        database = Database(url.render_as_string(hide_password=False))
        with database.transaction() as connection:
            TITLES.create(connection)
            connection.execute(insert(TITLES), [{"title": title} for title in ALL])
        yield database
        database.close()


def found(database: Database, *conditions: str) -> set[str]:
    """The titles that are found, with a trigram index or without."""
    without, some = (_found(database, conditions, dense) for dense in (None, {"the": 0.9, "her": 0.9, "ere": 0.9}))
    assert without == some
    return without


def _found(database: Database, conditions: tuple[str, ...], dense: Trigrams | None) -> set[str]:
    reading = read_conditions("Title", conditions, strict=False, dense=dense)
    statement = select(TITLES.c.title)
    if reading is not None:
        statement = statement.where(express_conditions(TITLES.c.title, "Title", reading.shape))  # type: ignore[arg-type]
    with database.reading() as connection:
        return set(connection.scalars(statement, dict(reading.values) if reading else {}))


@pytest.mark.parametrize("condition", FOUND)
def test_a_condition_finds(titles: Database, condition: str) -> None:
    assert found(titles, condition) == set(FOUND[condition])


@pytest.mark.parametrize("condition", MALFORMED)
def test_a_malformed_condition_finds_nothing_and_others_beside_it_count(titles: Database, condition: str) -> None:
    with pytest.raises(MalformedError):
        search_condition.parse(condition)
    assert found(titles, condition) == set()
    assert found(titles, condition, "VPN down") == {VPN}
    with pytest.raises(NothingError):
        read_conditions("Title", [condition], strict=True, dense=None)


def test_beyond_znuny(titles: Database) -> None:
    """A quote and a plus can be escaped; a backslash in quotes is itself; parentheses are counted."""
    assert found(titles, 'say \\"hi\\" *') == {QUOTED}
    assert found(titles, "r\\+d") == set()
    assert found(titles, '"r\\&*"') == set()
    assert found(titles, "(" * 50 + "Hi there" + ")" * 50) == {HI}
    assert found(titles, "(" * 200 + "Hi there" + ")" * 200) == set()


@pytest.mark.parametrize("condition", ["*", "%", "%%%", "**%", ""])
def test_what_allows_anything_does_not_restrict(titles: Database, condition: str) -> None:
    assert found(titles, condition) == set(ALL)
    assert found(titles, condition, "VPN down") == {VPN}


def test_several_conditions_are_alternatives(titles: Database) -> None:
    assert found(titles, "Hi there", "order*&&*11") == {HI, ORDER}


@given(st.text(alphabet='ab*%&|!()+"\\ ANDOR', max_size=60))
def test_any_text_is_a_condition_or_malformed(condition: str) -> None:
    reading = read_conditions("Title", [condition], strict=False, dense=None)
    if reading is not None:
        expression = express_conditions(TITLES.c.title, "Title", reading.shape)  # type: ignore[arg-type]
        # SQLAlchemy leaves out what cannot matter ("x && nothing"); what is left must have its value.
        assert set(expression.compile(dialect=postgresql.dialect()).params) <= set(reading.values)


@pytest.mark.parametrize(
    "condition", ["||".join("a" * (MOST_WORDS + 1)), "a" * (MOST_LETTERS + 1), '"' * MOST_LETTERS * 20, "!" * 10**6]
)
def test_a_condition_that_is_too_long_is_refused_at_once(condition: str) -> None:
    started = time.perf_counter()
    with pytest.raises(TooMuchError):
        read_conditions("Title", [condition], strict=False, dense=None)
    assert time.perf_counter() - started < 1


def test_many_words_are_found(titles: Database) -> None:
    words = [f"word {number}" for number in range(MOST_WORDS - 1)]
    assert found(titles, " || ".join([*words, "VPN down"])) == {VPN}
    assert found(titles, *words, "VPN down") == {VPN}

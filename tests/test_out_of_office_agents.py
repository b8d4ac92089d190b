"""Whom an out-of-office entry means. What is expected was read off Znuny 6.5, but for docs/differences.md."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.out_of_office import Agents
from tests.application import NOW


@pytest.fixture
def agents(database: Database) -> Iterator[Agents]:
    """The demo agents, with some that are hard to tell apart; what they are called is in the tests."""
    stamps = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1, "pw": "", "valid_id": 1}
    people = [
        (901, "jürgen", "Jürgen", "Müßig", "juergen@peer.example"),
        (902, "o'brien", "Pat", "O'Brien", "Pat@Peer.Example"),
        (903, "twin1", "Tom", "Twin", "twin@peer.example"),
        (904, "twin2", "Tim", "Twin", "twin@peer.example"),
        (905, "gone", "Gil", "Gone", "gone@peer.example"),
        (906, "a_b", "Hal", "Hill", "under_score@peer.example"),
        (907, "axb", "Hal", "Hope", "underxscore@peer.example"),
    ]
    with database.transaction() as connection:
        connection.execute(
            insert(t.users),
            [{"id": p[0], "login": p[1], "first_name": p[2], "last_name": p[3], **stamps} for p in people],
        )
        connection.execute(
            insert(t.user_preferences),
            [{"user_id": p[0], "preferences_key": "UserEmail", "preferences_value": p[4]} for p in people],
        )
        connection.execute(update(t.users).where(t.users.c.login == "gone").values(valid_id=2))
    with database.reading() as connection:
        yield Agents(connection)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ("jürgen", [901]),
        ("JÜRGEN", [901]),
        ("j*rgen", [901]),
        ("o'brien", [902]),
        ("o'*", [902]),
        ("%'%", [902]),
        ("twin*", [903, 904]),
        ("TWIN2", [904]),
        ("**win**2", [904]),
        ("gone", []),
        ("a_b", [906]),
        ("a*b", [906, 907]),
        ("a.b", []),
        ("twin1 ", []),
        (" twin1", []),
        ("(twin1)", []),
        ("\\", []),
        ("twin?", []),
    ],
)
def test_by_login(agents: Agents, login: str, expected: list[int]) -> None:
    assert agents.by_login(login) == expected


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ("pat@peer.example", [902]),
        ("PAT@PEER.EXAMPLE", [902]),
        ("twin@peer.example", [903, 904]),
        ("gone@peer.example", [905]),
        ("under_score@peer.example", [906]),
        ("pat*", []),
        ("pat%", []),
        (" pat@peer.example", []),
    ],
)
def test_by_email(agents: Agents, mail: str, expected: list[int]) -> None:
    assert agents.by_email(mail) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Pat", [902]),
        ("pat o'brien", [902]),
        ("O'Brien  Pat", [902]),
        ("Jürgen", [901]),
        ("JÜRGEN MÜSSIG", []),
        ("Twin", [903, 904]),
        ("Twin Tim", [904]),
        ("twin2 Twin", [904]),
        ("Twin nobody", []),
        ("T*m Twin", [903, 904]),
        ("Hal *", [906, 907]),
        ("Hal *ope", [907]),
        ("twin1||twin2", [903, 904]),
        ("(twin1||twin2)+Tom", [903]),
        ("Twin && Tom", [903]),
        ("Twin+!Tom", [904]),
        ('"Twin"+Tim', [904]),
        ("Gil", []),
        ("Ha_", []),
        ("pat@peer.example", []),
        ("(Pat", []),
        ("Pat)", []),
    ],
)
def test_by_search(agents: Agents, words: str, expected: list[int]) -> None:
    assert agents.by_search(words) == expected

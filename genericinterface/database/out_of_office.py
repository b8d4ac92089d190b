"""Agents by what an out-of-office entry calls them, and the preferences that hold the times. For User::OutOfOffice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, delete, insert, select

from genericinterface.database.accounts import VALID
from genericinterface.database.search_condition import Group, MalformedError, Word, parse
from genericinterface.database.tables import user_preferences, users


@dataclass(frozen=True)
class _Agent:
    """A valid agent; names in lower case, the login first."""

    id: int
    names: tuple[str, str, str]


class Agents:
    """All agents with their mail addresses, read in two statements when first asked for: entries are looked up here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _valid(self) -> list[_Agent]:
        column = users.c
        rows = self._connection.execute(
            select(column.id, column.login, column.first_name, column.last_name)
            .where(column.valid_id == VALID)
            .order_by(column.id)
        )
        return [_Agent(row.id, (row.login.lower(), row.first_name.lower(), row.last_name.lower())) for row in rows]

    @cached_property
    def _mails(self) -> dict[str, set[int]]:
        column = user_preferences.c
        rows = self._connection.execute(
            select(column.preferences_value, column.user_id).where(column.preferences_key == "UserEmail")
        )
        found: dict[str, set[int]] = {}
        for mail, user_id in rows:
            found.setdefault((mail or "").lower(), set()).add(user_id)
        return found

    @cached_property
    def _logins(self) -> dict[str, int]:
        return {agent.names[0]: agent.id for agent in self._valid}

    def by_email(self, mail: str) -> list[int]:
        """Agents with this address in any case, valid or not (as Znuny 6.5: an invalid twin makes it ambiguous)."""
        return sorted(self._mails.get(mail.lower(), ()))

    def by_login(self, login: str) -> list[int]:
        """Valid agents with this login in any case; `*` and `%` stand for anything."""
        exact = self._logins.get(login.lower())
        if exact is not None:
            return [exact]
        pattern = _pattern(login)
        return [agent.id for agent in self._valid if pattern.fullmatch(agent.names[0])]

    def by_search(self, words: str) -> list[int]:
        """Valid agents of whom every word is the login, the first or the last name; see search_condition for more."""
        try:
            condition = parse("+".join(words.split()))
        except MalformedError:
            return []
        patterns: dict[str, re.Pattern[str]] = {}
        return [agent.id for agent in self._valid if _holds(condition, agent, patterns)]


def _holds(node: Word | Group, agent: _Agent, patterns: dict[str, re.Pattern[str]]) -> bool:
    if isinstance(node, Group):
        return any(all(_holds(part, agent, patterns) for part in parts) for parts in node.alternatives)
    pattern = patterns.setdefault(node.text, _pattern(node.text))
    return any(pattern.fullmatch(name) for name in agent.names) is not node.negated


def _pattern(text: str) -> re.Pattern[str]:
    # Runs of wildcards are one; each takes as little as it can for good, so that no pattern costs more than its length
    # times that of a name.
    first, *others = map(re.escape, re.split(r"[*%]+", text.lower()))
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    last = f".*{others[-1]}" if others else ""
    return re.compile(f"{first}{middle}{last}", re.S)


def write(connection: Connection, changes: Mapping[int, Mapping[str, str]]) -> None:
    """Sets preferences (key → value) of agents (by ID) in at most five statements.

    Rows are replaced, since the table has no unique key; the agents' own rows are locked meanwhile, so that two who
    write at once leave one value.
    """
    if not changes:
        return
    connection.execute(select(users.c.id).where(users.c.id.in_(changes)).order_by(users.c.id).with_for_update())
    for keys, agents in _alike(changes):
        connection.execute(
            delete(user_preferences).where(
                user_preferences.c.user_id.in_(agents), user_preferences.c.preferences_key.in_(keys)
            )
        )
    connection.execute(
        insert(user_preferences),
        [
            {"user_id": user_id, "preferences_key": key, "preferences_value": value}
            for user_id, values in sorted(changes.items())
            for key, value in values.items()
        ],
    )


def _alike(changes: Mapping[int, Mapping[str, str]]) -> Iterable[tuple[frozenset[str], list[int]]]:
    """Agents whose same keys change, together: there are three such sets at most (neither date, the start, both)."""
    groups: dict[frozenset[str], list[int]] = {}
    for user_id, values in changes.items():
        groups.setdefault(frozenset(values), []).append(user_id)
    return groups.items()

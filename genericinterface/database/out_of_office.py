"""Agents by what an out-of-office entry calls them, and the preferences that hold the times. For User::OutOfOffice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from sqlalchemy import Connection, delete, insert, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import user_preferences, users


class Agents:
    """All agents with their mail addresses, read in two statements when first asked for: entries are looked up here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _valid(self) -> list[tuple[int, str, str]]:
        """(id, lower-case login, login and names in lower case, a line each) of the valid agents."""
        column = users.c
        rows = self._connection.execute(
            select(column.id, column.login, column.first_name, column.last_name)
            .where(column.valid_id == VALID)
            .order_by(column.id)
        )
        return [(row[0], row[1].lower(), "\n".join(str(part).lower() for part in row[1:])) for row in rows]

    @cached_property
    def _mails(self) -> dict[str, list[int]]:
        column = user_preferences.c
        rows = self._connection.execute(
            select(column.preferences_value, column.user_id).where(column.preferences_key == "UserEmail")
        )
        found: dict[str, list[int]] = {}
        for mail, user_id in rows:
            found.setdefault(mail or "", []).append(user_id)
        return found

    def by_email(self, mail: str) -> list[int]:
        """Agents with exactly this address, valid or not (as Znuny 6.5: an invalid twin makes it ambiguous)."""
        return sorted(set(self._mails.get(mail, [])))

    def by_login(self, login: str) -> list[int]:
        """Valid agents with this login in any case; `*` and `%` stand for anything."""
        pattern = _pattern(login)
        return [user_id for user_id, found, _ in self._valid if pattern.fullmatch(found)]

    def by_search(self, words: str) -> list[int]:
        """Valid agents of whom every word is the login, the first or the last name; `*` and `%` stand for anything."""
        patterns = [_pattern(word) for word in words.split()]
        return [
            user_id
            for user_id, _, names in self._valid
            if patterns and all(any(map(pattern.fullmatch, names.split("\n"))) for pattern in patterns)
        ]


def _pattern(text: str) -> re.Pattern[str]:
    # Runs of wildcards are one, so that no pattern costs more than it is long.
    parts = re.split(r"[*%]+", text.lower())
    return re.compile(".*".join(map(re.escape, parts)), re.S)


def write(connection: Connection, changes: Mapping[int, Mapping[str, str]]) -> None:
    """Sets preferences of agents, in a fixed number of statements. Rows are replaced, since the table has no unique key,

    under locks on the agents' rows, so that two who write at once leave one value.
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
    """Agents whose same keys change, together: there are three such sets at most."""
    groups: dict[frozenset[str], list[int]] = {}
    for user_id, values in changes.items():
        groups.setdefault(frozenset(values), []).append(user_id)
    return groups.items()

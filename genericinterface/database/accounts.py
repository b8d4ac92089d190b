"""Accounts that log in: agents (`users`) and customer users, with the preferences that a login reads and writes.

Called by auth/authenticator.py on every request with a login, so that finding an account is one statement.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, and_, bindparam, exists, insert, select, update

from genericinterface.database.expressions import one_of
from genericinterface.database.tables import (
    customer_preferences,
    customer_user,
    system_maintenance,
    user_preferences,
    users,
    valid,
)

VALID = 1
FAILED = "UserLoginFailed"
LAST_LOGIN = "UserLastLogin"
COUNTING_ATTEMPTS = 20  # more than there are threads that count failures of one account at one time

# Whether a system maintenance is going on at `now` (seconds since 1970).
_MAINTENANCE = exists().where(
    system_maintenance.c.valid_id == VALID,
    system_maintenance.c.start_date <= bindparam("now"),
    system_maintenance.c.stop_date >= bindparam("now"),
)


@dataclass(frozen=True)
class Account:
    """A row of `users` or `customer_user` as a login needs it.

    `owner` is what the preferences' table calls user_id: the agent's ID, the customer user's login. `preferences`
    holds FAILED and LAST_LOGIN where they are set; `maintenance` says that only administrators may log in now.
    """

    id: int
    login: str
    password: str
    customer_id: str  # "" of an agent
    valid: bool
    maintenance: bool
    owner: int | str
    preferences: dict[str, str]


class Accounts:
    """The accounts of one kind: a table of people, the table of their preferences, and the column that ties them."""

    def __init__(self, people: Table, preferences: Table, owner: Column[int] | Column[str]) -> None:
        self._people, self._preferences = people, preferences
        self._customer_id = people.c.get("customer_id")
        columns = [people.c.id, people.c.login, people.c.pw, people.c.valid_id, owner.label("owner")]
        if self._customer_id is not None:
            columns.append(self._customer_id)
        self._find = (
            select(
                *columns,
                _MAINTENANCE.label("maintenance"),
                preferences.c.preferences_key,
                preferences.c.preferences_value,
            )
            .select_from(people)
            .outerjoin(
                preferences,
                and_(preferences.c.user_id == owner, one_of(preferences.c.preferences_key, (FAILED, LAST_LOGIN))),
            )
            .where(people.c.login == bindparam("login"))
        )

    def find(self, connection: Connection, login: str, now: int) -> Account | None:
        """The account of exactly that login, valid or not; one statement. `now` is in seconds since 1970."""
        if "\0" in login:  # no database holds it, and PostgreSQL refuses to be asked
            return None
        found = connection.execute(self._find, {"login": login, "now": now})
        rows = [row for row in found if row.login == login]  # MariaDB compares without case
        if not rows:
            return None
        first = rows[0]
        return Account(
            id=first.id,
            login=first.login,
            password=first.pw or "",
            customer_id=first.customer_id or "" if self._customer_id is not None else "",
            valid=first.valid_id == VALID,
            maintenance=bool(first.maintenance),
            owner=first.owner,
            preferences={r.preferences_key: r.preferences_value or "" for r in rows if r.preferences_key is not None},
        )

    def set_preference(self, connection: Connection, account: Account, key: str, value: str) -> None:
        """Sets one preference: an update, and an insert if that met none, for the table has no unique key."""
        column = self._preferences.c
        matches = and_(column.user_id == account.owner, column.preferences_key == key)
        if not connection.execute(update(self._preferences).where(matches).values(preferences_value=value)).rowcount:
            connection.execute(
                insert(self._preferences).values(user_id=account.owner, preferences_key=key, preferences_value=value)
            )

    def count_failure(self, connection: Connection, account: Account) -> int:
        """Adds one to the failed logins and gives their number.

        Each attempt changes only the value that it has read, so that guesses sent at the same time all count.
        """
        column = self._preferences.c
        matches = and_(column.user_id == account.owner, column.preferences_key == FAILED)
        failed = 1
        for _ in range(COUNTING_ATTEMPTS):
            row = connection.execute(select(column.preferences_value).where(matches)).first()
            if row is None:
                self.set_preference(connection, account, FAILED, "1")
                return 1
            failed = number(row.preferences_value) + 1
            unchanged = and_(matches, column.preferences_value.is_not_distinct_from(row.preferences_value))
            if connection.execute(
                update(self._preferences).where(unchanged).values(preferences_value=str(failed))
            ).rowcount:
                break
        return failed

    def lock_out(self, connection: Connection, account: Account, now: dt.datetime) -> None:
        """Makes a valid account "invalid-temporarily", as Znuny does after too many wrong passwords."""
        temporarily = select(valid.c.id).where(valid.c.name == "invalid-temporarily").scalar_subquery()
        connection.execute(
            update(self._people)
            .where(self._people.c.id == account.id, self._people.c.valid_id == VALID)
            .values(valid_id=temporarily, change_time=now, change_by=1)
        )


def number(text: str | None) -> int:
    """A number that a preference or a session holds as text; 0 where it holds none."""
    return int(text) if text and text.isascii() and text.isdecimal() else 0


AGENTS = Accounts(users, user_preferences, users.c.id)
CUSTOMERS = Accounts(customer_user, customer_preferences, customer_user.c.login)

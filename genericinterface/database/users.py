"""Agents and what they may do: `users`, their preferences, their permissions in groups.

Called by the `user` commands; a login reads accounts.py instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from genericinterface.database import people
from genericinterface.database.accounts import FAILED
from genericinterface.database.groups import Group
from genericinterface.database.tables import (
    group_role,
    group_user,
    permission_groups,
    role_user,
    roles,
    user_preferences,
    users,
    valid,
)
from genericinterface.errors import ConfigurationError

EMAIL = "UserEmail"
# As Znuny 6.5 knows them (System::Permission and what may be added to it); rw implies all others.
PERMISSIONS = ("ro", "move_into", "create", "note", "owner", "priority", "rw")
MORE_PERMISSIONS = ("bounce", "close", "compose", "customer", "forward", "pending", "phone", "responsible")


class User(NamedTuple):
    """An agent as the commands show it; times are in OTRSTimeZone."""

    id: int
    login: str
    title: str
    first_name: str
    last_name: str
    email: str
    validity: str
    create_time: dt.datetime
    change_time: dt.datetime


class Grant(NamedTuple):
    """A permission of an agent in a group; `role` is "" where it was granted directly."""

    group: str
    permission: str
    role: str


_USERS = (
    select(
        users.c.id,
        users.c.login,
        users.c.title,
        users.c.first_name,
        users.c.last_name,
        user_preferences.c.preferences_value,
        valid.c.name,
        users.c.create_time,
        users.c.change_time,
    )
    .join(valid, valid.c.id == users.c.valid_id)
    .outerjoin(
        user_preferences, and_(user_preferences.c.user_id == users.c.id, user_preferences.c.preferences_key == EMAIL)
    )
)


def listed(connection: Connection) -> list[User]:
    """All agents, valid or not, by login."""
    # Nothing keeps an agent from having the preference twice; the first one counts.
    found: dict[int, User] = {}
    for key, login, title, first, last, email, validity, *times in connection.execute(_USERS):
        found.setdefault(key, User(key, login, title or "", first, last, email or "", validity, *times))
    return sorted(found.values(), key=lambda user: user.login)


def find(connection: Connection, login: str) -> User:
    """The agent of that login; raises ConfigurationError with the near miss."""
    known = {user.login: user for user in listed(connection)}
    if login not in known:
        raise people.unknown("agent", login, known)
    return known[login]


def add(
    connection: Connection,
    login: str,
    first_name: str,
    last_name: str,
    email: str,
    password_hash: str,
    now: dt.datetime,
    title: str = "",
) -> int:
    """The ID of a new, valid agent without any permission; raises ConfigurationError if the login is taken."""
    values: dict[str, str | None] = {"login": login, "first_name": first_name, "last_name": last_name, "title": title}
    people.check(users, values, "login", "first_name", "last_name")
    people.check_email(email)
    row = values | {"pw": password_hash, "valid_id": people.validity(connection, "valid")} | people.stamps(now)
    try:
        added = connection.execute(insert(users).values(row)).inserted_primary_key
    except IntegrityError as error:
        raise ConfigurationError([f"there is an agent {login} already"]) from error
    user_id = int(added[0]) if added else 0
    _set_preference(connection, user_id, EMAIL, email)
    return user_id


def set_password(connection: Connection, user: User, password_hash: str, now: dt.datetime) -> None:
    """Replaces the stored password and forgets failed logins."""
    connection.execute(update(users).where(users.c.id == user.id).values(pw=password_hash, **people.change(now)))
    _forget_failed_logins(connection, user)


def set_email(connection: Connection, user: User, email: str, now: dt.datetime) -> None:
    """Replaces the e-mail address; raises ConfigurationError for what is none."""
    people.check_email(email)
    _set_preference(connection, user.id, EMAIL, email)
    connection.execute(update(users).where(users.c.id == user.id).values(**people.change(now)))


def set_valid(connection: Connection, user: User, validity: str, now: dt.datetime) -> None:
    """Sets the validity. An agent who is no longer valid loses the sessions, one who is again the failed logins."""
    values = people.change(now) | {"valid_id": people.validity(connection, validity)}
    connection.execute(update(users).where(users.c.id == user.id).values(values))
    if validity == "valid":
        _forget_failed_logins(connection, user)
    else:
        people.end_sessions(connection, "User", user.login)


def grants(connection: Connection, user: User) -> list[Grant]:
    """What the agent may do in which groups, directly and through roles, valid ones or not."""
    groups = permission_groups.c
    direct = (
        select(groups.name, group_user.c.permission_key)
        .join(permission_groups, groups.id == group_user.c.group_id)
        .where(group_user.c.user_id == user.id)
    )
    by_role = (
        select(groups.name, group_role.c.permission_key, roles.c.name)
        .join(permission_groups, groups.id == group_role.c.group_id)
        .join(role_user, role_user.c.role_id == group_role.c.role_id)
        .join(roles, roles.c.id == role_user.c.role_id)
        .where(role_user.c.user_id == user.id, group_role.c.permission_value == 1)
    )
    found = [Grant(group, permission, "") for group, permission in connection.execute(direct)]
    found += [Grant(group, permission, role) for group, permission, role in connection.execute(by_role)]
    return sorted(set(found))


def grant(connection: Connection, user: User, group: Group, permissions: Sequence[str], now: dt.datetime) -> list[str]:
    """Grants permissions in a group; gives those that the agent did not have there directly."""
    _check_permissions(permissions)
    present = set(
        connection.scalars(
            select(group_user.c.permission_key).where(
                group_user.c.user_id == user.id, group_user.c.group_id == group.id
            )
        )
    )
    missing = [permission for permission in dict.fromkeys(permissions) if permission not in present]
    if missing:
        row = {"user_id": user.id, "group_id": group.id} | people.stamps(now)
        connection.execute(insert(group_user), [row | {"permission_key": permission} for permission in missing])
    return missing


def revoke(connection: Connection, user: User, group: Group, permissions: Sequence[str]) -> int:
    """Takes permissions in a group away, all of them where none are named; gives how many the agent had."""
    _check_permissions(permissions)
    statement = delete(group_user).where(group_user.c.user_id == user.id, group_user.c.group_id == group.id)
    if permissions:
        statement = statement.where(group_user.c.permission_key.in_(permissions))
    return connection.execute(statement).rowcount


def failed_logins(connection: Connection, user: User) -> str:
    """The number of failed logins since the last good one, "" where none was ever counted."""
    return (
        connection.scalar(
            select(user_preferences.c.preferences_value).where(
                user_preferences.c.user_id == user.id, user_preferences.c.preferences_key == FAILED
            )
        )
        or ""
    )


def _check_permissions(permissions: Sequence[str]) -> None:
    known = (*PERMISSIONS, *MORE_PERMISSIONS)
    for permission in permissions:
        if permission not in known:
            raise people.unknown("permission", permission, known)


def _forget_failed_logins(connection: Connection, user: User) -> None:
    column = user_preferences.c
    connection.execute(delete(user_preferences).where(column.user_id == user.id, column.preferences_key == FAILED))


def _set_preference(connection: Connection, user_id: int, key: str, value: str) -> None:
    column = user_preferences.c
    connection.execute(delete(user_preferences).where(column.user_id == user_id, column.preferences_key == key))
    connection.execute(insert(user_preferences).values(user_id=user_id, preferences_key=key, preferences_value=value))

"""Accounts that log in: agents (`users`) and customer users, with the preferences that a login reads and writes.

Called by auth/authenticator.py on every request with a login, so each lookup is one statement.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from genericinterface.database.tables import (
    customer_company,
    customer_preferences,
    customer_user,
    user_preferences,
    users,
    valid,
)

VALID = 1
LOGIN_KEYS = ("UserLoginFailed", "UserLastLogin")

# Znuny's names of the columns of a customer user and its company, as its sessions hold them.
CUSTOMER_COLUMNS = {
    "UserLogin": "login",
    "UserTitle": "title",
    "UserFirstname": "first_name",
    "UserLastname": "last_name",
    "UserPassword": "pw",
    "UserEmail": "email",
    "UserCustomerID": "customer_id",
    "UserPhone": "phone",
    "UserFax": "fax",
    "UserMobile": "mobile",
    "UserStreet": "street",
    "UserZip": "zip",
    "UserCity": "city",
    "UserCountry": "country",
    "UserComment": "comments",
    "ValidID": "valid_id",
    "CreateTime": "create_time",
    "CreateBy": "create_by",
    "ChangeTime": "change_time",
    "ChangeBy": "change_by",
}
COMPANY_COLUMNS = {
    "CustomerCompanyName": "name",
    "CustomerCompanyStreet": "street",
    "CustomerCompanyZIP": "zip",
    "CustomerCompanyCity": "city",
    "CustomerCompanyCountry": "country",
    "CustomerCompanyURL": "url",
    "CustomerCompanyComment": "comments",
    "CustomerCompanyValidID": "valid_id",
}


@dataclass(frozen=True)
class Account:
    """A row of `users` or `customer_user` as a login needs it; `preferences` holds those of LOGIN_KEYS."""

    id: int
    login: str
    password: str
    customer_id: str
    valid: bool
    preferences: dict[str, str]


_AGENT = (
    select(
        users.c.id,
        users.c.login,
        users.c.pw,
        users.c.valid_id,
        user_preferences.c.preferences_key,
        user_preferences.c.preferences_value,
    )
    .outerjoin(
        user_preferences,
        and_(user_preferences.c.user_id == users.c.id, user_preferences.c.preferences_key.in_(LOGIN_KEYS)),
    )
    .where(users.c.login == bindparam("login"))
)
_CUSTOMER = (
    select(
        customer_user.c.id,
        customer_user.c.login,
        customer_user.c.pw,
        customer_user.c.valid_id,
        customer_user.c.customer_id,
        customer_preferences.c.preferences_key,
        customer_preferences.c.preferences_value,
    )
    .outerjoin(
        customer_preferences,
        and_(
            customer_preferences.c.user_id == customer_user.c.login,
            customer_preferences.c.preferences_key.in_(LOGIN_KEYS),
        ),
    )
    .where(customer_user.c.login == bindparam("login"))
)


def agent(connection: Connection, login: str) -> Account | None:
    """The agent of exactly that login, valid or not."""
    rows = [row for row in connection.execute(_AGENT, {"login": login}) if row.login == login]
    if not rows:
        return None
    first = rows[0]
    return Account(first.id, first.login, first.pw or "", "", first.valid_id == VALID, _preferences(rows))


def customer(connection: Connection, login: str) -> Account | None:
    """The customer user of exactly that login, valid or not."""
    rows = [row for row in connection.execute(_CUSTOMER, {"login": login}) if row.login == login]
    if not rows:
        return None
    first = rows[0]
    return Account(
        first.id, first.login, first.pw or "", first.customer_id or "", first.valid_id == VALID, _preferences(rows)
    )


def _preferences(rows: list) -> dict[str, str]:  # type: ignore[type-arg]  # rows of either statement
    return {row.preferences_key: row.preferences_value or "" for row in rows if row.preferences_key is not None}


def set_agent_preference(connection: Connection, user_id: int, key: str, value: str) -> None:
    """Sets one preference of an agent: an update, and an insert if that met none, for the table has no unique key."""
    column = user_preferences.c
    matches = and_(column.user_id == user_id, column.preferences_key == key)
    if not connection.execute(update(user_preferences).where(matches).values(preferences_value=value)).rowcount:
        connection.execute(
            insert(user_preferences).values(user_id=user_id, preferences_key=key, preferences_value=value)
        )


def set_customer_preference(connection: Connection, login: str, key: str, value: str) -> None:
    """Sets one preference of a customer user, likewise."""
    column = customer_preferences.c
    matches = and_(column.user_id == login, column.preferences_key == key)
    if not connection.execute(update(customer_preferences).where(matches).values(preferences_value=value)).rowcount:
        connection.execute(
            insert(customer_preferences).values(user_id=login, preferences_key=key, preferences_value=value)
        )


def lock_out_agent(connection: Connection, user_id: int, now: dt.datetime) -> None:
    """Makes an agent "invalid-temporarily", as Znuny does after too many wrong passwords."""
    temporarily = select(valid.c.id).where(valid.c.name == "invalid-temporarily").scalar_subquery()
    connection.execute(
        update(users).where(users.c.id == user_id).values(valid_id=temporarily, change_time=now, change_by=1)
    )


def agent_profile(connection: Connection, user_id: int) -> dict[str, str | None]:
    """What Znuny keeps of an agent in a session, by its names: the row of `users` and all preferences."""
    row = connection.execute(select(users).where(users.c.id == user_id)).one()
    found: dict[str, str | None] = {
        "UserID": str(row.id),
        "UserLogin": row.login,
        "UserPw": row.pw,
        "UserTitle": row.title,
        "UserFirstname": row.first_name,
        "UserLastname": row.last_name,
        "UserFullname": f"{row.first_name} {row.last_name}",
        "ValidID": str(row.valid_id),
        "CreateTime": _stamp(row.create_time),
        "ChangeTime": _stamp(row.change_time),
    }
    column = user_preferences.c
    rows = connection.execute(select(column.preferences_key, column.preferences_value).where(column.user_id == user_id))
    return found | {key: value or "" for key, value in rows}


def customer_profile(connection: Connection, login: str) -> dict[str, str | None]:
    """What Znuny keeps of a customer user in a session: the row, its company's and all preferences."""
    columns = {key: customer_user.c[column] for key, column in CUSTOMER_COLUMNS.items()}
    columns |= {key: customer_company.c[column] for key, column in COMPANY_COLUMNS.items()}
    row = connection.execute(
        select(*(column.label(key) for key, column in columns.items()))
        .outerjoin(customer_company, customer_company.c.customer_id == customer_user.c.customer_id)
        .where(customer_user.c.login == login)
    ).one()
    found: dict[str, str | None] = {
        key: _stamp(value) if isinstance(value, dt.datetime) else "" if value is None else str(value)
        for key, value in row._mapping.items()
    }
    fullname = " ".join(part for part in (found["UserTitle"], found["UserFirstname"], found["UserLastname"]) if part)
    found |= {
        "UserID": login,
        "CustomerID": found["UserCustomerID"],
        "UserFullname": fullname,
        "UserMailString": f'"{fullname}" <{found["UserEmail"]}>',
        "Source": "CustomerUser",
    }
    column = customer_preferences.c
    rows = connection.execute(select(column.preferences_key, column.preferences_value).where(column.user_id == login))
    return found | {key: value or "" for key, value in rows}


def _stamp(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")

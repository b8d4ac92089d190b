"""Customer users in Znuny's own table. Called by the `customer-user` commands; a login reads accounts.py instead."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from genericinterface.database import people
from genericinterface.database.accounts import FAILED
from genericinterface.database.tables import customer_company, customer_preferences, customer_user, valid
from genericinterface.errors import ConfigurationError


class CustomerUser(NamedTuple):
    """A customer user; `company` is the name of the company behind its customer_id, "" where there is none."""

    id: int
    login: str
    first_name: str
    last_name: str
    email: str
    customer_id: str
    company: str
    validity: str


_CUSTOMER_USERS = (
    select(
        customer_user.c.id,
        customer_user.c.login,
        customer_user.c.first_name,
        customer_user.c.last_name,
        customer_user.c.email,
        customer_user.c.customer_id,
        customer_company.c.name,
        valid.c.name,
    )
    .join(valid, valid.c.id == customer_user.c.valid_id)
    .outerjoin(customer_company, customer_company.c.customer_id == customer_user.c.customer_id)
)


def listed(connection: Connection, customer_id: str | None = None) -> list[CustomerUser]:
    """The customer users, valid or not, by login: all, or those of one company."""
    statement = _CUSTOMER_USERS
    if customer_id is not None:
        statement = statement.where(customer_user.c.customer_id == customer_id)
    found = (CustomerUser(*row[:6], row[6] or "", row[7]) for row in connection.execute(statement))
    return sorted(found, key=lambda customer: customer.login)


def find(connection: Connection, login: str) -> CustomerUser:
    """The customer user of that login; raises ConfigurationError with the near miss."""
    rows = connection.execute(_CUSTOMER_USERS.where(customer_user.c.login == login))
    found = [CustomerUser(*row[:6], row[6] or "", row[7]) for row in rows if row.login == login]
    if not found:
        raise people.unknown("customer user", login, connection.scalars(select(customer_user.c.login)))
    return found[0]


def add(
    connection: Connection,
    login: str,
    first_name: str,
    last_name: str,
    email: str,
    customer_id: str,
    password_hash: str,
    now: dt.datetime,
) -> CustomerUser:
    """A new, valid customer user; raises ConfigurationError if the login or the address is taken (as Znuny 6.5)."""
    values: dict[str, str | None] = {
        "login": login,
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "customer_id": customer_id,
    }
    people.check(customer_user, values, *values)
    people.check_email(email)
    other = connection.scalar(select(customer_user.c.login).where(customer_user.c.email == email).limit(1))
    if other is not None:
        raise ConfigurationError([f"the customer user {other} has the address {email} already"])
    row = values | {"pw": password_hash, "valid_id": people.validity(connection, "valid")} | people.stamps(now)
    try:
        connection.execute(insert(customer_user).values(row))
    except IntegrityError as error:
        raise ConfigurationError([f"there is a customer user {login} already"]) from error
    return find(connection, login)


def set_password(connection: Connection, found: CustomerUser, password_hash: str, now: dt.datetime) -> None:
    """Replaces the stored password and forgets failed logins."""
    values = people.change(now) | {"pw": password_hash}
    connection.execute(update(customer_user).where(customer_user.c.id == found.id).values(values))
    _forget_failed_logins(connection, found)


def set_valid(connection: Connection, found: CustomerUser, validity: str, now: dt.datetime) -> None:
    """Sets the validity. Who is no longer valid loses the sessions, who is again the failed logins."""
    values = people.change(now) | {"valid_id": people.validity(connection, validity)}
    connection.execute(update(customer_user).where(customer_user.c.id == found.id).values(values))
    if validity == "valid":
        _forget_failed_logins(connection, found)
    else:
        people.end_sessions(connection, "Customer", found.login)


def _forget_failed_logins(connection: Connection, found: CustomerUser) -> None:
    column = customer_preferences.c
    connection.execute(
        delete(customer_preferences).where(column.user_id == found.login, column.preferences_key == FAILED)
    )

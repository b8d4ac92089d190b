"""What Znuny keeps of a person in a session: the row, the company, all preferences. Called by auth/sessions.py."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, RowMapping, select

from genericinterface.database.tables import (
    customer_company,
    customer_preferences,
    customer_user,
    user_preferences,
    users,
)

Profile = dict[str, str | None]

# Znuny's names of the columns.
AGENT_COLUMNS = {
    "UserID": "id",
    "UserLogin": "login",
    "UserPw": "pw",
    "UserTitle": "title",
    "UserFirstname": "first_name",
    "UserLastname": "last_name",
    "ValidID": "valid_id",
    "CreateTime": "create_time",
    "ChangeTime": "change_time",
}
CUSTOMER_COLUMNS = {
    "UserID": "login",
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
    "CustomerID": "customer_id",
    "CustomerCompanyName": "name",
    "CustomerCompanyStreet": "street",
    "CustomerCompanyZIP": "zip",
    "CustomerCompanyCity": "city",
    "CustomerCompanyCountry": "country",
    "CustomerCompanyURL": "url",
    "CustomerCompanyComment": "comments",
    "CustomerCompanyValidID": "valid_id",
}

_AGENT = select(*(users.c[column].label(key) for key, column in AGENT_COLUMNS.items()))
_CUSTOMER = select(*(customer_user.c[column].label(key) for key, column in CUSTOMER_COLUMNS.items()))
_COMPANY = select(*(customer_company.c[column].label(key) for key, column in COMPANY_COLUMNS.items()))


def agent(connection: Connection, user_id: int) -> Profile:
    """An agent's row and preferences; a preference never hides a column (in Znuny 6.5 one named UserID would).

    The mail address is a preference too, and the login where there is none (as Znuny 6.5).
    """
    row = connection.execute(_AGENT.where(users.c.id == user_id)).one()
    column = user_preferences.c
    stored = connection.execute(
        select(column.preferences_key, column.preferences_value).where(column.user_id == user_id)
    )
    found = _texts(row._mapping)
    found["UserFullname"] = f"{row.UserFirstname} {row.UserLastname}"
    preferences: Profile = {row.preferences_key: row.preferences_value for row in stored}
    preferences["UserEmail"] = preferences.get("UserEmail") or row.UserLogin
    return preferences | found


def customer(connection: Connection, login: str) -> Profile:
    """A customer user's row, its company's where there is one, and all preferences."""
    row = connection.execute(_CUSTOMER.where(customer_user.c.login == login)).one()
    company = connection.execute(_COMPANY.where(customer_company.c.customer_id == row.UserCustomerID)).one_or_none()
    column = customer_preferences.c
    stored = connection.execute(select(column.preferences_key, column.preferences_value).where(column.user_id == login))
    found = _texts(row._mapping)
    found |= _texts(company._mapping) if company is not None else {"CustomerCompanyValidID": None}
    name = f"{row.UserFirstname} {row.UserLastname}"
    found |= {
        "UserFullname": f"{row.UserTitle} {name}" if row.UserTitle else name,
        "UserMailString": f'"{name}" <{row.UserEmail}>',
        "Source": "CustomerUser",
    }
    return {row.preferences_key: row.preferences_value for row in stored} | found


def _texts(columns: RowMapping) -> Profile:
    return {str(key): _text(value) for key, value in columns.items()}


def _text(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return None if value is None else str(value)

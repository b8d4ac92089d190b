"""The people that texts with placeholders speak of: agents and customer users, under Znuny's names of their data.

Called by mail/ticket_placeholders.py; one statement each.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, bindparam, select

from genericinterface.database.tables import customer_company, customer_user, user_preferences, users

Person = dict[str, str]

_AGENTS = (
    select(
        users.c.id.label("UserID"),
        users.c.login.label("UserLogin"),
        users.c.title.label("UserTitle"),
        users.c.first_name.label("UserFirstname"),
        users.c.last_name.label("UserLastname"),
        user_preferences.c.preferences_value.label("UserEmail"),
    )
    .outerjoin(
        user_preferences,
        and_(user_preferences.c.user_id == users.c.id, user_preferences.c.preferences_key == "UserEmail"),
    )
    .where(users.c.id.in_(bindparam("ids", expanding=True)))
)
_CUSTOMER = (
    select(
        customer_user.c.login.label("UserLogin"),
        customer_user.c.login.label("UserID"),
        customer_user.c.title.label("UserTitle"),
        customer_user.c.first_name.label("UserFirstname"),
        customer_user.c.last_name.label("UserLastname"),
        customer_user.c.email.label("UserEmail"),
        customer_user.c.customer_id.label("UserCustomerID"),
        customer_user.c.phone.label("UserPhone"),
        customer_user.c.fax.label("UserFax"),
        customer_user.c.mobile.label("UserMobile"),
        customer_user.c.street.label("UserStreet"),
        customer_user.c.zip.label("UserZip"),
        customer_user.c.city.label("UserCity"),
        customer_user.c.country.label("UserCountry"),
        customer_user.c.comments.label("UserComment"),
        customer_company.c.customer_id.label("CustomerID"),
        customer_company.c.name.label("CustomerCompanyName"),
        customer_company.c.street.label("CustomerCompanyStreet"),
        customer_company.c.zip.label("CustomerCompanyZIP"),
        customer_company.c.city.label("CustomerCompanyCity"),
        customer_company.c.country.label("CustomerCompanyCountry"),
        customer_company.c.url.label("CustomerCompanyURL"),
        customer_company.c.comments.label("CustomerCompanyComment"),
    )
    .outerjoin(customer_company, customer_company.c.customer_id == customer_user.c.customer_id)
    .where(customer_user.c.login == bindparam("login"))
)


def agents(connection: Connection, ids: Collection[int]) -> dict[int, Person]:
    """The data of these agents by their ID."""
    found = connection.execute(_AGENTS, {"ids": sorted(ids)})
    return {row["UserID"]: _person(row) for row in found.mappings()}


def customer(connection: Connection, login: str | None) -> Person:
    """The data of this customer user and its company; {} of a login that is not known."""
    if not login:
        return {}
    row = connection.execute(_CUSTOMER, {"login": login}).mappings().first()
    return _person(row) if row else {}


def _person(row: object) -> Person:
    # As Znuny gives them by default (FirstnameLastnameOrder 0).
    person = {name: "" if value is None else str(value) for name, value in dict(row).items()}  # type: ignore[call-overload]
    return person | {"UserFullname": f"{person['UserFirstname']} {person['UserLastname']}"}

"""Demo data: small, believable, always the same; it covers every example of the manual.

Called by `genericinterface db init --demo`, `serve --demo` and the tests, on a database that install.py has just made.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import Connection

from genericinterface.database import demo_people as people
from genericinterface.database import demo_ticket_rows
from genericinterface.database import tables as t
from genericinterface.database.install import advance_sequences
from genericinterface.database.rows import add, ids

MOMENT = dt.datetime(2021, 1, 1, 8, 0)  # noqa: DTZ001  the database keeps times without a zone
STAMPS: dict[str, Any] = {"create_time": MOMENT, "create_by": 1, "change_time": MOMENT, "change_by": 1}
ADMIN_PASSWORD = "root"  # noqa: S105  of root@localhost in demo data, as in the manual's example
VALID: dict[str, Any] = {"valid_id": 1, **STAMPS}


def fill(connection: Connection) -> None:
    """Adds the demo data to base data, before or after the foreign keys are there."""
    _agents(connection)
    _customers(connection)
    _queues_and_types(connection)
    _services(connection)
    _dynamic_fields(connection)
    demo_ticket_rows.fill(connection)
    advance_sequences(connection)


def sha2(password: str) -> str:
    """The stored form of a demo password: quick to check, so that trying things out is not slowed down by BCRYPT."""
    return hashlib.sha256(password.encode()).hexdigest()


def _agents(connection: Connection) -> None:
    add(
        connection,
        t.users,
        [
            {"login": login, "pw": sha2(password), "first_name": first, "last_name": last, **VALID}
            for login, password, first, last, _, _ in people.AGENTS
        ],
    )
    logins = ids(connection, t.users, "login")
    mails = [{"user_id": logins[agent[0]], "value": agent[4]} for agent in people.AGENTS]
    add(
        connection,
        t.user_preferences,
        [
            {"user_id": mail["user_id"], "preferences_key": "UserEmail", "preferences_value": mail["value"]}
            for mail in [*mails, {"user_id": 1, "value": "root@localhost"}]
        ],
    )
    add(
        connection,
        t.permission_groups,
        [{"name": name, "comments": comment, **VALID} for name, comment in people.GROUPS.items()],
    )
    groups = ids(connection, t.permission_groups)
    granted = [
        {"user_id": logins[agent[0]], "group_id": groups[group], "permission_key": key, **STAMPS}
        for agent in people.AGENTS
        for group, keys in agent[5].items()
        for key in keys
    ]
    root = [{"user_id": 1, "group_id": groups[name], "permission_key": "rw", **STAMPS} for name in people.GROUPS]
    add(connection, t.group_user, granted + root)
    _roles(connection, logins, groups)


def _roles(connection: Connection, logins: dict[str, int], groups: dict[str, int]) -> None:
    add(connection, t.roles, [{"name": name, "comments": "", **VALID} for name in people.ROLES])
    roles = ids(connection, t.roles)
    add(
        connection,
        t.group_role,
        [
            {
                "role_id": roles[role],
                "group_id": groups[group],
                "permission_key": key,
                "permission_value": 1,
                **STAMPS,
            }
            for role, granted in people.ROLES.items()
            for group, keys in granted.items()
            for key in keys
        ],
    )
    add(
        connection,
        t.role_user,
        [
            {"role_id": roles[role], "user_id": logins[login], **STAMPS}
            for role, members in people.ROLE_MEMBERS.items()
            for login in members
        ],
    )


def _customers(connection: Connection) -> None:
    add(
        connection,
        t.customer_company,
        [
            {"customer_id": key, "name": name, "street": street, "zip": code, "city": city, **VALID}
            for key, name, street, code, city in people.COMPANIES
        ],
    )
    add(
        connection,
        t.customer_user,
        [
            {
                "login": login,
                "pw": sha2(password),
                "first_name": first,
                "last_name": last,
                "email": mail,
                "customer_id": company,
                **VALID,
            }
            for login, password, first, last, mail, company in people.CUSTOMERS
        ],
    )


def _queues_and_types(connection: Connection) -> None:
    groups = ids(connection, t.permission_groups)
    common = {
        "unlock_timeout": 0,
        "system_address_id": 1,
        "salutation_id": 1,
        "signature_id": 1,
        "follow_up_id": 1,
        "follow_up_lock": 0,
        **VALID,
    }
    add(connection, t.queue, [{"name": name, "group_id": groups[group], **common} for name, group in people.QUEUES])
    add(connection, t.ticket_type, [{"name": name, **VALID} for name in people.TYPES])


def _services(connection: Connection) -> None:
    add(connection, t.service, [{"name": name, **VALID} for name in people.SERVICES])
    services = ids(connection, t.service)
    add(
        connection,
        t.sla,
        [
            {
                "name": name,
                "first_response_time": response,
                "first_response_notify": 0,
                "update_time": change,
                "update_notify": 0,
                "solution_time": solution,
                "solution_notify": 0,
                **VALID,
            }
            for name, _, response, change, solution in people.SLAS
        ],
    )
    slas = ids(connection, t.sla)
    add(
        connection,
        t.service_sla,
        [{"service_id": services[name], "sla_id": slas[row[0]]} for row in people.SLAS for name in row[1]],
    )
    add(
        connection,
        t.service_customer_user,
        [
            {"customer_user_login": login, "service_id": services[name], "create_time": MOMENT, "create_by": 1}
            for login, name in people.CUSTOMER_SERVICES
        ],
    )


def _dynamic_fields(connection: Connection) -> None:
    add(
        connection,
        t.dynamic_field,
        [
            {
                "name": name,
                "label": label,
                "field_order": order,
                "field_type": kind,
                "object_type": "Ticket",
                "config": config,
                "internal_field": 0,
                **VALID,
            }
            for order, (name, label, kind, config) in enumerate(people.DYNAMIC_FIELDS, 1)
        ],
    )

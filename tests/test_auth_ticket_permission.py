"""auth/permission.py: what an actor may do with a single ticket, and where it may create one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from genericinterface.auth import Agent, Customer
from genericinterface.auth.permission import accessible_tickets, may_create_in, ticket_permissions
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.tables import (
    customer_user_customer,
    group_customer_user,
    group_user,
    mention,
    permission_groups,
    ticket,
    ticket_watcher,
)
from genericinterface.sysconfig import SystemConfiguration
from tests.ticket_permission import (
    ALL,
    BY_GROUP,
    CUSTOMER,
    FOREIGN,
    ON,
    PERMISSIONS,
    PLAIN,
    add,
    agent,
    allowed,
    change,
    may,
    move,
)


@pytest.fixture
def foreign(database: Database) -> Database:
    """A database where nobody has anything to do with the ticket but the agents of Sales."""
    move(database, "Sales")
    return database


def test_the_group_of_the_queue_grants(foreign: Database) -> None:
    assert allowed(foreign, agent(foreign, "mail"), ALL) == set()
    assert allowed(foreign, agent(foreign, "jd"), ALL) == set(PERMISSIONS)
    assert allowed(foreign, agent(foreign, "reader"), ALL) == {"ro"}  # through a role
    move(foreign, "Support")
    assert allowed(foreign, agent(foreign, "mail"), ALL) == {"ro", "note"}


def test_an_owner_may_everything(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    change(foreign, user_id=mail.id)
    assert allowed(foreign, mail, PLAIN) == set(PERMISSIONS)


def test_a_responsible_agent_may_everything_where_there_are_such(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    change(foreign, responsible_user_id=mail.id)
    assert allowed(foreign, mail, ALL) == set(PERMISSIONS)
    assert allowed(foreign, mail, PLAIN) == set()


def test_a_watcher_may_read_where_tickets_are_watched(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    add(foreign, ticket_watcher, ticket_id=FOREIGN, user_id=mail.id)
    assert allowed(foreign, mail, ALL) == {"ro"}
    assert allowed(foreign, mail, PLAIN) == set()


def test_who_is_mentioned_may_read(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    add(foreign, mention, ticket_id=FOREIGN, article_id=1, user_id=mail.id)
    assert allowed(foreign, mail, PLAIN) == {"ro"}
    add(foreign, mention, ticket_id=FOREIGN, article_id=2, user_id=mail.id)
    assert allowed(foreign, mail, ALL) == {"ro"}


def test_user_1_has_no_privilege(foreign: Database) -> None:
    change(foreign, user_id=agent(foreign, "jd").id, responsible_user_id=agent(foreign, "jd").id)
    with foreign.transaction() as connection:
        connection.execute(delete(group_user).where(group_user.c.user_id == 1))
    assert allowed(foreign, Agent(1, "root@localhost"), ALL) == set()


def test_groups_and_agents_that_are_not_valid_grant_nothing(foreign: Database) -> None:
    jd = agent(foreign, "jd")
    with foreign.transaction() as connection:
        connection.execute(update(permission_groups).where(permission_groups.c.name == "sales").values(valid_id=2))
    assert allowed(foreign, jd, ALL) == set()


def test_each_check_can_be_switched_off(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    off = SystemConfiguration(
        ticket_responsible=True,
        ticket_watcher=True,
        permission_owner_check=None,
        permission_responsible_check=None,
        permission_watcher_check=None,
        permission_mention_check=None,
    )
    change(foreign, user_id=mail.id, responsible_user_id=mail.id)
    add(foreign, ticket_watcher, ticket_id=FOREIGN, user_id=mail.id)
    add(foreign, mention, ticket_id=FOREIGN, article_id=1, user_id=mail.id)
    assert allowed(foreign, mail, off) == set()
    for name in ("owner", "responsible"):
        assert allowed(foreign, mail, replace(off, **{f"permission_{name}_check": ON})) == set(PERMISSIONS)
    for name in ("watcher", "mention"):
        assert allowed(foreign, mail, replace(off, **{f"permission_{name}_check": ON})) == {"ro"}
    assert allowed(foreign, agent(foreign, "reader"), off) == {"ro"}


def test_nothing_is_allowed_with_a_ticket_that_is_not_there(read_only_database: Database) -> None:
    jd = agent(read_only_database, "jd")
    with read_only_database.reading() as connection:
        found = ticket_permissions(connection, jd, 4711, ALL)
        assert accessible_tickets(connection, jd, [4711], ALL) == set()
        assert accessible_tickets(connection, jd, [], ALL) == set()
    assert not any(found.allow(permission) for permission in PERMISSIONS)


# ---------------------------------------------------------------------------------------------------- customer users


@pytest.mark.parametrize(
    ("values", "readable"),
    [
        ({"customer_user_id": "customer1"}, True),
        ({"customer_user_id": "Customer1"}, True),
        ({"customer_user_id": "customer12"}, False),
        ({"customer_id": "CustomerUserID"}, True),
        ({"customer_id": "CUSTOMERUSERID"}, True),
        ({"customer_id": "bakery"}, True),  # a further company of its
        ({"customer_id": "school"}, False),
        ({"customer_id": ""}, False),
        ({"customer_id": None, "customer_user_id": None}, False),
    ],
)
def test_customer_users_read_their_own_tickets(foreign: Database, values: dict[str, Any], readable: bool) -> None:
    add(foreign, customer_user_customer, user_id="customer1", customer_id="bakery")
    add(foreign, customer_user_customer, user_id="customer1", customer_id="")
    change(foreign, **values)
    assert may(foreign, CUSTOMER, PLAIN) is readable


def test_a_customer_user_whose_login_has_umlauts(foreign: Database) -> None:
    change(foreign, customer_user_id="anna.müller")
    assert may(foreign, Customer("anna.müller", "bakery"), PLAIN)
    assert not may(foreign, Customer("anna.muller", "none"), PLAIN)


def test_customer_groups_narrow_what_is_read(foreign: Database) -> None:
    change(foreign, customer_user_id="customer1")
    assert may(foreign, CUSTOMER, PLAIN)
    assert not may(foreign, CUSTOMER, BY_GROUP)
    with foreign.reading() as connection:
        sales = ids(connection, permission_groups)["sales"]
    add(foreign, group_customer_user, user_id="customer1", group_id=sales, permission_key="ro", permission_value=1)
    assert may(foreign, CUSTOMER, BY_GROUP)
    change(foreign, customer_user_id="customer2")
    assert not may(foreign, CUSTOMER, BY_GROUP)


# ---------------------------------------------------------------------------------------------------------- creating


@pytest.mark.parametrize(
    ("login", "group", "sysconfig", "granted"),
    [
        ("jd", "sales", PLAIN, True),
        ("jd", "support", PLAIN, False),
        ("mail", "support", PLAIN, False),  # ro and note only
        ("reader", "sales", PLAIN, False),
        ("customer1", "sales", PLAIN, True),
        ("customer1", "sales", BY_GROUP, False),
        ("customer1", "users", BY_GROUP, True),
    ],
)
def test_who_creates_where(
    read_only_database: Database, login: str, group: str, sysconfig: SystemConfiguration, granted: bool
) -> None:
    actor = CUSTOMER if login == CUSTOMER.login else agent(read_only_database, login)
    with read_only_database.reading() as connection:
        group_id = ids(connection, permission_groups)[group]
        assert may_create_in(connection, actor, group_id, sysconfig) is granted


def test_the_permission_to_create_is_enough(database: Database) -> None:
    mail = agent(database, "mail")
    with database.reading() as connection:
        sales = ids(connection, permission_groups)["sales"]
    add(database, group_user, user_id=mail.id, group_id=sales, permission_key="create")
    with database.reading() as connection:
        assert may_create_in(connection, mail, sales, PLAIN)
        assert not may_create_in(connection, mail, 4711, PLAIN)


def test_a_statement_serves_every_agent(read_only_database: Database) -> None:
    jd, mail = (agent(read_only_database, login) for login in ("jd", "mail"))
    with read_only_database.reading() as connection:
        first = accessible_tickets(connection, jd, range(1, 100), ALL)
        second = accessible_tickets(connection, mail, range(1, 100), ALL)
        everything = set(connection.scalars(select(ticket.c.id)))
    assert first
    assert second
    assert first != second
    assert first | second <= everything

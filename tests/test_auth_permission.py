"""auth/permission.py and database/permission.py: groups of agents and customer users, and the tickets they may see."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Table, delete, insert, select, update

from genericinterface.auth import Actor, Agent, Customer
from genericinterface.auth.permission import has_permission, visible_tickets
from genericinterface.database.engine import Database
from genericinterface.database.permission import agent_groups, customer_groups, customer_ids
from genericinterface.database.rows import ids
from genericinterface.database.tables import (
    customer_user_customer,
    group_customer,
    group_customer_user,
    group_role,
    group_user,
    permission_groups,
    queue,
    role_user,
    roles,
    ticket,
    users,
)
from genericinterface.sysconfig import SystemConfiguration

PERMISSIONS = ("ro", "move_into", "create", "note", "owner", "priority", "rw")
SYSCONFIG = SystemConfiguration()
BY_GROUP = SystemConfiguration(customer_group_support=True)


def agent(database: Database, login: str) -> Agent:
    with database.reading() as connection:
        return Agent(ids(connection, users, "login")[login], login)


def groups(database: Database, login: str, permission: str) -> set[str]:
    """The names of an agent's groups."""
    asked = agent_groups(agent(database, login).id, permission)
    with database.reading() as connection:
        return set(connection.scalars(select(permission_groups.c.name).where(permission_groups.c.id.in_(asked))))


def add(database: Database, table: Table, **values: object) -> None:
    now = SYSCONFIG.now()
    with database.transaction() as connection:
        connection.execute(insert(table).values(**values, create_time=now, create_by=1, change_time=now, change_by=1))


def change(database: Database, table: Table, name: str, **values: object) -> None:
    with database.transaction() as connection:
        connection.execute(update(table).where(table.c.name == name).values(**values))


def id_of(database: Database, table: Table, name: str) -> int:
    with database.reading() as connection:
        return ids(connection, table)[name]


def visible(database: Database, actor: Actor, sysconfig: SystemConfiguration = SYSCONFIG) -> set[int]:
    with database.reading() as connection:
        return set(connection.scalars(select(ticket.c.id).where(visible_tickets(actor, sysconfig))))


def tickets_in(database: Database, queues: Sequence[str]) -> set[int]:
    with database.reading() as connection:
        chosen = select(queue.c.id).where(queue.c.name.in_(queues))
        return set(connection.scalars(select(ticket.c.id).where(ticket.c.queue_id.in_(chosen))))


def all_tickets(database: Database) -> set[int]:
    with database.reading() as connection:
        return set(connection.scalars(select(ticket.c.id)))


def grant(database: Database, login: str, group: str, permission: str) -> None:
    user_id, group_id = agent(database, login).id, id_of(database, permission_groups, group)
    add(database, group_user, user_id=user_id, group_id=group_id, permission_key=permission)


# ------------------------------------------------------------------------------------------------------------ agents


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_rw_implies_every_permission(read_only_database: Database, permission: str) -> None:
    assert groups(read_only_database, "jd", permission) == {"users", "sales"}


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_any_other_permission_is_itself_only(read_only_database: Database, permission: str) -> None:
    assert groups(read_only_database, "mail", permission) == ({"support"} if permission in ("ro", "note") else set())


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_roles_grant_too(read_only_database: Database, permission: str) -> None:
    assert groups(read_only_database, "reader", permission) == ({"support", "sales"} if permission == "ro" else set())


def test_what_is_granted_twice_is_one_group(database: Database) -> None:
    grant(database, "reader", "sales", "ro")
    with database.reading() as connection:
        found = connection.scalars(agent_groups(agent(database, "reader").id, "ro")).all()
    assert len(found) == len(set(found)) == 2


def test_what_is_not_valid_grants_nothing(database: Database) -> None:
    change(database, permission_groups, "sales", valid_id=2)
    assert groups(database, "jd", "ro") == {"users"}
    assert groups(database, "reader", "ro") == {"support"}
    change(database, roles, "Observers", valid_id=2)
    assert groups(database, "reader", "ro") == set()
    with database.transaction() as connection:
        connection.execute(update(users).where(users.c.login == "jd").values(valid_id=2))
    assert groups(database, "jd", "ro") == set()


def test_a_role_s_row_that_says_no_grants_nothing(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(group_role).values(permission_value=0))
    assert groups(database, "reader", "ro") == set()


def test_a_role_grants_to_its_members_only(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(delete(role_user))
    assert groups(database, "reader", "ro") == set()


@pytest.mark.parametrize(
    ("login", "group", "permission", "granted"),
    [
        ("user", "admin", "rw", True),
        ("user", "timeaccounting_webservice", "rw", True),
        ("jd", "admin", "rw", False),
        ("mail", "support", "note", True),
        ("mail", "support", "rw", False),
        ("reader", "support", "ro", True),
        ("jd", "no such group", "ro", False),
        ("jd", "", "ro", False),
    ],
)
def test_has_permission(read_only_database: Database, login: str, group: str, permission: str, granted: bool) -> None:
    with read_only_database.reading() as connection:
        assert has_permission(connection, agent(read_only_database, login), group, permission) is granted


def test_a_customer_user_has_no_permission_of_agents(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        assert not has_permission(connection, Customer("customer1", "CustomerUserID"), "users", "ro")


def test_user_1_needs_the_group_like_anybody(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(delete(group_user).where(group_user.c.user_id == 1))
        assert not has_permission(connection, Agent(1, "root@localhost"), "admin", "rw")


# ----------------------------------------------------------------------------------------------------------- tickets


def test_an_agent_sees_the_tickets_of_his_queues(read_only_database: Database) -> None:
    support = tickets_in(read_only_database, ["Support", "Support::First Level", "Support::Second Level"])
    sales = tickets_in(read_only_database, ["Sales", "Sales::Orders"])
    assert support
    assert sales
    assert visible(read_only_database, agent(read_only_database, "mail")) == support
    assert visible(read_only_database, agent(read_only_database, "reader")) == support | sales
    seen = visible(read_only_database, agent(read_only_database, "jd"))
    assert sales <= seen
    assert not seen & support


def test_user_1_sees_every_ticket(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(delete(group_user))
    assert visible(database, Agent(1, "root@localhost")) == all_tickets(database)
    assert visible(database, agent(database, "jd")) == set()


def test_a_customer_user_sees_the_tickets_of_his_company_and_his_own(database: Database) -> None:
    customer = Customer("customer1", "CustomerUserID")
    with database.reading() as connection:
        own = set(connection.scalars(select(ticket.c.id).where(ticket.c.customer_id == "CustomerUserID")))
    assert own
    assert own != all_tickets(database)
    assert visible(database, customer) == own
    other = min(all_tickets(database) - own)
    with database.transaction() as connection:
        connection.execute(update(ticket).where(ticket.c.id == other).values(customer_user_id="customer1"))
    assert visible(database, customer) == own | {other}


def test_a_customer_user_may_belong_to_more_companies(database: Database) -> None:
    add(database, customer_user_customer, user_id="customer1", customer_id="bakery")
    with database.reading() as connection:
        assert set(connection.scalars(customer_ids("customer1"))) == {"CustomerUserID", "bakery"}
        theirs = set(connection.scalars(select(ticket.c.id).where(ticket.c.customer_id == "bakery")))
    assert theirs
    assert theirs <= visible(database, Customer("customer1", "CustomerUserID"))


def test_nobody_sees_anything(read_only_database: Database) -> None:
    assert visible(read_only_database, Agent(4711, "nobody")) == set()
    assert visible(read_only_database, Customer("nobody", "")) == set()


# -------------------------------------------------------------------------------------------- groups of customer users


def customer_group_names(
    database: Database, login: str, permission: str, always: Sequence[str] = ("users",)
) -> set[str]:
    asked = customer_groups(login, permission, always)
    with database.reading() as connection:
        return set(connection.scalars(select(permission_groups.c.name).where(permission_groups.c.id.in_(asked))))


def test_customer_users_are_in_the_groups_for_all(read_only_database: Database) -> None:
    assert customer_group_names(read_only_database, "customer1", "ro") == {"users"}
    assert customer_group_names(read_only_database, "customer1", "rw", ["sales", "no such"]) == {"sales"}
    assert customer_group_names(read_only_database, "customer1", "rw", []) == set()


def test_customer_users_get_groups_by_login_and_by_company(database: Database) -> None:
    support, sales = (id_of(database, permission_groups, name) for name in ("support", "sales"))
    granted = {"permission_value": 1}
    add(database, group_customer_user, user_id="customer1", group_id=support, permission_key="ro", **granted)
    add(database, group_customer_user, user_id="customer2", group_id=support, permission_key="ro", permission_value=0)
    same = granted | {"permission_context": "Ticket::CustomerID::Same"}
    add(database, group_customer, customer_id="bakery", group_id=sales, permission_key="rw", **same)
    other = granted | {"permission_context": "Ticket::CustomerID::Other"}
    add(database, group_customer, customer_id="school", group_id=sales, permission_key="rw", **other)
    assert customer_group_names(database, "customer1", "ro") == {"users", "support"}
    assert customer_group_names(database, "customer1", "create") == {"users"}
    assert customer_group_names(database, "customer2", "ro") == {"users"}
    assert customer_group_names(database, "anna.müller", "create") == {"users", "sales"}
    assert customer_group_names(database, "principal", "ro") == {"users"}
    change(database, permission_groups, "sales", valid_id=2)
    assert customer_group_names(database, "anna.müller", "create") == {"users"}


def test_with_customer_groups_the_queue_counts_as_well(database: Database) -> None:
    customer = Customer("customer1", "CustomerUserID")
    own = visible(database, customer)
    support = tickets_in(database, ["Support", "Support::First Level", "Support::Second Level"])
    sales = tickets_in(database, ["Sales", "Sales::Orders"])
    assert own & support
    assert visible(database, customer, BY_GROUP) == own - support - sales
    group_id = id_of(database, permission_groups, "support")
    add(database, group_customer_user, user_id="customer1", group_id=group_id, permission_key="ro", permission_value=1)
    assert visible(database, customer, BY_GROUP) == own - sales

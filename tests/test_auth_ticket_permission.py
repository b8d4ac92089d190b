"""auth/permission.py: what an actor may do with a single ticket, and where it may create one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, update

from genericinterface.auth import Actor, Agent, Customer
from genericinterface.auth.permission import accessible_tickets, may_create_in, ticket_permissions
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.tables import (
    customer_user_customer,
    group_customer_user,
    group_user,
    mention,
    permission_groups,
    queue,
    role_user,
    ticket,
    ticket_history,
    ticket_watcher,
    users,
)
from genericinterface.sysconfig import SystemConfiguration
from tests.statements import sent_to

PERMISSIONS = ("ro", "note", "move", "owner", "responsible", "priority", "close", "rw", "create")
PLAIN = SystemConfiguration()
ALL = SystemConfiguration(ticket_responsible=True, ticket_watcher=True)
BY_GROUP = SystemConfiguration(customer_group_support=True)
CUSTOMER = Customer("customer1", "CustomerUserID")
FOREIGN = 4  # a ticket in the queue Sales, whose group the agent "mail" is not in


def agent(database: Database, login: str) -> Agent:
    with database.reading() as connection:
        return Agent(ids(connection, users, "login")[login], login)


def change(database: Database, **values: Any) -> None:
    with database.transaction() as connection:
        connection.execute(update(ticket).where(ticket.c.id == FOREIGN).values(values))


def add(database: Database, table: Table, **values: Any) -> None:
    now = PLAIN.now()
    stamps = {"create_time": now, "create_by": 1, "change_time": now, "change_by": 1}
    with database.transaction() as connection:
        connection.execute(insert(table).values({**values, **{k: v for k, v in stamps.items() if k in table.c}}))


def move(database: Database, name: str) -> None:
    with database.reading() as connection:
        queue_id = ids(connection, queue)[name]
    change(database, queue_id=queue_id, user_id=1, responsible_user_id=1, customer_id="nobody", customer_user_id="x")


def may(database: Database, actor: Actor, sysconfig: SystemConfiguration, permission: str = "ro") -> bool:
    with database.reading() as connection:
        return accessible_tickets(connection, actor, [FOREIGN, 4711], sysconfig, permission) == {FOREIGN}


def allowed(database: Database, actor: Agent, sysconfig: SystemConfiguration) -> set[str]:
    """The permissions that both ways to ask say the actor has."""
    with database.reading() as connection:
        found = ticket_permissions(connection, actor, FOREIGN, sysconfig)
    one_by_one = {permission for permission in PERMISSIONS if may(database, actor, sysconfig, permission)}
    assert {permission for permission in PERMISSIONS if found.allow(permission)} == one_by_one
    return one_by_one


def lonely(database: Database) -> Agent:
    """An agent who is in no group any more."""
    actor = agent(database, "mail")
    with database.transaction() as connection:
        connection.execute(delete(group_user).where(group_user.c.user_id == actor.id))
        connection.execute(delete(role_user).where(role_user.c.user_id == actor.id))
    return actor


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
        permission_owner_check=False,
        permission_responsible_check=False,
        permission_watcher_check=False,
        permission_mention_check=False,
    )
    change(foreign, user_id=mail.id, responsible_user_id=mail.id)
    add(foreign, ticket_watcher, ticket_id=FOREIGN, user_id=mail.id)
    add(foreign, mention, ticket_id=FOREIGN, article_id=1, user_id=mail.id)
    assert allowed(foreign, mail, off) == set()
    for name in ("owner", "responsible"):
        assert allowed(foreign, mail, replace(off, **{f"permission_{name}_check": True})) == set(PERMISSIONS)
    for name in ("watcher", "mention"):
        assert allowed(foreign, mail, replace(off, **{f"permission_{name}_check": True})) == {"ro"}
    assert allowed(foreign, agent(foreign, "reader"), off) == {"ro"}


def test_nothing_is_allowed_with_a_ticket_that_is_not_there(read_only_database: Database) -> None:
    jd = agent(read_only_database, "jd")
    with read_only_database.reading() as connection:
        found = ticket_permissions(connection, jd, 4711, ALL)
        assert accessible_tickets(connection, jd, [4711], ALL) == set()
        assert accessible_tickets(connection, jd, [], ALL) == set()
    assert not any(found.allow(permission) for permission in PERMISSIONS)


# ------------------------------------------------------------------------------------------------- limits to queues

RELATIONS = ("owner", "responsible", "creator", "involved")
LIMITS = (("Misc", "note"), ("Postmaster", "ro, move, note"), ("Raw", "rw"), ("Support", " priority ,close,\n owner "))


def relate(database: Database, actor: Agent, relation: str) -> None:
    """Makes the agent the ticket's owner and so on; it has no other relation to it."""
    column = {"owner": ticket.c.user_id, "responsible": ticket.c.responsible_user_id, "creator": ticket.c.create_by}
    if relation in column:
        change(database, **{column[relation].name: actor.id})
        return
    with database.transaction() as connection:
        assert actor.id not in set(connection.scalars(select(ticket_history.c.create_by)))
        entry = select(func.max(ticket_history.c.id)).where(ticket_history.c.ticket_id == FOREIGN).scalar_subquery()
        where = ticket_history.c.id == entry
        assert connection.execute(update(ticket_history).where(where).values(create_by=actor.id)).rowcount == 1


def only(relation: str, limits: tuple[tuple[str, str], ...] = ()) -> SystemConfiguration:
    """Of the checks of RELATIONS this one is on, with these limits."""
    checks: dict[str, Any] = {f"permission_{name}_check": name == relation for name in RELATIONS}
    return replace(ALL, **checks, **{f"permission_{relation}_queues": limits})


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize(
    ("queue_name", "granted"),
    [
        ("Misc", {"ro", "note"}),  # whoever may anything may read
        ("Postmaster", {"ro", "move", "note"}),
        ("Raw", set(PERMISSIONS)),
        ("Support", {"ro", "priority", "close", "owner"}),
        ("Junk", set()),
        ("Sales", set()),
    ],
)
def test_a_limit_names_queues_and_what_may_be_done_there(
    foreign: Database, relation: str, queue_name: str, granted: set[str]
) -> None:
    tester = lonely(foreign)
    move(foreign, queue_name)
    assert allowed(foreign, tester, only(relation, LIMITS)) == set()
    relate(foreign, tester, relation)
    assert allowed(foreign, tester, only(relation, LIMITS)) == granted
    assert allowed(foreign, tester, only(relation)) == set(PERMISSIONS)
    assert allowed(foreign, tester, replace(only(relation, LIMITS), **{f"permission_{relation}_check": False})) == set()


@pytest.mark.parametrize(
    ("text", "granted"),
    [("", set()), ("0", set()), (" ", {"ro"}), ("NOTE", {"ro"}), ("note close", {"ro"}), ("note;close", {"ro"})],
)
def test_permissions_of_a_limit_are_separated_by_commas(foreign: Database, text: str, granted: set[str]) -> None:
    tester = lonely(foreign)
    relate(foreign, tester, "owner")
    assert allowed(foreign, tester, only("owner", (("Sales", text),))) == granted


@pytest.mark.parametrize("relation", RELATIONS)
def test_groups_count_beside_a_limit(foreign: Database, relation: str) -> None:
    mail = agent(foreign, "mail")
    move(foreign, "Support")
    relate(foreign, mail, relation)
    assert allowed(foreign, mail, only(relation, (("Raw", "rw"),))) == {"ro", "note"}
    assert allowed(foreign, mail, only(relation, (("Support", "close"),))) == {"ro", "note", "close"}


@pytest.mark.parametrize("relation", ["creator", "involved"])
def test_creators_and_involved_agents_may_nothing_by_default(foreign: Database, relation: str) -> None:
    tester = lonely(foreign)
    relate(foreign, tester, relation)
    assert allowed(foreign, tester, ALL) == set()


def test_a_limit_is_for_one_relation(foreign: Database) -> None:
    tester = lonely(foreign)
    limited = replace(ALL, permission_owner_queues=(("Raw", "rw"),))
    relate(foreign, tester, "owner")
    assert allowed(foreign, tester, limited) == set()
    relate(foreign, tester, "responsible")
    assert allowed(foreign, tester, limited) == set(PERMISSIONS)


def test_limits_add_up_where_there_are_several_relations(foreign: Database) -> None:
    tester = lonely(foreign)
    for relation in ("owner", "involved"):
        relate(foreign, tester, relation)
    limits = {"permission_owner_queues": (("Sales", "note"),), "permission_involved_queues": (("Sales", "move"),)}
    assert allowed(foreign, tester, replace(ALL, **limits)) == {"ro", "note"}
    assert allowed(foreign, tester, replace(ALL, permission_involved_check=True, **limits)) == {"ro", "note", "move"}


def test_more_queues_than_are_spelt_out(foreign: Database) -> None:
    tester = lonely(foreign)
    relate(foreign, tester, "owner")
    many = tuple((f"Queue {number}", "ro") for number in range(100))
    assert allowed(foreign, tester, only("owner", many)) == set()
    assert allowed(foreign, tester, only("owner", (*many, ("Sales", "ro")))) == {"ro"}


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


def test_all_checks_are_asked_in_one_statement(read_only_database: Database) -> None:
    jd = agent(read_only_database, "jd")
    checks = {f"permission_{name}_check": True for name in RELATIONS}
    limits = {f"permission_{name}_queues": LIMITS for name in RELATIONS}
    everything = replace(ALL, **checks, **limits)
    with sent_to(read_only_database) as statements, read_only_database.reading() as connection:
        accessible_tickets(connection, jd, range(1, 100), everything)
        ticket_permissions(connection, jd, FOREIGN, everything)
    assert len([text for text in statements if text.startswith("SELECT")]) == 2

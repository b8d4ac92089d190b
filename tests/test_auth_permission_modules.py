"""auth/permission.py: limits to queues, creators and involved agents, Required and Granted of permission modules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from genericinterface.auth import Agent
from genericinterface.auth.permission import accessible_tickets, ticket_permissions
from genericinterface.database.engine import Database
from genericinterface.database.tables import (
    ticket,
    ticket_history,
)
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.sysconfig.setting import PermissionModule
from tests.statements import sent_to
from tests.ticket_permission import (
    ALL,
    FOREIGN,
    ON,
    PERMISSIONS,
    PLAIN,
    agent,
    allowed,
    change,
    lonely,
    move,
)


@pytest.fixture
def foreign(database: Database) -> Database:
    """A database where nobody has anything to do with the ticket but the agents of Sales."""
    move(database, "Sales")
    return database


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
    checks: dict[str, Any] = {f"permission_{name}_check": ON if name == relation else None for name in RELATIONS}
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
    assert allowed(foreign, tester, replace(only(relation, LIMITS), **{f"permission_{relation}_check": None})) == set()


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
    assert allowed(foreign, tester, replace(ALL, permission_involved_check=ON, **limits)) == {"ro", "note", "move"}


def test_more_queues_than_are_spelt_out(foreign: Database) -> None:
    tester = lonely(foreign)
    relate(foreign, tester, "owner")
    many = tuple((f"Queue {number}", "ro") for number in range(100))
    assert allowed(foreign, tester, only("owner", many)) == set()
    assert allowed(foreign, tester, only("owner", (*many, ("Sales", "ro")))) == {"ro"}


# ----------------------------------------------------------------------------------------------- Required and Granted


@pytest.mark.parametrize(
    ("modules", "owner", "grouped", "grouped_owner"),
    [  # what the owner may, who is in the group with ro and note, and who is both; as Znuny 6.5 answers
        ({}, "all", "group", "all"),
        ({"owner": (False, False)}, "", "group", "group"),
        ({"owner": (True, False)}, "", "", "group"),
        ({"owner": (True, True)}, "all", "", "all"),
        ({"owner": (True, False), "group": (False, False)}, "", "", ""),
        ({"group": (True, False)}, "all", "", "all"),
        ({"group": (True, False), "owner": (False, False)}, "", "", ""),
        (
            {"group": (True, False), "owner": (False, False), "mention": (False, False), "involved": (False, True)},
            "",
            "",
            "",
        ),
        ({"group": None}, "all", "", "all"),
        ({"responsible": (True, False)}, "all", "", "all"),
        ({"responsible": (True, True)}, "all", "", "all"),
        ({"owner": (True, False), "responsible": (True, False)}, "", "", ""),
    ],
)
def test_required_and_granted(
    foreign: Database, modules: dict[str, tuple[bool, bool] | None], owner: str, grouped: str, grouped_owner: str
) -> None:
    values = {f"permission_{name}_check": value and PermissionModule(*value) for name, value in modules.items()}
    sysconfig = replace(ALL, **values)
    meaning = {"all": set(PERMISSIONS), "group": {"ro", "note"}, "": set()}
    move(foreign, "Support")
    mail = agent(foreign, "mail")
    assert allowed(foreign, mail, sysconfig) == meaning[grouped]
    relate(foreign, mail, "owner")
    assert allowed(foreign, mail, sysconfig) == meaning[grouped_owner]
    assert allowed(foreign, lonely(foreign), sysconfig) == meaning[owner]


def test_a_required_check_of_what_there_is_not_refuses(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    move(foreign, "Support")
    change(foreign, responsible_user_id=mail.id)
    required = replace(PLAIN, permission_responsible_check=PermissionModule(required=True, granted=False))
    assert allowed(foreign, mail, required) == set()
    assert allowed(foreign, mail, replace(required, ticket_responsible=True)) == {"ro", "note"}


def test_a_required_group_narrows_what_a_limit_grants(foreign: Database) -> None:
    mail = agent(foreign, "mail")
    move(foreign, "Support")
    relate(foreign, mail, "creator")
    narrowed = replace(
        only("creator", (("Support", "note, close"),)), permission_group_check=PermissionModule(True, False)
    )
    assert allowed(foreign, mail, narrowed) == {"ro", "note"}
    assert allowed(foreign, mail, replace(narrowed, permission_creator_queues=())) == {"ro", "note"}


def test_all_checks_are_asked_in_one_statement(read_only_database: Database) -> None:
    jd = agent(read_only_database, "jd")
    checks = {f"permission_{name}_check": ON for name in RELATIONS}
    limits = {f"permission_{name}_queues": LIMITS for name in RELATIONS}
    everything = replace(ALL, **checks, **limits)
    with sent_to(read_only_database) as statements, read_only_database.reading() as connection:
        accessible_tickets(connection, jd, range(1, 100), everything)
        ticket_permissions(connection, jd, FOREIGN, everything)
    assert len([text for text in statements if text.startswith("SELECT")]) == 2

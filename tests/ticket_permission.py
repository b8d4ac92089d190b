"""One ticket and what an actor may do with it, for the tests of auth/permission.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, delete, insert, update

from genericinterface.auth import Actor, Agent, Customer
from genericinterface.auth.permission import accessible_tickets, ticket_permissions
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.tables import (
    group_user,
    queue,
    role_user,
    ticket,
    users,
)
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.sysconfig.setting import PermissionModule

PERMISSIONS = ("ro", "note", "move", "owner", "responsible", "priority", "close", "rw", "create")
PLAIN = SystemConfiguration()
ALL = SystemConfiguration(ticket_responsible=True, ticket_watcher=True)
BY_GROUP = SystemConfiguration(customer_group_support=True)
ON = PermissionModule()
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

"""The one place that decides what an actor may see and do.

Called by operations (`has_permission`) and by everything that lists tickets (`visible_tickets`).
"""

from __future__ import annotations

from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select, true

from genericinterface.auth.actor import Actor, Agent
from genericinterface.database.permission import agent_groups, customer_groups, customer_ids
from genericinterface.database.tables import permission_groups, queue, ticket
from genericinterface.sysconfig import SystemConfiguration

ROOT = 1  # the agent who may everything
ACTORS = 4096  # for so many the expression is kept: building it costs more than asking the database


def has_permission(connection: Connection, actor: Actor, group: str, permission: str) -> bool:
    """Whether an agent has a permission (`ro`, `rw`, …) in the group of that name. Customers have none; one statement.

    User 1 has no privilege here, as in Znuny 6.5.
    """
    if not isinstance(actor, Agent):
        return False
    return connection.execute(_group_with(permission), {"agent": actor.id, "group": group}).first() is not None


@cache
def _group_with(permission: str) -> Select[tuple[int]]:
    """The group of the parameter `group` if the agent of the parameter `agent` has the permission in it."""
    groups = agent_groups(bindparam("agent"), permission)
    return select(permission_groups.c.id).where(
        permission_groups.c.name == bindparam("group"), permission_groups.c.id.in_(groups)
    )


@lru_cache(ACTORS)
def visible_tickets(actor: Actor, sysconfig: SystemConfiguration, permission: str = "ro") -> ColumnElement[bool]:
    """The tickets that an actor may see, as one expression over the table `ticket` (as TicketSearch of Znuny 6.5).

    Agents: tickets in queues of their groups, user 1 all. Customer users: tickets of their own and of their companies,
    in the groups of customers where CustomerGroupSupport is on.
    """
    if isinstance(actor, Agent):
        if actor.id == ROOT:
            return true()
        groups = agent_groups(actor.id, permission)
        return ticket.c.queue_id.in_(select(queue.c.id).where(queue.c.group_id.in_(groups)))
    own = or_(ticket.c.customer_id.in_(customer_ids(actor.login)), ticket.c.customer_user_id == actor.login)
    if not sysconfig.customer_group_support:
        return own
    always = sysconfig.customer_group_always_groups + sysconfig.customer_group_company_always_groups
    groups = customer_groups(actor.login, permission, always)
    return own & ticket.c.queue_id.in_(select(queue.c.id).where(queue.c.group_id.in_(groups)))

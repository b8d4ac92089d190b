"""Who may see and do what, as SQL expressions: groups of agents (directly and through roles), groups of customers.

Called by auth/permission.py, which is the one place that turns an actor into a permission.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    union,
)

from genericinterface.database.accounts import VALID
from genericinterface.database.expressions import one_of
from genericinterface.database.lookups import TTL
from genericinterface.database.tables import (
    customer_user,
    customer_user_customer,
    group_customer,
    group_customer_user,
    group_role,
    group_user,
    mention,
    permission_groups,
    queue,
    role_user,
    roles,
    ticket,
    ticket_history,
    ticket_watcher,
    users,
)

# The tickets that a company's permission is about: those of the company. (The other context that Znuny knows, tickets
# of other companies, is switched off there unless an administrator asks for it.)
SAME_COMPANY = "Ticket::CustomerID::Same"

MOST_AGENTS = 4096  # whose queues are remembered


def agent_groups(user_id: int | ColumnElement[int], permission: str) -> Select[tuple[int]]:
    """IDs of the valid groups in which the agent has the permission (`ro`, `create`, …); `rw` implies every other.

    Granted directly or through a valid role; an agent who is not valid is in no group. As Znuny 6.5 does.
    """
    keys = ("rw",) if permission == "rw" else ("rw", permission)
    granted = _granted(user_id, keys).subquery("granted")
    return select(granted.c.group_id).where(_is_valid(user_id))


def agent_permissions(user_id: int | ColumnElement[int]) -> Select[tuple[int, str]]:
    """(group's ID, permission) of all that the agent has, under the same rules."""
    granted = _granted(user_id, ()).subquery("granted_permissions")
    return select(granted.c.group_id, granted.c.permission_key).where(_is_valid(user_id))


def _is_valid(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(users.c.id == user_id, users.c.valid_id == VALID)


def _granted(user_id: int | ColumnElement[int], keys: Sequence[str]) -> CompoundSelect[tuple[int, str]]:
    """(group's ID, permission) directly and by role; only these permissions, or with none given all."""
    direct = (
        select(group_user.c.group_id, group_user.c.permission_key)
        .join(permission_groups, permission_groups.c.id == group_user.c.group_id)
        .where(group_user.c.user_id == user_id, permission_groups.c.valid_id == VALID)
    )
    by_role = (
        select(group_role.c.group_id, group_role.c.permission_key)
        .join(permission_groups, permission_groups.c.id == group_role.c.group_id)
        .join(role_user, role_user.c.role_id == group_role.c.role_id)
        .join(roles, roles.c.id == role_user.c.role_id)
        .where(
            role_user.c.user_id == user_id,
            roles.c.valid_id == VALID,
            group_role.c.permission_value == 1,
            permission_groups.c.valid_id == VALID,
        )
    )
    if keys:
        direct = direct.where(one_of(group_user.c.permission_key, keys))
        by_role = by_role.where(one_of(group_role.c.permission_key, keys))
    return union(direct, by_role)


_queues: WeakKeyDictionary[Engine, dict[tuple[int, str], tuple[float, tuple[int, ...]]]] = WeakKeyDictionary()


def agent_queues(connection: Connection, user_id: int, permission: str) -> tuple[int, ...]:
    """IDs of the queues of these groups, valid or not; one statement, but none for what was asked a second ago."""
    kept = _queues.setdefault(connection.engine, {})
    now = time.monotonic()
    found = kept.get((user_id, permission))
    if found is None or found[0] + TTL < now:
        if len(kept) >= MOST_AGENTS:
            kept.clear()
        ids: list[int] = list(connection.scalars(_queues_with(permission), {"agent": user_id}).all())
        found = kept[user_id, permission] = (now, tuple(ids))
    return found[1]


@cache
def _queues_with(permission: str) -> Select[Any]:
    """The queues in whose groups the agent of the parameter `agent` has the permission."""
    groups = agent_groups(bindparam("agent"), permission)
    return select(queue.c.id).where(queue.c.group_id.in_(groups)).order_by(queue.c.id)


def customer_ids(login: str | ColumnElement[str]) -> Select[tuple[str]]:
    """The companies of a customer user: the one of its own row, and those it is assigned to."""
    own = select(customer_user.c.customer_id).where(customer_user.c.login == login)
    assigned = select(customer_user_customer.c.customer_id).where(customer_user_customer.c.user_id == login)
    companies = union(own, assigned).subquery("companies")
    return select(companies.c.customer_id)


def customer_groups(login: str | ColumnElement[str], permission: str, always: Sequence[str]) -> Select[tuple[int]]:
    """IDs of the valid groups in which a customer user has the permission, by itself or through its companies.

    Every customer user has all permissions in the groups named by `always`. Only asked where CustomerGroupSupport is
    on; without it customer users are in every group.
    """
    keys = ("rw",) if permission == "rw" else ("rw", permission)
    by_login = select(group_customer_user.c.group_id).where(
        group_customer_user.c.user_id == login,
        one_of(group_customer_user.c.permission_key, keys),
        group_customer_user.c.permission_value == 1,
    )
    by_company = select(group_customer.c.group_id).where(
        group_customer.c.customer_id.in_(customer_ids(login)),
        one_of(group_customer.c.permission_key, keys),
        group_customer.c.permission_value == 1,
        group_customer.c.permission_context == SAME_COMPANY,
    )
    granted = union(by_login, by_company).subquery("granted")
    return select(permission_groups.c.id).where(
        or_(permission_groups.c.id.in_(select(granted.c.group_id)), permission_groups.c.name.in_(always)),
        permission_groups.c.valid_id == VALID,
    )


class Access(NamedTuple):
    """Tickets with which an actor may do something: a condition over the table `ticket`, and its parameters' values.

    The condition is the same object for everybody to whom the same rules apply, so that statements with it are kept.
    """

    condition: ColumnElement[bool]
    values: dict[str, Any]


EVERYTHING = Access(true(), {})


def in_queues_of(groups: Select[tuple[int]]) -> ColumnElement[bool]:
    """Tickets in the queues of these groups."""
    return ticket.c.queue_id.in_(select(queue.c.id).where(queue.c.group_id.in_(groups)))


def in_queues(names: Collection[str]) -> ColumnElement[bool]:
    """Tickets in the queues of these names."""
    return ticket.c.queue_id.in_(select(queue.c.id).where(one_of(queue.c.name, names)))


def watched_by(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Tickets that the agent watches."""
    column = ticket_watcher.c
    return exists().where(column.ticket_id == ticket.c.id, column.user_id == user_id).correlate(ticket)


def worked_on_by(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Tickets with an entry of the agent in their history."""
    column = ticket_history.c
    return exists().where(column.ticket_id == ticket.c.id, column.create_by == user_id).correlate(ticket)


def mentions(user_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Tickets with an article that mentions the agent."""
    return exists().where(mention.c.ticket_id == ticket.c.id, mention.c.user_id == user_id).correlate(ticket)


def of_customer(login: ColumnElement[str], lower_login: ColumnElement[str]) -> ColumnElement[bool]:
    """Tickets of the customer user and of its companies, compared without case; `lower_login` is the login in small.

    As CustomerUserIDCheck and CustomerIDCheck of Znuny 6.5. No ticket belongs to the company without a name.
    """
    user, company = ticket.c.customer_user_id, ticket.c.customer_id
    companies = customer_ids(login).subquery("own_companies").c.customer_id
    return or_(
        user == login,
        func.lower(user) == lower_login,
        (company != "") & func.lower(company).in_(select(func.lower(companies))),
    )

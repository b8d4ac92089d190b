"""Who may see and do what, as SQL expressions: groups of agents (directly and through roles), groups of customers.

Called by auth/permission.py, which is the one place that turns an actor into a permission.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, or_, select, union

from genericinterface.database.accounts import VALID
from genericinterface.database.expressions import one_of
from genericinterface.database.tables import (
    customer_user,
    customer_user_customer,
    group_customer,
    group_customer_user,
    group_role,
    group_user,
    permission_groups,
    role_user,
    roles,
    users,
)

# The tickets that a company's permission is about: those of the company. (The other context that Znuny knows, tickets
# of other companies, is switched off there unless an administrator asks for it.)
SAME_COMPANY = "Ticket::CustomerID::Same"


def agent_groups(user_id: int | ColumnElement[int], permission: str) -> Select[tuple[int]]:
    """IDs of the valid groups in which the agent has the permission (`ro`, `create`, …); `rw` implies every other.

    Granted directly or through a valid role; an agent who is not valid is in no group. As Znuny 6.5 does.
    """
    keys = ("rw",) if permission == "rw" else ("rw", permission)
    direct = (
        select(group_user.c.group_id)
        .join(permission_groups, permission_groups.c.id == group_user.c.group_id)
        .where(
            group_user.c.user_id == user_id,
            one_of(group_user.c.permission_key, keys),
            permission_groups.c.valid_id == VALID,
        )
    )
    by_role = (
        select(group_role.c.group_id)
        .join(permission_groups, permission_groups.c.id == group_role.c.group_id)
        .join(role_user, role_user.c.role_id == group_role.c.role_id)
        .join(roles, roles.c.id == role_user.c.role_id)
        .where(
            role_user.c.user_id == user_id,
            roles.c.valid_id == VALID,
            one_of(group_role.c.permission_key, keys),
            group_role.c.permission_value == 1,
            permission_groups.c.valid_id == VALID,
        )
    )
    granted = union(direct, by_role).subquery("granted")
    valid_agent = exists().where(users.c.id == user_id, users.c.valid_id == VALID)
    return select(granted.c.group_id).where(valid_agent)


def customer_ids(login: str) -> Select[tuple[str]]:
    """The companies of a customer user: the one of its own row, and those it is assigned to."""
    own = select(customer_user.c.customer_id).where(customer_user.c.login == login)
    assigned = select(customer_user_customer.c.customer_id).where(customer_user_customer.c.user_id == login)
    companies = union(own, assigned).subquery("companies")
    return select(companies.c.customer_id)


def customer_groups(login: str, permission: str, always: Sequence[str]) -> Select[tuple[int]]:
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

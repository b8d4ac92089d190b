"""The one place that decides what an actor may see and do.

Called by operations (`has_permission`, `may_create_in`, `accessible_tickets`, `ticket_permissions`), by everything
that lists tickets (`visible_tickets`, for searches `found_tickets`) and by what reads them (`access`). What one may do
with a single ticket is more than what a search shows, as in Znuny 6.5: owners, responsible agents, watchers and those
who are mentioned are let in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Select, String, and_, bindparam, false, or_, select, true

from genericinterface.auth.actor import Actor, Agent
from genericinterface.database.expressions import one_of
from genericinterface.database.permission import (
    Access,
    agent_groups,
    agent_permissions,
    agent_queues,
    customer_groups,
    customer_ids,
    in_queues,
    in_queues_of,
    mentions,
    of_customer,
    watched_by,
    worked_on_by,
)
from genericinterface.database.tables import permission_groups, queue, ticket
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.sysconfig.setting import Limits, PermissionModule

ROOT = 1  # the agent whose searches find every ticket; with a single ticket it has no privilege
ACTORS = 4096  # for so many the expression is kept: building it costs more than asking the database
READ = "ro"

_AGENT = bindparam("actor", type_=Integer())
_LOGIN = bindparam("actor", type_=String())
_LOWER_LOGIN = bindparam("lower_actor", type_=String())


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


def may_create_in(connection: Connection, actor: Actor, group_id: int, sysconfig: SystemConfiguration) -> bool:
    """Whether an actor may create tickets in queues of that group; one statement, none for customers in every group."""
    always = _always(sysconfig)
    if not isinstance(actor, Agent) and always is None:
        return True
    statement = _creating(None if isinstance(actor, Agent) else always)
    return connection.execute(statement, {**_values(actor), "group": group_id}).first() is not None


@cache
def _creating(always: tuple[str, ...] | None) -> Select[tuple[int]]:
    groups = agent_groups(_AGENT, "create") if always is None else customer_groups(_LOGIN, "create", always)
    column = permission_groups.c.id
    return select(column).where(column == bindparam("group"), column.in_(groups))


def may_move_into(connection: Connection, agent_id: int, group_id: int) -> bool:
    """Whether an agent may move tickets into queues of that group; one statement."""
    return connection.execute(_moving(), {"actor": agent_id, "group": group_id}).first() is not None


@cache
def _moving() -> Select[tuple[int]]:
    column = permission_groups.c.id
    return select(column).where(column == bindparam("group"), column.in_(agent_groups(_AGENT, "move_into")))


# --------------------------------------------------------------------------------------------------- single tickets


def access(actor: Actor, sysconfig: SystemConfiguration, permission: str = READ) -> Access:
    """With which tickets an actor may do what `permission` says (`ro`, `note`, `priority`, …), as in Znuny 6.5.

    Agents: owners, responsible agents and, where that is switched on, creators and those in the history may all (or
    what an administrator has limited that to), those with the permission (or `rw`) in the queue's group may it,
    watchers and the mentioned may read. Customer users: tickets of their own and of their companies, in the groups of
    customers where CustomerGroupSupport is on. (`move`, `close` and `responsible`, which TicketUpdate asks for, are
    permissions that no group has: only `rw` grants them.) That is so where an administrator has left the permission
    modules as they are; `_decided` says what becomes of it otherwise.
    """
    if isinstance(actor, Agent):
        return Access(_agent_access(permission, _rules(sysconfig)), {"actor": actor.id})
    return Access(_customer_access(permission, _always(sysconfig)), _values(actor))


def accessible_tickets(
    connection: Connection,
    actor: Actor,
    ticket_ids: Collection[int],
    sysconfig: SystemConfiguration,
    permission: str = READ,
) -> set[int]:
    """Those of the tickets with which the actor may do what `permission` says; one statement."""
    condition, values = access(actor, sysconfig, permission)
    return set(connection.scalars(_accessible(condition), {**values, "tickets": list(ticket_ids)}))


@lru_cache(ACTORS)
def _accessible(condition: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(ticket.c.id).where(ticket.c.id.in_(bindparam("tickets", expanding=True)), condition)


class TicketPermissions(NamedTuple):
    """What an agent may do with one ticket: all permissions that its group, its owner's rights and the like grant."""

    granted: frozenset[str]

    def allow(self, permission: str) -> bool:
        """Whether the permission is among them; `rw` is all of them."""
        return "rw" in self.granted or permission in self.granted


def ticket_permissions(
    connection: Connection, agent: Agent, ticket_id: int, sysconfig: SystemConfiguration
) -> TicketPermissions:
    """All that an agent may do with a ticket; nothing with one that is not there. One statement."""
    rules = _rules(sysconfig)
    rows = connection.execute(_permissions(rules), {"actor": agent.id, "ticket": ticket_id}).all()
    if not rows:
        return TicketPermissions(frozenset())
    by_group = frozenset(row.permission_key for row in rows if row.permission_key is not None)
    return TicketPermissions(_decided(rules, lambda rule: rule.granted(rows[0], by_group), frozenset(), _in_both))


def _in_both(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The permissions that two sets allow; `rw` is all of them."""
    return others if "rw" in some else some if "rw" in others else some & others


@cache
def _permissions(rules: tuple[_Rule, ...]) -> Select[Any]:
    granted = agent_permissions(_AGENT).subquery("granted")
    return (
        select(
            queue.c.name.label("queue"),
            *(_RELATIONS[rule.relation].label(rule.relation) for rule in rules if rule.relation in _RELATIONS),
            granted.c.permission_key,
        )
        .select_from(ticket)
        .join(queue, queue.c.id == ticket.c.queue_id)
        .outerjoin(granted, granted.c.group_id == queue.c.group_id)
        .where(ticket.c.id == bindparam("ticket"))
    )


_RELATIONS: dict[str, ColumnElement[bool]] = {
    "owner": ticket.c.user_id == _AGENT,
    "responsible": ticket.c.responsible_user_id == _AGENT,
    "watcher": watched_by(_AGENT),
    "creator": ticket.c.create_by == _AGENT,
    "involved": worked_on_by(_AGENT),
    "mention": mentions(_AGENT),
}
_READERS = ("watcher", "mention")


class _Rule(NamedTuple):
    """A permission module that is on: what an agent may by a relation to a ticket, or by `group`.

    With `limits` it may only this, in these queues. `used` False: there is no such relation in this system.
    """

    relation: str
    module: PermissionModule
    limits: Limits = ()
    used: bool = True

    def granted(self, row: Any, by_group: frozenset[str]) -> frozenset[str]:
        """The permissions with the ticket of a row of `_permissions`."""
        if self.relation == "group":
            return by_group
        if not self.used or not getattr(row, self.relation):
            return frozenset()
        if self.relation in _READERS:
            return frozenset({READ})
        return _listed(dict(self.limits).get(row.queue, "")) if self.limits else frozenset({"rw"})

    def access(self, permission: str) -> ColumnElement[bool]:
        """The tickets with which the agent may do it."""
        if self.relation == "group":
            return in_queues_of(agent_groups(_AGENT, permission))
        if not self.used or (self.relation in _READERS and permission != READ):
            return false()
        related = _RELATIONS[self.relation]
        if not self.limits:
            return related
        return related & in_queues([name for name, text in self.limits if {"rw", permission} & _listed(text)])


def _listed(text: str) -> frozenset[str]:
    """The permissions of a limit (`ro, move, note`). Whatever stands there grants `ro` as well, as in Znuny 6.5."""
    if text in ("", "0"):
        return frozenset()
    return frozenset({READ, *(name.strip() for name in text.split(","))})


def _rules(sysconfig: SystemConfiguration) -> tuple[_Rule, ...]:
    """What is on of `Ticket::Permission###…`, in the order of their names."""
    of = sysconfig
    modules = (
        ("owner", of.permission_owner_check, of.permission_owner_queues, True),
        ("responsible", of.permission_responsible_check, of.permission_responsible_queues, of.ticket_responsible),
        ("group", of.permission_group_check, (), True),
        ("watcher", of.permission_watcher_check, (), of.ticket_watcher),
        ("creator", of.permission_creator_check, of.permission_creator_queues, True),
        ("involved", of.permission_involved_check, of.permission_involved_queues, True),
        ("mention", of.permission_mention_check, (), True),
    )
    return tuple(_Rule(name, module, limits, used) for name, module, limits, used in modules if module is not None)


_Found = TypeVar("_Found", ColumnElement[bool], frozenset[str])


def _decided(
    rules: Sequence[_Rule],
    holds: Callable[[_Rule], _Found],
    nothing: _Found,
    both: Callable[[_Found, _Found], _Found],
) -> _Found:
    """What the rules allow together: the first that holds and grants lets in, the first required one that does not
    hold refuses, and so does their end (Znuny 6.5)."""
    found = nothing
    for rule in reversed(rules):
        here = holds(rule)
        if rule.module.granted:
            found = here if rule.module.required else here | found
        elif rule.module.required:
            found = both(here, found)
    return found


def _always(sysconfig: SystemConfiguration) -> tuple[str, ...] | None:
    """The groups of every customer user; None where customers are in all groups."""
    if not sysconfig.customer_group_support:
        return None
    return sysconfig.customer_group_always_groups + sysconfig.customer_group_company_always_groups


def _values(actor: Actor) -> dict[str, Any]:
    if isinstance(actor, Agent):
        return {"actor": actor.id}
    return {"actor": actor.login, "lower_actor": actor.login.lower()}


@cache
def _agent_access(permission: str, rules: tuple[_Rule, ...]) -> ColumnElement[bool]:
    return _decided(rules, lambda rule: rule.access(permission), false(), and_)


@cache
def _customer_access(permission: str, always: tuple[str, ...] | None) -> ColumnElement[bool]:
    own = of_customer(_LOGIN, _LOWER_LOGIN)
    return own if always is None else own & in_queues_of(customer_groups(_LOGIN, permission, always))


# --------------------------------------------------------------------------------------------------- lists of tickets


def visible_tickets(actor: Actor, sysconfig: SystemConfiguration, permission: str = READ) -> ColumnElement[bool]:
    """The tickets that an actor may see, as one expression over the table `ticket` (as TicketSearch of Znuny 6.5).

    Agents: tickets in queues of their groups, user 1 all. Customer users: tickets of their own and of their companies,
    in the groups of customers where CustomerGroupSupport is on.
    """
    return _visible(actor, permission, _always(sysconfig))


@lru_cache(ACTORS)
def _visible(actor: Actor, permission: str, always: tuple[str, ...] | None) -> ColumnElement[bool]:
    if isinstance(actor, Agent):
        return true() if actor.id == ROOT else in_queues_of(agent_groups(actor.id, permission))
    own = or_(ticket.c.customer_id.in_(customer_ids(actor.login)), ticket.c.customer_user_id == actor.login)
    return own if always is None else own & in_queues_of(customer_groups(actor.login, permission, always))


def found_tickets(connection: Connection, actor: Actor, sysconfig: SystemConfiguration) -> ColumnElement[bool]:
    """The same for searches: an agent's queues are looked up first, once in a second.

    Searches are planned each time, with their values; the joins of groups and roles would take longer to plan than
    most searches take to run, and hide from the database how many tickets these queues have.
    """
    if not isinstance(actor, Agent) or actor.id == ROOT:
        return visible_tickets(actor, sysconfig)
    return _within(agent_queues(connection, actor.id, READ))


@lru_cache(ACTORS)
def _within(queues: tuple[int, ...]) -> ColumnElement[bool]:
    return one_of(ticket.c.queue_id, queues) if queues else false()

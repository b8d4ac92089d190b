"""Groups, in which agents have permissions and to which queues belong.

Called by the `group`, `user` and `queue` commands.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genericinterface.database import people
from genericinterface.database.tables import group_user, permission_groups, queue, valid
from genericinterface.errors import ConfigurationError


class Group(NamedTuple):
    """A group; `agents` counts those with a permission of their own in it, `queues` its queues."""

    id: int
    name: str
    validity: str
    agents: int
    queues: int
    comment: str


def listed(connection: Connection) -> list[Group]:
    """All groups, valid or not, by name; one statement."""
    column = permission_groups.c
    agents = (
        select(func.count(group_user.c.user_id.distinct())).where(group_user.c.group_id == column.id).scalar_subquery()
    )
    queues = select(func.count(queue.c.id)).where(queue.c.group_id == column.id).scalar_subquery()
    statement = select(column.id, column.name, valid.c.name, agents, queues, column.comments).join(
        valid, valid.c.id == column.valid_id
    )
    found = (Group(*row[:5], row[5] or "") for row in connection.execute(statement))
    return sorted(found, key=lambda group: group.name)


def find(connection: Connection, name: str) -> Group:
    """The group of that name; raises ConfigurationError with the near miss."""
    known = {group.name: group for group in listed(connection)}
    if name not in known:
        raise people.unknown("group", name, known)
    return known[name]


def add(connection: Connection, name: str, comment: str, now: dt.datetime) -> int:
    """The ID of a new, valid group in which nobody has permissions; raises ConfigurationError if the name is taken."""
    values: dict[str, str | None] = {"name": name, "comments": comment}
    people.check(permission_groups, values, "name")
    row = values | {"valid_id": people.validity(connection, "valid")} | people.stamps(now)
    try:
        added = connection.execute(insert(permission_groups).values(row)).inserted_primary_key
    except IntegrityError as error:
        raise ConfigurationError([f"there is a group {name} already"]) from error
    return int(added[0]) if added else 0


def set_valid(connection: Connection, group: Group, validity: str, now: dt.datetime) -> None:
    """Sets the validity; permissions in a group that is not valid count for nothing."""
    values = people.change(now) | {"valid_id": people.validity(connection, validity)}
    connection.execute(update(permission_groups).where(permission_groups.c.id == group.id).values(values))

"""Queues and the groups that they belong to. Called by the `queue` commands."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genericinterface.database import people
from genericinterface.database.accounts import VALID
from genericinterface.database.groups import Group
from genericinterface.database.tables import (
    follow_up_possible,
    permission_groups,
    queue,
    salutation,
    signature,
    system_address,
    ticket,
    valid,
)
from genericinterface.errors import ConfigurationError

SEPARATOR = "::"  # between the names of a queue's ancestors and its own


class Queue(NamedTuple):
    """A queue; `name` is the whole path (`Support::First Level`)."""

    id: int
    name: str
    group: str
    validity: str
    tickets: int
    comment: str


def listed(connection: Connection) -> list[Queue]:
    """All queues, valid or not, by name; one statement."""
    tickets = select(func.count(ticket.c.id)).where(ticket.c.queue_id == queue.c.id).scalar_subquery()
    statement = (
        select(queue.c.id, queue.c.name, permission_groups.c.name, valid.c.name, tickets, queue.c.comments)
        .join(permission_groups, permission_groups.c.id == queue.c.group_id)
        .join(valid, valid.c.id == queue.c.valid_id)
    )
    found = (Queue(*row[:5], row[5] or "") for row in connection.execute(statement))
    return sorted(found, key=lambda entry: entry.name)


def find(connection: Connection, name: str) -> Queue:
    """The queue of that whole name; raises ConfigurationError with the near miss."""
    known = {found.name: found for found in listed(connection)}
    if name not in known:
        raise people.unknown("queue", name, known)
    return known[name]


def add(
    connection: Connection, name: str, group: Group, now: dt.datetime, comment: str = "", unlock_timeout: int = 0
) -> int:
    """The ID of a new, valid queue; its parent must be there. Raises ConfigurationError, also if the name is taken.

    Address, salutation, signature and follow-up rule are the first valid ones, as for the queues of a fresh Znuny.
    `unlock_timeout` is in minutes, 0: never.
    """
    values: dict[str, str | None] = {"name": name, "comments": comment}
    people.check(queue, values, "name")
    _check_path(connection, name)
    row = values | {
        "group_id": group.id,
        "unlock_timeout": unlock_timeout,
        "system_address_id": _first(connection, system_address),
        "salutation_id": _first(connection, salutation),
        "signature_id": _first(connection, signature),
        "follow_up_id": _first(connection, follow_up_possible),
        "follow_up_lock": 0,
        "valid_id": people.validity(connection, "valid"),
    }
    try:
        added = connection.execute(insert(queue).values(row | people.stamps(now))).inserted_primary_key
    except IntegrityError as error:
        raise ConfigurationError([f"there is a queue {name} already"]) from error
    return int(added[0]) if added else 0


def set_group(connection: Connection, found: Queue, group: Group, now: dt.datetime) -> None:
    """Moves a queue, and so the right to see its tickets, to another group."""
    connection.execute(update(queue).where(queue.c.id == found.id).values(group_id=group.id, **people.change(now)))


def set_valid(connection: Connection, found: Queue, validity: str, now: dt.datetime) -> None:
    """Sets the validity; tickets in the queue stay where they are."""
    values = people.change(now) | {"valid_id": people.validity(connection, validity)}
    connection.execute(update(queue).where(queue.c.id == found.id).values(values))


def _check_path(connection: Connection, name: str) -> None:
    parts = name.split(SEPARATOR)
    if any(not part or part != part.strip() for part in parts):
        raise ConfigurationError([f"{name} is no name for a queue: names go between {SEPARATOR}"])
    if len(parts) > 1:
        find(connection, SEPARATOR.join(parts[:-1]))


def _first(connection: Connection, table: Table) -> int:
    first = connection.scalar(select(func.min(table.c.id)).where(table.c.valid_id == VALID))
    if first is None:
        raise ConfigurationError([f"the database has no valid {table.name}, which every queue needs"])
    return int(first)

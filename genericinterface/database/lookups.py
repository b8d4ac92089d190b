"""Names and IDs of what tickets and articles refer to, kept for a second: queues, types, states, priorities, services,
SLAs, locks, agents, sender types, channels, history types, auto response types.

Called by ticket_search.py, and by whatever reads or writes tickets. With IDs in a statement instead of subqueries a
database knows what it looks for and takes the right index (at 200,000 tickets a search for a queue and a state type
costs 0.5 ms instead of 30); with names from here a ticket is read without joins.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    Select,
    SmallInteger,
    Table,
    cast,
    literal,
    null,
    select,
    union_all,
)

from genericinterface.database import tables as t
from genericinterface.database.accounts import VALID

TTL = 1.0  # seconds that names are believed

# What a row of `ticket` refers to: its column, and the table.
REFERENCES = (
    ("queue_id", "queue"),
    ("user_id", "users"),
    ("responsible_user_id", "users"),
    ("ticket_state_id", "ticket_state"),
    ("ticket_priority_id", "ticket_priority"),
    ("ticket_lock_id", "ticket_lock_type"),
    ("type_id", "ticket_type"),
    ("service_id", "service"),
    ("sla_id", "sla"),
)


@dataclass(frozen=True)
class Names:
    """One table: IDs by name and names by ID, valid or not; of states the ID of each one's type, of queues the group's.

    Agents go by their login. A table without validity (`ticket_state_type`) has only valid rows.
    """

    ids: dict[str, int]
    names: dict[int, str]
    valid: set[int]
    types: dict[int, int]
    groups: dict[int, int]
    read: float

    def valid_id(self, name: str) -> int | None:
        """The ID of the valid row of that name, or None."""
        found = self.ids.get(name)
        return found if found in self.valid else None


_known: WeakKeyDictionary[Engine, dict[str, Names]] = WeakKeyDictionary()


def names(connection: Connection, tables: Collection[Table], fresh: bool = False) -> dict[str, Names]:
    """The names of these tables, by table; one statement for all that are too old, or with `fresh` for all; or none.

    Tables: those with `id` and `name` (and `users`), each with `valid_id` or without.
    """
    kept = _known.setdefault(connection.engine, {})
    now = time.monotonic()
    old = [table for table in tables if fresh or table.name not in kept or kept[table.name].read + TTL < now]
    if old:
        kept |= _read(connection, old, now)
    return {table.name: kept[table.name] for table in tables}


def of_tickets(connection: Connection, tables: Collection[Table], tickets: Iterable[object]) -> dict[str, Names]:
    """The same for `tables`, so fresh that they know all that these rows of `ticket` refer to."""
    known = names(connection, tables)
    if all(_knows(known, ticket) for ticket in tickets):
        return known
    return names(connection, tables, fresh=True)


def _knows(known: dict[str, Names], ticket: object) -> bool:
    for column, table in REFERENCES:
        number = getattr(ticket, column)
        if number is not None and number not in known[table].names:
            return False
    return True


def _read(connection: Connection, tables: Iterable[Table], now: float) -> dict[str, Names]:
    found = {table.name: Names({}, {}, set(), {}, {}, now) for table in tables}
    for table, number, name, valid, kind, group in connection.execute(union_all(*(_rows(table) for table in tables))):
        entry = found[table]
        entry.ids[name] = number
        entry.names[number] = name
        if valid == VALID:
            entry.valid.add(number)
        if kind is not None:
            entry.types[number] = kind
        if group is not None:
            entry.groups[number] = group
    return found


def _rows(table: Table) -> Select[Any]:
    """(table, ID, name, validity, type of a state, group of a queue) of every row."""
    c = table.c
    return select(
        literal(table.name),
        cast(c.id, BigInteger),
        c.login if table is t.users else c.name,
        c.valid_id if "valid_id" in c else literal(VALID),
        c.type_id if table is t.ticket_state else cast(null(), SmallInteger),
        c.group_id if table is t.queue else cast(null(), Integer),
    )

"""Ticket numbers: Znuny 6.5's four generators, and the counter that a Znuny on the same database draws from as well.

A number is drawn once, by whoever asks: several processes of ours and any number of Znunys. Znuny puts a row with the
counter 0 into `ticket_number_counter`, then gives that row and all earlier ones with 0 the counter of the row before
plus one. Here the table is locked for a moment, which lets those in front of us finish, and the row is put in with its
counter. On PostgreSQL and MariaDB this happens beside the operation's transaction: the number is drawn at once and for
good, nobody waits for the operation, and one that fails leaves a gap, as in Znuny. On SQLite it is part of the
operation's transaction and leaves none.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from genericinterface.database.engine import aside
from genericinterface.database.tables import ticket, ticket_number_counter
from genericinterface.errors import Fault
from genericinterface.sysconfig import SystemConfiguration

PREFIX = "Kernel::System::Ticket::Number::"
MIN_COUNTER_SIZE = 5  # digits of a counter where nothing else is set, and always of DateChecksum
RANDOM_DIGITS = 10
ATTEMPTS = 1000  # numbers that are drawn until one belongs to no ticket
KEPT = 1000  # rows of the counter that stay; Znuny's daemon deletes older ones, too
LOOKED_AT = (20, 10**6)  # rows in which the last counter is looked for
DIGITS = re.compile(r"\d+", re.A)
DATE = re.compile(r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.A)

_C = ticket_number_counter.c
_LAST = select(_C.id, _C.counter).order_by(_C.id.desc()).limit(bindparam("most"))
_LAST_TODAY = _LAST.where(_C.create_time >= bindparam("day"))
_COUNT = update(ticket_number_counter).where(_C.id == bindparam("row"), _C.counter == 0)
_COUNT = _COUNT.values(counter=bindparam("number"))
_DRAW = insert(ticket_number_counter)
_TIDY = delete(ticket_number_counter).where(_C.id <= bindparam("row"))
_TAKEN = select(ticket.c.id).where(ticket.c.tn == bindparam("number"))
_NEWEST = select(ticket.c.tn).where(ticket.c.id == select(func.max(ticket.c.id)).scalar_subquery())

# Lets those finish who are putting a row in, and nobody begin. A commit need not reach the disk: the ticket's own
# commit comes later, and with it everything before it.
_LOCK = {
    "postgresql": "SET LOCAL synchronous_commit = off; LOCK TABLE ticket_number_counter IN SHARE ROW EXCLUSIVE MODE",
    "mysql": "LOCK TABLES ticket_number_counter WRITE",
    "mariadb": "LOCK TABLES ticket_number_counter WRITE",
}


def next_number(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime | None = None) -> str:
    """A number that no ticket has and nobody else gets; call it in the transaction that writes the ticket.

    Five statements (SQLite: three), whatever the generator; Random needs one. Raises Fault where
    `Ticket::NumberGenerator` names one that is not known here.
    """
    name = sysconfig.ticket_number_generator.removeprefix(PREFIX)
    generator = GENERATORS.get(name)
    if generator is None:
        raise Fault(f"The ticket number generator {name} is not known here; known are {', '.join(GENERATORS)}.")
    moment = now or sysconfig.now()
    for _ in range(ATTEMPTS):
        number = generator(connection, sysconfig, moment)
        if connection.execute(_TAKEN, {"number": number}).first() is None:
            return number
    raise Fault("No free ticket number was found.")


def _auto_increment(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime) -> str:
    return sysconfig.system_id + _padded(_draw(connection, sysconfig, now), sysconfig)


def _date(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime) -> str:
    counter = _draw(connection, sysconfig, now, daily=True)
    formatted = _padded(counter, sysconfig) if sysconfig.ticket_number_formatted_counter else str(counter)
    return f"{now:%Y%m%d}{sysconfig.system_id}{formatted}"


def _date_checksum(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime) -> str:
    counter = _draw(connection, sysconfig, now, daily=True)
    number = f"{now:%Y%m%d}{sysconfig.system_id}{counter:0{MIN_COUNTER_SIZE}}"
    return f"{number}{checksum(number)}"


def _random(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime) -> str:
    return f"{sysconfig.system_id}{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}}"


GENERATORS: dict[str, Callable[[Connection, SystemConfiguration, dt.datetime], str]] = {
    "AutoIncrement": _auto_increment,
    "Date": _date,
    "DateChecksum": _date_checksum,
    "Random": _random,
}


def checksum(number: str) -> int:
    """The digit that DateChecksum puts behind a number: its digits times 1 and 2 in turn, to the next ten; 10 is 1."""
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(number) if digit.isdecimal())
    return 10 - total % 10 if total % 10 else 1


def _padded(counter: int, sysconfig: SystemConfiguration) -> str:
    return f"{counter:0{sysconfig.ticket_number_min_counter_size or MIN_COUNTER_SIZE}}"


def _draw(connection: Connection, sysconfig: SystemConfiguration, now: dt.datetime, daily: bool = False) -> int:
    """The next counter, of this day or ever; it is drawn when this returns."""
    with aside(connection) as own, _locked(own):
        last, waiting = _last(own, now, daily)
        if last is None:
            last = 0 if daily else _lost_counter(connection, sysconfig)
        for row in waiting:
            last += 1
            own.execute(_COUNT, {"number": last, "row": row})
        drawn = {"counter": last + 1, "counter_uid": uuid.uuid4().hex, "create_time": now}
        key = own.execute(_DRAW, drawn).inserted_primary_key
        if key and key[0] % KEPT == 0:
            own.execute(_TIDY, {"row": key[0] - KEPT})
    return last + 1


@contextmanager
def _locked(own: Connection) -> Iterator[None]:
    """Nobody else draws; what is written is there for all at the end."""
    dialect = own.dialect.name
    if dialect == "sqlite":  # the operation's transaction is the only one that writes
        yield
    elif dialect == "postgresql":
        with own.execution_options(isolation_level="READ COMMITTED").begin():
            own.execute(text(_LOCK[dialect]))
            yield
    else:
        own.execute(text(_LOCK[dialect]))
        try:
            yield
        finally:
            own.execute(text("UNLOCK TABLES"))


def _last(own: Connection, now: dt.datetime, daily: bool) -> tuple[int | None, list[int]]:
    """The last counter (None: there is none), and the rows behind it whose Znuny has not given them one yet."""
    statement = _LAST_TODAY if daily else _LAST
    day = {"day": now.replace(hour=0, minute=0, second=0, microsecond=0)} if daily else {}
    waiting: list[int] = []
    for most in LOOKED_AT:
        waiting.clear()
        for number, counter in own.execute(statement, day | {"most": most}):
            if counter:
                return int(counter), waiting[::-1]
            waiting.append(number)
        if len(waiting) < most:
            break
    return None, waiting[::-1]


def _lost_counter(connection: Connection, sysconfig: SystemConfiguration) -> int:
    """What AutoIncrement goes on from without any row: the newest ticket's number, unless it begins with a date."""
    newest = connection.execute(_NEWEST).scalar() or ""
    found = DIGITS.match(newest.removeprefix(sysconfig.system_id))
    return int(found[0]) if found and not DATE.match(newest) else 0

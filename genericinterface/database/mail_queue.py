"""The outgoing mail: `mail_queue`, rows as Znuny 6.5 writes and reads them, so that either side may deliver them.

Filled by operations in their own transaction, emptied by mail/delivery.py, looked into by the `mail-queue` commands.
A message is taken by one worker at a time: PostgreSQL and MariaDB (10.6, MySQL 8.0) lock its row while it is under way,
SQLite lets one worker at a time deliver. Both locks end with the process that holds them, so a worker that is killed
leaves the message to the next one.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, null, or_, select, update

from genericinterface.database import storable, stored_content
from genericinterface.database.engine import Database
from genericinterface.database.tables import (
    article,
    article_data_mime_send_error,
    mail_queue,
    ticket,
    ticket_history,
    ticket_history_type,
)

_Q = mail_queue.c

BREAK = re.compile(rb"\r\n|\r|\n")
UNSAFE = re.compile(r"[\s,<>\x00-\x1f\x7f]")  # in an address, since Znuny keeps recipients in one comma list
FAILURE_LENGTH = 200  # of a history entry


class Entry(NamedTuple):
    """A message in the queue without its text. `due` None: at once."""

    id: int
    article_id: int | None
    attempts: int
    sender: str
    recipients: tuple[str, ...]
    due: dt.datetime | None
    code: int | None
    text: str
    created: dt.datetime


class Queued(NamedTuple):
    """A message that is due. `content` has header and body with line feeds; None where it cannot be read."""

    entry: Entry
    content: bytes | None


@dataclass(frozen=True)
class Result:
    """What is left of a message after an attempt; without `waiting` recipients it leaves the queue.

    `failure` says what went wrong for good; it is recorded with the article.
    """

    waiting: tuple[str, ...] = ()
    attempts: int = 0
    due: dt.datetime | None = None
    code: int | None = None
    text: str = ""
    failure: str = ""


# Writes more where a result is kept.
Also = Callable[[Connection, Entry, Result], None]


class Length(NamedTuple):
    """How many messages wait, how many of them were tried already, and since when the oldest waits."""

    messages: int
    tried: int
    oldest: dt.datetime | None


_COLUMNS = (
    _Q.id,
    _Q.article_id,
    _Q.attempts,
    _Q.sender,
    _Q.recipient,
    _Q.due_time,
    _Q.last_smtp_code,
    _Q.last_smtp_message,
    _Q.create_time,
)
_ENQUEUE = insert(mail_queue)
_NEXT = (
    select(*_COLUMNS, _Q.raw_message)
    .where(or_(_Q.due_time.is_(None), _Q.due_time <= bindparam("now")))
    .order_by(_Q.id)
    .limit(1)
)
_NEXT_LOCKED = _NEXT.with_for_update(skip_locked=True)
_REMOVE = delete(mail_queue).where(_Q.id == bindparam("message"))
_POSTPONE = (
    update(mail_queue)
    .where(_Q.id == bindparam("message"))
    .values(
        recipient=bindparam("recipient"),
        attempts=bindparam("attempts"),
        due_time=bindparam("due_time"),
        last_smtp_code=bindparam("last_smtp_code"),
        last_smtp_message=bindparam("last_smtp_message"),
    )
)
_SEND_ERROR = insert(article_data_mime_send_error)
_LENGTH = select(func.count(), func.count(_Q.last_smtp_message), func.min(_Q.create_time)).select_from(mail_queue)

# Znuny notifies agents of a failure; this provider sends no notifications, so the ticket's history tells it.
_HISTORY = insert(ticket_history).from_select(
    [
        "name",
        "history_type_id",
        "ticket_id",
        "article_id",
        "type_id",
        "queue_id",
        "owner_id",
        "priority_id",
        "state_id",
        "create_time",
        "create_by",
        "change_time",
        "change_by",
    ],
    select(
        bindparam("name", type_=ticket_history.c.name.type),
        select(ticket_history_type.c.id).where(ticket_history_type.c.name == "Misc").scalar_subquery(),
        ticket.c.id,
        article.c.id,
        ticket.c.type_id,
        ticket.c.queue_id,
        ticket.c.user_id,
        ticket.c.ticket_priority_id,
        ticket.c.ticket_state_id,
        bindparam("now", type_=ticket_history.c.create_time.type),
        literal(1),
        bindparam("now", type_=ticket_history.c.create_time.type),
        literal(1),
    )
    .join(article, article.c.ticket_id == ticket.c.id)
    .where(article.c.id == bindparam("article")),
)


def enqueue(
    connection: Connection,
    article_id: int | None,
    sender: str,
    recipients: Sequence[str],
    raw_message: bytes,
    now: dt.datetime,
) -> int:
    """The ID of a new message in the queue. `sender` is the envelope's, empty for mail that must not be answered.

    `raw_message` is header, empty line and body as they go out. Raises ValueError of addresses that cannot be kept.
    """
    if not recipients:
        raise ValueError("a message without a recipient")
    if unsafe := [address for address in (*recipients, sender) if UNSAFE.search(address)]:
        raise ValueError(f"{unsafe[0]!r} is no address of an envelope")
    row = {
        "insert_fingerprint": f"{os.getpid()}-{secrets.token_hex(16)}",
        "article_id": article_id,
        "attempts": 0,
        "sender": sender,
        "recipient": ",".join(dict.fromkeys(recipients)),
        "raw_message": _frozen(connection, raw_message),
        "create_time": now,
    }
    added = connection.execute(_ENQUEUE, row).inserted_primary_key
    return int(added[0]) if added else 0


def deliver_next(
    database: Database, now: dt.datetime, attempt: Callable[[Queued], Result], also: Also | None = None
) -> Entry | None:
    """Takes the oldest message that is due, lets `attempt` deliver it and keeps the result; None: nothing is due.

    `also` writes more in the same transaction. No other worker has the message meanwhile. When `attempt` raises, or the
    process ends, it stays as it was.
    """
    if database.url.get_backend_name() != "sqlite":
        with database.transaction() as connection:
            row = connection.execute(_NEXT_LOCKED, {"now": now}).first()
            if row is None:
                return None
            queued = _queued(row)
            _keep(connection, queued.entry, attempt(queued), now, also)
            return queued.entry
    with _alone(database) as is_alone:
        if not is_alone:
            return None
        # The database itself stays free for others while the message is under way.
        with database.reading() as connection:
            row = connection.execute(_NEXT, {"now": now}).first()
        if row is None:
            return None
        queued = _queued(row)
        result = attempt(queued)
        with database.transaction() as connection:
            _keep(connection, queued.entry, result, now, also)
        return queued.entry


def listed(connection: Connection, limit: int | None = None) -> list[Entry]:
    """The messages in the queue, oldest first."""
    statement = select(*_COLUMNS).order_by(_Q.id).limit(limit)
    return [_entry(row) for row in connection.execute(statement)]


def find(connection: Connection, message_id: int) -> Queued | None:
    """One message, or None."""
    row = connection.execute(select(*_COLUMNS, _Q.raw_message).where(_Q.id == message_id)).first()
    return _queued(row) if row else None


def length(connection: Connection) -> Length:
    """Length and age of the queue."""
    return Length(*connection.execute(_LENGTH).one())


def retry(connection: Connection, message_ids: Sequence[int] | None) -> int:
    """Makes messages (None: all) due at once, with all their attempts before them; gives their number."""
    statement = update(mail_queue).values(due_time=null(), attempts=0)
    return connection.execute(statement if message_ids is None else statement.where(_Q.id.in_(message_ids))).rowcount


def remove(connection: Connection, message_ids: Sequence[int]) -> int:
    """Takes messages out of the queue undelivered; gives their number."""
    return connection.execute(delete(mail_queue).where(_Q.id.in_(message_ids))).rowcount


def _keep(connection: Connection, entry: Entry, result: Result, now: dt.datetime, also: Also | None) -> None:
    if result.failure and entry.article_id is not None:
        error = {"article_id": entry.article_id, "log_message": result.failure, "create_time": now}
        connection.execute(_SEND_ERROR, error)
        name = f"Mail could not be delivered: {' '.join(result.failure.split())}"[:FAILURE_LENGTH]
        connection.execute(_HISTORY, {"name": name, "now": now, "article": entry.article_id})
    if also is not None:
        also(connection, entry, result)
    if not result.waiting:
        connection.execute(_REMOVE, {"message": entry.id})
        return
    values = {"recipient": ",".join(result.waiting), "attempts": result.attempts, "due_time": result.due}
    values |= {"last_smtp_code": result.code, "last_smtp_message": result.text}
    connection.execute(_POSTPONE, {"message": entry.id, **values})


def _entry(row: Sequence[Any]) -> Entry:
    number, article_id, attempts, sender, recipients, due, code, text, created = row[:9]
    addresses = tuple(part.strip() for part in recipients.split(",") if part.strip())
    return Entry(number, article_id, attempts, sender or "", addresses, due, code, text or "", created)


def _queued(row: Sequence[Any]) -> Queued:
    try:
        return Queued(_entry(row), _thawed(row[9]))
    except storable.NotStorable:
        return Queued(_entry(row), None)


def _frozen(connection: Connection, message: bytes) -> bytes | str:
    # Znuny keeps header and body apart, lines as Unix has them; delivery makes them CRLF again.
    lines = BREAK.sub(b"\n", message)
    header, _, body = lines.partition(b"\n\n")
    frozen = storable.dump({"Header": header + b"\n", "Body": body})
    return stored_content.stored(connection, frozen)


def _thawed(kept: bytes | str) -> bytes:
    if isinstance(kept, bytes) and not kept.startswith(storable.HEADER):
        kept = kept.decode("latin-1")
    found = storable.load(kept) if isinstance(kept, str) else storable.thaw(kept)
    if not isinstance(found, dict) or not isinstance(found.get("Header"), str):
        raise storable.NotStorable("no message")
    header, body = (_bytes(found.get(part) or "") for part in ("Header", "Body"))
    return header.rstrip(b"\n") + b"\n\n" + body


def _bytes(text: str) -> bytes:
    # Perl's byte strings are read as latin-1; what it marked as text is UTF-8.
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


@contextmanager
def _alone(database: Database) -> Iterator[bool]:
    """Whether this worker is the only one to deliver from an embedded database; the operating system keeps the lock.

    SQLite can lock a whole database only, which would keep every operation waiting for the mail server.
    """
    file = database.url.database
    if not file or file == ":memory:":
        yield True
        return
    with Path(f"{file}.mail-queue").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True

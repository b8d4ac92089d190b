"""Answers under the key that a caller gave its request, so that the same request is done once however often it is sent.

Called by operation/ticket/ticket_extensions.py in the transaction of the operation: key, ticket and answer are all
written or none is. Reads and writes the own table `gi_idempotency_key`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from genericinterface.database.tables.own import gi_idempotency_key
from genericinterface.errors import Fault

LIFETIME = 24 * 3600  # seconds that an answer is kept
MISSING = "The table gi_idempotency_key is missing: run `genericinterface db add-tables`."
CLEANING = 600  # seconds between two times that a worker takes expired answers away

_k = gi_idempotency_key.c
_SAME = (
    _k.webservice == bindparam("of_webservice"),
    _k.actor == bindparam("of_actor"),
    _k.idempotency_key == bindparam("of_key"),
)
_CLAIM = insert(gi_idempotency_key)
_FIND = select(_k.fingerprint, _k.answer).where(*_SAME)
_FORGET = delete(gi_idempotency_key).where(*_SAME, _k.expires < bindparam("now"))
_CLEAN = delete(gi_idempotency_key).where(_k.expires < bindparam("now"))
_KEEP = update(gi_idempotency_key).where(*_SAME).values(answer=bindparam("given"))

_cleaned = 0.0


@dataclass(frozen=True)
class Key:
    """A key of one caller at one web service, and what the request was that came with it (a SHA-256)."""

    webservice: str
    actor: str
    key: str
    fingerprint: str

    def _where(self) -> dict[str, str]:
        return {"of_webservice": self.webservice, "of_actor": self.actor, "of_key": self.key}


def claim(connection: Connection, key: Key, now: int) -> tuple[str, str | None] | None:
    """None where the key is new: it is the caller's now, with the transaction. Else (fingerprint, answer) of the first.

    Waits for another transaction that has just claimed it. Raises Fault where the table is missing.
    """
    row = {
        "webservice": key.webservice,
        "actor": key.actor,
        "idempotency_key": key.key,
        "fingerprint": key.fingerprint,
        "expires": now + LIFETIME,
    }
    try:
        _clean(connection, now)
        connection.execute(_FORGET, key._where() | {"now": now})
    except (OperationalError, ProgrammingError) as error:
        # SQLite's error of a missing table is that of anything else that is wrong with a statement.
        if isinstance(error, ProgrammingError) or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
            raise Fault(MISSING) from error
        raise
    try:
        with connection.begin_nested():
            connection.execute(_CLAIM, row)
    except IntegrityError:
        found = connection.execute(_FIND, key._where()).one()
        return found.fingerprint, found.answer
    return None


def keep(connection: Connection, key: Key, answer: str) -> None:
    """Keeps the answer of a key that was claimed in this transaction."""
    connection.execute(_KEEP, key._where() | {"given": answer})


def _clean(connection: Connection, now: int) -> None:
    """Takes expired answers away, now and then."""
    global _cleaned
    if time.monotonic() - _cleaned > CLEANING:
        _cleaned = time.monotonic()
        connection.execute(_CLEAN, {"now": now})

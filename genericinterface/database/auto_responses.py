"""Auto responses of queues and the protection against mail loops: `auto_response`, `ticket_loop_protection`.

Called by mail/auto_response.py in the transaction of the operation. Which queue answers with what is kept for a
second, since most queues answer with nothing and every new article asks.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import (
    auto_response,
    auto_response_type,
    queue_auto_response,
    system_address,
    ticket_loop_protection,
)

TTL = 1.0  # seconds that responses and addresses are believed


class AutoResponse(NamedTuple):
    """What a queue answers: subject and text with placeholders, and the address that it comes from."""

    subject: str
    text: str
    content_type: str
    address: str
    real_name: str


@dataclass(frozen=True)
class _Known:
    responses: dict[tuple[int, str], AutoResponse]
    addresses: frozenset[str]
    read: float


_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()

_RESPONSES = (
    select(
        queue_auto_response.c.queue_id,
        auto_response_type.c.name,
        auto_response.c.text1,
        auto_response.c.text0,
        auto_response.c.content_type,
        system_address.c.value0,
        system_address.c.value1,
    )
    .join(auto_response, auto_response.c.id == queue_auto_response.c.auto_response_id)
    .join(auto_response_type, auto_response_type.c.id == auto_response.c.type_id)
    .join(system_address, system_address.c.id == auto_response.c.system_address_id)
    .where(auto_response.c.valid_id == VALID)
    .order_by(auto_response.c.id.desc())  # of several of one kind Znuny sends the first one made
)
_ADDRESSES = select(system_address.c.value0).where(system_address.c.valid_id == VALID)
_SENT = (
    select(ticket_loop_protection.c.sent_to, func.count())
    .where(
        ticket_loop_protection.c.sent_date == bindparam("day"),
        ticket_loop_protection.c.sent_to.in_(bindparam("addresses", expanding=True)),
    )
    .group_by(ticket_loop_protection.c.sent_to)
)
_NOTE = insert(ticket_loop_protection)
_FORGET = delete(ticket_loop_protection).where(ticket_loop_protection.c.sent_date < bindparam("day"))


def find(connection: Connection, queue_id: int, kind: str) -> AutoResponse | None:
    """What the queue answers on an occasion of the type `kind` (`auto reply`, …); None: nothing."""
    return _read(connection).responses.get((queue_id, kind))


def system_addresses(connection: Connection) -> frozenset[str]:
    """The addresses that are ours: an answer to them would come back."""
    return _read(connection).addresses


def sent_today(connection: Connection, addresses: Sequence[str], now: dt.datetime) -> dict[str, int]:
    """How many answers each of these addresses was to get on this day, those that got none left out."""
    found = connection.execute(_SENT, {"day": _day(now), "addresses": list(addresses)})
    return {address: int(count) for address, count in found}


def note_sent(connection: Connection, addresses: Sequence[str], now: dt.datetime) -> None:
    """Counts an answer to each of these; what was counted on earlier days is forgotten."""
    connection.execute(_FORGET, {"day": _day(now)})
    connection.execute(_NOTE, [{"sent_to": address[:250], "sent_date": _day(now)} for address in addresses])


def _read(connection: Connection) -> _Known:
    known = _known.get(connection.engine)
    now = time.monotonic()
    if known is None or known.read + TTL < now:
        responses = {
            (queue_id, kind): AutoResponse(subject or "", text or "", content_type or "", address, real_name)
            for queue_id, kind, subject, text, content_type, address, real_name in connection.execute(_RESPONSES)
        }
        known = _known[connection.engine] = _Known(responses, frozenset(connection.scalars(_ADDRESSES)), now)
    return known


def _day(now: dt.datetime) -> str:
    return now.strftime("%Y-%m-%d")

"""How a queue writes mail: its address and signature. Called for articles that are sent (ArticleSend)."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from genericinterface.database.tables import queue, signature, system_address


class QueueMail(NamedTuple):
    """Address and signature of a queue; the latter has placeholders and is plain or HTML by its content type."""

    address: str
    real_name: str
    signature: str
    signature_type: str


_BY_QUEUE = (
    select(
        system_address.c.value0,
        system_address.c.value1,
        signature.c.text,
        signature.c.content_type,
    )
    .select_from(queue)
    .join(system_address, system_address.c.id == queue.c.system_address_id)
    .join(signature, signature.c.id == queue.c.signature_id)
    .where(queue.c.id == bindparam("queue_id"))
)


def of_queue(connection: Connection, queue_id: int) -> QueueMail:
    """Address and signature of this queue, which must exist; one statement."""
    return QueueMail(*(part or "" for part in connection.execute(_BY_QUEUE, {"queue_id": queue_id}).one()))

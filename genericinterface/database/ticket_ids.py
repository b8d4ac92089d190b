"""Which ticket a caller means. Called by TicketUpdate."""

from __future__ import annotations

import re

from sqlalchemy import Connection, bindparam, select

from genericinterface.database.tables import ticket

NUMBER = re.compile(r"\s*\+?(\d{1,18})\s*", re.A)
_BY_NUMBER = select(ticket.c.id).where(ticket.c.tn == bindparam("number"))


def by_number(connection: Connection, number: str) -> int | None:
    """The ID of the ticket of that number, or None; one statement."""
    found = connection.scalar(_BY_NUMBER, {"number": number})
    return None if found is None else int(found)


def by_id(text: str) -> int | None:
    """An ID as a caller wrote it, None for what is none; whether there is such a ticket is not asked."""
    found = NUMBER.fullmatch(text)
    return int(found[1]) if found else None

"""An agent's name for people, as FirstnameLastnameOrder puts it together. Called by TicketUpdate: the default From."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from genericinterface.database.tables import users

# By the value of the setting, as Znuny 6.5 has them.
ORDERS = (
    "{first} {last}",
    "{last}, {first}",
    "{first} {last} ({login})",
    "{last}, {first} ({login})",
    "({login}) {first} {last}",
    "({login}) {last}, {first}",
    "{last} {first}",
    "{last} {first} ({login})",
    "({login}) {last} {first}",
    "{last}{first}",
)

_NAME = select(users.c.first_name, users.c.last_name, users.c.login).where(users.c.id == bindparam("agent"))


def full_name(connection: Connection, agent_id: int, order: int) -> str:
    """The name of an agent who is there; one statement."""
    row = connection.execute(_NAME, {"agent": agent_id}).one()
    form = ORDERS[order] if order < len(ORDERS) else ORDERS[0]
    return form.format(first=row.first_name, last=row.last_name, login=row.login)

"""The customer user of a ticket, and the services and SLAs that a ticket may have for one.

Called by TicketCreate and TicketUpdate; reads `customer_user`, `service_customer_user` and `service_sla`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, or_, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import customer_user, service_customer_user, service_sla

EVERYBODY = "<DEFAULT>"  # under this login are the services of customer users without any of their own


@dataclass(frozen=True)
class TicketCustomer:
    """A row of `customer_user`, as far as a ticket and its articles need it."""

    login: str
    customer_id: str
    first_name: str
    last_name: str
    email: str
    valid: bool

    @property
    def address(self) -> str:
        """The address with the name before it, as Znuny 6.5 writes it into From."""
        return f'"{self.first_name} {self.last_name}" <{self.email}>'


_c = customer_user.c
_COLUMNS = (_c.login, _c.customer_id, _c.first_name, _c.last_name, _c.email, _c.valid_id)
_BY_LOGIN = select(*_COLUMNS).where(_c.login == bindparam("text"))
_BY_ANYTHING = (
    select(*_COLUMNS)
    .where(or_(func.lower(_c.login) == bindparam("text"), func.lower(_c.email) == bindparam("text")))
    .order_by(_c.login)
)


def find(connection: Connection, text: str) -> TicketCustomer | None:
    """The customer user of that login, else the valid one of that address, in any case as Znuny 6.5 compares.

    One statement for the exact login, which has an index; a second for everything else.
    """
    found = [TicketCustomer(*row[:5], row[5] == VALID) for row in connection.execute(_BY_LOGIN, {"text": text})]
    if not found:
        rows = connection.execute(_BY_ANYTHING, {"text": text.lower()})
        found = [TicketCustomer(*row[:5], row[5] == VALID) for row in rows]
        by_login = [customer for customer in found if customer.login.lower() == text.lower()]
        found = by_login or [customer for customer in found if customer.valid]
    return found[0] if found else None


_SERVICES = select(service_customer_user.c.customer_user_login, service_customer_user.c.service_id).where(
    service_customer_user.c.customer_user_login.in_((bindparam("login"), EVERYBODY))
)


def services(connection: Connection, login: str) -> set[int]:
    """The services that are assigned to this customer user; those of everybody where there are none. One statement."""
    found: dict[str, set[int]] = {}
    for owner, service in connection.execute(_SERVICES, {"login": login}):
        found.setdefault(owner, set()).add(service)
    return found.get(login) or found.get(EVERYBODY, set())


_BELONGS = select(service_sla.c.sla_id).where(
    service_sla.c.service_id == bindparam("service"), service_sla.c.sla_id == bindparam("sla")
)


def belongs(connection: Connection, sla: int, service: int) -> bool:
    """Whether the SLA is one of the service's; one statement."""
    return connection.execute(_BELONGS, {"service": service, "sla": sla}).first() is not None

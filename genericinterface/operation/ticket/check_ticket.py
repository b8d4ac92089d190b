"""Checks the Ticket of TicketCreate and TicketUpdate, in the order and with the words of Znuny 6.5, and finds its IDs.

Called by ticket_create.py and ticket_update.py. Names come from database/lookups.py, one statement for all tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from genericinterface.database import tables as t
from genericinterface.database import ticket_customers
from genericinterface.database.lookups import Names, names
from genericinterface.database.ticket_customers import TicketCustomer
from genericinterface.errors import OperationError
from genericinterface.operation.ticket import ticket_structures as structures
from genericinterface.operation.ticket.mail_address import is_address
from genericinterface.operation.ticket.parameter_errors import fits, invalid, missing
from genericinterface.operation.ticket.ticket_structures import given, is_hash, misshapen
from genericinterface.schema import NOT_A_SCALAR, true
from genericinterface.sysconfig import SystemConfiguration

# Of the names and IDs in a Ticket, and in an Article.
TABLES: tuple[Table, ...] = (
    t.queue,
    t.ticket_lock_type,
    t.ticket_type,
    t.service,
    t.sla,
    t.ticket_state,
    t.ticket_priority,
    t.users,
    t.ticket_state_type,
    t.article_sender_type,
    t.communication_channel,
    t.ticket_history_type,
    t.auto_response_type,
)
NUMBER = re.compile(r"\+?\d{1,9}")
PART = re.compile(r"\d{1,4}", re.A)
PARTS = ("Year", "Month", "Day", "Hour", "Minute")
EPOCHS = range(-(2**31), 2**31)  # what ticket.until_time can hold


@dataclass
class TicketValues:
    """A Ticket that was checked: IDs where the request has names or IDs, None where it has nothing.

    `pending_until` is in OTRSTimeZone; `customer` is the customer user whom CustomerUser names, None for somebody
    unknown.
    """

    title: str | None = None
    customer_user: str | None = None
    customer: TicketCustomer | None = None
    customer_id: str | None = None
    queue_id: int | None = None
    lock_id: int | None = None
    type_id: int | None = None
    service_id: int | None = None
    sla_id: int | None = None
    state_id: int | None = None
    priority_id: int | None = None
    owner_id: int | None = None
    responsible_id: int | None = None
    pending_until: dt.datetime | None = None


class TicketCheck:
    """One check of one request's Ticket; `operation` is TicketCreate or TicketUpdate."""

    def __init__(self, operation: str, connection: Connection, sysconfig: SystemConfiguration) -> None:
        self.operation = operation
        self.creates = operation == "TicketCreate"
        self.connection = connection
        self.sysconfig = sysconfig
        self.names: Mapping[str, Names] = names(connection, TABLES)

    def check(
        self, data: Mapping[str, object], customer_user: str | None = None, service_id: int | None = None
    ) -> TicketValues:
        """The values of a Ticket; raises OperationError.

        `customer_user` and `service_id` are those of the ticket that is updated: what a service and an SLA must fit
        where the request has none.
        """
        ticket = structures.trimmed(structures.Ticket, data)
        values = TicketValues()
        self._check_texts(ticket, values)
        self._check_customer(ticket, values)
        values.queue_id = self._id_of(t.queue, "Queue", ticket, required=self.creates)
        values.lock_id = self._id_of(t.ticket_lock_type, "Lock", ticket)
        values.type_id = self._type(ticket)
        values.service_id = self._service(ticket, given(ticket.CustomerUser) or customer_user or "")
        values.sla_id = self._sla(ticket, values.service_id or service_id)
        values.state_id = self._id_of(t.ticket_state, "State", ticket, required=self.creates)
        values.priority_id = self._id_of(t.ticket_priority, "Priority", ticket, required=self.creates)
        values.owner_id = self._id_of(t.users, "Owner", ticket)
        values.responsible_id = self._id_of(t.users, "Responsible", ticket)
        values.pending_until = self._pending_until(ticket)
        return values

    def missing(self, sentence: str) -> OperationError:
        """The error answer about a parameter that is needed."""
        return missing(self.operation, sentence)

    def invalid(self, sentence: str) -> OperationError:
        """The error answer about a parameter that cannot be so."""
        return invalid(self.operation, sentence)

    def _check_texts(self, ticket: structures.Ticket, values: TicketValues) -> None:
        if self.creates:
            for name in ("Title", "CustomerUser"):
                if not true(getattr(ticket, name)):
                    raise self.missing(f"Ticket->{name} parameter is missing!")
        wrong = misshapen(ticket)
        if wrong in ("Title", "CustomerUser", "CustomerID"):
            raise self.invalid(f"Ticket->{wrong} parameter is invalid!")
        for name, column in (("Title", "title"), ("CustomerUser", "customer_user_id"), ("CustomerID", "customer_id")):
            fits(self.operation, f"Ticket->{name}", getattr(ticket, name), t.ticket, column)
        values.title = ticket.Title or None
        values.customer_id = ticket.CustomerID or None

    def _check_customer(self, ticket: structures.Ticket, values: TicketValues) -> None:
        """A customer user's login or address, or any address; a login that is no longer valid is neither."""
        text = given(ticket.CustomerUser)
        if text is None:
            return
        values.customer = ticket_customers.find(self.connection, text)
        if values.customer is None and not is_address(text, self.sysconfig):
            raise self.invalid("Ticket->CustomerUser parameter is invalid!")
        if values.customer is not None and not values.customer.valid:
            raise self.invalid("Ticket->CustomerUser parameter is invalid!")
        if not self.creates and values.customer is not None and values.customer.login.lower() != text.lower():
            values.customer = None  # on update an address is only an address (Znuny 6.5)
        values.customer_user = values.customer.login if values.customer is not None else text

    def _id_of(self, table: Table, name: str, ticket: structures.Ticket, required: bool = False) -> int | None:
        """The valid ID that the request gives by ID or name; of both, on creation the ID counts, on update the name.

        As Znuny 6.5, which looks at the name on creation only where there is no ID.
        """
        number, text = given(getattr(ticket, f"{name}ID")), given(getattr(ticket, name))
        parameters = f"Ticket->{name}ID or Ticket->{name} parameter is"
        if number is None and text is None:
            if required:
                raise self.missing(f"{parameters} required!")
            return None
        found = self._found(table, number, text)
        if found is None:  # perhaps it is new
            self.names = names(self.connection, TABLES, fresh=True)
            found = self._found(table, number, text)
        if found is None:
            raise self.invalid(f"{parameters} invalid!")
        return found

    def _found(self, table: Table, number: str | None, text: str | None) -> int | None:
        known = self.names[table.name]
        by_number: int | None = None
        if number is not None:
            by_number = int(number) if NUMBER.fullmatch(number) and int(number) in known.valid else None
            if by_number is None:
                return None
        if text is not None and (by_number is None or not self.creates):
            return self._named(known, text, table)
        return by_number

    def _named(self, known: Names, text: str, table: Table) -> int | None:
        found = known.valid_id(text)
        if found is None and table is t.users:  # logins are compared without case
            lower = text.lower()
            found = next((known.valid_id(login) for login in known.ids if login.lower() == lower), None)
        return found

    def _type(self, ticket: structures.Ticket) -> int | None:
        found = self._id_of(t.ticket_type, "Type", ticket)
        if found is None and self.creates and self.sysconfig.ticket_type:
            raise self.missing("Ticket->TypeID or Ticket->Type parameter is required by sysconfig option!")
        return found

    def _service(self, ticket: structures.Ticket, customer_user: str) -> int | None:
        """It must be assigned to the customer user, or to everybody where the customer user has none.

        Assigned is a login as it is written: an address does not do, though it names the same customer user (as in
        Znuny 6.5).
        """
        found = self._id_of(t.service, "Service", ticket)
        if found is not None and found not in ticket_customers.services(self.connection, customer_user):
            raise self.invalid("Ticket->ServiceID or Ticket->Service parameter is invalid!")
        return found

    def _sla(self, ticket: structures.Ticket, service_id: int | None) -> int | None:
        found = self._id_of(t.sla, "SLA", ticket)
        if found is not None and not (service_id and ticket_customers.belongs(self.connection, found, service_id)):
            raise self.invalid("Ticket->SLAID or Ticket->SLA parameter is invalid!")
        return found

    def _pending_until(self, ticket: structures.Ticket) -> dt.datetime | None:
        """Diff alone, or a date and time; None without either, and for a Diff of 0."""
        if not true(ticket.PendingTime):
            return None
        wrong = self.invalid("Ticket->PendingTime parameter is invalid!")
        if not is_hash(ticket.PendingTime):
            raise wrong
        pending = structures.trimmed(structures.PendingTime, ticket.PendingTime)
        if pending.Diff == "0":
            return None
        try:
            until = self._moment(pending)
            if until is None or self.sysconfig.to_epoch(until) not in EPOCHS:
                raise wrong
        except (ValueError, OverflowError) as error:  # no such date, or none that can be counted
            raise wrong from error
        return until

    def _moment(self, pending: structures.PendingTime) -> dt.datetime | None:
        parts: list[Any] = [getattr(pending, name) for name in PARTS]
        if NOT_A_SCALAR in (pending.Diff, *parts):
            return None
        if pending.Diff is not None:
            if any(part is not None for part in parts) or not NUMBER.fullmatch(pending.Diff):
                return None
            return self.sysconfig.now() + dt.timedelta(minutes=int(pending.Diff))
        if not all(part is not None and PART.fullmatch(part) for part in parts):
            return None
        year, month, day, hour, minute = (int(part) for part in parts)
        return dt.datetime(year, month, day, hour, minute)  # noqa: DTZ001  the zone is the system's

"""One ticket that is made or changed: Znuny's setters, their history, and all of it written together.

A setter changes nothing in the database: it notes what will be different and what the history says of it, as the setter
of the same name of Znuny 6.5 does with the event modules that are on there by default. `flush()` writes it all
(ticket_flush.py). Called by the operations TicketCreate and TicketUpdate in their transaction; articles come from
article_writing.py, dynamic fields from dynamic_field_writing.py.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from genericinterface.database import lookups, ticket_escalation, ticket_flush, znuny_tasks
from genericinterface.database import tables as t
from genericinterface.database.ticket_flush import Article, History, Pending
from genericinterface.database.ticket_row import BY_ID_FOR_UPDATE, NewTicket, TicketRow, from_new
from genericinterface.sysconfig import SystemConfiguration

NAMED = (
    t.queue,
    t.ticket_state,
    t.ticket_state_type,
    t.ticket_priority,
    t.ticket_type,
    t.ticket_lock_type,
    t.service,
    t.sla,
    t.users,
    t.ticket_history_type,
)
SYSTEM = 1  # the user in whose name Znuny's event modules act
TITLE_LENGTH = 50  # of a new title in the history
CLOSED = "closed"
LOCKED = ("lock", "tmp_lock")
NULL = "NULL"  # a service or SLA that a ticket does not have, in the history

# The columns with whose setters Znuny reckons anew when the ticket escalates; articles and dynamic fields do it, too.
ESCALATING = frozenset(
    ("queue_id", "type_id", "service_id", "sla_id", "customer_id", "customer_user_id")
    + ("ticket_state_id", "ticket_priority_id")
)

_CENTS = re.compile(r"^(\d+\.\d\d)\d+$", re.A)
_BOOKED = select(func.sum(t.time_accounting.c.time_unit)).where(t.time_accounting.c.ticket_id == bindparam("ticket"))


def create_ticket(
    connection: Connection, new: NewTicket, user_id: int, sysconfig: SystemConfiguration, now: dt.datetime
) -> TicketChange:
    """A ticket that is to be made; it has its ID (`change.row.id`) after the first `flush()`."""
    change = TicketChange(connection, from_new(new, user_id, now), user_id, sysconfig, now, is_new=True)
    change.begin(new)
    return change


def read_for_update(
    connection: Connection, ticket_id: int, user_id: int, sysconfig: SystemConfiguration, now: dt.datetime
) -> TicketChange | None:
    """The ticket that is to be changed, None if there is none of that ID; its row is locked until the end of the
    transaction, so that of two who change a ticket at once the second sees what the first has done."""
    found = connection.execute(BY_ID_FOR_UPDATE, {"ticket_id": ticket_id}).first()
    return None if found is None else TicketChange(connection, TicketRow(*found), user_id, sysconfig, now)


class TicketChange:
    """`row` is the ticket as it will be; `user_id` is the agent who acts (for customer users the one of the panel).

    IDs given to setters must exist. Nothing is written before `flush()`, which may be called several times. As in
    Znuny, a setter that is given what the ticket has already does nothing, except where its text says otherwise.
    """

    def __init__(
        self,
        connection: Connection,
        row: TicketRow,
        user_id: int,
        sysconfig: SystemConfiguration,
        now: dt.datetime,
        is_new: bool = False,
    ) -> None:
        self.connection, self.row, self.user_id, self.sysconfig, self.now = connection, row, user_id, sysconfig, now
        self.names = lookups.of_tickets(connection, NAMED, [row])
        self.pending = Pending()
        self.is_new = is_new  # nothing of it is stored yet
        self.field_values: dict[int, tuple[str, ...]] = {}  # of dynamic fields by ID, as far as they were looked at
        self._stored = None if is_new else row
        self._escalates = is_new  # whether something was set on which its escalation depends
        self._is_closed_now = False
        self._booked: Decimal | None = Decimal(0) if is_new else None

    @property
    def id(self) -> int:
        """The ticket's ID, 0 of a new one until `flush()`."""
        return self.row.id

    def stamps(self, user_id: int | None = None) -> dict[str, Any]:
        """The four columns of a row that is made now."""
        by = self.user_id if user_id is None else user_id
        return {"create_time": self.now, "create_by": by, "change_time": self.now, "change_by": by}

    def add_history(
        self,
        kind: str,
        name: str | Callable[[int], str],
        article: Article | None = None,
        user_id: int | None = None,
    ) -> None:
        """An entry of the type `kind` with the ticket as it is at this point; `name` may be made of the ticket's ID."""
        by = self.user_id if user_id is None else user_id
        self.pending.history.append(History(name, self.names["ticket_history_type"].ids[kind], self.row, by, article))

    def begin(self, new: NewTicket) -> None:
        """The first entries of a new ticket."""
        name, row = self.names, self.row
        self._is_closed_now = self.state_type(row.ticket_state_id) == CLOSED
        queue, priority = name["queue"].names[row.queue_id], name["ticket_priority"].names[row.ticket_priority_id]
        state = name["ticket_state"].names[row.ticket_state_id]
        self.add_history("NewTicket", lambda number: f"%%{row.tn}%%{queue}%%{priority}%%{state}%%{number}")
        self.add_history("ServiceUpdate", f"%%{self._of('service', row.service_id)}%%{NULL}%%")
        self.add_history("SLAUpdate", f"%%{self._of('sla', row.sla_id)}%%{NULL}%%")
        self.add_history("TypeUpdate", f"%%{self._of('ticket_type', row.type_id)}")
        if new.customer_id is not None or new.customer_user is not None:
            self.set_customer(new.customer_id, new.customer_user)

    # ------------------------------------------------------------------------------------------------------ setters

    def set_title(self, title: str) -> None:
        """TicketTitleUpdate."""
        before = self.row.title or ""
        if title == before:
            return
        shown = title if len(title) <= TITLE_LENGTH else f"{title[:TITLE_LENGTH]}..."
        self._set(title=title)
        self.add_history("TitleUpdate", f"%%{before}%%{shown}")

    def set_queue(self, queue_id: int) -> None:
        """TicketQueueSet; a locked ticket is unlocked, as the event module ForceUnlockOnMove does."""
        before = self.row.queue_id
        if queue_id == before:
            return
        self._set(queue_id=queue_id)
        self.add_history("Move", f"%%{self._of('queue', queue_id)}%%{self._of('queue', before)}")
        if self.sysconfig.force_unlock_on_move:
            self.set_lock(self.names["ticket_lock_type"].ids["unlock"], SYSTEM)

    def set_lock(self, lock_id: int, user_id: int | None = None) -> None:
        """TicketLockSet; to lock also sets the time from which the unlock timeout counts."""
        if lock_id == self.row.ticket_lock_id:
            return
        lock = self.names["ticket_lock_type"].names[lock_id]
        self._set(ticket_lock_id=lock_id)
        self.add_history("Unlock" if lock == "unlock" else "Lock", f"%%{lock}", user_id=user_id)
        if lock in LOCKED:
            self.reset_unlock_timeout()

    def reset_unlock_timeout(self) -> None:
        """TicketUnlockTimeoutUpdate to now."""
        timeout = self.sysconfig.to_epoch(self.now)
        if timeout == self.row.timeout:
            return
        self._set(timeout=timeout)
        self.add_history("Misc", "Reset of unlock time.")

    def set_type(self, type_id: int) -> None:
        """TicketTypeSet."""
        before = self.row.type_id
        if type_id == before:
            return
        self._set(type_id=type_id)
        self.add_history("TypeUpdate", f"%%{self._of('ticket_type', type_id)}%%{self._of('ticket_type', before)}")

    def set_service(self, service_id: int | None) -> None:
        """TicketServiceSet."""
        before = self.row.service_id
        if service_id == before:
            return
        self._set(service_id=service_id)
        self.add_history("ServiceUpdate", f"%%{self._of('service', service_id)}%%{self._of('service', before)}")

    def set_sla(self, sla_id: int | None) -> None:
        """TicketSLASet."""
        before = self.row.sla_id
        if sla_id == before:
            return
        self._set(sla_id=sla_id)
        self.add_history("SLAUpdate", f"%%{self._of('sla', sla_id)}%%{self._of('sla', before)}")

    def set_customer(self, customer_id: str | None = None, customer_user: str | None = None) -> None:
        """TicketCustomerSet: None leaves one of both as it is. Recorded also where nothing is different."""
        told = ""
        if customer_id is not None:
            self._set(customer_id=customer_id)
            told += f"CustomerID={customer_id};"
        if customer_user is not None:
            self._set(customer_user_id=customer_user)
            told += f"CustomerUser={customer_user};"
        if told:
            self.add_history("CustomerUpdate", f"%%{told}")

    def set_state(self, state_id: int) -> None:
        """TicketStateSet.

        A ticket that becomes visible again leaves the archive (event module ArchiveRestore), in a state that is not
        pending it has no pending time (TicketPendingTimeReset, which records it also where there was none).
        """
        before = self.row.ticket_state_id
        if state_id == before:
            return
        names = self.names["ticket_state"].names
        self._set(ticket_state_id=state_id)
        self.add_history("StateUpdate", f"%%{names[before]}%%{names[state_id]}%%")
        kind = self.state_type(state_id)
        self._is_closed_now |= kind == CLOSED
        on = self.sysconfig
        if on.archive_restore and on.ticket_archive_system and kind in on.ticket_viewable_state_types:
            self.leave_archive()
        if on.pending_time_reset and not kind.startswith("pending"):
            self._set(until_time=0)
            self.add_history("SetPendingTime", "%%00-00-00 00:00")

    def state_type(self, state_id: int) -> str:
        """The name of the type of a state (`open`, `closed`, `pending auto`, …)."""
        return self.names["ticket_state_type"].names[self.names["ticket_state"].types[state_id]]

    def set_pending_time(self, moment: dt.datetime) -> None:
        """TicketPendingTimeSet, to the moment (in OTRSTimeZone). Recorded also where nothing is different."""
        self._set(until_time=self.sysconfig.to_epoch(moment))
        self.add_history("SetPendingTime", f"%%{moment:%Y-%m-%d %H:%M}")

    def set_priority(self, priority_id: int) -> None:
        """TicketPrioritySet."""
        before = self.row.ticket_priority_id
        if priority_id == before:
            return
        self._set(ticket_priority_id=priority_id)
        told = f"%%{self._of('ticket_priority', before)}%%{self._of('ticket_priority', priority_id)}"
        self.add_history("PriorityUpdate", told)

    def set_owner(self, user_id: int) -> None:
        """TicketOwnerSet; while user 1 is responsible the owner becomes it, too, unless user 1 acts (event module
        ResponsibleAutoSet)."""
        if user_id == self.row.user_id:
            return
        self._set(user_id=user_id)
        self.add_history("OwnerUpdate", f"%%{self._of('users', user_id)}")
        on = self.sysconfig
        is_automatic = on.ticket_responsible and on.responsible_auto_set and on.ticket_responsible_auto_set
        if is_automatic and self.row.responsible_user_id == SYSTEM != self.user_id:
            self.set_responsible(user_id)

    def set_responsible(self, user_id: int) -> None:
        """TicketResponsibleSet."""
        if user_id == self.row.responsible_user_id:
            return
        self._set(responsible_user_id=user_id)
        self.add_history("ResponsibleUpdate", f"%%{self._of('users', user_id)}")

    def leave_archive(self) -> None:
        """TicketArchiveFlagSet to `n`, as the event module ArchiveRestore does it."""
        if self.row.archive_flag:
            self._set(archive_flag=0)
            self.add_history("ArchiveFlagUpdate", "%%n", user_id=SYSTEM)

    def account_time(self, unit: str, article: Article | None = None) -> None:
        """TicketAccountTime: `unit` is a number with a decimal point, of which two digits behind it count.

        Costs one statement at most.
        """
        unit = _CENTS.sub(r"\1", unit)
        if self._booked is None:
            self._booked = Decimal(self.connection.scalar(_BOOKED, {"ticket": self.row.id}) or 0)
        self._booked += Decimal(unit)
        self.pending.times.append(({"time_unit": Decimal(unit)} | self.stamps(), article))
        self._set()
        self.add_history("TimeAccounting", f"%%{unit}%%{_plain(self._booked)}", article)

    def add_article(self, article: Article, history_type: str, history: str) -> None:
        """Adds an article that article_writing.py has made."""
        self.pending.articles.append(article)
        self._escalates = True
        self._set()
        self.add_history(history_type, history, article)

    def add_field_history(self, told: str) -> None:
        """The entry that a dynamic field was set."""
        self._escalates = True
        self._set()
        self.add_history("TicketDynamicFieldUpdate", told)

    # ------------------------------------------------------------------------------------------------------ writing

    def flush(self) -> int:
        """Writes what has been set since the last time; the ticket's ID."""
        if self.row == self._stored and not self.pending:
            return self.id
        if self._escalates and self.sysconfig.escalation_index:
            self._set_escalation()
        ticket_id = ticket_flush.flush(self.connection, self._stored, self.row, self.pending)
        if znuny_tasks.is_beside(self.connection):
            self._add_tasks(ticket_id)
        self.row = self._stored = replace(self.row, id=ticket_id)
        self.pending = Pending()
        self.is_new = self._escalates = self._is_closed_now = False
        return ticket_id

    def _set_escalation(self) -> None:
        kind = self.state_type(self.row.ticket_state_id)
        articles, closed = self.pending.articles, self._is_closed_now
        columns = ticket_escalation.columns(self.connection, self.row, kind, articles, closed, self.sysconfig)
        self.row = replace(self.row, **columns._asdict())

    def _add_tasks(self, ticket_id: int) -> None:
        fields = (field_id for field_id, article in self.pending.values if article is None)
        field_id = None if self.is_new else next(fields, None)
        tasks = znuny_tasks.tasks(ticket_id, field_id, self.sysconfig.ticket_index_module, self.now)
        self.connection.execute(insert(t.scheduler_task), tasks)

    def _set(self, **columns: Any) -> None:
        self._escalates |= not ESCALATING.isdisjoint(columns)
        self.row = replace(self.row, change_time=self.now, change_by=self.user_id, **columns)

    def _of(self, table: str, number: int | None) -> str:
        """Name and ID of a row, as the history tells both."""
        return f"{NULL}%%" if number is None else f"{self.names[table].names[number]}%%{number}"


def _plain(number: Decimal) -> str:
    """A sum as Perl writes it: without zeros behind the last digit of a fraction."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

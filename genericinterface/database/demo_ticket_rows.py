"""Makes rows of demo tickets: plays their events and keeps what Znuny would have kept. Called by demo_data.py.

The names of history rows follow Znuny 6.5 (`%%old%%new%%` and the like), as do encodings.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Table, select

from genericinterface.database import tables as t
from genericinterface.database.demo_tickets import TICKETS, DemoTicket
from genericinterface.database.rows import add, ids
from genericinterface.database.stored_content import stored

Row = dict[str, Any]
LOCK_NAMES = {"lock": "Lock", "tmp_lock": "Lock", "unlock": "Unlock"}
DESK = "Service Desk <servicedesk@localhost>"


def fill(connection: Connection) -> None:
    """Adds the tickets, some six hundred rows, with one statement a table."""
    known = _Known(connection)
    rows: dict[Table, list[Row]] = defaultdict(list, {t.ticket: [], t.article: []})  # what others refer to goes first
    for number, ticket in enumerate(TICKETS, 1):
        _Story(known, rows, number, ticket).tell()
    for table, found in rows.items():
        add(connection, table, found)


class _Known:
    """Ids of what tickets refer to, by name."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.of = {
            table: ids(connection, table)
            for table in (t.queue, t.ticket_state, t.ticket_priority, t.ticket_type, t.ticket_lock_type, t.service)
            + (t.sla, t.ticket_history_type, t.article_sender_type, t.communication_channel, t.dynamic_field)
        }
        self.agents = ids(connection, t.users, "login")
        columns = (t.users.c.login, t.users.c.first_name, t.users.c.last_name)
        self.names = {login: f"{first} {last}" for login, first, last in connection.execute(select(*columns))}
        customers = select(t.customer_user.c.login, t.customer_user.c.customer_id, t.customer_user.c.email)
        self.customers = {login: (company, mail) for login, company, mail in connection.execute(customers)}
        kinds = select(t.dynamic_field.c.name, t.dynamic_field.c.field_type)
        self.field_types: dict[str, str] = {row.name: row.field_type for row in connection.execute(kinds)}


class _Story:
    """One ticket: `now` is its row, which the events change; history rows keep how it was at their time."""

    def __init__(self, known: _Known, rows: dict[Table, list[Row]], number: int, ticket: DemoTicket) -> None:
        self.known, self.rows, self.number, self.ticket = known, rows, number, ticket
        self.queue, self.state, self.priority = ticket.queue, ticket.state, ticket.priority
        self.type, self.title = ticket.type, ticket.title
        self.owner = self.responsible = ticket.owner
        self.lock = "unlock" if ticket.owner == "root@localhost" else "lock"
        self.until, self.archived, self.booked = "", False, 0.0
        self.article = 0
        self.fields: dict[str, str] = {}
        company, mail = known.customers.get(ticket.customer, (ticket.customer, ticket.customer))
        self.company, self.mail = company, mail

    def tell(self) -> None:
        """Adds all rows of the ticket."""
        self._begin()
        changed, by = self.ticket.created, "root@localhost"
        for when, by, what, value in self.ticket.events:
            changed = when
            tell = getattr(self, f"on_{what}", None)
            if tell is not None:
                tell(when, by, value)
            else:
                self._field(when, by, what, value)
        for name, value in self.fields.items():
            self._values(name, value)
        self.rows[t.ticket].append(self._row(changed, by))
        self._flag(by, changed)

    def _begin(self) -> None:
        ticket, when = self.ticket, self.ticket.created
        number = self._tn()
        self._history(when, "NewTicket", f"%%{number}%%{self.queue}%%{self.priority}%%{self.state}%%{self.number}")
        if ticket.service:
            self._history(when, "ServiceUpdate", f"%%{ticket.service}%%{self._id(t.service, ticket.service)}%%NULL%%")
        if ticket.sla:
            self._history(when, "SLAUpdate", f"%%{ticket.sla}%%{self._id(t.sla, ticket.sla)}%%NULL%%")
        self._history(when, "TypeUpdate", f"%%{ticket.type}%%{self._id(t.ticket_type, ticket.type)}")
        self._history(when, "CustomerUpdate", f"%%CustomerID={self.company};CustomerUser={ticket.customer};")
        for name, value in ticket.fields.items():
            self._field(when, "root@localhost", name, value)
        body = ticket.body or f"{ticket.title}.\n\nPlease help."
        kind = "PhoneCallCustomer" if ticket.channel == "Phone" else "EmailCustomer"
        self._message(when, "root@localhost", kind, "customer", ticket.channel, (self.mail, DESK, ticket.title, body))
        if ticket.attachment is not None:
            self._attach(when, *ticket.attachment)

    # ------------------------------------------------------------------------------------------- what can happen

    def on_queue(self, when: str, by: str, value: str) -> None:
        """Moved."""
        old, self.queue = self.queue, value
        name = f"%%{value}%%{self._id(t.queue, value)}%%{old}%%{self._id(t.queue, old)}"
        self._history(when, "Move", name, by)

    def on_state(self, when: str, by: str, value: str) -> None:
        """Changed; closing unlocks."""
        old, self.state = self.state, value
        self._history(when, "StateUpdate", f"%%{old}%%{value}%%", by)
        if value.startswith("closed") and self.lock != "unlock":
            self.on_lock(when, by, "unlock")

    def on_until(self, when: str, by: str, value: str) -> None:
        """Pending until that time."""
        self.until = value
        self._history(when, "SetPendingTime", f"%%{value}", by)

    def on_priority(self, when: str, by: str, value: str) -> None:
        """Changed."""
        old, self.priority = self.priority, value
        of = t.ticket_priority
        self._history(when, "PriorityUpdate", f"%%{old}%%{self._id(of, old)}%%{value}%%{self._id(of, value)}", by)

    def on_owner(self, when: str, by: str, value: str) -> None:
        """Handed over."""
        self.owner = value
        self._history(when, "OwnerUpdate", f"%%{value}%%{self.known.agents[value]}", by)

    def on_responsible(self, when: str, by: str, value: str) -> None:
        """Handed over."""
        self.responsible = value
        self._history(when, "ResponsibleUpdate", f"%%{value}%%{self.known.agents[value]}", by)

    def on_title(self, when: str, by: str, value: str) -> None:
        """Renamed."""
        old, self.title = self.title, value
        self._history(when, "TitleUpdate", f"%%{old}%%{value}", by)

    def on_lock(self, when: str, by: str, value: str) -> None:
        """Locked or unlocked."""
        self.lock = value
        self._history(when, LOCK_NAMES[value], f"%%{value}", by)

    def on_archive(self, when: str, by: str, value: str) -> None:
        """Archived, or taken back."""
        self.archived = value == "1"
        self._history(when, "ArchiveFlagUpdate", "%%y" if self.archived else "%%n", by)

    def on_watch(self, when: str, by: str, value: str) -> None:
        """An agent watches it from now on."""
        self._history(when, "Subscribe", f"%%{self.known.names[value]}", by)
        user = {"user_id": self.known.agents[value]}
        self.rows[t.ticket_watcher].append({"ticket_id": self.number, **user, **self._stamps(when, by)})

    def on_book(self, when: str, by: str, value: str) -> None:
        """Time units are booked on its last article."""
        self.booked += float(value)
        self._history(when, "TimeAccounting", f"%%{float(value):g}%%{self.booked:g}", by, self.article)
        units = {"article_id": self.article, "time_unit": value}
        self.rows[t.time_accounting].append({"ticket_id": self.number, **units, **self._stamps(when, by)})

    def on_reply(self, when: str, by: str, value: str) -> None:
        """An agent answers the customer."""
        texts = (DESK, self.mail, f"Re: {self.ticket.title}", value)
        self._message(when, by, "SendAnswer", "agent", "Email", texts)

    def on_note(self, when: str, by: str, value: str) -> None:
        """An agent writes an internal note."""
        self._message(when, by, "AddNote", "agent", "Internal", (self.known.names[by], self.queue, "Note", value))

    def _field(self, when: str, by: str, name: str, value: str) -> None:
        shown, old = value.replace("|", ", "), self.fields.get(name, "").replace("|", ", ")
        self.fields[name] = value
        text = f"%%FieldName%%{name}%%Value%%{shown}%%OldValue%%{old}"
        self._history(when, "TicketDynamicFieldUpdate", text, by)

    # ------------------------------------------------------------------------------------------------------ rows

    def _id(self, table: Table, name: str) -> int:
        return self.known.of[table][name]

    def _tn(self) -> str:
        return self.ticket.number or f"{at(self.ticket.created):%Y%m%d}10{self.number:06d}"

    def _stamps(self, when: str, by: str) -> Row:
        user, moment = self.known.agents[by], at(when)
        return {"create_time": moment, "create_by": user, "change_time": moment, "change_by": user}

    def _row(self, changed: str, by: str) -> Row:
        ticket = self.ticket
        stamps = self._stamps(ticket.created, "root@localhost")
        response, update, solution = (epoch(moment) for moment in ticket.escalation)
        return stamps | {
            "id": self.number,
            "tn": self._tn(),
            "title": self.title,
            "queue_id": self._id(t.queue, self.queue),
            "ticket_lock_id": self._id(t.ticket_lock_type, self.lock),
            "type_id": self._id(t.ticket_type, self.type),
            "service_id": self._id(t.service, ticket.service) if ticket.service else None,
            "sla_id": self._id(t.sla, ticket.sla) if ticket.sla else None,
            "user_id": self.known.agents[self.owner],
            "responsible_user_id": self.known.agents[self.responsible],
            "ticket_priority_id": self._id(t.ticket_priority, self.priority),
            "ticket_state_id": self._id(t.ticket_state, self.state),
            "customer_id": self.company,
            "customer_user_id": ticket.customer,
            "timeout": 0,
            "until_time": epoch(self.until),
            "escalation_time": min((moment for moment in (response, update, solution) if moment), default=0),
            "escalation_response_time": response,
            "escalation_update_time": update,
            "escalation_solution_time": solution,
            "archive_flag": int(self.archived),
            "change_time": at(changed),
            "change_by": self.known.agents[by],
        }

    def _history(self, when: str, kind: str, name: str, by: str = "root@localhost", article: int | None = None) -> None:
        self.rows[t.ticket_history].append(
            {
                "ticket_id": self.number,
                "history_type_id": self._id(t.ticket_history_type, kind),
                "name": name[:200],
                "article_id": article,
                "type_id": self._id(t.ticket_type, self.type),
                "queue_id": self._id(t.queue, self.queue),
                "owner_id": self.known.agents[self.owner],
                "priority_id": self._id(t.ticket_priority, self.priority),
                "state_id": self._id(t.ticket_state, self.state),
                **self._stamps(when, by),
            }
        )

    def _message(
        self, when: str, by: str, kind: str, sender: str, channel: str, texts: tuple[str, str, str, str]
    ) -> None:
        """An article; `texts` are From, To, Subject and Body."""
        self.article = len(self.rows[t.article]) + 1
        message_id = f"<demo.{self.article}@localhost>"
        stamps = self._stamps(when, by)
        self.rows[t.article].append(
            {
                "id": self.article,
                "ticket_id": self.number,
                "article_sender_type_id": self._id(t.article_sender_type, sender),
                "communication_channel_id": self._id(t.communication_channel, channel),
                "is_visible_for_customer": int(channel != "Internal"),
                "search_index_needs_rebuild": 1,
                **stamps,
            }
        )
        self.rows[t.article_data_mime].append(
            {
                "article_id": self.article,
                **dict(zip(("a_from", "a_to", "a_subject", "a_body"), texts, strict=True)),
                "a_message_id": message_id,
                "a_message_id_md5": hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest(),
                "a_content_type": "text/plain; charset=utf-8",
                "incoming_time": epoch(when),
                "content_path": f"{at(when):%Y/%m/%d}",
                **stamps,
            }
        )
        self._history(when, kind, f"%%{texts[1]}" if kind == "SendAnswer" else "%%", by, self.article)

    def _attach(self, when: str, filename: str, content: str) -> None:
        data = content.encode()
        self.rows[t.article_data_mime_attachment].append(
            {
                "article_id": self.article,
                "filename": filename,
                "content_size": str(len(data)),
                "content_type": f'text/plain; name="{filename}"',
                "disposition": "attachment",
                "content": stored(self.known.connection, data),
                **self._stamps(when, "root@localhost"),
            }
        )

    def _flag(self, by: str, when: str) -> None:
        """Whoever changed the ticket last has seen it and its last article."""
        seen = {"create_time": at(when), "create_by": self.known.agents[by]}
        self.rows[t.ticket_flag].append({"ticket_id": self.number, "ticket_key": "Seen", "ticket_value": "1", **seen})
        self.rows[t.article_flag].append(
            {"article_id": self.article, "article_key": "Seen", "article_value": "1", **seen}
        )

    def _values(self, name: str, value: str) -> None:
        kind = self.known.field_types[name]
        for item in value.split("|"):
            row: Row = {"field_id": self._id(t.dynamic_field, name), "object_id": self.number}
            row |= {"value_text": None, "value_int": None, "value_date": None}
            if kind == "Checkbox":
                row["value_int"] = int(item)
            elif kind in ("Date", "DateTime"):
                row["value_date"] = at(item)
            else:
                row["value_text"] = item
            self.rows[t.dynamic_field_value].append(row)


def at(text: str) -> dt.datetime:
    """A moment as the database keeps it: without a zone."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007  see above


def epoch(text: str) -> int:
    """Seconds since 1970 of a moment in UTC; 0 of none, as Znuny keeps it."""
    return int(at(text).replace(tzinfo=dt.UTC).timestamp()) if text else 0

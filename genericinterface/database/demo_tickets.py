"""Demo tickets with their articles, history, booked times, dynamic field values and watchers; for demo_data.py."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from genericinterface.database import tables as t
from genericinterface.database.rows import add, ids

Field = str | int | dt.datetime | list[str]


def at(text: str) -> dt.datetime:
    """A moment as the database keeps it."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007  without a zone, as the database keeps it


@dataclass(frozen=True)
class Ticket:
    """One demo ticket; `moves` and `booked` are (queue or (agent, time units), moment)."""

    created: str
    title: str
    queue: str = "Raw"
    state: str = "open"
    priority: str = "3 normal"
    customer: str = "customer1"
    owner: str = "root@localhost"
    kind: str = "Unclassified"
    service: str | None = None
    sla: str | None = None
    number: str = ""
    body: str = ""
    reply: str = ""
    fields: tuple[tuple[str, Field], ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    booked: tuple[tuple[str, str, str], ...] = ()
    closed: str = ""
    until: str = ""
    archived: bool = False
    watchers: tuple[str, ...] = ()


TICKETS = (
    Ticket(
        "2021-01-27 10:12",
        "Znuny says hi!",
        number="2021012710123456",
        body="We welcome you to our service desk.",
        booked=(("root@localhost", "120.00", "2021-08-05 08:00"), ("root@localhost", "30.00", "2021-08-05 08:00")),
    ),
    Ticket(
        "2021-06-30 09:00",
        "VPN drops every hour",
        "Support::Second Level",
        "open",
        "4 high",
        owner="tester",
        kind="Incident",
        service="Network::VPN",
        sla="Express",
        body="Since Monday the VPN drops every hour, on the hour.",
        reply="We have renewed the certificate of your profile, please connect again.",
        fields=(("Asset", "NB-1042"), ("Urgent", 1)),
        moves=(("Support::First Level", "2021-06-30 09:00"), ("Support::Second Level", "2021-07-12 15:30")),
        booked=(("tester", "15.00", "2021-07-01 10:00"), ("tester", "45.00", "2021-07-20 16:00")),
        watchers=("agent1",),
    ),
    Ticket("2021-07-05 14:20", "Hi-Fi system for the meeting room", "Sales::Orders", "new", "2 low", "anna.müller"),
    Ticket(
        "2021-07-08 08:45",
        "Printer on the 2nd floor is out of toner",
        "Support::First Level",
        "closed successful",
        customer="anna.müller",
        owner="agent1",
        kind="Request",
        service="Printing",
        sla="Standard",
        body="It prints stripes only.",
        reply="New toner is in.",
        booked=(("agent1", "10.00", "2021-07-08 11:00"),),
        closed="2021-07-08 11:05",
    ),
    Ticket("2021-08-02 16:00", "Hiring: five notebooks for September", "Sales", "open", "3 normal", "principal", "jd"),
    Ticket(
        "2022-02-14 11:11",
        "Quote for 20 monitors",
        "Sales::Orders",
        "pending reminder",
        customer="principal",
        owner="jd",
        fields=(("Colors", ["blue", "green"]), ("Delivery", at("2022-03-01 00:00"))),
        until="2031-01-15 09:00",
    ),
    Ticket(
        "2022-05-03 07:30",
        "Close this when the firmware is out",
        "Support::Second Level",
        "pending auto close+",
        "1 very low",
        kind="Problem",
        service="Network",
        until="2032-06-01 12:00",
        fields=(("Appointment", at("2032-06-01 12:00")), ("Notes", "See the vendor's page\nevery month")),
    ),
    Ticket("2022-09-19 10:00", "Congratulations, you have won", "Junk", "removed", "1 very low", "lottery@example.net"),
    Ticket(
        "2023-01-10 13:37",
        "Password forgotten, this is a hidden hint",
        "Support::First Level",
        "closed unsuccessful",
        customer="customer2",
        owner="tester",
        closed="2023-01-11 09:00",
        booked=(("tester", "5.00", "2023-01-11 08:55"),),
        archived=True,
    ),
    Ticket("2023-04-01 12:00", "Duplicate of another ticket", "Misc", "merged", customer="customer2"),
    Ticket(
        "2024-03-15 09:26",
        "Ünïcödé in the title 日本語",
        "Misc",
        "new",
        "5 very high",
        "anna.müller",
        body="Grüße aus Köln €",
        fields=(("Color", "red"), ("Asset", "PC-äöü")),
    ),
    Ticket(
        "2025-11-05 17:45", "100% of mails are late & lost", "Support", "new", "4 high", service="Mail", sla="Standard"
    ),
)


def fill(connection: Connection) -> None:
    """Adds them, about three hundred rows in a dozen statements."""
    names = _Names(connection)
    add(connection, t.ticket, [_ticket(names, number, ticket) for number, ticket in enumerate(TICKETS, 1)])
    articles = [row for number, ticket in enumerate(TICKETS, 1) for row in _articles(names, number, ticket)]
    for number, (article, _) in enumerate(articles, 1):
        article["id"] = number
    add(connection, t.article, [article for article, _ in articles])
    add(connection, t.article_data_mime, [_mime(article, texts) for article, texts in articles])
    first = {article["ticket_id"]: article["id"] for article, _ in reversed(articles)}
    numbered = list(enumerate(TICKETS, 1))
    add(connection, t.ticket_history, [row for n, ticket in numbered for row in _history(names, n, ticket, first[n])])
    add(connection, t.time_accounting, [row for n, ticket in numbered for row in _booked(names, n, ticket, first[n])])
    add(connection, t.dynamic_field_value, [row for n, ticket in numbered for row in _values(names, n, ticket)])
    stamps = {"create_by": 1, "change_by": 1}
    add(
        connection,
        t.ticket_watcher,
        [
            {"ticket_id": n, "user_id": names.agents[login], **stamps} | _times(at(ticket.created))
            for n, ticket in numbered
            for login in ticket.watchers
        ],
    )


class _Names:
    """Ids of what tickets refer to, by name."""

    def __init__(self, connection: Connection) -> None:
        self.queues = ids(connection, t.queue)
        self.states = ids(connection, t.ticket_state)
        self.priorities = ids(connection, t.ticket_priority)
        self.types = ids(connection, t.ticket_type)
        self.services = ids(connection, t.service)
        self.slas = ids(connection, t.sla)
        self.agents = ids(connection, t.users, "login")
        self.customers = ids(connection, t.customer_user, "login")
        self.history = ids(connection, t.ticket_history_type)
        self.senders = ids(connection, t.article_sender_type)
        self.channels = ids(connection, t.communication_channel)
        self.fields = ids(connection, t.dynamic_field)
        self.companies: dict[str, str] = {
            row.login: row.customer_id for row in connection.execute(t.customer_user.select())
        }


def _times(moment: dt.datetime) -> dict[str, dt.datetime]:
    return {"create_time": moment, "change_time": moment}


def _number(number: int, ticket: Ticket) -> str:
    return ticket.number or f"{at(ticket.created):%Y%m%d}10{number:06d}"


def _ticket(names: _Names, number: int, ticket: Ticket) -> dict[str, Any]:
    owner = names.agents[ticket.owner]
    until = int(at(ticket.until).replace(tzinfo=dt.UTC).timestamp()) if ticket.until else 0
    return {
        "id": number,
        "tn": _number(number, ticket),
        "title": ticket.title,
        "queue_id": names.queues[ticket.queue],
        "ticket_lock_id": 1 if owner == 1 or ticket.closed else 2,
        "type_id": names.types[ticket.kind],
        "service_id": names.services[ticket.service] if ticket.service else None,
        "sla_id": names.slas[ticket.sla] if ticket.sla else None,
        "user_id": owner,
        "responsible_user_id": owner,
        "ticket_priority_id": names.priorities[ticket.priority],
        "ticket_state_id": names.states[ticket.state],
        "customer_id": names.companies.get(ticket.customer, ticket.customer),
        "customer_user_id": ticket.customer,
        "timeout": 0,
        "until_time": until,
        "escalation_time": 0,
        "escalation_update_time": 0,
        "escalation_response_time": 0,
        "escalation_solution_time": 0,
        "archive_flag": int(ticket.archived),
        "create_by": 1,
        "change_by": owner,
        "create_time": at(ticket.created),
        "change_time": at(ticket.closed or ticket.created),
    }


def _articles(names: _Names, number: int, ticket: Ticket) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """(row of `article`, texts of its MIME data) of the customer's message and of the reply."""
    body = ticket.body or f"{ticket.title}.\n\nPlease help."
    found = [(_article(names, number, ticket, "customer", 0), _texts(ticket, ticket.title, body))]
    if ticket.reply:
        found.append(
            (_article(names, number, ticket, "agent", 60), _texts(ticket, f"Re: {ticket.title}", ticket.reply))
        )
    return found


def _article(names: _Names, number: int, ticket: Ticket, sender: str, minutes: int) -> dict[str, Any]:
    by = names.agents[ticket.owner] if sender == "agent" else 1
    return {
        "ticket_id": number,
        "article_sender_type_id": names.senders[sender],
        "communication_channel_id": names.channels["Email"],
        "is_visible_for_customer": 1,
        "search_index_needs_rebuild": 1,
        "create_by": by,
        "change_by": by,
    } | _times(at(ticket.created) + dt.timedelta(minutes=minutes))


def _texts(ticket: Ticket, subject: str, body: str) -> dict[str, str]:
    customer = ticket.customer if "@" in ticket.customer else f"{ticket.customer}@example.org"
    desk = "Service Desk <servicedesk@localhost>"
    sent, received = (desk, customer) if subject.startswith("Re: ") else (customer, desk)
    return {"a_from": sent, "a_to": received, "a_subject": subject, "a_body": body}


def _mime(article: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    message_id = f"<demo.{article['id']}@localhost>"
    return {
        "article_id": article["id"],
        **texts,
        "a_message_id": message_id,
        "a_message_id_md5": hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest(),
        "a_content_type": "text/plain; charset=utf-8",
        "incoming_time": int(article["create_time"].replace(tzinfo=dt.UTC).timestamp()),
        "content_path": f"{article['create_time']:%Y/%m/%d}",
        "create_by": article["create_by"],
        "change_by": article["change_by"],
    } | _times(article["create_time"])


def _history(names: _Names, number: int, ticket: Ticket, article: int) -> list[dict[str, Any]]:
    """What happened, in the form in which Znuny names it."""
    queue = ticket.moves[0][0] if ticket.moves else ticket.queue
    begin = "new" if ticket.closed else ticket.state
    common = {
        "ticket_id": number,
        "type_id": names.types[ticket.kind],
        "owner_id": names.agents[ticket.owner],
        "priority_id": names.priorities[ticket.priority],
        "create_by": 1,
        "change_by": 1,
    }

    def entry(kind: str, name: str, moment: dt.datetime, queue: str, state: str, article: int | None = None) -> Any:
        values = {"history_type_id": names.history[kind], "name": name, "queue_id": names.queues[queue]}
        return common | values | {"state_id": names.states[state], "article_id": article} | _times(moment)

    made = f"%%{_number(number, ticket)}%%{queue}%%{ticket.priority}%%{begin}%%{number}"
    rows = [entry("NewTicket", made, at(ticket.created), queue, begin)]
    rows.append(entry("EmailCustomer", "%%", at(ticket.created), queue, begin, article))
    for target, moment in ticket.moves[1:]:
        moved = f"%%{target}%%{names.queues[target]}%%{queue}%%{names.queues[queue]}"
        rows.append(entry("Move", moved, at(moment), target, begin))
        queue = target
    if ticket.closed:
        changed = f"%%{begin}%%{ticket.state}%%"
        rows.append(entry("StateUpdate", changed, at(ticket.closed), queue, ticket.state))
    return rows


def _booked(names: _Names, number: int, ticket: Ticket, article: int) -> list[dict[str, Any]]:
    return [
        {"ticket_id": number, "article_id": article, "time_unit": units}
        | {"create_by": names.agents[login], "change_by": names.agents[login]}
        | _times(at(moment))
        for login, units, moment in ticket.booked
    ]


def _values(names: _Names, number: int, ticket: Ticket) -> list[dict[str, Any]]:
    rows = []
    for name, value in ticket.fields:
        for item in value if isinstance(value, list) else [value]:
            row: dict[str, Any] = {"field_id": names.fields[name], "object_id": number}
            row |= {"value_text": item if isinstance(item, str) else None}
            row |= {"value_int": item if isinstance(item, int) else None}
            row |= {"value_date": item if isinstance(item, dt.datetime) else None}
            rows.append(row)
    return rows

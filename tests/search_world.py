"""A hundred random tickets as plain Python values, and the rows that say the same to a database.

search_meaning.py says in Python what a search among them means; test_ticket_search_property.py asks the database.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from genericinterface.database import tables as t
from genericinterface.database.rows import add, ids
from genericinterface.sysconfig import SystemConfiguration

FIRST = 1001  # the lowest ID; the demo tickets are below
BEGIN = dt.datetime(2025, 1, 1)
NOW = dt.datetime(2026, 6, 1, 12, 0, 0)
STAMPS = {"create_by": 1, "change_by": 1}
WORDS = ("apple", "banana", "cherry", "pie", "cake", "Order", "Größe", "100%", "a_b", 'say "hi"', "o'neil", "VPN")
CUSTOMERS = (("customer1", "CustomerUserID"), ("anna.müller", "bakery"), ("stranger", "a_b"), (None, None))
COLORS = ("blue", "green", "red")


@dataclass
class Article:
    """`texts` by their names in the index, as an article has them; `indexed`: they are in the index."""

    visible: bool
    created: dt.datetime
    texts: dict[str, str]
    indexed: bool


@dataclass
class Ticket:
    """A ticket by names; `created_with` is what it was when it was created, `history` [(kind, state, moment)]."""

    id: int
    tn: str
    title: str
    names: dict[str, str | None]  # Queue, Type, State, Priority, Service, SLA, Lock
    created_with: dict[str, str]  # Queue, Type, State, Priority
    created_by: int
    owner: int
    responsible: int
    watchers: set[int]
    customer_id: str | None
    customer_user: str | None
    created: dt.datetime
    changed: dt.datetime
    epochs: dict[str, int]  # Pending, Escalation, EscalationUpdate, EscalationResponse, EscalationSolution
    archived: bool
    history: list[tuple[str, str, dt.datetime]]
    fields: dict[str, list[Any]]
    articles: list[Article]


class World:
    """The tickets, and the IDs that names have. No dataclass: hypothesis would show all of it with each failure."""

    def __init__(self, tickets: list[Ticket], ids: dict[str, dict[str, int]]) -> None:
        self.tickets, self.ids = tickets, ids


TABLES: dict[str, Table] = {
    "Queue": t.queue,
    "Type": t.ticket_type,
    "State": t.ticket_state,
    "StateType": t.ticket_state_type,
    "Priority": t.ticket_priority,
    "Service": t.service,
    "SLA": t.sla,
    "Lock": t.ticket_lock_type,
    "HistoryType": t.ticket_history_type,
}
STATE_TYPES = {
    "new": "new",
    "open": "open",
    "closed successful": "closed",
    "closed unsuccessful": "closed",
    "pending reminder": "pending reminder",
    "pending auto close+": "pending auto",
    "pending auto close-": "pending auto",
    "merged": "merged",
    "removed": "removed",
}
EPOCHS = ("Pending", "Escalation", "EscalationUpdate", "EscalationResponse", "EscalationSolution")


def make(connection: Connection, sysconfig: SystemConfiguration, seed: int = 1) -> World:
    """Adds the tickets to a database with demo data."""
    known = {name: ids(connection, table) for name, table in TABLES.items()}
    agents = sorted(ids(connection, t.users, "login").values())
    fields = ids(connection, t.dynamic_field)
    choice = random.Random(seed)
    tickets = [_ticket(choice, FIRST + number, known, agents, sysconfig) for number in range(100)]
    rows: dict[Table, list[dict[str, Any]]] = {t.ticket: [], t.article: []}
    for ticket in tickets:
        for table, row in _rows(ticket, known, fields):
            rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        add(connection, table, found)
    return World(tickets, known)


def _moment(choice: random.Random, after: dt.datetime = BEGIN) -> dt.datetime:
    return after + dt.timedelta(days=choice.randrange(max(1, (NOW - after).days)))


def _text(choice: random.Random, most: int) -> str:
    return " ".join(choice.choices(WORDS, k=choice.randint(1, most)))


def _ticket(
    choice: random.Random,
    number: int,
    known: dict[str, dict[str, int]],
    agents: list[int],
    sysconfig: SystemConfiguration,
) -> Ticket:
    def one(kind: str) -> str:
        return choice.choice(sorted(known[kind]))

    created = _moment(choice)
    history = [("NewTicket", choice.choice(list(STATE_TYPES)), created)]
    for _ in range(choice.randrange(3)):
        kind = choice.choice(("StateUpdate", "AddNote"))
        state = choice.choice(list(STATE_TYPES)) if kind == "StateUpdate" else history[-1][1]
        history.append((kind, state, _moment(choice, history[-1][2])))
    names: dict[str, str | None] = {kind: one(kind) for kind in ("Queue", "Type", "Priority", "Lock")}
    names |= {kind: choice.choice((None, one(kind))) for kind in ("Service", "SLA")} | {"State": history[-1][1]}
    user, company = choice.choice(CUSTOMERS)
    return Ticket(
        id=number,
        tn=f"20250101{number:07}",
        title=_text(choice, 3),
        names=names,
        created_with={kind: one(kind) for kind in ("Queue", "Type", "Priority")} | {"State": history[0][1]},
        created_by=choice.choice(agents),
        owner=choice.choice(agents),
        responsible=choice.choice(agents),
        watchers=set(choice.sample(agents, choice.randrange(3))),
        customer_id=company,
        customer_user=user,
        created=created,
        changed=history[-1][2],
        epochs={name: choice.choice((0, sysconfig.to_epoch(_moment(choice)))) for name in EPOCHS},
        archived=choice.random() < 0.15,
        history=history,
        fields=dict(_fields(choice)),
        articles=[_article(choice, created) for _ in range(choice.randrange(3))],
    )


def _fields(choice: random.Random) -> Iterator[tuple[str, list[Any]]]:
    day = dt.datetime.combine(_moment(choice).date(), dt.time.min)
    possible: dict[str, list[Any]] = {
        "Asset": [_text(choice, 2)],
        "Notes": [_text(choice, 2)],
        "Color": [choice.choice(COLORS)],
        "Colors": choice.sample(COLORS, choice.randint(1, 3)),
        "Urgent": [choice.randrange(2)],
        "Delivery": [day],
        "Appointment": [_moment(choice) + dt.timedelta(hours=9, minutes=30)],
    }
    for name, values in possible.items():
        if choice.random() < 0.6:
            yield name, values


def _article(choice: random.Random, created: dt.datetime) -> Article:
    texts = {f"MIMEBase_{field}": _text(choice, 4) for field in ("From", "To", "Cc", "Bcc", "Subject", "Body")}
    texts = {name: text for name, text in texts.items() if choice.random() < 0.8}
    if choice.random() < 0.3:
        texts["MIMEBase_AttachmentName"] = _text(choice, 2)
    return Article(choice.random() < 0.7, _moment(choice, created), texts, choice.random() < 0.6)


# ----------------------------------------------------------------------------------------------------------- rows


def _rows(
    ticket: Ticket, known: dict[str, dict[str, int]], fields: dict[str, int]
) -> Iterator[tuple[Table, dict[str, Any]]]:
    def refer(kind: str, name: str | None) -> int | None:
        return None if name is None else known[kind][name]

    n = ticket.names
    yield (
        t.ticket,
        {
            "id": ticket.id,
            "tn": ticket.tn,
            "title": ticket.title,
            "queue_id": refer("Queue", n["Queue"]),
            "ticket_lock_id": refer("Lock", n["Lock"]),
            "type_id": refer("Type", n["Type"]),
            "service_id": refer("Service", n["Service"]),
            "sla_id": refer("SLA", n["SLA"]),
            "user_id": ticket.owner,
            "responsible_user_id": ticket.responsible,
            "ticket_priority_id": refer("Priority", n["Priority"]),
            "ticket_state_id": refer("State", n["State"]),
            "customer_id": ticket.customer_id,
            "customer_user_id": ticket.customer_user,
            "timeout": 0,
            "until_time": ticket.epochs["Pending"],
            "escalation_time": ticket.epochs["Escalation"],
            "escalation_update_time": ticket.epochs["EscalationUpdate"],
            "escalation_response_time": ticket.epochs["EscalationResponse"],
            "escalation_solution_time": ticket.epochs["EscalationSolution"],
            "archive_flag": int(ticket.archived),
            "create_time": ticket.created,
            "create_by": 1,
            "change_time": ticket.changed,
            "change_by": 1,
        },
    )
    now = {kind: n[kind] for kind in ("Queue", "Type", "Priority")}
    for number, (kind, state, moment) in enumerate(ticket.history):
        was = now if number else ticket.created_with
        yield (
            t.ticket_history,
            {
                "name": "",
                "history_type_id": known["HistoryType"][kind],
                "ticket_id": ticket.id,
                "type_id": refer("Type", was["Type"]),
                "queue_id": refer("Queue", was["Queue"]),
                "owner_id": ticket.owner,
                "priority_id": refer("Priority", was["Priority"]),
                "state_id": refer("State", state),
                "create_time": moment,
                "create_by": 1 if number else ticket.created_by,
                "change_time": moment,
                "change_by": 1,
            },
        )
    for agent in sorted(ticket.watchers):
        yield (
            t.ticket_watcher,
            {"ticket_id": ticket.id, "user_id": agent, "create_time": NOW, "change_time": NOW, **STAMPS},
        )
    for name, values in ticket.fields.items():
        for value in values:
            column = {dt.datetime: "value_date", int: "value_int"}.get(type(value), "value_text")
            empty = {"value_date": None, "value_int": None, "value_text": None}
            yield t.dynamic_field_value, {"field_id": fields[name], "object_id": ticket.id, **empty, column: value}
    for number, article in enumerate(ticket.articles):
        yield from _article_rows(ticket.id, ticket.id * 10 + number, article)


def _article_rows(ticket_id: int, article_id: int, article: Article) -> Iterator[tuple[Table, dict[str, Any]]]:
    stamps = {"create_time": article.created, "change_time": article.created, **STAMPS}
    yield (
        t.article,
        {
            "id": article_id,
            "ticket_id": ticket_id,
            "article_sender_type_id": 1,
            "communication_channel_id": 1,
            "is_visible_for_customer": int(article.visible),
            "search_index_needs_rebuild": int(not article.indexed),
            **stamps,
        },
    )
    columns = ("From", "To", "Cc", "Bcc", "Subject", "Body")
    mime = {f"a_{name.lower()}": article.texts.get(f"MIMEBase_{name}") for name in columns}
    yield t.article_data_mime, {"article_id": article_id, "incoming_time": 0, **mime, **stamps}
    attachment = article.texts.get("MIMEBase_AttachmentName")
    if attachment is not None:
        yield t.article_data_mime_attachment, {"article_id": article_id, "filename": attachment, **stamps}
    if article.indexed:
        for key, text in article.texts.items():
            value = {"article_key": key, "article_value": text.lower()}
            yield t.article_search_index, {"ticket_id": ticket_id, "article_id": article_id, **value}

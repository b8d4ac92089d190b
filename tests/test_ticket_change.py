"""A ticket that is made or changed: every setter leaves the row and the history that Znuny 6.5 was seen to leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from genericinterface.database import tables as t
from genericinterface.database.article_writing import add_article
from genericinterface.database.ticket_change import TicketChange
from tests.ticket_world import (
    NOW,
    ROOT,
    SYSCONFIG,
    TESTER,
    begin,
    change_of,
    history,
    known,
    new_article,
    rows,
)

EPOCH = SYSCONFIG.to_epoch(NOW)
LATER = NOW + dt.timedelta(seconds=60)


def test_a_new_ticket(connection: Connection) -> None:
    change = begin(connection)
    assert change.id == 0
    number = change.flush()
    assert change.id == number
    row = rows(connection, t.ticket, id=number)[0]
    assert row == {
        "id": number,
        "tn": "2026112610000024",
        "title": "setters",
        "queue_id": known(connection, t.queue, "Raw"),
        "ticket_lock_id": 1,
        "type_id": 1,
        "service_id": None,
        "sla_id": None,
        "user_id": 1,
        "responsible_user_id": 1,
        "ticket_priority_id": 3,
        "ticket_state_id": 1,
        "customer_id": "acme",
        "customer_user_id": "cust1",
        "timeout": 0,
        "until_time": 0,
        "escalation_time": 0,
        "escalation_update_time": 0,
        "escalation_response_time": 0,
        "escalation_solution_time": 0,
        "archive_flag": 0,
        "create_time": NOW,
        "create_by": 1,
        "change_time": NOW,
        "change_by": 1,
    }
    assert history(connection, number) == [
        ("NewTicket", f"%%2026112610000024%%Raw%%3 normal%%new%%{number}"),
        ("ServiceUpdate", "%%NULL%%%%NULL%%"),
        ("SLAUpdate", "%%NULL%%%%NULL%%"),
        ("TypeUpdate", "%%Unclassified%%1"),
        ("CustomerUpdate", "%%CustomerID=acme;CustomerUser=cust1;"),
    ]
    entry = rows(connection, t.ticket_history, ticket_id=number)[0]
    assert {name: entry[name] for name in entry if name not in ("id", "history_type_id", "name")} == {
        "ticket_id": number,
        "article_id": None,
        "type_id": 1,
        "queue_id": row["queue_id"],
        "owner_id": 1,
        "priority_id": 3,
        "state_id": 1,
        "create_time": NOW,
        "create_by": 1,
        "change_time": NOW,
        "change_by": 1,
    }


def test_a_new_ticket_with_a_service(connection: Connection) -> None:
    service, sla = known(connection, t.service, "Network::VPN"), known(connection, t.sla, "Express")
    number = begin(connection, service_id=service, sla_id=sla, customer_id=None, customer_user=None).flush()
    assert history(connection, number, 1) == [
        ("ServiceUpdate", f"%%Network::VPN%%{service}%%NULL%%"),
        ("SLAUpdate", f"%%Express%%{sla}%%NULL%%"),
        ("TypeUpdate", "%%Unclassified%%1"),
    ]


# (what is done, entries of the history, columns that change besides change_time). `{…}` are IDs in the demo data.
Setter = tuple[str, Callable[[TicketChange], None], list[tuple[str, str]], dict[str, Any]]


def of(change: TicketChange, table: Any, name: str) -> int:
    return known(change.connection, table, name)


SETTERS: list[Setter] = [
    ("title", lambda c: c.set_title("new title"), [("TitleUpdate", "%%setters%%new title")], {"title": "new title"}),
    ("the same title", lambda c: c.set_title("setters"), [], {}),
    (
        "long title",
        lambda c: c.set_title("0123456789" * 22),
        [("TitleUpdate", "%%setters%%01234567890123456789012345678901234567890123456789...")],
        {"title": "0123456789" * 22},
    ),
    (
        "queue",
        lambda c: c.set_queue(of(c, t.queue, "Sales")),
        [("Move", "%%Sales%%{Sales}%%Raw%%{Raw}")],
        {"queue_id": "Sales"},
    ),
    ("the same queue", lambda c: c.set_queue(c.row.queue_id), [], {}),
    (
        "lock",
        lambda c: c.set_lock(2),
        [("Lock", "%%lock"), ("Misc", "Reset of unlock time.")],
        {"ticket_lock_id": 2, "timeout": EPOCH + 60},
    ),
    ("the same lock", lambda c: c.set_lock(1), [], {}),
    ("type", lambda c: c.set_type(2), [("TypeUpdate", "%%Incident%%2%%Unclassified%%1")], {"type_id": 2}),
    (
        "state",
        lambda c: c.set_state(of(c, t.ticket_state, "open")),
        [("StateUpdate", "%%new%%open%%"), ("SetPendingTime", "%%00-00-00 00:00")],
        {"ticket_state_id": "open"},
    ),
    ("the same state", lambda c: c.set_state(1), [], {}),
    (
        "pending state",
        lambda c: c.set_state(of(c, t.ticket_state, "pending reminder")),
        [("StateUpdate", "%%new%%pending reminder%%")],
        {"ticket_state_id": "pending reminder"},
    ),
    (
        "pending time",
        lambda c: c.set_pending_time(dt.datetime(2031, 5, 6, 7, 8)),
        [("SetPendingTime", "%%2031-05-06 07:08")],
        {"until_time": 1935817680},
    ),
    (
        "priority",
        lambda c: c.set_priority(4),
        [("PriorityUpdate", "%%3 normal%%3%%4 high%%4")],
        {"ticket_priority_id": 4},
    ),
    (
        "first owner",
        lambda c: c.set_owner(of(c, t.users, TESTER)),
        [("OwnerUpdate", "%%tester%%{tester}"), ("ResponsibleUpdate", "%%tester%%{tester}")],
        {"user_id": "tester", "responsible_user_id": "tester"},
    ),
    ("the same owner", lambda c: c.set_owner(1), [], {}),
    (
        "responsible",
        lambda c: c.set_responsible(of(c, t.users, TESTER)),
        [("ResponsibleUpdate", "%%tester%%{tester}")],
        {"responsible_user_id": "tester"},
    ),
    (
        "customer",
        lambda c: c.set_customer("xyz", "cust2"),
        [("CustomerUpdate", "%%CustomerID=xyz;CustomerUser=cust2;")],
        {"customer_id": "xyz", "customer_user_id": "cust2"},
    ),
    (
        "company alone",
        lambda c: c.set_customer("xyz2", ""),
        [("CustomerUpdate", "%%CustomerID=xyz2;CustomerUser=;")],
        {"customer_id": "xyz2", "customer_user_id": ""},
    ),
    (
        "the same customer",
        lambda c: c.set_customer("acme", "cust1"),
        [("CustomerUpdate", "%%CustomerID=acme;CustomerUser=cust1;")],
        {},
    ),
    (
        "service",
        lambda c: c.set_service(of(c, t.service, "Network::VPN")),
        [("ServiceUpdate", "%%Network::VPN%%{Network::VPN}%%NULL%%")],
        {"service_id": "Network::VPN"},
    ),
    (
        "SLA",
        lambda c: c.set_sla(of(c, t.sla, "Express")),
        [("SLAUpdate", "%%Express%%{Express}%%NULL%%")],
        {"sla_id": "Express"},
    ),
    ("time", lambda c: c.account_time("5.50"), [("TimeAccounting", "%%5.50%%5.5")], {}),
]
REFERENCES = (t.queue, t.ticket_state, t.users, t.service, t.sla)


@pytest.mark.parametrize(("set_it", "told", "columns"), [entry[1:] for entry in SETTERS], ids=[s[0] for s in SETTERS])
def test_setters(
    connection: Connection,
    set_it: Callable[[TicketChange], None],
    told: list[tuple[str, str]],
    columns: dict[str, Any],
) -> None:
    number = begin(connection).flush()
    before = rows(connection, t.ticket, id=number)[0]
    change = change_of(connection, number, known(connection, t.users, TESTER))
    set_it(change)
    assert rows(connection, t.ticket, id=number) == [before]  # nothing is written yet
    change.flush()
    ids = {name: known_anywhere(connection, name) for name in ("Sales", "Raw", "tester", "Network::VPN", "Express")}
    assert history(connection, number, 5) == [(kind, filled(name, ids)) for kind, name in told]
    expected = {
        name: known_anywhere(connection, value)
        if name.endswith("_id") and isinstance(value, str) and value in ALL
        else value
        for name, value in columns.items()
    }
    if told:
        expected |= {"change_time": LATER, "change_by": change.user_id}
    assert rows(connection, t.ticket, id=number) == [before | expected]


ALL = ("Sales", "open", "pending reminder", "tester", "Network::VPN", "Express")


def filled(name: str, ids: dict[str, int]) -> str:
    """The name with IDs for what is in braces."""
    for text, number in ids.items():
        name = name.replace("{" + text + "}", str(number))
    return name


def known_anywhere(connection: Connection, name: str) -> int:
    for table in REFERENCES:
        try:
            return known(connection, table, name)
        except KeyError:
            continue
    raise KeyError(name)


def test_the_history_tells_what_the_ticket_was_at_each_point(connection: Connection) -> None:
    change = begin(connection, known(connection, t.users, TESTER))
    change.set_owner(known(connection, t.users, TESTER))
    change.set_priority(5)
    number = change.flush()
    entries = rows(connection, t.ticket_history, ticket_id=number)
    tester = known(connection, t.users, TESTER)
    assert [(entry["owner_id"], entry["priority_id"]) for entry in entries[4:]] == [
        (1, 3),
        (tester, 3),
        (tester, 3),
        (tester, 5),
    ]


def test_a_locked_ticket_that_is_moved_is_unlocked_by_the_system(connection: Connection) -> None:
    tester = known(connection, t.users, TESTER)
    number = begin(connection, lock_id=2).flush()
    change = change_of(connection, number, tester)
    change.set_queue(known(connection, t.queue, "Sales"))
    change.flush()
    assert [kind for kind, _ in history(connection, number, 5)] == ["Move", "Unlock"]
    assert [entry["create_by"] for entry in rows(connection, t.ticket_history, ticket_id=number)[5:]] == [tester, 1]
    row = rows(connection, t.ticket, id=number)[0]
    assert (row["ticket_lock_id"], row["change_by"]) == (1, tester)


@pytest.mark.parametrize(
    ("state", "leaves"),
    [
        ("new", True),
        ("open", True),
        ("pending reminder", True),
        ("closed unsuccessful", False),
        ("merged", False),
        ("removed", False),
    ],
)
def test_a_reopened_ticket_leaves_the_archive(connection: Connection, state: str, leaves: bool) -> None:
    closed = known(connection, t.ticket_state, "closed successful")
    number = begin(connection, state_id=closed, archive_flag=1).flush()
    change = change_of(connection, number, known(connection, t.users, TESTER))
    change.set_state(known(connection, t.ticket_state, state))
    change.flush()
    told = [("StateUpdate", f"%%closed successful%%{state}%%")]
    told += [("ArchiveFlagUpdate", "%%n")] if leaves else []
    told += [("SetPendingTime", "%%00-00-00 00:00")] if state != "pending reminder" else []
    assert history(connection, number, 5) == told
    assert rows(connection, t.ticket, id=number)[0]["archive_flag"] == int(not leaves)
    by = {e["name"]: e["create_by"] for e in rows(connection, t.ticket_history, ticket_id=number)}
    assert by.get("%%n", ROOT) == ROOT


def test_a_state_that_is_not_pending_has_no_pending_time(connection: Connection) -> None:
    number = begin(connection).flush()
    change = change_of(connection, number)
    change.set_pending_time(dt.datetime(2031, 5, 6, 7, 8))
    change.set_state(known(connection, t.ticket_state, "pending auto close+"))
    change.flush()
    assert rows(connection, t.ticket, id=number)[0]["until_time"] == 1935817680
    change = change_of(connection, number, seconds=120)
    change.set_state(known(connection, t.ticket_state, "open"))
    change.flush()
    assert rows(connection, t.ticket, id=number)[0]["until_time"] == 0


def test_only_the_first_owner_becomes_responsible(connection: Connection) -> None:
    tester, agent = known(connection, t.users, TESTER), known(connection, t.users, "agent1")
    change = begin(connection, agent)
    change.set_owner(tester)
    change.set_owner(agent)
    assert (change.row.user_id, change.row.responsible_user_id) == (agent, tester)
    change = begin(connection, ROOT)  # whose owners do not
    change.set_owner(tester)
    assert (change.row.user_id, change.row.responsible_user_id) == (tester, ROOT)
    for setting in ("ticket_responsible", "ticket_responsible_auto_set", "responsible_auto_set"):
        change = begin(connection, agent, sysconfig=replace(SYSCONFIG, **{setting: False}))  # type: ignore[arg-type]
        change.set_owner(tester)
        assert change.row.responsible_user_id == ROOT


def test_long_entries_are_cut(connection: Connection) -> None:
    number = begin(connection, title="ü" * 255).flush()
    change = change_of(connection, number)
    change.set_title("short")
    change.flush()
    assert history(connection, number, 5) == [("TitleUpdate", "%%" + "ü" * 198)]


def test_booked_time_adds_up(connection: Connection) -> None:
    change = begin(connection)
    article = add_article(change, new_article(connection))
    change.account_time("5.50", article)
    change.account_time("1.25")
    number = change.flush()
    again = change_of(connection, number)
    again.account_time("3.259")
    again.account_time("007")
    again.account_time("0.0")
    again.flush()
    told = [name for kind, name in history(connection, number) if kind == "TimeAccounting"]
    assert told == ["%%5.50%%5.5", "%%1.25%%6.75", "%%3.25%%10", "%%007%%17", "%%0.0%%17"]
    booked = rows(connection, t.time_accounting, ticket_id=number)
    assert [(str(row["time_unit"]), row["article_id"]) for row in booked] == [
        ("5.50", article.id),
        ("1.25", None),
        ("3.25", None),
        ("7.00", None),
        ("0.00", None),
    ]

"""When a ticket escalates after each change, as Znuny 6.5 was seen to reckon it; in seconds after the creation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, update

from genericinterface.database import escalations
from genericinterface.database import tables as t
from genericinterface.database.article_writing import add_article
from genericinterface.database.engine import Database
from genericinterface.database.ticket_change import TicketChange
from tests.statements import sent_to
from tests.ticket_world import NOW, SYSCONFIG, begin, believe, change_of, known, new_article, rows

EPOCH = SYSCONFIG.to_epoch(NOW)
# Queues with minutes for response, update and solution, as those that the reference was asked about.
SUPPORT, SALES, PHONE = (60, 120, 480), (120, 240, 960), (0, 90, 0)


@pytest.fixture
def queues(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Queues by name, with their times; Raw has none."""
    believe(monkeypatch)
    found = {}
    for name, minutes in (("Sales", SALES), ("Support::First Level", SUPPORT), ("Support::Second Level", PHONE)):
        found[name] = known(connection, t.queue, name)
        names = ("first_response_time", "update_time", "solution_time")
        times = dict(zip(names, minutes, strict=True))
        connection.execute(update(t.queue).where(t.queue.c.id == found[name]).values(calendar_name=None, **times))
    escalations.escalation_times(connection)
    return found | {"Support": found["Support::First Level"], "Raw": known(connection, t.queue, "Raw")}


CUSTOMER, AGENT, SYSTEM = ("customer", True), ("agent", True), ("system", True)
NOTE = ("agent", False)

# What happens, one after the other: a sender's article, a state, a queue; then (escalation, response, update, solution)
# after the creation. A letter U stands for the time of the last update that counts.
Step = tuple[Any, tuple[Any, Any, Any, Any]]
STORIES: list[list[Step]] = [
    [
        (CUSTOMER, (3600, 3600, 7200, 28800)),
        (CUSTOMER, (3600, 3600, 7200, 28800)),
        (NOTE, (3600, 3600, 7200, 28800)),
        (AGENT, (7203, 0, 7203, 28800)),
        (CUSTOMER, (7204, 0, 7204, 28800)),
        ("open", (7204, 0, 7204, 28800)),
        ("pending reminder", (28800, 0, 0, 28800)),
        (CUSTOMER, (28800, 0, 0, 28800)),
        ("open", (7204, 0, 7204, 28800)),
        ("closed successful", (0, 0, 0, 0)),
        ("open", (7204, 0, 7204, 0)),
    ],
    [
        (AGENT, (7200, 0, 7200, 28800)),
        (NOTE, (7200, 0, 7200, 28800)),
        (CUSTOMER, (7202, 0, 7202, 28800)),
        ("in Raw", (0, 0, 0, 0)),
        ("in Support::Second Level", (5402, 0, 5402, 0)),
    ],
    [
        (NOTE, (3600, 3600, 7200, 28800)),
        (SYSTEM, (3600, 3600, 7201, 28800)),
        (CUSTOMER, (3600, 3600, 7202, 28800)),
        ("merged", (0, 0, 0, 0)),
        ("open", (3600, 3600, 7202, 28800)),
        ("removed", (0, 0, 0, 0)),
    ],
]


def do(change: TicketChange, step: Any) -> None:
    connection = change.connection
    if isinstance(step, tuple):
        sender = known(connection, t.article_sender_type, step[0])
        add_article(change, new_article(connection, sender_type_id=sender, is_visible_for_customer=step[1]))
    elif step.startswith("in "):
        change.set_queue(known(connection, t.queue, step[3:]))
    else:
        change.set_state(known(connection, t.ticket_state, step))


def escalates(connection: Connection, number: int) -> tuple[int, ...]:
    row = rows(connection, t.ticket, id=number)[0]
    names = ("escalation_time", "escalation_response_time", "escalation_update_time", "escalation_solution_time")
    return tuple(row[name] and row[name] - EPOCH for name in names)


@pytest.mark.parametrize("story", STORIES)
def test_a_ticket_escalates(connection: Connection, queues: dict[str, int], story: list[Step]) -> None:
    change = begin(connection, queue_id=queues["Support"])
    do(change, story[0][0])
    number = change.flush()
    found = [escalates(connection, number)]
    for seconds, (step, _) in enumerate(story[1:], 1):
        change = change_of(connection, number, seconds=seconds)
        do(change, step)
        change.flush()
        found.append(escalates(connection, number))
    assert found == [expected for _, expected in story]


def test_several_steps_of_one_change(connection: Connection, queues: dict[str, int]) -> None:
    closed = known(connection, t.ticket_state, "closed successful")
    change = begin(connection, queue_id=queues["Support"], state_id=closed)
    for step in (CUSTOMER, "open", AGENT):
        do(change, step)
    number = change.flush()
    assert escalates(connection, number) == (7200, 0, 7200, 0)  # what was closed needs no solution any more
    change = change_of(connection, number)
    for step in (CUSTOMER, NOTE, "in Sales"):
        do(change, step)
    change.flush()
    assert escalates(connection, number) == (14460, 0, 14460, 0)


def test_what_has_nothing_to_do_with_it_leaves_it_alone(connection: Connection, queues: dict[str, int]) -> None:
    number = begin(connection, queue_id=queues["Support"]).flush()
    connection.execute(update(t.ticket).where(t.ticket.c.id == number).values(escalation_time=EPOCH + 1))
    setters: list[Callable[[TicketChange], None]] = [
        lambda change: change.set_title("other"),
        lambda change: change.set_lock(2),
        lambda change: change.set_owner(2),
        lambda change: change.set_pending_time(NOW + dt.timedelta(days=1)),
    ]
    for set_it in setters:
        change = change_of(connection, number)
        set_it(change)
        change.flush()
        assert escalates(connection, number)[0] == 1
    change = change_of(connection, number)
    change.sysconfig = replace(SYSCONFIG, escalation_index=False)
    change.set_priority(1)
    change.flush()
    assert escalates(connection, number)[0] == 1
    change = change_of(connection, number)
    change.set_priority(2)
    change.flush()
    assert escalates(connection, number)[0] == 3600


def test_it_costs_one_statement(connection: Connection, queues: dict[str, int], read_only_database: Database) -> None:
    begin(connection, tn="1").flush()  # names are known from now on
    with sent_to(read_only_database) as sent:
        number = begin(connection, queue_id=queues["Support"]).flush()
    assert len(sent) == 2
    with sent_to(read_only_database) as sent:
        change = change_of(connection, number)
        change.set_priority(4)
        change.flush()
    assert [statement.split()[0] for statement in sent] == ["SELECT", "SELECT", "UPDATE", "INSERT"]

"""escalation.py and database/escalations.py against what Znuny 6.5 made of the same tickets (escalation.json)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from genericinterface.database import escalations, lookups
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.escalation import Columns, Facts, Limit, Preferences, attributes, columns, extended
from genericinterface.sysconfig import SystemConfiguration
from tests.statements import sent_to

# A ticket each: what happened to it, the minutes and percents that hold for it, and what Znuny made of it. In `rebuilt`
# the columns are Znuny's, in `any` they were given.
RECORDED = json.loads(Path(__file__).with_name("escalation.json").read_text())
CASES = [*RECORDED["rebuilt"], *RECORDED["any"]]
NOW = dt.datetime(2024, 1, 2, 3, 4, 5)


def preferences(case: dict[str, Any]) -> Preferences:
    first_response, update_, solution = (Limit(*each) for each in case["preferences"])
    return Preferences(first_response, update_, solution)


def told(case: dict[str, Any]) -> Facts:
    """The facts, as one event after the other tells them."""
    facts = Facts(case["created"])
    for sender, visible, moment in case["articles"]:
        facts = facts.with_article(sender, bool(visible), moment)
    for kind, state_type, moment in case["history"]:
        if kind in ("NewTicket", "StateUpdate") and state_type == "closed":
            facts = facts.with_closed(moment)
    return facts


@pytest.mark.parametrize("number", range(len(RECORDED["rebuilt"])))
def test_columns_are_znunys(number: int, sysconfig: SystemConfiguration) -> None:
    case = RECORDED["rebuilt"][number]
    assert list(columns(told(case), case["state_type"], preferences(case), sysconfig)) == case["columns"]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_shown_is_znunys(number: int, sysconfig: SystemConfiguration) -> None:
    case = CASES[number]
    stored = Columns(*case["columns"])
    shown = {
        "EscalationTime": stored.escalation_time,
        "EscalationResponseTime": stored.escalation_response_time,
        "EscalationUpdateTime": stored.escalation_update_time,
        "EscalationSolutionTime": stored.escalation_solution_time,
    }
    shown |= attributes(stored, case["state_type"], preferences(case), sysconfig, case["now"])
    shown |= extended(told(case), preferences(case), sysconfig)
    assert shown == case["shown"]
    assert {name: type(value) for name, value in shown.items()} == {n: type(v) for n, v in case["shown"].items()}


def test_the_recording_has_a_case_of_everything() -> None:
    names = {name for case in CASES for name in case["shown"]}
    for kind in ("FirstResponse", "Update", "Solution"):
        parts = ("Escalation", "Notification", "DestinationTime", "DestinationDate", "WorkingTime", "")
        assert {f"{kind}Time{part}" for part in parts} <= names
    assert {"FirstResponseInMin", "FirstResponseDiffInMin", "SolutionInMin", "SolutionDiffInMin"} <= names
    durations = {"h " in case["shown"].get("EscalationDestinationIn", "h ") for case in CASES}
    assert durations == {True, False}


def store(connection: Connection, case: dict[str, Any], sysconfig: SystemConfiguration) -> int:
    """The ticket of a case, its articles and history in a database; gives its ID."""
    names = lookups.names(connection, [t.article_sender_type, t.ticket_history_type, t.ticket_state])
    states = {"closed": "closed successful", "pending auto": "pending auto close+"}
    ticket = dict(connection.execute(select(t.ticket).limit(1)).mappings().one())
    moment = sysconfig.from_epoch(case["created"])
    row = {name: value for name, value in ticket.items() if name != "id"} | {
        "tn": uuid.uuid4().hex,
        "create_time": moment,
    }
    ticket_id = int(connection.execute(insert(t.ticket).values(**row)).inserted_primary_key[0])
    for sender, visible, created in case["articles"]:
        row = {"ticket_id": ticket_id, "article_sender_type_id": names["article_sender_type"].ids[sender]}
        row |= {"is_visible_for_customer": visible, "communication_channel_id": 1, "search_index_needs_rebuild": 0}
        connection.execute(insert(t.article).values(**row, **stamps(sysconfig.from_epoch(created))))
    for kind, state_type, created in case["history"]:
        row = {"name": "", "history_type_id": names["ticket_history_type"].ids[kind], "ticket_id": ticket_id}
        row |= {"state_id": names["ticket_state"].ids[states.get(state_type, state_type)]}
        row |= {"type_id": 1, "queue_id": ticket["queue_id"], "owner_id": 1, "priority_id": 1}
        connection.execute(insert(t.ticket_history).values(**row, **stamps(sysconfig.from_epoch(created))))
    return ticket_id


def stamps(moment: dt.datetime) -> dict[str, Any]:
    return {"create_time": moment, "create_by": 1, "change_time": moment, "change_by": 1}


def test_the_database_tells_the_same_facts_with_one_statement(database: Database) -> None:
    sysconfig = SystemConfiguration(otrs_time_zone="Asia/Tokyo")
    with database.transaction() as connection:
        stored = [(store(connection, case, sysconfig), case) for case in RECORDED["rebuilt"]]
        for ticket_id, case in stored:
            with sent_to(database) as statements:
                found = escalations.facts(connection, ticket_id, case["created"], sysconfig)
            assert found == told(case)
            assert len(statements) == 1


def test_the_slas_times_hold_where_there_are_slas(database: Database) -> None:
    with database.transaction() as connection:
        queue_id = connection.scalar(select(t.queue.c.id).limit(1))
        limits = {"first_response_time": 60, "first_response_notify": 50, "calendar_name": "2"}
        connection.execute(update(t.queue).where(t.queue.c.id == queue_id).values(**limits))
        row = {"first_response_time": 0, "update_time": 5, "solution_time": 0, "valid_id": 2, "name": "Own"}
        sla_id = connection.execute(insert(t.sla).values(**row, **stamps(NOW))).inserted_primary_key[0]
        found = escalations.escalation_times(connection, fresh=True)
        with sent_to(database) as statements:
            assert escalations.escalation_times(connection) is found
    assert statements == []
    own, queues = Preferences(update=Limit(5)), Preferences(Limit(60, 50), calendar="2")
    with_services = SystemConfiguration(ticket_service=True)
    assert found.of(queue_id, sla_id, with_services) == own
    assert found.of(queue_id, sla_id, SystemConfiguration()) == queues
    assert found.of(queue_id, None, with_services) == queues
    assert found.of(0, 99, with_services) == Preferences()


def test_nothing_is_told_of_a_time_that_is_not_limited(sysconfig: SystemConfiguration) -> None:
    stored = Columns(5, 5, 0, 0)
    assert attributes(stored, "open", Preferences(), sysconfig, 10) == {}
    unlimited = Preferences(first_response=Limit(0, 50), solution=Limit(5))
    assert "FirstResponseTimeNotification" not in attributes(Columns(50, 50, 0, 0), "open", unlimited, sysconfig, 10)

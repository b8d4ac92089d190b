"""lookups.py: names and IDs are read once in a second, all that is asked for with one statement."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, insert, literal, select, update

from genericinterface.database import lookups
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from tests.statements import sent_to

NOW = dt.datetime(2024, 1, 2, 3, 4, 5)
TABLES = (
    t.queue,
    t.ticket_type,
    t.ticket_state,
    t.ticket_state_type,
    t.ticket_priority,
    t.ticket_lock_type,
    t.service,
    t.sla,
    t.users,
    t.article_sender_type,
    t.communication_channel,
    t.ticket_history_type,
    t.auto_response_type,
)


def test_all_names_are_one_statement_and_then_none(database: Database) -> None:
    with database.reading() as connection:
        with sent_to(database) as statements:
            found = lookups.names(connection, TABLES)
            again = lookups.names(connection, TABLES[:3])
        assert len(statements) == 1
        assert list(found) == [table.name for table in TABLES]
        assert again["queue"] is found["queue"]


def test_names_and_ids_agree(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        found = lookups.names(connection, TABLES)
    for names in found.values():
        assert {number: name for name, number in names.ids.items()} == names.names
        assert names.valid <= names.names.keys()
    assert found["users"].ids["tester"] in found["users"].valid
    assert found["ticket_state"].types.keys() == found["ticket_state"].names.keys()
    assert found["queue"].groups.keys() == found["queue"].names.keys()
    assert found["ticket_state"].types[found["ticket_state"].ids["new"]] == found["ticket_state_type"].ids["new"]


def test_a_row_that_is_not_valid_has_a_name_but_is_no_choice(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(update(t.queue).where(t.queue.c.name == "Junk").values(valid_id=2))
        queues = lookups.names(connection, [t.queue], fresh=True)["queue"]
    assert queues.names[queues.ids["Junk"]] == "Junk"
    assert queues.valid_id("Junk") is None
    assert queues.valid_id("Raw") == queues.ids["Raw"]
    assert queues.valid_id("No such queue") is None


def test_what_is_new_is_seen_after_a_second(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.reading() as connection:
        row = {"name": "Brand new", "valid_id": 1, "create_by": 1, "change_by": 1}
        lookups.names(connection, [t.ticket_type])
        connection.execute(insert(t.ticket_type).values(**row, create_time=NOW, change_time=NOW))
        assert "Brand new" not in lookups.names(connection, [t.ticket_type])["ticket_type"].ids
        monkeypatch.setattr(lookups, "TTL", -1.0)
        assert "Brand new" in lookups.names(connection, [t.ticket_type])["ticket_type"].ids


def test_what_a_ticket_refers_to_is_known_however_new_it_is(database: Database) -> None:
    with database.reading() as connection:
        ticket = connection.execute(select(t.ticket).limit(1)).one()
        lookups.of_tickets(connection, TABLES, [ticket])
        queue = insert(t.queue).from_select(
            [c.name for c in t.queue.c if c.name != "id"],
            select(*(literal("Newest") if c.name == "name" else c for c in t.queue.c if c.name != "id")).limit(1),
        )
        connection.execute(queue)
        connection.execute(update(t.ticket).values(queue_id=select(func.max(t.queue.c.id)).scalar_subquery()))
        ticket = connection.execute(select(t.ticket).limit(1)).one()
        known = lookups.of_tickets(connection, TABLES, [ticket])
        assert known["queue"].names[ticket.queue_id] == "Newest"
        with sent_to(database) as statements:
            lookups.of_tickets(connection, TABLES, [ticket])
        assert not statements

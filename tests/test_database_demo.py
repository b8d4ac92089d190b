"""demo_data.py: the demo data covers what the documentation promises, agrees with itself and is always the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any

import pytest
import yaml
from sqlalchemy import event, func, select
from sqlalchemy.engine import URL

from genericinterface.auth.passwords import verify
from genericinterface.database import demo_data, time_accounting
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.install import install

NOW = dt.datetime(2024, 1, 2, 3, 4, 5)
Maker = Callable[[], AbstractContextManager[URL]]

# Logins of the manual's examples and the README; what they must be allowed to.
LOGINS = [
    ("tester", "tester", {"users", "timeaccounting_webservice"}),
    ("user", "password", {"admin", "timeaccounting_webservice"}),
    ("root@localhost", "root", {"admin", "users", "timeaccounting_webservice"}),
    ("agent1", "agent1", {"users"}),
]
MAILS = ["root@localhost", "jd@test.znuny.com", "agent_email@your.tld"]
FIELD_TYPES = {"Text", "TextArea", "Dropdown", "Multiselect", "Checkbox", "Date", "DateTime"}


@pytest.mark.parametrize(("login", "password", "groups"), LOGINS)
def test_the_logins_of_the_examples_work(
    read_only_database: Database, login: str, password: str, groups: set[str]
) -> None:
    with read_only_database.reading() as connection:
        user = connection.execute(select(t.users).where(t.users.c.login == login)).one()
        granted = (
            select(t.permission_groups.c.name)
            .join(t.group_user, t.group_user.c.group_id == t.permission_groups.c.id)
            .where(t.group_user.c.user_id == user.id, t.group_user.c.permission_key == "rw")
        )
        assert set(connection.scalars(granted)) >= groups
    assert verify(password, user.pw, login)
    assert not verify(password + "x", user.pw, login)


@pytest.mark.parametrize("mail", MAILS)
def test_the_mail_addresses_of_the_examples_belong_to_one_agent(read_only_database: Database, mail: str) -> None:
    column = t.user_preferences.c
    statement = select(func.count()).where(column.preferences_key == "UserEmail", column.preferences_value == mail)
    with read_only_database.reading() as connection:
        assert connection.scalar(statement) == 1


def test_the_manuals_booked_times_are_there(read_only_database: Database) -> None:
    start, end = dt.datetime(2021, 1, 1, 10), dt.datetime(2022, 1, 1, 10)
    with read_only_database.reading() as connection:
        rows = time_accounting.booked(connection, "root@localhost", start, end)
    expected = ("2021012710123456", "Znuny says hi!", "CustomerUserID", dt.datetime(2021, 8, 5, 8), "Raw")
    found = [
        (row.ticket_number, row.title, row.customer_id, row.created, row.queue, f"{row.time_unit:.2f}") for row in rows
    ]
    assert found == [(*expected, "120.00"), (*expected, "30.00")]


def test_a_ticket_was_moved_after_time_was_booked_on_it(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        rows = time_accounting.booked(connection, "tester", dt.datetime(2021, 7, 1), dt.datetime(2021, 8, 1))
    assert [row.queue for row in rows] == ["Support::First Level", "Support::Second Level"]
    assert len({row.ticket_number for row in rows}) == 1


def test_several_titles_match_the_manuals_search(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        titles = connection.scalars(select(t.ticket.c.title).where(func.lower(t.ticket.c.title).like("%hi%"))).all()
    assert len(titles) >= 3
    assert "Znuny says hi!" in titles


@pytest.mark.parametrize(
    ("column", "table"),
    [
        (t.ticket.c.ticket_state_id, t.ticket_state),
        (t.ticket.c.ticket_priority_id, t.ticket_priority),
        (t.ticket.c.ticket_lock_id, t.ticket_lock_type),
        (t.ticket.c.queue_id, None),
        (t.dynamic_field_value.c.field_id, t.dynamic_field),
        (t.ticket_watcher.c.user_id, None),
        (t.article_data_mime_attachment.c.article_id, None),
        (t.ticket_flag.c.ticket_id, None),
    ],
    ids=str,
)
def test_every_value_occurs(read_only_database: Database, column: Any, table: Any) -> None:
    with read_only_database.reading() as connection:
        used = set(connection.scalars(select(column)))
        expected = set(connection.scalars(select(table.c.id))) if table is not None else set()
    assert used >= expected
    assert len(used) >= 2


def test_every_type_of_dynamic_field_is_there_with_a_configuration(read_only_database: Database) -> None:
    column = t.dynamic_field.c
    with read_only_database.reading() as connection:
        rows = connection.execute(select(column.field_type, column.config)).all()
    assert {row.field_type for row in rows} == FIELD_TYPES
    assert all("DefaultValue" in yaml.safe_load(row.config) for row in rows)


def test_the_history_leads_to_what_the_ticket_is(read_only_database: Database) -> None:
    column = t.ticket_history.c
    with read_only_database.reading() as connection:
        tickets = {row.id: row for row in connection.execute(select(t.ticket))}
        history = connection.execute(
            select(t.ticket_history, t.ticket_history_type.c.name.label("kind"))
            .join(t.ticket_history_type, t.ticket_history_type.c.id == column.history_type_id)
            .order_by(column.ticket_id, column.id)
        ).all()
    told = {number: list(rows) for number, rows in groupby(history, key=lambda row: row.ticket_id)}
    assert told.keys() == tickets.keys()
    assert len(tickets) >= 30
    for number, rows in told.items():
        ticket, last = tickets[number], rows[-1]
        assert (rows[0].kind, rows[0].create_time) == ("NewTicket", ticket.create_time)
        assert rows[0].name.startswith(f"%%{ticket.tn}%%")
        assert [row.create_time for row in rows] == sorted(row.create_time for row in rows), ticket.title
        assert (last.queue_id, last.state_id, last.priority_id, last.owner_id, last.type_id) == (
            ticket.queue_id,
            ticket.ticket_state_id,
            ticket.ticket_priority_id,
            ticket.user_id,
            ticket.type_id,
        )
        assert last.create_time == ticket.change_time
        booked = [float(row.name.split("%%")[1]) for row in rows if row.kind == "TimeAccounting"]
        assert booked == pytest.approx(booked_on(read_only_database, number))


def booked_on(database: Database, ticket: int) -> list[float]:
    column = t.time_accounting.c
    with database.reading() as connection:
        found = connection.scalars(select(column.time_unit).where(column.ticket_id == ticket).order_by(column.id))
        return [float(value) for value in found]


def test_tickets_are_numbered_in_the_order_of_time(read_only_database: Database) -> None:
    with read_only_database.reading() as connection:
        rows = connection.execute(select(t.ticket.c.tn, t.ticket.c.create_time).order_by(t.ticket.c.id)).all()
    assert [row.create_time for row in rows] == sorted(row.create_time for row in rows)
    assert all(row.tn.startswith(f"{row.create_time:%Y%m%d}") for row in rows)


def test_both_databases_hold_the_very_same(filled_sqlite: Maker, filled_postgresql: Maker) -> None:
    contents = []
    for make in (filled_sqlite, filled_postgresql):
        with make() as url:
            database = Database(url.render_as_string(hide_password=False))
            with database.reading() as connection:
                contents.append(
                    {
                        table.name: sorted(map(repr, connection.execute(select(table))))
                        for table in t.METADATA.tables.values()
                    }
                )
            database.close()
    assert contents[0] == contents[1]


def test_it_takes_a_statement_a_table(empty_database: Database) -> None:
    install(empty_database, "a hash", NOW)
    statements: list[str] = []
    with empty_database.transaction() as connection:
        event.listen(connection, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        demo_data.fill(connection)
    inserts = [statement.split("(")[0] for statement in statements if statement.startswith("INSERT")]
    assert len(inserts) == len(set(inserts))

"""Ticket::TimeAccountingGet: who may ask, what is a date, and in which queue a ticket was when time was booked."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from genericinterface.webservice_definitions import text
from sqlalchemy import event, func, insert, select, update
from werkzeug.test import Client

from genericinterface.database import tables as t
from genericinterface.database import time_accounting, webservices
from genericinterface.database.engine import Database
from genericinterface.moment import parse_moment
from genericinterface.operation.ticket.time_accounting_get import TimeAccountingGet
from genericinterface.sysconfig import SystemConfiguration
from tests.application import BASE, NOW, application, client

ASKING = {"UserLogin": "user", "Password": "password"}
WHAT = {
    "TimeAccountingUserLogin": "root@localhost",
    "TimeAccountingStart": "2021-01-01 10:00:00",
    "TimeAccountingEnd": "2022-01-01 10:00:00",
}
MANUAL = {
    "Created": "2021-08-05 08:00:00",
    "Queue": "Raw",
    "TicketCustomerID": "CustomerUserID",
    "TicketNumber": "2021012710123456",
    "TicketTitle": "Znuny says hi!",
    "TimeUnit": "120.00",
}


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database) as built:
        yield client(built)


def ask(caller: Client, service: str = "TimeAccountingREST", **parameters: Any) -> dict[str, Any]:
    answer = caller.post(f"{BASE}{service}/TimeAccountingGet", json=ASKING | WHAT | parameters)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)
    return found


def units(answer: dict[str, Any]) -> list[str]:
    return [entry["TimeUnit"] for entry in answer.get("TimeAccountingResult", [])]


# ------------------------------------------------------------------------------------------------- who asks, for what


def test_the_answer_has_the_keys_and_types_of_the_reference(caller: Client) -> None:
    answer = caller.post(f"{BASE}TimeAccountingREST/TimeAccountingGet", json=ASKING | WHAT)
    assert json.loads(answer.data) == {"TimeAccountingResult": [MANUAL, MANUAL | {"TimeUnit": "30.00"}]}
    keys = list(json.loads(answer.data)["TimeAccountingResult"][0])
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        ({"Password": "wrong"}, "AuthFail", "Authentication failed!"),
        ({"UserLogin": "", "TimeAccountingStart": ""}, "AuthFail", "Authentication failed!"),
        ({"SessionID": "x" * 32}, "AuthFail", "Authentication failed!"),
        ({"UserLogin": "agent1", "Password": "agent1"}, "NoPermission", "No permission!"),
        ({"UserLogin": "agent1", "Password": "agent1", "TimeAccountingEnd": ""}, "NoPermission", "No permission!"),
        (
            {"UserLogin": "", "CustomerUserLogin": "customer1", "Password": "customer1"},
            "NoPermission",
            "No permission!",
        ),
        (dict.fromkeys(WHAT), "MissingParameter", "TimeAccountingUserLogin parameter is missing!"),
        ({"TimeAccountingUserLogin": "0"}, "MissingParameter", "TimeAccountingUserLogin parameter is missing!"),
        (
            {"TimeAccountingStart": "", "TimeAccountingEnd": ""},
            "MissingParameter",
            "TimeAccountingStart parameter is missing!",
        ),
        ({"TimeAccountingEnd": 0}, "MissingParameter", "TimeAccountingEnd parameter is missing!"),
    ],
)
def test_errors(caller: Client, parameters: dict[str, Any], code: str, message: str) -> None:
    error = ask(caller, **parameters)["Error"]
    assert error == {"ErrorCode": f"TimeAccountingGet.{code}", "ErrorMessage": f"TimeAccountingGet: {message}"}
    assert error["ErrorCode"] in TimeAccountingGet.errors


@pytest.mark.parametrize("login", ["ROOT@localhost", "Root@LocalHost"])
def test_the_login_in_any_case(caller: Client, login: str) -> None:
    assert units(ask(caller, TimeAccountingUserLogin=login)) == ["120.00", "30.00"]


@pytest.mark.parametrize("login", ["nobody", "root@localhost ", "root%", "*", "1", ["root@localhost"], {"a": "b"}, 1])
def test_nobody_of_that_login_has_booked_anything(caller: Client, login: object) -> None:
    assert ask(caller, TimeAccountingUserLogin=login) == {}


def test_an_agent_who_is_invalid_by_now(caller: Client, database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(t.users).where(t.users.c.login == "tester").values(valid_id=2))
    assert units(ask(caller, TimeAccountingUserLogin="tester"))


def test_both_ends_are_included(caller: Client) -> None:
    moment, before, after = "2021-08-05 08:00:00", "2021-08-05 07:59:59", "2021-08-05 08:00:01"
    both = ["120.00", "30.00"]
    assert units(ask(caller, TimeAccountingStart=moment, TimeAccountingEnd=moment)) == both
    assert units(ask(caller, TimeAccountingStart=before, TimeAccountingEnd=moment)) == both
    assert units(ask(caller, TimeAccountingStart=after)) == []
    assert units(ask(caller, TimeAccountingEnd=before)) == []
    assert ask(caller, TimeAccountingStart="2022-01-01", TimeAccountingEnd="2021-01-01") == {}


# --------------------------------------------------------------------------------------------------------------- dates

MOMENTS = {
    "2021-08-05 08:00:00": (8, 0, 0),
    "2021-08-05 08:00": (8, 0, 0),
    "2021-08-05T08:00:00": (8, 0, 0),
    "2021-08-05t08:00": (8, 0, 0),
    "2021-08-05 08": (8, 0, 0),
    "2021-08-05": (0, 0, 0),
    " 2021-8-5  8:1:2 ": (8, 1, 2),
    "2021-08-05 08:00:00.750": (8, 0, 0),
    "2021-08-05T08:00:00Z": (10, 0, 0),
    "2021-08-05T08:00:00+02:00": (8, 0, 0),
    "2021-08-05 08:00:00 +0200": (8, 0, 0),
    "2021-08-05T08:00:00-05": (15, 0, 0),
    "2021-08-05T08:00:00+05:30": (4, 30, 0),
    "20210805": (0, 0, 0),
    "20210805T080102": (8, 1, 2),
    "20210805T0801Z": (10, 1, 0),
}
GARBAGE = (
    *("foo", "", "2021", "2021-08", "2021-13-01", "2021-02-30", "2021-00-01", "0000-01-01", "10000-01-01"),
    *("2021-08-05 25:00", "2021-08-05 08:60", "2021-08-05 24:00:00", "2021/08/05", "05.08.2021", "5 Aug 2021"),
    *("infinity", "now", "1628150400", "2021-08-05'", "2021-08-05 08:00:00 UTC", "2021-08-05 08:00:00 AD"),
    *("٢٠٢١-08-05", "2021-08-05\x00", "-2021-08-05", "0001-01-01T00:00+10:00", "9999-12-31T23:59:59-10:00"),
)
LONG = ("2021-08-05 08:00:00{}x", "2021-08-05{}x", "20210805{}x", "{}x", "2021-08-05 08:00:00.{}x")


@pytest.mark.parametrize("text", MOMENTS)
def test_dates(text: str) -> None:
    berlin = SystemConfiguration(otrs_time_zone="Europe/Berlin")
    assert parse_moment(text, berlin) == dt.datetime(2021, 8, 5, *MOMENTS[text])  # noqa: DTZ001


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_no_date(text: str) -> None:
    assert parse_moment(text, SystemConfiguration(otrs_time_zone="Europe/Berlin")) is None


@pytest.mark.parametrize("form", LONG)
@pytest.mark.parametrize("filling", [" ", "0", "T", "\n"])
def test_a_long_text_takes_no_long_time(form: str, filling: str) -> None:
    started = time.monotonic()
    assert parse_moment(form.format(filling * 200_000), SystemConfiguration()) is None
    assert time.monotonic() - started < 1


def test_what_is_no_date_finds_nothing(caller: Client) -> None:
    assert ask(caller, TimeAccountingStart="foo") == {}
    assert ask(caller, TimeAccountingEnd={"a": "2021-12-31"}) == {}
    assert ask(caller, TimeAccountingEnd=["2021-12-31"]) == {}


def test_what_is_no_date_is_named_where_the_web_service_is_strict(caller: Client, database: Database) -> None:
    strict = text("TimeAccountingREST").replace("\nProvider:\n", "\nProvider:\n  Extension:\n    Strict: '1'\n")
    assert "Strict" in strict
    with database.transaction() as connection:
        webservices.add(connection, "Strict", strict, NOW)
    assert units(ask(caller, "Strict")) == ["120.00", "30.00"]
    for name in ("TimeAccountingStart", "TimeAccountingEnd"):
        assert ask(caller, "Strict", **{name: "31.12.2021"})["Error"] == {
            "ErrorCode": "TimeAccountingGet.InvalidParameter",
            "ErrorMessage": f"TimeAccountingGet: {name} parameter is not a date!",
        }


# ----------------------------------------------------------------------------------------------- the queue at that time

DAY = dt.datetime(2026, 11, 24)  # noqa: DTZ001  the database keeps times without a zone


class History:
    """A ticket with only the history and the bookings that a test gives it; seconds count from DAY."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as connection:
            row = connection.execute(select(t.ticket).where(t.ticket.c.tn == "2021012710123456")).one()
            self.kinds = {kind.name: kind.id for kind in connection.execute(select(t.ticket_history_type))}
            self.queues = {queue.name: queue.id for queue in connection.execute(select(t.queue))}
            self.ticket_id = row.id
            self.row = {
                key: getattr(row, name)
                for key, name in {
                    "type_id": "type_id",
                    "owner_id": "user_id",
                    "priority_id": "ticket_priority_id",
                    "state_id": "ticket_state_id",
                }.items()
            }
            connection.execute(t.time_accounting.delete().where(t.time_accounting.c.ticket_id == row.id))
            connection.execute(t.ticket_history.delete().where(t.ticket_history.c.ticket_id == row.id))

    def entry(self, second: int, kind: str, name: str, queue: str) -> None:
        self._add(
            t.ticket_history,
            second,
            name=name,
            history_type_id=self.kinds[kind],
            queue_id=self.queues[queue],
            **self.row,
        )

    def new(self, second: int, queue: str) -> None:
        self.entry(second, "NewTicket", f"%%2026052610000069%%{queue}%%1 very low%%new%%69", queue)

    def move(self, second: int, queue: str, before: str = "Raw") -> None:
        self.entry(second, "Move", f"%%{queue}%%{self.queues[queue]}%%{before}%%{self.queues[before]}", queue)

    def book(self, *seconds: int) -> None:
        for second in seconds:
            self._add(t.time_accounting, second, time_unit=second)

    def _add(self, table: Any, second: int, **values: Any) -> None:
        stamp = DAY + dt.timedelta(seconds=second)
        with self.database.transaction() as connection:
            # counted on by hand, for the demo data has numbers of its own
            number = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
            stamps = {"create_time": stamp, "create_by": 1, "change_time": stamp, "change_by": 1}
            connection.execute(insert(table).values(id=number, ticket_id=self.ticket_id, **stamps, **values))

    def queues_found(self) -> list[str | None]:
        with self.database.reading() as connection:
            found = time_accounting.booked(connection, "root@localhost", DAY, DAY + dt.timedelta(days=1))
        return [booking.queue for booking in found]


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def test_a_ticket_that_moves_between_bookings(history: History) -> None:
    # As the reference answers after TicketUpdate: book, move, book, move and book in one call, move, book.
    history.new(0, "Misc")
    history.entry(0, "NewTicket", "%%GenericInterface Create", "Misc")
    history.book(1)
    history.move(3, "Raw", "Misc")
    history.book(5)
    history.move(7, "Sales", "Raw")
    history.book(7)
    history.move(8, "Misc", "Sales")
    history.book(10)
    assert history.queues_found() == ["Misc", "Raw", "Sales", "Misc"]


def test_the_last_move_of_a_second_counts(history: History) -> None:
    history.new(0, "Misc")
    history.move(5, "Sales")
    history.move(5, "Raw")
    history.book(5)
    assert history.queues_found() == ["Raw"]


def test_moves_count_by_their_time(history: History) -> None:
    history.new(0, "Misc")
    history.move(9, "Raw")
    history.move(4, "Sales")
    history.book(5, 10)
    assert history.queues_found() == ["Sales", "Raw"]


def test_other_entries_say_nothing_about_the_queue(history: History) -> None:
    history.new(0, "Misc")
    history.entry(2, "FollowUp", "%%Sales%%9%%Support%%5", "Sales")
    history.entry(3, "TypeUpdate", "%%Change request%%4", "Sales")
    history.book(5)
    assert history.queues_found() == ["Misc"]


def test_a_queue_has_the_name_that_it_had_then(history: History, database: Database) -> None:
    history.new(0, "Misc")
    history.book(1)
    history.move(2, "Sales", "Misc")
    history.book(3)
    with database.transaction() as connection:
        connection.execute(
            update(t.queue).where(t.queue.c.name.in_(["Misc", "Sales"])).values(name="x" + t.queue.c.name)
        )
    assert history.queues_found() == ["Misc", "Sales"]


def test_without_history_there_is_no_queue(history: History) -> None:
    history.book(1)
    history.move(2, "Sales", "Misc")
    history.book(3)
    assert history.queues_found() == [None, "Sales"]


@pytest.mark.parametrize("name", ["%%GenericInterface Create", "garbage", "%%1%%Old%%p", "%%1%%%%p%%s%%69", ""])
def test_an_entry_that_cannot_be_read_has_its_own_queue(history: History, name: str) -> None:
    history.entry(0, "NewTicket", name, "Sales")
    history.book(1)
    assert history.queues_found() == ["Sales"]


@pytest.mark.parametrize("name", ["%%garbage", "%%Nope%%5", "%%Nope%%5%%x", "x%%Nope%%5%%x%%y", ""])
def test_an_entry_that_cannot_be_read_gives_way_to_one_that_can(history: History, name: str) -> None:
    history.new(0, "Misc")
    history.entry(3, "Move", name, "Sales")
    history.book(5)
    assert history.queues_found() == ["Misc"]


def test_order_and_types(history: History, database: Database) -> None:
    history.new(0, "Misc")
    history.book(5, 3, 4)
    with database.transaction() as connection:
        connection.execute(update(t.ticket).where(t.ticket.c.id == history.ticket_id).values(customer_id=None))
        connection.execute(update(t.time_accounting).where(t.time_accounting.c.time_unit == 4).values(time_unit="-1.5"))
    with database.reading() as connection:
        found = time_accounting.booked(connection, "root@localhost", DAY, DAY + dt.timedelta(days=1))
    assert [(booking.created.second, f"{booking.time_unit:.2f}", booking.customer_id) for booking in found] == [
        (3, "3.00", None),
        (4, "-1.50", None),
        (5, "5.00", None),
    ]


def test_one_statement_however_many_bookings(history: History, database: Database) -> None:
    history.new(0, "Misc")
    history.book(*range(1, 41))
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    assert history.queues_found() == ["Misc"] * 40
    assert len(statements) == 1

"""database/ticket_numbers.py: the numbers of Znuny's generators, and that nobody gets one twice."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from genericinterface import sysconfig
from genericinterface.database.engine import Database
from genericinterface.database.tables import ticket, ticket_number_counter
from genericinterface.database.ticket_numbers import KEPT, checksum, next_number
from genericinterface.errors import Fault
from genericinterface.sysconfig import SystemConfiguration
from tests.statements import sent_to

NOW = dt.datetime(2026, 11, 26, 12, 0, 31)
SIZE = "Ticket::NumberGenerator::MinCounterSize"
FORMATTED = "Ticket::NumberGenerator::Date::UseFormattedCounter"


def configured(generator: str, **more: object) -> SystemConfiguration:
    names = {"size": SIZE, "formatted": FORMATTED, "system_id": "SystemID"}
    found = {names[name]: value for name, value in more.items()}
    return sysconfig.load({"Ticket::NumberGenerator": f"Kernel::System::Ticket::Number::{generator}"} | found)


def add_counter(connection: Connection, counter: int, moment: dt.datetime = NOW) -> int:
    """A row as a Znuny puts it in; gives its ID."""
    row = {"counter": counter, "counter_uid": f"{counter}-{moment:%d%H%M%S}-{counted_rows(connection)}"}
    added = connection.execute(insert(ticket_number_counter).values(**row, create_time=moment)).inserted_primary_key
    return int(added[0])


def counted_rows(connection: Connection) -> int:
    return len(connection.execute(select(ticket_number_counter.c.id)).all())


def counters(database: Database) -> list[int]:
    with database.reading() as connection:
        rows = select(ticket_number_counter.c.counter).order_by(ticket_number_counter.c.id)
        return list(connection.scalars(rows))


def draw(database: Database, config: SystemConfiguration, now: dt.datetime = NOW) -> str:
    with database.transaction() as connection:
        return next_number(connection, config, now)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as connection:
        connection.execute(delete(ticket_number_counter))
    return database


@pytest.mark.parametrize(
    "number", ["2026112610000051", "2026112610000079", "20261126123000132", "2026112710000013", "2026112610000024"]
)
def test_the_checksum_is_znunys(number: str) -> None:
    assert checksum(number[:-1]) == int(number[-1])


# What Znuny 6.5 made of these counters and settings.
@pytest.mark.parametrize(
    ("config", "last", "expected"),
    [
        (configured("AutoIncrement"), 1, "1000002"),
        (configured("AutoIncrement", size=8, system_id="7"), 10, "700000011"),
        (configured("AutoIncrement", size=2), 777, "10778"),
        (configured("AutoIncrement", size=0), 777, "1000778"),
        (configured("Date"), 2, "20261126103"),
        (configured("Date", formatted=1), 8, "202611261000009"),
        (configured("Date", formatted=1, size=8), 0, "202611261000000001"),
        (configured("DateChecksum"), 4, "2026112610000051"),
        (configured("DateChecksum", size=3, system_id="123"), 12, "20261126123000132"),
        (configured("DateChecksum", size=8), 0, "2026112610000015"),
    ],
)
def test_numbers_are_znunys(database: Database, config: SystemConfiguration, last: int, expected: str) -> None:
    with database.transaction() as connection:
        if last:
            add_counter(connection, last)
        else:
            add_counter(connection, 99, NOW - dt.timedelta(days=1))
    assert draw(database, config) == expected
    assert counters(database)[-1] == last + 1


def test_random_numbers_have_ten_digits_and_no_counter(database: Database) -> None:
    numbers = {draw(database, configured("Random", system_id="5")) for _ in range(5)}
    assert len(numbers) == 5
    assert all(re.fullmatch(r"5\d{10}", number) for number in numbers)
    assert counters(database) == []


@pytest.mark.parametrize("generator", ["Date", "DateChecksum"])
def test_a_new_day_begins_with_1(database: Database, generator: str) -> None:
    config, midnight = configured(generator), dt.datetime(2026, 11, 27)
    assert draw(database, config, midnight - dt.timedelta(seconds=1)).startswith("20261126")
    assert draw(database, config, midnight).startswith("20261127")
    assert draw(database, config, midnight + dt.timedelta(seconds=1)).startswith("20261127")
    assert draw(database, configured("AutoIncrement"), midnight).endswith("03")  # it counts every row
    assert counters(database) == [1, 1, 2, 3]


# The number of the newest ticket, and the first one of AutoIncrement in Znuny 6.5 when the counter's table is empty.
@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        ("1010999", "1011000"),
        ("10100000012", "10100000013"),
        ("7000006", "107000007"),
        ("10", "1000001"),
        ("E10044", "1000001"),
        ("2026112610000015", "1000001"),
        ("20250101", "1000001"),
        ("202613451055", "10202613451056"),
        ("1020261126105x", "1020261126106"),
    ],
)
def test_auto_increment_goes_on_from_the_newest_ticket(database: Database, newest: str, expected: str) -> None:
    with database.transaction() as connection:
        last = connection.scalar(select(ticket.c.id).order_by(ticket.c.id.desc()).limit(1))
        connection.execute(update(ticket).where(ticket.c.id == last).values(tn=newest))
    assert draw(database, configured("AutoIncrement")) == expected


def test_a_number_that_a_ticket_has_is_passed_over(database: Database) -> None:
    with database.transaction() as connection:
        add_counter(connection, 6)
        first = connection.scalar(select(ticket.c.id).limit(1))
        connection.execute(update(ticket).where(ticket.c.id == first).values(tn="20261126107"))
    assert draw(database, configured("Date")) == "20261126108"


def test_rows_that_a_znuny_is_about_to_count_are_counted_for_it(database: Database) -> None:
    with database.transaction() as connection:
        for counter in (7, 0, 0):
            add_counter(connection, counter)
    assert draw(database, configured("Date")) == "202611261010"
    assert counters(database) == [7, 8, 9, 10]


def test_where_no_row_has_a_counter_yet_the_first_has_1(database: Database) -> None:
    with database.transaction() as connection:
        add_counter(connection, 50, NOW - dt.timedelta(days=1))
        for _ in range(60):
            add_counter(connection, 0)
    assert draw(database, configured("Date")) == "202611261061"
    assert counters(database) == [50, *range(1, 62)]


def test_an_unknown_generator_is_a_fault(database: Database) -> None:
    with pytest.raises(Fault, match="Oracle is not known here"):
        draw(database, configured("Oracle"))


def test_old_rows_are_taken_away(database: Database) -> None:
    with database.transaction() as connection:
        row = {"id": 3 * KEPT - 1, "counter": 5, "counter_uid": "last", "create_time": NOW}
        connection.execute(insert(ticket_number_counter).values(row | {"id": 1, "counter_uid": "old"}))
        connection.execute(insert(ticket_number_counter).values(row))
        if database.engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT setval('ticket_number_counter_id_seq', {3 * KEPT - 1})")
    draw(database, configured("Date"))
    assert counters(database) == [5, 6]


def test_the_statements_of_a_draw_are_few(database: Database) -> None:
    draw(database, configured("DateChecksum"))
    with database.transaction() as connection, sent_to(database) as statements:
        next_number(connection, configured("DateChecksum"), NOW)
    # Those of the counter go over a connection of their own on a server.
    assert len(statements) == (3 if database.engine.dialect.name == "sqlite" else 1)


@pytest.mark.parametrize("generator", ["AutoIncrement", "DateChecksum"])
def test_nobody_gets_a_number_twice(database: Database, generator: str) -> None:
    """Two workers with four threads each, every one in a transaction that stays open until all have drawn once."""
    config, each = configured(generator), 6
    url = database.url.render_as_string(hide_password=False)
    workers = [Database(url, pool_size=4) for _ in range(2)]
    alone = database.engine.dialect.name == "sqlite"
    together = Barrier(8)

    def work(number: int) -> list[str]:
        drawn = []
        for _ in range(each):
            with workers[number % 2].transaction() as connection:
                drawn.append(next_number(connection, config, NOW))
                if not alone:
                    together.wait(60)
        return drawn

    try:
        with ThreadPoolExecutor(8) as pool:
            found = [number for drawn in pool.map(work, range(8)) for number in drawn]
    finally:
        for worker in workers:
            worker.close()
    assert len(set(found)) == len(found) == 8 * each
    assert sorted(counters(database))[-1] == 8 * each


def test_an_operation_that_fails_leaves_at_most_a_gap(database: Database) -> None:
    config = configured("Date")
    with pytest.raises(Fault), database.transaction() as connection:
        next_number(connection, config, NOW)
        raise Fault("no")
    expected = "20261126101" if database.engine.dialect.name == "sqlite" else "20261126102"
    assert draw(database, config) == expected

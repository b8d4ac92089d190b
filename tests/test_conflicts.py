"""Transactions that get into each other's way: one is run again, or the caller is told that it is busy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, select, update

from genericinterface.app import Application
from genericinterface.database import engine
from genericinterface.database import tables as t
from genericinterface.database.engine import Conflict, Database
from genericinterface.errors import UnavailableFault
from genericinterface.provider import ATTEMPTS
from tests.application import REST, application, client

ENTRIES = {
    "UserLogin": "user",
    "Password": "password",
    "OutOfOfficeEntriesCSVString": "UserLogin,StartDate,EndDate,OutOfOffice\njd,2026-01-01,2026-01-02,yes\n",
}


def rename(connection: Connection, user: int, title: str) -> None:
    connection.execute(update(t.users).where(t.users.c.id == user).values(title=title))


def test_of_two_in_a_deadlock_one_is_given_up(filled_postgresql: object) -> None:
    with filled_postgresql() as url:  # type: ignore[operator]
        database = Database(url.render_as_string(hide_password=False))
        both = threading.Barrier(2)
        given_up: list[str] = []

        def change(first: int, second: int) -> None:
            try:
                with database.transaction() as connection:
                    rename(connection, first, "Ms")
                    both.wait()
                    rename(connection, second, "Dr")
            except Conflict as conflict:
                given_up.append(conflict.message)

        threads = [threading.Thread(target=change, args=pair) for pair in ((1, 2), (2, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        database.close()
    assert given_up == ["The database is too busy: others changed the same data at the same time."]


def test_a_writer_of_sqlite_that_waits_too_long_is_told(filled_sqlite: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    with filled_sqlite() as url:  # type: ignore[operator]
        one, other = (Database(str(url)) for _ in range(2))
        with (
            one.transaction(),
            pytest.raises(UnavailableFault, match="too busy") as raised,
            other.transaction(),
        ):
            pass
        assert not isinstance(raised.value, Conflict)
        one.close()
        other.close()


@pytest.fixture
def built(database: Database) -> Iterator[Application]:
    with application(database) as made:
        yield made


class Quarrel:
    """Lets the first `times` attempts to write a preference end in a conflict, after another was written."""

    def __init__(self, built: Application, times: int) -> None:
        self.times, self.attempts = times, 0
        event.listen(built.database.engine, "before_cursor_execute", self._look)

    def _look(self, _c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("INSERT INTO user_preferences") and "OutOfOffice" in str(parameters):
            self.attempts += 1
            if self.attempts <= self.times:
                raise Conflict("in the way")


def stored(built: Application) -> int:
    with built.database.reading() as connection:
        key = t.user_preferences.c.preferences_key
        return len(connection.execute(select(key).where(key.like("OutOfOffice%"))).all())


def test_a_transaction_that_was_given_up_is_run_again(built: Application) -> None:
    quarrel = Quarrel(built, ATTEMPTS - 1)
    answer = client(built).post(REST + "/OutOfOffice", json=ENTRIES)
    assert (answer.status_code, answer.json) == (200, {"Success": 1})
    assert quarrel.attempts == ATTEMPTS
    assert stored(built) == 7


def test_a_transaction_that_is_given_up_again_and_again_is_a_fault_with_a_reason(built: Application) -> None:
    Quarrel(built, 100)
    answer = client(built).post(REST + "/OutOfOffice", json=ENTRIES)
    assert answer.status_code == 503
    assert json.loads(answer.data)["faultstring"] == "in the way"
    assert stored(built) == 0

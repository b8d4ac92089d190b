"""debugger.py: what is kept of a communication, by threshold, without credentials, and what happens when it cannot."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from genericinterface import debugger as module
from genericinterface.database import communications, webservices
from genericinterface.database.engine import Database
from genericinterface.database.tables import gi_debugger_entry, gi_debugger_entry_content
from genericinterface.debugger import Debugger
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.webservice import Webservice, define

LEVELS = ("debug", "info", "notice", "error")


def webservice(webservice_id: int, threshold: str | None = "debug") -> Webservice:
    return define("Tickets", {"Debugger": {"DebugThreshold": threshold}}, webservice_id)


@pytest.fixture
def webservice_id(database: Database, sysconfig: SystemConfiguration) -> int:
    with database.transaction() as connection:
        return webservices.add(connection, "Tickets", "---\n", sysconfig.now())


@pytest.fixture
def debugger(database: Database, sysconfig: SystemConfiguration) -> Iterator[Debugger]:
    built = Debugger(database, sysconfig)
    yield built
    built.close()


def kept(database: Database) -> list[communications.Content]:
    """All entries, of all communications in their order."""
    with database.reading() as connection:
        return [
            content
            for summary in reversed(communications.listed(connection, limit=10_000))
            for content in communications.contents(connection, summary.communication_id)
        ]


@pytest.mark.parametrize("threshold", [*LEVELS, None, "nonsense"])
def test_the_threshold_decides_what_is_kept(
    database: Database, debugger: Debugger, webservice_id: int, threshold: str | None
) -> None:
    with debugger.open(webservice(webservice_id, threshold), "192.0.2.1", "r1") as communication:
        for level in LEVELS:
            getattr(communication, level)(f"a {level}", {"level": level})
    debugger.close()
    lowest = LEVELS.index(threshold) if threshold in LEVELS else LEVELS.index("error")
    assert [entry.level for entry in kept(database)] == list(LEVELS[lowest:])


def test_rows_are_as_znuny_reads_them(
    database: Database, debugger: Debugger, webservice_id: int, sysconfig: SystemConfiguration
) -> None:
    with debugger.open(webservice(webservice_id), "192.0.2.1", "r1") as communication:
        communication.debug("Incoming data before mapping", {"b": ["1", None], "a": "grün"})
        communication.debug("Detected operation 'TicketSearch'")
    debugger.close()
    with database.reading() as connection:
        entry = connection.execute(select(gi_debugger_entry)).one()
        contents = connection.execute(select(gi_debugger_entry_content).order_by(gi_debugger_entry_content.c.id)).all()
    assert (entry.communication_type, entry.remote_ip, entry.webservice_id) == ("Provider", "192.0.2.1", webservice_id)
    assert len(entry.communication_id) == 32
    assert int(entry.communication_id, 16)
    assert abs(entry.create_time - sysconfig.now()) < dt.timedelta(seconds=10)
    assert [(row.gi_debugger_entry_id, row.debug_level, row.subject) for row in contents] == [
        (entry.id, "debug", "Incoming data before mapping"),
        (entry.id, "debug", "Detected operation 'TicketSearch'"),
    ]
    assert json.loads(contents[0].content) == {"a": "grün", "b": ["1", None]}
    assert contents[1].content == "No data provided"


def test_it_is_seen_within_a_second(database: Database, debugger: Debugger, webservice_id: int) -> None:
    with debugger.open(webservice(webservice_id), "192.0.2.1", "r1") as communication:
        communication.error("Something failed")
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline and not kept(database):
        time.sleep(0.02)
    assert [entry.subject for entry in kept(database)] == ["Something failed"]


def test_what_is_not_kept_costs_nothing(database: Database, debugger: Debugger) -> None:
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    def never() -> object:
        raise AssertionError("formatted in vain")

    with debugger.open(webservice(1, "error"), "192.0.2.1", "r1") as communication:
        communication.debug("data", never)
        communication.notice("data", never)
    debugger.close()
    assert statements == []
    assert debugger._writer is None


def test_a_batch_costs_a_fixed_number_of_statements(
    database: Database, debugger: Debugger, webservice_id: int, sysconfig: SystemConfiguration
) -> None:
    def entry() -> communications.Communication:
        made = communications.Communication(os.urandom(16).hex(), webservice_id, "192.0.2.1", sysconfig.now())
        made.contents = [("debug", "one", "1", sysconfig.now()), ("debug", "two", "2", sysconfig.now())]
        return made

    statements: list[str] = []
    with database.transaction() as connection:
        event.listen(database.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        communications.write(connection, [entry() for _ in range(100)])
    assert len(statements) == 4
    assert len(kept(database)) == 200


def test_many_threads_lose_nothing(database: Database, debugger: Debugger, webservice_id: int) -> None:
    import threading

    def talk(number: int) -> None:
        for turn in range(25):
            with debugger.open(webservice(webservice_id), "192.0.2.1", "r") as communication:
                communication.debug(f"{number} {turn}")

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    debugger.close()
    assert sorted(entry.subject for entry in kept(database)) == sorted(f"{n} {t}" for n in range(8) for t in range(25))


# ------------------------------------------------------------------------------------------------- credentials


def test_a_credential_under_a_name_of_the_callers_own_is_found_by_its_value(
    database: Database, debugger: Debugger, webservice_id: int
) -> None:
    """A mapping renames `Key` to `Password`: then the value is known, and must not be in what was kept before."""
    with debugger.open(webservice(webservice_id), "192.0.2.1", "r1") as communication:
        communication.debug("Received", b'{"Key": "s3cret\\"s"}')
        communication.debug("Incoming data before mapping", {"Key": 's3cret"s', "UserLogin": "jane"})
        communication.debug("Incoming data after mapping", {"Password": 's3cret"s', "UserLogin": "jane"})
        communication.debug("Outgoing data before mapping", {"SessionID": "abcdefghijklmnop"})
        communication.error("no route for /Session/abcdefghijklmnop")
    debugger.close()
    text = "".join(entry.subject + entry.content for entry in kept(database))
    assert "s3cret" not in text
    assert "abcdefgh" not in text
    assert text.count("jane") == 2


@pytest.mark.parametrize(
    "content",
    [
        {"Password": "s3cret"},
        {"Ticket": {"nested": [{"SESSIONID": "s3cret"}]}},
        b"<Envelope><Password>s3cret</Password></Envelope>",
        "Password=s3cret&x=1",
        {"Body": '{"UserPw": "s3cret"}'},
        lambda: {"HTTP_X_OTRS_HEADER_PASSWORD": "s3cret"},
        {"SessionData": [{"Key": "UserChallengeToken", "Value": "s3cret"}]},
    ],
)
def test_credentials_are_not_kept(database: Database, debugger: Debugger, webservice_id: int, content: object) -> None:
    with debugger.open(webservice(webservice_id), "192.0.2.1", "r1") as communication:
        communication.debug("subject Password=s3cret", content)
    debugger.close()
    [entry] = kept(database)
    assert "s3cret" not in entry.subject + entry.content
    assert "***" in entry.content


# ------------------------------------------------------------------------------------------- whatever is thrown in


class _Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


def _endless() -> dict[str, Any]:
    data: dict[str, Any] = {}
    data["self"] = data
    return data


@pytest.mark.parametrize(
    "content",
    [
        _Unprintable(),
        {"x": _Unprintable()},
        _endless(),
        "\0\x1b[31m\ud800",
        {"\ud800": "\udfff\0"},
        {1: 2, "1": 3},
        "x" * 3_000_000,
        ["x" * 1000] * 3000,
        b"\xff\xfe\0",
        lambda: 1 / 0,
        float("nan"),
    ],
)
def test_no_content_disturbs_a_request(
    database: Database, debugger: Debugger, webservice_id: int, content: object
) -> None:
    with debugger.open(webservice(webservice_id), "x" * 100, "r1") as communication:
        communication.debug("s\ud800\0" * 300, content)
    debugger.close()
    [entry] = kept(database)
    assert len(entry.content) < 600_000
    assert "\0" not in entry.subject + entry.content


def test_what_one_communication_breaks_the_others_do_without(
    database: Database, debugger: Debugger, webservice_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    now = debugger.sysconfig.now()
    entries = [communications.Communication(f"{n:032}", webservice_id, "", now) for n in (1, 2, 2, 3)]
    for entry in entries:
        entry.contents.append(("error", "kept", "", now))
        debugger.enqueue(entry)
    debugger.close()
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(gi_debugger_entry)) == 3
    assert "could not write a communication: IntegrityError" in caplog.text


def test_a_web_service_that_is_gone_is_no_error(
    database: Database, debugger: Debugger, caplog: pytest.LogCaptureFixture
) -> None:
    with debugger.open(webservice(999), "192.0.2.1", "r1") as communication:
        communication.error("gone")
    debugger.close()
    assert kept(database) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_request_gets_its_own_exception(debugger: Debugger) -> None:
    with pytest.raises(KeyError), debugger.open(webservice(999), "", "r1") as communication:
        communication.error("failed")
        raise KeyError("of the request")


# ---------------------------------------------------------------------------------------------- database is away


def test_it_waits_for_the_database_and_drops_the_oldest(
    tmp_path: Path, sysconfig: SystemConfiguration, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "RETRY", 0.05)
    monkeypatch.setattr(module, "WAITING", 5)
    from genericinterface.database.install import install

    file = tmp_path / "missing" / "gi.db"
    database = Database(f"sqlite:///{file}")
    debugger = Debugger(database, sysconfig)
    _say(debugger, "first")
    while "until the database is back" not in caplog.text:
        time.sleep(0.01)
    for number in range(20):
        _say(debugger, f"later {number}")
    file.parent.mkdir()
    install(database, "", sysconfig.now(), lambda c: webservices.add(c, "Tickets", "---\n", sysconfig.now()))
    debugger.close()
    subjects = [entry.subject for entry in kept(database)]
    assert subjects == ["first", *(f"later {number}" for number in range(15, 20))]
    assert "dropped the 15 oldest communications" in caplog.text
    assert caplog.text.count("until the database is back") == 1
    database.close()


def test_characters_are_bounded_too(sysconfig: SystemConfiguration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_CHARACTERS", 1000)
    database = Database("sqlite:////nowhere/at/all.db")
    debugger = Debugger(database, sysconfig)
    for _ in range(50):
        _say(debugger, "much", "x" * 400)
    assert len(debugger._waiting) <= 3
    debugger.close()
    database.close()


def test_closing_gives_up_on_a_database_that_is_away(
    sysconfig: SystemConfiguration, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database("sqlite:////nowhere/at/all.db")
    debugger = Debugger(database, sysconfig)
    _say(debugger, "lost")
    started = time.monotonic()
    debugger.close()
    assert time.monotonic() - started < 5
    assert "lost 1 communications" in caplog.text
    database.close()


def test_it_starts_again_after_closing(database: Database, debugger: Debugger, webservice_id: int) -> None:
    _say(debugger, "one", webservice_id=webservice_id)
    debugger.close()
    _say(debugger, "two", webservice_id=webservice_id)
    debugger.close()
    assert [entry.subject for entry in kept(database)] == ["one", "two"]


def _say(debugger: Debugger, subject: str, content: object = "", webservice_id: int = 1) -> None:
    with debugger.open(webservice(webservice_id), "192.0.2.1", "r") as communication:
        communication.debug(subject, content)


# -------------------------------------------------------------------------------------------------- processes

SCRIPT = """
import os, sys
from genericinterface.database.engine import Database
from genericinterface.debugger import Debugger
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.webservice import define

url, webservice_id = sys.argv[1], int(sys.argv[2])
service = define("Tickets", {"Debugger": {"DebugThreshold": "debug"}}, webservice_id)

def say(debugger, subject):
    with debugger.open(service, "192.0.2.1", "r") as communication:
        communication.debug(subject)

database = Database(url)
debugger = Debugger(database, SystemConfiguration())
say(debugger, "before the fork")
child = os.fork()
if child == 0:
    database.engine.dispose(close=False)  # as after any fork: the connections are the parent's
    say(debugger, "in the child")
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
say(debugger, "at the very end")
"""


def test_it_survives_forks_and_writes_at_the_end_of_the_interpreter(database: Database, webservice_id: int) -> None:
    url = database.url.render_as_string(hide_password=False)
    # From 3.12 on Python warns of a fork beside threads: that it works is what is shown here.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT, url, str(webservice_id)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(entry.subject for entry in kept(database)) == ["at the very end", "before the fork", "in the child"]

"""`genericinterface mail-queue` and the deliveries of `serve` as an operator starts them, or killed in mid-delivery."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from genericinterface.database import mail_queue
from genericinterface.database.engine import Database
from genericinterface.sysconfig import SystemConfiguration
from tests import application, mail_server
from tests.mail_server import MailServer
from tests.people_commands import Commands

COMMAND = [sys.executable, "-m", "genericinterface"]
NOW = SystemConfiguration().now() - dt.timedelta(hours=1)
SECRET = "The password is swordfish."
CONTENT = (
    "From: =?utf-8?q?B=C3=BCro?= <desk@example.com>\nTo: one@example.com\nMessage-ID: <1@example.com>\n"
    f"Subject: Hi\nX-Token: {SECRET}\n\n{SECRET}\n"
)


def put(database: Database, number: int = 1, sender: str = "desk@example.com") -> int:
    content = CONTENT.replace("<1@", f"<{number}@").encode()
    with database.transaction() as connection:
        recipients = ["one@example.com", "two@example.com"]
        return mail_queue.enqueue(connection, None, sender, recipients, content, NOW)


def ids(database: Database) -> list[int]:
    with database.reading() as connection:
        return [entry.id for entry in mail_queue.listed(connection)]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.running() as started:
        yield started


def settings_file(folder: Path, server: MailServer) -> str:
    file = folder / "settings.toml"
    file.write_text(
        "[sysconfig]\nSendmailModule = 'Kernel::System::Email::SMTP'\n'SendmailModule::Host' = '127.0.0.1'\n"
        f"'SendmailModule::Port' = {server.port}\n'SendmailModule::AuthPassword' = 'hush'\n"
    )
    return str(file)


@contextmanager
def started(database: Database, folder: Path, server: MailServer, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    url = database.url.render_as_string(hide_password=False)
    environment = os.environ | {
        "GENERICINTERFACE_SETTINGS": settings_file(folder, server),
        "GENERICINTERFACE_DATABASE_URL": url,
    }
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_empty(database: Database) -> None:
    pause, deadline = threading.Event(), time.monotonic() + 60
    while ids(database):
        assert time.monotonic() < deadline, "the queue is not emptied"
        pause.wait(0.02)


def test_run_once_delivers_and_tells(database: Database, server: MailServer, tmp_path: Path) -> None:
    put(database, 1)
    put(database, 2)
    server.recipient_answers = {"two@example.com": ["450 busy"]}
    with started(database, tmp_path, server, "mail-queue", "run", "--once") as process:
        printed = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert "1 delivered, 1 postponed, 0 failed." in printed
    assert SECRET not in printed
    assert "hush" not in printed
    assert len(server.inbox) == 2


def test_run_once_without_a_server_fails_in_words(database: Database, tmp_path: Path) -> None:
    put(database)
    with started(database, tmp_path, MailServer(mail_server.free_port()), "mail-queue", "run", "--once") as process:
        printed = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "0 delivered, 1 postponed, 0 failed." in printed
    assert "error: Can't connect to 127.0.0.1:" in printed
    assert "Traceback" not in printed
    assert len(ids(database)) == 1


def test_sigterm_finishes_the_message_under_way(database: Database, server: MailServer, tmp_path: Path) -> None:
    put(database, 1)
    put(database, 2)
    server.holding()
    with started(database, tmp_path, server, "mail-queue", "run", "--interval", "0.1") as process:
        assert server.arrived.wait(60)
        process.send_signal(signal.SIGTERM)
        # It still waits for the server's answer.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        server.release()
        assert process.wait(60) == 0
    assert [mail.message_id for mail in server.inbox] == ["<1@example.com>"]
    assert len(ids(database)) == 1


def test_a_worker_killed_in_mid_delivery_loses_nothing(database: Database, server: MailServer, tmp_path: Path) -> None:
    for number in range(1, 4):
        put(database, number)
    server.holding()
    with started(database, tmp_path, server, "mail-queue", "run") as process:
        assert server.arrived.wait(60)
        process.kill()
        process.wait()
    server.release()
    with started(database, tmp_path, server, "mail-queue", "run", "--interval", "0.1"):
        wait_for_empty(database)
    # The first went out twice: the worker died between the server's taking it and hearing of it.
    assert sorted(mail.message_id for mail in server.inbox) == [f"<{n}@example.com>" for n in (1, 1, 2, 3)]


def test_serve_delivers_where_it_should(database: Database, server: MailServer, tmp_path: Path) -> None:
    put(database)
    bind = f"127.0.0.1:{mail_server.free_port()}"
    with pytest.MonkeyPatch.context() as patch:
        if database.url.get_backend_name() != "sqlite":
            patch.setenv("GENERICINTERFACE_MAIL_DELIVERY", "on")
        with started(database, tmp_path, server, "serve", "--bind", bind, "--workers", "2"):
            wait_for_empty(database)
    assert [mail.message_id for mail in server.inbox] == ["<1@example.com>"]


def test_the_metrics_tell_length_and_age(database: Database) -> None:
    with application.application(database) as built:
        client = application.client(built)

        def metrics() -> dict[str, float]:
            answer = client.get("/metrics")
            assert answer.status_code == 200
            assert answer.content_type.startswith("text/plain; version=0.0.4")
            lines = (line.split() for line in answer.text.splitlines() if not line.startswith("#"))
            return {name.removeprefix("genericinterface_mail_queue_"): float(value) for name, value in lines}

        assert metrics() == {"messages": 0, "tried_messages": 0, "oldest_seconds": 0}
        put(database)
        found = metrics()
        assert (found["messages"], found["tried_messages"]) == (1, 0)
        assert 3600 <= found["oldest_seconds"] < 7200


def test_list_show_and_status(database: Database) -> None:
    run = Commands(database)
    assert run("mail-queue", "list") == "The queue is empty.\n"
    assert run("mail-queue", "status") == "0 messages wait, 0 of them tried before.\n"
    first, second = put(database), put(database, 2, sender="")
    printed = run("mail-queue", "list")
    assert "one@example.com and 1 more" in printed
    assert len(printed.splitlines()) == 3
    assert [entry["ID"] for entry in run.json("mail-queue", "list", "--limit", "1")] == [first]
    shown = run("mail-queue", "show", str(first))
    for wanted in ("one@example.com, two@example.com", "From: Büro <desk@example.com>", "Message-ID: <1@example.com>"):
        assert wanted in shown
    assert run.json("mail-queue", "show", str(second))["header"]["Subject"] == "Hi"
    status = run("mail-queue", "status")
    assert re.fullmatch(r"2 messages wait, 0 of them tried before, the oldest for [1-9]:\d\d:\d\d\.\n", status)
    assert run.json("mail-queue", "status")["messages"] == 2
    everything = (shown, printed, *(run("mail-queue", "show", str(second), *more) for more in ((), ("--json",))))
    assert SECRET not in "".join(everything)
    assert "no message 99" in run.problems("mail-queue", "show", "99")


def test_retry_and_delete(database: Database) -> None:
    run = Commands(database)
    first, second, third = put(database, 1), put(database, 2), put(database, 3)
    later = NOW + dt.timedelta(days=1)
    mail_queue.deliver_next(
        database, NOW, lambda _queued: mail_queue.Result(("one@example.com",), 2, later, 450, "\x1b")
    )
    assert "\x1b" not in run("mail-queue", "list") + run("mail-queue", "show", str(first))
    assert run("mail-queue", "retry", str(first)) == "1 messages are due.\n"
    assert json.loads(run("mail-queue", "list", "--json"))[0]["attempts"] == 0
    assert run("mail-queue", "retry", "--all") == "3 messages are due.\n"
    assert run.result("mail-queue", "delete", str(second), stdin="n\n").exit_code == 1
    assert run("mail-queue", "delete", str(second), "--yes") == "1 messages deleted.\n"
    assert ids(database) == [first, third]
    for wrong in (("retry",), ("delete", "--yes")):
        told = run.problems("mail-queue", *wrong, str(first), str(second))
        assert told == f"there is no message {second} in the queue"
    assert ids(database) == [first, third]
    for wrong in (("retry",), ("delete",), ("delete", str(first), "--all")):
        assert "Name the messages, or say --all." in run.result("mail-queue", *wrong).output
    assert "2 messages deleted." in run("mail-queue", "delete", "--all", stdin="y\n")
    assert ids(database) == []

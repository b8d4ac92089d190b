"""mail/delivery.py: the queue of both databases emptied into a real mail server, whatever the server does."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from genericinterface.database import mail_queue, stored_sysconfig
from genericinterface.database.engine import Database
from genericinterface.database.mail_queue import Entry
from genericinterface.database.stored_content import stored
from genericinterface.database.stored_sysconfig import CurrentConfiguration
from genericinterface.database.tables import article, article_data_mime, article_data_mime_send_error
from genericinterface.database.tables import mail_queue as table
from genericinterface.errors import ConfigurationError, UnavailableFault
from genericinterface.mail import delivery
from genericinterface.mail.courier import Nowhere, Report
from genericinterface.mail.delivery import BackgroundDelivery, Round, Worker
from genericinterface.mail.sendmail import Sendmail
from genericinterface.mail.smtp import Security, Server, Smtp
from genericinterface.sysconfig import SystemConfiguration
from tests import mail_server
from tests.configuration import Fixed, add_default, add_modified
from tests.mail_server import DROP, DROP_IN_MESSAGE, MailServer, free_port

START = dt.datetime(2026, 1, 1, 12, 0)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Clock(SystemConfiguration):
    """Znuny's defaults at a time of the test's choosing."""

    moment: dt.datetime = START

    def now(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server.running() as started:
        yield started


def worker(database: Database, server: MailServer | int, at: dt.datetime = START) -> Worker:
    port = server if isinstance(server, int) else server.port
    server_of = Server("127.0.0.1", port=port, command_timeout=20)
    return Worker(database, Fixed(Clock(moment=at)), lambda _: Smtp(server_of))


def put(
    database: Database, *recipients: str, article_id: int | None = None, number: int = 1, at: dt.datetime = START
) -> int:
    content = f"Message-ID: <{number}@example.com>\nSubject: x\n\nText {number}\n".encode()
    with database.transaction() as connection:
        given = recipients or ("one@example.com",)
        return mail_queue.enqueue(connection, article_id, "desk@example.com", given, content, at)


def waiting(database: Database) -> list[Entry]:
    with database.reading() as connection:
        return mail_queue.listed(connection)


def failures(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(article_data_mime_send_error.c.log_message)))


def first_article(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.scalar(select(article.c.id).order_by(article.c.id).limit(1)) or 0)


def test_everything_due_goes_out_in_order_on_one_connection(database: Database, server: MailServer) -> None:
    for number in range(5):
        put(database, number=number)
    assert worker(database, server).round() == Round(delivered=5)
    assert [mail.message_id for mail in server.inbox] == [f"<{number}@example.com>" for number in range(5)]
    assert len(server.greetings) == 1
    assert waiting(database) == []


def test_a_server_that_is_down_loses_nothing(database: Database) -> None:
    port = free_port()
    for number in range(3):
        put(database, number=number, article_id=first_article(database) if number == 0 else None)
    for minutes in (0, 10, 60 * 24 * 4):  # Znuny would have given up after six minutes
        done = worker(database, port, START + minutes * MINUTE).round()
        assert "Can't connect" in done.trouble
        entries = waiting(database)
        assert [(entry.attempts, entry.due) for entry in entries] == [(0, None)] * 3
        assert "Can't connect" in entries[0].text  # and the others were not tried
        assert entries[1].text == ""
    with mail_server.running(port=port) as server:
        assert worker(database, server, START + 11 * MINUTE).round() == Round(delivered=3)
        assert len(server.inbox) == 3
    assert failures(database) == []


def test_a_server_that_stays_down_is_a_failure_after_five_days(database: Database) -> None:
    put(database, article_id=first_article(database))
    worker(database, free_port(), START + dt.timedelta(days=5)).round()
    assert waiting(database) == []
    assert "Can't connect" in failures(database)[0]


def test_refused_for_now_is_tried_as_often_as_znuny_does(database: Database, server: MailServer) -> None:
    put(database, article_id=first_article(database))
    server.recipient_answers = {"one@example.com": ["450 busy"] * 3}
    moment = START
    for attempts, minutes in ((1, 2), (2, 4)):  # Znuny 6.5 likewise: two minutes more each time, three attempts
        assert worker(database, server, moment).round() == Round(postponed=1)
        entry = waiting(database)[0]
        assert (entry.attempts, entry.due, entry.code) == (attempts, moment + minutes * MINUTE, 450)
        assert entry.text == "Envelope to 'one@example.com' not accepted by the server: 450, busy"
        assert worker(database, server, moment + minutes * MINUTE - MINUTE / 60).round() == Round()
        moment += minutes * MINUTE
    assert worker(database, server, moment).round() == Round(failed=1)
    assert failures(database) == ["Envelope to 'one@example.com' not accepted by the server: 450, busy"]
    assert waiting(database) == []
    assert server.inbox == []


def test_refused_for_now_then_taken(database: Database, server: MailServer) -> None:
    put(database)
    server.final_answers = ["451 later"]
    assert worker(database, server).round() == Round(postponed=1)
    assert worker(database, server, START + 2 * MINUTE).round() == Round(delivered=1)
    assert server.recipients() == ["one@example.com"]


def test_refused_for_good_is_recorded(database: Database, server: MailServer) -> None:
    put(database, article_id=first_article(database))
    server.final_answers = ["554 spam"]
    assert worker(database, server).round() == Round(failed=1)
    assert failures(database) == ["Could not send message to server: 554, spam"]
    assert waiting(database) == []


def test_a_failure_leaves_a_note_where_that_is_asked_for(database: Database, server: MailServer) -> None:
    number = first_article(database)
    put(database, article_id=number)
    put(database)
    server.final_answers = ["554 spam", "554 spam"]
    made = worker(database, server)
    made.notes = True
    assert made.round() == Round(failed=2)
    with database.reading() as connection:
        statement = select(article, article_data_mime).join(article_data_mime).order_by(article.c.id.desc()).limit(1)
        note = connection.execute(statement).mappings().one()
        ticket_id = connection.scalar(select(article.c.ticket_id).where(article.c.id == number))
    assert (note["ticket_id"], note["is_visible_for_customer"]) == (ticket_id, 0)
    assert note["a_subject"] == "Mail could not be delivered"
    assert note["a_body"].endswith("\n\nCould not send message to server: 554, spam\n")


def test_each_recipient_gets_it_once_whatever_becomes_of_the_others(database: Database, server: MailServer) -> None:
    put(database, *(f"{name}@example.com" for name in "abcd"), article_id=first_article(database))
    server.recipient_answers = {"b@example.com": ["550 unknown"], "c@example.com": ["450 busy"]}
    done = worker(database, server).round()
    assert (done.postponed, done.failed) == (1, 1)
    assert [entry.recipients for entry in waiting(database)] == [("c@example.com",)]
    assert worker(database, server, START + 2 * MINUTE).round() == Round(delivered=1)
    assert server.recipients() == ["a@example.com", "d@example.com", "c@example.com"]
    assert failures(database) == ["Envelope to 'b@example.com' not accepted by the server: 550, unknown"]


@pytest.mark.parametrize("place", ["mail_answers", "data_answers"])
def test_a_line_that_breaks_off_heals(database: Database, server: MailServer, place: str) -> None:
    put(database, number=1)
    put(database, number=2)
    getattr(server, place).append(DROP if place == "mail_answers" else DROP_IN_MESSAGE)
    assert worker(database, server).round() == Round(delivered=1, postponed=1)
    assert [(entry.attempts, entry.due) for entry in waiting(database)] == [(0, START + 2 * MINUTE)]
    assert worker(database, server, START + 2 * MINUTE).round() == Round(delivered=1)
    assert sorted(mail.message_id for mail in server.inbox) == ["<1@example.com>", "<2@example.com>"]


def test_without_an_answer_the_delay_grows_with_the_age(database: Database, server: MailServer) -> None:
    put(database)
    server.data_answers = [DROP_IN_MESSAGE] * 3
    for age, delay in ((0, 2), (30, 15), (600, 60)):
        worker(database, server, START + age * MINUTE).round()
        assert waiting(database)[0].due == START + (age + delay) * MINUTE


def test_a_result_that_the_database_could_not_keep_is_kept_here(
    database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database)
    made = worker(database, server)
    with monkeypatch.context() as patch:
        patch.setattr(mail_queue, "_keep", broken)
        assert made.round().trouble == "The database is not available."
    assert len(waiting(database)) == len(server.inbox) == 1
    assert made.round().trouble == ""
    assert waiting(database) == []
    assert len(server.inbox) == 1


def broken(*_arguments: object) -> None:
    raise UnavailableFault("The database is not available.")


def test_an_error_of_ours_is_logged_and_loses_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Nowhere):
        def send(self, _sender: str, _recipients: Sequence[str], _content: bytes) -> Report:
            raise ZeroDivisionError

    put(database)
    assert "log has the reason" in Worker(database, Fixed(Clock()), lambda _: Broken()).round().trouble
    assert "ZeroDivisionError" in caplog.text
    assert len(waiting(database)) == 1


def test_what_cannot_be_read_stays(database: Database, server: MailServer) -> None:
    put(database)
    with database.transaction() as connection:
        connection.execute(update(table).values(raw_message=stored(connection, b"nonsense")))
    put(database)
    assert worker(database, server).round() == Round(delivered=1, postponed=1)
    assert [entry.text for entry in waiting(database)] == ["The message in the queue cannot be read."]


def test_workers_at_once_deliver_each_message_once(database: Database, server: MailServer) -> None:
    for number in range(60):
        put(database, number=number)
    url = database.url.render_as_string(hide_password=False)
    databases = [Database(url, pool_size=1) for _ in range(4)]
    stop = threading.Event()
    threads = [threading.Thread(target=worker(each, server).run, args=(stop, 0.02)) for each in databases]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    try:
        while waiting(database):
            assert time.monotonic() < deadline, "the queue is not emptied"
            stop.wait(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for each in databases:
            each.close()
    assert sorted(mail.message_id for mail in server.inbox) == sorted(f"<{n}@example.com>" for n in range(60))


def test_a_thread_delivers_and_finishes_its_message_when_it_is_stopped(database: Database, server: MailServer) -> None:
    put(database, number=1)
    put(database, number=2)
    server.holding()
    url = database.url.render_as_string(hide_password=False)
    running = BackgroundDelivery(url, Fixed(Clock()), lambda _: Smtp(Server("127.0.0.1", port=server.port)))
    assert server.arrived.wait(20)
    closing = threading.Thread(target=running.close)
    closing.start()
    while not running.is_stopping:
        server.arrived.wait(0.01)
    server.release()
    closing.join()
    assert [mail.message_id for mail in server.inbox] == ["<1@example.com>"]
    assert len(waiting(database)) == 1


def test_pauses_grow_while_the_server_is_down(database: Database) -> None:
    pauses: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0)
            if len(pauses) == 6:
                self.set()
            return self.is_set()

    put(database)
    worker(database, free_port()).run(Stop(), 5)
    assert pauses == [10, 20, 40, 60, 60, 60]


def test_the_courier_of_the_settings() -> None:
    base = replace(
        SystemConfiguration(), sendmail_host="mail.example.com", sendmail_auth_user="desk", fqdn="desk.example.com"
    )
    assert isinstance(delivery.courier(base), Sendmail)
    assert isinstance(delivery.courier(replace(base, sendmail_module=delivery.PREFIX + "DoNotSendEmail")), Nowhere)
    for name, security in (("SMTP", Security.PLAIN), ("SMTPTLS", Security.STARTTLS), ("SMTPS", Security.TLS)):
        made = delivery.courier(replace(base, sendmail_module=delivery.PREFIX + name), "none")
        assert isinstance(made, Smtp)
        assert made.server == Server(
            "mail.example.com", security, user="desk", local_name="desk.example.com", certificates="none"
        )
    with pytest.raises(ConfigurationError, match="SendmailModule: Telepathy is not one of"):
        delivery.courier(replace(base, sendmail_module="Telepathy"))
    assert Nowhere().send("", ("one@example.com",), b"") == Report()


def test_a_worker_follows_the_settings(database: Database, server: MailServer) -> None:
    base = Clock(sendmail_module=delivery.PREFIX + "SMTP", sendmail_host="127.0.0.1", sendmail_port=free_port())
    source = Fixed(base)
    working = Worker(database, source, delivery.courier)
    put(database)
    assert "Can't connect" in working.round().trouble
    source.current = replace(base, sendmail_module="Telepathy")
    assert "SendmailModule: Telepathy is not one of" in working.round().trouble
    source.current = replace(base, sendmail_port=server.port)
    assert working.round() == Round(delivered=1)
    assert len(server.inbox) == 1
    source.current = replace(base, sendmail_module=delivery.PREFIX + "DoNotSendEmail")
    put(database, number=2)
    assert working.round() == Round(delivered=1)
    assert len(server.inbox) == 1


def test_nothing_is_lost_where_no_courier_is_known(database: Database) -> None:
    put(database)
    working = Worker(database, Fixed(Clock(sendmail_module="Telepathy")), delivery.courier)
    assert "Telepathy" in working.round().trouble
    assert len(waiting(database)) == 1


def test_a_worker_takes_what_a_znuny_deploys(
    database: Database, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_sysconfig, "TTL", -1.0)
    overrides = {"SendmailModule": delivery.PREFIX + "SMTP", "SendmailModule::Host": "127.0.0.1"}
    working = Worker(database, CurrentConfiguration(database, overrides), delivery.courier)
    with database.transaction() as connection:
        default = add_default(connection, "SendmailModule::Port", f"--- '{free_port()}'\n")
    put(database, at=SystemConfiguration().now())
    assert "Can't connect" in working.round().trouble
    with database.transaction() as connection:
        add_modified(connection, default, "SendmailModule::Port", f"--- '{server.port}'\n")
    assert working.round() == Round(delivered=1)


def test_a_worker_needs_one_connection_only(database: Database, server: MailServer) -> None:
    put(database)
    alone = Database(database.url.render_as_string(hide_password=False), pool_size=1)
    try:
        assert worker(alone, server).round() == Round(delivered=1)
    finally:
        alone.close()

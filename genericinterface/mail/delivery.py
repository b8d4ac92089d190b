"""Delivery of the outgoing queue: who carries a message, when it is tried again, when it has failed for good.

Run by `genericinterface mail-queue run` and by `serve`. A message leaves the queue when every recipient has it or is
refused for good; so each is delivered at least once, always with the same Message-ID, and a second time only where the
connection or this process broke off before the server's last word was kept.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Protocol

from sqlalchemy import Connection

from genericinterface.database import mail_queue
from genericinterface.database.engine import Database
from genericinterface.database.mail_queue import Entry, Queued, Result
from genericinterface.errors import ConfigurationError, UnavailableFault
from genericinterface.mail import failure_note
from genericinterface.mail.courier import Courier, NoServer, Nowhere, Refusal, Report
from genericinterface.mail.sendmail import Sendmail
from genericinterface.mail.smtp import Security, Server, Smtp
from genericinterface.sysconfig import Source, SystemConfiguration

log = logging.getLogger(__name__)

INTERVAL = 5.0  # seconds between two looks into an empty queue
LONGEST_PAUSE = 60.0  # seconds between two attempts to reach a server that is down
STOP_TIMEOUT = 20.0  # seconds that a server which stops waits for the message under way
GIVE_UP = dt.timedelta(days=5)  # without any answer from the server (RFC 5321, 4.5.4.1: four to five days)
LONGEST_DELAY = dt.timedelta(hours=1)

MODULES = {
    "SMTP": Security.PLAIN,
    "SMTPTLS": Security.STARTTLS,
    "SMTPS": Security.TLS,
}
PREFIX = "Kernel::System::Email::"


def courier(configuration: SystemConfiguration, certificates: str = "system") -> Courier:
    """The courier that SendmailModule names; raises ConfigurationError of one that this provider does not have."""
    name = configuration.sendmail_module.removeprefix(PREFIX)
    if name == "Sendmail":
        return Sendmail(configuration.sendmail_command)
    if name == "DoNotSendEmail":
        return Nowhere()
    if name not in MODULES:
        known = ", ".join(PREFIX + each for each in ("Sendmail", "DoNotSendEmail", *MODULES))
        raise ConfigurationError([f"sysconfig: SendmailModule: {name} is not one of {known}"])
    return Smtp(
        Server(
            host=configuration.sendmail_host,
            security=MODULES[name],
            port=configuration.sendmail_port,
            user=configuration.sendmail_auth_user,
            password=configuration.sendmail_auth_password,
            local_name=configuration.fqdn,
            certificates=certificates,
        )
    )


CourierOf = Callable[[SystemConfiguration], Courier]


class Refreshed(Source, Protocol):
    """A source of the settings that looks for changes when it is told to."""

    def refresh(self) -> None:
        """Looks; never raises. The caller holds no connection."""


@dataclass
class Round:
    """What one look through the queue has come to; `trouble` is why it was broken off."""

    delivered: int = 0
    postponed: int = 0
    failed: int = 0
    trouble: str = ""


@dataclass
class Worker:
    """Empties the queue of a database by the courier that the settings ask for; one per thread.

    Each round goes by the settings as they are at its beginning.
    """

    database: Database
    source: Refreshed
    courier_of: CourierOf
    notes: bool = False  # whether a failure is told in a note on the ticket
    configuration: SystemConfiguration = field(init=False)
    courier: Courier = field(init=False)
    _known: SystemConfiguration | None = None  # what the courier was made by
    # Results that the database could not keep: those messages must not be sent again.
    _unkept: dict[tuple[int, bytes], Result] = field(default_factory=dict)

    def run(self, stop: Event, interval: float = INTERVAL) -> None:
        """Works until `stop` is set; the message that is under way then is finished."""
        pause = interval
        while not stop.is_set():
            done = self.round(stop)
            if done.trouble:
                log.warning("mail waits: %s", done.trouble)
                pause = min(max(2 * pause, interval), LONGEST_PAUSE)
            else:
                pause = interval
            stop.wait(pause)

    def round(self, stop: Event | None = None) -> Round:
        """Tries every message that is due once; ends early when the mail server or the database is not there."""
        done = Round()
        try:
            self._renew()
            while not (stop and stop.is_set()) and not done.trouble:
                now = self.configuration.now()
                entry = mail_queue.deliver_next(
                    self.database, now, lambda queued: self._attempt(queued, done), self._note
                )
                if entry is None:
                    break
                self._unkept = {key: result for key, result in self._unkept.items() if key[0] != entry.id}
        except UnavailableFault as fault:
            done.trouble = fault.message
        except ConfigurationError as error:  # a Znuny has stored what this provider does not have
            done.trouble = "; ".join(error.problems)
        except Exception:
            log.exception("mail could not be delivered")
            done.trouble = "an error in the provider; its log has the reason"
        finally:
            if self._known:
                self.courier.close()
        return done

    def _renew(self) -> None:
        """The settings that hold now and, where they are others, a courier by them."""
        self.source.refresh()
        current = self.source.current
        if current is not self._known:
            self.courier = self.courier_of(current)
            self.configuration = self._known = current

    def _attempt(self, queued: Queued, done: Round) -> Result:
        entry, content = queued
        if content is None:
            log.error("mail %d cannot be read; it stays in the queue", entry.id)
            done.postponed += 1
            due = self.configuration.now() + LONGEST_DELAY
            return Result(entry.recipients, entry.attempts, due, None, "The message in the queue cannot be read.")
        known = self._unkept.get((entry.id, content))
        if known is None:
            try:
                report = self.courier.send(entry.sender, entry.recipients, content)
            except NoServer as fault:
                done.trouble = fault.message
                report = Report(deferred=tuple(Refusal(each, None, fault.message) for each in entry.recipients))
            known = self._judge(queued, report, is_tried=not done.trouble)
            self._unkept[entry.id, content] = known
            _tell(queued, known, done)
        return known

    def _note(self, connection: Connection, entry: Entry, result: Result) -> None:
        if self.notes and result.failure:
            failure_note.write(connection, entry, result.failure, self.configuration, self.configuration.now())

    def _judge(self, queued: Queued, report: Report, is_tried: bool) -> Result:
        """Whom to try again and when.

        Znuny counts every attempt: MailQueue###ItemMaxAttempts of them, each MailQueue###IncrementAttemptDelayInMinutes
        later than the one before. Here only the server's own answers count, so that no message fails because the
        server was down for some minutes.
        """
        entry, now = queued.entry, self.configuration.now()
        refused, deferred = list(report.refused), list(report.deferred)
        attempts, due, increment = entry.attempts, entry.due, self.configuration.mail_queue_delay
        if any(refusal.code is not None for refusal in deferred):
            attempts += 1
            due = now + dt.timedelta(minutes=increment * attempts)
        elif is_tried:
            due = now + min(max(dt.timedelta(minutes=increment), (now - entry.created) / 2), LONGEST_DELAY)
        is_over = now - entry.created >= GIVE_UP
        if is_over or attempts > entry.attempts and attempts >= self.configuration.mail_queue_max_attempts:
            refused, deferred = refused + deferred, []
        failure = "\n".join(dict.fromkeys(refusal.text for refusal in refused))
        if not deferred:
            return Result(failure=failure)
        waiting = tuple(refusal.recipient for refusal in deferred)
        last = deferred[-1]
        return Result(waiting, attempts, due, last.code, last.text, failure)


class BackgroundDelivery:
    """A worker on a thread of its own, with a database connection of its own."""

    def __init__(self, database_url: str, source: Refreshed, courier_of: CourierOf, notes: bool = False) -> None:
        self._database = Database(database_url, pool_size=1)
        self._stop = Event()
        worker = Worker(self._database, source, courier_of, notes)
        self._thread = Thread(target=worker.run, args=(self._stop,), name="mail", daemon=True)
        self._thread.start()

    @property
    def is_stopping(self) -> bool:
        """Whether no further message will be taken."""
        return self._stop.is_set()

    def close(self) -> None:
        """Lets the message under way be finished, if that is soon; otherwise it stays in the queue."""
        self._stop.set()
        self._thread.join(STOP_TIMEOUT)
        self._database.close()


def _tell(queued: Queued, result: Result, done: Round) -> None:
    """Counts and logs one attempt. Addresses stand in the reasons only."""
    entry = queued.entry
    what = f"mail {entry.id}" + (f" of article {entry.article_id}" if entry.article_id else "")
    if result.failure:
        done.failed += 1
        log.error("%s failed: %s", what, result.failure)
    if result.waiting:
        done.postponed += 1
        log.warning("%s waits for %d recipients: %s", what, len(result.waiting), result.text)
    elif not result.failure:
        done.delivered += 1
        log.info("%s delivered to %d recipients", what, len(entry.recipients))

"""The Debugger: what one communication said, kept by the web service's threshold, without credentials.

The provider opens a Communication per request; operations and mappings add to it. What reaches the threshold is written
by one background thread per process, in batches, so that no caller waits for it; a failing Debugger fails no request.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import logging
import os
import threading
import uuid
from collections import deque
from types import TracebackType

from genericinterface import redaction
from genericinterface.database import communications
from genericinterface.database.engine import Database
from genericinterface.errors import UnavailableFault
from genericinterface.sysconfig import Source, SystemConfiguration
from genericinterface.webservice import Webservice

log = logging.getLogger(__name__)

LEVELS = {"debug": 0, "info": 1, "notice": 2, "error": 3}
NOTHING = "No data provided"  # Znuny's words for an entry without content
WAITING = 2000  # communications that may wait for the writer
WAITING_CHARACTERS = 32_000_000  # of all their contents
BATCH = 100  # communications of one write
BATCH_CHARACTERS = 4_000_000
PAUSE = 0.2  # seconds that the writer waits for more
RETRY = 2.0  # seconds between two attempts while the database does not answer
CLOSING = 10.0  # seconds that closing may take
LONGEST = 500_000  # characters of one content


class Communication:
    """What is said during one request. A context manager: leaving it hands everything to the writer."""

    def __init__(self, debugger: Debugger, webservice: Webservice, remote_address: str, request_id: str) -> None:
        self.request_id = request_id
        self._debugger = debugger
        self._webservice = webservice
        self._remote_address = remote_address
        self._threshold = LEVELS.get(webservice.debug_threshold, LEVELS["error"])
        self._secrets = redaction.Secrets()
        self._contents: list[tuple[str, str, str, dt.datetime]] = []

    def debug(self, subject: str, content: object = "") -> None:
        """Data on its way."""
        if self._threshold <= LEVELS["debug"]:
            self._add("debug", subject, content)

    def info(self, subject: str, content: object = "") -> None:
        """Something worth knowing."""
        if self._threshold <= LEVELS["info"]:
            self._add("info", subject, content)

    def notice(self, subject: str, content: object = "") -> None:
        """Something odd that did not stop the operation."""
        if self._threshold <= LEVELS["notice"]:
            self._add("notice", subject, content)

    def error(self, subject: str, content: object = "") -> None:
        """What the caller got an error for."""
        self._add("error", subject, content)

    def _add(self, level: str, subject: str, content: object) -> None:
        now = self._debugger.sysconfig.now()
        try:
            text = self._readable(content() if callable(content) else content)
        except Exception as error:  # whatever it is, no request may suffer from it
            log.warning("the debugger cannot keep the content of %s: %s", subject, type(error).__name__)
            text = ""
        self._contents.append((level, subject, text, now))

    def _readable(self, content: object) -> str:
        if isinstance(content, bytes):
            return redaction.body(content) or NOTHING
        kept = redaction.data(content, self._secrets)
        if isinstance(kept, str):
            return kept or NOTHING
        text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"

    def _hand_over(self) -> None:
        communication_id, created = uuid.uuid4().hex, self._contents[0][3]
        entry = communications.Communication(communication_id, self._webservice.id, self._remote_address, created)
        for level, subject, text, moment in self._contents:
            entry.contents.append((level, self._storable(redaction.text(subject)), self._storable(text), moment))
        self._debugger.enqueue(entry)
        log.info("the debugger keeps this request as communication %s", communication_id)

    def _storable(self, text: str) -> str:
        """Text without the credentials met anywhere in this communication, and as every database takes it."""
        text = self._secrets.blot_out(text).replace("\0", "\N{REPLACEMENT CHARACTER}")
        return text.encode("utf-8", "replace").decode("utf-8")  # half a character of JSON's \\ud800 kind

    def __enter__(self) -> Communication:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._contents:
            return
        try:
            self._hand_over()
        except Exception as failure:  # whatever it is, no request may suffer from it
            log.warning("the debugger lost a communication: %s", type(failure).__name__)


class Debugger:
    """One per process; its writer starts with the first communication to write, so after any fork."""

    def __init__(self, database: Database, sysconfig: Source) -> None:
        self._source = sysconfig
        self._database = database
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._waiting: deque[communications.Communication] = deque()
        self._characters = 0
        self._dropped = 0
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None

    @property
    def sysconfig(self) -> SystemConfiguration:
        """The configuration that holds now."""
        return self._source.current

    def open(self, webservice: Webservice, remote_address: str, request_id: str) -> Communication:
        """A communication with this web service."""
        return Communication(self, webservice, remote_address, request_id)

    def enqueue(self, entry: communications.Communication) -> None:
        """Hands an entry to the writer; when too many wait, the oldest are dropped and counted."""
        if self._process != os.getpid():
            self._begin()  # forked: the writer and what waits belong to the parent
        with self._changed:
            self._waiting.append(entry)
            self._characters += entry.size
            while len(self._waiting) > WAITING or (self._characters > WAITING_CHARACTERS and len(self._waiting) > 1):
                self._characters -= self._waiting.popleft().size
                self._dropped += 1
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="debugger", daemon=True)
                self._writer.start()
                atexit.register(self.close)
            self._changed.notify_all()

    def close(self) -> None:
        """Writes what waits and stops the writer; another entry starts a new one."""
        if self._process != os.getpid():
            return  # forked: the parent closes what is its own
        with self._changed:
            writer, self._writer = self._writer, None
            self._changed.notify_all()
        if writer is not None:
            atexit.unregister(self.close)
            writer.join(timeout=CLOSING)

    def _write(self) -> None:
        while batch := self._next_batch():
            self._store(batch)

    def _closing(self) -> bool:
        return self._writer is not threading.current_thread()

    def _next_batch(self) -> list[communications.Communication]:
        """What is to be written together, after a while of waiting for more; [] to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing())
            self._changed.wait_for(lambda: len(self._waiting) >= BATCH or self._closing(), timeout=PAUSE)
            batch: list[communications.Communication] = []
            size = 0
            while self._waiting and len(batch) < BATCH and size < BATCH_CHARACTERS:
                batch.append(self._waiting.popleft())
                size += batch[-1].size
            self._characters -= size
            dropped, self._dropped = self._dropped, 0
        if dropped:
            log.warning("the debugger dropped the %d oldest communications: too many were waiting", dropped)
        return batch

    def _store(self, batch: list[communications.Communication]) -> None:
        """Writes a batch; while the database does not answer, again and again, until the writer is to stop."""
        told = False
        while True:
            try:
                with self._database.transaction() as connection:
                    communications.write(connection, batch)
                return
            except UnavailableFault as fault:
                if self._closing():
                    log.warning("the debugger lost %d communications: %s", len(batch), fault.message)
                    return
                if not told:
                    log.warning("the debugger keeps what is said until the database is back: %s", fault.message)
                told = True
                with self._changed:
                    self._changed.wait_for(self._closing, timeout=RETRY)
            except Exception as error:  # whatever it is, the others of the batch can do without it
                if len(batch) == 1:
                    log.warning("the debugger could not write a communication: %s", type(error).__name__)
                    return
                for entry in batch:
                    self._store([entry])
                return

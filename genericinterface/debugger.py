"""The Debugger: what one communication said, kept by the web service's threshold, without credentials.

The provider opens a Communication per request; operations and mappings add to it. What reaches the threshold is written
by one background thread per process, in batches, so that no caller waits for it; a failing Debugger fails no request.
"""

from __future__ import annotations

import atexit
import json
import logging
import queue
import re
import threading
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from genericinterface.database import communications
from genericinterface.database.engine import Database
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.webservice import Webservice

log = logging.getLogger(__name__)

LEVELS = {"debug": 0, "info": 1, "notice": 2, "error": 3}
# Keys whose values are never kept, in any case and nesting, with or without the header's prefix.
SECRET = re.compile(
    r"(?:X-(?:OTRS|Znuny)-Header-)?(?:\w*Password\w*|SessionID|User(?:Pw|ChallengeToken)|ChallengeToken|TwoFactorToken)",
    re.I,
)
REDACTED = "***"
WAITING = 2000  # communications that may wait for the writer
BATCH = 100  # communications of one write
PAUSE = 0.2  # seconds that the writer waits for more
LONGEST = 1_000_000  # characters of one content


class Communication:
    """What is said during one request. A context manager: leaving it hands everything to the writer."""

    def __init__(self, debugger: Debugger, webservice: Webservice, remote_address: str, request_id: str) -> None:
        self.request_id = request_id
        self._debugger = debugger
        self._webservice = webservice
        self._remote_address = remote_address
        self._threshold = LEVELS.get(webservice.debug_threshold, LEVELS["error"])
        self._entry: communications.Communication | None = None

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
        if self._entry is None:
            self._entry = communications.Communication(uuid.uuid4().hex, self._webservice.id, self._remote_address, now)
        try:
            self._entry.contents.append((level, subject, _readable(content), now))
        except (TypeError, ValueError, RecursionError):
            log.warning("the debugger cannot keep the content of %s", subject)

    def __enter__(self) -> Communication:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._entry is not None:
            self._debugger.enqueue(self._entry)


class Debugger:
    """One per process; its writer starts with the first communication to write, so after any fork."""

    def __init__(self, database: Database, sysconfig: SystemConfiguration) -> None:
        self.sysconfig = sysconfig
        self._database = database
        self._queue: queue.Queue[communications.Communication | None] = queue.Queue(WAITING)
        self._writer: threading.Thread | None = None
        self._lock = threading.Lock()
        self._dropped = 0

    def open(self, webservice: Webservice, remote_address: str, request_id: str) -> Communication:
        """A communication with this web service."""
        return Communication(self, webservice, remote_address, request_id)

    def enqueue(self, entry: communications.Communication) -> None:
        """Hands an entry to the writer; when too many wait, the oldest is dropped and counted."""
        self._start()
        while True:
            try:
                self._queue.put_nowait(entry)
                return
            except queue.Full:
                try:
                    self._queue.get_nowait()
                    self._dropped += 1
                except queue.Empty:
                    continue

    def close(self) -> None:
        """Writes what waits and stops the writer; another entry starts it again."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            atexit.unregister(self.close)
            self._queue.put(None)
            writer.join(timeout=10)

    def _start(self) -> None:
        if self._writer is not None:
            return
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="debugger", daemon=True)
                self._writer.start()
                atexit.register(self.close)

    def _write(self) -> None:
        last = False
        while not last:
            first = self._queue.get()
            batch = [] if first is None else [first]
            last = first is None
            while not last and len(batch) < BATCH:
                try:
                    entry = self._queue.get(timeout=PAUSE)
                except queue.Empty:
                    break
                if entry is None:
                    last = True
                else:
                    batch.append(entry)
            self._store(batch)

    def _store(self, batch: list[communications.Communication]) -> None:
        dropped, self._dropped = self._dropped, 0
        if dropped:
            log.warning("the debugger dropped %d communications, too many were waiting", dropped)
        if not batch:
            return
        try:
            with self._database.transaction() as connection:
                communications.write(connection, batch)
        except Exception as error:  # whatever it is, no request may suffer from it
            log.warning("the debugger could not write %d communications: %s", len(batch), error)


def redacted(value: Any) -> Any:
    """A copy of data in which no credential is left."""
    if isinstance(value, Mapping):
        return {key: _redacted_item(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    return value


def _redacted_item(key: str, item: Any) -> Any:
    if SECRET.fullmatch(key) and item not in (None, ""):
        return REDACTED
    # {"Key": "UserPw", "Value": "…"}, as SessionGet answers
    if isinstance(item, list):
        return [dict(entry, Value=REDACTED) if _is_secret_pair(entry) else redacted(entry) for entry in item]
    return redacted(item)


def _is_secret_pair(entry: object) -> bool:
    return isinstance(entry, Mapping) and "Value" in entry and bool(SECRET.fullmatch(str(entry.get("Key", ""))))


def _readable(content: object) -> str:
    text = (
        content
        if isinstance(content, str)
        else json.dumps(redacted(content), ensure_ascii=False, indent=1, sort_keys=True, default=str)
    )
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"

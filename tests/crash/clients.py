"""Clients that create and update tickets without a pause, and remember what they were answered.

Every request has a mark of its own in the ticket's title or the article's subject, so that the database can be asked
about it afterwards.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import threading
from dataclasses import dataclass, field
from typing import Any

BASE = "/otrs/nph-genericinterface.pl/Webservice/GenericTicketConnectorREST"
LOGIN = {"UserLogin": "root@localhost", "Password": "root"}
ATTACHMENTS = 2
CONTENT = bytes(range(256)) * 40


@dataclass
class Said:
    """What the server was asked and what it answered, by mark."""

    created: dict[str, dict[str, str]] = field(default_factory=dict)  # mark → {TicketID, TicketNumber, ArticleID}
    updated: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lost: int = 0  # requests without an answer
    errors: list[str] = field(default_factory=list)  # answers that are errors: none is expected
    refused: int = 0  # 503: the server said that it could not do it now


def article(mark: str) -> dict[str, Any]:
    """An article with attachments and a booked time."""
    content = base64.b64encode(CONTENT).decode()
    return {
        "Subject": mark,
        "Body": f"Body of {mark}\n" * 20,
        "ContentType": "text/plain; charset=utf-8",
        "TimeUnit": "7",
        "CommunicationChannel": "Internal",
        "SenderType": "agent",
        "Attachment": [
            {"Filename": f"{number}.bin", "ContentType": "application/octet-stream", "Content": content}
            for number in range(ATTACHMENTS)
        ],
    }


def creation(mark: str) -> dict[str, Any]:
    """A request of TicketCreate."""
    ticket = {
        "Title": mark,
        "Queue": "Raw",
        "State": "new",
        "Priority": "3 normal",
        "Type": "Unclassified",
        "CustomerUser": "customer1",
    }
    field = {"Name": "Colors", "Value": ["blue", "red"]}
    return LOGIN | {"Ticket": ticket, "Article": article(mark), "DynamicField": [field]}


def change(mark: str, ticket_id: str, number: int) -> dict[str, Any]:
    """A request of TicketUpdate: an article, and three attributes that are never what they were."""
    ticket = {
        "State": ("open", "new")[number % 2],
        "Priority": ("4 high", "3 normal")[number % 2],
        "Queue": ("Misc", "Raw")[number % 2],
    }
    return LOGIN | {"TicketID": ticket_id, "Ticket": ticket, "Article": article(mark)}


class Client(threading.Thread):
    """One caller: creates a ticket, updates it a few times, creates the next; until `stop` is set."""

    UPDATES = 3

    def __init__(self, number: int, port: int, said: Said, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._number, self._port, self._said, self._stop_event = number, port, said, stop
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            self._call()
        finally:
            self._hang_up()

    def _call(self) -> None:
        for count in itertools.count():
            if self._stop_event.is_set():
                return
            mark = f"crash {self._number}-{count}"
            answer = self._ask("POST", "/Ticket", mark, creation(mark))
            if answer is None:
                continue
            self._said.created[mark] = answer
            for update in range(self.UPDATES):
                if self._stop_event.is_set():
                    return
                changed = f"{mark}-{update}"
                body = change(changed, str(answer["TicketID"]), update)
                done = self._ask("PATCH", f"/Ticket/{answer['TicketID']}", changed, body)
                if done is not None:
                    self._said.updated[changed] = done

    def _ask(self, method: str, route: str, mark: str, body: dict[str, Any]) -> dict[str, str] | None:
        """The answer; None where there was none or it was no success."""
        self._said.asked.append(mark)
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            self._connection.request(method, BASE + route, json.dumps(body), {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._said.lost += 1
            self._hang_up()
            self._stop_event.wait(0.02)  # until the server is back
            return None
        if response.status == 503:
            self._said.refused += 1
            return None
        answer: dict[str, str] = json.loads(content)
        if response.status != 200 or "TicketNumber" not in answer:
            self._said.errors.append(f"{response.status} {content.decode()}")
            return None
        return answer

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

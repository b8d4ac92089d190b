"""The requests of the benchmarks, and the statements that the provider sends for each: what the bare side repeats."""

from __future__ import annotations

import json
import pickle
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import event
from werkzeug.test import Client

from genericinterface.app import create_app
from genericinterface.settings import Settings
from tests.benchmarks import load

BASE = "/otrs/nph-genericinterface.pl/Webservice/"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:tic="http://www.otrs.org/TicketConnector/"><soapenv:Body><tic:{operation}>{data}</tic:{operation}>'
    "</soapenv:Body></soapenv:Envelope>"
)
LOGIN = {"UserLogin": "tester", "Password": "tester"}
LOOPBACK = {"REMOTE_ADDR": "127.0.0.1"}  # sessions are bound to the address that the load comes from
ROUTES = {
    ("TicketGet", False): "/Ticket/{}",
    ("TicketGet", True): "/TicketList",
    ("TicketHistoryGet", False): "/TicketHistory/{}",
}
VARIANTS = {
    "plain": "plain",
    "articles": "ten articles, dynamic fields",
    "attachments": "three attachments of 100 KB",
    "list": "list of 50",
}


@dataclass(frozen=True)
class Case:
    """One benchmarked request: its operation, REST route and data (a scalar or a list of scalars for each key)."""

    operation: str
    method: str
    route: str
    data: dict[str, Any]
    variant: str = ""

    @property
    def name(self) -> str:
        """The operation, and what is special."""
        return f"{self.operation}, {self.variant}" if self.variant else self.operation

    def rest(self) -> bytes:
        """The request over REST."""
        path = BASE + "GenericTicketConnectorREST" + self.route
        if self.method == "GET":
            return load.http("GET", path, {"Accept": "application/json"})
        return load.http(self.method, path, {"Content-Type": "application/json"}, json.dumps(self.data).encode())

    def soap(self) -> bytes:
        """The request over SOAP."""
        data = "".join(
            f"<{key}>{item}</{key}>"
            for key, value in self.data.items()
            for item in (value if isinstance(value, list) else [value])
        )
        body = ENVELOPE.format(operation=self.operation, data=data).encode()
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": f'"http://www.otrs.org/TicketConnector/#{self.operation}"',
        }
        return load.http("POST", BASE + "GenericTicketConnectorSOAP", headers, body)

    def bare(self) -> bytes:
        """The request to the bare application: the same body to the name of the recording."""
        if self.method == "GET":
            return load.http("GET", f"/{quote(self.name)}", {"Accept": "application/json"})
        return load.http(
            "POST", f"/{quote(self.name)}", {"Content-Type": "application/json"}, json.dumps(self.data).encode()
        )


def ticket_cases(numbers: dict[str, list[int]]) -> list[Case]:
    """The requests of TicketGet and TicketHistoryGet for the tickets of tickets.py."""
    articles, attachments = {"AllArticles": 1, "DynamicFields": 1}, {"AllArticles": 1, "Attachments": 1}
    wanted: list[tuple[str, str, dict[str, Any]]] = [
        ("TicketGet", "plain", {}),
        ("TicketGet", "articles", articles),
        ("TicketGet", "attachments", attachments),
        ("TicketGet", "list", {}),
        ("TicketHistoryGet", "plain", {}),
    ]
    found = []
    for operation, tickets, options in wanted:
        route, listed = ROUTES[operation, tickets == "list"], ",".join(map(str, numbers[tickets]))
        query = urlencode(LOGIN | options | ({"TicketID": listed} if tickets == "list" else {}))
        data = LOGIN | options | {"TicketID": listed}
        found.append(Case(operation, "GET", f"{route.format(listed)}?{query}", data, VARIANTS[tickets]))
    return found


def cases(settings: Settings) -> list[Case]:
    """The other benchmarked requests; a session is made for SessionGet."""
    application = create_app(settings)
    try:
        answer = Client(application).post(
            BASE + "GenericTicketConnectorREST/Session", json=LOGIN, environ_overrides=LOOPBACK
        )
        session = json.loads(answer.data)["SessionID"]
    finally:
        application.close()
    period = {"TimeAccountingStart": "2021-01-01 00:00:00", "TimeAccountingEnd": "2026-12-31 00:00:00"}
    return [
        Case("SessionGet", "GET", f"/Session/{session}", {"SessionID": session}),
        Case(
            "TicketSearch",
            "POST",
            "/Ticket/search",
            LOGIN | {"Title": "%Hi%", "StateType": "Open", "Queues": ["Raw", "Support"], "Limit": 20},
        ),
        Case("TimeAccountingGet", "POST", "/TimeAccountingGet", LOGIN | {"TimeAccountingUserLogin": "tester"} | period),
    ]


def record(settings: Settings, wanted: list[Case], file: Path) -> dict[str, int]:
    """Writes the statements of each case for bare.py; gives their number by the case's name."""
    application = create_app(settings)
    recorded: dict[str, list[tuple[str, Any]]] = {}
    seen: list[tuple[str, Any]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        if threading.current_thread() is threading.main_thread():  # the Debugger writes in one of its own
            seen.append((statement, parameters))

    event.listen(application.database.engine, "before_cursor_execute", remember)
    client = Client(application)
    try:
        for case in wanted:
            for _ in range(2):  # the second time everything that is kept in memory is there
                seen.clear()
                path = BASE + "GenericTicketConnectorREST" + case.route
                if case.method == "GET":
                    answer = client.get(path, environ_overrides=LOOPBACK)
                else:
                    answer = client.open(path, method=case.method, json=case.data, environ_overrides=LOOPBACK)
                if answer.status_code != 200 or "Error" in json.loads(answer.data):
                    raise RuntimeError(f"{case.name}: {answer.data!r}")
            recorded[case.name] = list(seen)
    finally:
        application.close()
    file.write_bytes(pickle.dumps(recorded))
    return {name: len(statements) for name, statements in recorded.items()}

"""What the Debugger keeps of whole requests: the milestones by which Znuny's operators read a communication.

Levels and subjects were read off Znuny 6.5; docs/differences.md has what is different on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from genericinterface.app import Application, create_app
from genericinterface.database import communications
from genericinterface.database.engine import Database
from genericinterface.settings import Settings
from tests.application import BASE, REST, SOAP, client, import_packaged_at_debug

STARTED = ("debug", "Communication sequence started")
RECEIVED = ("debug", "Received data by provider from remote system")
BEFORE_MAPPING = ("debug", "Incoming data before mapping")
AFTER_MAPPING = ("debug", "Incoming data after mapping")
OUTGOING = ("debug", "Outgoing data before mapping")
ANSWERED = ("debug", "Returning provider data to remote system (HTTP Code: 200)")
FAILED = ("error", "Returning provider data to remote system (HTTP Code: 500)")
LOGIN = {"UserLogin": "tester", "Password": "tester"}
ADMIN = {"UserLogin": "user", "Password": "password"}
CSV = "UserLogin,OutOfOffice,StartDate,EndDate\r\nagent1,1,2021-08-01,2021-08-31\r\nnobody,1,2021-08-01,2021-08-31\n"


def detected(operation: str) -> tuple[str, str]:
    return ("debug", f"Detected operation '{operation}'")


@pytest.fixture
def app(database: Database) -> Iterator[Application]:
    import_packaged_at_debug(database)
    built = create_app(Settings(database_url=database.url.render_as_string(hide_password=False)))
    yield built
    built.close()


@pytest.fixture
def web(app: Application) -> Client:
    return client(app)


def kept(app: Application) -> list[communications.Content]:
    """The entries of the last communication."""
    app.debugger.close()
    with app.database.reading() as connection:
        [summary] = communications.listed(connection, limit=1)
        return communications.contents(connection, summary.communication_id)


def milestones(app: Application) -> list[tuple[str, str]]:
    return [(entry.level, entry.subject) for entry in kept(app)]


def contents(app: Application) -> dict[str, Any]:
    return {entry.subject: entry.content for entry in kept(app)}


def test_an_answer_on_rest(app: Application, web: Client) -> None:
    web.post(f"{BASE}Ticket/search", json=LOGIN | {"Title": "%Hi%"})
    assert milestones(app) == [STARTED, RECEIVED, detected("TicketSearch"), BEFORE_MAPPING, OUTGOING, ANSWERED]
    found = contents(app)
    assert json.loads(found["Received data by provider from remote system"]) == {
        "UserLogin": "tester",
        "Password": "***",
        "Title": "%Hi%",
    }
    assert json.loads(found["Incoming data before mapping"])["Password"] == "***"
    assert json.loads(found[ANSWERED[1]]) == json.loads(found["Outgoing data before mapping"])


def test_a_request_without_a_body(app: Application, web: Client) -> None:
    web.get(f"{REST}/Session/abc?x=1")
    assert milestones(app) == [
        STARTED,
        detected("SessionGet"),
        BEFORE_MAPPING,
        ("error", "SessionGet.SessionInvalid"),
        OUTGOING,
        ANSWERED,
    ]


def test_an_error_answer(app: Application, web: Client) -> None:
    web.post(f"{BASE}Ticket/search", json=LOGIN | {"Password": "wrong"})
    assert milestones(app) == [
        STARTED,
        RECEIVED,
        detected("TicketSearch"),
        BEFORE_MAPPING,
        ("error", "TicketSearch.AuthFail"),
        OUTGOING,
        ANSWERED,
    ]
    assert contents(app)["TicketSearch.AuthFail"] == "TicketSearch: Authorization failing!"


def test_an_answer_on_soap(app: Application, web: Client) -> None:
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><SessionCreate>'
        "<UserLogin>tester</UserLogin><Password>tester</Password></SessionCreate></e:Body></e:Envelope>"
    )
    web.post(SOAP, data=envelope, content_type="text/xml; charset=utf-8")
    assert milestones(app) == [STARTED, RECEIVED, detected("SessionCreate"), BEFORE_MAPPING, OUTGOING, ANSWERED]
    assert contents(app)[RECEIVED[1]] == envelope.replace("<Password>tester<", "<Password>***<")
    assert "<SessionID>***</SessionID>" in contents(app)[ANSWERED[1]]


@pytest.mark.parametrize("body", ['{"Title":', "[1]", "{}"])
def test_a_body_that_cannot_be_read(app: Application, web: Client, body: str) -> None:
    answer = web.post(f"{BASE}Ticket/search", data=body, content_type="application/json")
    assert milestones(app) == [STARTED, RECEIVED, ("error", answer.text), FAILED]
    assert contents(app)[RECEIVED[1]] == body


def test_a_route_that_is_not_there(app: Application, web: Client) -> None:
    answer = web.post(f"{BASE}Ticket/nosuch", json=LOGIN)
    failed = ("error", "Returning provider data to remote system (HTTP Code: 404)")
    assert milestones(app) == [STARTED, ("error", answer.text), failed]


def test_a_mapping_and_its_failure(app: Application, web: Client) -> None:
    web.post(f"{BASE}OutOfOffice/OutOfOffice", json=ADMIN | {"OutOfOfficeEntriesCSVString": CSV})
    found = milestones(app)
    assert found[:5] == [STARTED, RECEIVED, detected("OutOfOffice"), BEFORE_MAPPING, AFTER_MAPPING]
    assert found[-2:] == [OUTGOING, ANSWERED]
    [skipped] = [subject for level, subject in found if level == "notice"]
    assert "Error while looking up unique user ID" in skipped

    web.post(f"{BASE}OutOfOffice/OutOfOffice", json=ADMIN)
    reason = ("error", "Parameter OutOfOfficeEntriesCSVString is missing.")
    assert milestones(app) == [STARTED, RECEIVED, detected("OutOfOffice"), BEFORE_MAPPING, reason, FAILED]


def test_circumstances_have_headers_and_the_request_id_but_no_credentials(app: Application, web: Client) -> None:
    headers = {"X-Request-ID": "r-1", "X-OTRS-Header-Password": "s3cret", "User-Agent": "probe"}
    web.get(f"{REST}/Ticket?Password=s3cret", headers=headers)
    found = json.loads(contents(app)[STARTED[1]])
    assert (found["RequestID"], found["RequestMethod"]) == ("r-1", "GET")
    assert found["Headers"]["User-Agent"] == "probe"
    assert "s3cret" not in str(found)

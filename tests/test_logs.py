"""logs.py: the form of the lines, and that no credential is in any of them, or in what the Debugger keeps."""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from genericinterface import logs
from genericinterface.app import create_app
from genericinterface.database.engine import Database
from genericinterface.database.tables import gi_debugger_entry_content, sessions
from genericinterface.settings import Settings
from tests.application import BASE, REST, SOAP, client, import_packaged_at_debug

FORMS = ("text", "json")


class Stderr:
    """What the log has written so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Iterator[Stderr]:
    """What the log writes; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.SILENT}
    yield Stderr(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(False)


def fields(stream: Stderr) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_text_lines(stderr: Stderr) -> None:
    logs.configure(Settings())
    token = logs.request_id.set("r-1")
    logging.getLogger("some.where").warning("%s happened", "it")
    logs.request_id.reset(token)
    logging.getLogger("some.where").debug("not at this level")
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING \[r-1\] some\.where: it happened\n", stderr.getvalue()
    )


def test_json_lines(stderr: Stderr) -> None:
    logs.configure(Settings(log_format="json"))
    logging.getLogger("some.where").warning("%s häppened", "it")
    logs.access(
        logging.getLogger("genericinterface.access"),
        method="POST",
        path="/Webservice/X",
        operation="TicketSearch",
        status=200,
        milliseconds=1.26,
        remote="192.0.2.1",
    )
    first, second = fields(stderr)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", first.pop("time"))
    assert first == {"level": "WARNING", "request_id": "-", "logger": "some.where", "message": "it häppened"}
    assert {name: second[name] for name in logs.FIELDS} == {
        "method": "POST",
        "path": "/Webservice/X",
        "operation": "TicketSearch",
        "status": 200,
        "milliseconds": 1.3,
        "remote": "192.0.2.1",
    }


@pytest.mark.parametrize("form", FORMS)
def test_exceptions_are_told_without_credentials(stderr: Stderr, form: str) -> None:
    logs.configure(Settings(log_format=form))
    try:
        raise ValueError("cannot read {'Password': 's3cret'}\x1b[31m")
    except ValueError:
        logging.getLogger("x").exception("failed")
    text = stderr.getvalue()
    assert "ValueError: cannot read" in text
    assert "s3cret" not in text
    assert "\x1b" not in text
    if form == "json":
        [line] = fields(stderr)
        assert line["exception"].startswith("Traceback")
        assert "exc_info" not in line


def test_nobody_forges_lines(stderr: Stderr) -> None:
    logs.configure(Settings())
    logging.getLogger("x").warning("a\nb\r\x1b[2J\x9b%s", "c\td")
    assert stderr.getvalue().endswith(r"x: a\x0ab\x0d\x1b[2J\x9bc\x09d" + "\n")
    assert stderr.getvalue().count("\n") == 1


def test_warnings_go_to_the_log(stderr: Stderr) -> None:
    logs.configure(Settings(log_format="json"))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(True)  # catch_warnings brought its own way to show them
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    [line] = fields(stderr)
    assert (line["logger"], "old" in line["message"]) == ("py.warnings", True)


@pytest.mark.parametrize("name", [*logs.SILENT, "sqlalchemy.engine", "sqlalchemy.pool"])
def test_libraries_that_would_tell_everything_are_silent(stderr: Stderr, name: str) -> None:
    logs.configure(Settings(log_level="debug"))
    logging.getLogger(name).info("INSERT INTO sessions …")
    assert stderr.getvalue() == ""


@pytest.mark.parametrize(
    "line",
    [
        "Error handling request /otrs/nph-genericinterface.pl/Webservice/X/Session/s3cret?a=b",
        "Error handling request /Webservice/X?UserLogin=a&Password=s3cret",
        "Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /x?SessionID=s3cret HTTP/9'",
        "Invalid HTTP Header: 'X-OTRS-Header-Password: s3cret'",
    ],
)
def test_the_servers_own_lines_are_redacted(stderr: Stderr, line: str) -> None:
    logs.configure(Settings(log_level="debug"))
    logging.getLogger("gunicorn.error").warning("%s", line)
    assert "s3cret" not in stderr.getvalue()
    assert line[:15] in stderr.getvalue()


# ---------------------------------------------------------------------------------- credentials through the pipeline

LOGIN = "tester"
PASSWORD = 'pa&"s3cret/<ü>'
HEADERS = {"X-OTRS-Header-UserLogin": LOGIN, "X-OTRS-Header-Password": PASSWORD.encode().decode("latin-1")}
IN_QUERY = f"UserLogin={LOGIN}&Password={quote(PASSWORD)}"
IN_BODY = {"UserLogin": LOGIN, "Password": PASSWORD}


def envelope(operation: str, content: str) -> bytes:
    space = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<e:Envelope xmlns:e="{space}"><e:Body><{operation}>{content}</{operation}></e:Body></e:Envelope>'.encode()


IN_XML = f'<UserLogin>{LOGIN}</UserLogin><Password>pa&amp;"s3cret/&lt;ü&gt;</Password>'
XML = {"Content-Type": "text/xml; charset=utf-8"}
JSON = {"Content-Type": "application/json"}


def requests(session: str) -> list[dict[str, Any]]:
    """Requests with credentials in every place and form, good and bad ones."""
    body = json.dumps(IN_BODY).encode()
    return [
        {"method": "POST", "path": f"{REST}/Session", "data": body, "headers": JSON},
        {"method": "POST", "path": f"{REST}/Session", "data": body[:-3], "headers": JSON},
        {"method": "POST", "path": f"{REST}/Session", "data": body + b"]", "headers": JSON},
        {
            "method": "POST",
            "path": f"{REST}/Session",
            "data": json.dumps(IN_BODY, ensure_ascii=False).encode("latin-1"),
        },
        {"method": "POST", "path": f"{REST}/Session", "data": body.decode().encode("utf-16"), "headers": JSON},
        {"method": "POST", "path": f"{REST}/NoSuch/{session}?{IN_QUERY}", "data": body, "headers": JSON},
        {"method": "GET", "path": f"{REST}/Session/{session}"},
        {"method": "GET", "path": f"{REST}/Session/{session}/more"},
        {"method": "PUT", "path": f"{REST}/Session/{session}"},
        {"method": "GET", "path": f"{REST}/Session/{session[:-1]}%"},
        {"method": "GET", "path": f"{REST}/Ticket?{IN_QUERY}&Title=%25"},
        {"method": "GET", "path": f"{REST}/Ticket?SessionID={session}&Title=%25"},
        {"method": "GET", "path": f"{REST}/Ticket?Title=%25", "headers": HEADERS},
        {"method": "GET", "path": f"{REST}/Ticket", "headers": {"X-OTRS-Header-SessionID": session}},
        {"method": "GET", "path": f"{REST}/Ticket", "headers": {"Authorization": "Basic czNjcmV0", "Cookie": session}},
        {"method": "GET", "path": f"{REST}/Ticket", "headers": {"X-Original-URI": f"{REST}/Session/{session}"}},
        {"method": "GET", "path": f"{BASE}NoSuchService/Session/{session}?{IN_QUERY}"},
        {"method": "POST", "path": SOAP, "data": envelope("SessionCreate", IN_XML), "headers": XML},
        {"method": "POST", "path": SOAP, "data": envelope("SessionCreate", IN_XML)[:-40], "headers": XML},
        {"method": "POST", "path": SOAP, "data": envelope("NoSuch", IN_XML), "headers": XML},
        {
            "method": "POST",
            "path": SOAP,
            "data": b"<!DOCTYPE x []>" + envelope("SessionCreate", IN_XML),
            "headers": XML,
        },
        {
            "method": "POST",
            "path": f"{SOAP}?{IN_QUERY}",
            "data": envelope("SessionGet", f"<SessionID>{session}</SessionID>"),
            "headers": XML | HEADERS,
        },
        {
            "method": "POST",
            "path": f"{BASE}OutOfOffice/OutOfOffice",
            "data": json.dumps(IN_BODY | {"OutOfOfficeEntriesCSVString": "UserLogin,StartDate\nnobody,2021-01-01\n"}),
            "headers": JSON,
        },
        {
            "method": "POST",
            "path": f"{BASE}TimeAccountingREST/TimeAccountingGet",
            "data": json.dumps(IN_BODY | {"TimeAccountingStart": "2021-01-01", "TimeAccountingEnd": "2022-01-01"}),
            "headers": JSON,
        },
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_credential_is_in_the_log_or_in_the_debugger(database: Database, stderr: Stderr, form: str) -> None:
    logs.configure(Settings(log_level="debug", log_format=form))
    import_packaged_at_debug(database)
    _set_password(database)
    app = create_app(Settings(database_url=database.url.render_as_string(hide_password=False), log_level="debug"))
    try:
        web = client(app)
        session = web.post(f"{REST}/Session", json=IN_BODY).get_json()["SessionID"]
        statuses = [web.open(**request).status_code for request in requests(session)]
    finally:
        app.close()
    assert {200, 404, 500} <= set(statuses)
    with database.reading() as connection:
        kept = connection.execute(
            select(gi_debugger_entry_content.c.subject, gi_debugger_entry_content.c.content)
        ).all()
        living = connection.scalars(select(sessions.c.session_id).distinct()).all()
        tokens = connection.scalars(
            select(sessions.c.data_value).where(sessions.c.data_key == "UserChallengeToken")
        ).all()
    assert session in living
    assert len(kept) > 100
    for place in (stderr.getvalue(), "\n".join(f"{row.subject}\n{row.content}" for row in kept)):
        assert "GenericTicketConnectorREST" in place or "SessionCreate" in place
        for secret in ("s3cret", "czNjcmV0", session[:-1], *living, *tokens):
            assert secret not in place


def _set_password(database: Database) -> None:
    from genericinterface.auth.passwords import hash_password
    from genericinterface.database.tables import users

    with database.transaction() as connection:
        stored = hash_password(PASSWORD, cost=4)
        connection.execute(update(users).where(users.c.login == LOGIN).values(pw=stored))


def test_every_line_of_a_request_has_its_id(database: Database, stderr: Stderr) -> None:
    logs.configure(Settings(log_format="json"))
    import_packaged_at_debug(database)
    app = create_app(Settings(database_url=database.url.render_as_string(hide_password=False)))
    try:
        answer = client(app).post(f"{REST}/Session", json=IN_BODY, headers={"X-Request-ID": "from-the-proxy"})
    finally:
        app.close()
    assert answer.headers["X-Request-ID"] == "from-the-proxy"
    lines = fields(stderr)
    assert {line["request_id"] for line in lines} == {"from-the-proxy"}
    assert [line["path"] for line in lines if "path" in line] == [REST]
    kept = [line["message"] for line in lines if "as communication" in line["message"]]
    assert len(kept) == 1

"""User::OutOfOffice: who may, whom an entry means, what is written, and what the Debugger says of each entry."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from genericinterface.webservice_definitions import text
from sqlalchemy import delete, select
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import tables as t
from genericinterface.database import webservices
from genericinterface.database.engine import Database
from genericinterface.database.out_of_office import Agents, write
from genericinterface.operation.user.out_of_office import OutOfOffice
from tests.application import BASE, NOW, application, client
from tests.statements import sent_to

ADMIN = {"UserLogin": "user", "Password": "password"}
NO_ENTRIES = "Payload does not contain out-of-office entries or they could not be parsed."
DIRECT = BASE + "Direct/OutOfOffice"
SOAP = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<OutOfOffice xmlns="urn:direct">
<UserLogin>user</UserLogin><Password>password</Password>
<OutOfOfficeEntries><UserLogin>jd</UserLogin><OutOfOffice>1</OutOfOffice></OutOfOfficeEntries>
</OutOfOffice></soap:Body></soap:Envelope>"""
SOAP_DEFINITION = """
Debugger: {DebugThreshold: error}
Provider:
  Operation:
    OutOfOffice: {Type: User::OutOfOffice}
  Transport:
    Type: HTTP::SOAP
    Config: {NameSpace: 'urn:direct', MaxLength: '100000'}
"""


@pytest.fixture
def built(database: Database) -> Iterator[Application]:
    """The application, with a web service whose entries come without the mapping and whose Debugger keeps all."""
    packaged = text("OutOfOffice")
    direct = packaged.replace("      MappingInbound:\n        Type: OutOfOffice\n", "").replace(": notice", ": debug")
    assert "MappingInbound" not in direct
    with database.transaction() as connection:
        webservices.add(connection, "Direct", direct, NOW)
        webservices.add(connection, "DirectSOAP", SOAP_DEFINITION, NOW)
    with application(database) as made:
        yield made


@pytest.fixture
def caller(built: Application) -> Client:
    return client(built)


def send(caller: Client, *entries: object, **credentials: str) -> tuple[int, Any]:
    request = (credentials or ADMIN) | {"OutOfOfficeEntries": list(entries)}
    answer = caller.post(DIRECT, json=request)
    return answer.status_code, json.loads(answer.data)


def stored(database: Database, login: str) -> dict[str, str]:
    """The out-of-office preferences of an agent, by their keys without the common beginning; each is there once."""
    column = t.user_preferences.c
    with database.reading() as connection:
        rows = connection.execute(
            select(column.preferences_key, column.preferences_value)
            .join(t.users, t.users.c.id == column.user_id)
            .where(t.users.c.login == login, column.preferences_key.startswith("OutOfOffice"))
        ).all()
    assert max(Counter(row[0] for row in rows).values(), default=1) == 1
    return {row[0].removeprefix("OutOfOffice"): row[1] for row in rows}


def days(start: str | None, end: str | None, away: str = "1") -> dict[str, str]:
    found = {"": away}
    for name, day in (("Start", start), ("End", end)):
        if day:
            found |= {name + part: value for part, value in zip(("Year", "Month", "Day"), day.split("-"), strict=True)}
    return found


# ------------------------------------------------------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        ({"UserLogin": "user", "Password": "wrong"}, "Authentication failed."),
        ({"SessionID": "x"}, "Authentication failed."),
        ({"CustomerUserLogin": "customer1", "Password": "customer1"}, "User needs to be an agent."),
        ({"UserLogin": "tester", "Password": "tester"}, "User needs to be in group admin."),
    ],
)
def test_who_may_not(caller: Client, database: Database, credentials: dict[str, str], message: str) -> None:
    error = {"ErrorCode": "OutOfOffice.AuthFail", "ErrorMessage": f"OutOfOffice: {message}"}
    assert send(caller, {"UserLogin": "jd", "OutOfOffice": "1"}, **credentials) == (200, {"Error": error})
    assert stored(database, "jd") == {}
    assert set(OutOfOffice.errors) == {"OutOfOffice.AuthFail"}


@pytest.mark.parametrize("request_data", [{}, {"OutOfOfficeEntries": None}, {"OutOfOfficeEntries": []}])
def test_no_entries_are_a_fault(caller: Client, request_data: dict[str, Any]) -> None:
    answer = caller.post(DIRECT, json=ADMIN | request_data)
    assert answer.status_code == 500
    assert json.loads(answer.data)["faultstring"] == NO_ENTRIES


def test_who_asks_is_checked_before_the_entries(caller: Client) -> None:
    answer = caller.post(DIRECT, json={"UserLogin": "tester", "Password": "tester"})
    assert json.loads(answer.data)["Error"]["ErrorMessage"] == "OutOfOffice: User needs to be in group admin."


def test_the_text_is_read_before_who_asks_is_checked(caller: Client) -> None:
    answer = caller.post(BASE + "OutOfOffice/OutOfOffice", json={"OutOfOfficeEntriesCSVString": "x"})
    assert answer.status_code == 500
    assert "does not contain any entries" in json.loads(answer.data)["faultstring"]


# ------------------------------------------------------------------------------------------------------ what is written


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2016-03-20", "2016-03-30", ("2016-03-20", "2016-03-30")),
        ("2021-08-01", "2021-07-31", ("2021-08-01", "2021-07-31")),  # the manual's own example ends before it begins
        ("x2016-03-20T10:00", "2016-03-30 x", ("2016-03-20", "2016-03-30")),
        ("2016-03-20", None, ("2016-03-20", None)),
        ("2016-03-20", "30.03.2016", ("2016-03-20", None)),
        (None, "2016-03-30", (None, None)),
        ("20.03.2016", "2016-03-30", (None, None)),
        ("", "", (None, None)),
        (20160320, ["2016-03-30"], (None, None)),
        ("2024-02-29", "2024-12-31", ("2024-02-29", "2024-12-31")),
    ],
)
def test_days(caller: Client, database: Database, start: Any, end: Any, expected: tuple[str, str]) -> None:
    entry = {"UserLogin": "jd", "StartDate": start, "EndDate": end, "OutOfOffice": 1}
    assert send(caller, entry) == (200, {"Success": 1})
    assert stored(database, "jd") == days(*expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, "1") for value in ("1", 1, True, "no", "false", "0.0")),
        *((value, "0") for value in ("0", 0, False, "", None)),
    ],
)
def test_away(caller: Client, database: Database, value: object, expected: str) -> None:
    send(caller, {"UserLogin": "jd", "OutOfOffice": value})
    assert stored(database, "jd") == {"": expected}


def test_what_an_entry_does_not_name_stays(caller: Client, database: Database) -> None:
    send(caller, {"UserLogin": "jd", "OutOfOffice": "1", "StartDate": "2016-03-20", "EndDate": "2016-03-30"})
    send(caller, {"UserLogin": "jd"})
    assert stored(database, "jd") == days("2016-03-20", "2016-03-30", away="0")
    send(caller, {"UserLogin": "jd", "OutOfOffice": "1", "StartDate": "2017-01-02"})
    assert stored(database, "jd") == days("2017-01-02", "2016-03-30")


def test_the_last_entry_of_an_agent_counts(caller: Client, database: Database) -> None:
    first = {"UserLogin": "jd", "OutOfOffice": "1", "StartDate": "2016-03-20", "EndDate": "2016-03-30"}
    second = {"UserEmail": "jd@test.znuny.com", "OutOfOffice": "0", "StartDate": "2017-01-02"}
    send(caller, first, second)
    assert stored(database, "jd") == days("2017-01-02", "2016-03-30", away="0")


def test_other_preferences_and_other_agents_stay(caller: Client, database: Database) -> None:
    def others() -> set[tuple[Any, ...]]:
        with database.reading() as connection:
            rows = connection.execute(select(t.user_preferences)).all()
        return {tuple(row) for row in rows if not row.preferences_key.startswith(("OutOfOffice", "UserLast"))}

    send(caller, {"UserLogin": "agent1", "OutOfOffice": "1"})
    before = others()
    send(caller, {"UserLogin": "jd", "OutOfOffice": "1", "StartDate": "2016-03-20", "EndDate": "2016-03-30"})
    assert others() == before
    assert stored(database, "agent1") == {"": "1"}


def test_one_entry_over_soap(built: Application, database: Database) -> None:
    answer = client(built).post(BASE + "DirectSOAP", data=SOAP, content_type="text/xml; charset=utf-8")
    assert answer.status_code == 200, answer.data
    assert stored(database, "jd") == {"": "1"}


def test_a_failure_leaves_nothing_behind(caller: Client, database: Database) -> None:
    with database.transaction() as connection:
        agent_id = connection.scalar(select(t.users.c.id).where(t.users.c.login == "jd"))
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        write(connection, {agent_id: {"OutOfOffice": "1"}})
        raise ZeroDivisionError
    assert stored(database, "jd") == {}


def test_search_goes_before_email_and_email_before_login(caller: Client, database: Database) -> None:
    send(caller, {"UserSearch": "Alma", "UserEmail": "jd@test.znuny.com", "UserLogin": "mail", "OutOfOffice": "1"})
    send(caller, {"UserSearch": "", "UserEmail": "jd@test.znuny.com", "UserLogin": "mail", "OutOfOffice": "1"})
    assert [login for login in ("agent1", "jd", "mail") if stored(database, login)] == ["agent1", "jd"]


# --------------------------------------------------------------------------------- what is skipped, and the Debugger


def contents(built: Application, database: Database) -> list[tuple[str, str, Any]]:
    """(level, subject, content) of what the Debugger says about entries."""
    built.debugger.close()
    column = t.gi_debugger_entry_content.c
    with database.reading() as connection:
        rows = connection.execute(select(column.debug_level, column.subject, column.content).order_by(column.id)).all()
    return [(level, subject, json.loads(content)) for level, subject, content in rows if "entry" in subject]


def test_an_entry_that_cannot_be_done_is_skipped_and_the_others_are_done(
    built: Application, database: Database
) -> None:
    entries: list[Any] = [
        {"UserLogin": "nobody", "OutOfOffice": "1"},
        {"UserLogin": "jd", "OutOfOffice": "1", "StartDate": "2016-03-20", "EndDate": "2016-02-30"},
        {"StartDate": "2016-03-20"},
        "jd",
        None,
        {"UserLogin": "*", "OutOfOffice": "1"},
        {"UserLogin": "mail", "OutOfOffice": "1", "StartDate": "2016-31-12"},
        {"UserLogin": "agent1", "OutOfOffice": "1", "StartDate": "2016-03-20"},
    ]
    assert send(client(built), *entries) == (200, {"Success": 1})
    assert stored(database, "jd") == stored(database, "mail") == {}
    assert stored(database, "agent1") == days("2016-03-20", None)
    structure = "skipped: Invalid data structure for out-of-office entry."
    unique = "skipped: Error while looking up unique user ID, {} agents fit."
    with database.reading() as connection:
        everybody = Agents(connection).by_login("*")
    outcome = contents(built, database)
    assert [(level, subject.removeprefix("Out-of-office entry ")) for level, subject, _ in outcome] == [
        ("notice", "1 " + unique.format(0)),
        ("notice", "2 skipped: EndDate 2016-02-30 is not a day of the calendar."),
        ("notice", "3 " + structure),
        ("notice", "4 " + structure),
        ("notice", "5 " + structure),
        ("notice", "6 " + unique.format(len(everybody))),
        ("notice", "7 skipped: StartDate 2016-31-12 is not a day of the calendar."),
        ("debug", "8 done"),
    ]
    assert [content for _, _, content in outcome][:4] == [entries[0], entries[1], entries[2], {}]


def test_the_packaged_web_service_keeps_why_an_entry_was_skipped(built: Application, database: Database) -> None:
    request = ADMIN | {"OutOfOfficeEntriesCSVString": "UserLogin,Enabled\r\nnobody,yes\r\njd,yes\r\n"}
    answer = client(built).post(BASE + "OutOfOffice/OutOfOffice", json=request)
    assert json.loads(answer.data) == {"Success": 1}
    assert [subject.split(" skipped")[0] for _, subject, _ in contents(built, database)] == ["Out-of-office entry 1"]


# ------------------------------------------------------------------------------------------- statements and workers


def test_the_number_of_statements_does_not_depend_on_the_entries(built: Application, database: Database) -> None:
    def cost(*entries: dict[str, Any]) -> int:
        """Statements about people; beside them the Debugger writes, and what is kept for a second is read again."""
        with sent_to(built.database) as sent:
            send(client(built), *entries)
        return len([statement for statement in sent if re.search(r"\b(users|user_preferences)\b", statement)])

    kinds: list[dict[str, Any]] = [
        {"UserLogin": "jd", "StartDate": "2016-03-20"},
        {"UserEmail": "agent1@example.com", "StartDate": "2016-03-20", "EndDate": "2016-03-30"},
        {"UserSearch": "Milan Meier"},
    ]
    send(client(built), *kinds)  # the first request notes the login
    few = cost(*kinds)
    assert cost(*kinds * 100, *({"UserLogin": f"nobody{number}*"} for number in range(100))) == few
    assert 0 < few <= 12


def test_writers_at_once_leave_each_preference_once(database: Database) -> None:
    logins = ("jd", "agent1", "mail")
    with database.transaction() as connection:
        numbers = [connection.scalar(select(t.users.c.id).where(t.users.c.login == login)) for login in logins]
        connection.execute(
            delete(t.user_preferences).where(t.user_preferences.c.preferences_key.startswith("OutOfOffice"))
        )
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        start.wait()
        try:
            for turn in range(10):
                order = numbers if worker % 2 else list(reversed(numbers))
                with database.transaction() as connection:
                    write(connection, {number: {"OutOfOffice": f"{worker}{turn}"} for number in order})
        except BaseException as error:  # the test reports whatever it is
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    values = [stored(database, login) for login in logins]
    assert values[0] == values[1] == values[2]
    assert set(values[0]) == {""}

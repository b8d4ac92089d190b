"""The manual's own examples, sent as they are printed there, with the demo logins."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from genericinterface.database.engine import Database
from genericinterface.database.tables import user_preferences, users
from tests.application import BASE, application, client

SEARCH = """{
  "Title": "%Hi%",
  "UserLogin": "tester",
  "Password": "tester"
}"""
TIME_ACCOUNTING = """{
        "TimeAccountingStart": "2021-01-01 10:00:00",
        "TimeAccountingEnd": "2022-01-01 10:00:00",
        "TimeAccountingUserLogin": "root@localhost",
        "UserLogin": "user",
        "Password": "password"
}"""
OUT_OF_OFFICE = r"""{
  "OutOfOfficeEntriesCSVString": "UserEmail,OutOfOffice,StartDate,EndDate\r\nroot@localhost,1,,\r\njd@test.znuny.com,1,2021-08-01,2021-07-31\n",
  "UserLogin": "user",
  "Password": "password"
}"""  # noqa: E501  as the manual has it
CSV_1 = """"UserEmail","EndTime","StartTime","Enabled"
"agent_email@your.tld","30.03.2016 01:02:03","20.03.2016 01:02:03","yes"
"""
CSV_2 = """"UserLogin","EndDate","StartDate","Enabled"
"agent1","2016-03-30","2016-03-20","yes"
"""


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database) as built:
        yield client(built)


def preferences(database: Database, login: str) -> dict[str, str]:
    with database.reading() as connection:
        rows = connection.execute(
            select(user_preferences.c.preferences_key, user_preferences.c.preferences_value)
            .join(users, users.c.id == user_preferences.c.user_id)
            .where(users.c.login == login, user_preferences.c.preferences_key.startswith("OutOfOffice"))
        )
        return {row[0].removeprefix("OutOfOffice"): row[1] for row in rows}


def test_ticket_search(caller: Client) -> None:
    answer = caller.post(
        BASE + "Ticket/search",
        data=SEARCH,
        headers={"Accept": "*/*", "User-Agent": "Thunder Client (https://www.thunderclient.com)"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert answer.content_type == "application/json; charset=UTF-8"
    found = json.loads(answer.data)
    assert list(found) == ["TicketID"]
    assert "1" in found["TicketID"]
    assert len(found["TicketID"]) >= 3


def test_time_accounting(caller: Client) -> None:
    answer = caller.post(
        BASE + "TimeAccountingREST/TimeAccountingGet", data=TIME_ACCOUNTING, content_type="application/json"
    )
    assert answer.status_code == 200
    entries = json.loads(answer.data)["TimeAccountingResult"]
    assert [entry["TimeUnit"] for entry in entries] == ["120.00", "30.00"]
    for entry in entries:
        assert entry == {
            "TicketNumber": "2021012710123456",
            "TicketCustomerID": "CustomerUserID",
            "TicketTitle": "Znuny says hi!",
            "Queue": "Raw",
            "Created": "2021-08-05 08:00:00",
            "TimeUnit": entry["TimeUnit"],
        }


def test_time_accounting_of_the_powershell_client(caller: Client) -> None:
    request = {
        "UserLogin": "tester",
        "Password": "tester",
        "TimeAccountingUserLogin": "tester",
        "TimeAccountingStart": "2021-07-01 00:00",
        "TimeAccountingEnd": "2021-08-01 00:00",
    }
    answer = caller.post(BASE + "TimeAccountingREST/TimeAccountingGet", json=request)
    entries = json.loads(answer.data)["TimeAccountingResult"]
    # booked before and after the ticket was moved: each has the queue of its time
    assert [(entry["Queue"], entry["TimeUnit"]) for entry in entries] == [
        ("Support::First Level", "15.00"),
        ("Support::Second Level", "45.00"),
    ]


def test_out_of_office(caller: Client, database: Database) -> None:
    answer = caller.post(BASE + "OutOfOffice/OutOfOffice", data=OUT_OF_OFFICE, content_type="application/json")
    assert (answer.status_code, json.loads(answer.data)) == (200, {"Success": 1})
    assert preferences(database, "root@localhost") == {"": "1"}
    assert preferences(database, "jd") == {
        "": "1",
        "StartYear": "2021",
        "StartMonth": "08",
        "StartDay": "01",
        "EndYear": "2021",
        "EndMonth": "07",
        "EndDay": "31",
    }


@pytest.mark.parametrize(("csv", "login"), [(CSV_1, "mail"), (CSV_2, "agent1")])
def test_out_of_office_by_csv(caller: Client, database: Database, csv: str, login: str) -> None:
    with database.reading() as connection:
        mail = connection.scalar(
            select(users.c.login)
            .join(user_preferences, user_preferences.c.user_id == users.c.id)
            .where(user_preferences.c.preferences_value == "agent_email@your.tld")
        )
    request = {
        "UserLogin": "root@localhost",
        "Password": "root",
        "OutOfOfficeEntriesCSVString": csv.replace("\n", "\r\n"),
    }
    answer = caller.post(BASE + "OutOfOffice/OutOfOffice", json=request)
    assert (answer.status_code, json.loads(answer.data)) == (200, {"Success": 1})
    assert preferences(database, mail if login == "mail" else login) == {
        "": "1",
        "StartYear": "2016",
        "StartMonth": "03",
        "StartDay": "20",
        "EndYear": "2016",
        "EndMonth": "03",
        "EndDay": "30",
    }

"""What TicketCreate and TicketUpdate do beyond Znuny where a web service asks for it: keys, dry runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner
from genericinterface.webservice_definitions import text
from sqlalchemy import select, update
from werkzeug.test import Client, TestResponse

from genericinterface.cli import cli
from genericinterface.database import idempotency, webservices
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.tables.own import OWN, gi_idempotency_key
from genericinterface.webservice import known_keys
from tests.application import BASE, NOW, application, client
from tests.soap_message import envelope
from tests.ticket_requests import AGENT, ARTICLE, CUSTOMER, counts, creation

ALL = {"IdempotencyKey": "1", "DryRun": "1", "ETag": "1"}
KEY = "Idempotency-Key"


@contextmanager
def extended(database: Database, **extension: str) -> Iterator[Client]:
    """The application with two more web services, `Extended` and `Other`, that have these extensions."""
    lines = "".join(f"    {name}: '{value}'\n" for name, value in extension.items())
    config = text("GenericTicketConnectorREST").replace("\nProvider:\n", f"\nProvider:\n  Extension:\n{lines}", 1)
    with application(database, sysconfig={"CheckEmailAddresses": 0}) as built:
        with database.transaction() as connection:
            webservices.add(connection, "Extended", config, NOW)
            webservices.add(connection, "Other", config + "\n", NOW)
        yield client(built)


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with extended(database, **ALL) as found:
        yield found


def ask(caller: Client, request: dict[str, Any], key: str | None = None, service: str = "Extended") -> TestResponse:
    headers = {} if key is None else {KEY: key}
    if "TicketID" in request:
        return caller.patch(f"{BASE}{service}/Ticket/{request['TicketID']}", json=request, headers=headers)
    return caller.post(f"{BASE}{service}/Ticket", json=request, headers=headers)


def answer(caller: Client, *arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(caller, *arguments).data)
    return found


def tickets(database: Database) -> int:
    with database.reading() as connection:
        return counts(connection)["ticket"]


# -------------------------------------------------------------------------------------------------------------- keys


def test_the_same_key_gives_the_same_answer(caller: Client, database: Database) -> None:
    before = tickets(database)
    first = ask(caller, creation(), "abc")
    again = ask(caller, creation(), "abc")
    assert (first.data, first.status) == (again.data, again.status)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert json.loads(ask(caller, creation(), '"abc"').data) == json.loads(first.data)  # a string of RFC 8941
    assert tickets(database) == before + 1


def test_a_key_for_another_request(caller: Client, database: Database) -> None:
    answer(caller, creation(), "abc")
    before = tickets(database)
    error = answer(caller, creation({"Title": "another"}), "abc")["Error"]
    assert error["ErrorCode"] == "TicketCreate.IdempotencyKeyReused"
    update_ = {**AGENT, "TicketID": "12", "Article": ARTICLE}
    assert answer(caller, update_, "abc")["Error"]["ErrorCode"] == "TicketUpdate.IdempotencyKeyReused"
    assert tickets(database) == before


def test_a_file_that_came_as_typed_base64_is_part_of_the_request(caller: Client, database: Database) -> None:
    def post(content: str) -> bytes:
        file = {"Content": "HERE", "ContentType": "image/png", "Filename": "x.png"}
        typed = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="base64Binary"'
        message = envelope("TicketCreate", creation(Attachment=file)).decode()
        message = message.replace("<Content>HERE", f"<Content {typed}>{content}")
        return caller.post(f"{BASE}ExtendedSOAP", data=message, content_type="text/xml", headers={KEY: "abc"}).data

    config = text("GenericTicketConnectorSOAP").replace("DebugThreshold: error", "DebugThreshold: debug")
    config = config.replace("\nProvider:\n", "\nProvider:\n  Extension:\n    IdempotencyKey: '1'\n", 1)
    with database.transaction() as connection:
        webservices.add(connection, "ExtendedSOAP", config, NOW)
    first = post("/w==")
    assert b"<TicketID>" in first
    assert post("/w==") == first
    assert b"IdempotencyKeyReused" in post("/g==")


def test_keys_are_a_callers_own_at_one_web_service(caller: Client, database: Database) -> None:
    before = tickets(database)
    customers = {name: value for name, value in creation().items() if name not in AGENT} | CUSTOMER
    for request, service in ((creation(), "Extended"), (customers, "Extended"), (creation(), "Other")):
        answer(caller, request, "abc", service)
    assert tickets(database) == before + 3


def test_other_credentials_of_the_same_agent(caller: Client) -> None:
    first = answer(caller, creation(), "abc")
    session = json.loads(caller.post(f"{BASE}Extended/Session", json=AGENT).data)
    request = {name: value for name, value in creation().items() if name not in AGENT} | session
    assert answer(caller, request, "abc") == first


def test_an_error_is_not_kept(caller: Client) -> None:
    assert "Error" in answer(caller, creation({"Queue": "x"}), "abc")
    assert "TicketID" in answer(caller, creation(), "abc")


def test_an_update_is_done_once(caller: Client, database: Database) -> None:
    request = {**AGENT, "TicketID": "12", "Article": ARTICLE}
    with database.reading() as connection:
        before = counts(connection)["article"]
    assert answer(caller, request, "abc") == answer(caller, request, "abc")
    with database.reading() as connection:
        assert counts(connection)["article"] == before + 1


def test_a_repeated_update_need_not_be_possible_any_more(caller: Client) -> None:
    """It may have moved the ticket out of sight, and changed what If-Match asks for."""
    tag = caller.get(f"{BASE}Extended/Ticket/12", query_string=AGENT).headers["ETag"]
    request = {**AGENT, "Ticket": {"Title": "x"}}
    headers = {KEY: "abc", "If-Match": tag}
    first, again = (caller.patch(f"{BASE}Extended/Ticket/12", json=request, headers=headers) for _ in range(2))
    assert b"TicketID" in first.data
    assert again.data == first.data


def test_at_the_same_time(caller: Client, database: Database) -> None:
    """The second waits for the first; a worker that dies before the end leaves neither ticket nor key."""
    before = tickets(database)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: answer(caller, creation(), "abc"), range(8)))
    assert len({entry["TicketNumber"] for entry in found}) == 1
    assert tickets(database) == before + 1


def test_a_key_is_forgotten_after_a_day(caller: Client, database: Database) -> None:
    first = answer(caller, creation(), "abc")
    with database.transaction() as connection:
        connection.execute(update(gi_idempotency_key).values(expires=1))
    assert answer(caller, creation(), "abc")["TicketNumber"] != first["TicketNumber"]


def test_expired_answers_are_taken_away(caller: Client, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(caller, creation(), "abc")
    with database.transaction() as connection:
        connection.execute(update(gi_idempotency_key).values(expires=1))
    monkeypatch.setattr(idempotency, "CLEANING", -1)
    answer(caller, creation(), "other")
    with database.reading() as connection:
        assert list(connection.scalars(select(gi_idempotency_key.c.idempotency_key))) == ["other"]


@pytest.mark.parametrize("key", ["x" * 201, "ä", '""'])
def test_what_is_no_key(caller: Client, key: str) -> None:
    error = answer(caller, creation(), key)["Error"]
    assert error["ErrorCode"] == "TicketCreate.InvalidParameter"
    assert KEY in error["ErrorMessage"]


def test_without_the_extension_the_header_means_nothing(database: Database) -> None:
    before = tickets(database)
    with extended(database, Strict="1") as caller:
        answer(caller, creation(), "abc")
        answer(caller, creation(), "abc")
    assert tickets(database) == before + 2


def test_a_database_without_the_table(caller: Client, database: Database) -> None:
    """As a Znuny's is at first; a command makes the table and touches no other."""
    before = tickets(database)
    with database.transaction() as connection:
        OWN.drop_all(connection)
    fault = ask(caller, creation(), "abc")
    assert (fault.status_code, "genericinterface db add-tables" in fault.text) == (500, True)
    assert tickets(database) == before
    url = database.url.render_as_string(hide_password=False)
    for said in ("gi_idempotency_key made.", "nothing made."):
        result = CliRunner().invoke(cli, ["--database-url", url, "db", "add-tables"])
        assert (result.exit_code, said in result.output) == (0, True), result.output
    assert "TicketID" in answer(caller, creation(), "abc")


# ------------------------------------------------------------------------------------------------------------- ETags


def test_a_ticket_is_changed_only_as_it_was_read(caller: Client) -> None:
    request = {**AGENT, "TicketID": "12", "Ticket": {"Title": "one"}}

    def update_(title: str, tag: str) -> TestResponse:
        request["Ticket"] = {"Title": title}
        return caller.patch(f"{BASE}Extended/Ticket/12", json=request, headers={"If-Match": tag})

    read = caller.get(f"{BASE}Extended/Ticket/12", query_string=AGENT).headers["ETag"]
    first = update_("one", read)
    assert "TicketID" in json.loads(first.data)
    error = json.loads(update_("two", read).data)["Error"]
    assert error["ErrorCode"] == "TicketUpdate.PreconditionFailed"
    assert caller.get(f"{BASE}Extended/Ticket/12", query_string=AGENT).headers["ETag"] == first.headers["ETag"]
    assert "TicketID" in json.loads(update_("two", f'"x", {first.headers["ETag"]}').data)
    assert "TicketID" in json.loads(update_("three", "*").data)
    assert "Error" in json.loads(update_("four", '"x"').data)


# ---------------------------------------------------------------------------------------------------------- dry runs


def test_a_dry_run_writes_nothing(caller: Client, database: Database) -> None:
    with database.reading() as connection:
        before = counts(connection)
    assert answer(caller, creation(DryRun=1), "abc") == {"DryRun": 1}
    assert answer(caller, {**AGENT, "TicketID": "12", "Article": ARTICLE, "DryRun": 1}) == {"DryRun": 1}
    with database.reading() as connection:
        assert counts(connection) == before
        assert connection.execute(select(gi_idempotency_key)).all() == []


def test_a_dry_run_finds_what_is_wrong(caller: Client) -> None:
    error = answer(caller, creation({"Queue": "x"}, DryRun=1))["Error"]
    assert error["ErrorCode"] == "TicketCreate.InvalidParameter"
    fault = ask(caller, {**AGENT, "TicketID": "12", "Ticket": {"Queue": "Sales"}, "DryRun": 1})
    assert fault.status_code == 500


def test_without_the_extension_nothing_is_dry(database: Database) -> None:
    before = tickets(database)
    with extended(database, Strict="1") as caller:
        assert "TicketID" in answer(caller, creation(DryRun=1))
    assert tickets(database) == before + 1


def test_the_extensions_are_known() -> None:
    assert ALL.keys() <= known_keys.EXTENSIONS.keys()
    assert t.METADATA.tables.keys().isdisjoint(OWN.tables)

"""Ticket::TicketHistoryGet over REST and SOAP, and the extension ETag of TicketGet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zeep
from genericinterface.webservice_definitions import text
from sqlalchemy import Connection, update
from werkzeug.test import Client

from genericinterface.database import lookups, webservices
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.ticket_etag import etag
from tests.application import BASE, NOW, SOAP, application, client
from tests.statements import sent_to
from tests.ticket_reading import (
    CUSTOMER,
    FIRST_ARTICLE,
    ROOT,
    TICKET,
    add,
    add_ticket,
    attach,
    fill,
    flat,
    over_rest,
    over_soap,
    set_fields,
)
from tests.zeep_client import Wire

MADE = dt.datetime(2024, 1, 2, 3, 4, 5)


def add_history(connection: Connection, ticket: int, kind: str, hour: int, **values: Any) -> None:
    row = {"name": f"%%{kind}", "ticket_id": ticket, "type_id": 1, "queue_id": 2, "owner_id": 1, "priority_id": 3}
    row |= {"history_type_id": ids(connection, t.ticket_history_type)[kind], "state_id": 4} | values
    add(connection, t.ticket_history, **row, create_time=MADE.replace(hour=hour))


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with the ticket, and with a history that was not written in the order of time."""
    fill(database)
    with database.transaction() as connection:
        add_history(connection, TICKET, "AddNote", 5, article_id=FIRST_ARTICLE)
        add_history(connection, TICKET, "NewTicket", 3)
        add_history(connection, TICKET, "StateUpdate", 5, state_id=2, create_by=2)
    return database


@pytest.fixture
def caller(filled: Database) -> Iterator[Client]:
    with application(filled) as built:
        yield client(built)


def history(caller: Client, ticket: str, **data: Any) -> dict[str, Any]:
    """The answer, on which REST and SOAP agree."""
    who = {} if "Password" in data else ROOT
    rest, soap = (over(caller, "TicketHistoryGet", TicketID=ticket, **who, **data) for over in (over_rest, over_soap))
    assert flat(rest) == soap
    return rest


def test_a_history(caller: Client) -> None:
    found = history(caller, str(TICKET))["TicketHistory"]
    assert [one["TicketID"] for one in found] == [str(TICKET)]
    entries = found[0]["History"]
    assert [entry["HistoryType"] for entry in entries] == ["NewTicket", "AddNote", "StateUpdate"]
    assert entries[1] == {
        "ArticleID": FIRST_ARTICLE,
        "CreateBy": 1,
        "CreateTime": str(MADE.replace(hour=5)),
        "HistoryType": "AddNote",
        "HistoryTypeID": 15,
        "Name": "%%AddNote",
        "OwnerID": 1,
        "PriorityID": 3,
        "QueueID": 2,
        "StateID": 4,
        "TicketID": str(TICKET),
        "TypeID": 1,
    }
    assert (entries[0]["ArticleID"], entries[2]["StateID"], entries[2]["CreateBy"]) == (0, 2, 2)


def test_several_histories_have_the_ids_as_they_were_sent(caller: Client) -> None:
    found = history(caller, f"{TICKET}, 1")["TicketHistory"]
    assert [one["TicketID"] for one in found] == [str(TICKET), " 1"]
    assert {entry["TicketID"] for entry in found[1]["History"]} == {" 1"}


@pytest.mark.parametrize(
    ("ticket", "data", "code", "message"),
    [
        ("1", {"UserLogin": "tester", "Password": "wrong"}, "AuthFail", "Authorization failing!"),
        ("1", CUSTOMER, "AuthFail", "User needs to an Agent!"),
        ("0", ROOT, "MissingParameter", "TicketID parameter is missing!"),
        ("abc", ROOT, "AccessDenied", "User does not have access to the ticket abc!"),
        ("1,4711,4712", ROOT, "AccessDenied", "User does not have access to the ticket 4711!"),
        ("3", {"UserLogin": "mail", "Password": "mail"}, "AccessDenied", "User does not have access to the ticket 3!"),
    ],
)
def test_errors(caller: Client, ticket: str, data: dict[str, Any], code: str, message: str) -> None:
    error = {"ErrorCode": f"TicketHistoryGet.{code}", "ErrorMessage": f"TicketHistoryGet: {message}"}
    assert history(caller, ticket, **data) == {"Error": error}


def test_a_hash_is_no_ticket_id(caller: Client) -> None:
    answer = over_soap(caller, "TicketHistoryGet", TicketID={"a": 1}, **ROOT)
    assert answer["Error"]["ErrorMessage"] == "TicketHistoryGet: Structure for TicketID is not correct!"


def test_one_history_costs_as_many_statements_as_ten(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "TTL", 3600.0)
    sent = []
    with application(filled) as built:
        for asked in ("1", "1", "1,2,3,4,5,6,7,8,9,10"):
            with sent_to(built.database) as seen:
                found = over_rest(client(built), "TicketHistoryGet", TicketID=asked, **ROOT)
            sent.append(len(seen))
    assert len(found["TicketHistory"]) == 10
    assert sent[1:] == [3, 3]


def test_a_type_of_history_that_is_new_is_known_at_once(filled: Database) -> None:
    with application(filled) as built:
        history(client(built), "1")
        with filled.transaction() as connection:
            add(connection, t.ticket_history_type, name="Fresh", valid_id=1)
            add_history(connection, TICKET, "Fresh", 9)
        entries = history(client(built), str(TICKET))["TicketHistory"][0]["History"]
    assert entries[-1]["HistoryType"] == "Fresh"


# ---------------------------------------------------------------------------------------------------------------- zeep


def test_a_client_made_from_the_wsdl_reads_tickets(filled: Database) -> None:
    with filled.transaction() as connection:
        attach(connection, FIRST_ARTICLE, "a.bin", b"\0\xff")
        set_fields(connection, TICKET, Colors=["red", "blue"], Asset="NB-1")
    with application(filled) as built:
        service = zeep.Client(f"{SOAP}?wsdl", transport=Wire(client(built))).service
        options = {"AllArticles": 1, "Attachments": 1, "DynamicFields": 1, "Extended": 1}
        tickets = service.TicketGet(**ROOT, TicketID=[TICKET, 1], **options).Ticket
        denied = service.TicketGet(**ROOT, TicketID=[4711])
        histories = service.TicketHistoryGet(**ROOT, TicketID=[TICKET]).TicketHistory
    assert [ticket.TicketID for ticket in tickets] == [str(TICKET), "1"]
    assert (tickets[0].Queue, tickets[0].TimeUnit, tickets[0].ServiceID) == ("Raw", "7.55", None)
    assert [article.Subject for article in tickets[0].Article] == [f"Subject {n}" for n in range(7001, 7007)]
    attachment = tickets[0].Article[0].Attachment[0]
    assert (attachment.Filename, attachment.Content) == ("a.bin", b"\0\xff")
    values = {field.Name: field.Value for field in tickets[0].DynamicField}
    assert (values["Colors"], values["Asset"], values["Notes"]) == (["red", "blue"], ["NB-1"], [None])
    assert denied.Error.ErrorCode == "TicketGet.AccessDenied"
    assert [entry.HistoryType for entry in histories[0].History] == ["NewTicket", "AddNote", "StateUpdate"]


# ---------------------------------------------------------------------------------------------------------------- ETag


@contextmanager
def tagged(database: Database) -> Iterator[Callable[[str], str | None]]:
    """Gives the header of an answer of a web service with the extension."""
    config = text("GenericTicketConnectorREST").replace("\nProvider:\n", "\nProvider:\n  Extension: {ETag: '1'}\n", 1)
    with application(database) as built:
        with database.transaction() as connection:
            webservices.add(connection, "Tagged", config, NOW)

        def header(ticket: str, service: str = "Tagged") -> str | None:
            answer = client(built).get(f"{BASE}{service}/Ticket/{ticket}", query_string=ROOT)
            assert answer.status_code == 200
            return answer.headers.get("ETag")

        yield header


def test_the_etag_is_there_where_it_is_asked_for(filled: Database) -> None:
    with tagged(filled) as header:
        with filled.reading() as connection:
            expected = etag(connection, TICKET)
        assert header(str(TICKET)) == header(str(TICKET)) == expected
        assert expected.startswith('"')
        assert header("1") != expected
        assert header(f"{TICKET},1") is None
        assert header("4711") is None
        assert header(str(TICKET), "GenericTicketConnectorREST") is None


def _change_ticket(connection: Connection) -> None:
    connection.execute(update(t.ticket).where(t.ticket.c.id == TICKET).values(title="Another"))


def _add_history(connection: Connection) -> None:
    add_history(connection, TICKET, "Misc", 3)


def _add_article(connection: Connection) -> None:
    row = {"article_sender_type_id": 1, "communication_channel_id": 1, "is_visible_for_customer": 1}
    add(connection, t.article, ticket_id=TICKET, **row)


def _change_article(connection: Connection) -> None:
    changed = update(t.article).where(t.article.c.id == FIRST_ARTICLE)
    connection.execute(changed.values(change_time=MADE.replace(year=2025)))


def _set_field(connection: Connection) -> None:
    set_fields(connection, TICKET, Asset="NB-2")


def _set_article_field(connection: Connection) -> None:
    field = {"label": "", "field_order": 99, "field_type": "Text", "object_type": "Article", "config": "---"}
    add(connection, t.dynamic_field, name="Room", internal_field=0, valid_id=1, **field)
    set_fields(connection, FIRST_ARTICLE, Room="42")


def _clear_field(connection: Connection) -> None:
    connection.execute(t.dynamic_field_value.delete().where(t.dynamic_field_value.c.object_id == TICKET))


@pytest.mark.parametrize(
    "change",
    [_change_ticket, _add_history, _add_article, _change_article, _set_field, _set_article_field, _clear_field],
)
def test_the_etag_changes_with_the_ticket(filled: Database, change: Callable[[Connection], None]) -> None:
    with filled.transaction() as connection:
        set_fields(connection, TICKET, Asset="NB-1", Notes="x")
        add_ticket(connection, TICKET + 1)
        before, other = etag(connection, TICKET), etag(connection, TICKET + 1)
        assert etag(connection, TICKET) == before
        change(connection)
        assert etag(connection, TICKET) != before
        assert etag(connection, TICKET + 1) == other


def test_the_etag_does_not_change_with_escalations(filled: Database) -> None:
    with filled.transaction() as connection:
        before = etag(connection, TICKET)
        values = {"escalation_time": 1, "escalation_update_time": 1}
        connection.execute(update(t.ticket).where(t.ticket.c.id == TICKET).values(values))
        assert etag(connection, TICKET) == before
        assert etag(connection, 4711) == etag(connection, 4712)


def test_the_etag_costs_one_statement(filled: Database) -> None:
    with sent_to(filled) as sent, filled.reading() as connection:
        etag(connection, TICKET)
    assert len(sent) == 1

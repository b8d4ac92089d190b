"""Ticket::TicketGet over REST and SOAP: what is in a ticket, every option, errors, who may read, what it costs."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from application import application, client
from conftest import BACKENDS, Maker
from sqlalchemy import delete, update
from statements import sent_to
from ticket_reading import (
    CUSTOMER,
    FIRST_ARTICLE,
    INTERNAL,
    MADE,
    ROOT,
    TICKET,
    add,
    add_article,
    add_ticket,
    attach,
    fill,
    flat,
    over_rest,
    over_soap,
    set_fields,
)
from werkzeug.test import Client

from genericinterface.app import Application
from genericinterface.database import articles, dynamic_field_reading, escalations, lookups
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from genericinterface.database.rows import ids
from genericinterface.database.tickets import NAMED
from genericinterface.operation.ticket.ticket_answer import ArticleData, AttachmentData, TicketData

DENIED = {"ErrorCode": "TicketGet.AccessDenied", "ErrorMessage": "TicketGet: User does not have access to the ticket!"}
BIG = bytes(range(256)) * 12_000  # three megabytes


def _contents(connection: Any) -> None:
    attach(connection, FIRST_ARTICLE, "notes.txt", b"Line one\nLine two\n")
    attach(connection, FIRST_ARTICLE, "big.bin", BIG, content_type="application/octet-stream", disposition=None)
    html = {"content_type": "text/html; charset=utf-8", "disposition": None}
    attach(connection, FIRST_ARTICLE, "file-2", b"<p>Body</p>", **html)
    attach(connection, FIRST_ARTICLE, "file-1", b"Body")
    picture = {"content_type": "image/png", "disposition": None, "content_id": "<x@y>"}
    attach(connection, FIRST_ARTICLE, "dot.png", b"\x89PNG", **picture)
    for number in range(11):
        attach(connection, INTERNAL, f"n{number:02}.txt", b"")
    set_fields(connection, TICKET, Asset="NB-1", Colors=["red", "blue"], Urgent=1, Delivery=dt.datetime(2024, 2, 1))


@pytest.fixture(scope="module", params=BACKENDS)
def shared(request: pytest.FixtureRequest) -> Iterator[Application]:
    """An application on a database with the ticket, for all tests that only read."""
    make: Maker = request.getfixturevalue(f"filled_{request.param}")
    with make() as url:
        database = Database(url.render_as_string(hide_password=False))
        fill(database)
        with database.transaction() as connection:
            _contents(connection)
        with application(database) as built:
            yield built
        database.close()


@pytest.fixture
def caller(shared: Application) -> Client:
    """Asks it."""
    return client(shared)


def get(caller: Client, ticket: Any = TICKET, **data: Any) -> dict[str, Any]:
    """The first ticket, which REST and SOAP agree on."""
    who = {} if "UserLogin" in data or "CustomerUserLogin" in data else ROOT
    rest, soap = (over(caller, "TicketGet", TicketID=ticket, **who, **data) for over in (over_rest, over_soap))
    for answer in (rest, soap):  # which may have been given in different seconds
        for found in answer["Ticket"] if isinstance(answer["Ticket"], list) else [answer["Ticket"]]:
            assert int(found.pop("Age")) >= 0
    assert flat(rest) == soap
    found: dict[str, Any] = rest["Ticket"][0]
    return found


def shown(caller: Client, **data: Any) -> list[int]:
    """The IDs of the articles."""
    found = get(caller, AllArticles=1, **data).get("Article", [])
    return [article["ArticleID"] - FIRST_ARTICLE + 1 for article in found]


# ---------------------------------------------------------------------------------------------------------- the ticket


def test_a_ticket(caller: Client) -> None:
    assert get(caller) == {
        "ArchiveFlag": "n",
        "ChangeBy": 1,
        "Changed": str(MADE),
        "CreateBy": 1,
        "Created": str(MADE),
        "CustomerID": "CustomerUserID",
        "CustomerUserID": "customer1",
        "EscalationResponseTime": 0,
        "EscalationSolutionTime": 0,
        "EscalationTime": 0,
        "EscalationUpdateTime": 0,
        "GroupID": 1,
        "Lock": "unlock",
        "LockID": 1,
        "Owner": "root@localhost",
        "OwnerID": 1,
        "Priority": "3 normal",
        "PriorityID": 3,
        "Queue": "Raw",
        "QueueID": 2,
        "RealTillTimeNotUsed": 0,
        "Responsible": "root@localhost",
        "ResponsibleID": 1,
        "SLAID": "",
        "ServiceID": "",
        "State": "open",
        "StateID": 4,
        "StateType": "open",
        "TicketID": TICKET,
        "TicketNumber": f"2024{TICKET:012}",
        "TimeUnit": 7.55,
        "Title": "Many articles",
        "Type": "Unclassified",
        "TypeID": 1,
        "UnlockTimeout": 0,
        "UntilTime": 0,
    }


def test_a_service_an_sla_and_a_pending_time_have_their_keys(database: Database) -> None:
    with database.transaction() as connection:
        names = {table: ids(connection, table) for table in (t.service, t.sla)}
        until = 1_700_000_000
        service, sla = names[t.service]["Printing"], names[t.sla]["Standard"]
        add_ticket(connection, service_id=service, sla_id=sla, until_time=until, title=None, archive_flag=1)
    with application(database) as built:
        found = get(client(built))
    assert (found["Service"], found["ServiceID"], found["SLA"], found["SLAID"]) == (
        "Printing",
        service,
        "Standard",
        sla,
    )
    assert (found["RealTillTimeNotUsed"], found["Title"], found["ArchiveFlag"]) == (until, None, "y")
    assert found["UntilTime"] < 0


def test_extended(database: Database) -> None:
    with database.transaction() as connection:
        add_ticket(connection)
        kinds, states = ids(connection, t.ticket_history_type), ids(connection, t.ticket_state)
        happened = (("Lock", "open", 3), ("Lock", "open", 2), ("StateUpdate", "closed successful", 5))
        happened += (("StateUpdate", "closed unsuccessful", 6), ("StateUpdate", "open", 7))
        for kind, state, hour in happened:
            row = {"name": "", "ticket_id": TICKET, "type_id": 1, "queue_id": 2, "owner_id": 1, "priority_id": 3}
            row |= {"history_type_id": kinds[kind], "state_id": states[state]}
            add(connection, t.ticket_history, **row, create_time=MADE.replace(hour=hour))
        for number, (sender, visible) in enumerate((("customer", True), ("agent", False), ("agent", True))):
            add_article(connection, FIRST_ARTICLE + number, TICKET, sender, visible)
            moment = update(t.article).where(t.article.c.id == FIRST_ARTICLE + number)
            connection.execute(moment.values(create_time=MADE.replace(hour=10 + number)))
    with application(database) as built:
        plain, found = get(client(built)), get(client(built), Extended=1)
    more = {name: value for name, value in found.items() if name not in plain}
    assert more.pop("SolutionInMin", 0) >= 0
    assert more == {
        "FirstResponse": str(MADE.replace(hour=12)),
        "Closed": str(MADE.replace(hour=6)),
        "FirstLock": str(MADE.replace(hour=2)),
    }


def test_types_know_every_key(caller: Client) -> None:
    found = get(caller, AllArticles=1, Attachments=1, DynamicFields=1, Extended=1)
    article = found["Article"][0]
    for data, structure in ((found, TicketData), (article, ArticleData), (article["Attachment"][0], AttachmentData)):
        assert set(data) <= set(structure.__struct_fields__)


# ------------------------------------------------------------------------------------------------------ dynamic fields


def test_dynamic_fields_are_all_valid_ones_by_name(caller: Client) -> None:
    found = get(caller, DynamicFields=1)["DynamicField"]
    names = [field["Name"] for field in found]
    assert names == sorted(names)
    values = {field["Name"]: field["Value"] for field in found if field["Value"] is not None}
    assert values == {"Asset": "NB-1", "Colors": ["red", "blue"], "Urgent": 1, "Delivery": "2024-02-01 00:00:00"}
    assert len(values) < len(found)
    assert "DynamicField" not in get(caller)
    # There are none of articles.
    assert all("DynamicField" not in a for a in get(caller, AllArticles=1, DynamicFields=1)["Article"])


def test_fields_of_articles_are_told_from_those_of_tickets_with_the_same_id(database: Database) -> None:
    with database.transaction() as connection:
        field = {"label": "", "field_order": 99, "field_type": "Text", "object_type": "Article", "config": "---"}
        add(connection, t.dynamic_field, name="Room", internal_field=0, valid_id=1, **field)
        add(connection, t.dynamic_field, name="Old", internal_field=0, valid_id=2, **field)
        add_ticket(connection)
        add_article(connection, TICKET, TICKET, "agent")
        set_fields(connection, TICKET, Asset="of the ticket", Room="of the article", Old="gone")
    with application(database) as built:
        found = get(client(built), DynamicFields=1, AllArticles=1)
    assert {f["Name"]: f["Value"] for f in found["DynamicField"] if f["Value"]} == {"Asset": "of the ticket"}
    assert found["Article"][0]["DynamicField"] == [{"Name": "Room", "Value": "of the article"}]


# ------------------------------------------------------------------------------------------------------------ articles


def test_an_article(caller: Client) -> None:
    assert get(caller, AllArticles=1)["Article"][1] == {
        "ArticleID": INTERNAL,
        "ArticleNumber": 2,
        "Bcc": f"bcc{INTERNAL}@example.org",
        "Body": f"Body of {INTERNAL} & <more>",
        "Cc": "",
        "ChangeBy": 1,
        "ChangeTime": str(MADE),
        "Charset": "utf-8",
        "CommunicationChannelID": 1,
        "ContentCharset": "utf-8",
        "ContentType": "text/plain; charset=utf-8",
        "CreateBy": 1,
        "CreateTime": str(MADE),
        "From": f"From {INTERNAL}",
        "InReplyTo": None,
        "IncomingTime": 1704164645,
        "IsVisibleForCustomer": 0,
        "MessageID": f"<{INTERNAL}@example.org>",
        "MimeType": "text/plain",
        "References": None,
        "ReplyTo": None,
        "SenderType": "customer",
        "SenderTypeID": "3",
        "Subject": f"Subject {INTERNAL}",
        "TicketID": TICKET,
        "TimeUnit": 5,
        "To": "To",
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleOrder": "DESC"}, [1, 2, 3, 4, 5, 6]),  # with a limit only
        ({"ArticleLimit": 2}, [1, 2]),
        ({"ArticleLimit": 2, "ArticleOrder": "DESC"}, [6, 5]),
        ({"ArticleLimit": 2, "ArticleOrder": "desc"}, [1, 2]),
        ({"ArticleLimit": 99, "ArticleOrder": "DESC"}, [6, 5, 4, 3, 2, 1]),
        ({"ArticleLimit": "0"}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleLimit": ""}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleLimit": "-2"}, []),
        ({"ArticleLimit": "0.5"}, [1]),
        ({"ArticleLimit": "2 articles"}, [1, 2]),
        ({"ArticleLimit": "many"}, []),
        ({"ArticleLimit": ["1", "2"]}, [1, 2, 3, 4, 5, 6]),
        ({"ArticleSenderType": "customer"}, [2, 5]),
        ({"ArticleSenderType": "Customer"}, []),
        ({"ArticleSenderType": "agent,customer"}, []),
        ({"ArticleSenderType": ["system", "agent"]}, [3, 6, 1, 4]),
        ({"ArticleSenderType": ["system", "nobody"]}, [3, 6]),
        ({"ArticleSenderType": ["system", "system"]}, [3, 6, 3, 6]),
        ({"ArticleSenderType": ["", "agent"]}, [1, 2, 3, 4, 5, 6, 1, 4]),
        ({"ArticleSenderType": ["", "agent"], "ArticleLimit": 7}, [1, 2, 3, 4, 5, 6, 1]),
        ({"ArticleSenderType": ["system", "agent"], "ArticleLimit": 3}, [3, 6, 1]),
        ({"ArticleSenderType": ["system", "agent"], "ArticleLimit": 3, "ArticleOrder": "DESC"}, [4, 1, 6]),
        (
            {"ArticleSenderType": ["agent", "system", "agent"], "ArticleLimit": 5, "ArticleOrder": "DESC"},
            [4, 1, 6, 3, 4],
        ),
    ],
)
def test_which_articles(caller: Client, options: dict[str, Any], expected: list[int]) -> None:
    assert shown(caller, **options) == expected


def test_articles_that_are_not_wanted_are_not_read(shared: Application) -> None:
    with shared.database.reading() as connection:
        choice = articles.Choice(("agent",), limit=1, descending=True)
        assert [a["ArticleNumber"] for a in articles.read(connection, [TICKET], choice)[TICKET]] == [4]
        statement = articles._statement(1, limited=True, descending=True, customer=False)
        values = {"tickets": [TICKET], "sender0": 1, "limit": 1}
        assert len(connection.execute(statement, values).all()) == 1


def test_without_articles_there_is_no_key(caller: Client) -> None:
    assert "Article" not in get(caller, Attachments=1, ArticleLimit=1)
    assert "Article" not in get(caller, AllArticles=1, ArticleSenderType="nobody")


@pytest.mark.parametrize(
    ("content_type", "charset", "mime_type"),
    [
        (None, "", ""),
        ("text/plain", "", "text/plain"),
        ('text/plain; charset="ISO-8859-1"', "ISO-8859-1", "text/plain"),
        ("TEXT/Plain; Charset=utf8; format=flowed", "utf8", "TEXT/Plain"),
        ("text/plain ; charset = utf-8", "", "text/plain"),
        ("text/plain; charset=", "text/plain", "text/plain"),
        ("charset=utf-8", "charset=utf-8", ""),
        ('"text/plain"; charset=utf-8', "utf-8", ""),
        ('text/plain; charset="utf-8"; charset="x"', "utfx", "text/plain"),
        ("a\nb; charset=utf-8", "a\nutf-8", ""),
        ("application/vnd.ms-x; charset=utf-8", "utf-8", "application/vnd"),
    ],
)
def test_content_types_are_cut_up_as_znuny_does(content_type: str | None, charset: str, mime_type: str) -> None:
    assert articles.content_type_of(content_type) == (charset, mime_type)


# --------------------------------------------------------------------------------------------------------- attachments


def files(found: dict[str, Any], article: int = 0) -> dict[str, dict[str, Any]]:
    return {file["Filename"]: file for file in found["Article"][article].get("Attachment", [])}


def test_attachments(caller: Client) -> None:
    found = files(get(caller, AllArticles=1, Attachments=1))
    assert list(found) == ["big.bin", "dot.png", "notes.txt"]
    assert found["notes.txt"] == {
        "Content": "TGluZSBvbmUKTGluZSB0d28K",
        "ContentAlternative": "",
        "ContentID": "",
        "ContentType": "text/plain; charset=utf-8",
        "Disposition": "attachment",
        "FileID": "5",
        "Filename": "notes.txt",
        "FilesizeRaw": "18",
    }
    assert (found["big.bin"]["Disposition"], found["dot.png"]["Disposition"]) == ("attachment", "inline")
    assert base64.b64decode(found["big.bin"]["Content"], validate=True) == BIG
    assert "\n" not in found["big.bin"]["Content"]


def test_the_html_body_is_an_attachment_where_it_is_wanted(caller: Client) -> None:
    found = files(get(caller, AllArticles=1, Attachments=1, HTMLBodyAsAttachment=1))
    assert list(found) == ["big.bin", "dot.png", "file-2", "notes.txt"]
    assert (found["file-2"]["FileID"], found["file-2"]["Disposition"]) == ("4", "inline")


def test_attachments_are_in_the_order_of_their_numbers_as_text(caller: Client) -> None:
    found = files(get(caller, AllArticles=1, Attachments=1), article=1)
    assert [file["FileID"] for file in found.values()] == ["1", "10", "11", *"23456789"]


@pytest.mark.parametrize("value", ["0", ""])
def test_contents_are_not_read_when_they_are_not_wanted(shared: Application, value: str) -> None:
    caller = client(shared)
    with sent_to(shared.database) as sent:
        found = files(get(caller, AllArticles=1, Attachments=1, GetAttachmentContents=value))
    assert {file["Content"] for file in found.values()} == {""}
    assert found["big.bin"]["FilesizeRaw"] == str(len(BIG))
    assert not any("article_data_mime_attachment.content," in sql or ".content \n" in sql for sql in sent)


def test_bodies_are_told_from_files_as_znuny_does(database: Database) -> None:
    html, plain = {"content_type": "text/html", "disposition": None}, {"disposition": None}
    cases: list[tuple[list[tuple[str, dict[str, Any]]], list[str]]] = [
        ([("file-1", plain), ("file-1", plain)], ["file-1"]),
        ([("file-1", html), ("file-2", html)], ["file-2"]),
        ([("file-1.html", html)], []),
        ([("file-2", html | {"disposition": "attachment"})], ["file-2"]),
        ([("file-2", html | {"disposition": "INLINE"})], ["file-2"]),
        ([("file-3", html), ("File-2", html), ("x.html", html)], ["File-2", "file-3", "x.html"]),
        ([("file-2", plain)], ["file-2"]),
    ]
    with database.transaction() as connection:
        add_ticket(connection)
        for number, (stored, _) in enumerate(cases):
            add_article(connection, FIRST_ARTICLE + number, TICKET, "agent")
            for name, values in stored:
                attach(connection, FIRST_ARTICLE + number, name, b"", **values)
    with application(database) as built:
        found = get(client(built), AllArticles=1, Attachments=1)["Article"]
    names = [[file["Filename"] for file in article.get("Attachment", [])] for article in found]
    assert [sorted(listed) for listed in names] == [expected for _, expected in cases]


# ----------------------------------------------------------------------------------------------------------- customers


def test_customers_see_neither_internal_articles_nor_bcc(caller: Client) -> None:
    found = get(caller, AllArticles=1, Attachments=1, **CUSTOMER)["Article"]
    assert [article["ArticleID"] for article in found] == [n for n in range(7001, 7007) if n != INTERNAL]
    assert [article["ArticleNumber"] for article in found] == [1, 3, 4, 5, 6]
    assert {article["Bcc"] for article in found} == {""}


def test_customers_do_not_get_at_internal_articles_by_options(caller: Client) -> None:
    assert shown(caller, **CUSTOMER, ArticleSenderType="customer") == [5]
    assert shown(caller, **CUSTOMER, ArticleLimit=5, ArticleOrder="DESC") == [6, 5, 4, 3, 1]


# -------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("over", [over_rest, over_soap])
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"UserLogin": "tester", "Password": "wrong", "TicketID": "1"}, "AuthFail"),
        ({"TicketID": "1"}, "AuthFail"),
        (ROOT, "MissingParameter"),
        (ROOT | {"TicketID": "0"}, "MissingParameter"),
        (ROOT | {"TicketID": ""}, "MissingParameter"),
        (ROOT | {"TicketID": "99999"}, "AccessDenied"),
        (ROOT | {"TicketID": "1,99999"}, "AccessDenied"),
        (ROOT | {"TicketID": "abc"}, "AccessDenied"),
        (ROOT | {"TicketID": "-1"}, "AccessDenied"),
        (ROOT | {"TicketID": "1.0"}, "AccessDenied"),
        (ROOT | {"TicketID": "9" * 30}, "AccessDenied"),
        (ROOT | {"TicketID": ",1"}, "AccessDenied"),
        (ROOT | {"TicketID": ["1", "x"]}, "AccessDenied"),
        (ROOT | {"TicketID": ["1,2", "3"]}, "AccessDenied"),
        ({"UserLogin": "mail", "Password": "mail", "TicketID": "3"}, "AccessDenied"),
        (CUSTOMER | {"TicketID": "3"}, "AccessDenied"),
    ],
)
def test_errors(caller: Client, over: Any, data: dict[str, Any], code: str) -> None:
    answer = over(caller, "TicketGet", **data)
    assert set(answer) == {"Error"}
    assert answer["Error"]["ErrorCode"] == f"TicketGet.{code}"
    if code == "AccessDenied":
        assert answer["Error"] == DENIED


def test_a_hash_is_no_ticket_id(caller: Client) -> None:
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><TicketGet><UserLogin>root@localhost'
        "</UserLogin><Password>root</Password><TicketID><a>1</a></TicketID></TicketGet></e:Body></e:Envelope>"
    )
    answered = caller.post("/Webservice/GenericTicketConnectorSOAP", data=envelope, content_type="text/xml")
    assert b"TicketGet: Structure for TicketID is not correct!" in answered.data


@pytest.mark.parametrize("value", ["5001,1", "5001, 1", ["5001", "1"], "5001,1,,", ["+5001", "01"], ["5001", "1 "]])
def test_several_tickets_in_the_order_asked_for(caller: Client, value: Any) -> None:
    found = over_rest(caller, "TicketGet", TicketID=value, **ROOT)
    assert [ticket["TicketID"] for ticket in found["Ticket"]] == [5001, 1]
    assert [ticket["TicketID"] for ticket in over_soap(caller, "TicketGet", TicketID=value, **ROOT)["Ticket"]] == [
        "5001",
        "1",
    ]


def test_a_ticket_asked_for_twice_is_there_twice(caller: Client) -> None:
    found = over_rest(caller, "TicketGet", TicketID="1,1", **ROOT)["Ticket"]
    assert [ticket["TicketID"] for ticket in found] == [1, 1]


# ---------------------------------------------------------------------------------------------------------- statements

EVERYTHING = {"AllArticles": 1, "Attachments": 1, "DynamicFields": 1, "Extended": 1}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 2),
        ({"AllArticles": 1}, 3),
        ({"AllArticles": 1, "ArticleSenderType": ["agent", "customer"], "ArticleLimit": 3}, 3),
        ({"DynamicFields": 1}, 3),
        (EVERYTHING, 5),
    ],
)
def test_one_ticket_costs_as_many_statements_as_fifty(
    database: Database, options: dict[str, Any], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lookups, dynamic_field_reading, escalations):
        monkeypatch.setattr(module, "TTL", 3600.0)
    with database.transaction() as connection:
        for number in range(50):
            add_ticket(connection, TICKET + number)
            add_article(connection, FIRST_ARTICLE + 2 * number, TICKET + number, "agent")
            add_article(connection, FIRST_ARTICLE + 2 * number + 1, TICKET + number, "customer")
            attach(connection, FIRST_ARTICLE + 2 * number, "a.txt", b"a")
    fifty = ",".join(str(TICKET + number) for number in range(50))
    with application(database) as built:
        caller = client(built)
        sent = []
        for asked in (str(TICKET), str(TICKET), fifty):
            with sent_to(built.database) as seen:
                found = over_rest(caller, "TicketGet", TicketID=asked, **ROOT, **options)
            sent.append(len(seen))
    assert len(found["Ticket"]) == 50
    assert sent[1:] == [expected, expected]


def test_a_name_that_is_new_is_known_at_once(database: Database) -> None:
    with application(database) as built:
        caller = client(built)
        with built.database.reading() as connection:
            lookups.names(connection, NAMED)
        with database.transaction() as connection:
            queue = {"group_id": 1, "system_address_id": 1, "salutation_id": 1, "signature_id": 1, "follow_up_id": 1}
            add(connection, t.queue, name="Fresh", follow_up_lock=0, valid_id=1, **queue)
            add_ticket(connection, queue_id=ids(connection, t.queue)["Fresh"])
        assert get(caller)["Queue"] == "Fresh"


def test_a_ticket_that_is_gone_is_denied(database: Database) -> None:
    with application(database) as built:
        caller = client(built)
        with database.transaction() as connection:
            add_ticket(connection)
        assert get(caller)["TicketID"] == TICKET
        with database.transaction() as connection:
            connection.execute(delete(t.ticket).where(t.ticket.c.id == TICKET))
        assert over_rest(caller, "TicketGet", TicketID=TICKET, **ROOT) == {"Error": DENIED}

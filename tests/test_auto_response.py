"""mail/auto_response.py: whom a queue answers, with what, and what is left of it in the tables, as in the reference."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest
from sqlalchemy import event, insert, select, update

from genericinterface.database import auto_responses, dynamic_fields
from genericinterface.database import tables as t
from genericinterface.database.dynamic_field_writing import set_values
from genericinterface.database.engine import Database
from genericinterface.database.stored_content import content
from genericinterface.database.ticket_change import read_for_update
from tests.answering_queue import (
    BASE,
    CORA,
    NOW,
    NUMBER,
    STAMPS,
    add_and_respond,
    answer_with,
    created,
    queued,
    raw,
    responses,
)


@pytest.fixture(autouse=True)
def forget() -> None:
    auto_responses._known.clear()


def history(database: Database, ticket_id: int) -> list[tuple[str, str, bool]]:
    """What the history says of answers: type, name, and whether it is of an article."""
    h = t.ticket_history.c
    statement = (
        select(t.ticket_history_type.c.name, h.name, h.article_id)
        .join(t.ticket_history_type, t.ticket_history_type.c.id == h.history_type_id)
        .where(h.ticket_id == ticket_id)
        .order_by(h.id)
    )
    with database.reading() as connection:
        found = [(kind, name, article is not None) for kind, name, article in connection.execute(statement)]
    kinds = ("SendAutoReply", "SendAutoFollowUp", "SendAutoReject", "LoopProtection", "Misc")
    return [entry for entry in found if entry[0] in kinds and not entry[1].startswith("Reset")]


def test_a_response_is_an_article_and_a_mail(database: Database) -> None:
    answer_with(database)
    ticket_id = created(database)
    (article,) = responses(database, ticket_id)
    assert (article["article_sender_type_id"], article["communication_channel_id"]) == (2, 1)
    assert article["is_visible_for_customer"] == article["create_by"] == 1
    assert (article["a_from"], article["a_to"]) == ("Service Desk <servicedesk@localhost>", CORA)
    assert article["a_cc"] == article["a_in_reply_to"] == article["a_references"] == ""
    assert article["a_subject"] == f"[Ticket#{NUMBER}] RE: Printer is [...]"
    assert article["a_content_type"] == "text/plain; charset=utf-8"
    body = f"Thank you, Cora Customer.\nYou wrote in {ticket_id}:\n> It burns."
    assert article["a_body"].rstrip() == body
    assert history(database, ticket_id) == [("SendAutoReply", f"%%{CORA}", True)]
    ((entry, mail),) = queued(database)
    assert (entry.article_id, entry.sender, entry.recipients) == (article["article_id"], "", ("cora@example.com",))
    assert (mail["From"], mail["To"]) == ("Service Desk <servicedesk@localhost>", "Cora Customer <cora@example.com>")
    assert mail["Message-ID"] == article["a_message_id"]
    assert article["a_message_id"].endswith("@desk.example.com>")
    assert (mail["Subject"], mail["Auto-Submitted"]) == (article["a_subject"], "auto-generated")
    assert (mail["Precedence"], mail["X-Loop"]) == ("bulk", "yes")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().rstrip() == body
    assert "Thank you, Cora Customer.<br/>You wrote" in html.get_content()
    with database.reading() as connection:
        files = connection.execute(select(t.article_data_mime_attachment)).mappings().all()
        plain = connection.execute(select(t.article_data_mime_plain)).mappings().all()
    ours = [file for file in files if file["article_id"] == article["article_id"]]
    assert [(file["filename"], file["content_type"]) for file in ours] == [("file-2", 'text/html; charset="utf-8"')]
    kept = [content(row["body"]) for row in plain if row["article_id"] == article["article_id"]]
    assert [email.message_from_bytes(each)["Message-ID"] for each in kept] == [mail["Message-ID"]]


@pytest.mark.parametrize(("rich_text", "between"), [(True, "\n"), (False, "")])
def test_a_quotation_goes_on_in_its_line(database: Database, rich_text: bool, between: str) -> None:
    """As Znuny 6.5 does; with Frontend::RichText the quotation ends its line, without it the text goes on behind."""
    answer_with(database, text="You wrote: <OTRS_CUSTOMER_EMAIL[2]> so far.")
    ticket_id = created(database, configuration=replace(BASE, rich_text=rich_text))
    (article,) = responses(database, ticket_id)
    assert article["a_body"] == f"You wrote: > It burns.\n> Really.{between} so far."


def test_each_kind_has_its_history(database: Database) -> None:
    kinds = {
        "auto reply/new ticket": "SendAutoReply",
        "auto follow up": "SendAutoFollowUp",
        "auto reject": "SendAutoReject",
        "auto remove": "Misc",
    }
    for kind in kinds:
        answer_with(database, kind)
    for kind, entry in kinds.items():
        assert history(database, created(database, kind)) == [(entry, f"%%{CORA}", True)]
    assert history(database, created(database, "auto reply")) == []


def test_a_ticket_that_is_closed_is_not_confirmed(database: Database) -> None:
    assert history(database, created(database, state="removed")) == []  # nobody would answer anyway
    answer_with(database)
    answer_with(database, "auto reject")
    auto_responses._known.clear()
    for state in ("closed successful", "removed"):
        told = f"Sent no auto response or agent notification because ticket is state-type '{state.split()[0]}'!"
        assert history(database, created(database, state=state)) == [("Misc", told, False)]
        ticket_id = created(database, "auto reject", state=state)
        assert history(database, ticket_id) == [("SendAutoReject", f"%%{CORA}", True)]


NO_ADDRESS = "Sent no auto response to '{}' - no valid email address."
EXCLUDED = "Sent no auto response to '{}', SendNoAutoResponseRegExp matched."

# From → To of the answer, its Cc, and what the history says of those who get none
SENDERS: dict[str, tuple[str, str, list[str]]] = {
    "john@doe.org": ("john@doe.org", "cora@example.com", []),
    "Jöhn Doe <john@doe.org>": ("Jöhn Doe <john@doe.org>", "cora@example.com", []),
    "CORA@example.com": ("CORA@example.com", "", []),
    "a@x.org, b@y.org": ("a@x.org, b@y.org", "cora@example.com", []),
    '"Doe, John" <a@x.org>, "X \\" y" <c@d.org>': (
        '"Doe, John" <a@x.org>, "X \\" y" <c@d.org>',
        "cora@example.com",
        [],
    ),
    "servicedesk@localhost": ("", "cora@example.com", []),
    "MAILER-DAEMON@foo.example.com": ("", "cora@example.com", [EXCLUDED.format("MAILER-DAEMON@foo.example.com")]),
    "a@x.org, postmaster@foo.example.com, servicedesk@localhost, Foo <b@y.org>": (
        "a@x.org, Foo <b@y.org>",
        "cora@example.com",
        [EXCLUDED.format("postmaster@foo.example.com")],
    ),
    "Alice Archer": ("", "cora@example.com", [NO_ADDRESS.format("Alice"), NO_ADDRESS.format("Archer")]),
    "": ("", "cora@example.com", []),
}


def test_who_is_answered(database: Database) -> None:
    answer_with(database)
    for sender, (to, cc, refused) in SENDERS.items():
        ticket_id = created(database, sender=sender)
        (article,) = responses(database, ticket_id)
        assert (article["a_to"], article["a_cc"]) == (to, cc)
        wanted = [("Misc", text, False) for text in refused]
        assert history(database, ticket_id) == [*wanted, ("SendAutoReply", f"%%{to}", True)]


def test_where_nobody_is_left_nothing_is_sent(database: Database) -> None:
    answer_with(database)
    for sender in ("nobody", "servicedesk@localhost", ""):
        assert responses(database, created(database, sender=sender, customer="stranger@example.com")) == []
    assert queued(database) == []


def test_loops_end(database: Database) -> None:
    answer_with(database)
    few = replace(
        BASE, postmaster_max_emails=2, postmaster_max_emails_per_address=(("often@doe.org", "3"), ("odd@x.org", "x"))
    )
    yesterday = {"sent_to": "john@doe.org", "sent_date": "2020-01-01"}
    with database.transaction() as connection:
        connection.execute(insert(t.ticket_loop_protection), [yesterday] * 5)
    for sender, allowed in (("john@doe.org", 2), ("often@doe.org", 3), ("odd@x.org", 2)):
        for number in range(4):
            ticket_id = created(database, sender=sender, configuration=few)
            (article,) = responses(database, ticket_id)
            assert article["a_to"] == (sender if number < allowed else "")
            told = history(database, ticket_id)
            assert (("LoopProtection", f"%%{sender}", False) in told) == (number >= allowed)
    with database.reading() as connection:
        kept = connection.execute(select(t.ticket_loop_protection)).all()
    assert len(kept) == 7
    assert {row.sent_date for row in kept} == {NOW.strftime("%Y-%m-%d")}


def test_an_unknown_customer_goes_by_the_name_in_from(database: Database) -> None:
    answer_with(database, text="<OTRS_CUSTOMER_REALNAME>|<OTRS_CUSTOMER_DATA_UserFirstname>")
    for sender, name in (("Jöhn Doe <john@doe.org>", "Jöhn Doe"), ("john@doe.org", "john@doe.org")):
        (article,) = responses(database, created(database, sender=sender, customer="stranger@example.com"))
        assert article["a_body"].strip() == f"{name}|-"


def test_what_a_text_can_tell_of_a_ticket(database: Database) -> None:
    text = (
        "<OTRS_TICKET_TicketNumber>|<OTRS_TICKET_Title>|<OTRS_QUEUE>|<OTRS_TICKET_Queue>|<OTRS_TICKET_State>|"
        "<OTRS_TICKET_StateType>|<OTRS_TICKET_Priority>|<OTRS_TICKET_Owner>|<OTRS_OWNER_UserFirstname>|"
        "<OTRS_Agent_UserFullname>|<OTRS_RESPONSIBLE_UserLogin>|<OTRS_TICKET_Service>|<OTRS_TICKET_Age>|"
        "<OTRS_TICKET_CustomerUserID>|<OTRS_CONFIG_FQDN>|<OTRS_CONFIG_SendmailModule::AuthPassword>|"
        "<OTRS_CONFIG_DatabasePw>|<OTRS_CONFIG_NoSuch>|<OTRS_FIRST_NAME>|<OTRS_TICKET_UntilTime>|<OTRS_FOO>"
    )
    answer_with(database, text=text, system_address_id=1)
    configuration = replace(BASE, sendmail_auth_password="hush", rich_text=False)
    (article,) = responses(database, created(database, configuration=configuration))
    assert article["a_body"] == (
        f"{NUMBER}|Printer <b>|Raw|Raw|new|new|3 normal|root@localhost|Admin|Admin Administrator|root@localhost|-|0|"
        "cora|desk.example.com|xxx|xxx||Admin|0|<OTRS_FOO>"
    )
    ((_entry, mail),) = queued(database)
    assert mail.get_content_type() == "text/plain"


def test_dynamic_fields_in_a_text(database: Database) -> None:
    config = "---\nPossibleValues:\n  r: Red\n  b: Blue\n"
    fields = {
        "QText": ("Text", ["some"], "some|some"),
        "QDrop": ("Dropdown", ["r"], "r|Red"),
        "QMulti": ("Multiselect", ["r", "b"], "r, b|Red, Blue"),
        "QDate": ("Date", ["2026-03-04 00:00:00"], "2026-03-04|03/04/2026"),
        "QTime": ("DateTime", ["2026-03-04 05:06:07"], "2026-03-04 05:06:07 (UTC)|03/04/2026 05:06 (UTC)"),
        "QCheck": ("Checkbox", ["1"], "1|Checked"),
        "QUnset": ("Text", [], "|"),
    }
    with database.transaction() as connection:
        for number, (name, (kind, _, _)) in enumerate(fields.items(), 100):
            row = {"name": name, "label": name, "field_type": kind, "object_type": "Ticket", "config": config}
            row |= {"field_order": number, "internal_field": 0, "valid_id": 1, **STAMPS}
            connection.execute(insert(t.dynamic_field).values(row))
    known = [f"<OTRS_TICKET_DynamicField_{name}>|<OTRS_TICKET_DynamicField_{name}_Value>" for name in fields]
    answer_with(database, "auto follow up", text="\n".join([*known, "<OTRS_TICKET_DynamicField_None>"]))
    ticket_id = created(database)
    for is_set_before in (False, True):
        with database.transaction() as connection:
            change = read_for_update(connection, ticket_id, 1, replace(BASE, rich_text=False), NOW)
            assert change is not None
            if not is_set_before:
                found = dynamic_fields.find_configured(connection, list(fields))
                set_values(change, {found[name]: value for name, (_, value, _) in fields.items() if value})
            add_and_respond(change, "auto follow up", CORA)
            change.flush()
        assert responses(database, ticket_id)[-1]["a_body"].split("\n") == [*(e[2] for e in fields.values()), "-"]


def test_html_of_strangers_stays_text(database: Database) -> None:
    answer_with(database, text="<b>Hi</b> &lt;OTRS_CUSTOMER_BODY&gt;", content_type="text/html")
    created(database, body="<script>x</script> &lt;OTRS_QUEUE&gt;")
    html = queued(database)[0][1].get_body(("html",))
    assert html is not None
    assert "<b>Hi</b> &lt;script&gt;x&lt;/script&gt; &amp;lt;OTRS_QUEUE&amp;gt;<" in html.get_content()


def test_a_subject_cannot_begin_another_header(database: Database) -> None:
    answer_with(database, subject="RE: <OTRS_TICKET_Title>\n<OTRS_CUSTOMER_BODY>")
    created(database, body="x\r\nBcc: victim@example.com")
    entry, mail = queued(database)[0]
    assert mail["Bcc"] is None
    assert entry.recipients == ("cora@example.com",)
    assert mail["Subject"].endswith("RE: Printer <b> x Bcc: victim@example.com")


def test_a_name_with_special_characters_is_quoted(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(update(t.system_address).values(value1='Desk, "Zürich"', value0="desk@example.com"))
    answer_with(database)
    (article,) = responses(database, created(database))
    assert article["a_from"] == '"Desk, \\"Zürich\\"" <desk@example.com>'
    ((_entry, mail),) = queued(database)
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ('Desk, "Zürich"', "desk@example.com")


def test_of_two_responses_the_first_made_is_sent_and_no_invalid_one(database: Database) -> None:
    answer_with(database, subject="invalid", valid_id=2)
    answer_with(database, subject="first", name="first")
    answer_with(database, subject="second", name="second")
    (article,) = responses(database, created(database))
    assert article["a_subject"].endswith("first")


def test_envelope_senders_and_copies_of_the_settings(database: Database) -> None:
    answer_with(database)
    for more, sender in (
        ({"sendmail_notification_envelope_from": "bounce@example.com"}, "bounce@example.com"),
        ({"sendmail_notification_envelope_fallback": True}, "servicedesk@localhost"),
    ):
        created(database, configuration=replace(BASE, sendmail_bcc="copy@example.com", **more))
        entry = queued(database)[-1][0]
        assert (entry.sender, entry.recipients) == (sender, ("cora@example.com", "copy@example.com"))


def test_an_article_on_a_ticket_that_is_there(database: Database) -> None:
    answer_with(database, "auto follow up")
    ticket_id = created(database)
    with database.transaction() as connection:
        change = read_for_update(connection, ticket_id, 1, BASE, NOW)
        assert change is not None
        add_and_respond(change, "auto follow up", "john@doe.org")
        change.flush()
    assert history(database, ticket_id) == [("SendAutoFollowUp", "%%john@doe.org", True)]


def test_no_response_costs_no_statement(database: Database) -> None:
    statements: list[str] = []
    with database.transaction() as connection:
        auto_responses.find(connection, 1, "auto reply")
        event.listen(
            database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]), named=False
        )
        assert auto_responses.find(connection, raw(connection), "auto reply") is None
    assert not [each for each in statements if "auto_response" in each]

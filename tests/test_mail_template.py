"""mail/template.py: placeholders filled in plain texts and in HTML, and never in what was filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genericinterface.mail import template
from genericinterface.mail.template import Article, Placeholders, expand, expand_html

TICKET = {"TITLE": 'A <b> & "c"', "TICKETNUMBER": "2026", "EMPTY": ""}
ARTICLE = Article("Raw", "Jöhn <j@example.com>", "", "Printer is out of order", "one\ntwo\nthree\n")
VALUES = Placeholders(
    groups={
        "TICKET": lambda name: TICKET.get(name.upper()),
        "CUSTOMER_DATA": {"UserFirstname": "Cora"}.get,
        "CONFIG": {"Ticket::Hook": "Ticket#"}.get,
    },
    alone={"QUEUE": "Raw", "CUSTOMER_REALNAME": "Cora Customer"}.get,
    article=ARTICLE,
    customer={"USERFIRSTNAME": "Cora"}.get,
)
QUOTE = '<div  type="cite" style="border:none;border-left:solid blue 1.5pt;padding:0cm 0cm 0cm 4.0pt">{}</div>'

FILLED = {
    "<OTRS_TICKET_TicketNumber>": "2026",
    "<OTRS_ticket_title>": 'A <b> & "c"',
    "<OTRS_TICKET_Nothing>": "-",
    "<OTRS_TICKET_Empty>|": "|",
    "<OTRS_QUEUE>": "Raw",
    "<OTRS_CUSTOMER_REALNAME>": "Cora Customer",
    "<OTRS_CUSTOMER_DATA_UserFirstname>": "Cora",
    "<OTRS_CUSTOMER_UserFirstname>": "Cora",
    "<OTRS_CUSTOMER_Unknown>": "-",
    "<OTRS_CONFIG_Ticket::Hook>": "Ticket#",
    "<OTRS_CUSTOMER_SUBJECT>": "Printer is out of order",
    "<OTRS_CUSTOMER_SUBJECT[7]>": "Printer [...]",
    "<OTRS_CUSTOMER_SUBJECT[99]>": "Printer is out of order",
    "<OTRS_CUSTOMER_From> <OTRS_CUSTOMER_To> (<OTRS_CUSTOMER_Cc>)": "Raw Jöhn <j@example.com> ()",
    "<OTRS_CUSTOMER_BODY>": "one\ntwo\nthree\n",
    "<OTRS_CUSTOMER_EMAIL[2]>": "> one\n> two",
    "He: <OTRS_CUSTOMER_EMAIL[2]> wrote": "He: > one\n> two wrote",
    "<OTRS_CUSTOMER_Body[9]>": "> one\n> two\n> three",
    "<OTRS_COMMENT>": "> one\n> two\n> three",
    "<OTRS_FOO_bar> <OTRS_ID> <OTRS_TICKET> <OTHER_TICKET_Title> <OTRS_>": (
        "<OTRS_FOO_bar> <OTRS_ID> <OTRS_TICKET> <OTHER_TICKET_Title> <OTRS_>"
    ),
    "&lt;OTRS_QUEUE&gt;": "&lt;OTRS_QUEUE&gt;",
}


@pytest.mark.parametrize("text", FILLED)
def test_a_plain_text_is_filled(text: str) -> None:
    assert expand(f"a {text} b", VALUES) == f"a {FILLED[text]} b"


def test_html_is_filled_with_text() -> None:
    def filled(text: str) -> str:
        return expand_html(template.as_html(text, "text/plain"), VALUES)

    assert filled("<OTRS_TICKET_Title> & <x>\nend") == "A &lt;b&gt; &amp; &quot;c&quot; &amp; &lt;x&gt;<br/>end"
    assert filled("<OTRS_CUSTOMER_BODY>") == "one<br/>\ntwo<br/>\nthree<br/>\n"
    assert filled("<OTRS_CUSTOMER_EMAIL[2]>") == QUOTE.format("one<br/>\ntwo")
    assert filled("<OTRS_FOO>") == "&lt;OTRS_FOO&gt;"
    html = "<b>&lt;OTRS_TICKET_TicketNumber&gt;</b> <OTRS_QUEUE>"
    assert expand_html(template.as_html(html, " Text/HTML; charset=utf-8"), VALUES) == "<b>2026</b> <OTRS_QUEUE>"
    assert template.page("{x}", 'a"b').startswith("<!DOCTYPE html><html>")
    assert template.page("{x}", 'a"b').endswith('<body style="a&quot;b">{x}</body></html>')


def test_addresses_in_a_plain_template_become_links() -> None:
    def link(target: str, shown: str = "") -> str:
        return f'<a href="{target}" title="{target}">{shown or target}</a>'

    # As Znuny 6.5 has made it of this text.
    text = "See http://www.x.org/a?b=1&c=2. or (https://x.org/y), www.foo.org, mail a@b.org ftp://f.org/z\nhttp://e"
    assert template.as_html(text, "text/plain") == (
        f"See {link('http://www.x.org/a?b=1&amp;c=2')}. or (https://x.org/y), "
        f"{link('http://www.foo.org', 'www.foo.org')}, mail a@b.org {link('ftp://f.org/z')}<br/>{link('http://e')}"
    )
    filled = expand_html(template.as_html("http://x/<OTRS_TICKET_Title>", ""), VALUES)
    assert filled == link("http://x/A &lt;b&gt; &amp; &quot;c&quot;")


def test_without_an_article_there_is_nothing_of_it() -> None:
    values = Placeholders(VALUES.groups, VALUES.alone, None, VALUES.customer)
    assert expand("<OTRS_CUSTOMER_SUBJECT[3]> <OTRS_CUSTOMER_UserFirstname> <OTRS_COMMENT>", values) == (
        "- Cora <OTRS_COMMENT>"
    )


@given(st.text())
def test_what_is_filled_in_is_never_filled_again(body: str) -> None:
    written = f"{body} <OTRS_CONFIG_Ticket::Hook> &lt;OTRS_QUEUE&gt;"
    values = Placeholders(VALUES.groups, VALUES.alone, Article(body=written))
    assert expand("<OTRS_CUSTOMER_BODY>", values) == written
    assert expand_html("&lt;OTRS_CUSTOMER_BODY&gt;", values) == template.to_html(written)

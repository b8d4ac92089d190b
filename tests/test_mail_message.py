"""Mails as they are composed, read again by the standard library's parser."""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from genericinterface.errors import MailError
from genericinterface.mail import inline_images
from genericinterface.mail.addresses import Address, parse
from genericinterface.mail.entity import Attachment
from genericinterface.mail.message import Outgoing, compose, configured, envelope, new_message_id
from genericinterface.sysconfig import SystemConfiguration

FROM, TO = "Service Desk <desk@example.com>", "a@example.com"
PNG = "iVBORw0KGgo="


def outgoing(**changes: Any) -> Outgoing:
    return Outgoing(**({"from_": FROM, "to": TO, "subject": "Hello", "body": "Hi", "message_id": "<1@h>"} | changes))


def read(mail: Outgoing) -> EmailMessage:
    octets = compose(mail)
    lines = octets.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    header = octets.split(b"\r\n\r\n")[0]
    assert all(len(line) <= 76 for line in header.split(b"\r\n"))
    found = message_from_bytes(octets, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk() if part.defects] == []
    return found


def shape(part: EmailMessage) -> Any:
    if part.is_multipart():
        return {part.get_content_type(): [shape(each) for each in part.iter_parts()]}  # type: ignore[arg-type]
    return part.get_content_type()


def content(part: EmailMessage) -> str:
    """The text; a last line end is not told from none in a single part."""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(part.get_content_charset() or "").replace("\r\n", "\n")


def test_the_header_says_who_wrote_what_to_whom() -> None:
    mail = outgoing(
        to='Änne Müller <a@x.example>, "Doe, John" <j@x.example>; b@x.example',
        cc="c@x.example (a comment)",
        bcc="secret@x.example",
        reply_to="r@x.example",
        subject="[Ticket#2026112610000015] Hällo wörld",
        message_id="<1.2@h>",
        in_reply_to="<0@h>",
        references="<-1@h> <0@h>",
        organization="Müller & Söhne",
        date=dt.datetime(2026, 11, 26, 10, 57, 17, tzinfo=dt.UTC),
    )
    found = read(mail)
    assert [(each.display_name, each.addr_spec) for each in found["To"].addresses] == [
        ("Änne Müller", "a@x.example"),
        ("Doe, John", "j@x.example"),
        ("", "b@x.example"),
    ]
    assert found["From"] == FROM
    assert (found["Cc"], found["Reply-To"], found["Bcc"]) == ("c@x.example", "r@x.example", None)
    assert found["Subject"] == "[Ticket#2026112610000015] Hällo wörld"
    assert (found["Message-ID"], found["In-Reply-To"], found["References"]) == ("<1.2@h>", "<0@h>", "<-1@h> <0@h>")
    assert found["Organization"] == "Müller & Söhne"
    assert found["Date"] == "Thu, 26 Nov 2026 10:57:17 +0000"
    assert found["MIME-Version"] == "1.0"
    assert found["Auto-Submitted"] is None
    assert b"secret" not in compose(mail)


def test_the_envelope_has_every_recipient_once() -> None:
    mail = outgoing(to="A <a@X.example>, b@x.example", cc="a@x.example", bcc="s@müller.example")
    sender, recipients = envelope(mail)
    assert sender == "desk@example.com"
    assert sorted(recipients) == ["a@x.example", "b@x.example", "s@xn--mller-kva.example"]


def test_a_mail_to_hidden_recipients_alone_names_none() -> None:
    found = read(outgoing(to="", bcc="s@x.example"))
    assert found["To"] == "undisclosed-recipients:;"


def test_a_mail_that_nobody_wrote_says_so() -> None:
    mail = outgoing(is_automatic=True, headers={"X-Extra": "wört"})
    found = read(mail)
    assert (found["Auto-Submitted"], found["Precedence"], found["X-Loop"]) == ("auto-generated", "bulk", "yes")
    assert found["X-Extra"] == "wört"
    assert envelope(mail).sender == ""


def test_znuny_s_settings_say_what_every_mail_has() -> None:
    headers = (("X-Extra", "wört"), ("from", "evil@x.example"), ("BCC", "evil@x.example"), ("Content-Type", "x/y"))
    settings = SystemConfiguration(
        organization="Us",
        sendmail_default_headers=headers,
        sendmail_encoding_force="Base64",
        secure_disable_banner=True,
    )
    found = read(configured(outgoing(), settings))
    assert (found["Organization"], found["X-Extra"], found["X-Mailer"]) == ("Us", "wört", None)
    assert found["Content-Transfer-Encoding"] == "base64"
    assert content(found) == "Hi"
    assert b"evil" not in bytes(found)
    assert read(configured(outgoing(), SystemConfiguration()))["X-Mailer"] == "genericinterface"
    assert read(outgoing(encoding="8bit", body="ö"))["Content-Transfer-Encoding"] == "base64"
    assert read(outgoing(encoding="quoted-printable"))["Content-Transfer-Encoding"] == "quoted-printable"


def test_a_message_id_has_the_form_that_znuny_knows() -> None:
    assert re.fullmatch(r"<\d{10}\.\d{1,6}\.\d{1,9}@h\.example>", new_message_id("h.example"))
    assert new_message_id("h") != new_message_id("h")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"])
@pytest.mark.parametrize(
    "name", ["from_", "to", "cc", "reply_to", "subject", "message_id", "references", "organization"]
)
def test_a_line_end_in_a_header_is_refused(name: str, end: str) -> None:
    with pytest.raises(MailError):
        compose(outgoing(**{name: f"a@x.example{end}Bcc: evil@x.example"}))


@pytest.mark.parametrize(
    "file",
    [
        Attachment(b"", filename="a\r\nX-Evil: 1"),
        Attachment(b"", content_id="<a>\r\nX-Evil: 1"),
        Attachment(b"", content_id="a b"),
    ],
)
def test_a_line_end_in_a_part_is_refused(file: Attachment) -> None:
    with pytest.raises(MailError):
        compose(outgoing(attachments=[file]))


def test_what_is_wrong_with_a_type_never_reaches_the_header() -> None:
    found = read(outgoing(attachments=[Attachment(b"x", "text/plain\r\nX-Evil: 1"), Attachment(b"x", "nonsense")]))
    assert shape(found) == {"multipart/mixed": ["text/plain", "application/octet-stream", "application/octet-stream"]}
    assert b"X-Evil" not in bytes(found)


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "a@",
        "@b",
        "a b@x.example",
        "a@x..example",
        "<a@x.example",
        "a@-x.example",
        "x <a@x.example> <b@x.example>",
    ]
    + ["a@x.example>", "a@\u2024.example", "a@" + "x" * 300, "raw:", "a@x.example b", '"a@x.example', "a@b@c.example"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(MailError, match="To: "):
        compose(outgoing(to=text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.example,,b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ('"a \\"q\\" b" <a@x.example>', [('a "q" b', "a@x.example")]),
        ('"odd local"@x.example', [("", '"odd local"@x.example')]),
        ("root@localhost", [("", "root@localhost")]),
        ("a@[127.0.0.1]", [("", "a@[127.0.0.1]")]),
        ("A <a@straße.example>", [("A", "a@xn--strae-oqa.example")]),
        ("jörg@x.example", [("", "jörg@x.example")]),
        ("", []),
    ],
)
def test_addresses_are_read_as_they_are_written(text: str, expected: list[tuple[str, str]]) -> None:
    assert parse("To", text) == [Address(*each) for each in expected]


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0"), max_size=200))
@example("=?utf-8?q?not_encoded?=")
@example("x" * 300)
@example("two  blanks")
@example("ASCII then ünïcödé then ASCII")
def test_any_subject_arrives(subject: str) -> None:
    found = str(read(outgoing(subject=subject))["Subject"])
    # the parser takes some control characters for line ends or blanks
    assume(all(character.isprintable() or character == " " for character in subject))
    assert found == subject.strip()


@given(st.lists(st.text(st.characters(whitelist_categories=["L", "N", "P", "S"]), min_size=1, max_size=60), max_size=5))
@example(['a"b\\c', "=?utf-8?q?x?=", "Ä, Ö", "x" * 400])
def test_any_name_arrives(names: list[str]) -> None:
    names = [" ".join(name.split()) or "x" for name in names] or ["x"]
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    mail = outgoing(to=", ".join(f'"{name}" <a{n}@x.example>' for n, name in enumerate(quoted)))
    assert len(read(mail)["To"].addresses) == len(names)
    # policy.default of Python 3.11 puts a blank between two encoded words of a name
    found = getaddresses([message_from_bytes(compose(mail))["To"]])
    assert [str(make_header(decode_header(name))) for name, _ in found] == names
    assert [address for _, address in found] == [f"a{number}@x.example" for number in range(len(names))]


LINES = [
    "From me",
    ".",
    "..",
    "trailing ",
    "tab\t",
    "",
    "x" * 2000,
    "ünïcödé",
    "日本語 😀",
    "a=b",
    " lead",
    "\x0c",
    "-- ",
]


@given(
    st.lists(st.sampled_from(LINES), max_size=6).map("\n".join), st.sampled_from(["utf-8", "latin1", "ASCII", "rot13"])
)
def test_any_text_arrives(body: str, charset: str) -> None:
    mail = outgoing(body=body, charset=charset)
    found = read(mail)
    assert content(found).removesuffix("\n") == body.removesuffix("\n")
    for line in compose(mail).split(b"\r\n\r\n", 1)[1].split(b"\r\n"):
        assert not line.startswith(b"From ")
        assert line.rstrip() == line
        assert line.isascii()


@pytest.mark.parametrize(
    ("charset", "body", "expected"),
    [
        ("iso-8859-1", "lätin", "iso-8859-1"),
        ("latin1", "lätin", "iso-8859-1"),
        ("cp1252", "€", "windows-1252"),
        ("iso-2022-jp", "日本", "iso-2022-jp"),
        ("Shift_JIS", "日本", "shift_jis"),
        ("us-ascii", "x", "us-ascii"),
        ("iso-8859-1", "日本", "utf-8"),  # Znuny sends garbled text under the name that was asked for
        ("utf-16", "x", "utf-8"),
        ("utf-7", "x", "utf-8"),
        ("base64", "x", "utf-8"),
        ("no-such", "x", "utf-8"),
        ("\r\n", "x", "utf-8"),
    ],
)
def test_the_charset_is_the_one_asked_for_where_it_can_be(charset: str, body: str, expected: str) -> None:
    found = read(outgoing(body=body, charset=charset))
    assert found.get_content_charset() == expected
    assert content(found).strip() == body


FILES = [
    Attachment(b"abc\n\r\nd\r", "text/plain; charset=iso-8859-1; name=other", "notes.txt"),
    Attachment(bytes(range(256)), "application/pdf", "a b;c\"d\\e'.pdf", "inline"),
    Attachment(b"\0", "", "Übung " * 20 + ".bin"),
    Attachment(b"", "image/png", ""),
    Attachment(b"Subject: x\r\n\r\n", "message/rfc822", "mail.eml"),
]


def test_files_arrive_octet_by_octet_under_their_names() -> None:
    found = read(outgoing(attachments=FILES))
    text, *parts = found.iter_parts()
    assert content(text) == "Hi"
    assert [part.get_payload(decode=True) for part in parts] == [file.content for file in FILES]
    assert [part.get_filename("") for part in parts] == [file.filename for file in FILES]
    assert [part.get_content_disposition() for part in parts] == [file.disposition for file in FILES]
    octets = "application/octet-stream"
    assert [part.get_content_type() for part in parts] == ["text/plain", "application/pdf", octets, "image/png", octets]
    assert parts[0].get_content_charset() == "iso-8859-1"


def test_html_has_a_text_before_it_and_its_pictures_with_it() -> None:
    html, pictures = inline_images.take_out(f"<p>Fröhlich</p><img src='data:image/png;base64,{PNG}'>", "h.example")
    file = Attachment(b"x", "image/png", "other.png", "inline", "not-shown@h")
    found = read(outgoing(body=html, mime_type="text/html", attachments=[*pictures, file]))
    assert shape(found) == {
        "multipart/mixed": [
            {"multipart/alternative": ["text/plain", {"multipart/related": ["text/html", "image/png"]}]},
            "image/png",
        ]
    }
    text, page, picture, other = [part for part in found.walk() if not part.is_multipart()]
    assert (content(text), content(page)) == ("\nFröhlich\n\n", html)
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    assert picture.get_content_disposition() == "inline"
    assert other.get_filename() == "other.png"


def test_html_alone_is_an_alternative() -> None:
    found = read(outgoing(body="", mime_type="Text/HTML"))
    assert shape(found) == {"multipart/alternative": ["text/plain", "text/html"]}


def test_pictures_in_html_become_files() -> None:
    html = f"""<img alt="a" src="data:image/png;base64,{PNG}"><IMG SRC = 'data:image/svg+xml;x=y;base64,PHN2Zy8%2B'>"""
    left = '<img src="data:image/png;base64,%%%"><img src="data:image/svg+xml;utf8,x"><img src="http://x/y.png">'
    changed, pictures = inline_images.take_out(html + left, "h.example")
    assert [picture.content for picture in pictures] == [b"\x89PNG\r\n\x1a\n", b"<svg/>"]
    assert [re.sub(r"\d+", "N", picture.filename) for picture in pictures] == ["pasted-N-N.png", "pasted-N-N.svg"]
    assert pictures[0].content_type == f'image/png; name="{pictures[0].filename}"'
    first, second = [picture.content_id.strip("<>") for picture in pictures]
    assert changed == f"""<img alt="a" src="cid:{first}"><IMG SRC = 'cid:{second}'>{left}"""

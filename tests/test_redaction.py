"""redaction.py: credentials leave data and text in every form that they come in."""

from __future__ import annotations

import time
from typing import Any

import pytest

from genericinterface import redaction

KEYS = [
    "Password",
    "password",
    "PASSWORD",
    "UserPassword",
    "UserPw",
    "Pw",
    "passwd",
    "NewPassword",
    "SessionID",
    "sessionid",
    "session_id",
    "ChallengeToken",
    "UserChallengeToken",
    "TwoFactorToken",
    "AccessToken",
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "X-OTRS-Header-Password",
    "x-otrs-header-sessionid",
    "X-Znuny-Header-SessionID",
    "HTTP_X_OTRS_HEADER_PASSWORD",
]
HARMLESS = ["UserLogin", "CustomerUserLogin", "Title", "X-OTRS-Header-UserLogin", "TicketID", "PasswordlessX-Y"]


def redacted(value: Any) -> Any:
    return redaction.data(value, redaction.Secrets())


@pytest.mark.parametrize("key", KEYS)
def test_credentials_leave_data(key: str) -> None:
    assert redacted({key: "s3cret"}) == {key: "***"}
    assert redacted({"Ticket": [{"Deep": {key: ["s3cret", "other"]}}]}) == {"Ticket": [{"Deep": {key: "***"}}]}
    assert redacted([{"Key": key, "Value": "s3cret"}]) == [{"Key": key, "Value": "***"}]


@pytest.mark.parametrize("key", HARMLESS)
def test_everything_else_stays(key: str) -> None:
    data = {key: "kept", "n": 1, "f": 1.5, "null": None, "list": ["a", {"b": True}]}
    assert redacted(data) == data


def test_lists_of_texts_are_looked_at_as_well() -> None:
    assert redacted(["1", "2", "Password: s3cret"]) == ["1", "2", "Password: ***"]
    assert redacted(["1", 2, "Password: s3cret"]) == ["1", 2, "Password: ***"]
    assert redacted([]) == []
    short, long = redacted(["a", "x" * 30_000])
    assert (short, "30000 characters" in long) == ("a", True)


def test_empty_credentials_stay_visible() -> None:
    assert redacted({"Password": "", "SessionID": None}) == {"Password": "", "SessionID": None}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "form",
    [
        '{{"a": 1, "{key}": "s3cret", "b": 2}}',
        '{{"{key}":"s3cret"}}',
        '{{"{key}" : "quo\\"s3cret"}}',
        '{{"{key}":["s3cret","s3cret"]}}',
        '{{"{key}":{{"x":"s3cret"}}}}',
        '{{"{key}":"s3cr',
        '{{"{key}":s3cret}}',
        "{{'{key}': 's3cret'}}",
        "{{'{key}' => 's3cret'}}",
        '"{{\\"{key}\\":\\"s3cret\\"}}"',
        "a=1&{key}=s3cret&b=2",
        "{key}=s3cret;x",
        "{key}: s3cret",
        "<{key}>s3cret</{key}>",
        "<ns:{key} xsi:type='xsd:string'>s3cret</ns:{key}>",
        "<{key}><![CDATA[s3cret]]></{key}>",
        "<{key}>s3cr",
        "<item><key xsi:type='xsd:string'>{key}</key><value xsi:type='xsd:string'>s3cret</value></item>",
    ],
)
def test_credentials_leave_text(key: str, form: str) -> None:
    text = form.format(key=key)
    assert "s3cr" in text
    assert "s3cr" not in redaction.text(text)


def test_text_keeps_what_is_around() -> None:
    assert redaction.text('{"a": 1, "Password": "x", "b": 2}') == '{"a": 1, "Password": "***", "b": 2}'
    assert redaction.text("<a>1</a><Password>x</Password><b/>") == "<a>1</a><Password>***</Password><b/>"
    assert redaction.text("I forgot my password.") == "I forgot my password."
    assert redaction.text("Authorization: Basic dGVzdGVyOnRlc3Rlcg==\nx") == "Authorization: ***\nx"
    assert redaction.text("TicketSearch: Authorization failing!") == "TicketSearch: Authorization failing!"


@pytest.mark.parametrize(
    "header", ["X-OTRS-Header-Password s3cret word", "x-otrs-header-sessionid\ts3cret", "Authorization Basic s3cret"]
)
def test_headers_without_their_colon_are_redacted(header: str) -> None:
    assert "s3cret" not in redaction.line(f"Invalid HTTP Header: '{header}'")


@pytest.mark.parametrize(
    "content",
    [
        "<Password>s3cret</Password>".encode("utf-16"),
        "<Password>s3cret</Password>".encode("utf-16-le"),
        '{"Password": "s3cret", "Title": "gr\u00fcn"}'.encode("latin-1"),
        b'{"\\u0050assword": "s3cret"}',
        b'<Password href="#id1"/><multiRef id="id1">s3cret</multiRef>',
    ],
)
def test_a_body_that_cannot_be_trusted_is_not_kept(content: bytes) -> None:
    kept = redaction.body(content)
    assert "s" + "\N{REPLACEMENT CHARACTER}3" not in kept
    assert "3cret" not in kept.replace("\0", "")
    assert f"{len(content)} bytes" in kept


def test_bodies_are_kept_otherwise() -> None:
    assert redaction.body('{"Title": "grün \\u003cb\\u003e", "Password": "x"}'.encode()) == (
        '{"Title": "grün \\u003cb\\u003e", "Password": "***"}'
    )


def test_a_credential_is_blotted_out_wherever_it_shows_up() -> None:
    secrets = redaction.Secrets()
    redaction.data({"Pass": "x", "Password": 'a&"b c', "SessionID": ["id-1234", 5678]}, secrets)
    text = 'a&"b c | a&\\"b c | a&amp;"b c | a%26%22b%20c | id-1234 | 5678'
    assert secrets.blot_out(text) == "*** | *** | *** | *** | *** | ***"


def test_a_login_is_no_secret_even_if_it_is_the_password() -> None:
    secrets = redaction.Secrets()
    assert redaction.data({"UserLogin": "tester", "Password": "tester"}, secrets)["Password"] == "***"
    assert secrets.blot_out('{"UserLogin": "tester"}') == '{"UserLogin": "tester"}'


def test_lines_of_the_log_end_addresses_at_the_name_of_the_web_service() -> None:
    line = (
        "Error handling request /otrs/nph-genericinterface.pl/Webservice/X/Session/s3cret?UserLogin=a&Password=s3cret"
    )
    assert redaction.line(line) == "Error handling request /otrs/nph-genericinterface.pl/Webservice/X/…"
    assert redaction.line("GET /p/WebserviceID/7?a=b HTTP/1.1") == "GET /p/WebserviceID/7/… HTTP/1.1"
    assert "s3cret" not in redaction.line("'GET /other?Password=s3cret HTTP/1.1'")


def test_long_and_deep_data_is_cut() -> None:
    deep: Any = "bottom"
    for _ in range(1000):
        deep = [deep]
    assert "nested deeper" in str(redacted(deep))
    kept = redacted({"Content": "x" * 1_000_000})["Content"]
    assert len(kept) < 30_000
    assert "1000000 characters" in kept


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000 + " password",
        "password" * 25_000,
        "<" * 200_000 + "password",
        "<Password>" * 20_000,
        'Password: "' * 20_000,
        "<key>password</key>" * 10_000,
        "Password" + "\\" * 100_000,
        "x-otrs-header-" * 15_000 + "password",
        "Password" + " " * 200_000,
        "<key>" + " " * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    redaction.line(text)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("letter", ["", "\u00fc", "\N{HORIZONTAL ELLIPSIS}"])
@pytest.mark.parametrize("name", ["UserPw", "USERPW", "passwd", "Pa\N{LATIN SMALL LETTER LONG S}sword"])
@pytest.mark.parametrize("mark", [': "{}"', "='{}'", "={}&x=1", ' => "{}"', '\\": \\"{}\\"'])
def test_a_credential_is_found_in_any_text(letter: str, name: str, mark: str) -> None:
    kept = redaction.text(f"{letter} {name}{mark.format('geheim')} {letter}")
    assert "geheim" not in kept, kept


def test_a_credential_is_found_at_the_beginning_of_a_long_text() -> None:
    long = "Password=geheim&x=" + "A" * redaction.LONGEST_VALUE
    for kept in (redaction.data({"a": long}, redaction.Secrets())["a"], redaction.body(long.encode())):
        assert kept.startswith("Password=***&x=AAA")
        assert kept.endswith(f"A… ({len(long)} characters)")


@pytest.mark.parametrize("hidden", ["\0", "\\u0050w", "\\U004ab", "<a HREF = '#b'/>", 'x href="#c"'])
def test_a_long_body_in_which_credentials_may_hide_is_not_kept(hidden: str) -> None:
    content = "A" * 50_000 + hidden
    assert redaction.body(content.encode()) == f"({len(content)} bytes, not kept: credentials may hide in them)"

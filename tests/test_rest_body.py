"""transport/rest.py, request_body.py and json_text.py: the bytes of a request, their limits, charsets and JSON."""

from __future__ import annotations

import contextlib
import encodings
import json
import random
import time
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genericinterface.transport import json_text
from tests.rest_echo import SERVER_LIMIT, EchoClient, client

NOT_READ = "Could not read input data"
NOT_DECODED = "Error while decoding request content."
NOT_SUPPORTED = "Unsupported request content structure."

ROUTES: dict[str, Any] = {
    "Posted": {"Route": "/p"},
    "Default": {"ParserBackend": None, "Route": "/default"},
    "Other": {"ParserBackend": "XML", "Route": "/xml"},
}


@pytest.fixture(scope="module")
def echo() -> EchoClient:
    return client(ROUTES, PostParamName="upload", MaxLength="20000")


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ('{"a":[true,false,null,1.5,"x",{}]}', {"a": [1, 0, None, 1.5, "x", {}]}),
        ('{"a":1,"a":"2"}', {"a": "2"}),
        ('{"":"x"}', {"": "x"}),
        (' \r\n\t{"a":"b"} ', {"a": "b"}),
        ('\ufeff{"a":"ä"}', {"a": "ä"}),
        (r'{"a":"\ud83d\ude00\u00e4\/"}', {"a": "😀ä/"}),
        ('{"a":100000000000000000000,"b":-0,"c":1E-7}', {"a": 100000000000000000000, "b": 0, "c": 1e-07}),
        ('{"a":1e999,"b":-1E999}', {"a": "1e999", "b": "-1E999"}),
        ('{"a":{"true":"false"}}', {"a": {"true": "false"}}),
        ('{"a":' + "[" * 511 + "]" * 511 + "}", None),
        ('{"b":true,"a":' + '{"a":' * 511 + "false" + "}" * 511 + "}", None),
        ('{"a":"' + "[" * 2000 + '"}', None),
        ('{"a":"' + '\\"[' * 2000 + '"}', None),
    ],
)
def test_json_is_read(echo: EchoClient, body: str, data: Any) -> None:
    response = echo.send(body)
    assert response.status_code == 200, response.text
    if data is not None:
        assert json.loads(response.get_data()) == data


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("   ", NOT_READ),
        ("\ufeff", NOT_READ),
        ("0", NOT_DECODED),
        ("null", NOT_DECODED),
        ('""', NOT_DECODED),
        ('"0"', NOT_DECODED),
        ("false", NOT_DECODED),
        ("true", NOT_SUPPORTED),
        ("5", NOT_SUPPORTED),
        ('"x"', NOT_SUPPORTED),
        ("[]", NOT_SUPPORTED),
        ('[{"a":"1"}]', NOT_SUPPORTED),
        ("{}", NOT_SUPPORTED),
        ("{", NOT_DECODED),
        ("}", NOT_DECODED),
        ('{"a":"1"', NOT_DECODED),
        ('{"a":"1"} x', NOT_DECODED),
        ('{"a":"1"}{"a":"1"}', NOT_DECODED),
        ('{"a":"1",}', NOT_DECODED),
        ('{"a":"1"} # x', NOT_DECODED),
        ("{a:'1'}", NOT_DECODED),
        ('{"a":"1\t2"}', NOT_DECODED),
        ('{"a":01}', NOT_DECODED),
        ('{"a":NaN}', NOT_DECODED),
        ('{"a":-Infinity}', NOT_DECODED),
        (r'{"a":"\ud83d"}', NOT_DECODED),
        (r'{"\ude00":"a"}', NOT_DECODED),
        ('{"a":' + "9" * 5000 + "}", NOT_DECODED),
        ('{"a":' + "[" * 512 + "]" * 512 + "}", NOT_DECODED),
        ("[" * 19_000, NOT_DECODED),
        ('{"a":' * 3_000, NOT_DECODED),
        ("a=1&b=2", NOT_DECODED),
        ("<a/>", NOT_DECODED),
        ("\0", NOT_DECODED),
    ],
)
def test_other_bodies_are_refused_as_in_znuny(echo: EchoClient, body: str, text: str) -> None:
    response = echo.send(body)
    assert (response.status_code, response.text) == (500, text)
    assert response.headers["Content-Type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "application/json; charset=utf8",
        "APPLICATION/JSON;Charset='UTF-8'",
        "application/x-www-form-urlencoded",
        "application/vnd.api+json",
        "text/plain",
        "application/octet-stream",
        "x",
        ";;;",
        "application/json; charset=",
    ],
)
def test_utf8_json_is_read_whatever_it_is_called(echo: EchoClient, content_type: str | None) -> None:
    assert echo.send('{"a":"ä"}', content_type).get_json() == {"a": "ä"}


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("ISO-8859-1", "latin-1"),
        ("iso-8859-1; x=y", "latin-1"),
        ('"windows-1252"', "cp1252"),
        ("UTF-16", "utf-16"),
        ("utf-16le", "utf-16-le"),
        ("us-ascii", "ascii"),
        ("utf-8", "utf-8-sig"),
    ],
)
def test_the_charset_of_the_content_type_is_honoured(echo: EchoClient, charset: str, codec: str) -> None:
    text = "abc" if codec == "ascii" else "äé"
    body = json.dumps({"a": text}, ensure_ascii=False).encode(codec)
    assert echo.send(body, f"application/json; charset={charset}").get_json() == {"a": text}


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (b'{"a":"\xe4"}', "", "The request content cannot be decoded as utf-8."),
        (b'{"a":"\xe4"}', "utf-8", "The request content cannot be decoded as utf-8."),
        (b'{"a":"\xe4"}', "ascii", "The request content cannot be decoded as ascii."),
        (b'{"a":"x"}', "utf-16", "The request content cannot be decoded as utf-16."),
        (b'{"a":"x"}', "klingon", "The charset 'klingon' of the request is not known."),
        (b'{"a":"x"}', "base64", "The charset 'base64' of the request is not known."),
        (b'{"a":"x"}', "rot13", "The charset 'rot13' of the request is not known."),
        (b'{"a":"x"}', "utf-7", "The charset 'utf-7' of the request is not known."),
        (b'{"a":"x"}', "idna", "The charset 'idna' of the request is not known."),
        (b'{"a":"x"}', "x" * 200, f"The charset '{'x' * 40}' of the request is not known."),
    ],
)
def test_undecodable_content_says_so(echo: EchoClient, body: bytes, charset: str, text: str) -> None:
    response = echo.send(body, f"application/json; charset={charset}")
    assert (response.status_code, response.text) == (500, text)


def test_unknown_charsets_leave_nothing_behind(echo: EchoClient) -> None:
    echo.send("{}", "application/json; charset=never-heard-of")
    assert not any("heard" in name for name in encodings._cache)  # type: ignore[attr-defined]


# --------------------------------------------------------------------------------------------------------- uploads


def multipart(name: str, content: bytes = b'{"a":"1"}', filename: str | None = "a.json") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n--XX--\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_upload_is_read(echo: EchoClient, method: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    body = multipart("other").replace(b"--XX--\r\n", b"") + multipart("upload", '{"a":"ä"}'.encode())
    assert echo.data("/p?b=2", method, data=body, headers=headers) == {"a": "ä", "b": "2"}


@pytest.mark.parametrize(
    "body",
    [
        multipart("file"),  # the definition calls it upload
        multipart("upload", filename=None),
        multipart("upload", b""),
        b'--YY\r\n{"a":"1"}',
        b'{"a":"1"}',
        multipart("upload")[:-20],
    ],
)
def test_no_upload_is_no_input(echo: EchoClient, body: bytes) -> None:
    response = echo.send(body, "multipart/form-data; boundary=XX")
    assert (response.status_code, response.text) == (500, NOT_READ)


def test_uploads_are_called_file_by_default() -> None:
    assert client(ROUTES).send(multipart("file"), "multipart/form-data; boundary=XX").get_json() == {"a": "1"}


def test_too_many_parts_are_refused(echo: EchoClient) -> None:
    body = multipart("x").replace(b"--XX--\r\n", b"") * 101 + b"--XX--\r\n"
    assert echo.send(body, "multipart/form-data; boundary=XX").status_code == 413


# ---------------------------------------------------------------------------------------------------------- limits


def of_length(length: int) -> bytes:
    return b'{"a":"' + b"x" * (length - 8) + b'"}'


def send_chunked(echo: EchoClient, body: bytes, content_type: str = "application/json") -> Any:
    """The response to a POST without a length, as gunicorn hands a chunked body over."""
    return echo.post(
        "/p",
        input_stream=BytesIO(body),
        headers={"Content-Type": content_type, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_chunked_bodies_are_read(echo: EchoClient) -> None:
    assert send_chunked(echo, b'{"a":"1"}').get_json() == {"a": "1"}
    assert send_chunked(echo, multipart("upload"), "multipart/form-data; boundary=XX").get_json() == {"a": "1"}


@pytest.mark.parametrize(
    ("config", "most"), [({"MaxLength": "20000"}, 20000), ({"MaxLength": "1"}, 8), ({}, SERVER_LIMIT - 1)]
)
@pytest.mark.parametrize("chunked", [False, True])
def test_max_length(config: dict[str, str], most: int, chunked: bool) -> None:
    echo = client(ROUTES, **config)
    send = (lambda body: send_chunked(echo, body)) if chunked else echo.send
    fits, exceeds = send(of_length(most)), send(of_length(most + 2))
    assert fits.status_code == (413 if most == 8 else 200)
    assert (exceeds.status_code, exceeds.text) == (413, "Payload Too Large")
    assert exceeds.headers["Content-Type"] == "text/plain; charset=UTF-8"


def test_max_length_counts_a_multipart_body_too(echo: EchoClient) -> None:
    assert (
        send_chunked(echo, multipart("upload", of_length(20000)), "multipart/form-data; boundary=XX").status_code == 413
    )


@pytest.mark.parametrize("given", ["", "abc", "-1", None, "1.5", "²"])
def test_a_max_length_that_is_no_number_limits_nothing(given: str | None) -> None:
    assert client(ROUTES, MaxLength=given).send(of_length(30000)).status_code == 200


def test_max_length_is_not_for_get(echo: EchoClient) -> None:
    assert echo.get("/p", data=of_length(30000)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "FOO"])
@pytest.mark.parametrize("length", [None, "0", "", "abc", "-5"])
def test_without_a_length_there_is_no_body(echo: EchoClient, method: str, length: str | None) -> None:
    environ = {} if length is None else {"CONTENT_LENGTH": length}
    assert echo.data("/p?a=1", method, environ_overrides=environ) == {"RequestMethod": method, "a": "1"}


def test_the_parser_backend(echo: EchoClient) -> None:
    assert echo.send('{"a":"1"}', path="/default").get_json() == {"a": "1"}
    assert echo.data("/xml") == {"RequestMethod": "GET"}
    response = echo.send('{"a":"1"}', path="/xml")
    assert (response.status_code, response.text) == (
        500,
        "Invalid parser backend 'XML' configured for Operation 'Other'.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 600 + '"' + '\\"' * 400_000,
        "[" * 600 + '"' * 400_001,
        "[" * 600 + '"' + "\\" * 800_001,
        '{"a":' * 200_000,
        '{"a":[' + "[]," * 300_000 + "[]]}",
        "9" * 1_000_000,
        "1e" + "9" * 1_000_000,
        '{"a":"' + r"\ud83d" * 100_000 + '"}',
    ],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(json_text.JSONError):
        json_text.decode(text)
    assert time.perf_counter() - started < 2


def test_too_many_values_are_refused_before_they_are_made() -> None:
    most = json_text.MAX_VALUES - 3  # the hash, its list and the first of the others
    assert len(json_text.decode('{"a":[' + "0," * most + "0]}")["a"]) == most + 1
    with pytest.raises(json_text.TooManyValues):
        json_text.decode('{"a":[' + "{}," * most + "{}]}")
    assert json_text.decode('{"a":"' + "[,{" * most + '"}')  # a string is one value


def test_too_many_values_say_so() -> None:
    echo = client({"A": {"Route": "/p"}})
    echo.application.limit = 1_000_000
    response = echo.send('{"a":[' + "0," * json_text.MAX_VALUES + "0]}")
    assert (response.status_code, response.text) == (413, "The request content has more than 200000 values.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
CONTENT_TYPES = ("", "application/json", "x; charset=utf-16", "x; charset=gb18030", "multipart/form-data; boundary=XX")
SEEDS = [
    b'{"UserLogin":"agent","Limit":12,"Title":["a","\xc3\xa4"],"DynamicField":{"Name":"X","Equals":null},"b":[true,1e3]}',
    multipart("upload"),
    '{"a":"ä"}'.encode("utf-16"),
    b"",
]
PIECES = b'[ { " \\ \\u \\ud83d , : null NaN - 1e99 \0 \xff \r\n--XX'.split(b" ")


def mutated(chance: random.Random) -> bytes:
    """A body like one that a client sends, with a few bytes lost, changed, repeated or put in."""
    body = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(8)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.choice((0, 0, 1, 2, 20)))
        body[start:end] = chance.choice((b"", chance.randbytes(3), chance.choice(PIECES), bytes(body[start:end]) * 3))
    return bytes(body)


@settings(max_examples=200, deadline=None)
@given(chance=st.randoms(use_true_random=True))
def test_any_body_gets_an_answer_or_a_reason(echo: EchoClient, chance: random.Random) -> None:
    for _ in range(10):
        response = echo.send(mutated(chance), chance.choice(CONTENT_TYPES))
        assert response.status_code in (200, 500), response.status_code
        if response.status_code == 200:
            assert isinstance(json.loads(response.get_data()), dict)
        else:
            assert response.text.startswith((NOT_READ, NOT_DECODED, NOT_SUPPORTED, "The request content cannot be"))


@settings(max_examples=100, deadline=None)
@given(value=st.dictionaries(st.text(), JSON, min_size=1))
def test_what_json_says_comes_back(value: dict[str, Any]) -> None:
    assert json_text.decode(json_text.encode(value).decode()) == value  # True == 1


@pytest.mark.parametrize("length", [1, json_text.LONG, json_text.LONG + 1])
def test_true_is_1_beside_a_large_file_as_well(length: int) -> None:
    file = "A" * length
    assert json_text.decode(json.dumps({"a": [True, {"b": False}], "c": file})) == {"a": [1, {"b": 0}], "c": file}

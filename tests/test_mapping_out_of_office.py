"""Mapping OutOfOffice. What is expected was read off Znuny 6.5, asked with the same texts over its interface."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genericinterface.errors import Fault
from genericinterface.mapping.out_of_office import KEYS, PARAMETER, OutOfOffice

MISSING = f"Parameter {PARAMETER} is missing."
UNREADABLE = f"Error while parsing CSV string of parameter {PARAMETER}."
EMPTY = f"CSV in parameter {PARAMETER} does not contain any entries."

Entries = list[dict[str, Any]]


def entries(content: object) -> Entries:
    """The entries of a text, without the keys that are null."""
    found: Entries = OutOfOffice({}).map({PARAMETER: content}, {})["OutOfOfficeEntries"]
    assert all(tuple(entry) == KEYS for entry in found)
    return [{key: value for key, value in entry.items() if value is not None} for entry in found]


MANUAL = {
    # Both examples of the manual, and the text of its request.
    '"UserEmail","EndTime","StartTime","Enabled"\n'
    '"agent_email@your.tld","30.03.2016 01:02:03","20.03.2016 01:02:03","yes"\n': [
        {"UserEmail": "agent_email@your.tld", "StartDate": "2016-03-20", "EndDate": "2016-03-30", "OutOfOffice": "1"}
    ],
    '"UserLogin","EndDate","StartDate","Enabled"\n"agent1","2016-03-30","2016-03-20","yes"': [
        {"UserLogin": "agent1", "StartDate": "2016-03-20", "EndDate": "2016-03-30", "OutOfOffice": "1"}
    ],
    "UserEmail,OutOfOffice,StartDate,EndDate\r\nroot@localhost,1,,\r\njd@test.znuny.com,1,2021-08-01,2021-07-31\n": [
        {"UserEmail": "root@localhost", "StartDate": "", "EndDate": "", "OutOfOffice": "1"},
        {"UserEmail": "jd@test.znuny.com", "StartDate": "2021-08-01", "EndDate": "2021-07-31", "OutOfOffice": "1"},
    ],
}
FORMS: dict[str, Entries] = {
    "UserLogin,StartDate\na\n": [{"UserLogin": "a"}],
    "UserLogin\na,b,c\n": [{"UserLogin": "a"}],
    "UserLogin\na\n\n\nb\n": [{"UserLogin": "a"}, {"UserLogin": "b"}],
    "\n\nUserLogin\na\n": [{"UserLogin": "a"}],
    "UserLogin\r\na\r\n\r\n": [{"UserLogin": "a"}],
    "UserLogin\ra\rb": [{"UserLogin": "a"}, {"UserLogin": "b"}],
    "\ufeffUserLogin\na\n": [{"UserLogin": "a"}],
    '\ufeff"UserLogin"\n"a"\n': [{"UserLogin": "a"}],
    'UserLogin,EndDate\n"a""b",c\n': [{"UserLogin": 'a"b', "EndDate": "c"}],
    'UserLogin,EndDate\n"a,b",c\n': [{"UserLogin": "a,b", "EndDate": "c"}],
    'UserLogin\n"a\r\nb"\n': [{"UserLogin": "a\nb"}],
    'UserLogin,EndDate\n"a\n#x\nb",c\n': [{"UserLogin": "a\nb", "EndDate": "c"}],
    "# first\nUserLogin\n#x\n #y\nb\n# last": [{"UserLogin": " #y"}, {"UserLogin": "b"}],
    '"#x"\n"#a"\n': [{}],
    " UserLogin , EndDate\na , b\n": [{}],
    "userlogin\na\n": [{}],
    "UserLogin;EndDate\na;b\n": [{}],
    "UserLogin,UserLogin\na,b\n": [{"UserLogin": "b"}],
    'UserLogin\n""\n': [{"UserLogin": ""}],
    "UserLogin,EndDate\n,\n": [{"UserLogin": "", "EndDate": ""}],
    "UserLogin,\na,b\n": [{"UserLogin": "a"}],
    "UserLogin\n \n": [{"UserLogin": " "}],
    "UserLogin\na\\,b\n": [{"UserLogin": "a\\"}],
    "UserLogin\na\x0bb\x0cc\x1cd\x85e\n": [{"UserLogin": "a\x0bb\x0cc\x1cd\x85e"}],
    "UserLogin\nä€😀\u2028x\n": [{"UserLogin": "ä€😀\u2028x"}],
    # An alias counts where its column is absent, not where it is empty.
    "UserEmail,EMail\n,b\n": [{"UserEmail": ""}],
    "UserLogin,EMail\na,b\n": [{"UserLogin": "a", "UserEmail": "b"}],
    "Enabled,OutOfOffice\nyes,no\n": [{"OutOfOffice": "0"}],
    "Enabled,OutOfOffice\nyes,\n": [{"OutOfOffice": ""}],
    "Enabled,OutOfOffice\nyes\n": [{"OutOfOffice": "1"}],
    "UserLogin,StartTime,EndData,Enabled\na,2011-01-02,2011-03-04,yes\n": [
        {"UserLogin": "a", "StartDate": "2011-01-02", "OutOfOffice": "1"}
    ],
}


@pytest.mark.parametrize("content", [*MANUAL, *FORMS])
def test_forms(content: str) -> None:
    assert entries(content) == {**MANUAL, **FORMS}[content]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("yes", "1"), ("no", "0"), ("Yes", "Yes"), ("1", "1"), ("0", "0"), ("yes ", "yes "), ("NO", "NO"), ("", "")],
)
def test_out_of_office(value: str, expected: str) -> None:
    for column in ("OutOfOffice", "Enabled"):
        assert entries(f"UserLogin,{column}\na,{value}\n") == [{"UserLogin": "a", "OutOfOffice": expected}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30.03.2016 01:02:03", "2016-03-30"),
        ("30/03/2016 01:02:03", "2016-03-30"),
        ("30-03-2016 01:02:03", "2016-03-30"),
        ("30x03y2016 99:99:99", "2016-03-30"),
        ("x30.03.2016 01:02:03 x", "2016-03-30"),
        ("130.03.2016 01:02:03", "2016-03-30"),
        ('"30.03.2016\n01:02:03"', "2016-03-30"),
        ("2016-03-30", "2016-03-30"),
        ("2016-03-30 01:02:03", "2016-03-30 01:02:03"),
        ("30.03.2016", "30.03.2016"),
        ("30.03.2016 01:02", "30.03.2016 01:02"),
        ("30.03.201601:02:03", "30.03.201601:02:03"),
        ("30.03.2016  01:02:03", "30.03.2016  01:02:03"),
        ("30.03.2016T01:02:03", "30.03.2016T01:02:03"),
        ("1.3.2016 01:02:03", "1.3.2016 01:02:03"),
        ("٣٠.03.2016 01:02:03", "٣٠.03.2016 01:02:03"),
    ],
)
def test_dates(value: str, expected: str) -> None:
    for column in ("StartDate", "StartTime"):
        assert entries(f"UserLogin,{column}\na,{value}\n") == [{"UserLogin": "a", "StartDate": expected}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, MISSING),
        ("", MISSING),
        ("\n", EMPTY),
        ("\r\n\r\n", EMPTY),
        ("x", EMPTY),
        ("UserLogin\n", EMPTY),
        ("UserLogin\n#x\n", EMPTY),
        ("#x\nUserLogin\n#y", EMPTY),
        (5, EMPTY),
        (0, EMPTY),
        (True, EMPTY),
        (["UserLogin\na\n"], EMPTY),
        ({"a": "b"}, EMPTY),
        ("# a\n# b\n", UNREADABLE),
        ('"UserLogin","EndDate"\n"a" ,"b"\n', UNREADABLE),
        ('"UserLogin", "EndDate"\n"a", "b"\n', UNREADABLE),
        ('UserLogin,EndDate\na"b,c\n', UNREADABLE),
        ('UserLogin,EndDate\n"a"b,c\n', UNREADABLE),
        ('UserLogin,EndDate\n"a","b" \n', UNREADABLE),
        ('UserLogin\n"a\\"b"\n', UNREADABLE),
        # A text that was cut off: the reference does the lines before it and says nothing.
        ('UserLogin\n"a"\n"b', UNREADABLE),
    ],
)
def test_what_cannot_be_read(content: object, message: str) -> None:
    with pytest.raises(Fault) as caught:
        entries(content)
    assert caught.value.message == message


def test_other_data_stays() -> None:
    data = {PARAMETER: "UserLogin\na\n", "OutOfOfficeEntries": "x", "UserLogin": "me", "b": ["x"]}
    found = OutOfOffice({}).map(data, {})
    assert {key: value for key, value in found.items() if key != "OutOfOfficeEntries"} == {
        PARAMETER: "UserLogin\na\n",
        "UserLogin": "me",
        "b": ["x"],
    }
    assert [entry["UserLogin"] for entry in found["OutOfOfficeEntries"]] == ["a"]
    assert data["OutOfOfficeEntries"] == "x"


def test_inbound_fields() -> None:
    assert OutOfOffice({}).inbound_fields() == [PARAMETER]


@given(st.text(alphabet='",\n\r#a\ufeff ', max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_gives_entries_or_a_reason(content: str) -> None:
    try:
        assert entries(content)
    except Fault as fault:
        assert fault.message in (MISSING, UNREADABLE, EMPTY)


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8)


@given(st.lists(st.lists(FIELD, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(deadline=None)
def test_quoted_fields_come_back_as_they_were(rows: list[list[str]]) -> None:
    if any("\n#" in field for row in rows for field in row):
        return  # a comment, even within quotes
    lines = "".join(",".join('"{}"'.format(field.replace('"', '""')) for field in row) + "\n" for row in rows)
    found = entries("UserLogin,EndDate\n" + lines)
    days = [[entry["UserLogin"], entry["EndDate"]] for entry in found]
    assert days == rows


@pytest.mark.parametrize(
    "line", ['"' * 300_001, '"a""' * 100_000, "," * 300_000, "\n" * 300_000 + '"', "#\n" * 200_000]
)
def test_large_texts_take_no_long_time(line: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(Fault):
        entries("UserLogin\n" + line)
    assert time.monotonic() - started < 2

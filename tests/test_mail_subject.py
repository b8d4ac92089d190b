"""mail/subject.py: subjects built and cleaned as the reference was seen to do it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from genericinterface.mail.subject import build, clean, shortened
from genericinterface.sysconfig import SystemConfiguration

NUMBER = "2026112610000597"
BASE = SystemConfiguration()

# What Znuny 6.5 made of the subject of an article that was sent (the number of the ticket is in all of them).
CLEANED = {
    "Re: foo": "foo",
    "RE: Re: foo": "foo",
    "Re[2]: foo": "foo",
    "AW: foo": "AW: foo",
    "Fwd: foo": "foo",
    "Fwd[3]: foo": "foo",
    "FW: foo": "FW: foo",
    "[Ticket#TN] foo": "foo",
    "Re: [Ticket#TN] foo": "foo",
    "Re: [Ticket#TN] Re: foo": "foo",
    "foo [Ticket#TN]": "foo",
    "Ticket#TN foo": "foo",
    "[Ticket#:TN] foo": "foo",
    "foo Ticket#TN: bar": "foo : bar",
    "Re: Ticket#TN- bar": "- bar",
    "[Ticket# TN] foo": "[Ticket# TN] foo",
    "[ticket#TN] foo": "[ticket#TN] foo",
    "[Ticket:TN] foo": "[Ticket:TN] foo",
    "[Ticket#2025112610000597] foo": "[Ticket#2025112610000597] foo",
    "TN foo": "TN foo",
    "re foo": "re foo",
    "RE:foo": "RE:foo",
    "Re : foo": "Re : foo",
    "  two  blanks  ": "two  blanks",
    "line\nbreak": "linebreak",
    "line\r\nbreak": "linebreak",
    "a\tb": "a\tb",
    "x" * 99: "x" * 99,
    "x" * 100: "x" * 100 + " [...]",
    "x" * 101: "x" * 100 + " [...]",
    "ünï " * 40: "ünï " * 25 + " [...]",
}


@pytest.mark.parametrize("subject", CLEANED)
def test_a_subject_is_cleaned(subject: str) -> None:
    written = subject.replace("TN", NUMBER)
    wanted = CLEANED[subject].replace("TN", NUMBER)
    assert clean(BASE, NUMBER, written) == wanted
    assert build(BASE, NUMBER, written) == f"[Ticket#{NUMBER}] {wanted}"


@pytest.mark.parametrize(
    ("place", "wanted"),
    [("Left", f"[Case: {NUMBER}] foo"), ("Right", f"foo [Case: {NUMBER}]"), ("None", "foo")],
)
def test_hook_divider_and_place(place: str, wanted: str) -> None:
    configuration = replace(
        BASE, ticket_hook="Case", ticket_hook_divider=": ", ticket_subject_format=place, ticket_subject_re="AW"
    )
    assert build(configuration, NUMBER, f"AW: [Case: {NUMBER}] foo") == wanted
    assert build(configuration, NUMBER, f"AW: foo [Case{NUMBER}]") == wanted  # from before there was a divider
    assert build(configuration, NUMBER, "Re: x", is_clean=True).count("Re: x") == 1


def test_a_hook_is_no_pattern() -> None:
    configuration = replace(BASE, ticket_hook="T(.*", ticket_subject_re="", ticket_subject_fwd="")
    assert build(configuration, NUMBER, f"Re: [T(.*{NUMBER}] foo") == f"[T(.*{NUMBER}] Re: foo"


def test_no_size_is_no_limit() -> None:
    assert shortened("x" * 1000, 0) == "x" * 1000
    assert shortened("four", 5) == "four"
    assert shortened("fives", 5) == "fives [...]"

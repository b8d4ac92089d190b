"""The checks that only REST or only SOAP has: routes in each other's shadow, names and schemes."""

from __future__ import annotations

import pytest

from genericinterface.webservice.check_soap import FREE_TEXT, SCHEMES
from tests.definition_problems import REST, SOAP, changed, problems

ROUTES = [
    # A's route and methods, B's, and what is said about B
    ("/x/:Y", "GET", "/x/z", "GET", "error: A (/x/:Y) takes every request of this route"),
    ("/x/:Y", "", "/x/z", "GET", "error: A (/x/:Y) takes every request of this route"),
    ("/x", "GET", "/x", "GET", "error: A (/x) takes every request of this route"),
    ("/:X/:Y", "GET", "/:Z/w", "GET", "error: A (/:X/:Y) takes every request of this route"),
    ("/x/:Y", "GET,POST", "/x/z", "POST,PUT", "warning: A (/x/:Y) takes the requests with POST"),
    ("/x/:Y", "GET,POST", "/x/z", "", "warning: A (/x/:Y) takes the requests with GET and POST"),
    ("/x/:Y/z", "GET", "/:W/y/z", "GET", "warning: A (/x/:Y/z) takes some requests of this route"),
    ("/x/z", "GET", "/x/:Y", "GET", None),
    ("/x/:Y", "GET", "/x/z", "POST", None),
    ("/x/:Y", "GET", "/x/z/:Y", "GET", None),
    ("/x/a:Y", "GET", "/x/b:Y", "GET", None),
]


@pytest.mark.parametrize(("first", "first_methods", "second", "second_methods", "wanted"), ROUTES)
def test_routes_in_the_shadow_of_an_earlier_one(
    first: str, first_methods: str, second: str, second_methods: str, wanted: str | None
) -> None:
    text = changed(REST, "/a/:SessionID", first)
    text = changed(text, "/b\n", f"{second}\n")
    text = changed(changed(text, "[GET]", f"[{first_methods}]"), "[POST]", f"[{second_methods}]")
    found = problems(text)
    if wanted is None:
        assert found == []
    else:
        place = "Provider → Transport → Config → RouteOperationMapping → B → Route: "
        assert len(found) == 1
        assert found[0].startswith("18: " + wanted.replace(": ", ": " + place, 1)), found


SOAP_PLACES = [
    (
        "NameSpace: urn:example:a",
        "{}",
        "9: error: Provider → Transport → Config → NameSpace: HTTP::SOAP Have no NameSpace",
    ),
    ("    A:", "    A B:", "5: error: Provider → Operation → A B: A B cannot be the name of an XML element"),
    ("    A:", "    1A:", "5: error: Provider → Operation → 1A: 1A cannot be the name of an XML element"),
    (
        "SessionGet",
        "SessionGet\n      SortOutbound: x",
        "7: error: Provider → Operation → A → SortOutbound: this is x where",
    ),
    (
        "SessionGet",
        "SessionGet\n      SortOutbound: [x]",
        "7: error: Provider → Operation → A → SortOutbound → 1: an elem",
    ),
    (
        "SessionGet",
        "SessionGet\n      SortOutbound: [{A: [x]}]",
        "7: error: Provider → Operation → A → SortOutbound → 1 → A",
    ),
]


@pytest.mark.parametrize(("old", "new", "wanted"), SOAP_PLACES)
def test_a_mistake_in_soap_is_told_with_its_place(old: str, new: str, wanted: str) -> None:
    (problem,) = problems(changed(SOAP, old, new))
    assert problem.startswith(wanted), problem


@pytest.mark.parametrize("key", SCHEMES)
def test_name_schemes(key: str) -> None:
    schemes, with_free_text = SCHEMES[key]
    for scheme in schemes:
        plain = problems(f"{SOAP}      {key}: {scheme}\n")
        if scheme in with_free_text:
            assert plain == [
                f"11: error: Provider → Transport → Config → {key}: the scheme {scheme} needs {FREE_TEXT[key]}"
            ]
        else:
            assert plain == []
        assert problems(f"{SOAP}      {key}: {scheme}\n      {FREE_TEXT[key]}: Text\n") == []
    (problem,) = problems(f"{SOAP}      {key}: {schemes[0].lower()}\n")
    assert problem.endswith(f"is not known here (did you mean {schemes[0]}?)")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("SOAPAction: Yes", None),
        ("SOAPAction: No", None),
        (
            "SOAPAction: yes",
            "error: Provider → Transport → Config → SOAPAction: yes is not known here (did you mean Yes?)",
        ),
        ("SOAPActionSeparator: /", None),
        ("SOAPActionSeparator: '!'", "warning: Provider → Transport → Config → SOAPActionSeparator: ! is neither"),
        ("Sort: [{A: ~}, {B: [{C: ''}]}]", None),
        ("Sort: [{A: ~, B: ~}]", "error: Provider → Transport → Config → Sort → 1: an element of the order is a hash"),
        ("NoNameSpace: '1'", None),
        ("Colour: x", None),
        (
            "SoapAction: x",
            "warning: Provider → Transport → Config → SoapAction: this key is not known and does nothing",
        ),
    ],
)
def test_other_keys_of_soap(line: str, wanted: str | None) -> None:
    found = problems(f"{SOAP}      {line}\n")
    assert len(found) == (wanted is not None)
    if wanted:
        assert found[0].startswith(f"11: {wanted}")

"""The checks of a definition: each mistake is told with its place and a hint, and what is right stays unmentioned."""

from __future__ import annotations

from pathlib import Path

import pytest

from genericinterface import webservice_definitions
from genericinterface.registry import MAPPINGS, OPERATIONS, TRANSPORTS
from genericinterface.webservice.check import DEBUG_THRESHOLDS, check_text
from genericinterface.webservice.known_keys import EXTENSIONS, KEYS, TRANSPORT_KEYS, near
from genericinterface.webservice.problem import ERROR, WARNING
from tests.definition_problems import REST, SOAP, changed, problems

DEFINITIONS = sorted(Path(__file__).with_name("definitions").glob("*.yml"))


@pytest.mark.parametrize("text", [REST, SOAP])
def test_what_is_right_has_no_problems(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize("name", webservice_definitions.names())
def test_packaged_definitions_have_no_errors(name: str) -> None:
    found = check_text(webservice_definitions.text(name), name)
    assert [str(problem) for problem in found if problem.severity == ERROR] == []
    assert all("not available in this version" in problem.message for problem in found)


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_real_definitions_have_no_errors(file: Path) -> None:
    assert problems(file.read_text(encoding="utf-8"), severity=ERROR) == []


PLACES = [
    # what is changed in REST, and the one problem that it has then
    ("DebugThreshold: error", "DebugThreshold: ''", "2: error: Debugger → DebugThreshold: there is no DebugThreshold"),
    ("  DebugThreshold: error", "  {}", "1: error: Debugger → DebugThreshold: there is no DebugThreshold"),
    (
        "DebugThreshold: error",
        "DebugThreshold: eror",
        "2: error: Debugger → DebugThreshold: eror is not known here (did",
    ),
    ("DebugThreshold: error", "DebugThreshold: {}", "2: error: Debugger → DebugThreshold: a hash is not known here"),
    (
        "Session::SessionGet",
        "Session::SesionGet",
        "6: error: Provider → Operation → A → Type: the operation Session::Ses",
    ),
    (
        "Session::SessionGet",
        "SessionGet",
        "6: error: Provider → Operation → A → Type: the operation SessionGet is not k",
    ),
    ("Session::SessionGet", "FAQ::FAQGet", "6: warning: Provider → Operation → A → Type: the operation FAQ::FAQGet"),
    ("Session::SessionGet", "''", "6: error: Provider → Operation → A → Type: there is no Type (one of Session::"),
    (
        "    Type: HTTP::REST",
        "    Type: HTTP::RST",
        "10: error: Provider → Transport → Type: the transport HTTP::RST is",
    ),
    (
        "    Type: HTTP::REST",
        "    Type: ''",
        "10: error: Provider → Transport → Type: there is no Type (one of HTTP::RE",
    ),
    ("MaxLength: 1000", "MaxLength: 1k", "12: error: Provider → Transport → Config → MaxLength: 1k is no number"),
    ("MaxLength: 1000", "MaxLength: -1", "12: error: Provider → Transport → Config → MaxLength: -1 is no number"),
    (
        "MaxLength: 1000",
        "AdditionalHeaders: x",
        "12: warning: Provider → Transport → Config → AdditionalHeaders: this is",
    ),
    ("MaxLength: 1000", 'AdditionalHeaders: {"X y": z}', "9: error: Provider → Transport: "),
    (
        "MaxLength: 1000",
        "Maxlength: 1000",
        "12: warning: Provider → Transport → Config → Maxlength: this key is not know",
    ),
    (
        "MaxLength: 1000",
        "KeepAlive: true",
        "12: warning: Provider → Transport → Config → KeepAlive: true without quotes",
    ),
    (
        "MaxLength: 1000",
        "PostParamName: <OTRS_CONFIG_X>",
        "12: warning: Provider → Transport → Config → PostParamName: <O",
    ),
    (
        "Route: /b",
        "Rout: /b",
        "17: error: Provider → Transport → Config → RouteOperationMapping → B → Route: there is no R",
    ),
    (
        "Route: /b",
        "Route: b",
        "18: error: Provider → Transport → Config → RouteOperationMapping → B → Route: the route b",
    ),
    (
        "Route: /b",
        "Route: /b?x=1",
        "18: error: Provider → Transport → Config → RouteOperationMapping → B → Route: the r",
    ),
    ("Route: /b", "Route: '/b/(x|y)'", "18: warning: Provider → Transport → Config → RouteOperationMapping → B → Rou"),
    (
        "Route: /b",
        "Route: '/b/:'",
        "18: warning: Provider → Transport → Config → RouteOperationMapping → B → Route: a col",
    ),
    (
        "Route: /b",
        "Route: /:X/:X",
        "18: error: Provider → Transport → Config → RouteOperationMapping → B → Route: the p",
    ),
    (
        "[POST]",
        "[post]",
        "19: error: Provider → Transport → Config → RouteOperationMapping → B → RequestMethod → 1: post i",
    ),
    (
        "[POST]",
        "[POST, FETCH]",
        "19: error: Provider → Transport → Config → RouteOperationMapping → B → RequestMethod → 2",
    ),
    (
        "[POST]",
        "POST",
        "19: warning: Provider → Transport → Config → RouteOperationMapping → B → RequestMethod: this is P",
    ),
    (
        "[POST]",
        "[POST]\n          ParserBackend: XML",
        "20: error: Provider → Transport → Config → RouteOperationMappi",
    ),
    (
        "        B:\n",
        "        C:\n",
        "7: error: Provider → Operation → B: this operation has no route (add B to RouteO",
    ),
]


@pytest.mark.parametrize(("old", "new", "wanted"), PLACES)
def test_a_mistake_is_told_with_its_place(old: str, new: str, wanted: str) -> None:
    found = problems(changed(REST, old, new))
    assert any(problem.startswith(wanted) for problem in found), found


def test_one_mistake_is_one_problem() -> None:
    twice = {"Rout: /b", "        C:\n"}  # the key and what it means; the operation and the route
    for old, new, _wanted in PLACES:
        if new not in twice:
            assert len(problems(changed(REST, old, new))) == 1, new


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_slip_in_a_type_has_the_right_one_as_its_hint(name: str) -> None:
    slip = name[:-2] + name[-1]
    (problem,) = problems(changed(REST, "Session::SessionGet", slip))
    assert problem.endswith(f"(did you mean {name}?)")
    assert ": error: " in problem


@pytest.mark.parametrize("part", ["Provider", "Requester"])
@pytest.mark.parametrize("value", ["{}", "x", "{Transport: {}}", "{Transport: x}", "{Operation: {}}"])
def test_parts_that_znuny_refuses_are_errors(part: str, value: str) -> None:
    text = (
        f"{REST}Requester: {value}\n" if part == "Requester" else SOAP.partition("Provider")[0] + f"Provider: {value}\n"
    )
    assert any(f": error: {part}: {part} has no Transport" in problem for problem in problems(text))


def test_without_provider_there_is_nothing_to_call() -> None:
    head = "Debugger: {DebugThreshold: error}\n"
    assert problems(head) == ["1: error: there is no Provider (see docs/webservices.md for the smallest definition)"]
    (problem,) = problems(head + "Requester: {Transport: {Type: HTTP::REST}}\n")
    assert problem.startswith("1: warning: there is no Provider, so there is nothing to call here")
    (problem,) = problems(head + "Provider: {Transport: {Type: ''}}\n")
    assert problem.startswith("2: warning: Provider → Operation: there is no operation")


@pytest.mark.parametrize("part", ["MappingInbound", "MappingOutbound"])
@pytest.mark.parametrize(
    ("mapping", "wanted"),
    [
        ("{}", None),
        ("~", None),
        ("''", None),
        ("{Type: Simple, Config: {KeyMapDefault: {MapType: Keep}, ValueMapDefault: {MapType: Keep}}}", None),
        ("text", "warning: {}: this is text where a hash with Type and Config belongs; it does nothing"),
        ("{Config: {}}", "error: {} → Type: there is no Type"),
        (
            "{Type: Simpel, Config: {}}",
            "warning: {} → Type: the mapping Simpel is not known; a call is a fault (did you",
        ),
        ("{Type: Simples}", "error: {} → Type: the mapping Simples is not known (did you mean Simple?)"),
        ("{Type: Simple, Config: x}", "error: {} → Config: this is x where a hash belongs"),
        ("{Type: Simple}", None),
        (
            "{Type: Simple, Config: {KeyMapExact: {is: required}}}",
            "error: {} → Config: Got no KeyMapDefault, but it is required!",
        ),
        (
            "{Type: Simple, Config: {KeyMapDefault: {MapType: Keep}}}",
            "error: {} → Config: Got no ValueMapDefault, but it is required!",
        ),
        (
            "{Type: Simple, Config: {KeyMapDefault: {MapType: Keep}, ValueMapDefault: {MapType: Kep}}}",
            "error: {} → Config → ValueMapDefault → MapType: Got no valid MapType in ValueMapDefault!",
        ),
        (
            "{Type: Simple, Config: {KeyMapDefault: {MapType: MapTo, MapTo: ''}, ValueMapDefault: {MapType: Keep}}}",
            "error: {} → Config → KeyMapDefault → MapType: Got MapType 'MapTo', but MapTo value is not valid",
        ),
        (
            "{Type: Simple, Config: {KeyMapDefault: {MapType: Keep}, ValueMapDefault: {MapType: Keep},"
            " KeyMapRegEx: {b: c, '(a': b}}}",
            "error: {} → Config → KeyMapRegEx → (a: ",
        ),
        (
            "{Type: XSLT, Config: {Template: '<a><b></a>'}}",
            "error: {} → Config → Template: Could not load configured XSLT",
        ),
    ],
)
def test_mappings_are_checked_by_the_mappings_themselves(part: str, mapping: str, wanted: str | None) -> None:
    found = problems(changed(REST, "SessionGet\n", f"SessionGet\n      {part}: {mapping}\n"))
    if wanted is None:
        assert found == []
    else:
        assert len(found) == 1
        place = f"Provider → Operation → A → {part}"
        assert found[0].startswith("7: " + wanted.replace("{}", place, 1)), found


def test_a_broken_template_says_where_it_breaks() -> None:
    mapping = "{Type: XSLT, Config: {Template: '<a><b></a>'}}"
    (problem,) = problems(changed(REST, "SessionGet\n", f"SessionGet\n      MappingInbound: {mapping}\n"))
    assert "mismatch" in problem


@pytest.mark.parametrize("place", KEYS)
def test_near_misses_of_known_keys_are_warned_of(place: tuple[str, ...]) -> None:
    for key in KEYS[place]:
        slip = key[:-1] + "X"
        if near(slip, KEYS[place]) != key:
            continue
        nested = f"{slip}: ''\n"
        for step in reversed(place):
            nested = f"{'A' if step == '*' else step}:\n" + "".join(f"  {line}\n" for line in nested.splitlines())
        found = [problem for problem in check_text(nested) if problem.hint == f"did you mean {key}?"]
        assert [(problem.severity, problem.line) for problem in found] == [(WARNING, len(place) + 1)]


def test_other_unknown_keys_are_nobodys_business() -> None:
    assert problems(f"{REST}  Colour: red\nOwner: {{Team: x, MaxLength: y}}\n") == []


@pytest.mark.parametrize("name", EXTENSIONS)
@pytest.mark.parametrize(("value", "count"), [("'1'", 0), ("'0'", 0), ("yes", 1), ("{}", 1), ("true", 1)])
def test_extensions_are_switches(name: str, value: str, count: int) -> None:
    assert len(problems(f"{REST}  Extension: {{{name}: {value}}}\n")) == count


def test_unknown_extensions_are_warned_of() -> None:
    (problem,) = problems(f"{REST}  Extension: {{Stricter: '1'}}\n")
    assert problem.startswith("20: warning: Provider → Extension → Stricter: this extension is not known")
    (problem,) = problems(f"{REST}  Extension: x\n")
    assert problem.startswith("20: error: Provider → Extension: this is x where a hash belongs")


def test_what_cannot_be_read_is_a_problem_too() -> None:
    assert problems("A: 1\nA: 2\n") == ["2: error: A: this key is here a second time (the first is in line 1)"]


def test_the_tables_know_what_is_registered() -> None:
    assert set(TRANSPORT_KEYS) == set(TRANSPORTS)
    assert {"Simple", "XSLT", "OutOfOffice"} <= set(MAPPINGS)
    assert DEBUG_THRESHOLDS == ("debug", "info", "notice", "error")


WRONG_SHAPES = ["~", "''", "x", "[]", "[a]", "[[a]]", "{}", "{a: b}", "{a: ~}", "[{a: {b: c}}]", "{A: [x]}"]
# Of these, what means the default, and a name like any other.
HARMLESS = ["MaxLength: ~", "MaxLength: ''", "NameSpace: x"]
HARMLESS += ["RequestMethod: ~", "RequestMethod: ''", "RequestMethod: []"]


@pytest.mark.parametrize("text", [REST, SOAP])
def test_a_wrong_shape_anywhere_is_told_and_breaks_nothing(text: str) -> None:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        end = number + 1
        while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > indent:
            end += 1
        for shape in WRONG_SHAPES:
            key = line.split(":")[0]
            damaged = "\n".join([*lines[:number], f"{key}: {shape}", *lines[end:]])
            found = check_text(damaged)
            assert all(problem.line for problem in found)
            assert found or f"{key.strip()}: {shape}" in HARMLESS

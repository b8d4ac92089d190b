"""Mapping Simple. What is expected was read off Znuny 6.5, asked with the same configurations over its interface."""

from __future__ import annotations

import time
from typing import Any

import pytest

from genericinterface import perl_regexp
from genericinterface.errors import Fault
from genericinterface.mapping.simple import Simple

KEEP = {"MapType": "Keep", "MapTo": ""}
DEFAULTS = {"KeyMapDefault": KEEP, "ValueMapDefault": KEEP}


def mapped(data: dict[str, Any], **config: Any) -> dict[str, Any]:
    return Simple({**DEFAULTS, **config}).map(data, {})


def to(value: str) -> dict[str, str]:
    return {"MapType": "MapTo", "MapTo": value}


def values(key: str = "a", **rules: dict[str, str]) -> dict[str, Any]:
    return {key: {f"ValueMap{name}": rule for name, rule in rules.items()}}


# -------------------------------------------------------------------------------------------------------------- keys

KEYS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({}, {"a": "1", "b": ["x"], "c": {"d": 1}, "z": None}, {"a": "1", "b": ["x"], "c": {"d": 1}, "z": None}),
    ({"KeyMapExact": {"a": "x"}}, {"a": "1", "b": "2"}, {"x": "1", "b": "2"}),
    ({"KeyMapExact": {"a": "x"}, "KeyMapDefault": {"MapType": "Ignore"}}, {"a": "1", "b": "2"}, {"x": "1"}),
    ({"KeyMapDefault": {"MapType": "Ignore"}}, {"a": "1", "b": ["2"]}, {}),
    ({"KeyMapDefault": to("k")}, {"b": "2", "a": "1"}, {"k": "1"}),
    # The later exact or kept key wins, a key by expression or by default never takes a place.
    ({"KeyMapExact": {"a": "b"}}, {"a": "1", "b": "2"}, {"b": "2"}),
    ({"KeyMapExact": {"b": "a"}}, {"a": "1", "b": "2"}, {"a": "2"}),
    ({"KeyMapExact": {"a": "x", "b": "x", "c": "x"}}, {"c": "3", "a": "1", "b": "2"}, {"x": "3"}),
    ({"KeyMapExact": {"b": "x"}, "KeyMapRegEx": {"a": "x"}}, {"a": "1", "b": "2"}, {"x": "2"}),
    ({"KeyMapExact": {"a": "x"}, "KeyMapRegEx": {"b": "x"}}, {"a": "1", "b": "2"}, {"x": "1"}),
    ({"KeyMapExact": {"b": "x"}, "KeyMapDefault": to("x")}, {"a": "1", "b": "2", "x": "3"}, {"x": "2"}),
    ({"KeyMapRegEx": {"b.*": "Z", "a.*": "Z"}}, {"a1": "1", "b1": "2", "Z": "3"}, {"Z": "3"}),
    # A new key that is false in Perl is none.
    ({"KeyMapExact": {"a": ""}}, {"a": "1"}, {"a": "1"}),
    ({"KeyMapExact": {"a": "0"}}, {"a": "1"}, {"a": "1"}),
    ({"KeyMapRegEx": {"a": "0"}}, {"a": "1"}, {"a": "1"}),
    ({"KeyMapRegEx": {"a.*": "", "ab": "x"}}, {"ab": "1"}, {"ab": "1"}),
    ({"KeyMapExact": {"": "x"}}, {"": "1"}, {}),
    ({"KeyMapExact": None}, {"a": "1"}, {"a": "1"}),
    ({"Extra": "x"}, {"a": "1"}, {"a": "1"}),
    ({}, {}, {}),
]


@pytest.mark.parametrize(("config", "data", "expected"), KEYS)
def test_keys(config: dict[str, Any], data: dict[str, Any], expected: dict[str, Any]) -> None:
    before = dict(data)
    assert mapped(data, **config) == expected
    assert data == before


EXPRESSIONS = [
    ("Stat(e|us)", "Status", True),
    ("Stat(e|us)", "XStatus", False),
    ("Stat(e|us)", "Statusx", False),
    ("a b", "ab", True),
    ("a b", "a b", False),
    (r"a\ b", "a b", True),
    ("[a b]c", " c", True),
    ("a # comment", "abc", True),  # the comment takes the end with it
    ("a|b", "ay", True),
    ("a|b", "yb", True),
    ("(?:a|b)", "ay", False),
    ("a.c", "a\nc", True),
    ("a$.b", "a\nb", True),
    ("a$", "a\n", False),
    (r"a\z", "a", True),
    (r"a\Z\n", "a\n", True),
    (r"a\\Z", r"a\Z", True),
    ("A", "a", False),
    ("(?i)AB", "ab", True),
    (r"\w+", "äö", True),
    (r"\p{Lu}b", "Äb", True),
    ("[[:alpha:]]+", "ab", True),
    (r"\h+", " \t", True),
    (r"a\x{e4}", "aä", True),
    (r"(?|(a)|(b))\1", "bb", True),
    (r"(?<one>a)\k<one>\k{one}\k'one'", "aaaa", True),
    ("a++b", "aab", True),
    ("a{,3}", "aaa", True),
    ("a@b", "a@b", True),
    ("a/b", "a/b", True),
    ("", "a", False),
]


@pytest.mark.parametrize(("pattern", "key", "fits"), EXPRESSIONS)
def test_expressions(pattern: str, key: str, fits: bool) -> None:
    assert mapped({key: "1"}, KeyMapRegEx={pattern: "Fits"}) == ({"Fits": "1"} if fits else {key: "1"})


def test_expressions_are_tried_in_the_order_of_their_text() -> None:
    assert mapped({"b": "1"}, KeyMapRegEx={"b": "late", "a|b": "early"}) == {"early": "1"}
    assert mapped({"Status": "1", "Other": "2"}, KeyMapRegEx={"^.+$": "x", "Stat.+": "State"}) == {
        "State": "1",
        "x": "2",
    }


def test_a_new_key_is_literal() -> None:
    assert mapped({"DF_a": "1", "DF_b": "2"}, KeyMapRegEx={"DF_(.+)": "DynamicField_$1"}) == {"DynamicField_$1": "1"}


# ------------------------------------------------------------------------------------------------------------ values

VALUES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"ValueMap": values(Exact={"1": "one"}, RegEx={"2.*": "two"})}, {"a": "1", "b": "1"}, {"a": "one", "b": "1"}),
    ({"ValueMap": values(Exact={"1": "one"}, RegEx={"2.*": "two"})}, {"a": "22"}, {"a": "two"}),
    ({"ValueMap": values(Exact={"1": "one"})}, {"a": 1}, {"a": "one"}),
    ({"ValueMap": values(Exact={"1": "one"})}, {"a": True}, {"a": "one"}),
    ({"ValueMap": values(Exact={"0": "none"})}, {"a": False}, {"a": "none"}),
    ({"ValueMap": values(Exact={"1.5": "x"})}, {"a": 1.50}, {"a": "x"}),
    ({"ValueMap": values(Exact={"1": "one"})}, {"a": ["1", "2"]}, {"a": ["1", "2"]}),
    ({"ValueMap": values(Exact={"": "empty"})}, {"a": ""}, {"a": "empty"}),
    ({"ValueMap": values(RegEx={"": "empty"})}, {"a": ""}, {"a": "empty"}),
    ({"ValueMap": values(RegEx={"": "empty"})}, {"a": "full"}, {"a": "full"}),
    ({"ValueMap": values(Exact={"1": ""})}, {"a": "1"}, {"a": ""}),
    ({"ValueMap": values(RegEx={"(.)x": "$1y"})}, {"a": "bx"}, {"a": "$1y"}),
    ({"ValueMap": values(RegEx={".*": "any"})}, {"a": "l1\nl2\n"}, {"a": "any"}),
    ({"ValueMap": values(Exact={"1": "one"}), "KeyMapExact": {"x": "a"}}, {"x": "1"}, {"a": "one"}),
    ({"ValueMap": values("x", Exact={"1": "one"}), "KeyMapExact": {"x": "a"}}, {"x": "1"}, {"a": "1"}),
    ({"ValueMap": {"a": {"Foo": {"x": "y"}}}}, {"a": "1"}, {"a": "1"}),
    ({"ValueMap": {"a": {"ValueMapExact": None, "ValueMapRegEx": None}}}, {"a": "1"}, {"a": "1"}),
    (
        {"ValueMapDefault": to("v")},
        {"a": "1", "b": ["2"], "n": 1, "e": "", "z": None},
        {"a": "v", "b": ["2"], "n": "v", "e": "v", "z": None},
    ),
    ({"ValueMapDefault": to("0")}, {"a": "x"}, {"a": "0"}),
    ({"ValueMapDefault": {"MapType": "Ignore"}}, {"a": "1", "b": ["2"], "n": 1, "z": None}, {"b": ["2"], "z": None}),
    (
        {"ValueMapDefault": {"MapType": "Ignore"}, "ValueMap": values(Exact={"1": "0"})},
        {"a": "1", "b": "2"},
        {"a": "0"},
    ),
]


@pytest.mark.parametrize(("config", "data", "expected"), VALUES)
def test_values(config: dict[str, Any], data: dict[str, Any], expected: dict[str, Any]) -> None:
    assert mapped(data, **config) == expected


def test_a_kept_value_keeps_its_type() -> None:
    assert mapped({"a": 1.50, "b": True}) == {"a": 1.5, "b": True}


# ----------------------------------------------------------------------------------------------------- configuration

NO_TEXT = "in KeyMapDefault which is not a string!"
NO_HASH = "with Data, but Data is no hash ref with content!"
WRONG = [
    ({"KeyMapDefault": KEEP}, "Got no ValueMapDefault, but it is required!"),
    ({"ValueMapDefault": KEEP}, "Got no KeyMapDefault, but it is required!"),
    ({**DEFAULTS, "KeyMapDefault": {}}, f"Got KeyMapDefault {NO_HASH}"),
    ({**DEFAULTS, "KeyMapDefault": "x"}, f"Got KeyMapDefault {NO_HASH}"),
    ({**DEFAULTS, "KeyMapDefault": {"MapType": "x"}}, "Got no valid MapType in KeyMapDefault!"),
    ({**DEFAULTS, "KeyMapDefault": {"MapType": "keep"}}, "Got no valid MapType in KeyMapDefault!"),
    ({**DEFAULTS, "KeyMapDefault": {"MapTo": "x"}}, "Got no valid MapType in KeyMapDefault!"),
    ({**DEFAULTS, "KeyMapDefault": to("")}, "Got MapType 'MapTo', but MapTo value is not valid in KeyMapDefault!"),
    ({**DEFAULTS, "KeyMapDefault": to("0")}, "Got MapType 'MapTo', but MapTo value is not valid in KeyMapDefault!"),
    ({**DEFAULTS, "ValueMapDefault": to("")}, "Got MapType 'MapTo', but MapTo value is not valid in ValueMapDefault!"),
    ({**DEFAULTS, "KeyMapDefault": {"MapType": ["Keep"]}}, f"Got value for MapType {NO_TEXT}"),
    ({**DEFAULTS, "KeyMapDefault": {**KEEP, "MapTo": None}}, f"Got value for MapTo {NO_TEXT}"),
    ({**DEFAULTS, "KeyMapExact": {}}, f"Got KeyMapExact {NO_HASH}"),
    ({**DEFAULTS, "KeyMapExact": ["x"]}, f"Got KeyMapExact {NO_HASH}"),
    ({**DEFAULTS, "KeyMapExact": {"a": ["x"]}}, "Got value for a in KeyMapExact which is not a string!"),
    ({**DEFAULTS, "KeyMapExact": {"a": None}}, "Got value for a in KeyMapExact which is not a string!"),
    ({**DEFAULTS, "ValueMap": {}}, f"Got ValueMap {NO_HASH}"),
    ({**DEFAULTS, "ValueMap": "x"}, f"Got ValueMap {NO_HASH}"),
    ({**DEFAULTS, "ValueMap": {"a": "x"}}, "Got a in ValueMap, but it is no hash ref with content!"),
    ({**DEFAULTS, "ValueMap": {"a": None}}, "Got a in ValueMap, but it is no hash ref with content!"),
    (
        {**DEFAULTS, "ValueMap": {"a": {"ValueMapExact": "x"}}},
        "Got ValueMapExact in a in ValueMap, but it is no hash ref with content!",
    ),
    (
        {**DEFAULTS, "ValueMap": {"a": {"ValueMapExact": {"1": ["x"]}}}},
        "Got value for 1 in ValueMapExact in a in ValueMap which is not a string!",
    ),
]


@pytest.mark.parametrize(("config", "message"), WRONG)
def test_a_wrong_configuration_has_the_words_of_the_reference(config: dict[str, Any], message: str) -> None:
    with pytest.raises(Fault) as caught:
        Simple(config)
    assert caught.value.message == message


@pytest.mark.parametrize("pattern", ["(", "[", "a**", "(?{ system('id') })", r"\Qa.b\E", "a\\", "x)|(y"])
@pytest.mark.parametrize("where", ["key", "value"])
def test_a_wrong_expression_is_named(pattern: str, where: str) -> None:
    config = {"KeyMapRegEx": {pattern: "x"}} if where == "key" else {"ValueMap": values(RegEx={pattern: "x"})}
    with pytest.raises(Fault) as caught:
        Simple({**DEFAULTS, **config})
    assert caught.value.message.startswith(f"The regular expression {pattern} cannot be used: ")


def test_without_a_configuration_all_data_passes() -> None:
    data = {"a": "1", "b": [{"c": None}]}
    assert Simple({}).map(data, {}) == data


def test_inbound_fields() -> None:
    only = {**DEFAULTS, "KeyMapDefault": {"MapType": "Ignore"}, "KeyMapExact": {"b": "x", "a": "y"}}
    assert Simple(only).inbound_fields() == ["a", "b"]
    assert Simple({**only, "KeyMapRegEx": {"c.*": "z"}}).inbound_fields() is None
    assert Simple({**only, "KeyMapDefault": to("z")}).inbound_fields() is None
    assert Simple(DEFAULTS).inbound_fields() is None
    assert Simple({}).inbound_fields() is None


def test_all_expressions_of_a_message_share_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perl_regexp, "SECONDS", 0.2)
    mapping = Simple({**DEFAULTS, "ValueMap": values(RegEx={"(a|aa)+$": "x"})})
    started = time.monotonic()
    with pytest.raises(Fault, match="take too long"):
        mapping.map({"a": "a" * 60 + "b"}, {})
    with pytest.raises(Fault, match="take too long"):
        Simple({**DEFAULTS, "KeyMapRegEx": {"(a|aa)+$": "x"}}).map({"a" * n + "b": "" for n in range(40, 90)}, {})
    assert time.monotonic() - started < 2

"""Filters, earlier data and threads of the mapping XSLT. What is expected was read off Znuny 6.5."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from genericinterface import perl_regexp
from genericinterface.mapping.xslt import XSLT
from tests.stylesheets import COPY, LOADING, fault, mapped


def filtered(before: list[dict[str, str]], after: list[dict[str, str]], data: dict[str, Any]) -> dict[str, Any]:
    return mapped(COPY, data, PreRegExFilter=before, PostRegExFilter=after)


def rule(search: str, replace: str) -> dict[str, str]:
    return {"Search": search, "Replace": replace}


FILTERS: list[tuple[list[dict[str, str]], dict[str, Any], dict[str, Any]]] = [
    ([rule("a", "b")], {"a": "1", "aa": {"aXa": "a"}}, {"b": "1", "ba": {"bXa": "a"}}),
    ([rule(r"^(\w)\.(\w)$", "$2_$1")], {"x.y": "1"}, {"y_x": "1"}),
    ([rule("x", "y"), rule("y", "z")], {"x": "1"}, {"y": "1"}),
    ([rule("x", "z")], {"n": [{"x": "1"}, {"x": ["x", {"x": "x"}]}]}, {"n": [{"z": "1"}, {"z": ["x", {"z": "x"}]}]}),
    # In place, in the order of the keys' text.
    ([rule("b", "a")], {"a": "1", "b": "2"}, {"a": "2"}),
    ([rule("a", "b")], {"a": "1", "b": "2"}, {"b": "1"}),
    ([rule("b", "c"), rule("a", "b")], {"a": "1", "b": "2", "c": "3"}, {"c": "1"}),
    ([rule("x b", "Y")], {"xb": "1"}, {"xb": "1"}),
    ([rule("X", "y")], {"axb": "1"}, {"axb": "1"}),
    ([rule("", "y")], {"axb": "1"}, {"axb": "1"}),
    ([{"Replace": "y"}], {"axb": "1"}, {"axb": "1"}),
    ([{"Search": "a"}], {"axb": "1"}, {"xb": "1"}),
    ([rule("a*", "-")], {"axb": "1"}, {"-xb": "1"}),
]


@pytest.mark.parametrize(("filters", "data", "expected"), FILTERS)
def test_filters(filters: list[dict[str, str]], data: dict[str, Any], expected: dict[str, Any]) -> None:
    assert filtered([], filters, data) == expected
    if all(key[:1].isalpha() for key in expected):
        assert filtered(filters, [], data) == expected


REPLACEMENTS = [
    ("(x)", "<$1-${1}-$2-$&>", "a<x-x--x>b"),
    ("(?<n>x)", "[$+{n}$+{m}]", "a[x]b"),
    ("(x)(y)?", "[$2]", "a[]b"),
    ("(x)", "$1y$10", "axyb"),
    ("(x)", "$1_$1::y[0]", "ax_x::y[0]b"),
    ("x", r"\$1 \@ \t\\\"", 'a$1 @ \t\\"b'),
    ("^.*$", "DynamicField_$&", "DynamicField_axb"),
    ("x", "", "ab"),
    ("x", "@{[ `id` ]}", "a@{[ `id` ]}b"),  # Perl code in Znuny 6.5
]


@pytest.mark.parametrize(("search", "replace", "expected"), REPLACEMENTS)
def test_replacements(search: str, replace: str, expected: str) -> None:
    assert filtered([], [rule(search, replace)], {"axb": "1"}) == {expected: "1"}


def test_nesting() -> None:
    data: dict[str, Any] = {}
    for _ in range(5000):
        data = {"a": [data]}
    assert fault(COPY, data, PreRegExFilter=[rule("a", "b")]) == LOADING


def test_a_filter_makes_keys_fit_for_xml() -> None:
    assert filtered([rule(r"\s", "")], [], {"x y": "1"}) == {"xy": "1"}
    assert fault(COPY, {"x y z": "1"}, PreRegExFilter=[rule(r"\s", "")]) == LOADING


@pytest.mark.parametrize("config", [{"PostRegExFilter": "x"}, {"PreRegExFilter": rule("a", "b")}, {"DataInclude": "x"}])
def test_what_is_no_list_counts_as_none(config: dict[str, Any]) -> None:
    assert mapped(COPY, **config) == {"a": "1"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (rule("(", "x"), "The regular expression ( cannot be used: "),
        (rule("x", r"\U$1"), r"The replacement \U$1 cannot be used: \U is not known here."),
        ("x", "PreRegExFilter has an entry that is no hash with Search and Replace."),
    ],
)
def test_a_wrong_filter_is_named(entry: Any, message: str) -> None:
    assert fault(COPY, PreRegExFilter=[entry]).startswith(message)


def test_filters_have_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perl_regexp, "SECONDS", 0.1)
    started = time.monotonic()
    assert "take too long" in fault(COPY, {"a" * 60 + "b": "1"}, PreRegExFilter=[rule("(a|aa)+$", "x")])
    assert time.monotonic() - started < 2


# --------------------------------------------------------------------------------------------------- stages and threads


def test_earlier_data_is_included() -> None:
    mapping = XSLT({"Template": COPY, "DataInclude": ["ProviderRequestInput", "ProviderResponseInput", "Nope"]})
    stages = {"ProviderRequestInput": {"in": "1"}, "ProviderRequestMapOutput": {"m": "2"}, "ProviderResponseInput": {}}
    data = {"a": "1"}
    assert mapping.map(data, stages) == {
        "a": "1",
        "DataInclude": {"ProviderRequestInput": {"in": "1"}, "ProviderResponseInput": {}},
    }
    assert mapping.map(data, {}) == {"a": "1"}
    assert data == {"a": "1"}


def test_filters_rename_keys_of_earlier_data_but_not_the_data_itself() -> None:
    mapping = XSLT({"Template": COPY, "DataInclude": ["ProviderRequestInput"], "PreRegExFilter": [rule("^in$", "out")]})
    stages = {"ProviderRequestInput": {"in": "1"}}
    assert mapping.map({}, stages) == {"DataInclude": {"ProviderRequestInput": {"out": "1"}}}
    assert stages == {"ProviderRequestInput": {"in": "1"}}


def test_threads_share_a_mapping() -> None:
    mapping = XSLT({"Template": COPY, "PostRegExFilter": [rule("^k", "t")]})
    failures: list[object] = []

    def work(number: int) -> None:
        for turn in range(50):
            text = f"{number}-{turn}"
            found = mapping.map({f"k{number}": [text, text]}, {})
            if found != {f"t{number}": [text, text]}:
                failures.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []

"""Definitions as text: what is read, what is refused, and where."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genericinterface.errors import ConfigurationError
from genericinterface.webservice import document
from genericinterface.webservice.problem import DefinitionError

DEFINITIONS = sorted(Path(__file__).with_name("definitions").glob("*.yml"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Yes", "Yes"),
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1.50", "1.50"),
        ("1_000", "1_000"),
        ("2001-01-01", "2001-01-01"),
        (".inf", ".inf"),
        ("TRUE", "TRUE"),
        ("NULL", "NULL"),
        ("'true'", "true"),
        ("'null'", "null"),
        ("'~'", "~"),
        ("!!str 7", "7"),
        ("! ~", "~"),
        ("'Yes'", "Yes"),
        ('"a\\tb"', "a\tb"),
        ("Zürich ✓ 𝄞", "Zürich ✓ 𝄞"),
        ("''", ""),
        ("", None),
        ("~", None),
        ("null", None),
        ("true", "1"),
        ("false", ""),
        ("{}", {}),
        ("[]", []),
        ("[a, ~, 'b']", ["a", None, "b"]),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">-\n  one\n  two\n", "one two"),
    ],
)
def test_scalars_are_text_or_none(text: str, value: object) -> None:
    assert document.load(f"Key: {text}\n") == {"Key": value}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffA: 1\nB: [x]\n",
        "A: 1\r\nB: [x]\r\n",
        "---\nA: 1\nB: [x]\n",
        "# c\n%YAML 1.1\n---\nA: '1' # c\nB:\n- x\n...\n",
        "{A: 1, B: [x]}",
        '{"A": "1", "B": ["x"]}',
    ],
)
def test_outer_forms_do_not_matter(text: str) -> None:
    assert document.load(text) == {"A": "1", "B": ["x"]}


def test_aliases_stand_for_their_anchors() -> None:
    assert document.load("A: &x {k: [1]}\nB: *x\nC: &y 7\nD: [*y, *x]\n") == {
        "A": {"k": ["1"]},
        "B": {"k": ["1"]},
        "C": "7",
        "D": ["7", {"k": ["1"]}],
    }


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["f.yml:1: error: this is no YAML hash"]),
        ("- A\n", ["f.yml:1: error: this is no YAML hash"]),
        ("just text", ["f.yml:1: error: this is no YAML hash"]),
        (
            "A: 1\nB:\n  C: 1\n  C: 2\nA: 3\n",
            [
                "f.yml:4: error: B → C: this key is here a second time (the first is in line 3)",
                "f.yml:5: error: A: this key is here a second time (the first is in line 1)",
            ],
        ),
        ("A:\n\tB: 1\n", ["f.yml:2: error: A: a tab is used for indentation (YAML wants blanks)"]),
        ("A: !!python/object/apply:os.system [ls]\n", ["f.yml:1: error: A: the tag !!python/object/apply:os.system"]),
        ("A: !own x\nB: !!int 7\n", ["f.yml:1: error: A: the tag !own", "f.yml:2: error: B: the tag !!int"]),
        ("A: 1\n---\nB: 2\n", ["f.yml:2: error: a second document begins here"]),
        ("A: [1\nB: 2\n", ["f.yml:2: error: A → 2: "]),
        ("A: 'x\n", ["f.yml:2: error: A: found unexpected end of stream"]),
        ("A: b: c\n", ["f.yml:1: error: mapping values are not allowed here"]),
        ("A:\n  B: 1\n C: 2\n", ["f.yml:3: error: "]),
        ("A: 1\nB: a\x07b\n", ["f.yml:2: error: the character U+0007 is not allowed in YAML"]),
        ("A: 1\n? [x]\n: y\n", ["f.yml:2: error: a key must be a scalar"]),
        ("~: x\n", ["f.yml:1: error: there is no key before the colon"]),
        ("A: *x\n", ["f.yml:1: error: A: the alias *x stands for nothing above it"]),
        ("A: &x [*x]\n", ["f.yml:1: error: A → 1: the alias *x stands for what it is part of"]),
        ("A: &x a\n*x : b\n", ["f.yml:2: error: an alias cannot be a key"]),
        ("%YAML 2.0\n---\nA: 1\n", ["f.yml:1: error: found incompatible YAML document"]),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, problems: list[str]) -> None:
    with pytest.raises(DefinitionError) as raised:
        document.load(text, "f.yml")
    assert len(raised.value.problems) == len(problems)
    for told, wanted in zip(raised.value.problems, problems, strict=True):
        assert told.startswith(wanted)


BOMBS = {
    "laughs": "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
    "chain": "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 400)),
    "deep": "A: " + "[" * 100_000,
    "deep block": "".join(" " * i + "- a:\n" for i in range(1000)),
    "long": "A: " + "x" * 3_000_000,
    "wide": "A: [" + "x," * 60_000 + "]",
    "keys": "".join(f"k{i}: 1\n" for i in range(51_000)),
    "colons": ":" * 100_000,
    "quotes": '"' * 10_000,
    "anchors": "&" * 10_000 + "x",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_cost_much(name: str) -> None:
    started = time.process_time()
    with pytest.raises(DefinitionError) as raised:
        document.load(BOMBS[name])
    assert time.process_time() - started < 10
    assert len(str(raised.value)) < 1000


@given(st.text(max_size=200))
@example("A: &A *A")
@example("? ")
@example("A: \ud800")
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert isinstance(document.load(text), dict)
    except ConfigurationError as error:
        assert error.problems


YAML_PIECES = st.lists(
    st.sampled_from(list(":-?[]{},&*!|>'\"%@` \n\tab~#\\") + ["- ", ": ", "\n  ", "&a ", "*a", "---\n"])
)


@given(YAML_PIECES.map("".join))
def test_anything_like_yaml_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert isinstance(document.load(text), dict)
    except ConfigurationError as error:
        assert error.problems


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_every_node_of_a_real_definition_has_its_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    read = document.read(text, str(file))
    lines = text.splitlines()
    checked = 0
    for path, _value in nodes(read.data):
        if path and isinstance(path[-1], str) and path in read.lines:
            checked += 1
            assert path[-1] in lines[read.line(path) - 1], path
    assert checked > 15


def test_the_line_of_what_is_not_there_is_that_around_it() -> None:
    read = document.read("A: 1\nB:\n  C: 1\n  D:\n  - x\n  - y\n")
    assert read.line(("B", "D", 1)) == 6
    assert read.line(("B", "E", "F")) == 2
    assert read.line(("Z",)) == 1
    assert read.line(()) == 1


def nodes(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [(path, node), *(found for key, value in members for found in nodes(value, (*path, key)))]

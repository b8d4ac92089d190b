"""schema.py: coercion never rejects, and every operation's types can be read by the transports."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

import genericinterface.operation  # noqa: F401  fills the registry
from genericinterface import schema
from genericinterface.registry import OPERATIONS
from genericinterface.schema import NOT_A_SCALAR, Base64, DateTime, Flag, Integer, Structure, Text, wildcard


class Part(Structure):
    Name: Text | None = None
    Values: list[Text | None] | None = None


class Example(Structure):
    """An example."""

    Title: Annotated[Text | None, Meta(description="a title")] = None
    QueueIDs: list[Integer | None] | None = None
    Since: DateTime | None = None
    UseSubQueues: Flag | None = None
    Content: Base64 | None = None
    One: Part | None = None
    Parts: list[Part | None] | None = None
    Raw: Any = None
    DynamicFields: Annotated[dict[str, Part | None] | None, wildcard("DynamicField_", "by name")] = None


def test_fields_describe_the_type() -> None:
    found = {f.name: f for f in schema.fields(Example)}
    assert found["Title"].description == "a title"
    kinds = ("Title", "QueueIDs", "Since", "UseSubQueues", "Content", "One", "Parts", "Raw", "DynamicFields")
    assert [found[name].kind for name in kinds] == [
        "text",
        "integer",
        "datetime",
        "flag",
        "base64",
        "structure",
        "structure",
        "any",
        "structure",
    ]
    assert [f.name for f in found.values() if f.repeated] == ["QueueIDs", "Parts"]
    assert found["DynamicFields"].wildcard == "DynamicField_"
    assert found["DynamicFields"].structure is Part
    assert not any(f.required for f in found.values())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (True, "1"),
        (False, "0"),
        (7, "7"),
        (7.0, "7"),
        (2.5, "2.5"),
        (-0.125, "-0.125"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (None, None),
        ([1], NOT_A_SCALAR),
        ({}, NOT_A_SCALAR),
    ],
)
def test_text_prints_scalars_as_perl_does(value: object, text: str | None) -> None:
    assert schema.text(value) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0", False), ("", False), (None, False), (0, False), (False, False), ("0.0", True), ("false", True), (1, True)],
)
def test_true_is_perl_truthiness(value: object, expected: bool) -> None:
    assert schema.true(value) is expected


def test_coerce_wraps_scalars_and_collects_wildcards() -> None:
    request = schema.coerce(
        Example,
        {
            "Title": 5,
            "QueueIDs": 3,
            "One": {"Name": "a"},
            "Parts": {"Name": "b"},
            "DynamicField_X": {"Values": ["1", 2]},
            "DynamicField_": {"Name": "nobody"},
            "Unknown": 1,
            "Raw": [1, {"a": None}],
        },
    )
    assert request.Title == "5"
    assert request.QueueIDs == ["3"]
    assert request.One == Part(Name="a")
    assert request.Parts == [Part(Name="b")]
    assert request.DynamicFields == {"X": Part(Values=["1", "2"])}
    assert request.Raw == [1, {"a": None}]


def test_coerce_of_wrong_structures_is_absent_not_an_error() -> None:
    request = schema.coerce(Example, {"One": "x", "Parts": ["x", {"Name": "a"}], "Title": {"a": 1}})
    assert request.One is None
    assert request.Parts == [None, Part(Name="a")]
    assert request.Title == NOT_A_SCALAR


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_describes_its_types(name: str) -> None:
    operation = OPERATIONS.get(name)
    assert operation is not None
    assert operation.__doc__
    for structure in (operation.Request, operation.Response):
        pending = [structure]
        while pending:
            for field in schema.fields(pending.pop()):
                if field.structure is not None:
                    pending.append(field.structure)
                if structure is operation.Request and field.structure is None:
                    assert field.description, f"{name}: {field.name} has no description"


@pytest.mark.parametrize("name", OPERATIONS)
@given(data=st.data())
def test_coercion_of_anything_never_raises(name: str, data: st.DataObject) -> None:
    operation = OPERATIONS.get(name)
    assert operation is not None
    names = [f.name for f in schema.fields(operation.Request)]
    request = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=20), JSON, max_size=6))
    assert isinstance(schema.coerce(operation.Request, request), operation.Request)

"""docs/mappings.md: its examples give what they say, and every mapping and key is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import genericinterface.mapping  # noqa: F401  fills the registry
from genericinterface.mapping import out_of_office
from genericinterface.registry import MAPPINGS
from genericinterface.webservice import document

TEXT = (Path(__file__).parents[1] / "docs" / "mappings.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```\s+```json\n(.*?)```\s+```json\n(.*?)```", TEXT, re.S)
KEYS = {
    "Simple": "KeyMapExact KeyMapRegEx KeyMapDefault ValueMap ValueMapExact ValueMapRegEx ValueMapDefault MapTo",
    "XSLT": "Template DataInclude PreRegExFilter PostRegExFilter Search Replace ForceArray KeepAttributes",
    "OutOfOffice": " ".join((out_of_office.PARAMETER, *out_of_office.KEYS, *out_of_office.ALIASES)),
}


@pytest.mark.parametrize(("mapping", "before", "after"), EXAMPLES)
def test_example(mapping: str, before: str, after: str) -> None:
    definition = document.load(mapping)
    built = MAPPINGS.get(definition["Type"])(definition.get("Config", {}))  # type: ignore[misc]
    assert built.map(json.loads(before), {}) == json.loads(after)


def test_every_yaml_block_is_an_example() -> None:
    assert len(EXAMPLES) == TEXT.count("```yaml") == 8


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_every_key_is_named(mapping: str) -> None:
    named = set(re.findall(r"`([^`\n]+)`", TEXT))
    assert set(KEYS[mapping].split()) - named == set()
    assert f"[`{mapping}`]" in TEXT

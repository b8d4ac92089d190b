"""docs/webservices.md: its examples pass the check, and it names every key, command and packaged definition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import genericinterface.mapping
import genericinterface.operation
import genericinterface.transport  # noqa: F401  the three packages fill the registries
from genericinterface import webservice_definitions
from genericinterface.cli.webservice import webservice
from genericinterface.webservice.check import DEBUG_THRESHOLDS, check_text
from genericinterface.webservice.check_rest import METHODS
from genericinterface.webservice.check_soap import SCHEMES
from genericinterface.webservice.known_keys import EXTENSIONS, KEYS, TRANSPORT_KEYS

TEXT = (Path(__file__).parents[1] / "docs" / "webservices.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
WORDS = {word for code in CODE for word in re.split(r"[ ,]+", code)}


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", TEXT, re.S))
def test_examples_have_no_problems(example: str) -> None:
    assert [str(problem) for problem in check_text(example)] == []


def test_every_key_is_named() -> None:
    keys = {key for known in (*KEYS.values(), *TRANSPORT_KEYS.values(), tuple(EXTENSIONS)) for key in known}
    assert keys - CODE - {"Config", "Type"} == set()


def test_every_value_is_named() -> None:
    values = {*DEBUG_THRESHOLDS, *METHODS, *(scheme for schemes, _ in SCHEMES.values() for scheme in schemes)}
    assert values - CODE == set()


def test_every_command_and_packaged_definition_is_named() -> None:
    assert set(webservice.commands) - WORDS == set()
    assert set(webservice_definitions.names()) - WORDS == set()

"""docs/callers.md: its examples answer what it says, and it names every text that a caller can meet."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from genericinterface.database.engine import Database
from genericinterface.transport.header_credentials import NAMES
from genericinterface.transport.json_text import MAX_DEPTH, MAX_VALUES
from tests.application import application, client

TEXT = (Path(__file__).parents[1] / "docs" / "callers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```\n\n```json\n(.*?)```", TEXT, re.S)


@pytest.fixture
def caller(database: Database) -> Iterator[Client]:
    with application(database) as built:
        yield client(built)


def curl(caller: Client, command: str) -> TestResponse:
    """What the provider answers to a curl command of the page."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    address, data = "", None
    headers: list[tuple[str, str]] = []
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers.append((name, value))
        elif word == "-d":
            data = next(words)
        elif word != "-s":
            address = word
    path = urlsplit(address)._replace(scheme="", netloc="").geturl()
    return caller.open(path, method="POST" if data else "GET", data=data, headers=headers)


def agree(said: Any, answered: Any) -> bool:
    """Whether an answer is what the page says, where "…" stands for any text or number."""
    if isinstance(said, dict) and isinstance(answered, dict):
        return said.keys() == answered.keys() and all(agree(said[key], answered[key]) for key in said)
    return said == answered or (said == "…" and isinstance(answered, str | int) and answered != "")


def test_examples_answer_what_the_page_says(caller: Client) -> None:
    assert len(EXAMPLES) == TEXT.count("```sh") == TEXT.count("```json")
    for command, said in EXAMPLES:
        answered = curl(caller, command).get_json(force=True)
        assert agree(json.loads(said), answered), (command, answered)


def test_limits_and_headers_are_named() -> None:
    assert f"{MAX_DEPTH} levels and {MAX_VALUES:,} values" in TEXT
    assert [name for name in NAMES if f"-{name}`" not in TEXT] == []

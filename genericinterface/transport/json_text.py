"""JSON as the reference reads and writes it. Called by transport/rest.py; pure."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any

MAX_DEPTH = 512
LONG = 100_000  # characters
MAX_VALUES = 200_000  # they take many times the memory of their text, and every later step looks at each
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# Possessive, and content with a string that does not end: one pass over any text, however it is made.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.S)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LEVELS = [{"[": 1, "{": 1, "]": -1, "}": -1}.get(chr(code), 0) for code in range(256)]


class JSONError(ValueError):
    """The text is no JSON, or nested deeper than MAX_DEPTH."""


class TooManyValues(JSONError):
    """The text has more than MAX_VALUES values."""


def _refuse(name: str) -> Any:
    raise JSONError(f"{name} is not JSON")


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits  # JSON has no word for infinity, and we may have to say it again


# strict: control characters inside strings are refused, as in the reference.
_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_float)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """The value of a JSON text; true and false become 1 and 0. Raises JSONError, TooManyValues."""
    _check_size(text)
    try:
        value = _DECODER.decode(text)
        if "\\" in text and _SURROGATE.search(text):
            _ENCODER.encode(value).encode("utf-8")  # half a surrogate pair is no character
    except (ValueError, RecursionError) as error:
        raise JSONError(str(error)) from error
    # To look for a word in a long text takes more time than to look at its values: it is long for a large file.
    return _numbers(value) if len(text) > LONG or "true" in text or "false" in text else value


def encode(value: Any) -> bytes:
    """Canonical JSON in UTF-8: keys sorted, no blanks, U+2028 and U+2029 escaped. Raises JSONError."""
    try:
        text = _ENCODER.encode(value)
        if "\u2028" in text or "\u2029" in text:
            text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise JSONError(str(error)) from error


def _check_size(text: str) -> None:
    """Refuses what is too deep or too much before it is read; what is in strings does not count."""
    if _has_few_marks(text):
        return
    brackets_at_most = text.count("[") + text.count("{")
    if brackets_at_most <= MAX_DEPTH and brackets_at_most + text.count(",") <= MAX_VALUES:
        return  # whatever of it is in strings: most texts, and those with large files
    bare = _STRING.sub("", text)
    if sum(map(bare.count, ",[{")) > MAX_VALUES:
        raise TooManyValues(f"more than {MAX_VALUES} values")
    brackets = bare.encode("ascii", "ignore").translate(None, _NO_BRACKETS)
    if max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise JSONError(f"nested deeper than {MAX_DEPTH}")


def _has_few_marks(text: str) -> bool:
    """Whether there are less than MAX_DEPTH brackets and commas, in strings or not; `find` skips a large file."""
    left = MAX_DEPTH
    for mark in "[{,":
        at = text.find(mark)
        while at >= 0 and left:
            left -= 1
            at = text.find(mark, at + 1)
    return left > 0


def _numbers(value: Any) -> Any:
    """The value with 1 and 0 for true and false. A loop: 512 levels are more than Python likes to call itself."""
    top = [value]
    pending: list[list[Any] | dict[str, Any]] = [top]
    while pending:
        node: Any = pending.pop()
        for key, item in enumerate(node) if isinstance(node, list) else node.items():
            if item is True or item is False:
                node[key] = int(item)
            elif isinstance(item, list | dict):
                pending.append(item)
    return top[0]

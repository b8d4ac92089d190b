"""Regular expressions of definitions, written for Perl: compiled once, bounded in time, for callers give the text.

Called by the mappings Simple and XSLT. The library `regex` reads nearly all of Perl's syntax and can be told to stop;
what the two spell differently is translated here. Perl code inside an expression is refused.
"""

from __future__ import annotations

import re
import time

import regex

from genericinterface.errors import Fault

SECONDS = 1.0  # for all expressions of one mapping of one message
WHOLE_TEXT = regex.VERBOSE | regex.MULTILINE | regex.DOTALL  # Perl's /xms

_ESCAPE = re.compile(
    r"\\(?: x\{ (?P<code>[0-9A-Fa-f]{1,6}) \} | k (?: <(\w+)> | \{(\w+)\} | '(\w+)' ) | . )", re.VERBOSE | re.DOTALL
)
_SPELLINGS = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)"}

# In a replacement: a group by number or name, the whole match, or a character behind a backslash.
_REFERENCE = re.compile(r"\$(?: \{(\d+)\} | (\d+) | \+\{(\w+)\} | (&) ) | \\(.)", re.VERBOSE | re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def whole(pattern: str) -> regex.Pattern[str]:
    r"""An expression of a mapping Simple. Raises Fault in words.

    `\A` before and `\z` behind it, flags /xms, and no group around it, as in Znuny 6.5: `open|new` fits whatever begins
    with open or ends with new; `(?:open|new)` fits these two.
    """
    _compiled(pattern, WHOLE_TEXT)
    return _compiled(rf"\A{pattern}\z", WHOLE_TEXT)


def anywhere(pattern: str) -> regex.Pattern[str]:
    """An expression of a filter, which may fit any part of a key; no flags. Raises Fault in words."""
    return _compiled(pattern, 0)


def _compiled(pattern: str, flags: int) -> regex.Pattern[str]:
    try:
        return regex.compile(_ESCAPE.sub(_respelt, pattern), flags)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise Fault(f"The regular expression {pattern} cannot be used: {error}") from error


def _respelt(escape: re.Match[str]) -> str:
    if escape["code"]:
        return rf"\U{int(escape['code'], 16):08x}"
    name = escape[2] or escape[3] or escape[4]
    return f"(?P={name})" if name else _SPELLINGS.get(escape[0], escape[0])


def checked_replacement(replacement: str) -> str:
    """The replacement; raises Fault for an escape that is not one of those which `replaced` knows."""
    for escape in _ESCAPE.finditer(replacement):
        if escape[0][1].isalnum() and escape[0][1] not in _CONTROLS:
            raise Fault(f"The replacement {replacement} cannot be used: {escape[0][:2]} is not known here.")
    return replacement


def deadline() -> float:
    """When the expressions of one message must be done with."""
    return time.monotonic() + SECONDS


def matches(pattern: regex.Pattern[str], text: str, until: float) -> bool:
    """Whether the expression fits; raises Fault when that takes too long."""
    return _bounded(pattern, text, until) is not None


def replaced(pattern: regex.Pattern[str], replacement: str, text: str, until: float) -> str | None:
    r"""The text with the first fitting part replaced, None where none fits; raises Fault when that takes too long.

    The replacement may hold `$1`, `${1}`, `$+{name}`, `$&`, `\n`, `\t` and any other character behind a backslash for
    itself. It is text, not Perl code as in Znuny 6.5.
    """
    found = _bounded(pattern, text, until)
    return None if found is None else text[: found.start()] + _filled(replacement, found) + text[found.end() :]


def _bounded(pattern: regex.Pattern[str], text: str, until: float) -> regex.Match[str] | None:
    try:
        return pattern.search(text, timeout=max(0.001, until - time.monotonic()))
    except TimeoutError as error:
        raise Fault("The regular expressions of the mapping take too long for this data.") from error


def _filled(replacement: str, found: regex.Match[str]) -> str:
    def value(reference: re.Match[str]) -> str:
        number, name, character = reference[1] or reference[2], reference[3], reference[5]
        if character:
            return _CONTROLS.get(character, character)
        if name:
            return found.groupdict().get(name) or ""
        if reference[4]:
            return found[0]
        return (found[int(number)] or "") if len(number) < 4 and 1 <= int(number) <= len(found.groups()) else ""

    return _REFERENCE.sub(value, replacement)

"""Regular expressions of definitions, written for Perl: compiled once, and bounded in time, since callers give the text.

Called by the mappings Simple and XSLT.
"""

from __future__ import annotations

import regex

from genericinterface.errors import Fault

TIMEOUT = 1.0  # seconds for one text
FLAGS = regex.VERBOSE | regex.MULTILINE | regex.DOTALL  # Znuny matches with /xms
_END = regex.compile(r"((?:\\\\)*)\\z")
_GROUP = regex.compile(r"\$(?:\{(\d+)\}|(\d+))")


def compiled(pattern: str, whole: bool) -> regex.Pattern[str]:
    """The pattern; `whole` for one that must match a whole text. Raises Fault in words."""
    try:
        # Only the end of the text is spelt differently.
        return regex.compile(_END.sub(r"\1\\Z", f"(?:{pattern}\n)" if whole else pattern), FLAGS)
    except (regex.error, RecursionError) as error:
        raise Fault(f"The regular expression {pattern!r} cannot be used: {error}") from error


def matches(pattern: regex.Pattern[str], text: str) -> bool:
    """Whether the whole text matches; raises Fault when that takes too long."""
    try:
        return pattern.fullmatch(text, timeout=TIMEOUT) is not None
    except TimeoutError as error:
        raise Fault("A regular expression of the mapping takes too long for this value.") from error


def replaced(pattern: regex.Pattern[str], replacement: str, text: str) -> str:
    """The text with every match replaced; `$1` in the replacement is a group. Raises Fault when that takes too long."""

    def expand(found: regex.Match[str]) -> str:
        def group(reference: regex.Match[str]) -> str:
            number = int(reference[1] or reference[2])
            return (found[number] or "") if number <= len(found.groups()) else ""

        return _GROUP.sub(group, replacement)

    try:
        return pattern.sub(expand, text, timeout=TIMEOUT)
    except TimeoutError as error:
        raise Fault("A regular expression of the mapping takes too long for this key.") from error

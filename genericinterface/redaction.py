"""Credentials: by which names they are known, and how they are blotted out of data and of text.

Called by debugger.py for everything that is kept of a communication, and by logs.py for every line of the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

REDACTED = "***"
DEEPEST = 64  # levels of data that are looked at
LONGEST_VALUE = 20_000  # characters of one value: what is longer is an attachment
SHORTEST_SECRET = 4  # a shorter one would blot out half of the text

# In any case, as a key, an XML element, a header or a variable of the environment. Everything that repeats is bounded
# or followed by what it cannot match itself: texts come from anybody, and no text may take long.
_NAME = (
    r"(?:(?:HTTP[-_])?X[-_](?:OTRS|Znuny)[-_]Header[-_])?"
    r"(?:\w{0,40}Passw(?:or)?d\w{0,40}|\w{0,40}Pw|Session[-_]?ID|(?:\w{0,40}Challenge|Access|Two[-_]?Factor)[-_]?Token"
    r"|(?:HTTP[-_])?(?:Proxy[-_])?Authorization|(?:HTTP[-_])?(?:Set[-_])?Cookie2?)"
)
_PREFIX = r"(?:[\w.-]+:)?"
NAME = re.compile(_NAME, re.I)
# No name is without one of these, and nobody looks for a name without what follows it. A file in base64 has a "pw"
# somewhere nearly always.
_HINT = re.compile(r"passw|pw[\s\\\"'=:<>]|session|token|authorization|cookie", re.I)
_LOWER_HINT = re.compile(_HINT.pattern)
LOGIN = re.compile(r"(?:(?:HTTP[-_])?X[-_](?:OTRS|Znuny)[-_]Header[-_])?(?:Customer)?UserLogin", re.I)

# "Password": "…", 'Password' => '…', Password=…&, Password: …; a text that was cut counts as well.
_PAIR = re.compile(
    rf"(\b{_NAME}(?:\\*[\"'])?\s*)"
    r"(?:((?:=>|[:=])\s*)(?:(?P<quote>\\*[\"'])(?:\\.|.)*?(?:(?P=quote)|\Z)|\[[^\]]*\]?|\{[^}]*\}?)"
    r"|(=\s*)[^\s&;\"'<>]+|(:\s*)[^,}\]\r\n\"'<>]+)",
    re.I | re.S,
)
# The rest of the line: a value may have blanks, and the colon may be missing from a header that a server refuses.
_HEADER_LINE = re.compile(
    r"(\b(?:Authorization\s*:|Authorization\s+(?=(?:Basic|Bearer|Digest|Negotiate)\s)|Cookie2?\s*:"
    r"|X[-_](?:OTRS|Znuny)[-_]Header[-_](?:Password|SessionID)\b[\s:]))[^\r\n\"']+",
    re.I,
)
_ELEMENT = re.compile(rf"(<{_PREFIX}{_NAME}(?:\s[^<>]*)?(?<!/)>).*?(</{_PREFIX}{_NAME}\s*>|\Z)", re.I | re.S)
# <item><key>Password</key><value>…</value></item>, a PHP Map
_MAP_ITEM = re.compile(
    rf"(<{_PREFIX}key\b[^<>]*>\s*{_NAME}\s*</{_PREFIX}key\s*>\s*<{_PREFIX}value\b[^<>]*>).*?(</{_PREFIX}value\s*>|\Z)",
    re.I | re.S,
)
# What stands behind the web service's name in an address may be a session, its query a password.
_ADDRESS = re.compile(r"(/Webservice(?:ID)?/[^/?\s'\"]+)[/?][^\s'\"]*", re.I)
# Text that may spell a name in another way, or have its value elsewhere: letters as \u00.., href.
_ESCAPED = re.compile(r"\\u00[4-7][0-9a-f]", re.I)
_REFERENCE = re.compile(r"\bhref\s*=\s*[\"']#", re.I)


class Secrets:
    """The credentials met in one communication, to be blotted out wherever else they show up in it."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._logins: set[str] = set()

    def remember(self, item: Any) -> None:
        """Takes note of a credential: a scalar or a list of them."""
        for part in item if isinstance(item, list | tuple) else [item]:
            if isinstance(part, str | int) and len(str(part)) >= SHORTEST_SECRET:
                self._values.add(str(part))

    def exempt(self, login: Any) -> None:
        """A login is no secret, even where a careless password is the same word."""
        self._logins.add(str(login))

    def blot_out(self, value: str) -> str:
        """Text without these values, in the forms that they take in JSON, XML and addresses."""
        for secret in sorted(self._values - self._logins, key=len, reverse=True):
            for form in {secret, json.dumps(secret, ensure_ascii=False)[1:-1], escape(secret), quote(secret, safe="")}:
                value = value.replace(form, REDACTED)
        return value


def data(value: Any, secrets: Secrets, depth: int = 0) -> Any:
    """A copy of data without credentials, which `secrets` takes note of; long values are cut."""
    if depth > DEEPEST:
        return f"… (nested deeper than {DEEPEST})"
    if isinstance(value, Mapping):
        return {str(key): _item(str(key), item, secrets, depth) for key, item in value.items()}
    if isinstance(value, list | tuple):
        if _is_plain(value):
            return list(value)
        return [data(_pair(item, secrets), secrets, depth + 1) for item in value]
    return _cut(value) if isinstance(value, str) else value


def _is_plain(items: list[Any] | tuple[Any, ...]) -> bool:
    """Whether a list is of short texts without a hint: looked at together, as the IDs of thousands of tickets are."""
    return set(map(type, items)) == {str} and max(map(len, items)) <= LONGEST_VALUE and not _has_hint("\n".join(items))


def _item(key: str, item: Any, secrets: Secrets, depth: int) -> Any:
    if NAME.fullmatch(key) and item not in (None, ""):
        secrets.remember(item)
        return REDACTED
    if LOGIN.fullmatch(key):
        secrets.exempt(item)
    return data(item, secrets, depth + 1)


def _pair(entry: Any, secrets: Secrets) -> Any:
    """`{"Key": "UserPw", "Value": "…"}`, as a session is answered, without the value."""
    if not (isinstance(entry, Mapping) and "Value" in entry and NAME.fullmatch(str(entry.get("Key", "")))):
        return entry
    secrets.remember(entry["Value"])
    return {**entry, "Value": REDACTED}


def _cut(value: str) -> str:
    """Text without credentials, of which a long one has only the beginning."""
    if len(value) <= LONGEST_VALUE:
        return text(value)
    beginning = value[:LONGEST_VALUE]
    cut = f"{beginning}… ({len(value)} characters)"
    return text(cut) if _has_hint(beginning) else cut


def text(value: str) -> str:
    """Text without the values that follow a credential's name in JSON, XML, a query, a header or prose."""
    if not _has_hint(value):
        return value
    value = _HEADER_LINE.sub(rf"\1 {REDACTED}", value)
    value = _PAIR.sub(_blotted_pair, value)
    value = _ELEMENT.sub(rf"\1{REDACTED}\2", value)
    return _MAP_ITEM.sub(rf"\1{REDACTED}\2", value)


def _has_hint(value: str) -> bool:
    # In lower case it is five times as fast, but letters beyond ASCII are not the same then (ſ).
    found = _LOWER_HINT.search(value.lower()) if value.isascii() else _HINT.search(value)
    return found is not None


def _blotted_pair(found: re.Match[str]) -> str:
    mark = found["quote"] or ""
    return f"{found[1]}{found[2] or found[4] or found[5]}{mark}{REDACTED}{mark}"


def body(content: bytes) -> str:
    """A request's or response's body as text without credentials; where that cannot be made sure, its size alone."""
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(content)} bytes that are no UTF-8)"
    if _is_unsure(decoded):
        return f"({len(content)} bytes, not kept: credentials may hide in them)"
    return _cut(decoded)


def _is_unsure(value: str) -> bool:
    """Whether credentials may hide in it: NUL (UTF-16), letters as escapes, values elsewhere.

    An expression is tried only where there is a character that it needs: a large file seldom has one.
    """
    return (
        "\0" in value
        or ("\\" in value and _ESCAPED.search(value) is not None)
        or ("#" in value and _REFERENCE.search(value) is not None)
    )


def line(value: str) -> str:
    """A line of a log without credentials, in which addresses of web services end at the web service's name."""
    return text(_ADDRESS.sub(r"\1/…", value))

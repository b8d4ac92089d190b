"""Content types and charsets as TicketCreate and TicketUpdate take them. Called by the check_*.py modules."""

from __future__ import annotations

import re

from genericinterface.charsets import codec_of

# Names that only Perl has.
PERL = frozenset({"utf-8-strict", "ucs2", "ucs-2", "ucs-2be", "ucs-2le", "nextstep", "mime-header"})

MIME_TYPE = re.compile(r"\w+/\w+", re.A)
NAME = re.compile(r"[A-Za-z0-9][\w.:+ -]*", re.A)
CHARSET = re.compile(r"charset=[\"']?([^\"';\s]*)", re.I)


def is_charset(name: str) -> bool:
    """Whether a charset is known."""
    return NAME.fullmatch(name) is not None and (codec_of(name) is not None or name.lower() in PERL)


def is_mime_type(text: str) -> bool:
    """Two words and a slash; `application/vnd.x` is refused, as in Znuny 6.5."""
    return MIME_TYPE.fullmatch(text) is not None


def charset_of(text: str) -> str | None:
    """The charset of a content type, None where it names none."""
    found = CHARSET.search(text)
    return found[1] if found else None


def is_content_type(text: str, charset: bool) -> bool:
    """Whether it begins with a type and its charset is known; with `charset` there must be one."""
    named = charset_of(text)
    if named is None:
        return not charset and MIME_TYPE.match(text) is not None
    return MIME_TYPE.match(text) is not None and is_charset(named)

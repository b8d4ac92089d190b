"""E-mail addresses as callers write them, and as a header and an envelope need them. Called by message.py.

Domains become ASCII (IDNA 2008); a local part that is not ASCII stays as it is and asks for SMTPUTF8 (RFC 6531), which
the delivery refuses where the mail server has none.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

import idna

from genericinterface.errors import MailError

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<comment>\((?:[^()\\]|\\.)*+\))|<(?P<angle>[^<>]*+)>|(?P<end>[,;])"""
    r"""|(?P<word>[^\s"(<,;]++)|(?P<blank>\s++)|(?P<stray>.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ATOM = r"[^\s()<>@,;:\\\"\[\].\x00-\x20\x7f]++"
_LOCAL = re.compile(rf'(?:{_ATOM}(?:\.{_ATOM})*+|"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*+")')
_LITERAL = re.compile(r"\[[0-9A-Za-z:.]{3,64}\]")
_LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets


class Address(NamedTuple):
    """A mailbox: the name to show, which may be empty, and local@domain with the domain in ASCII."""

    name: str
    address: str


def parse(field: str, text: str) -> list[Address]:
    """The mailboxes of a list such as `Änne Müller <a@x.example>, b@y.example`; `field` is named in the MailError."""
    found: list[Address] = []
    words, raw, angle = "", "", None
    for token in chain(_TOKEN.finditer(text), [None]):
        kind, value = (token.lastgroup, token[0]) if token else ("end", "")
        if kind == "end":
            written = raw.strip() if angle is None else angle
            if written or words.strip():
                found.append(Address("" if angle is None else " ".join(words.split()), _checked(field, written)))
            words, raw, angle = "", "", None
        elif kind == "angle" and angle is None:
            angle = value[1:-1].strip()
        elif kind in ("stray", "angle") or (angle is not None and kind in ("word", "quoted")):
            raise MailError(f"{field}: {_shown(text)} is no list of e-mail addresses")
        elif kind != "comment":
            raw += value
            words += _ESCAPED.sub(r"\1", value[1:-1]) if kind == "quoted" else value
    return found


def single(field: str, text: str) -> Address:
    """The one mailbox that `text` must be; raises MailError."""
    found = parse(field, text)
    if len(found) != 1:
        raise MailError(f"{field}: {_shown(text)} is not one e-mail address")
    return found[0]


def _checked(field: str, address: str) -> str:
    """local@domain with its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    if at and _LOCAL.fullmatch(local):
        if domain.isascii():
            ascii_domain = domain
        else:
            try:
                ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
            except (idna.IDNAError, UnicodeError):
                ascii_domain = ""
        if _is_domain(ascii_domain) and len(f"{local}@{ascii_domain}".encode(errors="replace")) <= _LONGEST:
            return f"{local}@{ascii_domain}"
    raise MailError(f"{field}: {_shown(address)} is not an e-mail address")


def _is_domain(domain: str) -> bool:
    if _LITERAL.fullmatch(domain):
        return True
    labels = domain.split(".")
    return all(
        re.fullmatch(r"[0-9A-Za-z_](?:[0-9A-Za-z_-]*[0-9A-Za-z_])?", label) and len(label) < 64 for label in labels
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")

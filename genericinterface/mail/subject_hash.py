"""The hash of a certificate's subject by which OpenSSL, and so Znuny, names its file (`openssl x509 -subject_hash`).

Called by smime_store.py. It is the SHA-1 of the subject in OpenSSL's canonical form (X509_NAME_hash_ex(3)): every text
as UTF-8, in small letters (ASCII only), blanks at its ends left out and those within made one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from cryptography import x509

_SEQUENCE, _SET, _OID, _UTF8 = 0x30, 0x31, 0x06, 0x0C
_BLANKS = re.compile(r"[ \t\n\v\f\r]+")


def subject_hash(name: x509.Name) -> str:
    """Eight hexadecimal digits."""
    canonical = b"".join(
        _element(_SET, sorted(_element(_SEQUENCE, (_oid(each.oid), _text(each.value))) for each in rdn))
        for rdn in name.rdns
    )
    # names a file, secures nothing
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def _text(value: str | bytes) -> bytes:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    folded = _BLANKS.sub(" ", text.strip(" \t\n\v\f\r"))
    return _element(_UTF8, (re.sub(r"[A-Z]", lambda letter: letter[0].lower(), folded).encode(),))


def _oid(oid: x509.ObjectIdentifier) -> bytes:
    first, second, *others = map(int, oid.dotted_string.split("."))
    return _element(_OID, map(_base128, (first * 40 + second, *others)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _element(tag: int, contents: Iterable[bytes]) -> bytes:
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content

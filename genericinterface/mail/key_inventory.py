"""The keys of both kinds as an operator sees them: what there is, what it is good for, what is wrong with it.

Called by cli/key.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from genericinterface.errors import SecurityError
from genericinterface.mail.pgp_keyring import Key, Keyring
from genericinterface.mail.security import PGP, SMIME
from genericinterface.mail.smime_store import Certificate, Store

_ATTRIBUTE_NAMES = {NameOID.EMAIL_ADDRESS: "emailAddress"}  # RFC 4514 has no name for it; OpenSSL's


@dataclass(frozen=True)
class Entry:
    """A key or certificate; `uses` are of sign, encrypt, issue; `problem` is "" where there is none."""

    kind: str
    name: str
    owner: str
    is_private: bool
    uses: tuple[str, ...]
    expires: dt.date | None
    problem: str


def pgp_entries(ring: Keyring, is_tried: bool = False) -> Iterator[Entry]:
    """The keys of a ring; with `is_tried` something is signed with each private one. None where there is no ring."""
    if not ring.home.is_dir():
        return
    private = {key.fingerprint for key in ring.listed(secret=True)}
    for key in ring.listed():
        uses = [word for letter, word in (("S", "sign"), ("E", "encrypt")) if not key.problem(letter)]
        problem = key.problem() or ("" if uses else "is good for nothing")
        if key.fingerprint not in private:
            uses = [word for word in uses if word != "sign"]
        elif is_tried and "sign" in uses:
            problem = _tried(ring, key)
        yield Entry(
            kind=PGP,
            name=key.fingerprint,
            owner=", ".join(key.user_ids),
            is_private=key.fingerprint in private,
            uses=tuple(uses),
            expires=None if key.expires is None else dt.datetime.fromtimestamp(key.expires, dt.UTC).date(),
            problem=problem,
        )


def _tried(ring: Keyring, key: Key) -> str:
    try:
        ring.sign(b"check", key)
    except SecurityError as error:
        return error.message.removeprefix("PGP: ") + "; its passphrase belongs into PGP::Key::Password"
    return ""


def smime_entries(store: Store, is_tried: bool = False) -> Iterator[Entry]:
    """The certificates of the folders; with `is_tried` each private key is opened with its secret."""
    for name in store.names():
        try:
            certificate = store.read(name)
        except SecurityError as error:
            yield Entry(SMIME, name, "", False, (), None, error.message)
            continue
        is_private = store.has_private_key(name)
        uses = _smime_uses(certificate)
        problem = certificate.problem() or ("" if uses else certificate.problem("E"))
        if is_private and is_tried and not problem:
            try:
                store.private_key(certificate)
            except SecurityError as error:
                problem = error.message
        yield Entry(
            kind=SMIME,
            name=name,
            owner=certificate.x509.subject.rfc4514_string(_ATTRIBUTE_NAMES),
            is_private=is_private,
            uses=tuple(use for use in uses if use != "sign" or is_private),
            expires=certificate.x509.not_valid_after_utc.date(),
            problem=problem,
        )


def _smime_uses(certificate: Certificate) -> list[str]:
    uses = [word for letter, word in (("S", "sign"), ("E", "encrypt")) if not certificate.problem(letter)]
    constraints = [each.value for each in certificate.x509.extensions if isinstance(each.value, x509.BasicConstraints)]
    # One that signed itself is often both: `openssl req -x509` makes it so.
    return ["issue", *uses] if constraints and constraints[0].ca else uses

"""OpenPGP mails: PGP/MIME (RFC 3156, SubType Detached) and signed or encrypted text (SubType Inline).

Called by security.py. Signed and encrypted at once, the signature is within (RFC 3156, 6.2): one step for the reader
and for gpg.
"""

from __future__ import annotations

from collections.abc import Sequence

from genericinterface.mail import entity
from genericinterface.mail.pgp_keyring import Key, Keyring

_SIGNATURE = (
    b'Content-Type: application/pgp-signature;\r\n name="signature.asc"\r\n'
    b'Content-Disposition: attachment;\r\n filename="signature.asc"\r\n\r\n'
)
_VERSION = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
_ENCRYPTED = (
    b'Content-Type: application/octet-stream;\r\n name="encrypted.asc"\r\n'
    b'Content-Disposition: inline;\r\n filename="encrypted.asc"\r\n\r\n'
)


def secured(content: bytes, ring: Keyring, signer: Key | None, recipients: Sequence[Key]) -> bytes:
    """The entity, signed, encrypted or both, as an entity again."""
    if recipients:
        armored = ring.encrypt(content, recipients, signer)
        parts = [_VERSION, _ENCRYPTED + _lines(armored)]
        return entity.multipart("encrypted", parts, [("protocol", "application/pgp-encrypted")])
    if signer is None:
        return content
    signature, digest = ring.sign(content, signer)
    return entity.multipart(
        "signed",
        [content, _SIGNATURE + _lines(signature)],
        [("micalg", f"pgp-{digest}"), ("protocol", "application/pgp-signature")],
    )


def secured_text(words: str, ring: Keyring, signer: Key | None, recipients: Sequence[Key]) -> str:
    """A text with its signature around it, or the armor that hides it; UTF-8 within (RFC 4880, 6.2)."""
    octets = words.encode()
    if recipients:
        return ring.encrypt(octets, recipients, signer).decode("ascii")
    return words if signer is None else ring.sign(octets, signer, clear=True)[0].decode()


def _lines(armored: bytes) -> bytes:
    return armored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

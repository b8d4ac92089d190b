"""S/MIME mails (RFC 8551): multipart/signed with a detached signature, and EnvelopedData. Called by security.py.

Signed and encrypted at once, the signed entity is what is encrypted (RFC 8551, 3.7).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from genericinterface.errors import SecurityError
from genericinterface.mail import entity
from genericinterface.mail.smime_store import Certificate, Store

_SIGNATURE = (
    b'Content-Type: application/pkcs7-signature;\r\n name="smime.p7s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment;\r\n filename="smime.p7s"\r\n\r\n'
)
_ENVELOPED = (
    b'Content-Type: application/pkcs7-mime;\r\n smime-type=enveloped-data;\r\n name="smime.p7m"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment;\r\n filename="smime.p7m"\r\n\r\n'
)


def secured(content: bytes, store: Store, signer: Certificate | None, recipients: Sequence[Certificate]) -> bytes:
    """The entity, signed, encrypted or both, as an entity again. Raises SecurityError."""
    if signer is not None:
        content = _signed(content, store, signer)
    return _encrypted(content, recipients) if recipients else content


def _signed(content: bytes, store: Store, signer: Certificate) -> bytes:
    key = store.private_key(signer)
    try:
        builder = PKCS7SignatureBuilder().set_data(content).add_signer(signer.x509, key, SHA256())
        for issuer in store.chain(signer.x509):
            builder = builder.add_certificate(issuer)
        # Binary: the lines have CRLF already
        signature = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SecurityError(f"SMIME: cannot sign with {signer.name}", "SignFail") from error
    return entity.multipart(
        "signed",
        [content, _SIGNATURE + entity.base64_lines(signature)],
        [("protocol", "application/pkcs7-signature"), ("micalg", "sha-256")],
    )


def _encrypted(content: bytes, recipients: Sequence[Certificate]) -> bytes:
    try:
        builder = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
        for recipient in recipients:
            builder = builder.add_recipient(recipient.x509)
        return _ENVELOPED + entity.base64_lines(builder.encrypt(Encoding.DER, [PKCS7Options.Binary]))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        names = ", ".join(recipient.name for recipient in recipients)
        raise SecurityError(f"SMIME: cannot encrypt for {names}", "CryptFail") from error

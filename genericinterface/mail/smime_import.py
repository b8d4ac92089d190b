"""Certificates and private keys put into the folders of smime_store.py, and taken out again. Called by cli/key.py.

Files are PEM, as Znuny keeps them; private keys and secrets are readable by their owner alone.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from genericinterface.errors import SecurityError
from genericinterface.mail.smime_store import PrivateKey, Store, belong_together, load_private_key
from genericinterface.mail.subject_hash import subject_hash

_CERTIFICATE = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?-----END [^-]+-----", re.DOTALL)
_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----.*?-----END [^-]+-----\n?", re.DOTALL)


def is_smime(octets: bytes) -> bool:
    """Whether a file is for these folders: PEM, or PKCS#12, which is DER and so begins with a SEQUENCE."""
    return bool(_CERTIFICATE.search(octets) or _PRIVATE_KEY.search(octets) or octets[:2] in (b"\x30\x82", b"\x30\x80"))


def needs_secret(octets: bytes) -> bool:
    """Whether there is a private key in it that is encrypted; of PKCS#12 it cannot be told."""
    found = _PRIVATE_KEY.search(octets)
    return b"ENCRYPTED" in found[0] if found else not _CERTIFICATE.search(octets)


def put(store: Store, octets: bytes, secret: bytes) -> list[str]:
    """Adds what is in a file: certificates, and a private key of one that is in it or there. The names of all of it."""
    if octets[:1] == b"\x30":
        key, certificates = _pkcs12(octets, secret)
        pem = None if key is None else _pem(key, secret)
    else:
        certificates = [_certificate(found) for found in _CERTIFICATE.findall(octets)]
        found = _PRIVATE_KEY.search(octets)
        pem = found[0] if found else None
        key = load_private_key(pem, secret) if pem else None
    names = [_put_certificate(store, certificate) for certificate in certificates]
    if key is not None and pem is not None:
        names += [name for name in _put_private_key(store, key, pem, secret) if name not in names]
    if not names:
        raise SecurityError("neither a certificate nor a private key")
    return names


def remove(store: Store, name: str) -> None:
    """Takes a certificate away, its private key and secret as well."""
    private = store.private_keys / name
    for path in (private.with_name(name + ".P"), private, store.certificates / name):
        path.unlink(missing_ok=True)


def _pkcs12(octets: bytes, secret: bytes) -> tuple[PrivateKey | None, list[x509.Certificate]]:
    try:
        found = pkcs12.load_pkcs12(octets, secret or None)
    except ValueError as error:
        raise SecurityError("wrong secret, or no PKCS#12") from error
    certificates = [each.certificate for each in ([found.cert] if found.cert else []) + found.additional_certs]
    if found.key is None:
        return None, certificates
    return load_private_key(
        found.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), b""
    ), certificates


def _pem(key: PrivateKey, secret: bytes) -> bytes:
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret) if secret else NoEncryption()
    )


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise SecurityError("a certificate in it cannot be read") from error


def _put_certificate(store: Store, certificate: x509.Certificate) -> str:
    digits = subject_hash(certificate.subject)
    _folder(store.certificates, 0o755)
    for number in itertools.count():
        name = f"{digits}.{number}"
        path = store.certificates / name
        if not path.exists():
            _write(path, certificate.public_bytes(Encoding.PEM), 0o644)
            return name
        if store.read(name).x509 == certificate:
            return name
    raise AssertionError  # count() has no end


def _put_private_key(store: Store, key: PrivateKey, pem: bytes, secret: bytes) -> list[str]:
    names = [name for name in store.names() if belong_together(key, store.read(name).x509)]
    if not names:
        raise SecurityError("there is no certificate of this private key; import that first", "KeyNotFound")
    _folder(store.private_keys, 0o700)
    for name in names:
        _write(store.private_keys / name, pem, 0o600)
        secret_file = store.private_keys / f"{name}.P"
        secret_file.unlink(missing_ok=True)
        if secret:
            _write(secret_file, secret + b"\n", 0o600)
    return names


def _folder(path: Path, mode: int) -> None:
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(mode)


def _write(path: Path, octets: bytes, mode: int) -> None:
    """The file whole or not at all, and never readable for others in between."""
    path = path.resolve()
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:  # noqa: PTH123
        file.write(octets)
    unfinished.replace(path)

"""S/MIME certificates and private keys in two folders, laid out as Znuny 6.5 does, found by the names callers give.

`HASH.N` is a certificate, and in the other folder its private key, with the key's secret in `HASH.N.P`; HASH is what
OpenSSL calls the hash of the subject, N tells apart who has the same. Called by smime.py for mails and by cli/key.py.
Everything fails closed: what is missing, not valid now, not meant for mail, or does not belong together is a
SecurityError. A name has eight hexadecimal digits and a number, so it never leaves the folder.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from genericinterface.errors import SecurityError
from genericinterface.mail.subject_hash import subject_hash

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

LONGEST_CHAIN = 10
_NAME = re.compile(r"([0-9A-Fa-f]{8})(?:\.(\d{1,3}))?")
_FOR_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


@dataclass(frozen=True)
class Certificate:
    """A certificate and the name of its file."""

    name: str
    x509: x509.Certificate

    def problem(self, purpose: str = "") -> str:
        """Why it cannot be used to sign ("S") or encrypt ("E") now; "" where it can."""
        now = dt.datetime.now(dt.UTC)
        if now < self.x509.not_valid_before_utc:
            return f"is not valid before {self.x509.not_valid_before_utc:%Y-%m-%d}"
        if now > self.x509.not_valid_after_utc:
            return f"has expired on {self.x509.not_valid_after_utc:%Y-%m-%d}"
        return self._purpose_problem(purpose) if purpose else ""

    def _purpose_problem(self, purpose: str) -> str:
        usage: x509.KeyUsage | None = None
        for extension in self.x509.extensions:
            if isinstance(extension.value, x509.ExtendedKeyUsage) and not any(e in extension.value for e in _FOR_MAIL):
                return "is not meant for mail"
            if isinstance(extension.value, x509.KeyUsage):
                usage = extension.value
        key = self.x509.public_key()
        if purpose == "S":
            if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
                return "has a kind of key that cannot sign here (RSA and EC can)"
            if usage is not None and not (usage.digital_signature or usage.content_commitment):
                return "is not meant for signatures"
        else:
            if not isinstance(key, rsa.RSAPublicKey):
                return "has a kind of key that cannot be encrypted for (RSA can)"
            if usage is not None and not usage.key_encipherment:
                return "is not meant for encryption"
        return ""


@dataclass(frozen=True)
class Store:
    """The folders `SMIME::CertPath` and `SMIME::PrivatePath`."""

    certificates: Path
    private_keys: Path

    def names(self) -> list[str]:
        """The name of every certificate."""
        return [path.name for path in _files(self.certificates, "*")]

    def has_private_key(self, name: str) -> bool:
        """Whether there is a file for the private key of a certificate."""
        return (self.private_keys / name).is_file()

    def find(self, name: str, purpose: str) -> Certificate:
        """The certificate `HASH.N`, or the only fit one of `HASH`, to sign ("S") or encrypt ("E"). SecurityError."""
        fitting, problem = [], ""
        for each in self._named(name):
            if purpose != "S" or self.has_private_key(each.name):
                problem = each.problem(purpose)
                fitting += [] if problem else [each]
        if len(fitting) > 1:
            names = ", ".join(each.name for each in fitting)
            raise SecurityError(f"SMIME: {name} is the name of several: {names}; name one of them", "KeyUnusable")
        if fitting:
            return fitting[0]
        if problem:
            raise SecurityError(f"SMIME: the certificate {name} {problem}", "KeyUnusable")
        raise SecurityError(
            f"SMIME: there is no {'private key and certificate' if purpose == 'S' else 'certificate'} {name}",
            "KeyNotFound",
        )

    def private_key(self, certificate: Certificate) -> PrivateKey:
        """The private key of a certificate. Raises SecurityError."""
        path = self.private_keys / certificate.name
        try:
            secret_file = path.with_name(path.name + ".P")
            secret = secret_file.read_bytes().rstrip(b"\r\n") if secret_file.is_file() else b""
            key = _opened(path.read_bytes(), secret)
        except OSError as error:
            raise SecurityError(f"SMIME: the private key {path.name} cannot be read", "KeyUnusable") from error
        except SecurityError as error:
            raise SecurityError(f"SMIME: the private key {path.name}: {error.message}", "KeyUnusable") from error
        if not belong_together(key, certificate.x509):
            raise SecurityError(f"SMIME: the private key {path.name} is not that of its certificate", "KeyUnusable")
        return key

    def chain(self, certificate: x509.Certificate) -> list[x509.Certificate]:
        """The certificates of the issuers that are in the folder, up to the root, which readers have themselves."""
        found: list[x509.Certificate] = []
        while len(found) < LONGEST_CHAIN and certificate.issuer != certificate.subject:
            issuer = next(filter(_has_issued(certificate), self._by_hash(subject_hash(certificate.issuer))), None)
            if issuer is None or issuer.x509.issuer == issuer.x509.subject:
                break
            certificate = issuer.x509
            found.append(certificate)
        return found

    def _named(self, name: str) -> Iterator[Certificate]:
        found = _NAME.fullmatch(name.strip())
        if found is None:
            raise SecurityError(
                "SMIME: a certificate is named by its hash of eight hexadecimal digits, with or without .0, .1, …",
                "InvalidParameter",
            )
        if found[2] is None:
            yield from self._by_hash(found[1].lower())
        else:
            with suppress(FileNotFoundError):
                yield self.read(f"{found[1].lower()}.{int(found[2])}")

    def _by_hash(self, digits: str) -> Iterator[Certificate]:
        return (self.read(path.name) for path in _files(self.certificates, f"{digits}.*"))

    def read(self, name: str) -> Certificate:
        """The certificate in a file of this name. Raises FileNotFoundError, and SecurityError where it is none."""
        try:
            return Certificate(name, x509.load_pem_x509_certificate((self.certificates / name).read_bytes()))
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise SecurityError(f"SMIME: the certificate {name} cannot be read", "KeyUnusable") from error


def load_private_key(pem: bytes, secret: bytes) -> PrivateKey:
    """A private key of PEM text; raises SecurityError that says what is wrong with it."""
    try:
        key = load_pem_private_key(pem, secret or None)
    except TypeError as error:
        if secret:  # the key is not encrypted, so the secret is of no use
            return load_private_key(pem, b"")
        raise SecurityError("its secret is missing") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SecurityError("wrong secret, or no private key in PEM") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SecurityError("neither an RSA nor an EC key")
    return key


# Opening checks the numbers of an RSA key, which takes longer than to sign. By content: a changed file is seen at once.
_opened = lru_cache(maxsize=32)(load_private_key)


def belong_together(key: PrivateKey, certificate: x509.Certificate) -> bool:
    """Whether the certificate is of this key."""
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*form) == certificate.public_key().public_bytes(*form)


def _has_issued(certificate: x509.Certificate) -> Callable[[Certificate], bool]:
    def check(issuer: Certificate) -> bool:
        try:
            certificate.verify_directly_issued_by(issuer.x509)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    return check


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files of the layout, in the order of their numbers."""
    found = [path for path in folder.glob(pattern) if (match := _NAME.fullmatch(path.name)) and match[2]]
    return sorted(found, key=lambda path: (path.name[:8], int(path.name[9:])))

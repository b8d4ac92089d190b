"""Keys for the tests of signed and encrypted mails: a GnuPG home and the two folders of S/MIME, made once in a run."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from genericinterface.mail.pgp_keyring import Keyring
from genericinterface.mail.smime_store import Store
from genericinterface.mail.subject_hash import subject_hash

PASSPHRASE = "Geheimnis und 密"
SECRET = "smime secret"


def program(name: str) -> str:
    """The path of a program that comes from the operating system."""
    packages = {"gpg": "gnupg", "gpgconf": "gnupg", "openssl": "openssl"}
    found = shutil.which(name)
    assert found, f"{name} is not here: install the package {packages[name]} (apt-get install {packages[name]})"
    return found


def run(*command: str, content: bytes = b"") -> bytes:
    """What a program writes; fails with all it says."""
    done = subprocess.run([program(command[0]), *command[1:]], input=content, capture_output=True, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr.decode(errors='replace')}"
    return done.stdout


@dataclass(frozen=True)
class PgpKeys:
    """Fingerprints by what is the matter with the key; `home` has all private keys, `public` none."""

    home: Path
    plain: str
    guarded: str
    sign_only: str
    expired: str
    revoked: str
    disabled: str

    def gpg(self, *arguments: str, content: bytes = b"") -> bytes:
        return run("gpg", "--homedir", str(self.home), "--batch", "--no-tty", "--quiet", *arguments, content=content)

    def forget_passphrases(self) -> None:
        """The agent knows a passphrase for some minutes after its use."""
        run("gpgconf", "--homedir", str(self.home), "--reload", "gpg-agent")

    @property
    def ring(self) -> Keyring:
        return Keyring(self.home, passphrases={self.guarded[-8:]: PASSPHRASE})


def _generate(home: Path, user: str, kind: str = "default", passphrase: str = "", *more: str, expire: str = "0") -> str:
    arguments = ["--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase-fd", "0", *more]
    status = run(
        *("gpg", "--homedir", str(home), *arguments, "--status-fd", "1"),
        *(
            "--quick-generate-key",
            user,
            *({"default": ("future-default", "default")}.get(kind) or ("ed25519", kind)),
            expire,
        ),
        content=passphrase.encode() + b"\n",
    )
    return next(line.split()[3].decode() for line in status.splitlines() if b" KEY_CREATED " in line)


@pytest.fixture(scope="session")
def pgp_keys() -> Iterator[PgpKeys]:
    """A home whose path is short: the agent's socket is in it."""
    home = Path(tempfile.mkdtemp(prefix="gpg-"))  # an agent's socket has a short path
    (home / "gpg-agent.conf").write_text("s2k-count 65536\n")  # or each use of the guarded key takes half a second
    try:
        keys = PgpKeys(
            home=home,
            plain=_generate(home, "Plain <plain@example.com>"),
            guarded=_generate(home, "Guarded <guarded@example.com>", "default", PASSPHRASE),
            sign_only=_generate(home, "Signs <signs@example.com>", "sign"),
            expired=_generate(
                home, "Expired <e@example.com>", "default", "", "--faked-system-time", "20200101T000000", expire="1d"
            ),
            revoked=_generate(home, "Revoked <revoked@example.com>"),
            disabled=_generate(home, "Disabled <disabled@example.com>"),
        )
        revocation = (home / "openpgp-revocs.d" / f"{keys.revoked}.rev").read_text()
        keys.gpg("--import", content=revocation[revocation.index(":-----BEGIN") + 1 :].encode())
        keys.gpg("--command-fd", "0", "--edit-key", keys.disabled, "disable", "save")
        yield keys
    finally:
        _remove(home)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A home for GnuPG."""
    home = Path(tempfile.mkdtemp(prefix="gpg-"))
    try:
        yield home
    finally:
        _remove(home)


def _remove(home: Path) -> None:
    for each in (home, home / "gnupg"):
        if each.is_dir():
            subprocess.run(
                [program("gpgconf"), "--homedir", str(each), "--kill", "all"], capture_output=True, timeout=60
            )
    shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class SmimeKeys:
    """Names of files by what is the matter with the certificate; all but `foreign` have a private key."""

    store: Store
    root: Path
    plain: str
    guarded: str
    expired: str
    future: str
    web: str
    elliptic: str
    foreign: str
    mismatched: str

    def openssl(self, *arguments: str, content: bytes) -> bytes:
        return run("openssl", *arguments, content=content)

    def private_key(self, name: str) -> str:
        return str(self.store.private_keys / name)


class Authority:
    """A certification authority of the tests: a root, and an intermediate that issues."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
        self.now = dt.datetime.now(dt.UTC)
        root = self.name("Root CA")
        self.root = self.sign(root, self.keys[0], root, self.keys[0], ca=True)
        self.intermediate = self.sign(self.name("Mail CA"), self.keys[1], root, self.keys[0], ca=True)

    @staticmethod
    def name(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example  GmbH & Söhne "),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def sign(
        self,
        subject: x509.Name,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        issuer: x509.Name,
        issuer_key: rsa.RSAPrivateKey,
        days: tuple[int, int] = (-1, 1),
        purpose: x509.ObjectIdentifier | None = None,
        ca: bool = False,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(self.now + dt.timedelta(days[0]))
            .not_valid_after(self.now + dt.timedelta(days[1]))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if purpose is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        return builder.sign(issuer_key, SHA256())

    def issue(
        self,
        common: str,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        secret: str = "",
        days: tuple[int, int] = (-1, 1),
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
        kept: bool = True,
        kept_key: rsa.RSAPrivateKey | None = None,
    ) -> str:
        certificate = self.sign(self.name(common), key, self.name("Mail CA"), self.keys[1], days, purpose)
        name = self.put(certificate)
        if kept:
            encryption = BestAvailableEncryption(secret.encode()) if secret else NoEncryption()
            pem = (kept_key or key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
            (self.store.private_keys / name).write_bytes(pem)
            if secret:
                (self.store.private_keys / f"{name}.P").write_text(secret + "\n")
        return name

    def put(self, certificate: x509.Certificate) -> str:
        digits = subject_hash(certificate.subject)
        number = len(list(self.store.certificates.glob(f"{digits}.*")))
        (self.store.certificates / f"{digits}.{number}").write_bytes(certificate.public_bytes(Encoding.PEM))
        return f"{digits}.{number}"


@pytest.fixture(scope="session")
def smime_keys(tmp_path_factory: pytest.TempPathFactory) -> SmimeKeys:
    folder = tmp_path_factory.mktemp("smime")
    store = Store(folder / "certs", folder / "private")
    store.certificates.mkdir()
    store.private_keys.mkdir()
    authority = Authority(store)
    first, second = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    authority.put(authority.root)
    authority.put(authority.intermediate)
    root = folder / "root.pem"
    root.write_bytes(authority.root.public_bytes(Encoding.PEM))
    return SmimeKeys(
        store=store,
        root=root,
        plain=authority.issue("Plain", first),
        guarded=authority.issue("Guarded", second, SECRET),
        expired=authority.issue("Expired", first, days=(-3, -2)),
        future=authority.issue("Future", first, days=(2, 3)),
        web=authority.issue("Web", first, purpose=ExtendedKeyUsageOID.SERVER_AUTH),
        elliptic=authority.issue("Elliptic", ec.generate_private_key(ec.SECP256R1())),
        foreign=authority.issue("Foreign", second, kept=False),
        mismatched=authority.issue("Mismatched", first, kept_key=second),
    )

"""Keys that are missing or of no use: an error that says so, and never a mail."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from genericinterface.errors import SecurityError
from genericinterface.mail.message import Outgoing
from genericinterface.mail.pgp_keyring import Key, Keyring
from genericinterface.mail.security import KeyStores, Security, check, key_stores, secure
from genericinterface.mail.smime_store import Store, load_private_key
from genericinterface.mail.subject_hash import subject_hash
from genericinterface.sysconfig import SystemConfiguration
from tests.mail_keys import PgpKeys, SmimeKeys

MAIL = Outgoing(from_="a@example.com", to="b@example.com", subject="s", body="b", message_id="<1@h>")


def refusal(stores: KeyStores, sign: Security | None = None, crypt: Security | None = None) -> tuple[str, str]:
    """Code and message of the error that secure raises."""
    with pytest.raises(SecurityError) as found:
        secure(MAIL, sign, crypt, stores)
    return found.value.code, found.value.message


def pgp_refusal(ring: Keyring, signer: str = "", recipient: str = "") -> tuple[str, str]:
    return refusal(
        KeyStores(pgp=ring),
        Security("PGP", "", (signer,)) if signer else None,
        Security("PGP", "", (recipient,)) if recipient else None,
    )


@pytest.mark.parametrize("state", ["expired", "revoked", "disabled"])
def test_a_pgp_key_that_must_not_be_used(pgp_keys: PgpKeys, state: str) -> None:
    name = getattr(pgp_keys, state)
    for code, message in (pgp_refusal(pgp_keys.ring, signer=name), pgp_refusal(pgp_keys.ring, recipient=name)):
        assert code == "KeyUnusable"
        assert state in message


def test_a_pgp_key_that_cannot_encrypt(pgp_keys: PgpKeys) -> None:
    code, message = pgp_refusal(pgp_keys.ring, recipient=pgp_keys.sign_only)
    assert (code, "cannot encrypt" in message) == ("KeyUnusable", True)


def test_one_bad_recipient_is_enough(pgp_keys: PgpKeys) -> None:
    crypt = Security("PGP", "", (pgp_keys.plain, pgp_keys.expired))
    assert refusal(KeyStores(pgp=pgp_keys.ring), None, crypt)[0] == "KeyUnusable"


@pytest.mark.parametrize(("passphrase", "reason"), [("wrong", "wrong passphrase"), ("", "cannot sign")])
def test_a_wrong_or_missing_passphrase(pgp_keys: PgpKeys, passphrase: str, reason: str) -> None:
    pgp_keys.forget_passphrases()
    ring = Keyring(pgp_keys.home, passphrases={pgp_keys.guarded: passphrase})
    code, message = pgp_refusal(ring, signer=pgp_keys.guarded)
    assert code == ("KeyUnusable" if passphrase else "SignFail")
    assert reason in message
    assert pgp_refusal(ring, signer=pgp_keys.guarded, recipient=pgp_keys.plain)[0] == code


def test_a_passphrase_of_two_lines_is_none(pgp_keys: PgpKeys) -> None:
    ring = Keyring(pgp_keys.home, passphrases={pgp_keys.guarded: "a\nb"})
    assert pgp_refusal(ring, signer=pgp_keys.guarded)[0] == "SecurityNotAvailable"


def test_a_public_key_alone_cannot_sign(pgp_keys: PgpKeys, short_folder: Path) -> None:
    ring = Keyring(short_folder)
    ring.import_keys(pgp_keys.gpg("--export", pgp_keys.plain))
    assert pgp_refusal(ring, signer=pgp_keys.plain)[0] == "KeyNotFound"
    assert secure(MAIL, None, Security("PGP", "", (pgp_keys.plain,)), KeyStores(pgp=ring))


def test_no_agent(pgp_keys: PgpKeys, short_folder: Path) -> None:
    shutil.copytree(pgp_keys.home, short_folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("S.*", "*.lock"))
    ring = Keyring(short_folder, options=("--agent-program", str(short_folder / "none")))
    assert pgp_refusal(ring, signer=pgp_keys.plain)[0] in ("KeyNotFound", "SignFail")


def test_no_key_ring(tmp_path: Path) -> None:
    assert pgp_refusal(Keyring(tmp_path / "none"), signer="AAAAAAAA")[0] == "SecurityNotAvailable"


def test_no_gpg(pgp_keys: PgpKeys, tmp_path: Path) -> None:
    ring = Keyring(pgp_keys.home, binary=str(tmp_path / "none"))
    assert pgp_refusal(ring, signer=pgp_keys.plain)[0] == "SecurityNotAvailable"


def test_gpg_that_does_not_know_its_options(pgp_keys: PgpKeys) -> None:
    ring = Keyring(pgp_keys.home, options=("--no-such-option",))
    assert pgp_refusal(ring, signer=pgp_keys.plain)[0] == "SecurityNotAvailable"


def script(path: Path, *lines: str) -> str:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def test_gpg_that_does_not_end_is_ended(pgp_keys: PgpKeys, tmp_path: Path) -> None:
    slow = script(tmp_path / "gpg", 'case "$*" in *--list-config*) exec gpg "$@";; esac', "exec sleep 600")
    code, message = pgp_refusal(Keyring(pgp_keys.home, binary=slow, timeout=0.5), signer=pgp_keys.plain)
    assert (code, "0.5 seconds" in message) == ("SecurityNotAvailable", True)


def test_gpg_that_says_nothing_signs_nothing(pgp_keys: PgpKeys, tmp_path: Path) -> None:
    idle = script(tmp_path / "gpg", 'case "$*" in *--list-*) exec gpg "$@";; esac', "cat >/dev/null")
    ring = Keyring(pgp_keys.home, binary=idle)
    assert pgp_refusal(ring, signer=pgp_keys.plain)[0] == "SignFail"
    assert pgp_refusal(ring, recipient=pgp_keys.plain)[0] == "CryptFail"


@pytest.mark.parametrize(
    "name",
    [
        "--version",
        "Plain",
        "plain@example.com",
        "../x",
        "0xGGGGGGGG",
        "A" * 7,
        "A" * 12,
        "A" * 41,
        "",
        "a a",
        "AAAAAAAA\n--x",
    ],
)
def test_gpg_never_sees_a_name_that_is_none(pgp_keys: PgpKeys, tmp_path: Path, name: str) -> None:
    seen = tmp_path / "seen"
    ring = Keyring(pgp_keys.home, binary=script(tmp_path / "gpg", f"touch {seen}"))
    with pytest.raises(SecurityError) as found:
        ring.find([name], "E")
    assert found.value.code == "InvalidParameter"
    assert not seen.exists()


class TwoKeys(Keyring):
    """A ring with two keys of the same short ID, as anybody can make them."""

    def listed(self, secret: bool = False, names: Sequence[str] = ()) -> list[Key]:
        return [Key((letter * 32 + "DEADBEEF",), (), 0, None, "u", "scESC", secret) for letter in "AB"]


def test_an_id_of_two_keys_is_ambiguous(tmp_path: Path) -> None:
    ring = TwoKeys(tmp_path)
    with pytest.raises(SecurityError, match="several keys") as found:
        ring.find(["deadbeef"], "E")
    assert found.value.code == "KeyUnusable"
    assert ring.find(["B" * 32 + "DEADBEEF"], "E")[0].fingerprint[0] == "B"


def smime_refusal(store: Store, signer: str = "", recipient: str = "") -> tuple[str, str]:
    sign = Security("SMIME", "", (signer,)) if signer else None
    crypt = Security("SMIME", "", (recipient,)) if recipient else None
    with pytest.raises(SecurityError) as checked:
        check(sign, crypt, KeyStores(smime=store))
    found = refusal(KeyStores(smime=store), sign, crypt)
    assert found == (checked.value.code, checked.value.message)
    return found


@pytest.mark.parametrize(
    ("state", "reason"), [("expired", "has expired"), ("future", "not valid before"), ("web", "not meant for mail")]
)
def test_a_certificate_that_must_not_be_used(smime_keys: SmimeKeys, state: str, reason: str) -> None:
    name = getattr(smime_keys, state)
    for code, message in (smime_refusal(smime_keys.store, name), smime_refusal(smime_keys.store, "", name)):
        assert (code, reason in message) == ("KeyUnusable", True)


def test_an_elliptic_key_cannot_be_encrypted_for(smime_keys: SmimeKeys) -> None:
    assert smime_refusal(smime_keys.store, "", smime_keys.elliptic)[0] == "KeyUnusable"


def test_a_certificate_without_its_key_cannot_sign(smime_keys: SmimeKeys) -> None:
    assert smime_refusal(smime_keys.store, smime_keys.foreign)[0] == "KeyNotFound"


def test_a_key_of_another_certificate_cannot_sign(smime_keys: SmimeKeys) -> None:
    assert smime_refusal(smime_keys.store, smime_keys.mismatched)[0] == "KeyUnusable"


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_wrong_or_missing_secret(smime_keys: SmimeKeys, tmp_path: Path, secret: str | None) -> None:
    store = replace(smime_keys.store, private_keys=tmp_path)
    shutil.copy(smime_keys.private_key(smime_keys.guarded), tmp_path)
    if secret:
        (tmp_path / f"{smime_keys.guarded}.P").write_text(secret)
    code, message = smime_refusal(store, smime_keys.guarded)
    assert (code, "secret" in message) == ("KeyUnusable", True)


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "aaaaaaaa.0/../x", "aaaaaaaa.0.P", "*", "aaaaaaaa.*", "", "a" * 9]
)
def test_a_name_never_leaves_the_folder(smime_keys: SmimeKeys, name: str) -> None:
    with pytest.raises(SecurityError) as found:
        smime_keys.store.find(name, "E")
    assert found.value.code == "InvalidParameter"


def test_a_broken_certificate(tmp_path: Path) -> None:
    (tmp_path / "aaaaaaaa.0").write_text("no certificate")
    assert smime_refusal(Store(tmp_path, tmp_path), "", "aaaaaaaa")[0] == "KeyUnusable"


def test_a_hash_of_several_usable_certificates_is_ambiguous(smime_keys: SmimeKeys, tmp_path: Path) -> None:
    digits = smime_keys.plain[:8]
    for number, name in enumerate([smime_keys.plain, smime_keys.foreign, smime_keys.expired]):
        shutil.copy(smime_keys.store.certificates / name, tmp_path / f"{digits}.{number}")
    store = Store(tmp_path, tmp_path)
    assert smime_refusal(store, "", digits)[0] == "KeyUnusable"
    assert store.find(f"{digits}.1", "E").name == f"{digits}.1"
    (tmp_path / f"{digits}.0").unlink()
    assert store.find(digits, "E").name == f"{digits}.1"  # the other has expired


def test_no_private_key_is_read_where_there_is_none() -> None:
    with pytest.raises(SecurityError):
        load_private_key(b"nonsense", b"")


def test_the_hash_is_openssl_s(smime_keys: SmimeKeys) -> None:
    names = smime_keys.store.names()
    assert smime_keys.elliptic in names
    for name in names:
        pem = (smime_keys.store.certificates / name).read_bytes()
        digits = smime_keys.openssl("x509", "-noout", "-subject_hash", content=pem).decode().strip()
        assert name.startswith(f"{digits}.")


def test_the_hash_of_a_subject_of_all_kinds(smime_keys: SmimeKeys) -> None:
    names = x509.oid.NameOID
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(names.COUNTRY_NAME, "DE")]),
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(names.COMMON_NAME, "A  B"), x509.NameAttribute(names.EMAIL_ADDRESS, "A@B.example")]
            ),
            x509.RelativeDistinguishedName([x509.NameAttribute(names.ORGANIZATION_NAME, " ÄÖ\tü " + "日" * 50)]),
            x509.RelativeDistinguishedName([x509.NameAttribute(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), "X")]),
        ]
    )
    key = ec.generate_private_key(ec.SECP256R1())
    day = dt.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, day, day)
    pem = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    digits = smime_keys.openssl("x509", "-noout", "-subject_hash", content=pem).decode().strip()
    assert subject_hash(subject) == digits


def test_the_stores_are_where_the_system_configuration_says() -> None:
    default = key_stores(SystemConfiguration(), "var/keys", also_off=True)
    assert default.pgp and default.smime
    assert default.pgp.home == Path("var/keys/gnupg")
    assert (default.smime.certificates, default.smime.private_keys) == (
        Path("var/keys/smime/certs"),
        Path("var/keys/smime/private"),
    )
    assert key_stores(SystemConfiguration(), "var/keys") == KeyStores()
    told = SystemConfiguration(
        pgp=True,
        pgp_options='--homedir "/x y/.gnupg" --batch',
        pgp_key_passwords=(("AAAAAAAA", "p"),),
        smime=True,
        smime_cert_path="/c",
        smime_private_path="/p",
    )
    stores = key_stores(told, "var/keys")
    assert stores.pgp and stores.smime
    assert (stores.pgp.home, stores.pgp.options) == (Path("/x y/.gnupg"), ("--batch",))
    assert stores.pgp.passphrases == {"AAAAAAAA": "p"}
    assert (stores.smime.certificates, stores.smime.private_keys) == (Path("/c"), Path("/p"))
    beside = key_stores(SystemConfiguration(pgp=True, smime=True))
    assert beside.pgp and beside.smime
    assert (beside.pgp.home, beside.smime.certificates) == (Path("/opt/otrs/.gnupg"), Path("/etc/ssl/certs"))
    assert "AAAAAAAA" not in repr(stores)

"""Signed and encrypted mails of every kind, verified and decrypted by gpg and openssl."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest

from genericinterface.database import mail_queue
from genericinterface.database.engine import Database
from genericinterface.errors import SecurityError
from genericinterface.mail import inline_images
from genericinterface.mail.delivery import Worker
from genericinterface.mail.entity import Attachment
from genericinterface.mail.message import Outgoing, entity_of, envelope
from genericinterface.mail.security import KeyStores, Security, check, secure
from genericinterface.mail.smtp import Server, Smtp
from genericinterface.sysconfig import SystemConfiguration
from tests import mail_server
from tests.configuration import Fixed
from tests.mail_keys import PgpKeys, SmimeKeys

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PICTURED = f'<p>Grüße</p><img src="data:image/png;base64,{base64.b64encode(PICTURE).decode()}">'
BODIES = {
    "ascii": ("text/plain", "Hello\nFrom me\n- dash\n.\ntrailing \n"),
    "utf-8": ("text/plain", "Grüße, 日本語 😀\n" + "x" * 200 + "\n"),
    "html": ("text/html", "<p>Grüße</p>"),
    "picture": ("text/html", PICTURED),
}
FILES = {
    "none": [],
    "text": [Attachment(b"a\nb\r\nc\r \n", "text/plain; charset=utf-8", "notes.txt")],
    "binary": [Attachment(bytes(range(256)) * 4, "application/octet-stream", "data.bin")],
    "name": [Attachment(b"%PDF-1.7 a transfer", "application/pdf", "Überweisung 日本.pdf")],
}
MODES = {"sign": (True, False), "crypt": (False, True), "both": (True, True)}


def outgoing(body: str, files: str = "none") -> Outgoing:
    mime_type, text = BODIES[body]
    pictures: list[Attachment] = []
    if mime_type == "text/html":
        text, pictures = inline_images.take_out(text, "h.example")
    return Outgoing(
        from_="Dësk <desk@example.com>",
        to="a@example.com",
        bcc="hidden@example.com",
        subject="[Ticket#1] Grüße",
        body=text,
        mime_type=mime_type,
        message_id="<1@h>",
        attachments=[*pictures, *FILES[files]],
    )


def read(octets: bytes) -> EmailMessage:
    found = message_from_bytes(octets, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk() if part.defects] == []
    return found


def leaves(part: EmailMessage) -> Iterator[tuple[str, str, bytes]]:
    """Type, name and content of each part that is none of MIME's own."""
    for each in part.walk():
        if not each.is_multipart():
            payload = each.get_payload(decode=True)
            assert isinstance(payload, bytes)
            yield each.get_content_type(), each.get_filename(""), payload


def same(found: EmailMessage, mail: Outgoing) -> None:
    """The content, octet by octet, is that of the mail in the clear."""
    assert list(leaves(found)) == list(leaves(read(entity_of(mail))))


def signed_parts(octets: bytes) -> tuple[bytes, bytes]:
    """The octets of the first part of a multipart/signed as they are in the message, and the second part's content."""
    message = read(octets)
    assert message.get_content_type() == "multipart/signed"
    boundary = b"--" + message.get_boundary("").encode()
    _, content, _, end = octets.split(boundary)
    assert end.strip() == b"--"
    _, signature = message.iter_parts()
    payload = signature.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return content.removeprefix(b"\r\n").removesuffix(b"\r\n"), payload


def nothing_in_the_clear(octets: bytes, mail: Outgoing) -> None:
    for piece in ("Grüße", "Hello", "hidden@", "<p>"):
        assert piece.encode() not in octets.split(b"\r\n\r\n", 1)[1]
    for file in mail.attachments:
        assert base64.b64encode(file.content)[:8] not in octets
        assert not file.filename or file.filename.encode() not in octets


@pytest.mark.parametrize("files", FILES)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sub_type", ["Detached", "Inline"])
def test_pgp(pgp_keys: PgpKeys, tmp_path: Path, sub_type: str, mode: str, body: str, files: str) -> None:
    mail, (signs, encrypts) = outgoing(body, files), MODES[mode]
    sign = Security("PGP", sub_type, (pgp_keys.guarded,)) if signs else None
    crypt = Security("PGP", sub_type, (pgp_keys.plain[-8:], pgp_keys.guarded[-16:])) if encrypts else None
    octets = secure(mail, sign, crypt, KeyStores(pgp=pgp_keys.ring))
    message = read(octets)
    assert message["Subject"] == mail.subject
    assert message["Bcc"] is None
    if encrypts:
        nothing_in_the_clear(octets, mail)
    expected = pgp_keys.guarded if signs else ""
    if sub_type == "Inline" and body in ("ascii", "utf-8") and files == "none":
        assert message.get_content_type() == "text/plain"
        payload = message.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found = decrypted(pgp_keys, payload.replace(b"\r\n", b"\n"), encrypts, expected)
        # a clear-signed text says nothing of blanks at the end of its lines (RFC 4880, 7.1)
        lines = mail.body if encrypts else "\n".join(line.rstrip() for line in mail.body.split("\n"))
        assert found.decode() == lines
        return
    if encrypts:
        assert message.get_content_type() == "multipart/encrypted"
        assert message.get_param("protocol") == "application/pgp-encrypted"
        version, armored = message.iter_parts()
        assert version.get_content_type() == "application/pgp-encrypted"
        assert version.get_payload(decode=True) == b"Version: 1\r\n"
        payload = armored.get_payload(decode=True)
        assert isinstance(payload, bytes)
        content = decrypted(pgp_keys, payload, True, expected)
    else:
        content, signature = signed_parts(octets)
        assert (message.get_param("protocol"), message.get_param("micalg")) == (
            "application/pgp-signature",
            "pgp-sha256",
        )
        (tmp_path / "signature").write_bytes(signature)
        status = pgp_keys.gpg("--status-fd", "1", "--verify", str(tmp_path / "signature"), "-", content=content)
        assert f" VALIDSIG {expected} ".encode() in status
    same(read(content), mail)


def decrypted(keys: PgpKeys, octets: bytes, is_encrypted: bool, signer: str) -> bytes:
    """What gpg reads, its status checked: encrypted or not, signed by `signer` or by nobody."""
    passphrase = ["--pinentry-mode", "loopback", "--passphrase", ""]
    status_file = keys.home / "status"
    content = keys.gpg(*passphrase, "--status-file", str(status_file), "--decrypt", content=octets)
    status = status_file.read_text()
    assert (" DECRYPTION_OKAY" in status) == is_encrypted
    assert (f" VALIDSIG {signer} " in status) if signer else (" SIG" not in status.replace("BEGIN_SIGN", ""))
    return content


@pytest.mark.parametrize("files", FILES)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("mode", MODES)
def test_smime(smime_keys: SmimeKeys, tmp_path: Path, mode: str, body: str, files: str) -> None:
    mail, (signs, encrypts) = outgoing(body, files), MODES[mode]
    sign = Security("SMIME", "", (smime_keys.guarded,)) if signs else None
    crypt = Security("SMIME", "Detached", (smime_keys.plain[:8], smime_keys.foreign)) if encrypts else None
    octets = secure(mail, sign, crypt, KeyStores(smime=smime_keys.store))
    message = read(octets)
    assert message["Subject"] == mail.subject
    content = octets
    if encrypts:
        nothing_in_the_clear(octets, mail)
        assert message.get_content_type() == "application/pkcs7-mime"
        assert message.get_param("smime-type") == "enveloped-data"
        key = smime_keys.private_key(smime_keys.plain)
        content = smime_keys.openssl("cms", "-decrypt", "-binary", "-inkey", key, content=octets)
    if signs:
        signed = read(content)
        assert (signed.get_param("protocol"), signed.get_param("micalg")) == ("application/pkcs7-signature", "sha-256")
        signer = tmp_path / "signer.pem"
        arguments = ["-CAfile", str(smime_keys.root), "-purpose", "smimesign", "-signer", str(signer)]
        whole = smime_keys.openssl("cms", "-verify", *arguments, content=content)
        assert signer.read_bytes() == (smime_keys.store.certificates / smime_keys.guarded).read_bytes()
        content, _ = signed_parts(content)
        assert whole == content
    same(read(content), mail)


def test_an_elliptic_key_signs(smime_keys: SmimeKeys) -> None:
    octets = secure(
        outgoing("utf-8"), Security("SMIME", "", (smime_keys.elliptic,)), None, KeyStores(smime=smime_keys.store)
    )
    smime_keys.openssl("cms", "-verify", "-CAfile", str(smime_keys.root), content=octets)


def test_a_changed_mail_is_not_what_was_signed(smime_keys: SmimeKeys) -> None:
    octets = secure(
        outgoing("ascii"), Security("SMIME", "", (smime_keys.plain,)), None, KeyStores(smime=smime_keys.store)
    )
    with pytest.raises(AssertionError, match="digest|verif"):
        smime_keys.openssl(
            "cms", "-verify", "-CAfile", str(smime_keys.root), content=octets.replace(b"Hello", b"Hollo")
        )


def test_what_arrives_is_what_was_secured_octet_by_octet(
    database: Database, pgp_keys: PgpKeys, smime_keys: SmimeKeys
) -> None:
    """Through the queue of either database and a real mail server."""
    stores = KeyStores(pgp=pgp_keys.ring, smime=smime_keys.store)
    sent = []
    for kind, sub_type, key in (("PGP", "Inline", pgp_keys.plain), ("PGP", "Detached", pgp_keys.plain)) + (
        ("SMIME", "", smime_keys.plain),
    ):
        security = Security(kind, sub_type, (key,))
        for signs, encrypts in MODES.values():
            mail = outgoing("ascii", "none" if sub_type == "Inline" else "text")
            sent.append(secure(mail, security if signs else None, security if encrypts else None, stores))
    sent += [secure(outgoing(body, files), None, None, stores) for body in BODIES for files in FILES]
    sender, recipients = envelope(outgoing("ascii"))
    now = SystemConfiguration().now()
    with database.transaction() as connection:
        for raw in sent:
            mail_queue.enqueue(connection, None, sender, recipients, raw, now)
    with mail_server.running() as server:
        server_of = Server("127.0.0.1", port=server.port)
        Worker(database, Fixed(SystemConfiguration()), lambda _: Smtp(server_of)).round(Event())
        assert [mail.content for mail in server.inbox] == sent
        assert {tuple(mail.recipients) for mail in server.inbox} == {("a@example.com", "hidden@example.com")}


def test_without_sign_and_crypt_it_is_the_message() -> None:
    assert read(secure(outgoing("ascii"), None, None, KeyStores())).get_content_type() == "text/plain"


def test_the_sub_type_is_sign_s_then_the_configured(pgp_keys: PgpKeys) -> None:
    sign = Security("PGP", "Inline", (pgp_keys.plain,))
    crypt = Security("PGP", "Detached", (pgp_keys.plain,))
    stores = KeyStores(pgp=pgp_keys.ring, pgp_method="Inline")
    assert b"multipart" not in secure(outgoing("ascii"), sign, crypt, stores)
    assert b"multipart/encrypted" in secure(outgoing("ascii"), None, crypt, stores)
    assert b"multipart" not in secure(outgoing("ascii"), None, replace(crypt, sub_type=""), stores)


WRONG = {
    "type": (Security("GPG", "", ("AAAAAAAA",)), None, "InvalidParameter"),
    "sub type": (Security("PGP", "inline", ("AAAAAAAA",)), None, "InvalidParameter"),
    "no key": (None, Security("PGP", "", ()), "MissingParameter"),
    "empty key": (None, Security("PGP", "", ("AAAAAAAA", " ")), "MissingParameter"),
    "two signers": (Security("PGP", "", ("AAAAAAAA", "BBBBBBBB")), None, "InvalidParameter"),
    "mixed": (Security("PGP", "", ("AAAAAAAA",)), Security("SMIME", "", ("AAAAAAAA",)), "InvalidParameter"),
    "unknown PGP key": (None, Security("PGP", "", ("AAAAAAAA",)), "KeyNotFound"),
    "unknown PGP signer": (Security("PGP", "", ("AAAAAAAA",)), None, "KeyNotFound"),
    "unknown certificate": (None, Security("SMIME", "", ("aaaaaaaa",)), "KeyNotFound"),
    "unknown S/MIME signer": (Security("SMIME", "", ("aaaaaaaa.0",)), None, "KeyNotFound"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_is_an_error(pgp_keys: PgpKeys, smime_keys: SmimeKeys, case: str) -> None:
    sign, crypt, code = WRONG[case]
    stores = KeyStores(pgp=pgp_keys.ring, smime=smime_keys.store)
    for attempt in (lambda: check(sign, crypt, stores), lambda: secure(outgoing("ascii"), sign, crypt, stores)):
        with pytest.raises(SecurityError) as found:
            attempt()
        assert found.value.code == code


@pytest.mark.parametrize("kind", ["PGP", "SMIME"])
def test_what_is_switched_off_is_an_error(kind: str) -> None:
    with pytest.raises(SecurityError) as found:
        secure(outgoing("ascii"), Security(kind, "", ("AAAAAAAA",)), None, KeyStores())
    assert found.value.code == "SecurityNotAvailable"

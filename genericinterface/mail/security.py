"""How a mail is signed and encrypted: what a request asks for (`Sign`, `Crypt`), and the message that comes of it.

Called by the operations that send articles. `check` looks whether it can be done, before anything is written; `secure`
does it. Both raise SecurityError, and then nothing may be sent: there is no way to a mail less secure than asked.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from genericinterface.errors import SecurityError
from genericinterface.mail import pgp, smime
from genericinterface.mail.message import Outgoing, entity_of, fields, joined
from genericinterface.mail.pgp_keyring import Key, Keyring
from genericinterface.mail.smime_store import Certificate, Store
from genericinterface.sysconfig import SystemConfiguration

PGP, SMIME = "PGP", "SMIME"
INLINE, DETACHED = "Inline", "Detached"

# Where Znuny's keys are unless its system configuration says otherwise.
ZNUNY_HOME = "/opt/otrs/.gnupg/"
ZNUNY_FOLDERS = "/etc/ssl/certs", "/etc/ssl/private"


@dataclass(frozen=True)
class Security:
    """`Sign` or `Crypt` of a request: Type PGP or SMIME, SubType Inline or Detached ("": as configured), the keys."""

    kind: str
    sub_type: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class KeyStores:
    """The keys of this system; a kind that is switched off is None."""

    pgp: Keyring | None = None
    smime: Store | None = None
    pgp_method: str = DETACHED


@lru_cache(maxsize=8)
def key_stores(configuration: SystemConfiguration, folder: str = "", also_off: bool = False) -> KeyStores:
    """The stores that the system configuration names, or those in our own `folder` where it has Znuny's defaults.

    `also_off`: those that PGP and SMIME switch off too, for the operator's commands.
    """
    home, options = _home(configuration.pgp_options)
    certificates, private_keys = configuration.smime_cert_path, configuration.smime_private_path
    if folder and home.rstrip("/") in ("", ZNUNY_HOME.rstrip("/")):
        home = str(Path(folder, "gnupg"))
    if folder and certificates.rstrip("/") == ZNUNY_FOLDERS[0]:
        certificates = str(Path(folder, "smime", "certs"))
    if folder and private_keys.rstrip("/") == ZNUNY_FOLDERS[1]:
        private_keys = str(Path(folder, "smime", "private"))
    ring = Keyring(
        home=Path(home or ZNUNY_HOME),
        binary=configuration.pgp_bin,
        options=options,
        digest=configuration.pgp_digest.lower(),
        passphrases=dict(configuration.pgp_key_passwords),
    )
    return KeyStores(
        pgp=ring if configuration.pgp or also_off else None,
        smime=Store(Path(certificates), Path(private_keys)) if configuration.smime or also_off else None,
        pgp_method=configuration.pgp_method,
    )


def check(sign: Security | None, crypt: Security | None, stores: KeyStores) -> None:
    """Whether all keys are there and usable. Raises SecurityError."""
    if _kind(sign, crypt) == PGP:
        _pgp_keys(sign, crypt, _ring(stores))
    elif _kind(sign, crypt) == SMIME:
        signer, _ = _certificates(sign, crypt, _store(stores))
        if signer is not None:
            _store(stores).private_key(signer)


def secure(mail: Outgoing, sign: Security | None, crypt: Security | None, stores: KeyStores) -> bytes:
    """The message, signed and encrypted as asked, with CRLF; as it is where neither is asked. Raises MailError."""
    kind = _kind(sign, crypt)
    if kind == PGP:
        ring = _ring(stores)
        signer, recipients = _pgp_keys(sign, crypt, ring)
        if _is_inline(mail, sign, crypt, stores):
            words = mail.body.replace("\r\n", "\n").replace("\r", "\n")
            mail = replace(mail, body=pgp.secured_text(words, ring, signer, recipients), charset="utf-8")
            return joined(fields(mail), entity_of(mail))
        return joined(fields(mail), pgp.secured(entity_of(mail), ring, signer, recipients))
    if kind == SMIME:
        store = _store(stores)
        return joined(fields(mail), smime.secured(entity_of(mail), store, *_certificates(sign, crypt, store)))
    return joined(fields(mail), entity_of(mail))


def _kind(sign: Security | None, crypt: Security | None) -> str:
    """PGP, SMIME, or "" where nothing is asked for; checks what does not need the keys."""
    asked = {"Sign": sign, "Crypt": crypt}
    kinds = {each.kind for each in asked.values() if each is not None}
    for name, each in asked.items():
        if each is None:
            continue
        if each.kind not in (PGP, SMIME):
            raise SecurityError(f"{name}->Type must be PGP or SMIME", "InvalidParameter")
        if each.sub_type not in ("", INLINE, DETACHED):
            raise SecurityError(f"{name}->SubType must be Inline or Detached", "InvalidParameter")
        if not each.keys or not all(key.strip() for key in each.keys):
            raise SecurityError(f"{name}->Key is missing", "MissingParameter")
    if sign is not None and len(sign.keys) != 1:
        raise SecurityError("Sign->Key must be one key", "InvalidParameter")
    if len(kinds) > 1:
        # no mail program reads PGP within S/MIME, or the other way round
        raise SecurityError("Sign->Type and Crypt->Type must be the same", "InvalidParameter")
    return kinds.pop() if kinds else ""


def _is_inline(mail: Outgoing, sign: Security | None, crypt: Security | None, stores: KeyStores) -> bool:
    """Whether the text alone is secured. Sign's SubType is that of both, as in Znuny.

    Inline knows neither HTML nor files: those would go unsigned or in the clear, so such a mail is PGP/MIME whatever is
    asked for, as mail programs do (GpgOL's "without attachments as PGP/Inline").
    """
    asked = [each.sub_type for each in (sign, crypt) if each is not None and each.sub_type]
    sub_type = asked[0] if asked else stores.pgp_method
    return sub_type == INLINE and mail.mime_type.strip().lower() != "text/html" and not mail.attachments


def _ring(stores: KeyStores) -> Keyring:
    if stores.pgp is None:
        raise SecurityError("PGP is not switched on", "SecurityNotAvailable")
    return stores.pgp


def _store(stores: KeyStores) -> Store:
    if stores.smime is None:
        raise SecurityError("SMIME is not switched on", "SecurityNotAvailable")
    return stores.smime


def _pgp_keys(sign: Security | None, crypt: Security | None, ring: Keyring) -> tuple[Key | None, list[Key]]:
    signer = ring.find(sign.keys, "S")[0] if sign is not None else None
    return signer, ring.find(crypt.keys, "E") if crypt is not None else []


def _certificates(
    sign: Security | None, crypt: Security | None, store: Store
) -> tuple[Certificate | None, list[Certificate]]:
    signer = store.find(sign.keys[0], "S") if sign is not None else None
    return signer, [store.find(name, "E") for name in crypt.keys] if crypt is not None else []


def _home(options: str) -> tuple[str, tuple[str, ...]]:
    """The folder that PGP::Options names, and its other options."""
    try:
        words = shlex.split(options)
    except ValueError as error:
        raise SecurityError("PGP::Options cannot be read", "SecurityNotAvailable") from error
    home, others = "", []
    rest = iter(words)
    for word in rest:
        if word == "--homedir":
            home = next(rest, "")
        elif word.startswith("--homedir="):
            home = word.partition("=")[2]
        else:
            others.append(word)
    return home, tuple(others)

"""A GnuPG key ring: finds keys by the names that callers give, signs and encrypts octets with them.

Called by pgp.py for mails and by cli/key.py for operators. Everything fails closed: a key that is missing, ambiguous,
expired, revoked, disabled or of no use for the purpose, a wrong passphrase, a gpg that is not there or does not end in
time is a SecurityError. No text of a caller reaches gpg's command line but hexadecimal digits.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from subprocess import Popen
from typing import Any

import gnupg

from genericinterface.errors import SecurityError

log = logging.getLogger(__name__)
logging.getLogger("gnupg").setLevel(logging.CRITICAL)  # at lower levels it writes keys and what it is given to the log

TIMEOUT = 20.0  # seconds for one call of gpg

_NAME = re.compile(r"(?:0x)?([0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})")
# RFC 4880, 9.4: what the micalg of a signature is called (RFC 3156, 5)
_DIGESTS = {"1": "md5", "2": "sha1", "3": "ripemd160", "8": "sha256", "9": "sha384", "10": "sha512", "11": "sha224"}
_DIGEST_NAMES = ("sha256", "sha384", "sha512", "sha224", "sha1", "ripemd160", "md5")
_VALIDITY = {"r": "is revoked", "e": "has expired", "d": "is disabled", "i": "is not valid"}
_PURPOSE = {"S": "sign", "E": "encrypt"}
_FAILURE = re.compile(r"^\[GNUPG:\] FAILURE \S+ (\d+)", re.MULTILINE)
_WRONG_PASSPHRASE = 11  # of libgpg-error
_OPTIONS = ("--pinentry-mode", "loopback", "--trust-model", "always", "--disable-dirmngr", "--no-auto-key-locate")


@dataclass(frozen=True)
class Key:
    """A key of the ring: its fingerprint and its subkeys', and gpg's letters of what it can do ("S", "E")."""

    fingerprints: tuple[str, ...]
    user_ids: tuple[str, ...]
    created: int
    expires: int | None
    validity: str
    abilities: str
    is_secret: bool = False

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the primary key."""
        return self.fingerprints[0]

    def is_named(self, name: str) -> bool:
        """Whether the hexadecimal `name` is an ID or the fingerprint of the key or of one of its subkeys."""
        return any(fingerprint.endswith(name.upper()) for fingerprint in self.fingerprints)

    def problem(self, purpose: str = "") -> str:
        """Why it cannot be used to sign ("S") or encrypt ("E"); "" where it can."""
        if self.validity in _VALIDITY:
            return _VALIDITY[self.validity]
        if "D" in self.abilities:
            return _VALIDITY["d"]
        if purpose and purpose not in self.abilities:
            return f"cannot {_PURPOSE[purpose]}: no part of it is for that, or that part is expired or revoked"
        return ""


@dataclass(frozen=True)
class Keyring:
    """A home folder of GnuPG, how to call it, and the passphrases of its private keys by the key's name."""

    home: Path
    binary: str = "gpg"
    options: tuple[str, ...] = ()
    digest: str = "sha256"
    passphrases: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = TIMEOUT

    def listed(self, secret: bool = False, names: Sequence[str] = ()) -> list[Key]:
        """All keys, or those that have one of the names (IDs or fingerprints)."""
        with self._calling() as gpg:
            listed = gpg.list_keys(secret=secret, keys=list(names) or None)
        return [_key(found, secret) for found in listed]

    def find(self, names: Sequence[str], purpose: str) -> list[Key]:
        """The key of each name, all fit to sign ("S": private ones) or to encrypt ("E"). Raises SecurityError."""
        wanted = [_checked(name) for name in names]
        there = self.listed(purpose == "S", [f"0x{name}" for name in wanted])
        return [self._one(name, there, purpose) for name in wanted]

    def _one(self, name: str, there: Sequence[Key], purpose: str) -> Key:
        found = [key for key in there if key.is_named(name)]
        if not found:
            private = "private " if purpose == "S" else ""
            raise SecurityError(f"PGP: there is no {private}key {name}", "KeyNotFound")
        if len({key.fingerprint for key in found}) > 1:
            raise SecurityError(f"PGP: {name} is the ID of several keys; name one by its fingerprint", "KeyUnusable")
        if problem := found[0].problem(purpose):
            raise SecurityError(f"PGP: the key {name} {problem}", "KeyUnusable")
        return found[0]

    def sign(self, content: bytes, key: Key, clear: bool = False) -> tuple[bytes, str]:
        """A detached signature, or the text with its signature around it (`clear`); and its digest's name."""
        arguments = ["--local-user", key.fingerprint, *self._digest_preference()]
        with self._calling() as gpg:
            done = gpg.sign(
                content, detach=not clear, clearsign=clear, passphrase=self.passphrase(key), extra_args=arguments
            )
        self._check_signature(done, done.fingerprint, key)
        if done.hash_algo not in _DIGESTS or not done.data:
            raise self._failed(done, "SignFail", f"cannot sign with {key.fingerprint}")
        return done.data, _DIGESTS[done.hash_algo]

    def encrypt(self, content: bytes, keys: Sequence[Key], sign_with: Key | None = None) -> bytes:
        """The content for the owners of `keys`, signed within where `sign_with` is given, in ASCII armor."""
        arguments = [] if sign_with is None else ["--local-user", sign_with.fingerprint, *self._digest_preference()]
        with self._calling() as gpg:
            done = gpg.encrypt(
                content,
                [key.fingerprint for key in keys],
                sign=sign_with is not None,
                passphrase=None if sign_with is None else self.passphrase(sign_with),
                extra_args=arguments,
            )
        if sign_with is not None:
            created = re.search(r"^\[GNUPG:\] SIG_CREATED (?:\S+ ){5}(\S+)", done.stderr, re.MULTILINE)
            self._check_signature(done, created[1] if created else None, sign_with)
        if done.returncode or not done.ok or not done.data:
            raise self._failed(done, "CryptFail", "cannot encrypt for " + ", ".join(key.fingerprint for key in keys))
        return bytes(done.data)

    def passphrase(self, key: Key) -> str | None:
        """The passphrase set for the key or one of its subkeys, None where there is none."""
        for name, passphrase in self.passphrases.items():
            digits = _NAME.fullmatch(name.replace(" ", ""))
            if passphrase and digits and key.is_named(digits[1]):
                return passphrase
        return None

    def import_keys(self, octets: bytes) -> list[str]:
        """Adds keys; their fingerprints. Raises SecurityError where there are none."""
        with self._calling() as gpg:
            done = gpg.import_keys(octets)
        found = list(dict.fromkeys(fingerprint for fingerprint in done.fingerprints if fingerprint))
        if not found:
            raise self._failed(done, "SecurityFail", "found no key that can be imported")
        return found

    def delete(self, key: Key) -> None:
        """Removes a key, its private part included."""
        has_private = self.listed(True, [key.fingerprint])
        with self._calling() as gpg:
            if has_private:
                gpg.delete_keys(key.fingerprint, secret=True, expect_passphrase=False)
            gpg.delete_keys(key.fingerprint)
        if self.listed(False, [key.fingerprint]):
            raise SecurityError(f"PGP: the key {key.fingerprint} could not be deleted")

    def _digest_preference(self) -> list[str]:
        others = [name for name in _DIGEST_NAMES[:3] if name != self.digest]
        known = [self.digest] if self.digest in _DIGEST_NAMES else []
        return ["--personal-digest-preferences", " ".join([*known, *others]).upper()]

    def _check_signature(self, done: Any, fingerprint: str | None, key: Key) -> None:
        if done.returncode or fingerprint is None or not key.is_named(fingerprint):
            raise self._failed(done, "SignFail", f"cannot sign with {key.fingerprint}")

    def _failed(self, done: Any, code: str, what: str) -> SecurityError:
        """The error of a call, its reason told as far as gpg tells it; all of it is in the log."""
        said = [line for line in done.stderr.splitlines() if re.match("gpg: (?!Total number)", line)]
        log.warning("gpg %s: %s", what, "; ".join(said) or f"exit status {done.returncode}")
        failure = _FAILURE.search(done.stderr)
        if failure and int(failure[1]) & 0xFFFF == _WRONG_PASSPHRASE:
            return SecurityError(f"PGP: {what}: wrong passphrase", "KeyUnusable")
        return SecurityError(f"PGP: {what}" + (f" ({said[-1].removeprefix('gpg: ')})" if said else ""), code)

    @cached_property
    def _gpg(self) -> _BoundedGPG:
        return _BoundedGPG(self)

    @contextmanager
    def _calling(self) -> Iterator[gnupg.GPG]:
        """gpg for the time of the block; what goes wrong with it is a SecurityError."""
        if not self.home.is_dir():
            raise SecurityError("PGP: there is no key ring", "SecurityNotAvailable")
        watched: list[_Watched] = []
        _watch.processes = watched
        late = SecurityError(f"PGP: gpg has not ended within {self.timeout:g} seconds", "SecurityNotAvailable")
        try:
            yield self._gpg
        except (OSError, ValueError, TypeError) as error:
            # a program that is not there, options it does not know, a passphrase of several lines, a broken pipe
            if any(process.was_late for process in watched):
                raise late from error
            log.warning("gpg: %s", error)
            raise SecurityError("PGP: gpg cannot be used", "SecurityNotAvailable") from error
        finally:
            for process in watched:
                process.timer.cancel()
        if any(process.was_late for process in watched):
            raise late


class _Watched:
    """A process that is killed when its time is over."""

    def __init__(self, process: Popen[bytes], timeout: float) -> None:
        self.was_late = False
        self._process = process
        self.timer = threading.Timer(timeout, self._kill)
        self.timer.daemon = True
        self.timer.start()

    def _kill(self) -> None:
        if self._process.poll() is None:
            self.was_late = True
            self._process.kill()


class _Watch(threading.local):
    """The processes of the call that this thread makes."""

    def __init__(self) -> None:
        self.processes: list[_Watched] = []


_watch = _Watch()


class _BoundedGPG(gnupg.GPG):  # type: ignore[misc]
    """python-gnupg with a limit of time for each process; for several threads at once."""

    def __init__(self, ring: Keyring) -> None:
        self._timeout = ring.timeout
        super().__init__(gpgbinary=ring.binary, gnupghome=str(ring.home), options=[*_OPTIONS, *ring.options])
        self.encoding = "utf-8"  # of passphrases and user IDs

    def _open_subprocess(self, *args: Any, **keywords: Any) -> Popen[bytes]:
        process: Popen[bytes] = super()._open_subprocess(*args, **keywords)
        _watch.processes.append(_Watched(process, self._timeout))
        return process


def _checked(name: str) -> str:
    found = _NAME.fullmatch(name.replace(" ", ""))
    if found is None:
        raise SecurityError(
            "PGP: a key is named by its ID of 8 or 16 or its fingerprint of 40 hexadecimal digits", "InvalidParameter"
        )
    return found[1].upper()


def _key(listed: Mapping[str, Any], secret: bool) -> Key:
    subkeys = [subkey[2] for subkey in listed["subkeys"] if subkey[2]]
    return Key(
        fingerprints=(listed["fingerprint"], *subkeys),
        user_ids=tuple(listed["uids"]),
        created=int(listed["date"] or 0),
        expires=int(listed["expires"]) if listed["expires"] else None,
        validity=listed["trust"],
        abilities=listed["cap"],
        is_secret=secret,
    )

"""Password hashes in every form that Znuny has ever stored, and the one form that we store.

Called by the Authenticator and by the commands that set passwords; touches nothing. Forms (as Znuny 6.5 tells them
apart): `$1$…` and `$apr1$…` MD5-crypt salted with up to 8 characters of the login, 64 hex digits SHA-256, 128 SHA-512,
40 SHA-1, `BCRYPT:cost:salt:hash`, and crypt(3) with the login or the hash as its salt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import string
import sys
import warnings

import bcrypt

if sys.version_info >= (3, 13):
    import crypt_r as crypt
else:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # gone from Python 3.13, where crypt_r takes its place
        import crypt

BCRYPT_FORM = re.compile(r"BCRYPT:(\d{1,2}):(.{16}):([./A-Za-z0-9]{31})", re.S)
BCRYPT_COST = 12  # the reference's default
BCRYPT_BYTES = 72  # bcrypt looks no further
MD5_FORM = re.compile(r"(\$(?:1|apr1)\$)([^$]{0,8})[^$]*\$[./A-Za-z0-9]{22}")
DIGESTS = {40: "sha1", 64: "sha256", 128: "sha512"}
CRYPT_ALPHABET = "./" + string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE64 = bytes.maketrans(
    (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode(),
    ("./" + string.ascii_uppercase + string.ascii_lowercase + string.digits).encode(),
)


def hash_password(password: str, cost: int = BCRYPT_COST) -> str:
    """A password as we store it: `BCRYPT:cost:salt:hash`, which Znuny reads with any CryptType."""
    salt = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))
    return f"BCRYPT:{cost}:{salt}:{_bcrypt(password, cost, salt)}"


def is_slow(stored: str) -> bool:
    """Whether a check against this hash costs so much that its success is worth remembering."""
    return stored.startswith("BCRYPT:")


def verify(password: str, stored: str, login: str) -> bool:
    """Whether the password is the stored one; a hash in no known form, or one that begins with `*`, accepts nothing."""
    if found := BCRYPT_FORM.fullmatch(stored):
        cost = int(found[1])
        return 4 <= cost <= 31 and _same(_bcrypt(password, cost, found[2]), found[3])
    if found := MD5_FORM.fullmatch(stored):
        return _same(_md5_crypt(password.encode(), found[2].encode(), found[1].encode()), stored)
    digest = DIGESTS.get(len(stored))
    if digest is not None:
        return _same(hashlib.new(digest, password.encode()).hexdigest(), stored)
    return _verify_crypt(password, stored, login)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _bcrypt(password: str, cost: int, salt: str) -> str:
    """The 31 characters behind the salt of a standard `$2b$` hash; the reference's salt is 16 raw characters."""
    encoded = base64.b64encode(salt.encode("latin-1", "replace")[:16]).rstrip(b"=").translate(_BASE64)
    setting = b"$2b$%02d$%s" % (cost, encoded)
    return bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], setting)[-31:].decode()


def _verify_crypt(password: str, stored: str, login: str) -> bool:
    if not stored or stored.startswith("*") or "\0" in password:
        return False
    salt = stored if len(stored) == 13 else login
    try:
        result = crypt.crypt(password, salt)
    except (OSError, UnicodeError, ValueError):
        return False
    # A salt that crypt(3) does not understand gives "*0": that must never count as equal.
    return bool(result) and not result.startswith("*") and _same(result, stored)


def _md5_crypt(password: bytes, salt: bytes, magic: bytes) -> str:
    """MD5-crypt (Poul-Henning Kamp's scheme, and Apache's with another magic), for any salt.

    The reference salts with the login, which other libraries refuse as "not a salt".
    """
    alternate = hashlib.md5(password + salt + password, usedforsecurity=False).digest()
    mixed = hashlib.md5(password + magic + salt, usedforsecurity=False)
    mixed.update((alternate * (len(password) // 16 + 1))[: len(password)])
    length = len(password)
    while length:
        mixed.update(b"\0" if length & 1 else password[:1])
        length >>= 1
    final = mixed.digest()
    for turn in range(1000):
        first, last = (password, final) if turn & 1 else (final, password)
        middle = (salt if turn % 3 else b"") + (password if turn % 7 else b"")
        final = hashlib.md5(first + middle + last, usedforsecurity=False).digest()
    groups = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
    out = "".join(_to64(final[a] << 16 | final[b] << 8 | final[c], 4) for a, b, c in groups) + _to64(final[11], 2)
    return f"{magic.decode()}{salt.decode()}${out}"


def _to64(value: int, count: int) -> str:
    return "".join(CRYPT_ALPHABET[value >> 6 * place & 0x3F] for place in range(count))

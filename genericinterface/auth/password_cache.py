"""Remembers for a minute that a slow hash has accepted a password, so that BCRYPT costs once and not on every request.

Only successes, only in this process, never the password: the key is an HMAC, under a random key of the process, over
the stored hash as well, which is read on every request; so a changed password or hash acts at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict

TTL = 60.0  # seconds
SIZE = 4096


class PasswordCache:
    """Thread-safe; the oldest entries go first."""

    def __init__(self, ttl: float = TTL, size: int = SIZE) -> None:
        self._ttl, self._size = ttl, size
        self._secret = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, kind: str, login: str, stored: str, password: str) -> bytes:
        """The key of one check; each part is preceded by its length, so that no two checks share one."""
        message = b"".join(b"%d:%s" % (len(p), p) for p in (x.encode() for x in (kind, login, stored, password)))
        return hmac.digest(self._secret, message, hashlib.sha256)

    def __contains__(self, key: bytes) -> bool:
        expires = self._entries.get(key)
        return expires is not None and expires > time.monotonic()

    def add(self, key: bytes) -> None:
        """Remembers a success."""
        with self._lock:
            self._entries[key] = time.monotonic() + self._ttl
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

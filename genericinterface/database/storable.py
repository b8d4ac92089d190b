"""Perl's Storable in network order, the form in which Znuny keeps structures in text columns.

Read by the operation SessionGet for the values of a session that are marked as serialized, read and written by
mail_queue.py, written by znuny_tasks.py. The format is public: Storable's own documentation and file(1)'s magic
describe it; the codes below were checked against perl 5.36.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

HEADER = b"\x05"  # version 2, network order; the byte behind it is the minor version
MINOR = b"\x0b"  # as Perl 5.36 writes it
MAX_DEPTH = 100

_LONG_BYTES, _HASH, _REFERENCE = b"\x01", b"\x03", b"\x04"

Frozen: TypeAlias = "Mapping[str, bytes | Frozen]"


class NotStorable(ValueError):
    """The text is no base64 of a Storable that can be read."""


def load(text: str) -> Any:
    """The structure in base64 of a frozen one: dicts, lists, text, int and None. Raises NotStorable."""
    try:
        return thaw(base64.b64decode(text.encode()))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotStorable(str(error)) from error


def thaw(data: bytes) -> Any:
    """The same of the frozen bytes themselves."""
    try:
        if data[:1] != HEADER:
            raise NotStorable("not Storable in network order")
        return _Reader(data).value()
    except (struct.error, UnicodeDecodeError) as error:
        raise NotStorable(str(error)) from error


def dump(structure: Frozen) -> bytes:
    """A frozen hash of byte strings and of such hashes, in the order given; keys are ASCII."""
    return HEADER + MINOR + b"".join(_hash(structure))


def _hash(structure: Frozen) -> Iterator[bytes]:
    yield _HASH + struct.pack(">i", len(structure))
    for key, value in structure.items():
        name = key.encode("ascii")
        if isinstance(value, bytes):
            yield _LONG_BYTES + struct.pack(">i", len(value))
            yield value
        else:
            yield _REFERENCE
            yield from _hash(value)
        yield struct.pack(">i", len(name)) + name


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._depth = data, 2, 0

    def value(self) -> Any:
        """The value that begins here."""
        code = self._take(1)[0]
        read = _KINDS.get(code)
        if read is None or self._depth == MAX_DEPTH:
            raise NotStorable(f"code {code} at {self._at}, depth {self._depth}")
        self._depth += 1
        found = read(self)
        self._depth -= 1
        return found

    def _take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) != count:
            raise NotStorable("the end is missing")
        self._at += count
        return found

    def _number(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def _size(self) -> int:
        size = self._number()
        if not 0 <= size <= len(self._data):
            raise NotStorable(f"size {size}")
        return size

    def _small(self) -> int:
        return self._take(1)[0] - 128

    def _short_bytes(self) -> str:
        return self._take(self._take(1)[0]).decode("latin-1")

    def _long_bytes(self) -> str:
        return self._take(self._size()).decode("latin-1")

    def _short_text(self) -> str:
        return self._take(self._take(1)[0]).decode()

    def _long_text(self) -> str:
        return self._take(self._size()).decode()

    def _array(self) -> list[Any]:
        return [self.value() for _ in range(self._size())]

    def _hash(self) -> dict[str, Any]:
        found = {}
        for _ in range(self._size()):
            value = self.value()
            found[self._long_bytes()] = value
        return found

    def _hash_with_flags(self) -> dict[str, Any]:
        self._take(1)
        found = {}
        for _ in range(self._size()):
            value = self.value()
            is_text = self._take(1)[0] & 1
            found[self._long_text() if is_text else self._long_bytes()] = value
        return found


_KINDS: dict[int, Callable[[_Reader], Any]] = {
    1: _Reader._long_bytes,
    2: _Reader._array,
    3: _Reader._hash,
    4: _Reader.value,  # a reference to what follows
    5: lambda _reader: None,
    8: _Reader._small,
    9: _Reader._number,
    10: _Reader._short_bytes,
    14: lambda _reader: None,
    15: lambda _reader: "1",  # Perl's true and false
    16: lambda _reader: "",
    23: _Reader._short_text,
    24: _Reader._long_text,
    25: _Reader._hash_with_flags,
}

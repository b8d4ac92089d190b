"""database/storable.py: what Perl froze is read; what is damaged is refused."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genericinterface.database.storable import NotStorable, dump, load

# Frozen by perl 5.36 with nfreeze.
FROZEN = {
    "BQsCAAAABAiBCgN0d28FBBkAAAAABQoDMS41AAAAAAFiFwXDvOKYugAAAAABYQiBAAAAAAH8CIIBAAAAA+KYugn//u6QAAAAAAFj": [
        1,
        "two",
        None,
        {"a": "ü☺", "b": "1.5", "c": -70000, "ü": 1, "☺": 2},
    ],
    "BQsDAAAAAQQCAAAAAgiBCIIAAAABeA==": {"x": [1, 2]},
    "BQsDAAAAAwQCAAAAAQiBAAAAATEEAgAAAAEIgwAAAAEzBAIAAAABCIIAAAABMg==": {"1": [1], "2": [2], "3": [3]},
}


@pytest.mark.parametrize("text", FROZEN)
def test_a_structure_is_read(text: str) -> None:
    assert load(text) == FROZEN[text]
    assert load("\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + "\n") == FROZEN[text]


@pytest.mark.parametrize("text", FROZEN)
def test_a_structure_cut_short_is_refused(text: str) -> None:
    whole = base64.b64decode(text)
    for length in range(len(whole)):
        with pytest.raises(NotStorable):
            load(base64.b64encode(whole[:length]).decode())


def test_bytes_are_frozen_as_perl_freezes_them() -> None:
    # nfreeze({a => "x" x 300}) of perl 5.36; it has a shorter code for short values, and reads both
    assert dump({"a": b"x" * 300}) == b"\x05\x0b\x03\0\0\0\x01\x01\0\0\x01\x2c" + b"x" * 300 + b"\0\0\0\x01a"
    frozen = dump({"a": bytes(range(256)), "b": b""})
    assert load(base64.encodebytes(frozen).decode()) == {"a": bytes(range(256)).decode("latin-1"), "b": ""}
    # nfreeze({a => {b => "x" x 300}})
    inner = b"\x04\x03\0\0\0\x01\x01\0\0\x01\x2c" + b"x" * 300 + b"\0\0\0\x01b"
    assert dump({"a": {"b": b"x" * 300}}) == b"\x05\x0b\x03\0\0\0\x01" + inner + b"\0\0\0\x01a"


def test_what_refers_to_itself_or_is_too_deep_is_refused() -> None:
    deep = b"\x05\x0b" + b"\x04" * 5000 + b"\x05"
    again = b"\x05\x0b\x02\0\0\0\x01\x04\0\0\0\0\0"  # an array whose item is the first thing stored: itself
    for frozen in (deep, again):
        with pytest.raises(NotStorable):
            load(base64.b64encode(frozen).decode())


@pytest.mark.parametrize("text", ["", "zzz", "ü", "BQs=", "AAAA", "BQsCf////w==", "BQsC/////w=="])
def test_what_is_no_storable_is_refused(text: str) -> None:
    with pytest.raises(NotStorable):
        load(text)


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    with suppress(NotStorable):
        load(base64.b64encode(b"\x05\x0b" + data).decode())

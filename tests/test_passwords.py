"""auth/passwords.py and auth/password_cache.py: every form of hash that Znuny stores, and what is never accepted."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genericinterface.auth import passwords
from genericinterface.auth.password_cache import PasswordCache

# Made by Znuny's own modules: password and login in hex, the hash, its kind.
VECTORS = json.loads(Path(__file__).with_name("password_vectors.json").read_text(encoding="utf-8"))
IDS = [f"{number}-{vector['m']}" for number, vector in enumerate(VECTORS)]


def password_of(vector: dict[str, str]) -> str:
    return bytes.fromhex(vector["pw"]).decode()


def login_of(vector: dict[str, str]) -> str:
    return bytes.fromhex(vector.get("login", "")).decode()


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_every_hash_of_the_reference_accepts_its_password(vector: dict[str, str]) -> None:
    no_hash = vector["h"].startswith("*")  # crypt(3) failed, for a login that is no salt
    assert passwords.verify(password_of(vector), vector["h"], login_of(vector)) is not no_hash


@pytest.mark.parametrize("vector", VECTORS, ids=IDS)
def test_every_hash_of_the_reference_refuses_another_password(vector: dict[str, str]) -> None:
    other = "?" + password_of(vector)
    assert not passwords.verify(other, vector["h"], login_of(vector))


def test_the_vectors_hold_every_form() -> None:
    assert {vector["m"] for vector in VECTORS} == {"bcrypt", "md5", "apr1", "crypt", "sha1", "sha2", "sha512"}


@pytest.mark.parametrize("password", ["secret", "pässwörd €", "x" * 71, "x" * 72, "x" * 200, "a\0b", " "])
def test_what_is_stored_accepts_its_password_and_no_other(password: str) -> None:
    stored = passwords.hash_password(password, cost=4)
    assert passwords.BCRYPT_FORM.fullmatch(stored)
    assert passwords.is_slow(stored)
    assert passwords.verify(password, stored, "anybody")
    assert not passwords.verify("y" + password, stored, "anybody")
    assert not passwords.verify("", stored, "anybody")


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_password("secret", cost=4) != passwords.hash_password("secret", cost=4)


def test_the_default_cost_is_the_reference_s() -> None:
    assert passwords.hash_password("secret").startswith("BCRYPT:12:")


@pytest.mark.parametrize("stored", ["", "*", "*0", "*1", "!", "x", "secret", "BCRYPT:12:short", "$1$salt$", "$6$x$y"])
@pytest.mark.parametrize("password", ["secret", "", "*0", "x", "!"])
def test_what_is_no_hash_accepts_nothing(stored: str, password: str) -> None:
    # "x" and "ü" are no salts: crypt(3) gives "*0" for them, and that must not count as equal to a stored "*0".
    for login in ("x", "ü", "root@localhost", ""):
        assert not passwords.verify(password, stored, login)


def test_a_hash_is_not_its_own_password() -> None:
    stored = hashlib.sha256(b"secret").hexdigest()
    assert passwords.verify("secret", stored, "x")
    assert not passwords.verify(stored, stored, "x")


def test_upper_case_digits_are_no_hash_of_the_reference() -> None:
    assert not passwords.verify("secret", hashlib.sha256(b"secret").hexdigest().upper(), "x")


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(max_size=20))
def test_nothing_stored_and_nothing_sent_makes_it_fail(stored: str, password: str, login: str) -> None:
    assert passwords.verify(password.encode("utf-8", "replace").decode(), stored, login) in (True, False)


# ---------------------------------------------------------------------------------------------------------- cache


def test_the_cache_remembers_exactly_what_was_added() -> None:
    cache = PasswordCache()
    key = cache.key("agent", "jd", "BCRYPT:…", "secret")
    assert key not in cache
    cache.add(key)
    assert key in cache
    assert key == cache.key("agent", "jd", "BCRYPT:…", "secret")
    others = [
        ("customer", "jd", "BCRYPT:…", "secret"),
        ("agent", "j", "dBCRYPT:…", "secret"),
        ("agent", "jd", "BCRYPT:other", "secret"),
        ("agent", "jd", "BCRYPT:…", "secrets"),
    ]
    assert not any(cache.key(*other) in cache for other in others)


def test_the_key_is_the_process_s_own() -> None:
    assert PasswordCache().key("agent", "a", "b", "c") != PasswordCache().key("agent", "a", "b", "c")


def test_the_cache_forgets_with_time() -> None:
    cache = PasswordCache(ttl=0.0)
    key = cache.key("agent", "jd", "stored", "secret")
    cache.add(key)
    assert key not in cache


def test_the_cache_is_bounded_and_forgets_the_oldest() -> None:
    cache = PasswordCache(size=3)
    keys = [cache.key("agent", str(number), "stored", "secret") for number in range(5)]
    for key in keys:
        cache.add(key)
    assert [key in cache for key in keys] == [False, False, True, True, True]


def test_many_threads_may_use_one_cache() -> None:
    cache = PasswordCache(size=50)
    problems: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(500):
                key = cache.key("agent", name, str(number % 60), "secret")
                cache.add(key)
                key in cache  # noqa: B015  must not fail while others write
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []

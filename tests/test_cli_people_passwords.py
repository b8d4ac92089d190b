"""How the commands for people get passwords: from a terminal without an echo, from stdin, never from an argument."""

from __future__ import annotations

import os
import pty
import select as polling
import subprocess
import sys

import pytest

from genericinterface.auth import passwords
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from tests.people_commands import Commands, recent, row


@pytest.fixture
def run(database: Database) -> Commands:
    return Commands(database)


@pytest.fixture
def look(read_only_database: Database) -> Commands:
    """For commands that change nothing."""
    return Commands(read_only_database)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "the password is empty"),
        ("\n", "the password is empty"),
        ("  \n", "the password is empty"),
        ("a\x00b\n", "cannot be typed"),
        ("ü" * 37, "longer than 72 bytes"),
    ],
)
@pytest.mark.parametrize(
    "command", [["user", "set-password", "tester"], ["customer-user", "set-password", "customer1"]]
)
def test_passwords_that_are_refused(look: Commands, command: list[str], password: str, problem: str) -> None:
    assert problem in look.problems(*command, "--password-stdin", stdin=password)


@pytest.mark.parametrize(
    "command", [["user", "set-password", "tester"], ["customer-user", "set-password", "customer1"]]
)
def test_a_new_password_counts_and_is_never_printed(database: Database, run: Commands, command: list[str]) -> None:
    result = run.result(*command, "--password-stdin", stdin="n3w s3cret\nnot this line\n")
    assert result.exit_code == 0
    assert "s3cret" not in result.output
    login = command[-1]
    table = t.users if command[0] == "user" else t.customer_user
    changed = row(database, table, login=login)
    assert passwords.verify("n3w s3cret", changed.pw, login)
    assert recent(changed.change_time)
    assert not recent(changed.create_time)


def test_without_a_terminal_the_password_comes_from_stdin_only(look: Commands) -> None:
    result = look.result("user", "set-password", "tester", stdin="secret\nsecret\n")
    assert result.exit_code == 2
    assert "use --password-stdin" in result.output


def test_on_a_terminal_the_password_is_asked_for_twice_without_an_echo(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GENERICINTERFACE_")}
    command = [sys.executable, "-m", "genericinterface", "--database-url", url, "user", "set-password", "tester"]
    terminal, its = pty.openpty()
    child = subprocess.Popen(command, env=environment, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    try:
        seen = _read_until(terminal, "Password of tester: ")
        os.write(terminal, b"first s3cret\n")
        seen += _read_until(terminal, "Repeat for confirmation: ")
        os.write(terminal, b"other s3cret\n")
        seen += _read_until(terminal, "Password of tester: ")  # they differ
        for prompt in ("Repeat for confirmation: ", "has a new password."):
            os.write(terminal, b"third s3cret\n")
            seen += _read_until(terminal, prompt)
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.wait()
        os.close(terminal)
    assert "s3cret" not in seen
    assert passwords.verify("third s3cret", row(database, t.users, login="tester").pw, "tester")


def _read_until(terminal: int, end: str) -> str:
    text = b""
    while end.encode() not in text:
        assert polling.select([terminal], [], [], 30)[0], f"waited in vain for {end!r} after {text!r}"
        text += os.read(terminal, 1000)
    return text.decode()

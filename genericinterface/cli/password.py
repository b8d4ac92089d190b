"""How commands get a password: asked for twice without an echo, or read from stdin; never as an argument."""

from __future__ import annotations

import sys

import click

from genericinterface.auth.passwords import BCRYPT_BYTES, hash_password
from genericinterface.errors import ConfigurationError

# The flag of every command that sets a password.
password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin: its first line, in UTF-8."
)


def ask(password_stdin: bool, login: str) -> str:
    """The new password of `login` as it is stored; raises ConfigurationError for one that will not do."""
    if password_stdin:
        password: str = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = click.prompt(f"Password of {login}", hide_input=True, confirmation_prompt=True)
    else:
        raise click.UsageError("There is no terminal to ask for the password: use --password-stdin.")
    if not password.strip():
        raise ConfigurationError(["the password is empty"])
    if not password.isprintable():
        raise ConfigurationError(["the password has characters that cannot be typed"])
    if len(password.encode()) > BCRYPT_BYTES:
        raise ConfigurationError([f"the password is longer than {BCRYPT_BYTES} bytes: BCRYPT would look no further"])
    return hash_password(password)

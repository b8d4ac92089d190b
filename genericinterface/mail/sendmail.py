"""Delivery by a local sendmail, or what takes its place (Postfix, Exim, msmtp). Built by delivery.py."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence

from genericinterface.mail.courier import NoServer, Refusal, Report

TIMEOUT = 300.0  # seconds that the command may take
TEXT_LENGTH = 500  # of its output that is kept

# What went wrong with this message for good, by sysexits.h: data, no user, no host, no permission.
PERMANENT = (os.EX_DATAERR, os.EX_NOUSER, os.EX_NOHOST, os.EX_NOPERM)


class Sendmail:
    """A courier that runs a command for each message: the sender behind its `-f`, then the recipients."""

    def __init__(self, command: str, timeout: float = TIMEOUT) -> None:
        self._command = shlex.split(command)
        self._timeout = timeout

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Report:
        """As Courier.send; the command answers for all recipients at once."""
        # No address can be taken for an option behind the --.
        command = [*self._command, sender or "<>", "--", *recipients]
        try:
            done = subprocess.run(  # noqa: S603  the operator's command, no shell
                command, input=content, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=self._timeout
            )
        except subprocess.TimeoutExpired:
            return _all(recipients, f"{self._command[0]} gave no answer in {self._timeout:g} seconds", False)
        except OSError as error:
            raise NoServer(f"{self._command[0]}: {error.strerror}") from error
        if done.returncode == 0:
            return Report()
        words = " ".join(done.stdout.decode("utf-8", "replace").split())[:TEXT_LENGTH]
        text = f"{self._command[0]} ended with {done.returncode}: {words}".rstrip(": ")
        return _all(recipients, text, done.returncode in PERMANENT)

    def close(self) -> None:
        """Nothing to close."""


def _all(recipients: Sequence[str], text: str, is_permanent: bool) -> Report:
    refusals = tuple(Refusal(recipient, None, text) for recipient in recipients)
    return Report(refused=refusals) if is_permanent else Report(deferred=refusals)

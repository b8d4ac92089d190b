"""Delivery by SMTP (RFC 5321): plain, STARTTLS (RFC 3207) or TLS from the start, with AUTH; one connection for many.

Built by delivery.py. Who was taken is never asked for again, whatever becomes of the others. Where TLS is asked for,
nothing goes out without it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum

from genericinterface.mail.courier import NoServer, Report
from genericinterface.mail.smtp_dialogue import TEXT_LENGTH, Closing, Dialogue

COMMAND_TIMEOUT = 60.0  # seconds for the answer to a command, and for each piece of a message to leave
FINAL_TIMEOUT = 600.0  # for the answer to a whole message: giving up earlier would send it twice (RFC 5321, 4.5.3.2.6)


class Security(Enum):
    """How the connection is secured, and the port where it is unless another is set."""

    PLAIN = 25
    STARTTLS = 587
    TLS = 465


@dataclass(frozen=True)
class Server:
    """A mail server. `port` 0: the usual one; `user` empty: no login; `local_name` is what we call ourselves."""

    host: str
    security: Security = Security.PLAIN
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    local_name: str = "localhost"
    certificates: str = "system"  # whom to believe: "system", a file of certificates, or "none": everybody
    command_timeout: float = COMMAND_TIMEOUT
    final_timeout: float = FINAL_TIMEOUT


class Smtp:
    """A courier that keeps its connection open."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Report:
        """As Courier.send. A connection that the server has ended since the last message is replaced."""
        if self._connection is not None:
            report = self._try(self._connection, sender, recipients, content, may_be_stale=True)
            if report is not None:
                return report
        return self._try(self._connect(), sender, recipients, content, may_be_stale=False) or Report()

    def close(self) -> None:
        """Says good-bye to the server."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._drop()

    def _try(
        self, connection: smtplib.SMTP, sender: str, recipients: Sequence[str], content: bytes, may_be_stale: bool
    ) -> Report | None:
        """What became of the message; None: nothing yet, since the connection was stale."""
        dialogue = Dialogue(connection, recipients, self.server.final_timeout)
        try:
            dialogue.run(sender, content)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            if may_be_stale and not dialogue.is_handed_over:
                return None
            lost = f"Connection to {self.server.host} lost: {_reason(error)}"
            if isinstance(error, Closing) and not dialogue.is_handed_over and not dialogue.refused:
                raise NoServer(lost) from error
            return dialogue.report(lost)
        return dialogue.report()

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        port = server.port or server.security.value
        context = None if server.security is Security.PLAIN else self._context()
        connection: smtplib.SMTP | None = None
        try:
            if server.security is Security.TLS:
                connection = smtplib.SMTP_SSL(
                    server.host, port, server.local_name, timeout=server.command_timeout, context=context
                )
            else:
                connection = smtplib.SMTP(server.host, port, server.local_name, timeout=server.command_timeout)
            if server.security is Security.STARTTLS:
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if server.user:
                connection.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise NoServer(f"Can't connect to {server.host}:{port}: {_reason(error)}") from error
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _context(self) -> ssl.SSLContext:
        certificates = self.server.certificates
        try:
            context = ssl.create_default_context(cafile=None if certificates in ("system", "none") else certificates)
        except OSError as error:
            raise NoServer(f"The certificates of {certificates} cannot be read: {_reason(error)}") from error
        if certificates == "none":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _reason(error: Exception) -> str:
    """The error in words; of what the server said, only its answer."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = f"{error.smtp_code}, {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())[:TEXT_LENGTH]

"""A real mail server for the tests (aiosmtpd): it keeps what it takes, and refuses, defers or breaks off as told."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "certificates" / "localhost.crt"
KEY = CERTIFICATE.with_suffix(".key")
LOGIN = ("desk", "very secret")

DROP = "drop"  # as an answer: the connection is cut instead
DROP_IN_MESSAGE = "drop in message"


@dataclass
class Mail:
    """What the server took."""

    sender: str
    recipients: list[str]
    content: bytes
    is_encrypted: bool

    @property
    def message_id(self) -> str:
        lines = [line for line in self.content.split(b"\r\n") if line.lower().startswith(b"message-id:")]
        return lines[0].partition(b":")[2].strip().decode() if lines else ""


@dataclass
class MailServer:
    """What the server does and has seen. Answers are used up in order; without one it says yes."""

    port: int
    inbox: list[Mail] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)  # one of each connection, two with STARTTLS
    logins: list[tuple[str, bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)  # MAIL and RCPT with their options
    mail_answers: list[str] = field(default_factory=list)
    recipient_answers: dict[str, list[str]] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    final_answers: list[str] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)  # a whole message has come …
    hold: asyncio.Event | None = None  # … and its answer waits for this
    loop: asyncio.AbstractEventLoop | None = None

    def holding(self) -> None:
        """Keeps the answers to messages until `release`."""
        self.hold = asyncio.Event()

    def release(self) -> None:
        """Lets the answers go, these and all later ones."""
        assert self.hold is not None
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.hold.set)

    def recipients(self) -> list[str]:
        """Everybody who got something, in order."""
        return [recipient for mail in self.inbox for recipient in mail.recipients]

    # aiosmtpd calls these

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(" ".join(["MAIL", address, *options]))
        answer = self.mail_answers.pop(0) if self.mail_answers else "250 OK"
        if answer == DROP:
            server.transport.abort()
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(" ".join(["RCPT", address, *options]))
        answers = self.recipient_answers.get(address)
        answer = answers.pop(0) if answers else "250 OK"
        if answer == DROP:
            server.transport.abort()
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.final_answers.pop(0) if self.final_answers else "250 OK"
        content = envelope.original_content or b""
        is_encrypted = server.transport.get_extra_info("ssl_object") is not None
        mail = Mail((envelope.mail_from or "").removeprefix("<>"), list(envelope.rcpt_tos), content, is_encrypted)
        if answer.startswith("2"):
            self.inbox.append(mail)
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        if answer == DROP:
            server.transport.abort()
        return answer


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Server(SMTP):
    """aiosmtpd, but for breaking off within the dialogue of a message."""

    async def smtp_DATA(self, arg: str) -> None:
        answers = self.event_handler.data_answers
        answer = answers.pop(0) if answers else ""
        if answer == DROP_IN_MESSAGE:
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
        elif answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a login without TLS would be allowed
            return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def running(
    tls: bool = False,
    starttls: bool = False,
    login: bool = False,
    port: int = 0,
    **options: Any,
) -> Iterator[MailServer]:
    """A server on a free port; `options` are those of aiosmtpd's SMTP."""
    server = MailServer(port or free_port())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        server.logins.append((data.login.decode(), data.password))
        is_right = (data.login, data.password) == tuple(part.encode() for part in LOGIN)
        return AuthResult(success=is_right, handled=False)

    options |= {"tls_context": context, "require_starttls": True} if starttls else {}
    options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False} if login else {}
    controller: Controller = _Controller(
        server, hostname="127.0.0.1", port=server.port, ssl_context=context if tls else None, **options
    )
    controller.start()
    try:
        server.loop = controller.loop
        yield server
    finally:
        controller.stop()

"""One message on an SMTP connection (RFC 5321, 3.3), with every recipient answered for. Called by smtp.py."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence

from genericinterface.mail.courier import Refusal, Report

PIECE = 64 * 1024
CLOSING = 421  # the server's answer when it is about to close the connection
NO_ADDRESS = 553  # mailbox name not allowed
LINE_END = re.compile(rb"\r\n|\r|\n")
DOT = re.compile(rb"(?m)^\.")
TEXT_LENGTH = 500  # of a server's answer that is kept


class Closing(smtplib.SMTPServerDisconnected):
    """The server says that it is about to close the connection."""


class Dialogue:
    """One message: `waiting` are the recipients who are not answered for yet."""

    def __init__(self, connection: smtplib.SMTP, recipients: Sequence[str], final_timeout: float) -> None:
        self._connection = connection
        self._final_timeout = final_timeout
        self.waiting = list(recipients)
        self.refused: list[Refusal] = []
        self.deferred: list[Refusal] = []
        self.is_handed_over = False

    def run(self, sender: str, content: bytes) -> None:
        """From the envelope to the server's last word. Raises SMTPException or OSError when the connection is lost."""
        self._check_addresses(sender)
        if self.waiting:
            self._envelope(sender, content)
        if self.waiting:
            code, text = self._connection.docmd("DATA")
            if code == 354:
                code, text = self._hand_over(content)
            elif code < 400:
                code = 451  # no sense in that; nothing was handed over
            self._judge(code, text, "Could not send message to server", self.waiting)
            self.waiting.clear()
        if not self.is_handed_over:
            self._connection.rset()  # so that the next message may use the connection

    def report(self, lost: str = "") -> Report:
        """What became of it; `lost` is the reason why the server did not answer for those who wait."""
        unanswered = (Refusal(recipient, None, lost) for recipient in self.waiting)
        return Report(tuple(self.refused), (*self.deferred, *unanswered))

    def _check_addresses(self, sender: str) -> None:
        if self._connection.has_extn("smtputf8"):
            return
        impossible = [address for address in self.waiting if not _local_part(address).isascii()]
        if not _local_part(sender).isascii():
            impossible = self.waiting
        why = b"not possible with a server that has no SMTPUTF8"
        self._judge(NO_ADDRESS, why, "Internationalised address not sent", impossible)

    def _envelope(self, sender: str, content: bytes) -> None:
        code, text = self._connection.mail(_on_the_wire(sender), self._options(sender, content))
        self._judge(code, text, f"Envelope from '{sender}' not accepted by the server", self.waiting)
        for recipient in tuple(self.waiting):
            code, text = self._connection.rcpt(_on_the_wire(recipient))
            self._judge(code, text, f"Envelope to '{recipient}' not accepted by the server", [recipient])

    def _options(self, sender: str, content: bytes) -> list[str]:
        options = []
        if self._connection.has_extn("size"):
            options.append(f"size={len(content) + content.count(10)}")  # each line feed becomes two bytes
        if not content.isascii() and self._connection.has_extn("8bitmime"):
            options.append("body=8bitmime")
        if not all(_local_part(address).isascii() for address in (sender, *self.waiting)):
            options.append("smtputf8")
        return options

    def _hand_over(self, content: bytes) -> tuple[int, bytes]:
        self.is_handed_over = True
        message = LINE_END.sub(b"\r\n", DOT.sub(b"..", LINE_END.sub(b"\n", content)))
        message += b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
        for at in range(0, len(message), PIECE):  # each piece has the whole time limit
            self._connection.send(message[at : at + PIECE])
        if self._connection.sock is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        usual = self._connection.sock.gettimeout()
        self._connection.sock.settimeout(self._final_timeout)
        answer = self._connection.getreply()
        self._connection.sock.settimeout(usual)
        return answer

    def _judge(self, code: int, text: bytes, what: str, who: Sequence[str]) -> None:
        if 200 <= code < 300:
            return
        words = " ".join(text.decode("utf-8", "replace").split())[:TEXT_LENGTH]
        if code == CLOSING:
            raise Closing(f"{code}, {words}")
        kind = self.refused if 500 <= code < 600 else self.deferred
        kind.extend(Refusal(recipient, code, f"{what}: {code}, {words}") for recipient in who)
        self.waiting = [recipient for recipient in self.waiting if recipient not in who]


def _local_part(address: str) -> str:
    return address.rpartition("@")[0]


def _on_the_wire(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891)."""
    local_part, at, domain = address.rpartition("@")
    try:
        return f"{local_part}{at}{domain.encode('idna').decode()}" if not domain.isascii() else address
    except UnicodeError:  # the server will say what is wrong with it
        return address

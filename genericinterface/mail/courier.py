"""What a courier is: it carries one message after another to the mail server. smtp.py and sendmail.py are two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from genericinterface.errors import UnavailableFault


class NoServer(UnavailableFault):
    """The mail server cannot be reached, or takes nothing from us now; the message itself was not tried."""


class Refusal(NamedTuple):
    """A recipient who did not get the message; `code` is the server's, None where it gave no answer."""

    recipient: str
    code: int | None
    text: str


class Report(NamedTuple):
    """Who did not get a message: `refused` for good, `deferred` for now. All others have it."""

    refused: tuple[Refusal, ...] = ()
    deferred: tuple[Refusal, ...] = ()


class Courier(Protocol):
    """Carries messages; not for several threads at once."""

    def send(self, sender: str, recipients: Sequence[str], content: bytes) -> Report:
        """Hands over one message, header and body with line feeds. Raises NoServer where nothing could be tried."""

    def close(self) -> None:
        """Ends the connection, if there is one; the next message opens another."""


class Nowhere:
    """Sends nothing and says that all is well: Znuny's module DoNotSendEmail."""

    def send(self, _sender: str, _recipients: Sequence[str], _content: bytes) -> Report:
        """Forgets the message."""
        return Report()

    def close(self) -> None:
        """Nothing to close."""

"""What TicketCreate and TicketUpdate have in common before any value is looked at: request, answer, who asks, and that
a ticket is written as a whole or not at all.

Called by ticket_create.py and ticket_update.py.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Annotated, Any, ClassVar, TypeVar

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.operation.ticket import ticket_structures as structures
from genericinterface.operation.ticket.parameter_errors import missing
from genericinterface.operation.ticket.ticket_answer import TicketData
from genericinterface.operation.ticket.ticket_extensions import performed
from genericinterface.operation.ticket.ticket_structures import is_hash, is_list
from genericinterface.schema import Flag, Integer, Text, true
from genericinterface.sysconfig import SystemConfiguration

RequestT = TypeVar("RequestT", bound=Credentials)

DynamicFields = Annotated[
    Any,
    Meta(
        description="Values of dynamic fields of the ticket and of its articles",
        extra={"structure": structures.DynamicField, "repeated": True},
    ),
]
Attachments = Annotated[
    Any,
    Meta(
        description="Files of every article of the request",
        extra={"structure": structures.Attachment, "repeated": True},
    ),
]
DryRun = Annotated[
    Flag | None,
    Meta(description="1: everything is tried and nothing written; only where the web service has the extension DryRun"),
]


class TicketAnswer(Response):
    """Base of both answers: the ticket that was written."""

    TicketID: Integer | None = None
    TicketNumber: Text | None = None
    ArticleID: Annotated[
        Any,
        Meta(
            description="The new article; a list where there are several",
            extra={"scalar": "integer", "repeated": True},
        ),
    ] = None
    Ticket: Annotated[
        Any,
        Meta(description="The ticket, where the definition says IncludeTicketData", extra={"structure": TicketData}),
    ] = None
    DryRun: Annotated[Flag | None, Meta(description="1: all would have been written")] = None


# What becomes of a mail that cannot be made as asked; docs/mail.md says more.
MAIL_ERRORS = {
    "SecurityNotAvailable": "PGP or SMIME is switched off here, or cannot be used",
    "KeyNotFound": "a key to sign or encrypt with is not here",
    "KeyUnusable": "a key cannot be used for it: expired, revoked, of another kind",
    "SignFail": "the mail could not be signed",
    "CryptFail": "the mail could not be encrypted",
}


class TicketWriting(Operation[RequestT]):
    """Base of both: one ticket is checked, then written, in one transaction and under the web service's extensions."""

    name: ClassVar[str]  # in front of error codes and messages
    writes = True

    def authenticate(self, request: RequestT, context: Context, connection: Connection) -> Actor:
        """Any agent or customer user; what they may do is asked later.

        Raises OperationError in the order of Znuny 6.5. A login without Password is an error beside a session, too.
        """
        if not (true(request.UserLogin) or true(request.CustomerUserLogin) or true(request.SessionID)):
            raise missing(self.name, "UserLogin, CustomerUserLogin or SessionID is required!")
        if (true(request.UserLogin) or true(request.CustomerUserLogin)) and not true(request.Password):
            raise missing(self.name, "Password or SessionID is required!")
        actor = context.authenticator.authenticate(request, context.remote_address, connection)
        if actor is None:
            raise OperationError(f"{self.name}.AuthFail", f"{self.name}: User could not be authenticated!")
        return actor

    def run(self, request: RequestT, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Writes the ticket, unless an extension says that it was written before or is only to be tried."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        write = partial(self.write, request, actor, context, connection)
        return performed(self.name, self.extension, request, actor, context, connection, write)

    @abstractmethod
    def write(self, request: RequestT, actor: Actor, context: Context, connection: Connection) -> Data:
        """Checks everything, then writes it; gives the answer's data. Raises OperationError and Fault."""


def check_lists(operation: str, request: Any) -> None:
    """Raises OperationError where DynamicField or Attachment is given and neither a hash nor a list with content."""
    for name in ("DynamicField", "Attachment"):
        value = getattr(request, name)
        if value is not None and not is_hash(value) and not is_list(value):
            raise missing(operation, f"{name} parameter is missing or not valid!")


def acting_agent(actor: Actor, sysconfig: SystemConfiguration) -> int:
    """The ID of the agent in whose name is written; for customer users that is the one of the panel."""
    return actor.id if isinstance(actor, Agent) else sysconfig.customer_panel_user_id

"""Ticket::TicketHistoryGet: what has happened to tickets."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials
from genericinterface.auth.permission import accessible_tickets
from genericinterface.database.ticket_history_reading import histories
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.operation.ticket import ticket_ids
from genericinterface.operation.ticket.ticket_ids import TicketIDs
from genericinterface.registry import OPERATIONS
from genericinterface.schema import DateTime, Integer, Structure, Text

NAME = "TicketHistoryGet"


class TicketHistoryGetRequest(Credentials):
    """Which tickets."""

    TicketID: TicketIDs = None


class HistoryEntry(Structure):
    """One entry: what happened, and what the ticket was like afterwards."""

    TicketID: Annotated[Text | None, Meta(description="As it was asked for")] = None
    HistoryTypeID: Integer | None = None
    HistoryType: Annotated[Text | None, Meta(description="Such as NewTicket or StateUpdate")] = None
    Name: Annotated[Text | None, Meta(description="Details, in a form of each type: %%old%%new%%")] = None
    ArticleID: Annotated[Integer | None, Meta(description="0 where it is about no article")] = None
    QueueID: Integer | None = None
    StateID: Integer | None = None
    PriorityID: Integer | None = None
    TypeID: Integer | None = None
    OwnerID: Integer | None = None
    CreateBy: Annotated[Integer | None, Meta(description="The agent who did it")] = None
    CreateTime: DateTime | None = None


class TicketHistory(Structure):
    """The history of one ticket."""

    TicketID: Annotated[Text | None, Meta(description="As it was asked for")] = None
    History: Annotated[list[HistoryEntry] | None, Meta(description="In the order of time")] = None


class TicketHistoryGetResponse(Response):
    """The histories in the order asked for, or an Error."""

    TicketHistory: Annotated[list[TicketHistory] | None, Meta(description="One for each ticket; always a list")] = None


@OPERATIONS.register("Ticket::TicketHistoryGet")
class TicketHistoryGet(Operation[TicketHistoryGetRequest]):
    """Read the history of tickets; for agents. One ticket that is not accessible is an error for all."""

    Request = TicketHistoryGetRequest
    Response = TicketHistoryGetResponse
    errors = {
        "TicketHistoryGet.AuthFail": "login or password is wrong, the session is not good, or it is a customer user",
        "TicketHistoryGet.MissingParameter": "TicketID is missing",
        "TicketHistoryGet.WrongStructure": "TicketID is neither a value nor a list",
        "TicketHistoryGet.AccessDenied": "no such ticket, or no permission to read it; the message names the first",
    }

    def authenticate(self, request: TicketHistoryGetRequest, context: Context, connection: Connection) -> Actor:
        """An agent."""
        actor = context.authenticator.authenticate(request, context.remote_address, connection)
        if actor is None:
            raise OperationError("TicketHistoryGet.AuthFail", "TicketHistoryGet: Authorization failing!")
        if not isinstance(actor, Agent):
            raise OperationError("TicketHistoryGet.AuthFail", "TicketHistoryGet: User needs to an Agent!")
        return actor

    def run(
        self, request: TicketHistoryGetRequest, actor: Actor | None, context: Context, connection: Connection
    ) -> Data:
        """One statement for the permission, one for the entries."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        asked = ticket_ids.asked(request.TicketID, NAME)
        numbers = ticket_ids.numbers(asked)
        known = {number for number in numbers if number is not None}
        allowed = accessible_tickets(connection, actor, known, context.sysconfig) if known else set()
        for name, number in zip(asked, numbers, strict=True):
            if number not in allowed:
                raise OperationError(
                    "TicketHistoryGet.AccessDenied",
                    f"TicketHistoryGet: User does not have access to the ticket {name}!",
                )
        found = histories(connection, known)
        answer = []
        for name, number in zip(asked, numbers, strict=True):
            entries = [{**entry, "TicketID": name} for entry in found.get(number or 0, [])]
            answer.append({"TicketID": name, "History": entries})
        return {"TicketHistory": answer}

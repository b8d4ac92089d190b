"""Ticket::TicketGet: tickets with their articles, attachments and dynamic fields."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials, Customer
from genericinterface.auth.permission import access
from genericinterface.database.articles import Choice
from genericinterface.database.ticket_data import Options, ticket_data
from genericinterface.database.ticket_etag import etag
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.operation.ticket import ticket_ids
from genericinterface.operation.ticket.ticket_answer import TicketData
from genericinterface.operation.ticket.ticket_ids import TicketIDs
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Flag, Text, text, true

NAME = "TicketGet"
EXTENSION = "ETag"  # of `Provider: Extension`: the answer of one ticket carries a mark of its state

MOST = 2**31 - 2  # articles of one ticket

_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)", re.A)


class TicketGetRequest(Credentials):
    """Which tickets, and what of them."""

    TicketID: TicketIDs = None
    DynamicFields: Annotated[Flag | None, Meta(description="1: with the dynamic fields")] = None
    Extended: Annotated[Flag | None, Meta(description="1: with FirstResponse, FirstLock, Closed and the like")] = None
    AllArticles: Annotated[Flag | None, Meta(description="1: with the articles")] = None
    ArticleSenderType: Annotated[
        Any,
        Meta(
            description="Only articles of agent, customer or system; several are put one after the other",
            extra={"scalar": "text", "repeated": True},
        ),
    ] = None
    ArticleOrder: Annotated[Text | None, Meta(description="ASC or DESC; DESC with ArticleLimit only")] = None
    ArticleLimit: Annotated[
        Any, Meta(description="So many articles of each ticket at most", extra={"scalar": "integer"})
    ] = None
    Attachments: Annotated[Flag | None, Meta(description="1: with the attachments of the articles")] = None
    GetAttachmentContents: Annotated[Flag | None, Meta(description="0: without the contents of attachments")] = None
    HTMLBodyAsAttachment: Annotated[Flag | None, Meta(description="1: the HTML body is among the attachments")] = None


class TicketGetResponse(Response):
    """The tickets in the order asked for, or an Error."""

    Ticket: Annotated[list[TicketData] | None, Meta(description="The tickets; always a list")] = None


@OPERATIONS.register("Ticket::TicketGet")
class TicketGet(Operation[TicketGetRequest]):
    """Read tickets. One that is not there or not accessible is an error for all of them."""

    Request = TicketGetRequest
    Response = TicketGetResponse
    errors = {
        "TicketGet.AuthFail": "login or password is wrong, or the session is not good",
        "TicketGet.MissingParameter": "TicketID is missing",
        "TicketGet.WrongStructure": "TicketID is neither a value nor a list",
        "TicketGet.AccessDenied": "no such ticket, or no permission to read it",
    }

    def authenticate(self, request: TicketGetRequest, context: Context, connection: Connection) -> Actor:
        """Any agent or customer user; what they may read is asked with the tickets."""
        actor = context.authenticator.authenticate(request, context.remote_address, connection)
        if actor is None:
            raise OperationError("TicketGet.AuthFail", "TicketGet: Authorization failing!")
        return actor

    def run(self, request: TicketGetRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """One statement for tickets, and one each for articles, attachments and dynamic fields."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        numbers = ticket_ids.numbers(ticket_ids.asked(request.TicketID, NAME))
        wanted = [number for number in numbers if number is not None]
        options = _options(request, isinstance(actor, Customer))
        found = None
        if len(wanted) == len(numbers):
            found = ticket_data(connection, wanted, options, context.sysconfig, access(actor, context.sysconfig))
        if found is None:
            raise OperationError("TicketGet.AccessDenied", "TicketGet: User does not have access to the ticket!")
        if len(found) == 1 and true(self.extension.get(EXTENSION)):
            context.response_headers["ETag"] = etag(connection, wanted[0])
        return {"Ticket": found}


def _options(request: TicketGetRequest, customer: bool) -> Options:
    return Options(
        dynamic_fields=true(request.DynamicFields),
        extended=true(request.Extended),
        articles=_choice(request, customer) if true(request.AllArticles) else None,
        attachments=true(request.Attachments),
        attachment_contents=request.GetAttachmentContents is None or true(request.GetAttachmentContents),
        html_body_as_attachment=true(request.HTMLBodyAsAttachment),
    )


def _choice(request: TicketGetRequest, customer: bool) -> Choice:
    limit = _limit(request.ArticleLimit)
    return Choice(
        sender_types=_sender_types(request.ArticleSenderType),
        limit=limit,
        descending=limit is not None and request.ArticleOrder == "DESC",
        customer=customer,
    )


def _sender_types(value: object) -> tuple[str | None, ...] | None:
    if isinstance(value, list):
        return tuple(text(item) if true(item) else None for item in value)
    return (text(value),) if true(value) else None


def _limit(value: object) -> int | None:
    """How many articles; None: all. As Perl takes the elements from 0 to `ArticleLimit - 1`: 0.5 is 1, text is 0."""
    if not true(value) or isinstance(value, list | dict):
        return None
    found = _NUMBER.match(text(value) or "")
    last = (float(found[1]) if found else 0.0) - 1
    return max(0, int(min(last, MOST)) + 1) if last > -2 else 0

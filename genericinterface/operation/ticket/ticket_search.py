"""Ticket::TicketSearch: the IDs of the tickets that fulfil what the caller asks and that the caller may see."""

from __future__ import annotations

from typing import Annotated, Any, cast

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials, Customer
from genericinterface.auth.permission import found_tickets
from genericinterface.database.search_parameters import NothingError, Question, TooMuchError
from genericinterface.database.ticket_search import Found, search
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.operation.ticket.page_links import page_links
from genericinterface.operation.ticket.ticket_search_request import TicketSearchRequest, parameters_of
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Integer, true

# Of `Provider: Extension` in the web service's definition: errors instead of nothing found, the total in a header, the
# parameter Offset and links to other pages, operators in the names of query parameters.
EXTENSIONS = ("Strict", "TotalCount", "Offset", "DynamicFieldOperators")


class TicketSearchResponse(Response):
    """The IDs found, in order; nothing at all when there are none; or an Error."""

    TicketID: Annotated[list[Integer] | None, Meta(description="IDs of the tickets found")] = None


@OPERATIONS.register("Ticket::TicketSearch")
class TicketSearch(Operation[Any]):
    """Find tickets. Every parameter narrows the search; the values of a list are alternatives."""

    Request = TicketSearchRequest
    Response = TicketSearchResponse
    errors = {
        "TicketSearch.AuthFail": "login or password is wrong, or the session is not good",
        "TicketSearch.InvalidParameter": "a list is too long; under the extension Strict also whatever finds nothing "
        "otherwise: an unknown name, dynamic field or sort key, what is no date or number, a malformed condition",
    }

    def authenticate(self, request: Any, context: Context, connection: Connection) -> Actor:
        """Any agent or customer user; what they may see is part of the search."""
        actor = context.authenticator.authenticate(cast(Credentials, request), context.remote_address, connection)
        if actor is None:
            raise OperationError("TicketSearch.AuthFail", "TicketSearch: Authorization failing!")
        return actor

    def run(self, request: Any, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """One statement; none where the parameters can never be met."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        strict, counted, paged, operators = (true(self.extension.get(name)) for name in EXTENSIONS)
        question = Question(
            parameters_of(request, operators),
            context.sysconfig,
            context.sysconfig.now(),
            visible_articles=isinstance(actor, Customer),
            strict=strict,
        )
        try:
            permission = found_tickets(connection, actor, context.sysconfig)
            found = search(connection, question, permission, paged, counted)
        except NothingError as nothing:
            if strict or isinstance(nothing, TooMuchError):
                raise OperationError("TicketSearch.InvalidParameter", f"TicketSearch: {nothing}!") from nothing
            found = Found([], 0)
        if counted:
            context.response_headers["X-Total-Count"] = str(found.total)
        if paged and context.address and (links := page_links(found, context.address)):
            context.response_headers["Link"] = links
        return {"TicketID": [str(ticket_id) for ticket_id in found.tickets]} if found.tickets else {}

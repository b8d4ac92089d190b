"""Ticket::TicketSearch: the IDs of the tickets that fulfil what the caller asks and that the caller may see."""

from __future__ import annotations

from typing import Annotated, Any, cast

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials
from genericinterface.auth.permission import visible_tickets
from genericinterface.database.ticket_search import ORDER_BY, SORT_BY, read_limit, search
from genericinterface.errors import Fault, OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.operation.ticket.ticket_search_request import LISTS, NOT_YET, TicketSearchRequest
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Integer, text, true


class TicketSearchResponse(Response):
    """The IDs found, in order; nothing at all when there are none; or an Error."""

    TicketID: Annotated[list[Integer] | None, Meta(description="IDs of the tickets found")] = None


@OPERATIONS.register("Ticket::TicketSearch")
class TicketSearch(Operation[Any]):
    """Find tickets. Every parameter narrows the search; the values of a list are alternatives."""

    Request = TicketSearchRequest
    Response = TicketSearchResponse
    errors = {"TicketSearch.AuthFail": "login or password is wrong, or the session is not good"}

    def authenticate(self, request: Any, context: Context, connection: Connection) -> Actor:
        """Any agent or customer user; what they may see is part of the search."""
        actor = context.authenticator.authenticate(cast(Credentials, request), context.remote_address, connection)
        if actor is None:
            raise OperationError("TicketSearch.AuthFail", "TicketSearch: Authorization failing!")
        return actor

    def run(self, request: Any, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """One statement; none where the parameters can never be met."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        for name in NOT_YET:
            if getattr(request, name) is not None:
                raise Fault(f"TicketSearch: the parameter {name} is not available in this version.")
        config = context.sysconfig
        order = _order(request, config.ticket_search_sort_by, config.ticket_search_order_by)
        limit = None if isinstance(request.Limit, list) else read_limit(text(request.Limit), config.ticket_search_limit)
        if order is None or limit is None:
            return {}
        parameters = _parameters(request)
        found = search(connection, parameters, visible_tickets(actor, config), *order, limit, config)
        return {"TicketID": [str(ticket_id) for ticket_id in found]} if found else {}


def _parameters(request: Any) -> dict[str, Any]:
    """The search's parameters by name: texts, and lists of texts; `_listed` names those that were sent as lists."""
    values: dict[str, Any] = {}
    listed = set()
    for name in request.__struct_fields__:
        value = getattr(request, name)
        if value is None:
            continue
        if name in LISTS:
            if isinstance(value, list):
                listed.add(name)
                values[name] = [text(item) for item in value]
            elif not isinstance(value, dict):
                values[name] = [text(value)]
        else:
            values[name] = value
    values["_listed"] = frozenset(listed)
    return values


def _order(request: Any, default_key: str, default_order: str) -> tuple[list[str], list[str]] | None:
    """(sort keys, directions), None where they are not understood: such a search finds nothing (Znuny 6.5).

    A scalar key takes the first of a list of directions; a list of keys needs a direction for each.
    """
    sort_by, order_by = request.SortBy, request.OrderBy
    keys = sort_by if isinstance(sort_by, list) else [sort_by if true(sort_by) else default_key]
    if isinstance(order_by, list):
        orders = order_by
    else:
        orders = [order_by if true(order_by) else default_order]
    if not isinstance(sort_by, list):
        orders = orders[:1]
    if not keys or len(orders) < len(keys):
        return None
    names = [text(key) or "" for key in keys]
    directions = [text(order) or "" for order in orders[: len(keys)]]
    if any(name.startswith("DynamicField_") for name in names):
        raise Fault("TicketSearch: SortBy a dynamic field is not available in this version.")
    if any(name not in SORT_BY for name in names) or any(order not in ORDER_BY for order in directions):
        return None
    return names, directions

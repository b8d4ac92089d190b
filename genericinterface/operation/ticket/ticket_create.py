"""Ticket::TicketCreate: a ticket with one or several articles, written as a whole or not at all."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials, Customer
from genericinterface.auth.permission import may_create_in
from genericinterface.database import tables as t
from genericinterface.database.ticket_change import TicketChange, create_ticket
from genericinterface.database.ticket_numbers import next_number
from genericinterface.database.ticket_row import NewTicket
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data
from genericinterface.operation.ticket import ticket_structures as structures
from genericinterface.operation.ticket.check_article import ArticleCheck
from genericinterface.operation.ticket.check_attachments import check_attachments
from genericinterface.operation.ticket.check_dynamic_fields import check_dynamic_fields
from genericinterface.operation.ticket.check_ticket import TicketCheck, TicketValues
from genericinterface.operation.ticket.included_ticket import created
from genericinterface.operation.ticket.new_article import ArticleWriter, set_fields
from genericinterface.operation.ticket.parameter_errors import missing
from genericinterface.operation.ticket.ticket_request import (
    MAIL_ERRORS,
    Attachments,
    DryRun,
    DynamicFields,
    TicketAnswer,
    TicketWriting,
    acting_agent,
    check_lists,
)
from genericinterface.operation.ticket.ticket_structures import is_hash, is_list, items
from genericinterface.registry import OPERATIONS
from genericinterface.schema import true

NAME = "TicketCreate"


class TicketCreateRequest(Credentials):
    """A ticket and its first article, or several."""

    Ticket: Annotated[Any, Meta(description="The ticket", extra={"structure": structures.Ticket})] = None
    Article: Annotated[
        Any, Meta(description="The article, or several", extra={"structure": structures.Article, "repeated": True})
    ] = None
    DynamicField: DynamicFields = None
    Attachment: Attachments = None
    DryRun: DryRun = None


class TicketCreateResponse(TicketAnswer):
    """The new ticket, or an Error."""


@OPERATIONS.register("Ticket::TicketCreate")
class TicketCreate(TicketWriting[TicketCreateRequest]):
    """Create a ticket."""

    name = NAME
    Request = TicketCreateRequest
    Response = TicketCreateResponse
    errors = {
        "TicketCreate.MissingParameter": "a parameter is missing; the message names it",
        "TicketCreate.AuthFail": "login or password is wrong, or the session is not good",
        "TicketCreate.InvalidParameter": "a parameter cannot be so; the message names it",
        "TicketCreate.IdempotencyKeyReused": "the key came with another request before (extension IdempotencyKey)",
        "TicketCreate.AccessDenied": "no permission to create tickets in the queue",
    } | {f"{NAME}.{code}": words for code, words in MAIL_ERRORS.items()}

    def write(self, request: TicketCreateRequest, actor: Actor, context: Context, connection: Connection) -> Data:
        """The new ticket, with the IDs of its articles and, where the definition asks for it, as a whole."""
        sysconfig = context.sysconfig
        _check_shape(request)
        ticket_check = TicketCheck(NAME, connection, sysconfig)
        ticket = ticket_check.check(request.Ticket)
        group = ticket_check.names[t.queue.name].groups[ticket.queue_id or 0]
        if not may_create_in(connection, actor, group, sysconfig):
            raise OperationError(f"{NAME}.AccessDenied", f"{NAME}: Can not create tickets in given Queue or QueueID!")
        article_check = ArticleCheck(NAME, actor, ticket_check.names, sysconfig)
        articles = [article_check.check(item) for item in items(request.Article)]
        fields = check_dynamic_fields(NAME, connection, request.DynamicField, sysconfig.now())
        attachments = check_attachments(NAME, request.Attachment)

        change = _begin(ticket, acting_agent(actor, sysconfig), context, connection)
        _set_lock_and_pending_time(change, ticket)
        set_fields(change, fields)
        writer = ArticleWriter(NAME, change, actor, context, ticket.customer)
        for article in articles:
            writer.add(article, attachments, fields)
        _set_owner_and_responsible(change, ticket)
        answer: Data = {"TicketID": str(change.flush()), "TicketNumber": change.row.tn, **writer.answer()}
        if true(self.config.get("IncludeTicketData")):
            answer["Ticket"] = created(change, writer, is_customer=isinstance(actor, Customer))
        return answer


def _check_shape(request: TicketCreateRequest) -> None:
    if not is_hash(request.Article) and not is_list(request.Article):
        raise missing(NAME, "Article parameter is missing or not valid!")
    if not is_hash(request.Ticket):
        raise missing(NAME, "Ticket parameter is missing or not valid!")
    check_lists(NAME, request)


def _begin(ticket: TicketValues, user_id: int, context: Context, connection: Connection) -> TicketChange:
    """The ticket as it is at first: unlocked, of user 1, and with the company of its customer user."""
    sysconfig = context.sysconfig
    company = ticket.customer.customer_id if ticket.customer is not None else ""
    new = NewTicket(
        tn=next_number(connection, sysconfig),
        title=ticket.title or "",
        queue_id=ticket.queue_id or 0,
        lock_id=1,
        state_id=ticket.state_id or 0,
        priority_id=ticket.priority_id or 0,
        type_id=ticket.type_id or 1,
        service_id=ticket.service_id,
        sla_id=ticket.sla_id,
        customer_id=ticket.customer_id if ticket.customer_id is not None else company,
        customer_user=ticket.customer_user,
    )
    return create_ticket(connection, new, user_id, sysconfig, sysconfig.now())


def _set_lock_and_pending_time(change: TicketChange, ticket: TicketValues) -> None:
    """A closed ticket is unlocked, whatever was asked for."""
    if ticket.lock_id is not None:
        change.set_lock(ticket.lock_id)
    if change.state_type(change.row.ticket_state_id).startswith("close"):
        change.set_lock(change.names[t.ticket_lock_type.name].ids["unlock"])
    if ticket.pending_until is not None:
        change.set_pending_time(ticket.pending_until)


def _set_owner_and_responsible(change: TicketChange, ticket: TicketValues) -> None:
    """Without an owner it is who asks; a given one locks the ticket unless the request says how it is locked."""
    if ticket.owner_id is None:
        change.set_owner(change.user_id)
    else:
        change.set_owner(ticket.owner_id)
        if ticket.lock_id is None:
            change.set_lock(change.names[t.ticket_lock_type.name].ids["lock"])
    if ticket.responsible_id is not None:
        change.set_responsible(ticket.responsible_id)

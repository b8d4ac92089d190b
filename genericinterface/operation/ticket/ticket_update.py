"""Ticket::TicketUpdate: changes of a ticket, and perhaps one more article; all of it or nothing."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials, Customer
from genericinterface.auth.permission import (
    ROOT,
    TicketPermissions,
    accessible_tickets,
    may_move_into,
    ticket_permissions,
)
from genericinterface.database import tables as t
from genericinterface.database import ticket_ids
from genericinterface.database.ticket_change import TicketChange, read_for_update
from genericinterface.database.ticket_etag import etag
from genericinterface.errors import Fault, OperationError
from genericinterface.operation.operation import Context, Data
from genericinterface.operation.ticket import ticket_structures as structures
from genericinterface.operation.ticket.check_article import ArticleCheck, ArticleValues
from genericinterface.operation.ticket.check_attachments import check_attachments
from genericinterface.operation.ticket.check_dynamic_fields import FieldValue, check_dynamic_fields
from genericinterface.operation.ticket.check_ticket import TicketCheck, TicketValues
from genericinterface.operation.ticket.included_ticket import updated
from genericinterface.operation.ticket.new_article import ArticleWriter, set_fields
from genericinterface.operation.ticket.parameter_errors import invalid, missing
from genericinterface.operation.ticket.ticket_extensions import check_unchanged
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
from genericinterface.operation.ticket.ticket_structures import given, is_hash
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Integer, Text, true

NAME = "TicketUpdate"


class TicketUpdateRequest(Credentials):
    """Which ticket, and what is different from now on."""

    TicketID: Annotated[Integer | None, Meta(description="The ticket")] = None
    TicketNumber: Annotated[Text | None, Meta(description="The ticket; it counts where there is an ID, too")] = None
    Ticket: Annotated[Any, Meta(description="What changes", extra={"structure": structures.Ticket})] = None
    Article: Annotated[Any, Meta(description="One more article", extra={"structure": structures.Article})] = None
    DynamicField: DynamicFields = None
    Attachment: Attachments = None
    DryRun: DryRun = None


class TicketUpdateResponse(TicketAnswer):
    """The ticket, and its new article where there is one; or an Error."""


@OPERATIONS.register("Ticket::TicketUpdate")
class TicketUpdate(TicketWriting[TicketUpdateRequest]):
    """Change a ticket."""

    name = NAME
    Request = TicketUpdateRequest
    Response = TicketUpdateResponse
    errors = {
        "TicketUpdate.EmptyRequest": "the request has no data at all",
        "TicketUpdate.MissingParameter": "a parameter is missing; the message names it",
        "TicketUpdate.AuthFail": "login or password is wrong, or the session is not good",
        "TicketUpdate.AccessDenied": "no such ticket, or no permission for it or for a change; the message says which",
        "TicketUpdate.PreconditionFailed": "If-Match is not the ticket's ETag (extension ETag)",
        "TicketUpdate.IdempotencyKeyReused": "the key came with another request before (extension IdempotencyKey)",
        "TicketUpdate.InvalidParameter": "a parameter cannot be so; the message names it",
        "TicketCreate.InvalidParameter": "an article is to be sent and To is no address (the reference says so, too)",
    } | {f"{NAME}.{code}": words for code, words in MAIL_ERRORS.items()}

    def authenticate(self, request: TicketUpdateRequest, context: Context, connection: Connection) -> Actor:
        """Any agent or customer user, where there are any data and a ticket is named."""
        if context.is_empty:
            raise OperationError(f"{NAME}.EmptyRequest", f"{NAME}: The request data is invalid!")
        if given(request.TicketID) is None and given(request.TicketNumber) is None:
            raise missing(NAME, "TicketID or TicketNumber is required!")
        return super().authenticate(request, context, connection)

    def write(self, request: TicketUpdateRequest, actor: Actor, context: Context, connection: Connection) -> Data:
        """The ticket, locked before anything of it is checked, with the ID of an article that was added."""
        sysconfig = context.sysconfig
        change = _ticket(request, actor, context, connection)
        permissions = _permissions(change, actor, context)
        if true(self.extension.get("ETag")):
            check_unchanged(NAME, change.row.id, context, connection)
        _check_shape(request)
        ticket_check = TicketCheck(NAME, connection, sysconfig)
        ticket = ticket_check.check(request.Ticket or {}, change.row.customer_user_id, change.row.service_id)
        article = None
        if request.Article is not None:
            article = ArticleCheck(NAME, actor, ticket_check.names, sysconfig).check(request.Article)
        fields = check_dynamic_fields(NAME, connection, request.DynamicField, change.now, article is not None)
        attachments = check_attachments(NAME, request.Attachment)
        if attachments and article is None:
            raise missing(NAME, "To create an attachment an article is needed!")
        _check_permissions(permissions, change, ticket, article, fields)

        _set(change, ticket)
        writer = ArticleWriter(NAME, change, actor, context)
        if article is not None:
            writer.add(article, attachments, fields)
        else:
            set_fields(change, fields)
        ticket_id = change.flush()
        # As Znuny 6.5: an ID as it came, else a number.
        shown = request.TicketID if given(request.TicketNumber) is None else ticket_id
        answer: Data = {"TicketID": shown, "TicketNumber": change.row.tn, **writer.answer()}
        if true(self.extension.get("ETag")):
            context.response_headers["ETag"] = etag(connection, ticket_id)
        if true(self.config.get("IncludeTicketData")):
            answer["Ticket"] = updated(change, writer, is_customer=isinstance(actor, Customer))
            if "Article" in answer["Ticket"]:  # also of a request without an article
                answer.setdefault("ArticleID", answer["Ticket"]["Article"]["ArticleID"])
        return answer


def _ticket(request: TicketUpdateRequest, actor: Actor, context: Context, connection: Connection) -> TicketChange:
    """The ticket, locked until the end of the transaction; raises OperationError where there is none."""
    number, text = given(request.TicketNumber), given(request.TicketID)
    ticket_id = ticket_ids.by_number(connection, number) if number is not None else ticket_ids.by_id(text or "")
    user_id, now = acting_agent(actor, context.sysconfig), context.sysconfig.now()
    change = read_for_update(connection, ticket_id, user_id, context.sysconfig, now) if ticket_id is not None else None
    if change is None:
        raise _denied("User does not have access to the ticket!")
    return change


def _permissions(change: TicketChange, actor: Actor, context: Context) -> TicketPermissions:
    """What may be done with the ticket; raises OperationError for who may not even see it.

    A customer user who may see it does the rest in the name of the panel's agent, as in Znuny 6.5.
    """
    agent = actor if isinstance(actor, Agent) else Agent(change.user_id, "")
    permissions = ticket_permissions(change.connection, agent, change.row.id, context.sysconfig)
    if isinstance(actor, Agent):
        is_seen = permissions.allow("ro")
    else:
        is_seen = bool(accessible_tickets(change.connection, actor, [change.row.id], context.sysconfig))
    if not is_seen:
        raise _denied("User does not have access to the ticket!")
    return permissions


def _denied(sentence: str) -> OperationError:
    return OperationError(f"{NAME}.AccessDenied", f"{NAME}: {sentence}")


def _check_shape(request: TicketUpdateRequest) -> None:
    for name in ("Ticket", "Article"):
        value = getattr(request, name)
        if value is not None and not is_hash(value):
            raise invalid(NAME, f"{name} parameter is not valid!")
    check_lists(NAME, request)


def _check_permissions(
    permissions: TicketPermissions,
    change: TicketChange,
    ticket: TicketValues,
    article: ArticleValues | None,
    fields: list[FieldValue],
) -> None:
    """What may be changed; everything else needs no more than to see the ticket (Znuny 6.5)."""
    for is_asked, permission, what in (
        (article is not None, "note", "create new articles"),
        (bool(fields), "rw", "update dynamic fields"),
        (ticket.queue_id is not None, "move", "update queue"),
        (ticket.owner_id is not None, "owner", "update owner"),
        (ticket.responsible_id is not None, "responsible", "update responsibe"),
        (ticket.priority_id is not None, "priority", "update priority"),
        (_closes(change, ticket), "close", "update state"),
    ):
        if is_asked and not permissions.allow(permission):
            raise _denied(f"Does not have permissions to {what}!")


def _closes(change: TicketChange, ticket: TicketValues) -> bool:
    """Whether the ticket gets a closed or a pending state."""
    return ticket.state_id is not None and change.state_type(ticket.state_id).startswith(("close", "pending"))


def _set(change: TicketChange, ticket: TicketValues) -> None:
    """The setters in the order of Znuny 6.5, which the history shows."""
    if ticket.title is not None:
        change.set_title(ticket.title)
    if ticket.queue_id is not None:
        _set_queue(change, ticket.queue_id)
    if ticket.lock_id is not None:
        change.set_lock(ticket.lock_id)
    if ticket.type_id is not None:
        change.set_type(ticket.type_id)
    if ticket.state_id is not None:
        _set_state(change, ticket.state_id, ticket)
    if ticket.service_id is not None and ticket.service_id != change.row.service_id:
        change.set_sla(None)  # an SLA belongs to a service
        change.set_service(ticket.service_id)
    if ticket.sla_id is not None:
        change.set_sla(ticket.sla_id)
    if ticket.customer_user is not None or ticket.customer_id is not None:
        _set_customer(change, ticket)
    if ticket.priority_id is not None:
        change.set_priority(ticket.priority_id)
    if ticket.owner_id is not None:
        change.set_owner(ticket.owner_id)
    if ticket.responsible_id is not None:
        change.set_responsible(ticket.responsible_id)


def _set_queue(change: TicketChange, queue_id: int) -> None:
    """Who moves a ticket needs move_into where it goes, except user 1; Znuny 6.5 answers with a fault, too."""
    if queue_id != change.row.queue_id and change.user_id != ROOT:
        group = change.names[t.queue.name].groups[queue_id]
        if not may_move_into(change.connection, change.user_id, group):
            raise Fault("Ticket queue could not be updated, please contact system administrator!")
    change.set_queue(queue_id)


def _set_state(change: TicketChange, state_id: int, ticket: TicketValues) -> None:
    """A pending state needs a time; closing unlocks the ticket first."""
    kind = change.state_type(state_id)
    if kind.startswith("pending"):
        if ticket.pending_until is None:
            # Without the operation's name before it, as in Znuny 6.5.
            sentence = "Can't set a ticket on a pending state without pendig time!"
            raise OperationError(f"{NAME}.MissingParameter", sentence)
        change.set_pending_time(ticket.pending_until)
    if kind.startswith("close"):
        change.set_lock(change.names[t.ticket_lock_type.name].ids["unlock"])
    change.set_state(state_id)


def _set_customer(change: TicketChange, ticket: TicketValues) -> None:
    """A customer user brings its company along; a company alone takes the customer user away (Znuny 6.5)."""
    company = ticket.customer.customer_id if ticket.customer is not None else ""
    customer_id = ticket.customer_id if ticket.customer_id is not None else company
    change.set_customer(customer_id, ticket.customer_user or "")

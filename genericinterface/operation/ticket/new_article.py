"""Makes the articles of TicketCreate and TicketUpdate: who they are from and to where the request does not say it.

Called by ticket_create.py and ticket_update.py for each article that was checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genericinterface.auth import Actor, Agent
from genericinterface.database import tables as t
from genericinterface.database.agent_names import full_name
from genericinterface.database.article_writing import NewArticle, NewAttachment, add_article
from genericinterface.database.dynamic_field_values import Value
from genericinterface.database.dynamic_field_writing import set_article_values, set_values
from genericinterface.database.dynamic_fields import ConfiguredField
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_customers import TicketCustomer
from genericinterface.database.ticket_flush import Article
from genericinterface.errors import MailError, OperationError
from genericinterface.mail import inline_images
from genericinterface.mail.article_send import send_article
from genericinterface.mail.auto_response import respond
from genericinterface.mail.entity import Attachment
from genericinterface.operation.operation import Context
from genericinterface.operation.ticket.check_article import ArticleValues
from genericinterface.operation.ticket.check_attachments import AttachmentValues
from genericinterface.operation.ticket.check_dynamic_fields import ARTICLE, FieldValue


def set_fields(change: TicketChange, fields: Sequence[FieldValue], article: Article | None = None) -> None:
    """Sets the ticket's fields and, with an article, its own. A field that is given twice is set twice."""
    rest = list(fields)
    while rest:
        now: dict[ConfiguredField, Value] = {}
        while rest and rest[0].field not in now:
            entry = rest.pop(0)
            now[entry.field] = entry.value
        set_values(change, {field: values for field, values in now.items() if field.object_type != ARTICLE})
        if article is not None:
            of_article = {field: values for field, values in now.items() if field.object_type == ARTICLE}
            set_article_values(change, article, of_article)


class ArticleWriter:
    """Adds the articles of one request to a change of a ticket; `customer` is the customer user of a new one.

    `has_attachments` tells whether the request brought files.
    """

    def __init__(
        self,
        operation: str,
        change: TicketChange,
        actor: Actor,
        context: Context,
        customer: TicketCustomer | None = None,
    ) -> None:
        self.operation = operation
        self.change = change
        self.actor = actor
        self.context = context
        self.customer = customer
        self.has_attachments = False
        self._creates = change.is_new
        self._written: list[tuple[Article, ArticleValues]] = []

    def add(self, values: ArticleValues, attachments: Sequence[AttachmentValues], fields: Sequence[FieldValue]) -> None:
        """One more article, with the files of the request and its own; then its auto response, the time and the fields.

        Sent where it is asked for. Raises OperationError for what cannot be sent, signed or encrypted.
        """
        files = (*attachments, *values.attachments)
        self.has_attachments |= bool(files)
        new = self._new(values, files)
        try:
            article = self._sent(new, values) if values.send else add_article(self.change, new)
            self._written.append((article, values))
            respond(self.change, article, values.auto_response_type)
        except MailError as error:
            raise OperationError(f"{self.operation}.{error.code}", f"{self.operation}: {error.message}") from error
        if values.time_unit is not None:
            self.change.account_time(values.time_unit, article)
        set_fields(self.change, fields, article)

    def ids(self) -> list[int]:
        """The IDs of what was added, after the change is flushed."""
        return [article.id for article, _ in self._written]

    def answer(self) -> dict[str, Any]:
        """ArticleID of what was added, after the change is flushed: one, or a list of several.

        Znuny 6.5 has them as text where SenderType is `customer`, else as numbers.
        """
        found = [str(article.id) if values.as_text else article.id for article, values in self._written]
        return {"ArticleID": found if len(found) > 1 else found[0]} if found else {}

    def _sent(self, new: NewArticle, values: ArticleValues) -> Article:
        if values.sign is None and values.crypt is None:
            return send_article(self.change, new)
        return send_article(self.change, new, values.sign, values.crypt, self.context.key_stores())

    def _new(self, values: ArticleValues, files: Sequence[AttachmentValues]) -> NewArticle:
        body, pictures = values.body, list[Attachment]()
        if not values.send and values.content_type.startswith("text/html"):
            body, pictures = inline_images.take_out(body, self.change.sysconfig.fqdn)
        # Of a new ticket's article that is not sent, Znuny 6.5 keeps neither Cc nor Bcc.
        has_copies = values.send or not self._creates
        return NewArticle(
            subject=values.subject,
            body=body,
            content_type=values.content_type,
            channel_id=values.channel_id,
            sender_type_id=values.sender_type_id,
            is_visible_for_customer=values.is_visible_for_customer,
            history_type=values.history_type,
            history_comment=values.history_comment,
            from_=self._from(values),
            to=self._to(values),
            cc=(values.cc or "") if has_copies else "",
            bcc=(values.bcc or "") if has_copies else "",
            attachments=(*(_picture(picture) for picture in pictures), *(_attachment(file) for file in files)),
        )

    def _from(self, values: ArticleValues) -> str:
        """A new ticket's article is from its customer user, a further one from the agent; a mail from the queue."""
        if values.from_ is not None or values.send:
            return values.from_ or ""
        if self._creates:
            return self.customer.address if self.customer is not None else self.change.row.customer_user_id or ""
        if isinstance(self.actor, Agent):
            order = self.change.sysconfig.firstname_lastname_order
            return full_name(self.change.connection, self.actor.id, order)
        return ""

    def _to(self, values: ArticleValues) -> str:
        """A new ticket's article is to its queue, a further one of the channel Email to its customer user."""
        if self._creates and not values.send:
            return self.change.names[t.queue.name].names[self.change.row.queue_id]
        if values.to is None and values.channel == "Email":
            return self.change.row.customer_user_id or ""
        return values.to or ""


def _attachment(file: AttachmentValues) -> NewAttachment:
    return NewAttachment(file.filename, file.content, file.content_type, file.disposition or "", file.content_id)


def _picture(picture: Attachment) -> NewAttachment:
    return NewAttachment(
        picture.filename, picture.content, picture.content_type, picture.disposition, picture.content_id
    )

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
from genericinterface.database.dynamic_field_writing import set_article_values, set_values
from genericinterface.database.dynamic_fields import ConfiguredField
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_customers import TicketCustomer
from genericinterface.database.ticket_flush import Article
from genericinterface.operation.ticket.check_article import ArticleValues
from genericinterface.operation.ticket.check_attachments import AttachmentValues
from genericinterface.operation.ticket.check_dynamic_fields import ARTICLE, FieldValue


def set_fields(change: TicketChange, fields: Sequence[FieldValue], article: Article | None = None) -> None:
    """Sets the ticket's fields and, with an article, its own. A field that is given twice is set twice."""
    rest = list(fields)
    while rest:
        now: dict[ConfiguredField, list[str]] = {}
        while rest and rest[0].field not in now:
            entry = rest.pop(0)
            now[entry.field] = entry.values
        set_values(change, {field: values for field, values in now.items() if field.object_type != ARTICLE})
        if article is not None:
            of_article = {field: values for field, values in now.items() if field.object_type == ARTICLE}
            set_article_values(change, article, of_article)


class ArticleWriter:
    """Adds the articles of one request to a change of a ticket; `customer` is the customer user of a new one."""

    def __init__(self, change: TicketChange, actor: Actor, customer: TicketCustomer | None = None) -> None:
        self.change = change
        self.actor = actor
        self.customer = customer
        self._written: list[tuple[Article, ArticleValues]] = []

    def add(self, values: ArticleValues, attachments: Sequence[AttachmentValues], fields: Sequence[FieldValue]) -> None:
        """One more article, with the files of the request and its own, and then the fields, as Znuny 6.5 does."""
        new = NewArticle(
            subject=values.subject,
            body=values.body,
            content_type=values.content_type,
            channel_id=values.channel_id,
            sender_type_id=values.sender_type_id,
            is_visible_for_customer=values.is_visible_for_customer,
            history_type=values.history_type,
            history_comment=values.history_comment,
            from_=self._from(values),
            to=self._to(values),
            # Of a new ticket's article that is not sent, Znuny 6.5 keeps neither.
            cc="" if self.change.is_new and not values.send else values.cc or "",
            bcc="" if self.change.is_new and not values.send else values.bcc or "",
            attachments=tuple(_attachment(file) for file in (*attachments, *values.attachments)),
        )
        article = add_article(self.change, new)
        self._written.append((article, values))
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

    def _from(self, values: ArticleValues) -> str:
        """A new ticket's article is from its customer user, a further one from the agent who asks."""
        if values.from_ is not None:
            return values.from_
        if self.change.is_new:
            return self.customer.address if self.customer is not None else self.change.row.customer_user_id or ""
        if isinstance(self.actor, Agent):
            order = self.change.sysconfig.firstname_lastname_order
            return full_name(self.change.connection, self.actor.id, order)
        return ""

    def _to(self, values: ArticleValues) -> str:
        """A new ticket's article is to its queue, a further mail to its customer user."""
        if self.change.is_new and not values.send:
            return self.change.names[t.queue.name].names[self.change.row.queue_id]
        if values.to is None and values.channel == "Email":
            return self.change.row.customer_user_id or ""
        return values.to or ""


def _attachment(file: AttachmentValues) -> NewAttachment:
    return NewAttachment(file.filename, file.content, file.content_type, file.disposition or "", file.content_id)

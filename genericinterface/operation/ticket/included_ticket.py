"""The ticket in the answer of TicketCreate and TicketUpdate, where the operation's definition says IncludeTicketData.

Called by both after everything is written, in the same transaction. It has the form of TicketGet with the differences
that Znuny 6.5 makes: one hash, no times, Service and SLA only where there are some.
"""

from __future__ import annotations

from typing import Any

from genericinterface.database.articles import Choice
from genericinterface.database.ticket_change import TicketChange
from genericinterface.database.ticket_data import Options, ticket_data
from genericinterface.operation.ticket.new_article import ArticleWriter

Data = dict[str, Any]

# What is told of the last article where the request brought none.
OLD_ARTICLE = (
    "ArticleID",
    "ArticleNumber",
    "ChangeBy",
    "ChangeTime",
    "CommunicationChannelID",
    "CreateBy",
    "CreateTime",
    "IsVisibleForCustomer",
    "SenderType",
    "SenderTypeID",
    "TicketID",
)


def created(change: TicketChange, writer: ArticleWriter, is_customer: bool) -> Data:
    """A new ticket with a list of its articles. `is_customer`: as a customer user sees it, without Bcc."""
    ticket = _ticket(change, Choice(customer=is_customer), writer.has_attachments)
    if "Article" in ticket:
        ticket["Article"] = [_article(article) for article in ticket["Article"]]
    return ticket


def updated(change: TicketChange, writer: ArticleWriter, is_customer: bool) -> Data:
    """A ticket with its last article, of which little is told if it was there before."""
    ticket = _ticket(change, Choice(limit=1, descending=True, customer=is_customer), writer.has_attachments)
    if "Article" in ticket:
        (article,) = ticket["Article"]
        is_new = article["ArticleID"] in writer.ids()
        ticket["Article"] = _article(article) if is_new else {name: article[name] for name in OLD_ARTICLE}
    return ticket


def _ticket(change: TicketChange, articles: Choice, with_attachments: bool) -> Data:
    options = Options(dynamic_fields=True, articles=articles, attachments=with_attachments)
    found = ticket_data(change.connection, [change.row.id], options, change.sysconfig)
    ticket = {name: value for name, value in (found or [{}])[0].items() if name != "TimeUnit"}
    return {name: value for name, value in ticket.items() if value or name not in ("Service", "SLA")}


def _article(article: Data) -> Data:
    shown = {name: value for name, value in article.items() if name != "TimeUnit"}
    if "Attachment" in shown:
        files = sorted(shown["Attachment"], key=lambda file: str(file["Filename"]))
        shown["Attachment"] = [{name: value for name, value in file.items() if name != "FileID"} for file in files]
    return shown

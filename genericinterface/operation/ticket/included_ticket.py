"""The ticket in the answer of TicketCreate and TicketUpdate, where the operation's definition says IncludeTicketData.

Called by both after everything is written, in the same transaction. It has the form of TicketGet with the differences
that Znuny 6.5 makes: one hash, no times, Service and SLA only where there are some.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from genericinterface.database.articles import Choice
from genericinterface.database.ticket_data import Options, ticket_data
from genericinterface.sysconfig import SystemConfiguration

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


def included(
    connection: Connection,
    sysconfig: SystemConfiguration,
    ticket_id: int,
    *,
    created: bool,
    article_ids: list[int],
    with_attachments: bool,
    customer: bool,
) -> Data:
    """The ticket with the articles of the request: a list of them for one that was created, else its last article.

    `customer`: as a customer user sees it, without Bcc.
    """
    choice = Choice(customer=customer) if created else Choice(limit=1, descending=True, customer=customer)
    options = Options(dynamic_fields=True, articles=choice, attachments=with_attachments)
    found = ticket_data(connection, [ticket_id], options, sysconfig) or [{}]
    ticket = {name: value for name, value in found[0].items() if name != "TimeUnit"}
    for name in ("Service", "SLA"):
        if not ticket.get(name):
            ticket.pop(name, None)
    articles = [_article(article, bool(article_ids)) for article in ticket.pop("Article", [])]
    if articles:
        ticket["Article"] = articles if created else articles[0]
    return ticket


def _article(article: Data, is_new: bool) -> Data:
    if not is_new:
        return {name: article[name] for name in OLD_ARTICLE if name in article}
    shown = {name: value for name, value in article.items() if name != "TimeUnit"}
    if "Attachment" in shown:
        files = sorted(shown["Attachment"], key=lambda file: str(file["Filename"]))
        shown["Attachment"] = [{name: value for name, value in file.items() if name != "FileID"} for file in files]
    return shown

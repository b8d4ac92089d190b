"""When a ticket escalates after a change that is not written yet. Called by ticket_change.py; reads, never writes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from genericinterface import escalation
from genericinterface.database import escalations, lookups
from genericinterface.database import tables as t
from genericinterface.database.ticket_flush import Article
from genericinterface.database.ticket_row import TicketRow
from genericinterface.escalation import Columns, Facts
from genericinterface.sysconfig import SystemConfiguration


def columns(
    connection: Connection,
    row: TicketRow,
    state_type: str,
    articles: Iterable[Article],
    is_closed_now: bool,
    sysconfig: SystemConfiguration,
) -> Columns:
    """The columns of a ticket with new articles, which was perhaps closed just now (and perhaps opened again).

    `row` with ID 0 is a new ticket. Costs a statement for a stored ticket that can escalate, and one in a second for
    the times of queues and SLAs.
    """
    preferences = escalations.escalation_times(connection).of(row.queue_id, row.sla_id, sysconfig)
    if state_type.startswith(escalation.ENDED) or not preferences.is_limited:
        return Columns()
    created = sysconfig.to_epoch(row.create_time)
    facts = escalations.facts(connection, row.id, created, sysconfig) if row.id else Facts(created)
    senders = lookups.names(connection, [t.article_sender_type])[t.article_sender_type.name].names
    for article in articles:
        sender = senders[article.row["article_sender_type_id"]]
        moment = sysconfig.to_epoch(article.row["create_time"])
        facts = facts.with_article(sender, bool(article.row["is_visible_for_customer"]), moment)
    if is_closed_now:
        facts = facts.with_closed(sysconfig.to_epoch(row.change_time))
    return escalation.columns(facts, state_type, preferences, sysconfig)

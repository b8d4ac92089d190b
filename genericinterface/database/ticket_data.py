"""Tickets with all that hangs on them, as TicketGet answers them: one function, also for TicketCreate and TicketUpdate.

Called by operation/ticket. However many tickets and articles: one statement for tickets, and one each for articles,
attachments and dynamic fields where they are asked for; names cost one in a second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from genericinterface import escalation
from genericinterface.database import articles, dynamic_field_reading, tickets
from genericinterface.database.escalations import escalation_times
from genericinterface.database.permission import EVERYTHING, Access
from genericinterface.escalation import Preferences
from genericinterface.sysconfig import SystemConfiguration
from genericinterface.working_time import working_time

Data = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What is wanted beside the tickets themselves. `articles` None: no articles, and no attachments either."""

    dynamic_fields: bool = False
    extended: bool = False
    articles: articles.Choice | None = None
    attachments: bool = False
    attachment_contents: bool = True
    html_body_as_attachment: bool = False


def ticket_data(
    connection: Connection,
    ticket_ids: Sequence[int],
    options: Options,
    sysconfig: SystemConfiguration,
    access: Access = EVERYTHING,
) -> list[Data] | None:
    """The tickets in the order asked for, or None where one of them is not there or not accessible.

    A ticket has the keys `DynamicField` and `Article`, an article `DynamicField` and `Attachment`, where they are
    asked for and there are some. `access` is of auth/permission.py; without it every ticket is read.
    """
    stored = tickets.read(connection, set(ticket_ids), options.extended, access)
    if not all(number in stored for number in ticket_ids):
        return None
    known = tickets.names(connection, stored.values())
    times = escalation_times(connection)
    now = sysconfig.to_epoch(sysconfig.now())
    data: dict[int, Data] = {}
    for number, ticket in stored.items():
        data[number] = shown = tickets.shown(ticket, known, now, sysconfig.to_epoch(ticket.create_time))
        preferences = times.of(ticket.queue_id, ticket.sla_id, sysconfig)
        shown |= escalation.attributes(_columns(ticket), str(shown["StateType"]), preferences, sysconfig, now)
        if options.extended:
            shown |= _moments(ticket, preferences, sysconfig)
    found = _add_articles(connection, data, options)
    if options.dynamic_fields:
        _add_dynamic_fields(connection, data, found)
    return [data[number] for number in ticket_ids]


def _columns(ticket: tickets.Stored) -> escalation.Columns:
    return escalation.Columns(
        ticket.escalation_time,
        ticket.escalation_response_time,
        ticket.escalation_update_time,
        ticket.escalation_solution_time,
    )


def _moments(ticket: tickets.Stored, preferences: Preferences, sysconfig: SystemConfiguration) -> Data:
    """What the option Extended adds: moments, working time until then, and what was left of the time to escalation."""
    moments = {"FirstResponse": ticket.first_response, "Closed": ticket.closed, "FirstLock": ticket.first_lock}
    data: Data = {name: str(moment) for name, moment in moments.items() if moment is not None}
    limit = preferences.first_response.minutes
    if ticket.first_response is not None and limit:
        data["FirstResponseInMin"] = minutes = _minutes(ticket, ticket.first_response, preferences, sysconfig)
        data["FirstResponseDiffInMin"] = limit - minutes
    limit = preferences.solution.minutes
    if ticket.closed is not None:
        data["SolutionInMin"] = minutes = _minutes(ticket, ticket.closed, preferences, sysconfig)
        if limit:
            data["SolutionDiffInMin"] = limit - minutes
    return data


def _minutes(
    ticket: tickets.Stored, moment: dt.datetime, preferences: Preferences, sysconfig: SystemConfiguration
) -> int:
    """Whole minutes of working time since the ticket was created."""
    created, until = sysconfig.to_epoch(ticket.create_time), sysconfig.to_epoch(moment)
    return working_time(sysconfig, preferences.calendar, created, until) // 60


def _add_articles(connection: Connection, data: dict[int, Data], options: Options) -> dict[int, Data]:
    """Adds the articles and their attachments; gives the articles by ID."""
    if options.articles is None:
        return {}
    found = articles.read(connection, data, options.articles)
    for ticket, listed in found.items():
        if listed:
            data[ticket]["Article"] = listed
    by_id = {article["ArticleID"]: article for listed in found.values() for article in listed}
    if options.attachments:
        wanted = options.attachment_contents, options.html_body_as_attachment
        for article, files in articles.attachments(connection, by_id, *wanted).items():
            by_id[article]["Attachment"] = files
    return by_id


def _add_dynamic_fields(connection: Connection, data: dict[int, Data], found: dict[int, Data]) -> None:
    of_tickets, of_articles = dynamic_field_reading.values(connection, data, found)
    for shown, by_id in ((of_tickets, data), (of_articles, found)):
        for number, fields in shown.items():
            if fields:
                by_id[number]["DynamicField"] = fields

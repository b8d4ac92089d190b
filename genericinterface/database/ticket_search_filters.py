"""FILTERS: one row per thing that a search can ask of tickets, each with its parameters.

Called by ticket_search.py; the request type, the documentation and the tests are made from it.
"""

from __future__ import annotations

from genericinterface.database import tables as t
from genericinterface.database.search_articles import articles
from genericinterface.database.search_dynamic_fields import dynamic_fields
from genericinterface.database.search_parameters import Filter, Parameter, Question, Reading
from genericinterface.database.search_references import (
    at_creation,
    by_number,
    by_reference,
    queues,
    state_type_ids,
    state_types,
    watchers,
)
from genericinterface.database.search_texts import by_condition, customer_ids
from genericinterface.database.search_times import TIME_FAMILIES

_ticket, _history = t.ticket.c, t.ticket_history.c


def _archive() -> Filter:
    """Only where the archive is on: archived tickets are found when they are asked for."""

    def read(question: Question) -> Reading | None:
        wanted = question.scalar("SearchInArchive")
        if not question.sysconfig.ticket_archive_system or wanted == "AllTickets":
            return None
        return Reading(wanted == "ArchivedTickets")

    description = "AllTickets: archived ones too; ArchivedTickets: these only; else none of them"
    parameter = Parameter("SearchInArchive", "text", description)
    return Filter((parameter,), read, lambda archived: _ticket.archive_flag == (1 if archived else 0), always=True)


FILTERS: tuple[Filter, ...] = (
    by_condition(_ticket.tn, "TicketNumber", "Ticket numbers, as conditions"),
    by_number(_ticket.id, "TicketID", "Tickets, by ID"),
    by_condition(_ticket.title, "Title", "Titles, as conditions"),
    queues(),
    by_reference(_ticket.type_id, t.ticket_type, "Types", "TypeIDs", "Types"),
    by_reference(_ticket.ticket_state_id, t.ticket_state, "States", "StateIDs", "States"),
    state_types(),
    state_type_ids(),
    by_reference(_ticket.ticket_priority_id, t.ticket_priority, "Priorities", "PriorityIDs", "Priorities"),
    by_reference(_ticket.service_id, t.service, "Services", "ServiceIDs", "Services"),
    by_reference(_ticket.sla_id, t.sla, "SLAs", "SLAIDs", "SLAs"),
    by_reference(_ticket.ticket_lock_id, t.ticket_lock_type, "Locks", "LockIDs", "Locks"),
    by_number(_ticket.user_id, "OwnerIDs", "Owners, by ID"),
    by_number(_ticket.responsible_user_id, "ResponsibleIDs", "Responsible agents, by ID"),
    watchers(),
    customer_ids(),
    by_condition(
        _ticket.customer_user_id,
        "CustomerUserLogin",
        "Customer users, as conditions; with Password, the login of the one who asks, and only their tickets",
    ),
    by_number(_history.create_by, "CreatedUserIDs", "Agents who created the ticket, by ID", at_creation),
    by_reference(_history.type_id, t.ticket_type, "CreatedTypes", "CreatedTypeIDs", "Types at creation", at_creation),
    by_reference(
        _history.priority_id,
        t.ticket_priority,
        "CreatedPriorities",
        "CreatedPriorityIDs",
        "Priorities at creation",
        at_creation,
    ),
    by_reference(
        _history.state_id, t.ticket_state, "CreatedStates", "CreatedStateIDs", "States at creation", at_creation
    ),
    by_reference(_history.queue_id, t.queue, "CreatedQueues", "CreatedQueueIDs", "Queues at creation", at_creation),
    dynamic_fields(),
    articles(),
    *(family.filter() for family in TIME_FAMILIES),
    _archive(),
)

PARAMETERS: tuple[Parameter, ...] = tuple(parameter for entry in FILTERS for parameter in entry.parameters)

"""The operations; importing this package registers all of them."""

from genericinterface.operation.session import session_create, session_get, session_remove
from genericinterface.operation.ticket import (
    ticket_create,
    ticket_get,
    ticket_history_get,
    ticket_search,
    ticket_update,
    time_accounting_get,
)
from genericinterface.operation.user import out_of_office

__all__ = [
    "out_of_office",
    "session_create",
    "session_get",
    "session_remove",
    "ticket_create",
    "ticket_get",
    "ticket_history_get",
    "ticket_search",
    "ticket_update",
    "time_accounting_get",
]

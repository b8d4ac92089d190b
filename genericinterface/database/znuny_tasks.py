"""A Znuny beside us: whether there is one, and the tasks that its daemon is given after a ticket was written.

Znuny keeps tickets in caches that only its own code clears. Its daemon runs every second what is in `scheduler_task`;
the rows are those that Znuny 6.5 makes for itself. Called by ticket_change.py.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, exists, select

from genericinterface.database import storable
from genericinterface.database.tables import sysconfig_default

TASK_TYPE = "AsynchronousExecutor"
FORGET_TICKET = ("Kernel::System::Ticket", "_TicketCacheClear")
FORGET_FIELDS = ("Kernel::System::DynamicFieldValue", "_DeleteFromCache")  # all of an object; it wants one field, too
APPOINTMENTS = ("Kernel::System::Calendar", "TicketAppointmentProcessTicket")
INDEX = ("Kernel::System::Ticket", "TicketAcceleratorUpdate")
STATIC_INDEX = "StaticDB"  # the accelerator that keeps `ticket_index`; Znuny is told to do so

_known: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


@cache
def _is_there() -> Any:
    return select(exists(select(sysconfig_default.c.id)))


def is_beside(connection: Connection) -> bool:
    """Whether a Znuny works on this database: it has stored its configuration there. Asked once in a process."""
    engine = connection.engine
    if engine not in _known:
        _known[engine] = bool(connection.scalar(_is_there()))
    return _known[engine]


def tasks(ticket_id: int, field_id: int | None, index_module: str, now: dt.datetime) -> list[dict[str, Any]]:
    """Rows of `scheduler_task`: forget what you know of this ticket, and bring its appointments up to date.

    `field_id`: one of the dynamic fields that were set, None if none was. `index_module`: Ticket::IndexModule.
    """
    ticket = {"TicketID": _number(ticket_id)}
    found = [_task(*FORGET_TICKET, ticket, now), _task(*APPOINTMENTS, ticket, now)]
    if field_id is not None:
        found.insert(0, _task(*FORGET_FIELDS, {"FieldID": _number(field_id), "ObjectID": _number(ticket_id)}, now))
    if index_module.endswith(STATIC_INDEX):
        found.append(_task(*INDEX, ticket | {"UserID": b"1"}, now))
    return found


def _number(number: int) -> bytes:
    return str(number).encode()


def _task(module: str, function: str, parameters: dict[str, bytes], now: dt.datetime) -> dict[str, Any]:
    data: storable.Frozen = {"Object": module.encode(), "Function": function.encode(), "Params": parameters}
    return {
        "ident": secrets.randbelow(10**18),
        "name": f"{module}-{function}()",
        "task_type": TASK_TYPE,
        "task_data": base64.encodebytes(storable.dump(data)).decode("ascii"),
        "attempts": 1,
        "lock_key": 0,
        "create_time": now,
    }

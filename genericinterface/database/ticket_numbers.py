"""The number of a new ticket. Called by TicketCreate in its transaction.

For now every ticket has the day, SystemID and a random number, which the table's unique key guards.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from genericinterface.sysconfig import SystemConfiguration


def next_number(connection: Connection, sysconfig: SystemConfiguration) -> str:
    """A number that no ticket has yet."""
    return f"{sysconfig.now():%Y%m%d}{sysconfig.system_id}{secrets.randbelow(10**8):08d}"

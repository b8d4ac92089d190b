"""Sessions as Znuny keeps them, so that each side accepts the other's: made, checked, removed.

Called by the Authenticator on every request with a SessionID, and by the Session::* operations.
"""

from __future__ import annotations

import secrets
import string

from sqlalchemy import Connection

from genericinterface.auth.actor import Actor, Agent, Customer
from genericinterface.database import accounts
from genericinterface.database import sessions as table
from genericinterface.sysconfig import SystemConfiguration

ALPHABET = string.ascii_letters + string.digits
LENGTH = 32

# Settings of the agents' and customers' pages that Znuny 6.5 puts into every session unless the person chose others.
AGENT_DEFAULTS = {
    "AdminCommunicationLogPageShown": "25",
    "AdminDynamicFieldsOverviewPageShown": "25",
    "UserCreateNextMask": "",
    "UserLastViewsLimit": "5",
    "UserLastViewsPosition": "Avatar",
    "UserRefreshTime": "0",
    "UserTicketOverviewMediumPageShown": "20",
    "UserTicketOverviewPreviewPageShown": "15",
    "UserTicketOverviewSmallPageShown": "25",
}
CUSTOMER_DEFAULTS = {"UserLastViewsLimit": "5", "UserRefreshTime": "0", "UserShowTickets": "25"}


def create(
    connection: Connection, actor: Actor, remote_address: str, user_agent: str, sysconfig: SystemConfiguration
) -> str:
    """A new session of an actor who has just logged in; gives its ID (32 letters and digits)."""
    if isinstance(actor, Agent):
        data = AGENT_DEFAULTS | accounts.agent_profile(connection, actor.id) | {"UserType": "User"}
    else:
        data = CUSTOMER_DEFAULTS | accounts.customer_profile(connection, actor.login) | {"UserType": "Customer"}
    now = str(sysconfig.to_epoch(sysconfig.now()))
    last_login = data.get("UserLastLogin")
    if last_login and last_login.isdecimal():
        data["UserLastLoginTimestamp"] = sysconfig.from_epoch(int(last_login)).strftime("%Y-%m-%d %H:%M:%S")
    data |= {
        "SessionSource": "GenericInterface",
        "UserSessionStart": now,
        "UserLastRequest": now,
        "UserRemoteAddr": remote_address,
        "UserRemoteUserAgent": user_agent,
        "UserChallengeToken": _random(),
    }
    session_id = _random()
    table.write(connection, session_id, data)
    return session_id


def read(
    connection: Connection, session_id: str, remote_address: str, sysconfig: SystemConfiguration
) -> dict[str, tuple[str | None, bool]] | None:
    """The values of a session that is good for this address and now, None for any other.

    A session used from another address, or too old, is deleted where the system configuration says so (as Znuny 6.5).
    """
    data = table.read(connection, session_id)
    if not data:
        return None
    if sysconfig.session_check_remote_ip and _value(data, "UserRemoteAddr") != remote_address:
        if sysconfig.session_delete_if_not_remote_id:
            table.remove(connection, session_id)
        return None
    now = sysconfig.to_epoch(sysconfig.now())
    idle, age = now - _seconds(data, "UserLastRequest"), now - _seconds(data, "UserSessionStart")
    if idle >= sysconfig.session_max_idle_time or age >= sysconfig.session_max_time:
        if sysconfig.session_delete_if_time_too_old:
            table.remove(connection, session_id)
        return None
    return data


def actor_of(data: dict[str, tuple[str | None, bool]]) -> Actor | None:
    """Whose session it is."""
    login, user_id = _value(data, "UserLogin"), _value(data, "UserID")
    if _value(data, "UserType") == "Customer":
        return Customer(login, _value(data, "UserCustomerID")) if login else None
    return Agent(int(user_id), login) if user_id.isdecimal() else None


def remove(connection: Connection, session_id: str) -> bool:
    """Whether there was such a session."""
    return table.remove(connection, session_id)


def _value(data: dict[str, tuple[str | None, bool]], key: str) -> str:
    return data.get(key, (None, False))[0] or ""


def _seconds(data: dict[str, tuple[str | None, bool]], key: str) -> int:
    value = _value(data, key)
    return int(value) if value.isdecimal() else 0


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

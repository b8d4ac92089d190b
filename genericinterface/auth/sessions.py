"""Sessions as Znuny keeps them, so that each side accepts the other's: made, checked, removed.

Called by the Authenticator on every request with a SessionID, and by the Session::* operations.
"""

from __future__ import annotations

import datetime as dt
import secrets
import string

from sqlalchemy import Connection

from genericinterface.auth.actor import Actor, Agent, Customer
from genericinterface.database import profile
from genericinterface.database import sessions as table
from genericinterface.database.accounts import LAST_LOGIN, number
from genericinterface.database.profile import Profile
from genericinterface.database.sessions import Stored
from genericinterface.schema import true
from genericinterface.sysconfig import SystemConfiguration

ALPHABET = string.ascii_letters + string.digits
LENGTH = 32
CUSTOMER = "Customer"  # UserType of a customer user's session; an agent's is "User"
DAY = 86400  # seconds

# Settings of the agents' and customers' pages that Znuny 6.5 puts into every session unless the person chose others.
AGENT_DEFAULTS: Profile = {
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
CUSTOMER_DEFAULTS: Profile = {
    "UserAuthBackend": "",
    "UserLastViewsLimit": "5",
    "UserRefreshTime": "0",
    "UserShowTickets": "25",
}


def create(
    connection: Connection, actor: Actor, remote_address: str, user_agent: str, sysconfig: SystemConfiguration
) -> str:
    """A new session of an actor who has just logged in; gives its ID (32 letters and digits)."""
    now = sysconfig.now()
    if isinstance(actor, Agent):
        data = AGENT_DEFAULTS | profile.agent(connection, actor.id)
        data |= out_of_office(data, now) | {"UserType": "User"}
    else:
        data = CUSTOMER_DEFAULTS | profile.customer(connection, actor.login) | {"UserType": CUSTOMER}
    if last_login := number(data.get(LAST_LOGIN)):
        data["UserLastLoginTimestamp"] = sysconfig.from_epoch(last_login).strftime("%Y-%m-%d %H:%M:%S")
    started = str(sysconfig.to_epoch(now))
    data |= {
        "SessionSource": "GenericInterface",
        "UserSessionStart": started,
        "UserLastRequest": started,
        "UserRemoteAddr": remote_address,
        "UserRemoteUserAgent": user_agent,
        "UserChallengeToken": _random(),
    }
    session_id = _random()
    table.write(connection, session_id, data)
    return session_id


def read(connection: Connection, session_id: str, remote_address: str, sysconfig: SystemConfiguration) -> Stored | None:
    """A session that is good for this address and now, None for any other.

    A session used from another address, or too old, is deleted where the system configuration says so (as Znuny 6.5).
    One whose agent or customer user is no longer valid is good for nothing.
    """
    session = table.read(connection, session_id)
    if session is None:
        return None
    if sysconfig.session_check_remote_ip and session.get("UserRemoteAddr") != remote_address:
        if sysconfig.session_delete_if_not_remote_id:
            table.remove(connection, session_id)
        return None
    now = sysconfig.to_epoch(sysconfig.now())
    idle, age = now - number(session.get("UserLastRequest")), now - number(session.get("UserSessionStart"))
    if idle >= sysconfig.session_max_idle_time or age >= sysconfig.session_max_time:
        if sysconfig.session_delete_if_time_too_old:
            table.remove(connection, session_id)
        return None
    return session if actor_of(session) is not None else None


def actor_of(session: Stored) -> Actor | None:
    """Whose session it is, None where that is nobody who is valid now."""
    if session.get("UserType") == CUSTOMER:
        return Customer(session.get("UserLogin"), session.customer_id) if session.customer_id is not None else None
    if session.agent_id is None or session.get("UserID") != str(session.agent_id):
        return None
    return Agent(session.agent_id, session.get("UserLogin"))


def belongs_to(session: Stored, actor: Actor) -> bool:
    """Whether a session, good or not, is the actor's own."""
    if isinstance(actor, Customer):
        return session.get("UserType") == CUSTOMER and session.get("UserID") == actor.login
    return session.get("UserType") != CUSTOMER and session.get("UserID") == str(actor.id)


def out_of_office(data: Profile, now: dt.datetime) -> Profile:
    """What a session says of an agent who is out of office: from the start of the first day to the end of the last.

    As Znuny 6.5 does; where it fails for a date that is none, nothing is said.
    """
    if not true(data.get("OutOfOffice")):
        return {}
    start, end = _date(data, "OutOfOfficeStart"), _date(data, "OutOfOfficeEnd")
    if end is None:
        return {}
    end = end.replace(hour=23, minute=59, second=59)
    days = int((end - now).total_seconds() / DAY)  # towards zero
    found: Profile = {"OutOfOfficeDaysRemaining": str(days)}
    if start is not None and start <= now <= end:
        last = "-".join(str(data[f"OutOfOfficeEnd{part}"]) for part in ("Year", "Month", "Day"))
        message = f"*** out of office until {last}/{days} d ***"
        found |= {"OutOfOfficeMessage": message, "UserFullname": f"{data['UserFullname']} {message}"}
    return found


def _date(data: Profile, prefix: str) -> dt.datetime | None:
    year, month, day = (number(data.get(prefix + part)) for part in ("Year", "Month", "Day"))
    try:
        return dt.datetime(year, month, day)
    except (ValueError, OverflowError):
        return None


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))

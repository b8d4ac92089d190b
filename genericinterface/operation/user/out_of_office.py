"""User::OutOfOffice: sets and removes the out-of-office times of agents."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials
from genericinterface.auth.permission import has_permission
from genericinterface.database import out_of_office
from genericinterface.errors import Fault, OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Flag, Structure, Text, true

DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.A)
GROUP = "admin"


class OutOfOfficeEntry(Structure):
    """One agent and when he is away; the agent by UserSearch, else UserEmail, else UserLogin."""

    UserLogin: Annotated[Text | None, Meta(description="Login of the agent; * stands for anything")] = None
    UserEmail: Annotated[Text | None, Meta(description="E-mail address of the agent")] = None
    UserSearch: Annotated[Text | None, Meta(description="Words of the login or name of the agent")] = None
    StartDate: Annotated[Text | None, Meta(description="First day, YYYY-MM-DD; absent: unchanged")] = None
    EndDate: Annotated[Text | None, Meta(description="Last day, YYYY-MM-DD; absent: unchanged")] = None
    OutOfOffice: Annotated[Flag | None, Meta(description="1: out of office, 0 or absent: not")] = None


class OutOfOfficeRequest(Credentials):
    """Credentials of an agent with rw in the group admin, and the entries."""

    OutOfOfficeEntries: Annotated[
        list[OutOfOfficeEntry | None] | None, Meta(description="What to set; made from CSV by the mapping OutOfOffice")
    ] = None


class OutOfOfficeResponse(Response):
    """Success, also when entries were skipped (the Debugger says which and why), or an Error."""

    Success: Annotated[Flag | None, Meta(description="1")] = None


@OPERATIONS.register("User::OutOfOffice")
class OutOfOffice(Operation[OutOfOfficeRequest]):
    """Set or remove the out-of-office times of agents."""

    Request = OutOfOfficeRequest
    Response = OutOfOfficeResponse
    writes = True
    errors = {"OutOfOffice.AuthFail": "login or password is wrong, a customer user, or no rw in the group admin"}

    def authenticate(self, request: OutOfOfficeRequest, context: Context, connection: Connection) -> Agent:
        """An agent with rw in the group admin."""
        actor = context.authenticator.authenticate(request, context.remote_address, connection)
        if actor is None:
            raise OperationError("OutOfOffice.AuthFail", "OutOfOffice: Authentication failed.")
        if not isinstance(actor, Agent):
            raise OperationError("OutOfOffice.AuthFail", "OutOfOffice: User needs to be an agent.")
        if not has_permission(connection, actor, GROUP, "rw"):
            raise OperationError("OutOfOffice.AuthFail", "OutOfOffice: User needs to be in group admin.")
        return actor

    def run(self, request: OutOfOfficeRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Sets the preferences of every entry that names exactly one agent; the others are skipped with a reason."""
        entries = request.OutOfOfficeEntries
        if not entries:
            raise Fault("Payload does not contain out-of-office entries or they could not be parsed.")
        agents = out_of_office.Agents(connection)
        changes: dict[int, dict[str, str]] = {}
        for number, entry in enumerate(entries, 1):
            try:
                user_id, values = _outcome(agents, entry)
            except _Skipped as skipped:
                context.communication.notice(f"Out-of-office entry {number} skipped: {skipped}", _named(entry))
            else:
                changes.setdefault(user_id, {}).update(values)
                context.communication.debug(f"Out-of-office entry {number} done", _named(entry))
        out_of_office.write(connection, changes)
        return {"Success": 1}


class _Skipped(Exception):  # noqa: N818  not an error: the other entries go on
    """Why an entry cannot be done."""


def _named(entry: OutOfOfficeEntry | None) -> Data:
    keys = ("UserLogin", "UserEmail", "UserSearch", "StartDate", "EndDate", "OutOfOffice")
    return {} if entry is None else {key: getattr(entry, key) for key in keys if getattr(entry, key) is not None}


def _outcome(agents: out_of_office.Agents, entry: OutOfOfficeEntry | None) -> tuple[int, dict[str, str]]:
    """(the agent's id, the preferences to write); raises _Skipped."""
    if entry is None or not (true(entry.UserSearch) or true(entry.UserEmail) or true(entry.UserLogin)):
        raise _Skipped("Invalid data structure for out-of-office entry.")
    if true(entry.UserSearch):
        found = agents.by_search(str(entry.UserSearch))
    elif true(entry.UserEmail):
        found = agents.by_email(str(entry.UserEmail))
    else:
        found = agents.by_login(str(entry.UserLogin))
    if len(found) != 1:
        raise _Skipped(f"Error while looking up unique user ID, {len(found)} agents fit.")
    return found[0], _preferences(entry)


def _preferences(entry: OutOfOfficeEntry) -> dict[str, str]:
    values = {"OutOfOffice": "1" if true(entry.OutOfOffice) else "0"}
    for name, date in (("Start", entry.StartDate), ("End", entry.EndDate)):
        found = DATE.search(date or "")
        if found is None:
            break  # without a start the end does not count either, as in Znuny 6.5
        try:
            dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            raise _Skipped(f"{name}Date {found[0]} is not a day of the calendar.") from None
        for part, value in zip(("Year", "Month", "Day"), found.groups(), strict=True):
            values[f"OutOfOffice{name}{part}"] = value
    return values

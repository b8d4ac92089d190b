"""Session::SessionGet: what a session holds, except secrets."""

from __future__ import annotations

import json
from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, sessions
from genericinterface.database.sessions import Stored
from genericinterface.database.storable import NotStorable, load
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Flag, Structure, Text, true

# Never shown: password hashes, tokens against forged forms, keys of a second factor, the configuration of back ends.
SECRET = frozenset(
    {
        "CompanyConfig",
        "Config",
        "UserChallengeToken",
        "UserGoogleAuthenticatorSecretKey",
        "UserPassword",
        "UserPw",
    }
)


class SessionGetRequest(Structure):
    """The session to look at; it needs no other credentials."""

    SessionID: Annotated[Text | None, Meta(description="A session of SessionCreate or of Znuny")] = None


class SessionDatum(Structure):
    """One value of a session."""

    Key: Text | None = None
    Value: Text | None = None
    Serialized: Annotated[Flag | None, Meta(description="1: the value is JSON")] = None


class SessionGetResponse(Response):
    """All values of the session, ordered by key, or an Error."""

    SessionData: list[SessionDatum] | None = None


@OPERATIONS.register("Session::SessionGet")
class SessionGet(Operation[SessionGetRequest]):
    """Read the values of a session."""

    Request = SessionGetRequest
    Response = SessionGetResponse
    errors = {
        "SessionGet.MissingParameter": "the request is empty, or SessionID is missing",
        "SessionGet.SessionInvalid": (
            "there is no such session, it is too old, made from another address, or its owner is no longer valid"
        ),
    }

    def authenticate(self, request: SessionGetRequest, context: Context, connection: Connection) -> None:
        """Nobody: to know the session is enough."""

    def run(self, request: SessionGetRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Reads the session."""
        if context.is_empty:
            raise OperationError("SessionGet.MissingParameter", "SessionGet: The request is empty!")
        if not true(request.SessionID):
            raise OperationError("SessionGet.MissingParameter", "SessionGet: SessionID is missing!")
        session = sessions.read(connection, str(request.SessionID), context.remote_address, context.sysconfig)
        if session is None:
            raise OperationError("SessionGet.SessionInvalid", "SessionGet: SessionID is Invalid!")
        return {"SessionData": [_datum(session, key) for key in sorted(session.values.keys() - SECRET)]}


def _datum(session: Stored, key: str) -> Data:
    """One value; a structure as JSON, and null where it cannot be read (as Znuny 6.5)."""
    value = session.values[key]
    if key not in session.serialized:
        return {"Key": key, "Value": value}
    try:
        structure = load(value or "")
    except NotStorable:
        return {"Key": key, "Value": None}
    text = json.dumps(structure, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"Key": key, "Serialized": 1, "Value": text}

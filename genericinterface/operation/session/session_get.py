"""Session::SessionGet: what a session holds, except secrets."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, sessions
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Flag, Structure, Text, true

# Never shown: password hashes, tokens against forged forms, and the configuration of Znuny's back ends.
SECRET = frozenset({"UserPw", "UserPassword", "UserChallengeToken", "Config", "CompanyConfig"})


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
        "SessionGet.MissingParameter": "SessionID is missing",
        "SessionGet.SessionInvalid": "there is no such session, it is too old or belongs to another address",
    }

    def authenticate(self, request: SessionGetRequest, context: Context, connection: Connection) -> None:
        """Nobody: to know the session is enough."""

    def run(self, request: SessionGetRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Reads the session."""
        if not true(request.SessionID):
            raise OperationError("SessionGet.MissingParameter", "SessionGet: SessionID is missing!")
        data = sessions.read(connection, str(request.SessionID), context.remote_address, context.sysconfig)
        if data is None:
            raise OperationError("SessionGet.SessionInvalid", "SessionGet: SessionID is Invalid!")
        shown: list[Data] = []
        for key in sorted(data.keys() - SECRET):
            value, serialized = data[key]
            shown.append({"Key": key, "Value": value} | ({"Serialized": 1} if serialized else {}))
        return {"SessionData": shown}

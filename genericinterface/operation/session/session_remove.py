"""Session::SessionRemove: ends a session, one's own or, for administrators, anybody's."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials, sessions
from genericinterface.auth.permission import has_permission
from genericinterface.database import sessions as table
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Flag, true


class SessionRemoveRequest(Credentials):
    """The session to end, and login and password of who ends it (a session alone is not enough, as in Znuny 6.5)."""


class SessionRemoveResponse(Response):
    """Success, or an Error."""

    Success: Annotated[Flag | None, Meta(description="1")] = None


@OPERATIONS.register("Session::SessionRemove")
class SessionRemove(Operation[SessionRemoveRequest]):
    """End a session."""

    Request = SessionRemoveRequest
    Response = SessionRemoveResponse
    writes = True
    errors = {
        "SessionRemove.MissingParameter": "the request is empty, or SessionID is missing",
        "SessionRemove.AuthFail": "login or password is wrong, or another's session without rw in the group admin",
    }

    def authenticate(self, request: SessionRemoveRequest, context: Context, connection: Connection) -> Actor:
        """Login and password; the SessionID says what to remove, not who asks."""
        if context.is_empty:
            raise OperationError("SessionRemove.MissingParameter", "SessionRemove: The request is empty!")
        if not true(request.SessionID):
            raise OperationError("SessionRemove.MissingParameter", "SessionRemove: SessionID parameter is missing!")
        actor = context.authenticator.by_login(request, connection)
        if actor is None:
            raise OperationError("SessionRemove.AuthFail", "SessionRemove: Authorization failed!")
        return actor

    def run(self, request: SessionRemoveRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Removes the session; one that is not there counts as removed, for anybody."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        session_id = str(request.SessionID)
        session = table.read(connection, session_id)
        if session is None:
            return {"Success": 1}
        if not sessions.belongs_to(session, actor):
            if not isinstance(actor, Agent):
                raise OperationError("SessionRemove.AuthFail", "SessionRemove: Authorization failing!")
            if not has_permission(connection, actor, "admin", "rw"):
                raise OperationError(
                    "SessionRemove.AuthFail", "SessionRemove: Authorization failed! User needs to be in group admin."
                )
        table.remove(connection, session_id)
        return {"Success": 1}

"""Session::SessionCreate: a session for an agent or a customer user who logs in."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials, sessions
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import Text, true


class SessionCreateRequest(Credentials):
    """Login and password of an agent or a customer user."""


class SessionCreateResponse(Response):
    """The new session, or an Error."""

    SessionID: Annotated[Text | None, Meta(description="32 letters and digits, for later requests")] = None


@OPERATIONS.register("Session::SessionCreate")
class SessionCreate(Operation[SessionCreateRequest]):
    """Create a session, so that later requests need no password."""

    Request = SessionCreateRequest
    Response = SessionCreateResponse
    writes = True
    errors = {
        "SessionCreate.MissingParameter": "the request is empty, or Password is missing",
        "SessionCreate.AuthFail": "login or password is wrong, or the account is not valid",
    }

    def authenticate(self, request: SessionCreateRequest, context: Context, connection: Connection) -> Actor:
        """Login and password only: a SessionID has no meaning here."""
        if context.is_empty:
            raise OperationError("SessionCreate.MissingParameter", "SessionCreate: The request is empty!")
        if not true(request.Password):
            raise OperationError("SessionCreate.MissingParameter", "SessionCreate: Password parameter is missing!")
        actor = context.authenticator.by_login(request, connection)
        if actor is None:
            raise OperationError("SessionCreate.AuthFail", "SessionCreate: Authorization failing!")
        return actor

    def run(self, request: SessionCreateRequest, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """Writes the session."""
        assert actor is not None  # noqa: S101  authenticate gives one or raises
        session_id = sessions.create(connection, actor, context.remote_address, context.user_agent, context.sysconfig)
        return {"SessionID": session_id}

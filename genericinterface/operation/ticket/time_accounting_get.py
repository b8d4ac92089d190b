"""Ticket::TimeAccountingGet: the times that an agent has booked."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from sqlalchemy import Connection

from genericinterface.auth import Actor, Credentials
from genericinterface.auth.permission import has_permission
from genericinterface.database import time_accounting
from genericinterface.errors import OperationError
from genericinterface.moment import parse_moment
from genericinterface.operation.operation import Context, Data, Operation, Response
from genericinterface.registry import OPERATIONS
from genericinterface.schema import DateTime, Decimal, Structure, Text, true

GROUP = "timeaccounting_webservice"


class TimeAccountingGetRequest(Credentials):
    """Credentials of an agent with rw in the group timeaccounting_webservice; whose times, and when."""

    TimeAccountingUserLogin: Annotated[Text | None, Meta(description="Login of the agent whose times are wanted")] = (
        None
    )
    TimeAccountingStart: Annotated[
        DateTime | None, Meta(description="Earliest moment, included, in the system's time zone (OTRSTimeZone)")
    ] = None
    TimeAccountingEnd: Annotated[
        DateTime | None, Meta(description="Latest moment, included, in the system's time zone (OTRSTimeZone)")
    ] = None


class TimeAccountingEntry(Structure):
    """One booking."""

    TicketNumber: Text | None = None
    TicketCustomerID: Text | None = None
    TicketTitle: Text | None = None
    Queue: Annotated[Text | None, Meta(description="The ticket's queue when the time was booked")] = None
    Created: DateTime | None = None
    TimeUnit: Annotated[Decimal | None, Meta(description="The booked time, with two decimals")] = None


class TimeAccountingGetResponse(Response):
    """The bookings, oldest first; nothing at all when there are none; or an Error."""

    TimeAccountingResult: list[TimeAccountingEntry] | None = None


@OPERATIONS.register("Ticket::TimeAccountingGet")
class TimeAccountingGet(Operation[TimeAccountingGetRequest]):
    """Read the times that an agent has booked within a period."""

    Request = TimeAccountingGetRequest
    Response = TimeAccountingGetResponse
    errors = {
        "TimeAccountingGet.AuthFail": "login or password is wrong",
        "TimeAccountingGet.NoPermission": "no rw in the group timeaccounting_webservice",
        "TimeAccountingGet.MissingParameter": "a parameter is missing; the message names it",
        "TimeAccountingGet.InvalidParameter": "a date cannot be read (only where the web service asks for Strict)",
    }

    def authenticate(self, request: TimeAccountingGetRequest, context: Context, connection: Connection) -> Actor:
        """An agent with rw in the group."""
        actor = context.authenticator.authenticate(request, context.remote_address, connection)
        if actor is None:
            raise OperationError("TimeAccountingGet.AuthFail", "TimeAccountingGet: Authentication failed!")
        if not has_permission(connection, actor, GROUP, "rw"):
            raise OperationError("TimeAccountingGet.NoPermission", "TimeAccountingGet: No permission!")
        return actor

    def run(
        self, request: TimeAccountingGetRequest, actor: Actor | None, context: Context, connection: Connection
    ) -> Data:
        """One statement, however many bookings."""
        for name in ("TimeAccountingUserLogin", "TimeAccountingStart", "TimeAccountingEnd"):
            if not true(getattr(request, name)):
                raise OperationError(
                    "TimeAccountingGet.MissingParameter", f"TimeAccountingGet: {name} parameter is missing!"
                )
        start = parse_moment(request.TimeAccountingStart or "", context.sysconfig)
        end = parse_moment(request.TimeAccountingEnd or "", context.sysconfig)
        if true(self.extension.get("Strict")):
            for name, moment in (("TimeAccountingStart", start), ("TimeAccountingEnd", end)):
                if moment is None:
                    raise OperationError(
                        "TimeAccountingGet.InvalidParameter", f"TimeAccountingGet: {name} parameter is not a date!"
                    )
        if start is None or end is None:
            return {}
        bookings = time_accounting.booked(connection, str(request.TimeAccountingUserLogin), start, end)
        result = [
            {
                "Created": booking.created.strftime("%Y-%m-%d %H:%M:%S"),
                "Queue": booking.queue,
                "TicketCustomerID": booking.customer_id,
                "TicketNumber": booking.ticket_number,
                "TicketTitle": booking.title,
                "TimeUnit": f"{booking.time_unit:.2f}",
            }
            for booking in bookings
        ]
        return {"TimeAccountingResult": result} if result else {}

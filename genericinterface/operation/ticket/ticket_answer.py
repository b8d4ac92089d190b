"""What TicketGet answers, and TicketCreate and TicketUpdate with IncludeTicketData: tickets, articles, attachments.

WSDL and OpenAPI are made from these; the values come from database/ticket_data.py.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from genericinterface.schema import Base64, DateTime, Decimal, Flag, Integer, Structure, Text

Seconds = Annotated[Integer | None, Meta(description="Seconds since 1970")]


class DynamicFieldData(Structure):
    """A dynamic field of a ticket or an article, with a value or without."""

    Name: Text | None = None
    Value: Annotated[
        Any,
        Meta(
            description="Null without one; several of a Multiselect; `YYYY-MM-DD HH:MM:SS` of Date and DateTime",
            extra={"scalar": "text", "repeated": True},
        ),
    ] = None


class AttachmentData(Structure):
    """A file of an article."""

    FileID: Annotated[Integer | None, Meta(description="Its number in the article")] = None
    Filename: Text | None = None
    FilesizeRaw: Annotated[Integer | None, Meta(description="Bytes")] = None
    ContentType: Text | None = None
    ContentID: Annotated[Text | None, Meta(description="What the HTML body calls a picture in it")] = None
    ContentAlternative: Annotated[Text | None, Meta(description="1: another form of the body")] = None
    Disposition: Annotated[Text | None, Meta(description="attachment or inline")] = None
    Content: Annotated[Base64 | None, Meta(description="In base64; empty with GetAttachmentContents 0")] = None


class ArticleData(Structure):
    """An article."""

    ArticleID: Integer | None = None
    ArticleNumber: Annotated[Integer | None, Meta(description="Its number in the ticket, from 1")] = None
    TicketID: Integer | None = None
    CommunicationChannelID: Integer | None = None
    SenderTypeID: Integer | None = None
    SenderType: Annotated[Text | None, Meta(description="agent, customer or system")] = None
    IsVisibleForCustomer: Flag | None = None
    From: Text | None = None
    To: Text | None = None
    Cc: Text | None = None
    Bcc: Annotated[Text | None, Meta(description="Empty for customer users")] = None
    ReplyTo: Text | None = None
    Subject: Text | None = None
    Body: Annotated[Text | None, Meta(description="Text; an HTML body is an attachment")] = None
    ContentType: Annotated[Text | None, Meta(description="Of the body")] = None
    MimeType: Text | None = None
    Charset: Text | None = None
    ContentCharset: Text | None = None
    MessageID: Text | None = None
    InReplyTo: Text | None = None
    References: Text | None = None
    IncomingTime: Seconds = None
    CreateTime: DateTime | None = None
    CreateBy: Integer | None = None
    ChangeTime: DateTime | None = None
    ChangeBy: Integer | None = None
    TimeUnit: Annotated[Decimal | None, Meta(description="Time booked with the article")] = None
    DynamicField: Annotated[list[DynamicFieldData] | None, Meta(description="With DynamicFields, by name")] = None
    Attachment: Annotated[list[AttachmentData] | None, Meta(description="With Attachments")] = None


class TicketData(Structure):
    """A ticket. What escalates is there only while it does."""

    TicketID: Integer | None = None
    TicketNumber: Text | None = None
    Title: Text | None = None
    QueueID: Integer | None = None
    Queue: Annotated[Text | None, Meta(description="Full name")] = None
    GroupID: Annotated[Integer | None, Meta(description="Group of the queue")] = None
    StateID: Integer | None = None
    State: Text | None = None
    StateType: Text | None = None
    LockID: Integer | None = None
    Lock: Text | None = None
    PriorityID: Integer | None = None
    Priority: Text | None = None
    TypeID: Integer | None = None
    Type: Text | None = None
    ServiceID: Annotated[Integer | None, Meta(description="Empty without a service")] = None
    Service: Text | None = None
    SLAID: Annotated[Integer | None, Meta(description="Empty without an SLA")] = None
    SLA: Text | None = None
    OwnerID: Integer | None = None
    Owner: Annotated[Text | None, Meta(description="Login of the agent")] = None
    ResponsibleID: Integer | None = None
    Responsible: Annotated[Text | None, Meta(description="Login of the agent")] = None
    CustomerID: Annotated[Text | None, Meta(description="Company")] = None
    CustomerUserID: Annotated[Text | None, Meta(description="Login of the customer user")] = None
    Created: DateTime | None = None
    CreateBy: Integer | None = None
    Changed: DateTime | None = None
    ChangeBy: Integer | None = None
    Age: Annotated[Integer | None, Meta(description="Seconds since it was created")] = None
    ArchiveFlag: Annotated[Text | None, Meta(description="y or n")] = None
    UnlockTimeout: Seconds = None
    RealTillTimeNotUsed: Annotated[Integer | None, Meta(description="Pending until, in seconds since 1970")] = None
    UntilTime: Annotated[Integer | None, Meta(description="Seconds left of the pending time")] = None
    TimeUnit: Annotated[Decimal | None, Meta(description="Time booked on the ticket")] = None
    EscalationTime: Annotated[Integer | None, Meta(description="Seconds left, 0 where nothing escalates")] = None
    EscalationResponseTime: Seconds = None
    EscalationUpdateTime: Seconds = None
    EscalationSolutionTime: Seconds = None
    EscalationDestinationIn: Annotated[Text | None, Meta(description="Working time left, as 2d 3h")] = None
    EscalationDestinationTime: Seconds = None
    EscalationDestinationDate: DateTime | None = None
    EscalationTimeWorkingTime: Annotated[Integer | None, Meta(description="Working time left, in seconds")] = None
    FirstResponseTime: Annotated[Integer | None, Meta(description="Seconds left")] = None
    FirstResponseTimeEscalation: Annotated[Flag | None, Meta(description="1: it is over")] = None
    FirstResponseTimeNotification: Annotated[Flag | None, Meta(description="1: it is nearly over")] = None
    FirstResponseTimeDestinationTime: Seconds = None
    FirstResponseTimeDestinationDate: DateTime | None = None
    FirstResponseTimeWorkingTime: Annotated[Integer | None, Meta(description="Working time left, in seconds")] = None
    UpdateTime: Annotated[Integer | None, Meta(description="Seconds left")] = None
    UpdateTimeEscalation: Annotated[Flag | None, Meta(description="1: it is over")] = None
    UpdateTimeNotification: Annotated[Flag | None, Meta(description="1: it is nearly over")] = None
    UpdateTimeDestinationTime: Seconds = None
    UpdateTimeDestinationDate: DateTime | None = None
    UpdateTimeWorkingTime: Annotated[Integer | None, Meta(description="Working time left, in seconds")] = None
    SolutionTime: Annotated[Integer | None, Meta(description="Seconds left")] = None
    SolutionTimeEscalation: Annotated[Flag | None, Meta(description="1: it is over")] = None
    SolutionTimeNotification: Annotated[Flag | None, Meta(description="1: it is nearly over")] = None
    SolutionTimeDestinationTime: Seconds = None
    SolutionTimeDestinationDate: DateTime | None = None
    SolutionTimeWorkingTime: Annotated[Integer | None, Meta(description="Working time left, in seconds")] = None
    FirstResponse: Annotated[DateTime | None, Meta(description="First article of an agent for the customer")] = None
    FirstResponseInMin: Annotated[Integer | None, Meta(description="Working minutes until then")] = None
    FirstResponseDiffInMin: Annotated[Integer | None, Meta(description="Minutes to spare; negative: too late")] = None
    FirstLock: Annotated[DateTime | None, Meta(description="When it was first locked")] = None
    Closed: Annotated[DateTime | None, Meta(description="When it was last closed")] = None
    SolutionInMin: Annotated[Integer | None, Meta(description="Working minutes until then")] = None
    SolutionDiffInMin: Annotated[Integer | None, Meta(description="Minutes to spare; negative: too late")] = None
    DynamicField: Annotated[list[DynamicFieldData] | None, Meta(description="With DynamicFields, by name")] = None
    Article: Annotated[list[ArticleData] | None, Meta(description="With AllArticles")] = None

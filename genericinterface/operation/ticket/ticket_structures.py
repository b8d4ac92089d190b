"""What callers send to TicketCreate and TicketUpdate: the ticket, its articles, dynamic fields and attachments.

The request types of both operations refer to these; WSDL and OpenAPI are made from them. The check_*.py modules beside
this one read the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from genericinterface import schema
from genericinterface.schema import NOT_A_SCALAR, Base64, Decimal, Flag, Integer, Structure, Text, true

StructureT = TypeVar("StructureT", bound=Structure)


class PendingTime(Structure):
    """Until when a ticket is pending: Diff alone, or the other five, in the system's time zone (OTRSTimeZone)."""

    Diff: Annotated[Integer | None, Meta(description="Minutes from now")] = None
    Year: Annotated[Integer | None, Meta(description="Four digits")] = None
    Month: Annotated[Integer | None, Meta(description="1 to 12")] = None
    Day: Annotated[Integer | None, Meta(description="1 to 31")] = None
    Hour: Annotated[Integer | None, Meta(description="0 to 23")] = None
    Minute: Annotated[Integer | None, Meta(description="0 to 59")] = None


class Ticket(Structure):
    """A ticket. Of a name and an ID for the same thing the ID counts.

    TicketCreate needs Title, CustomerUser, a queue, a state and a priority; TicketUpdate changes what is given.
    """

    Title: Annotated[Text | None, Meta(description="At most 255 characters")] = None
    QueueID: Annotated[Integer | None, Meta(description="Queue by its ID")] = None
    Queue: Annotated[Text | None, Meta(description="Full name, such as Support::First Level")] = None
    LockID: Annotated[Integer | None, Meta(description="Lock by its ID")] = None
    Lock: Annotated[Text | None, Meta(description="lock, unlock or tmp_lock")] = None
    TypeID: Annotated[Integer | None, Meta(description="Type by its ID")] = None
    Type: Annotated[Text | None, Meta(description="Needed on creation where the system works with types")] = None
    ServiceID: Annotated[Integer | None, Meta(description="Service by its ID")] = None
    Service: Annotated[Text | None, Meta(description="Full name; it must be assigned to the customer user")] = None
    SLAID: Annotated[Integer | None, Meta(description="SLA by its ID")] = None
    SLA: Annotated[Text | None, Meta(description="It must belong to the service")] = None
    StateID: Annotated[Integer | None, Meta(description="State by its ID")] = None
    State: Annotated[Text | None, Meta(description="Name of the state, such as open")] = None
    PriorityID: Annotated[Integer | None, Meta(description="Priority by its ID")] = None
    Priority: Annotated[Text | None, Meta(description="Name of the priority, such as 3 normal")] = None
    OwnerID: Annotated[Integer | None, Meta(description="Owner by its ID")] = None
    Owner: Annotated[Text | None, Meta(description="Login of an agent; on creation it locks the ticket, too")] = None
    ResponsibleID: Annotated[Integer | None, Meta(description="Responsible by its ID")] = None
    Responsible: Annotated[Text | None, Meta(description="Login of an agent")] = None
    CustomerUser: Annotated[Text | None, Meta(description="Login or address of a customer user, or any address")] = None
    CustomerID: Annotated[Text | None, Meta(description="Company; without it, that of the customer user")] = None
    PendingTime: Annotated[
        Any, Meta(description="For pending states", extra={"structure": PendingTime, "repeated": False})
    ] = None


class EmailSecurity(Structure):
    """How a message is signed or encrypted."""

    Type: Annotated[Text | None, Meta(description="PGP or SMIME")] = None
    SubType: Annotated[Text | None, Meta(description="Inline or Detached (PGP)")] = None
    Key: Annotated[Any, Meta(description="The key, or several", extra={"scalar": "text", "repeated": True})] = None


class Attachment(Structure):
    """A file."""

    Content: Annotated[Base64 | None, Meta(description="The file in base64")] = None
    ContentType: Annotated[Text | None, Meta(description="Such as text/plain; charset=utf-8")] = None
    Filename: Annotated[Text | None, Meta(description="Its name, with the extension")] = None
    Disposition: Annotated[Text | None, Meta(description="attachment, or inline for a picture of the body")] = None
    ContentID: Annotated[Text | None, Meta(description="What the body calls an inline picture")] = None


class Article(Structure):
    """An article. It needs Subject, Body, and ContentType or MimeType and Charset."""

    CommunicationChannelID: Annotated[Integer | None, Meta(description="CommunicationChannel by its ID")] = None
    CommunicationChannel: Annotated[Text | None, Meta(description="Internal (the default), Email or Phone")] = None
    IsVisibleForCustomer: Annotated[Flag | None, Meta(description="Without it, as the system is configured")] = None
    SenderTypeID: Annotated[Integer | None, Meta(description="SenderType by its ID")] = None
    SenderType: Annotated[Text | None, Meta(description="agent, customer or system; without it, who asks")] = None
    AutoResponseType: Annotated[Text | None, Meta(description="Such as auto reply; without it, as configured")] = None
    From: Annotated[Text | None, Meta(description="Without it, the customer user or the agent")] = None
    To: Annotated[Text | None, Meta(description="Recipients of a message that is sent")] = None
    Cc: Annotated[Text | None, Meta(description="Further recipients")] = None
    Bcc: Annotated[Text | None, Meta(description="Recipients whom nobody else sees")] = None
    Subject: Annotated[Text | None, Meta(description="At most 3800 characters")] = None
    Body: Annotated[Text | None, Meta(description="Text or HTML")] = None
    ContentType: Annotated[Text | None, Meta(description="Of the body, such as text/plain; charset=utf-8")] = None
    MimeType: Annotated[Text | None, Meta(description="Of the body, with Charset instead of ContentType")] = None
    Charset: Annotated[Text | None, Meta(description="Of the body, with MimeType")] = None
    HistoryType: Annotated[Text | None, Meta(description="Type of the entry in the ticket's history")] = None
    HistoryComment: Annotated[Text | None, Meta(description="Text of the entry in the ticket's history")] = None
    TimeUnit: Annotated[Decimal | None, Meta(description="Time to book, such as 15 or 1.5")] = None
    NoAgentNotify: Annotated[Flag | None, Meta(description="1: agents are not told")] = None
    ForceNotificationToUserID: Annotated[
        Any, Meta(description="IDs of agents who are told", extra={"scalar": "integer", "repeated": True})
    ] = None
    ExcludeNotificationToUserID: Annotated[
        Any, Meta(description="IDs of agents who are not told", extra={"scalar": "integer", "repeated": True})
    ] = None
    ExcludeMuteNotificationToUserID: Annotated[
        Any, Meta(description="IDs of agents who are not told", extra={"scalar": "integer", "repeated": True})
    ] = None
    ArticleSend: Annotated[Flag | None, Meta(description="1: the article is sent to To, Cc and Bcc")] = None
    Sign: Annotated[Any, Meta(description="How to sign it", extra={"structure": EmailSecurity})] = None
    Crypt: Annotated[Any, Meta(description="How to encrypt it", extra={"structure": EmailSecurity})] = None
    Attachment: Annotated[
        Any, Meta(description="Files of this article alone", extra={"structure": Attachment, "repeated": True})
    ] = None
    ArticleType: Annotated[Text | None, Meta(description="Accepted and without effect, as in Znuny 6.5")] = None
    ArticleTypeID: Annotated[Integer | None, Meta(description="Accepted and without effect")] = None


class DynamicField(Structure):
    """A dynamic field of the ticket or of its article."""

    Name: Annotated[Text | None, Meta(description="The name of the field")] = None
    Value: Annotated[
        Any,
        Meta(
            description="One value, or several of a multiselect; empty takes the value away",
            extra={"scalar": "text", "repeated": True},
        ),
    ] = None


def is_hash(value: object) -> bool:
    """Whether it is a hash with something in it."""
    return isinstance(value, dict) and bool(value)


def is_list(value: object) -> bool:
    """Whether it is a list with something in it."""
    return isinstance(value, list) and bool(value)


def items(value: object) -> list[Any]:
    """A list's items; anything else is the only one."""
    return value if isinstance(value, list) else [value]


def trimmed(structure: type[StructureT], data: Mapping[str, object]) -> StructureT:
    """`data` as an instance of `structure`, without the blanks around its values."""
    kept = {name: value.strip() if type(value) is str else value for name, value in data.items()}
    return schema.coerce(structure, kept)


def misshapen(values: Structure) -> str | None:
    """The name of a value that is a list or hash where a scalar belongs, or None."""
    for name in values.__struct_fields__:
        if getattr(values, name) == NOT_A_SCALAR:
            return str(name)
    return None


def given(value: str | None) -> str | None:
    """The value, or None where it counts as not given: "" and "0", as Znuny 6.5 takes most of them."""
    return value if true(value) else None

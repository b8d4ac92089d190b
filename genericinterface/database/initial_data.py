"""The rows that every database begins with: names and ids as a fresh Znuny 6.5 has them, texts our own.

Called by install.py; pure data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table

from genericinterface.database import tables as t

Rows = list[dict[str, Any]]

GROUPS = {
    "users": "Everybody who works on tickets.",
    "admin": "Administrators.",
    "stats": "Readers of statistics.",
    "timeaccounting_webservice": "May read booked times by web service (needs rw).",
}
STATE_TYPES = ("new", "open", "closed", "pending reminder", "pending auto", "removed", "merged")
STATES = (
    ("new", "new"),
    ("closed successful", "closed"),
    ("closed unsuccessful", "closed"),
    ("open", "open"),
    ("removed", "removed"),
    ("pending reminder", "pending reminder"),
    ("pending auto close+", "pending auto"),
    ("pending auto close-", "pending auto"),
    ("merged", "merged"),
)
PRIORITIES = ("1 very low", "2 low", "3 normal", "4 high", "5 very high")
LOCKS = ("unlock", "lock", "tmp_lock")
SENDER_TYPES = ("agent", "system", "customer")
FOLLOW_UPS = ("possible", "reject", "new ticket")
AUTO_RESPONSE_TYPES = ("auto reply", "auto reject", "auto follow up", "auto reply/new ticket", "auto remove")
QUEUES = {
    "Postmaster": "Mail as it comes in.",
    "Raw": "New tickets that nobody has sorted yet.",
    "Junk": "Unwanted mail.",
    "Misc": "Everything else.",
}
MIME_TABLES = (
    "article_data_mime",
    "article_data_mime_plain",
    "article_data_mime_attachment",
    "article_data_mime_send_error",
)
CHANNELS = {"Email": MIME_TABLES, "Phone": MIME_TABLES, "Internal": MIME_TABLES, "Chat": ("article_data_otrs_chat",)}
HISTORY_TYPES = (
    "NewTicket",
    "FollowUp",
    "SendAutoReject",
    "SendAutoReply",
    "SendAutoFollowUp",
    "Forward",
    "Bounce",
    "SendAnswer",
    "SendAgentNotification",
    "SendCustomerNotification",
    "EmailAgent",
    "EmailCustomer",
    "PhoneCallAgent",
    "PhoneCallCustomer",
    "AddNote",
    "Move",
    "Lock",
    "Unlock",
    "Remove",
    "TimeAccounting",
    "CustomerUpdate",
    "PriorityUpdate",
    "OwnerUpdate",
    "LoopProtection",
    "Misc",
    "SetPendingTime",
    "StateUpdate",
    "TicketDynamicFieldUpdate",
    "WebRequestCustomer",
    "TicketLinkAdd",
    "TicketLinkDelete",
    "SystemRequest",
    "Merged",
    "ResponsibleUpdate",
    "Subscribe",
    "Unsubscribe",
    "TypeUpdate",
    "ServiceUpdate",
    "SLAUpdate",
    "ArchiveFlagUpdate",
    "EscalationSolutionTimeStop",
    "EscalationResponseTimeStart",
    "EscalationUpdateTimeStart",
    "EscalationSolutionTimeStart",
    "EscalationResponseTimeNotifyBefore",
    "EscalationUpdateTimeNotifyBefore",
    "EscalationSolutionTimeNotifyBefore",
    "EscalationResponseTimeStop",
    "EscalationUpdateTimeStop",
    "TitleUpdate",
    "EmailResend",
    "Bulk",
)
TEXT = "text/plain; charset=utf-8"


def rows(admin_hash: str, now: dt.datetime) -> list[tuple[Table, Rows]]:
    """(table, its rows) in an order that foreign keys allow, but for `users` and `valid`, which refer to each other.

    `admin_hash` is the stored form of the password of root@localhost.
    """
    stamps = {"create_time": now, "create_by": 1, "change_time": now, "change_by": 1}

    def named(names: Sequence[str], **more: Any) -> Rows:
        return [{"id": number, "name": name, **more, **stamps} for number, name in enumerate(names, 1)]

    valid = {"valid_id": 1}
    admin = {"id": 1, "login": "root@localhost", "pw": admin_hash, "first_name": "Admin", "last_name": "Administrator"}
    return [
        (t.valid, named(("valid", "invalid", "invalid-temporarily"))),
        (t.users, [admin | valid | stamps]),
        (t.permission_groups, [row | {"comments": GROUPS[row["name"]]} for row in named(tuple(GROUPS), **valid)]),
        (t.group_user, [{"user_id": 1, "group_id": n, "permission_key": "rw", **stamps} for n in range(1, 5)]),
        (t.salutation, [row | _SALUTATION for row in named(("system standard salutation (en)",), **valid)]),
        (t.signature, [row | _SIGNATURE for row in named(("system standard signature (en)",), **valid)]),
        (t.system_address, [_ADDRESS | valid | stamps]),
        (t.follow_up_possible, named(FOLLOW_UPS, **valid)),
        (t.queue, [row | _QUEUE | {"comments": QUEUES[row["name"]]} for row in named(tuple(QUEUES), **valid)]),
        (t.auto_response_type, named(AUTO_RESPONSE_TYPES, **valid)),
        (t.ticket_priority, named(PRIORITIES, **valid)),
        (t.ticket_type, named(("Unclassified",), **valid)),
        (t.ticket_lock_type, named(LOCKS, **valid)),
        (t.ticket_state_type, named(STATE_TYPES)),
        (
            t.ticket_state,
            [
                row | {"type_id": STATE_TYPES.index(kind) + 1}
                for row, (_, kind) in zip(named([name for name, _ in STATES], **valid), STATES, strict=True)
            ],
        ),
        (t.ticket_history_type, named(HISTORY_TYPES, **valid)),
        (t.article_sender_type, named(SENDER_TYPES, **valid)),
        (t.communication_channel, [row | _channel(row["name"]) for row in named(tuple(CHANNELS), **valid)]),
    ]


_SALUTATION = {"text": "Dear <OTRS_CUSTOMER_REALNAME>,\n\nthank you for your message.", "content_type": TEXT}
_SIGNATURE = {"text": "Kind regards\n\n<OTRS_Agent_UserFullname>\nService Desk", "content_type": TEXT}
_ADDRESS = {
    "id": 1,
    "value0": "servicedesk@localhost",
    "value1": "Service Desk",
    "queue_id": 1,
    "comments": "Sender of outgoing mail.",
}
_QUEUE = {
    "group_id": 1,
    "unlock_timeout": 0,
    "system_address_id": 1,
    "salutation_id": 1,
    "signature_id": 1,
    "follow_up_id": 1,
    "follow_up_lock": 0,
}


def _channel(name: str) -> dict[str, Any]:
    tables = "".join(f"- {table}\n" for table in CHANNELS[name])
    return {
        "module": f"Kernel::System::CommunicationChannel::{name}",
        "package_name": "Framework",
        "channel_data": f"---\nArticleDataArticleIDField: article_id\nArticleDataTables:\n{tables}",
    }

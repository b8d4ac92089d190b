"""Requests that write, for the benchmarks: TicketCreate small and with a file of 5 MB, TicketUpdate with an article.

Over REST. There is no bare side: the same statements cannot be run twice.
"""

from __future__ import annotations

import base64
from typing import Any

from tests.benchmarks.recorded import LOGIN, Case

FILE = base64.b64encode(bytes(range(256)) * 4 * 1024 * 5).decode()  # of 5 MB


def writing_cases(numbers: dict[str, list[int]], ours: bool) -> list[Case]:
    """The requests; `ours` says whose demo people there are."""
    ticket = {
        "Title": "Benchmark",
        "Queue": "Raw",
        "State": "new",
        "Priority": "3 normal",
        "Type": "Unclassified",
        "CustomerUser": "customer1" if ours else "cust1",
    }
    article: dict[str, Any] = {
        "Subject": "Benchmark",
        "Body": "Something that somebody wrote.\n" * 10,
        "ContentType": "text/plain; charset=utf-8",
        "CommunicationChannel": "Internal",
        "SenderType": "agent",
    }
    file = {"Filename": "file.bin", "ContentType": "application/octet-stream", "Content": FILE}
    create = LOGIN | {"Ticket": ticket, "Article": article}
    number = numbers["plain"][0]
    return [
        Case("TicketCreate", "POST", "/Ticket", create),
        Case("TicketCreate", "POST", "/Ticket", create | {"Attachment": [file]}, "5 MB"),
        Case("TicketUpdate", "PATCH", f"/Ticket/{number}", LOGIN | {"Article": article}, "article"),
    ]

"""Subjects with the ticket's number, by which a reply is matched to its ticket: as Znuny 6.5 builds and cleans them.

Called for articles that are sent (ArticleSend) and for auto responses.
"""

from __future__ import annotations

import re
from functools import lru_cache

from genericinterface.sysconfig import SystemConfiguration

MORE = " [...]"


def build(configuration: SystemConfiguration, number: str, subject: str, is_clean: bool = False) -> str:
    """The subject of a mail of ticket `number`: `[Ticket#2026…] subject`, placed as Ticket::SubjectFormat says.

    `is_clean` leaves out to look for an earlier number or Re: in it.
    """
    if not is_clean:
        subject = clean(configuration, number, subject)
    mark = f"[{configuration.ticket_hook}{configuration.ticket_hook_divider}{number}]"
    place = configuration.ticket_subject_format
    if place == "None":
        return subject
    return f"{subject} {mark}" if place == "Right" else f"{mark} {subject}"


def clean(configuration: SystemConfiguration, number: str, subject: str) -> str:
    """The subject without the ticket's number and without Re: and Fwd: before it, cut at Ticket::SubjectSize.

    As in Znuny the number is known by the hook exactly as it is configured, Re: and Fwd: in any case, also `Re[2]: `.
    """
    # A line end would begin another header.
    subject = re.sub(r"[\r\n]+", "", subject).strip()
    hook = configuration.ticket_hook
    subject = _number(hook, configuration.ticket_hook_divider, number).sub("", subject)
    subject = _prefixes(configuration.ticket_subject_re, configuration.ticket_subject_fwd).sub("", subject).strip()
    return shortened(subject, configuration.ticket_subject_size)


def shortened(text: str, size: int) -> str:
    """The first `size` characters and a mark that there were more. As in Znuny, `size` characters get the mark too."""
    return text[:size] + MORE if size and len(text) >= size else text


@lru_cache(maxsize=64)
def _number(hook: str, divider: str, number: str) -> re.Pattern[str]:
    # Older dividers are known as well: those mails may be answered still.
    marks = "|".join(re.escape(f"{hook}{each}{number}") for each in dict.fromkeys((divider, "", ":", ": ")))
    return re.compile(rf"\[(?:{marks})\]\s*|(?:{marks})\s*")


@lru_cache(maxsize=8)
def _prefixes(answer: str, forward: str) -> re.Pattern[str]:
    words = "|".join(re.escape(each) for each in (answer, forward) if each)
    return re.compile(rf"^(?:(?:{words})(?:\[\d+\])?:\s+)+" if words else r"(?!)", re.IGNORECASE)

"""Whether a text is an e-mail address, as TicketCreate and TicketUpdate ask it. Called by the check_*.py modules."""

from __future__ import annotations

import re
from email.utils import getaddresses

from genericinterface import perl_regexp
from genericinterface.sysconfig import SystemConfiguration

# RFC 5322, addr-spec: dot-atom or quoted string, then a domain. Znuny 6.5 asks the same of an address; it also looks
# for the domain's mail server (CheckMXRecord), which we leave to the mail server that delivers.
_ATOM = r"[^\s()<>@,;:\\\".\[\]\x00-\x1f]+"
LONGEST = 254  # characters of an address (RFC 5321)
ADDRESS = re.compile(
    rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[^\"\\\r\n]|\\.)+\")@(?:{_ATOM}(?:\.{_ATOM})*|\[[0-9a-fA-F.:]+\])"
)


def is_address(text: str, sysconfig: SystemConfiguration) -> bool:
    """One address without a name before it; any text where the system does not check addresses."""
    if not sysconfig.check_email_addresses or _matches(sysconfig.check_email_valid_address, text):
        return True
    if _matches(sysconfig.check_email_invalid_address, text):
        return False
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None


def are_addresses(text: str, sysconfig: SystemConfiguration) -> bool:
    """Addresses with or without names, separated by commas."""
    if not sysconfig.check_email_addresses:
        return True
    found = [address for _, address in getaddresses([text])]
    return bool(found) and all(is_address(address, sysconfig) for address in found)


def _matches(expression: str, text: str) -> bool:
    """Whether an administrator's expression is found in a text. Raises Fault for one that cannot be used."""
    if not expression:
        return False
    return perl_regexp.matches(perl_regexp.anywhere(expression), text, perl_regexp.deadline())

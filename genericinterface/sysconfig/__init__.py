"""Znuny's system configuration, as far as it changes what the provider does: names and defaults as in Znuny 6.5.

An operator overrides a setting under its Znuny name in the `[sysconfig]` table of the settings file; `settings.py`
hands the table over unread. What a Znuny has stored in its database comes from database/stored_sysconfig.py.
"""

from genericinterface.sysconfig.calendar import Calendar
from genericinterface.sysconfig.configuration import (
    MODIFIED,
    NAMES,
    OPERATOR,
    SETTINGS,
    ArticleDefaults,
    Resolved,
    Source,
    Stored,
    SystemConfiguration,
    load,
    resolve,
)

__all__ = [
    "MODIFIED",
    "NAMES",
    "OPERATOR",
    "SETTINGS",
    "ArticleDefaults",
    "Calendar",
    "Resolved",
    "Source",
    "Stored",
    "SystemConfiguration",
    "load",
    "resolve",
]

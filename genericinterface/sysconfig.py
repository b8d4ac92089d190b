"""Znuny's system configuration, as far as it changes what the provider does: names and defaults as in Znuny 6.5.

An operator overrides a setting under its Znuny name in the `[sysconfig]` table of the settings file; `settings.py`
hands the table over unread. Everything that asks for "now" asks here, because Znuny stores times without a zone, in
OTRSTimeZone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from genericinterface import stop_words
from genericinterface.errors import ConfigurationError


@dataclass(frozen=True)
class SystemConfiguration:
    """The settings that this provider reads; the comment behind each is its name in Znuny's system configuration."""

    otrs_time_zone: str = "UTC"  # OTRSTimeZone
    session_max_time: int = 57600  # SessionMaxTime, seconds
    session_max_idle_time: int = 7200  # SessionMaxIdleTime, seconds
    session_check_remote_ip: bool = True  # SessionCheckRemoteIP
    session_delete_if_not_remote_id: bool = True  # SessionDeleteIfNotRemoteID
    session_delete_if_time_too_old: bool = True  # SessionDeleteIfTimeToOld
    password_max_login_failed: int = 0  # PreferencesGroups###Password / PasswordMaxLoginFailed, 0: never locked
    customer_password_max_login_failed: int = 0  # CustomerPreferencesGroups###Password / PasswordMaxLoginFailed
    customer_group_support: bool = False  # CustomerGroupSupport
    customer_group_always_groups: tuple[str, ...] = ("users",)  # CustomerGroupAlwaysGroups
    customer_group_company_always_groups: tuple[str, ...] = ("users",)  # CustomerGroupCompanyAlwaysGroups
    ticket_archive_system: bool = False  # Ticket::ArchiveSystem
    fqdn: str = "yourhost.example.com"  # FQDN
    sendmail_module: str = "Kernel::System::Email::Sendmail"  # SendmailModule
    sendmail_command: str = "/usr/sbin/sendmail -i -f"  # SendmailModule::CMD
    sendmail_host: str = "mail.example.com"  # SendmailModule::Host
    sendmail_port: int = 0  # SendmailModule::Port, 0: the module's own
    sendmail_auth_user: str = ""  # SendmailModule::AuthUser
    sendmail_auth_password: str = ""  # SendmailModule::AuthPassword
    mail_queue_max_attempts: int = 3  # MailQueue###ItemMaxAttempts
    mail_queue_delay: int = 2  # MailQueue###IncrementAttemptDelayInMinutes
    ticket_responsible: bool = False  # Ticket::Responsible
    ticket_watcher: bool = False  # Ticket::Watcher
    ticket_search_limit: int = 500  # GenericInterface::Operation::TicketSearch###SearchLimit
    ticket_search_sort_by: str = "Age"  # GenericInterface::Operation::TicketSearch###SortBy::Default
    ticket_search_order_by: str = "Down"  # GenericInterface::Operation::TicketSearch###Order::Default
    search_index_word_length_min: int = 3  # Ticket::SearchIndex::Attribute###WordLengthMin
    search_index_word_length_max: int = 30  # Ticket::SearchIndex::Attribute###WordLengthMax
    search_index_word_count_max: int = 1000  # Ticket::SearchIndex::Attribute###WordCountMax
    search_index_filters: tuple[str, ...] = (  # Ticket::SearchIndex::Filters
        r"""[,\&\<\>\?"\!\*\|;\[\]\(\)\+\$\^=]""",
        r"^[':.]|[':.]$",
        r"^[^\w]+$",
    )
    search_index_unfiltered: bool = False  # Ticket::SearchIndex::ForceUnfilteredStorage
    search_index_archived: bool = False  # Ticket::SearchIndex::IndexArchivedTickets
    search_index_stop_words_de: tuple[str, ...] = stop_words.GERMAN  # Ticket::SearchIndex::StopWords###de
    search_index_stop_words_en: tuple[str, ...] = stop_words.ENGLISH  # Ticket::SearchIndex::StopWords###en
    search_index_stop_words_es: tuple[str, ...] = stop_words.SPANISH  # Ticket::SearchIndex::StopWords###es
    search_index_stop_words_fr: tuple[str, ...] = stop_words.FRENCH  # Ticket::SearchIndex::StopWords###fr
    search_index_stop_words_it: tuple[str, ...] = stop_words.ITALIAN  # Ticket::SearchIndex::StopWords###it
    search_index_stop_words_nl: tuple[str, ...] = stop_words.DUTCH  # Ticket::SearchIndex::StopWords###nl
    search_index_stop_words_custom: tuple[str, ...] = ()  # Ticket::SearchIndex::StopWords###Custom

    def now(self) -> dt.datetime:
        """The present time as the database stores it: in OTRSTimeZone, without a zone, to the second."""
        return dt.datetime.now(ZoneInfo(self.otrs_time_zone)).replace(tzinfo=None, microsecond=0)

    def to_epoch(self, moment: dt.datetime) -> int:
        """Seconds since 1970 of a time that the database stores."""
        return int(moment.replace(tzinfo=ZoneInfo(self.otrs_time_zone)).timestamp())

    def from_epoch(self, seconds: float) -> dt.datetime:
        """The time that the database stores, of seconds since 1970."""
        return dt.datetime.fromtimestamp(seconds, ZoneInfo(self.otrs_time_zone)).replace(tzinfo=None, microsecond=0)


# Znuny's names; `::` and `###` need quotes in TOML, so both are accepted exactly as Znuny writes them.
NAMES: dict[str, str] = {
    "OTRSTimeZone": "otrs_time_zone",
    "SessionMaxTime": "session_max_time",
    "SessionMaxIdleTime": "session_max_idle_time",
    "SessionCheckRemoteIP": "session_check_remote_ip",
    "SessionDeleteIfNotRemoteID": "session_delete_if_not_remote_id",
    "SessionDeleteIfTimeToOld": "session_delete_if_time_too_old",
    "PasswordMaxLoginFailed": "password_max_login_failed",
    "CustomerPasswordMaxLoginFailed": "customer_password_max_login_failed",  # Znuny has one name for both
    "CustomerGroupSupport": "customer_group_support",
    "CustomerGroupAlwaysGroups": "customer_group_always_groups",
    "CustomerGroupCompanyAlwaysGroups": "customer_group_company_always_groups",
    "Ticket::ArchiveSystem": "ticket_archive_system",
    "FQDN": "fqdn",
    "SendmailModule": "sendmail_module",
    "SendmailModule::CMD": "sendmail_command",
    "SendmailModule::Host": "sendmail_host",
    "SendmailModule::Port": "sendmail_port",
    "SendmailModule::AuthUser": "sendmail_auth_user",
    "SendmailModule::AuthPassword": "sendmail_auth_password",
    "MailQueue###ItemMaxAttempts": "mail_queue_max_attempts",
    "MailQueue###IncrementAttemptDelayInMinutes": "mail_queue_delay",
    "Ticket::Responsible": "ticket_responsible",
    "Ticket::Watcher": "ticket_watcher",
    "GenericInterface::Operation::TicketSearch###SearchLimit": "ticket_search_limit",
    "GenericInterface::Operation::TicketSearch###SortBy::Default": "ticket_search_sort_by",
    "GenericInterface::Operation::TicketSearch###Order::Default": "ticket_search_order_by",
    "Ticket::SearchIndex::Attribute###WordLengthMin": "search_index_word_length_min",
    "Ticket::SearchIndex::Attribute###WordLengthMax": "search_index_word_length_max",
    "Ticket::SearchIndex::Attribute###WordCountMax": "search_index_word_count_max",
    "Ticket::SearchIndex::Filters": "search_index_filters",
    "Ticket::SearchIndex::ForceUnfilteredStorage": "search_index_unfiltered",
    "Ticket::SearchIndex::IndexArchivedTickets": "search_index_archived",
    "Ticket::SearchIndex::StopWords###de": "search_index_stop_words_de",
    "Ticket::SearchIndex::StopWords###en": "search_index_stop_words_en",
    "Ticket::SearchIndex::StopWords###es": "search_index_stop_words_es",
    "Ticket::SearchIndex::StopWords###fr": "search_index_stop_words_fr",
    "Ticket::SearchIndex::StopWords###it": "search_index_stop_words_it",
    "Ticket::SearchIndex::StopWords###nl": "search_index_stop_words_nl",
    "Ticket::SearchIndex::StopWords###Custom": "search_index_stop_words_custom",
}


def load(overrides: Mapping[str, Any]) -> SystemConfiguration:
    """The configuration with an operator's overrides; raises ConfigurationError with every problem."""
    types = {field.name: field.type for field in fields(SystemConfiguration)}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in overrides.items():
        attribute = NAMES.get(name)
        if attribute is None:
            problems.append(f"sysconfig: unknown setting {name}; known are {', '.join(sorted(NAMES))}")
            continue
        try:
            values[attribute] = _convert(types[attribute], value)
        except ValueError as error:
            problems.append(f"sysconfig: {name}: {error}")
    zone = values.get("otrs_time_zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(f"sysconfig: OTRSTimeZone: {zone} is not a time zone (an example: Europe/Berlin)")
    if problems:
        raise ConfigurationError(problems)
    return SystemConfiguration(**values)


def _convert(kind: object, value: object) -> Any:
    if kind == "bool":
        if value in (True, 1, "1"):
            return True
        if value in (False, 0, "0", ""):
            return False
        raise ValueError(f"{value!r} is neither 0 nor 1")
    if kind == "int":
        try:
            number = int(str(value))
        except ValueError:
            raise ValueError(f"{value!r} is not a whole number") from None
        if number < 0:
            raise ValueError(f"{value!r} is negative")
        return number
    if kind == "tuple[str, ...]":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{value!r} is not a list of texts")
        return tuple(value)
    return str(value)

"""The system configuration as one frozen object, made of Znuny's defaults, what is stored, and what the operator says.

It can be hashed and is a key of caches. Everything that asks for "now" asks it, because Znuny stores times without a
zone, in OTRSTimeZone.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from genericinterface.errors import ConfigurationError
from genericinterface.sysconfig import calendar
from genericinterface.sysconfig.access import AccessSettings
from genericinterface.sysconfig.calendar import CALENDARS, Calendar
from genericinterface.sysconfig.mail import DeliverySettings, MailSettings
from genericinterface.sysconfig.search_index import SearchIndexSettings
from genericinterface.sysconfig.setting import Setting, setting
from genericinterface.sysconfig.ticket import EventSettings, OperationSettings, TicketSettings

DEFAULT, STORED, MODIFIED, OPERATOR = "default", "Znuny's default", "Znuny", "settings file"

REFERENCE = re.compile(r"<OTRS_CONFIG_([\w:]+)>")
REFERENCES = 5  # of references in what they refer to


@dataclass(frozen=True)
class ArticleDefaults:
    """What an article of TicketCreate or TicketUpdate has where the request does not say it."""

    is_visible_for_customer: bool
    history_type: str
    history_comment: str
    auto_response_type: str


@dataclass(frozen=True)
class SystemConfiguration(
    SearchIndexSettings,
    DeliverySettings,
    MailSettings,
    OperationSettings,
    EventSettings,
    TicketSettings,
    AccessSettings,
):
    """The settings that this provider reads, by their names in the parts above."""

    otrs_time_zone: str = setting("UTC", "OTRSTimeZone", "time zone of all times in the database", kind="zone")
    calendars: tuple[Calendar, ...] = (Calendar(),) * CALENDARS

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Reckoned once: there are thousands of stop words."""
        return hash(tuple(getattr(self, field.name) for field in fields(self)))

    @property
    def current(self) -> SystemConfiguration:
        """Itself: a configuration is a Source that never changes."""
        return self

    @property
    def ticket_create_defaults(self) -> ArticleDefaults:
        """Of the article of TicketCreate."""
        return ArticleDefaults(
            self.ticket_create_is_visible,
            self.ticket_create_history_type,
            self.ticket_create_history_comment,
            self.ticket_create_auto_response_type,
        )

    @property
    def ticket_update_defaults(self) -> ArticleDefaults:
        """Of the article of TicketUpdate."""
        return ArticleDefaults(
            self.ticket_update_is_visible,
            self.ticket_update_history_type,
            self.ticket_update_history_comment,
            self.ticket_update_auto_response_type,
        )

    def now(self) -> dt.datetime:
        """The present time as the database stores it: in OTRSTimeZone, without a zone, to the second."""
        return dt.datetime.now(ZoneInfo(self.otrs_time_zone)).replace(tzinfo=None, microsecond=0)

    def to_epoch(self, moment: dt.datetime) -> int:
        """Seconds since 1970 of a time that the database stores."""
        return int(moment.replace(tzinfo=ZoneInfo(self.otrs_time_zone)).timestamp())

    def from_epoch(self, seconds: float) -> dt.datetime:
        """The time that the database stores, of seconds since 1970."""
        return dt.datetime.fromtimestamp(seconds, ZoneInfo(self.otrs_time_zone)).replace(tzinfo=None, microsecond=0)


class Source(Protocol):
    """Where the configuration that holds at this moment comes from."""

    @property
    def current(self) -> SystemConfiguration:
        """The configuration."""


class Stored(NamedTuple):
    """A setting as Znuny's database has it; `valid` False: it is switched off. `value` is text, None, list or hash."""

    value: Any
    valid: bool
    modified: bool


class Resolved(NamedTuple):
    """A configuration, where the value of each setting comes from, and what of the stored values cannot be read."""

    configuration: SystemConfiguration
    origins: dict[str, str]
    problems: list[str]

    def value(self, name: str) -> Any:
        """The value of a setting, by its name in Znuny."""
        return _value(self.configuration, SETTINGS[name])


def _settings() -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for field in reversed(fields(SystemConfiguration)):  # the parts were given last first
        if "setting" in field.metadata:
            entry: Setting = field.metadata["setting"]
            found[entry.name] = replace(entry, attribute=field.name, kind=entry.kind or str(field.type))
    return found | {entry.name: entry for entry in calendar.settings()}


SETTINGS: dict[str, Setting] = dict(sorted(_settings().items()))

# Znuny's names; `::` and `###` need quotes in TOML, so both are accepted exactly as Znuny writes them.
NAMES: dict[str, str] = {name: entry.attribute for name, entry in SETTINGS.items()}


def unknown(name: str) -> str:
    """What to say of a name that no setting has."""
    near = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"unknown setting {name}; {f'did you mean {near[0]}?' if near else 'docs/sysconfig.md has them all'}"


def load(overrides: Mapping[str, Any]) -> SystemConfiguration:
    """Znuny's defaults with an operator's overrides; raises ConfigurationError with every problem of these."""
    return resolve({}, overrides).configuration


def resolve(stored: Mapping[str, Stored], overrides: Mapping[str, Any]) -> Resolved:
    """The configuration: an operator's `overrides` win over what is `stored` by Znuny's names, that over the defaults.

    Raises ConfigurationError with every problem of the overrides. A stored value that cannot be read leaves the
    default in its place.
    """
    refused = [f"sysconfig: {unknown(name)}" for name in overrides if name not in SETTINGS]
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    problems: list[str] = []
    for name, entry in SETTINGS.items():
        value, origins[name] = entry.default, DEFAULT
        try:
            if name in overrides:
                value, origins[name] = entry.read(overrides[name]), OPERATOR
            elif entry.stored in stored:
                value, origins[name] = _read(entry, stored[entry.stored])
        except ValueError as error:
            (refused if name in overrides else problems).append(f"sysconfig: {name}: {error}")
        values[name] = value
    if refused:
        raise ConfigurationError(refused)
    return Resolved(_built(_expanded(values)), origins, problems)


def _read(entry: Setting, stored: Stored) -> tuple[Any, str]:
    origin = MODIFIED if stored.modified else STORED
    if not stored.valid:
        return entry.absent, origin
    return entry.read(entry.stored_value(stored.value)), origin


def _expanded(values: dict[str, Any]) -> dict[str, Any]:
    """`<OTRS_CONFIG_FQDN>` in a text becomes the value of that setting, as in Znuny; unknown ones stay."""
    for _ in range(REFERENCES):
        found = {name: text for name, text in values.items() if isinstance(text, str) and REFERENCE.search(text)}
        for name, text in found.items():
            values[name] = REFERENCE.sub(lambda match: _referred(values, match), text)
    return values


def _referred(values: Mapping[str, Any], match: re.Match[str]) -> str:
    value = values.get(match[1])
    return value if isinstance(value, str) and not SETTINGS[match[1]].secret else match[0]


def _built(values: Mapping[str, Any]) -> SystemConfiguration:
    parts: list[dict[str, Any]] = [{} for _ in range(CALENDARS)]
    plain: dict[str, Any] = {}
    for name, entry in SETTINGS.items():
        if entry.attribute == "calendars":
            parts[entry.index][entry.kind] = values[name]
        else:
            plain[entry.attribute] = values[name]
    return SystemConfiguration(**plain, calendars=tuple(Calendar(**part) for part in parts))


def _value(configuration: SystemConfiguration, entry: Setting) -> Any:
    value = getattr(configuration, entry.attribute)
    return getattr(value[entry.index], entry.kind) if entry.attribute == "calendars" else value

"""What a setting is: its name in Znuny, where Znuny stores it, what it means, and how a value of it is read.

Values come as an operator's TOML has them or as Znuny's YAML has them (text, None, lists and hashes of text); what is
kept of them can be hashed, since a configuration is a key of caches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

T = TypeVar("T")

Texts = tuple[str, ...]
Pairs = tuple[tuple[str, str], ...]  # a hash of texts, by key; dict() makes one of it
Limits = tuple[tuple[str, str], ...]  # the same where any key is one: names of queues, and permissions there

HIDDEN = "(hidden)"


class PermissionModule(NamedTuple):
    """What follows from a check of permissions that is on: with `required` a no is final, with `granted` a yes is."""

    required: bool = False
    granted: bool = True


# What the hash of an event module says of its calling; the rest are its parameters.
MODULE_KEYS = frozenset({"Event", "Module", "Transaction"})


@dataclass(frozen=True)
class Setting:
    """One setting. `stored` and `key`: the row of Znuny's that has it, and the key of the row's hash, "" for all of it.

    `kind` is bool, int, str, Texts, Pairs, Limits, module, zone, program, or a part of Calendar; `attribute` is that of
    SystemConfiguration, and `index` the number of the calendar.
    """

    name: str
    meaning: str
    default: Any
    attribute: str = ""
    kind: str = ""
    stored: str = ""
    key: str = ""
    secret: bool = False
    index: int = 0

    @property
    def absent(self) -> Any:
        """The value where Znuny's setting is switched off: nothing; the default of what cannot be nothing."""
        return ABSENT.get(self.kind, self.default)

    def read(self, value: object) -> Any:
        """A value as it is kept; raises ValueError that says what is wrong with it."""
        try:
            return READERS[self.kind](value)
        except ValueError:
            if self.secret:
                raise ValueError("the value cannot be read") from None
            raise

    def shown(self, value: Any) -> str:
        """A value for people; "" where there is nothing, and of a secret only that there is one."""
        text = SHOWN.get(self.kind, str)(value)
        return HIDDEN if self.secret and text else text

    def stored_value(self, value: object) -> Any:
        """The part of the stored row's value that is this setting; raises ValueError where it is not there."""
        if not self.key:
            return value
        if not isinstance(value, Mapping) or self.key not in value:
            raise ValueError(f"there is no key {self.key}")
        return value[self.key]


def setting(
    default: T, name: str, meaning: str, *, kind: str = "", stored: str = "", key: str = "", secret: bool = False
) -> T:
    """A field of a configuration with its setting; `stored` and `kind` are needed where name and type do not tell."""
    found = Setting(name, meaning, default, kind=kind, stored=stored or name, key=key, secret=secret)
    return field(default=default, repr=not secret, metadata={"setting": found})


def _shown_pairs(value: Pairs) -> str:
    return ", ".join(f"{key}: {text}" for key, text in value)


def _bool(value: object) -> bool:
    if value in (True, 1, "1"):
        return True
    if value in (False, 0, "0", "", None):
        return False
    if isinstance(value, Mapping):  # an event module: there or not
        return True
    raise ValueError(f"{value!r} is neither 0 nor 1")


def _int(value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is not a whole number") from None
    if number < 0:
        raise ValueError(f"{value!r} is negative")
    return number


def _str(value: object) -> str:
    if isinstance(value, list | Mapping):
        raise ValueError(f"{value!r} is not a text")
    return "" if value is None else str(value)


def _texts(value: object) -> Texts:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{value!r} is not a list of texts")
    return tuple(value)


def _pairs(value: object) -> Pairs:
    return tuple((key, item) for key, item in _limits(value) if key not in MODULE_KEYS)


def _limits(value: object) -> Limits:
    if not isinstance(value, Mapping) or not all(isinstance(item, str | int | None) for item in value.values()):
        raise ValueError(f"{value!r} is not a hash of texts")
    return tuple(sorted((str(key), _str(item)) for key, item in value.items()))


def _module(value: object) -> PermissionModule | None:
    if isinstance(value, Mapping):
        return PermissionModule(_bool(value.get("Required")), _bool(value.get("Granted")))
    return PermissionModule() if _bool(value) else None


def _shown_module(value: PermissionModule | None) -> str:
    if value is None:
        return "0"
    return "1" if value == PermissionModule() else f"Required: {value.required:d}, Granted: {value.granted:d}"


def zone(value: object) -> str:
    """The name of a time zone."""
    name = _str(value)
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is not a time zone (an example: Europe/Berlin)") from None
    return name


SHOWN: dict[str, Callable[[Any], str]] = {
    "bool": lambda value: str(int(value)),
    "Texts": ", ".join,
    "Pairs": _shown_pairs,
    "Limits": _shown_pairs,
    "module": _shown_module,
}

ABSENT: dict[str, Any] = {"bool": False, "str": "", "Texts": (), "Pairs": (), "Limits": (), "module": None}

READERS: dict[str, Callable[[object], Any]] = {
    "bool": _bool,
    "int": _int,
    "str": _str,
    "Texts": _texts,
    "Pairs": _pairs,
    "Limits": _limits,
    "module": _module,
    "zone": zone,
    "program": _str,  # Znuny's code knows where to find it
}

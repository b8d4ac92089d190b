"""Dynamic fields as they are configured: which there are, of what type, and where their values lie.

Called by the search (search_dynamic_fields.py) and by whatever reads or writes values; reads the table `dynamic_field`
and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import dynamic_field
from genericinterface.errors import ConfigurationError
from genericinterface.webservice import document


@dataclass(frozen=True)
class DynamicField:
    """One field: `field_type` is Znuny's (Text, Dropdown, Date, …), `object_type` is Ticket or Article."""

    id: int
    name: str
    field_type: str
    object_type: str


_f = dynamic_field.c
_BY_NAME = select(_f.id, _f.name, _f.field_type, _f.object_type).where(
    _f.name.in_(bindparam("names", expanding=True)), _f.valid_id == VALID
)


def find(connection: Connection, names: Collection[str]) -> dict[str, DynamicField]:
    """The valid fields of these names, by name; one statement, none without names."""
    if not names:
        return {}
    # MariaDB compares without case; a field is its exact name.
    found = (DynamicField(*row) for row in connection.execute(_BY_NAME, {"names": sorted(names)}))
    return {entry.name: entry for entry in found if entry.name in names}


# ------------------------------------------------------------------------------------------------------- their settings


@dataclass(frozen=True)
class FieldSettings:
    """What the column `config` says of a field; texts, as it holds no other scalars.

    `possible_values`: keys with their labels, None of a type without. `expressions`: Perl's, each of which a text must
    fit. `date_restriction`: DisablePastDates, DisableFutureDates or another text for none.
    """

    default: str = ""
    possible_values: Mapping[str, str] | None = None
    possible_none: bool = False
    tree_view: bool = False
    expressions: tuple[str, ...] = ()
    date_restriction: str = ""


@dataclass(frozen=True)
class ConfiguredField:
    """A field with its settings, as it takes to read and write values."""

    id: int
    name: str
    label: str
    field_type: str
    object_type: str
    settings: FieldSettings = field(compare=False)


_CONFIGURED = select(_f.id, _f.name, _f.label, _f.field_type, _f.object_type, _f.config).where(
    _f.name.in_(bindparam("names", expanding=True)), _f.valid_id == VALID
)


def find_configured(connection: Connection, names: Collection[str]) -> dict[str, ConfiguredField]:
    """The valid fields of these names with their settings, by name; one statement, none without names."""
    if not names:
        return {}
    rows = connection.execute(_CONFIGURED, {"names": sorted(names)})
    found = (ConfiguredField(*row[:5], settings(row.config or "")) for row in rows)
    return {entry.name: entry for entry in found if entry.name in names}


@lru_cache(1024)
def settings(config: str) -> FieldSettings:
    """The settings in a column `config`; of one that cannot be read, none."""
    try:
        found = document.value(config)
    except ConfigurationError:
        found = None
    if not isinstance(found, dict):
        return FieldSettings()
    values, expressions = found.get("PossibleValues"), found.get("RegExList")
    return FieldSettings(
        default=_text(found.get("DefaultValue")),
        possible_values={key: _text(label) for key, label in values.items()} if isinstance(values, dict) else None,
        possible_none=_text(found.get("PossibleNone")) == "1",
        tree_view=_text(found.get("TreeView")) == "1",
        expressions=tuple(
            _text(entry.get("Value"))
            for entry in (expressions if isinstance(expressions, list) else [])
            if isinstance(entry, dict) and entry.get("Value")
        ),
        date_restriction=_text(found.get("DateRestriction")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

"""Dynamic fields as they are configured: which there are, of what type, and where their values lie.

Called by the search (search_dynamic_fields.py); reads the table `dynamic_field` and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from genericinterface.database.accounts import VALID
from genericinterface.database.tables import dynamic_field


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
    return {field.name: field for field in found if field.name in names}

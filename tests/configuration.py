"""The system configuration for tests: rows as a Znuny stores its settings, and a source that tests change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert

from genericinterface.database.tables import (
    sysconfig_default,
    sysconfig_modified,
    sysconfig_modified_version,
)
from genericinterface.sysconfig import SystemConfiguration

NOW = dt.datetime(2024, 1, 2, 3, 4, 5)
STAMPS = {"create_time": NOW, "create_by": 1, "change_time": NOW, "change_by": 1}


def add_default(connection: Connection, name: str, text: str, valid: int = 1) -> int:
    """A row of Znuny's defaults; gives its ID."""
    texts = dict.fromkeys(("description", "navigation", "xml_content_raw", "xml_content_parsed", "xml_filename"), "-")
    numbers = dict.fromkeys((c.name for c in sysconfig_default.c if c.name.startswith(("is_", "has_", "user_m"))), 0)
    row = texts | numbers | {"name": name, "effective_value": text, "exclusive_lock_guid": "0", "is_valid": valid}
    return int(connection.execute(insert(sysconfig_default).values(**row, **STAMPS)).inserted_primary_key[0])


def add_modified(connection: Connection, default: int, name: str, text: str, **columns: Any) -> None:
    """A change by an administrator, deployed unless `is_dirty` says otherwise."""
    row = {"name": name, "effective_value": text, "is_valid": 1, "is_dirty": 0, "reset_to_default": 0} | columns
    row |= {"sysconfig_default_id": default, "user_modification_active": 0}
    connection.execute(insert(sysconfig_modified).values(**row, **STAMPS))


def add_version(connection: Connection, name: str, text: str, **columns: Any) -> None:
    """What a deployment leaves of a change."""
    row = {"name": name, "effective_value": text, "is_valid": 1, "reset_to_default": 0} | columns
    row |= {"sysconfig_default_version_id": 1, "user_modification_active": 0}
    connection.execute(insert(sysconfig_modified_version).values(**row, **STAMPS))


@dataclass
class Fixed:
    """Settings that change when a test says so."""

    current: SystemConfiguration

    def refresh(self) -> None:
        """Nothing to look for."""

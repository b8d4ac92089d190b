"""What a given database is, and what it lacks for this provider. Called by `genericinterface db check` and `serve`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, inspect, select

from genericinterface.database.engine import Database
from genericinterface.database.tables import METADATA, permission_groups, sysconfig_default

EMPTY, OURS, ZNUNY, OTHER = "empty", "genericinterface", "Znuny", "something else"

# Tables that only a whole Znuny has: this provider never makes them.
ONLY_ZNUNY = ("acl", "generic_agent_jobs", "package_repository", "pm_process", "xml_storage")
# Znuny 6.5 has these; earlier releases and OTRS 6 do not.
SINCE_6_5 = ("mention", "oauth2_token")
GROUPS = ("admin", "users", "timeaccounting_webservice")


@dataclass(frozen=True)
class Report:
    """`kind` is one of EMPTY, OURS, ZNUNY, OTHER; `missing` and `notes` are sentences."""

    kind: str
    version: str = ""
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether the provider can work on it."""
        return self.kind in (OURS, ZNUNY) and not self.missing


def check(database: Database) -> Report:
    """Looks at tables, columns and the rows that operations need; changes nothing. Raises UnavailableFault."""
    with database.reading() as connection:
        inspector = inspect(connection)
        tables = set(inspector.get_table_names())
        if not tables:
            return Report(EMPTY)
        if not {"ticket", "users", "gi_webservice_config"} <= tables:
            return Report(OTHER, notes=[f"it has {len(tables)} tables, but not Znuny's"])
        columns = {
            name: {column["name"] for column in inspector.get_columns(name)}
            for name in METADATA.tables
            if name in tables
        }
        missing = _missing(columns)
        foreign = any(name in tables for name in ONLY_ZNUNY)
        version = "6.5 or later" if all(name in tables for name in SINCE_6_5) else "before 6.5"
        notes = [] if "permission_groups" not in tables else _notes(connection, foreign)
        return Report(ZNUNY if foreign else OURS, version if foreign else "", missing, notes)


def _missing(columns: Mapping[str, set[str]]) -> list[str]:
    missing = []
    for name, table in sorted(METADATA.tables.items()):
        if name not in columns:
            missing.append(f"table {name}")
        else:
            missing += [f"column {name}.{c.name}" for c in table.columns if c.name not in columns[name]]
    return missing


def _notes(connection: Connection, foreign: bool) -> list[str]:
    found = set(connection.scalars(select(permission_groups.c.name)))
    notes = [f"there is no group {name}" for name in GROUPS if name not in found]
    if foreign and connection.execute(select(sysconfig_default.c.id).limit(1)).first() is None:
        notes.append("Znuny's system configuration has not been built in it yet")
    return notes

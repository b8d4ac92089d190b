"""What a given database is, and what it lacks for this provider.

Called by `genericinterface db` and `serve`; reads the catalogue and a few rows, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, inspect, select

from genericinterface.database.accounts import VALID
from genericinterface.database.engine import Database
from genericinterface.database.tables import METADATA, permission_groups, sysconfig_default, users

EMPTY, OURS, ZNUNY, OTHER = "empty", "genericinterface", "Znuny", "something else"

# What a helpdesk of this family has had in every release.
FAMILY = frozenset({"ticket", "ticket_history", "users", "queue", "valid"})
# Tables that only a whole Znuny has: this provider never makes them.
ONLY_ZNUNY = frozenset({"acl", "generic_agent_jobs", "package_repository", "pm_process", "xml_storage"})
# Tables of Znuny 6.5 that no OTRS has.
SINCE_6_5 = frozenset({"mention", "oauth2_token", "personal_services", "smime_keys"})

# Groups whose permission rw opens an operation. A Znuny 6.5 that was never a 6.0 begins without the second.
GROUPS = {"admin": "User::OutOfOffice", "timeaccounting_webservice": "Ticket::TimeAccountingGet"}

Columns = Mapping[str, set[str]]


@dataclass(frozen=True)
class Report:
    """`kind` is one of EMPTY, OURS, ZNUNY, OTHER; `version` is that of a Znuny, as far as its tables tell.

    `missing` are the tables and columns without which nothing works; `notes` are sentences about what else is odd.
    """

    kind: str
    version: str = ""
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether the provider can work on it."""
        return self.kind in (OURS, ZNUNY) and not self.missing


def check(database: Database) -> Report:
    """Looks at tables, columns and the rows that operations need. Raises UnavailableFault."""
    if database.url.get_backend_name() == "sqlite" and _is_absent(database.url.database):
        return Report(EMPTY)  # looking into it would make the file
    with database.reading() as connection:
        columns = _columns(connection)
        if not columns:
            return Report(EMPTY)
        if not columns.keys() >= FAMILY:
            return Report(OTHER, notes=[f"it has {len(columns)} tables, but not those of a Znuny"])
        foreign = not ONLY_ZNUNY.isdisjoint(columns)
        missing = list(_missing(columns))
        notes = [] if missing else list(_notes(connection, foreign))
        return Report(ZNUNY if foreign else OURS, _version(columns) if foreign else "", missing, notes)


def _is_absent(file: str | None) -> bool:
    return bool(file) and file != ":memory:" and not str(file).startswith("file:") and not Path(str(file)).exists()


def _columns(connection: Connection) -> Columns:
    """The column names of each table of the default schema."""
    found = inspect(connection).get_multi_columns()
    return {table: {column["name"] for column in columns} for (_, table), columns in found.items() if table}


def _version(columns: Columns) -> str:
    """Znuny 6.1 renamed `groups` to `permission_groups`, OTOBO to `groups_table`; OTRS 6 split articles by channel."""
    if "groups_table" in columns:
        return "(it looks like OTOBO)"
    if "permission_groups" in columns:
        return "6.5 or later" if columns.keys() >= SINCE_6_5 else "before 6.5"
    return "6.0 or OTRS 6" if "communication_channel" in columns else "(it looks like OTRS 5 or older)"


def _missing(columns: Columns) -> Iterator[str]:
    for name, table in sorted(METADATA.tables.items()):
        if name not in columns:
            yield f"table {name}"
        else:
            yield from (f"column {name}.{column.name}" for column in table.columns if column.name not in columns[name])


def _notes(connection: Connection, foreign: bool) -> Iterator[str]:
    valid = permission_groups.c.valid_id == VALID
    found = set(connection.scalars(select(permission_groups.c.name).where(valid)))
    for name, operation in GROUPS.items():
        if name not in found:
            yield f"there is no valid group {name}: nobody has the permission that {operation} asks for"
    if connection.execute(select(users.c.id).where(users.c.id == 1, users.c.valid_id == VALID)).first() is None:
        yield "there is no valid agent with the ID 1, in whose name Znuny and this provider write"
    if foreign and connection.execute(select(sysconfig_default.c.id).limit(1)).first() is None:
        yield "Znuny's system configuration has not been built in it yet"

"""The system configuration that holds now: Znuny's stored one under the operator's settings, followed as it changes.

Znuny keeps its defaults in `sysconfig_default`, what administrators change in `sysconfig_modified`. A change takes
effect there when it is deployed; until then (`is_dirty`) the last deployed one holds, of `sysconfig_modified_version`.
What Znuny reads from files (Kernel/Config.pm) is not in its database. Our own databases have none of these rows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from genericinterface import sysconfig
from genericinterface.database.engine import Database
from genericinterface.database.tables import (
    sysconfig_default,
    sysconfig_deployment,
    sysconfig_modified,
    sysconfig_modified_version,
)
from genericinterface.errors import ConfigurationError, UnavailableFault
from genericinterface.sysconfig import Resolved, Stored, SystemConfiguration
from genericinterface.webservice import document

log = logging.getLogger(__name__)

TTL = 2.0  # seconds that a configuration is believed
FIRST = 10.0  # seconds that a request waits for another one to read it for the first time

_D, _M, _P = sysconfig_default.c, sysconfig_modified.c, sysconfig_deployment.c
_V = sysconfig_modified_version.alias("deployed")
_LATEST = sysconfig_modified_version.alias("latest")

# Of a setting, the last deployed change by an administrator; users' own changes have their ID.
_IS_LATEST = _V.c.id == (
    select(func.max(_LATEST.c.id)).where(_LATEST.c.name == _D.name, _LATEST.c.user_id.is_(None)).scalar_subquery()
)
_STORED = (
    select(
        _D.name,
        _D.is_valid,
        _D.effective_value,
        _M.is_valid,
        _M.effective_value,
        _M.is_dirty,
        _V.c.is_valid,
        _V.c.effective_value,
        _V.c.reset_to_default,
    )
    .outerjoin(sysconfig_modified, (_M.sysconfig_default_id == _D.id) & _M.user_id.is_(None))
    .outerjoin(_V, (_M.is_dirty == 1) & (_V.c.name == _D.name) & _V.c.user_id.is_(None) & _IS_LATEST)
    .where(_D.name.in_(sorted({entry.stored for entry in sysconfig.SETTINGS.values()})))
)
# Changes with every deployment, and with rows that something else than Znuny has written.
_MARK = select(
    select(func.max(_P.id)).scalar_subquery(),
    select(func.count()).select_from(sysconfig_modified).scalar_subquery(),
    select(func.max(_M.change_time)).scalar_subquery(),
)


def resolve(connection: Connection, overrides: Mapping[str, Any]) -> Resolved:
    """The configuration of this database under an operator's `overrides`; one statement.

    Raises ConfigurationError with every problem of the overrides; those of the stored values are in the result.
    """
    stored: dict[str, Stored] = {}
    problems: list[str] = []
    for row in connection.execute(_STORED):
        try:
            stored[row[0]] = _stored(row)
        except ConfigurationError as error:
            problems += [f"sysconfig: {row[0]}: {problem}" for problem in error.problems]
    found = sysconfig.resolve(stored, overrides)
    return found._replace(problems=problems + found.problems)


def _stored(row: Any) -> Stored:
    _, valid, text, modified_valid, modified_text, dirty, deployed_valid, deployed_text, reset = row
    if dirty == 0:
        return Stored(document.value(modified_text), bool(modified_valid), True)
    if dirty == 1 and reset == 0:
        return Stored(document.value(deployed_text), bool(deployed_valid), True)
    return Stored(document.value(text), bool(valid), False)


class CurrentConfiguration:
    """The configuration of one worker; a Source. `refresh` is called by whoever holds no connection: app.py."""

    def __init__(self, database: Database, overrides: Mapping[str, Any]) -> None:
        """Raises ConfigurationError with every problem of the overrides."""
        self._database = database
        self._overrides = overrides
        self._known = sysconfig.load(overrides)
        self._mark: tuple[Any, ...] | None = None  # None: nothing was read yet
        self._told: list[str] = []
        self._expires = 0.0
        self._lock = threading.Lock()

    @property
    def current(self) -> SystemConfiguration:
        """The configuration as far as it was read; before that, the defaults under the operator's settings."""
        return self._known

    def refresh(self) -> None:
        """Looks for a change with a small statement when TTL seconds are over. Never raises.

        Whoever comes then pays for it, the others go on with what is known, once something was read. Without a
        database the last configuration holds.
        """
        if self._expires >= time.monotonic():
            return
        if self._lock.acquire(timeout=FIRST if self._mark is None else 0):
            try:
                if self._expires < time.monotonic():
                    self._read()
            finally:
                self._lock.release()

    def _read(self) -> None:
        try:
            with self._database.reading() as connection:
                mark = tuple(connection.execute(_MARK).one())
                if mark != self._mark:
                    self._take(resolve(connection, self._overrides))
                    self._mark = mark
        except UnavailableFault:
            if self._mark is None:
                return  # the request meets the same; the next one tries again
        except Exception:  # whatever a database holds, requests go on with what is known
            log.exception("the stored system configuration cannot be read")
        self._expires = time.monotonic() + TTL

    def _take(self, found: Resolved) -> None:
        self._known = found.configuration
        if found.problems != self._told:
            for problem in found.problems:
                log.warning("%s; its default holds", problem)
        self._told = found.problems

"""The database that an operator's command works on: there, complete, and closed afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from genericinterface.database import schema_check, stored_sysconfig
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings
from genericinterface.sysconfig import SystemConfiguration


@contextmanager
def ready(settings: Settings) -> Iterator[Database]:
    """The settings' database; raises ConfigurationError where it has not what this provider needs."""
    database = Database(settings.database_url)
    try:
        if not schema_check.check(database).usable:
            shown = database.url.render_as_string(hide_password=True)
            raise ConfigurationError([f"{shown} is not ready: see `genericinterface db check`"])
        yield database
    finally:
        database.close()


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A connection that reads."""
    with ready(settings) as database, database.reading() as connection:
        yield connection


@contextmanager
def writing(settings: Settings) -> Iterator[tuple[Connection, dt.datetime]]:
    """A connection in a transaction, and the present time as the database keeps it."""
    with ready(settings) as database, database.transaction() as connection:
        yield connection, configuration(connection, settings).now()


def configuration(connection: Connection, settings: Settings) -> SystemConfiguration:
    """The system configuration of this database under the settings."""
    return stored_sysconfig.resolve(connection, settings.sysconfig).configuration

"""The database that an operator's command works on: there, complete, and closed afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genericinterface.database import schema_check, stored_sysconfig
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError, UnavailableFault
from genericinterface.settings import Settings
from genericinterface.sysconfig import SystemConfiguration


@contextmanager
def opened(settings: Settings, pool_size: int = 8) -> Iterator[Database]:
    """The database of the settings. What the driver says of its failure is for operators, so it is told here."""
    database = Database(settings.database_url, pool_size)
    try:
        yield database
    except UnavailableFault as fault:
        cause = fault.__cause__
        reason = str(cause.orig).strip() if isinstance(cause, DBAPIError) else ""
        raise ConfigurationError([f"{shown(database)}: {fault.message}", *reason.splitlines()]) from fault
    finally:
        database.close()


@contextmanager
def ready(settings: Settings) -> Iterator[Database]:
    """The settings' database; raises ConfigurationError where it has not what this provider needs."""
    with opened(settings) as database:
        if not schema_check.check(database).usable:
            raise ConfigurationError([f"{shown(database)} is not ready: see `genericinterface db check`"])
        yield database


def shown(database: Database) -> str:
    """Its address, without a password."""
    return database.url.render_as_string(hide_password=True)


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

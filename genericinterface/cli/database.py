"""The database that an operator's command works on: there, complete, and closed afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from genericinterface import sysconfig
from genericinterface.database import schema_check
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.settings import Settings


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
    now = sysconfig.load(settings.sysconfig).now()
    with ready(settings) as database, database.transaction() as connection:
        yield connection, now

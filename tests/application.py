"""The whole application on a test's database, with the packaged web services, and the addresses that clients use."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager

from genericinterface.webservice_definitions import names, text
from werkzeug.test import Client

from genericinterface.app import Application, create_app
from genericinterface.database import webservices
from genericinterface.database.engine import Database
from genericinterface.settings import Settings

BASE = "/otrs/nph-genericinterface.pl/Webservice/"
REST = BASE + "GenericTicketConnectorREST"
SOAP = BASE + "GenericTicketConnectorSOAP"
NOW = dt.datetime(2026, 1, 1, 12, 0)


def import_packaged(database: Database) -> None:
    """Adds the packaged web services."""
    with database.transaction() as connection:
        for name in names():
            webservices.add(connection, name, text(name), NOW)


def import_packaged_at_debug(database: Database) -> None:
    """The same, with a DebugThreshold that keeps everything."""
    with database.transaction() as connection:
        for name in names():
            config, changed = re.subn(r"DebugThreshold: \w+", "DebugThreshold: debug", text(name))
            assert changed == 1
            webservices.add(connection, name, config, NOW)


@contextmanager
def application(database: Database, **settings: object) -> Iterator[Application]:
    """The application of these settings; `database` gets the packaged web services first."""
    import_packaged(database)
    url = database.url.render_as_string(hide_password=False)
    chosen = Settings(database_url=url, **settings)  # type: ignore[arg-type]
    built = create_app(chosen)
    try:
        yield built
    finally:
        built.close()


def client(built: Application, address: str = "127.0.0.1") -> Client:
    """A client at this address."""
    return Client(lambda environ, start: built({**environ, "REMOTE_ADDR": address}, start))

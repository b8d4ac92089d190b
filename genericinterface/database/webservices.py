"""Web service definitions in Znuny's own tables: the text as it was imported, and its history.

`valid_by_name` and `valid_by_id` are called by provider.py on the road of a request, everything else by the command
line (cli/webservice.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from genericinterface.database import communications
from genericinterface.database.accounts import VALID
from genericinterface.database.tables import gi_webservice_config, gi_webservice_config_history
from genericinterface.errors import ConfigurationError

INVALID = 2
ADMIN = 1  # the agent in whose name the command line writes: root@localhost, as Znuny's console does
LARGEST_ID = 2**31 - 1
LONGEST_NAME = 200


class ValidWebservice(NamedTuple):
    """What a request needs of a web service that is switched on."""

    id: int
    name: str
    config: str


class StoredWebservice(NamedTuple):
    """A web service with everything that is kept about it; times are in OTRSTimeZone."""

    id: int
    name: str
    config: str
    valid: bool
    create_time: dt.datetime
    change_time: dt.datetime


class Version(NamedTuple):
    """A row of the history: the definition as it was from `create_time` on."""

    id: int
    config: str
    config_md5: str
    create_time: dt.datetime


_C = gi_webservice_config.c
_H = gi_webservice_config_history.c
_VALID = select(_C.id, _C.name, _C.config).where(_C.valid_id == VALID)
_VALID_BY_NAME = _VALID.where(_C.name == bindparam("name"))
_VALID_BY_ID = _VALID.where(_C.id == bindparam("webservice_id"))
_STORED = select(_C.id, _C.name, _C.config, _C.valid_id, _C.create_time, _C.change_time)


def as_id(text: str) -> int:
    """The ID that a text in digits means; 0, which no web service has, where it means none."""
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(LARGEST_ID))):
        return 0
    return int(digits) if int(digits) <= LARGEST_ID else 0


def valid_by_name(connection: Connection, name: str) -> ValidWebservice | None:
    """The web service of exactly that name, if it is valid. One statement on the unique index of the name."""
    if "\0" in name:  # no database stores it, PostgreSQL refuses to be asked
        return None
    row = connection.execute(_VALID_BY_NAME, {"name": name}).one_or_none()
    if row is None or row.name != name:  # MariaDB compares without case and blanks at the end
        return None
    return ValidWebservice(row.id, row.name, _text(row.config))


def valid_by_id(connection: Connection, webservice_id: int) -> ValidWebservice | None:
    """The web service of that ID, if it is valid. One statement on the primary key."""
    row = connection.execute(_VALID_BY_ID, {"webservice_id": webservice_id}).one_or_none()
    return ValidWebservice(row.id, row.name, _text(row.config)) if row is not None else None


def listed(connection: Connection) -> list[StoredWebservice]:
    """All web services, valid or not, by name."""
    return sorted((_stored(row) for row in connection.execute(_STORED)), key=lambda stored: stored.name)


def find(connection: Connection, name_or_id: str) -> StoredWebservice | None:
    """The web service of that name, valid or not, else of that ID where it is a number."""
    number = as_id(name_or_id)
    found = [_stored(row) for row in connection.execute(_STORED.where((_C.name == name_or_id) | (_C.id == number)))]
    by_name = [stored for stored in found if stored.name == name_or_id]
    by_id = [stored for stored in found if stored.id == number]
    return next(iter(by_name + by_id), None)


def add(connection: Connection, name: str, config: str, now: dt.datetime) -> int:
    """The ID of a new, valid web service with its first history row; raises ConfigurationError if the name is taken.

    `config` is stored as it is, so that an export equals the import byte by byte.
    """
    _check_name(name)
    row = {"name": name, "config": config, "valid_id": VALID} | _stamps(now)
    try:
        added = connection.execute(insert(gi_webservice_config).values(row)).inserted_primary_key
    except IntegrityError as error:
        raise ConfigurationError([f"there is a web service {name} already"]) from error
    webservice_id = int(added[0]) if added else 0
    _remember(connection, webservice_id, config, now)
    return webservice_id


def change(
    connection: Connection,
    stored: StoredWebservice,
    now: dt.datetime,
    config: str | None = None,
    valid: bool | None = None,
) -> bool:
    """Whether anything changed. A change of the text or of the validity adds a history row, as in Znuny 6.5."""
    config = stored.config if config is None else config
    valid = stored.valid if valid is None else valid
    if (config, valid) == (stored.config, stored.valid):
        return False
    values = {"config": config, "valid_id": VALID if valid else INVALID, "change_time": now, "change_by": ADMIN}
    connection.execute(update(gi_webservice_config).where(_C.id == stored.id).values(values))
    _remember(connection, stored.id, config, now)
    return True


def remove(connection: Connection, webservice_id: int) -> None:
    """Deletes a web service with its history and what the Debugger kept of it."""
    communications.clear(connection, webservice_id=webservice_id)
    connection.execute(delete(gi_webservice_config_history).where(_H.config_id == webservice_id))
    connection.execute(delete(gi_webservice_config).where(_C.id == webservice_id))


def history(connection: Connection, webservice_id: int) -> list[Version]:
    """The versions of a web service, newest first."""
    rows = connection.execute(
        select(_H.id, _H.config, _H.config_md5, _H.create_time)
        .where(_H.config_id == webservice_id)
        .order_by(_H.id.desc())
    )
    return [Version(row.id, _text(row.config), row.config_md5, row.create_time) for row in rows]


def _remember(connection: Connection, webservice_id: int, config: str, now: dt.datetime) -> None:
    # The column is unique over all web services and versions, and a definition may return to an earlier text:
    # Znuny's own values are no plain MD5 of the text either.
    salted = f"{webservice_id} {uuid.uuid4().hex} {config}".encode()
    row = {
        "config_id": webservice_id,
        "config": config,
        "config_md5": hashlib.md5(salted, usedforsecurity=False).hexdigest(),
    }
    connection.execute(insert(gi_webservice_config_history).values(row | _stamps(now)))


def _stamps(now: dt.datetime) -> dict[str, object]:
    return {"create_time": now, "create_by": ADMIN, "change_time": now, "change_by": ADMIN}


def _check_name(name: str) -> None:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ConfigurationError([f"{name!r} is no name for a web service: 1 to {LONGEST_NAME} printable characters"])


def _stored(row: Any) -> StoredWebservice:
    return StoredWebservice(
        row.id, row.name, _text(row.config), row.valid_id == VALID, row.create_time, row.change_time
    )


def _text(value: str | bytes) -> str:
    # Znuny's column is a LONGBLOB on MariaDB.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

"""What the commands for agents, customer users, groups and queues have in common: who writes, what fits, what is meant.

Called by users.py, customer_users.py, groups.py and queues.py beside it; they write in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, String, Table, delete, select

from genericinterface.database.tables import sessions, valid
from genericinterface.errors import ConfigurationError

ADMIN = 1  # in whose name the command line writes: root@localhost, as Znuny's console does
VALIDITIES = ("valid", "invalid", "invalid-temporarily")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
SHOWN = 20  # known names in a message


def stamps(now: dt.datetime) -> dict[str, Any]:
    """The four columns of a new row."""
    return {"create_time": now, "create_by": ADMIN} | change(now)


def change(now: dt.datetime) -> dict[str, Any]:
    """The two columns of a changed row."""
    return {"change_time": now, "change_by": ADMIN}


def validity(connection: Connection, name: str) -> int:
    """The ID of a validity; raises ConfigurationError for one that this database does not have."""
    known = {row.name: row.id for row in connection.execute(select(valid.c.name, valid.c.id))}
    if name not in known:
        raise unknown("validity", name, known)
    return int(known[name])


def unknown(kind: str, name: str, known: Iterable[str]) -> ConfigurationError:
    """The error about a name that nothing has, with the near miss or what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        hint = f"did you mean {near[0]}?"
    else:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        hint = f"there are: {', '.join(names[:SHOWN]) or 'none at all'}{more}"
    return ConfigurationError([f"there is no {kind} {name}; {hint}"])


def check(table: Table, values: dict[str, str | None], *required: str) -> None:
    """Raises ConfigurationError for every value that its column does not take, and for required ones that are blank."""
    problems = []
    for column, value in values.items():
        kind = table.c[column].type
        longest = kind.length if isinstance(kind, String) else None
        if column in required and not (value and value.strip()):
            problems.append(f"{column} is empty")
        elif value and not value.isprintable():
            problems.append(f"{column}: {value!r} has characters that cannot be printed")
        elif value and value != value.strip():
            problems.append(f"{column}: {value!r} begins or ends with a blank")
        elif value and longest is not None and len(value) > longest:
            problems.append(f"{column}: {value[:20]}… is longer than {longest} characters")
    if problems:
        raise ConfigurationError(problems)


def check_email(email: str) -> None:
    """Raises ConfigurationError for what is no address; whether it exists is nobody's business here."""
    if not EMAIL.fullmatch(email) or not email.isprintable() or len(email) > 150:
        raise ConfigurationError([f"{email!r} is no e-mail address"])


def end_sessions(connection: Connection, kind: str, login: str) -> None:
    """Deletes the sessions of an agent (kind User) or customer user (Customer)."""
    other = sessions.alias("other")
    statement = (
        select(sessions.c.session_id)
        .join(other, other.c.session_id == sessions.c.session_id)
        .where(
            sessions.c.data_key == "UserLogin",
            sessions.c.data_value == login,
            other.c.data_key == "UserType",
            other.c.data_value == kind,
        )
    )
    # Read first: MariaDB does not delete from a table that it reads in the same statement.
    found = connection.scalars(statement).all()
    connection.execute(delete(sessions).where(sessions.c.session_id.in_(found)))

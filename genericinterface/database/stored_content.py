"""Contents of attachments and raw messages as a database keeps them: the bytes themselves on MariaDB, base64 elsewhere.

Znuny 6.5 does the same (`DirectBlob`), in lines of 76 characters. Called by whatever reads or writes a CONTENT column:
attachments, messages as they came, the outgoing mail queue.
"""

from __future__ import annotations

import base64
import binascii

from sqlalchemy import Connection

DIRECT_BYTES = ("mysql", "mariadb")  # dialects whose LONGBLOB takes any bytes
LINE = 76  # characters


def stored(connection: Connection, content: bytes) -> bytes | str:
    """The content as the column takes it."""
    return content if connection.dialect.name in DIRECT_BYTES else _lines(content)


def _lines(content: bytes) -> str:
    """What `base64.encodebytes` makes, which takes nearly twice the time: it encodes line by line."""
    text = base64.b64encode(content).decode("ascii")
    return "".join([text[at : at + LINE] + "\n" for at in range(0, len(text), LINE)])


def content(kept: bytes | str | None) -> bytes:
    """The content of a column's value; NULL is none. Text that is no base64 is taken as it is."""
    if not isinstance(kept, str):
        return kept or b""
    try:
        return base64.b64decode(kept)
    except (binascii.Error, ValueError):
        return kept.encode("utf-8")


def as_base64(kept: bytes | str | None) -> str:
    """The content of a column's value in base64 on one line, as the wire has it; not decoded where it is base64."""
    if isinstance(kept, str):
        return kept.replace("\n", "")
    return base64.b64encode(kept or b"").decode("ascii")

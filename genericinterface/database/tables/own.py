"""Tables that no Znuny has: this provider's own, beside Znuny's in the same database.

They are made with an embedded database, and in any other by `genericinterface db add-tables` alone. Nothing else needs
them: only web services that ask for an extension.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import BIG_ID, LONG

OWN = MetaData()

gi_idempotency_key = Table(
    "gi_idempotency_key",
    OWN,
    Column("id", BIG_ID, primary_key=True),
    Column("webservice", String(200), nullable=False),
    Column("actor", String(260), nullable=False),
    Column("idempotency_key", String(200), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("answer", LONG),
    Column("expires", BigInteger, nullable=False),
    UniqueConstraint("webservice", "actor", "idempotency_key", name="gi_idempotency_key_unique"),
    Index("gi_idempotency_key_expires", "expires"),
)

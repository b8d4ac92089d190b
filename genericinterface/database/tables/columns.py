"""Column types and column groups that every part of the schema shares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql, postgresql

METADATA = MetaData()

# Keys that the database counts up; SQLite counts only a column whose type is exactly INTEGER.
BIG_ID = BigInteger().with_variant(Integer, "sqlite")
ID = Integer()
# MariaDB wants a key and what refers to it to be of one type, and Znuny refers to the short lists with SMALLINT.
SMALL_ID = Integer().with_variant(SmallInteger(), "mysql", "mariadb")


class _TextOfBlob(TypeDecorator[str]):
    """Text in a column that is LONGBLOB where Znuny made it: the driver gives bytes."""

    impl = mysql.LONGTEXT
    cache_ok = True

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> str | None:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


# Znuny's LONGBLOB: text without a length on PostgreSQL, LONGBLOB read as text on MariaDB.
LONG = Text().with_variant(String(), "postgresql").with_variant(_TextOfBlob(), "mysql", "mariadb")

# Znuny's LONGBLOB where it holds any bytes: base64 in text on PostgreSQL and SQLite, the bytes themselves on MariaDB.
CONTENT = Text().with_variant(String(), "postgresql").with_variant(mysql.LONGBLOB(), "mysql", "mariadb")

# Local time of OTRSTimeZone, to the second, without a zone.
TIMESTAMP = DateTime().with_variant(postgresql.TIMESTAMP(precision=0), "postgresql")


def stamps(table: str) -> list[Column]:  # type: ignore[type-arg]
    """The four columns that say who made and who changed a row, and when."""
    return [
        Column("create_time", TIMESTAMP, nullable=False),
        Column("create_by", Integer, ForeignKey("users.id", name=f"fk_{table}_create_by_id"), nullable=False),
        Column("change_time", TIMESTAMP, nullable=False),
        Column("change_by", Integer, ForeignKey("users.id", name=f"fk_{table}_change_by_id"), nullable=False),
    ]

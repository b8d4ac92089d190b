"""Dynamic fields and their values. Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import ID, LONG, METADATA, TIMESTAMP, stamps

dynamic_field = Table(
    "dynamic_field",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("internal_field", SmallInteger, nullable=False, server_default="0"),
    Column("name", String(200), nullable=False),
    Column("label", String(200), nullable=False),
    Column("field_order", Integer, nullable=False),
    Column("field_type", String(200), nullable=False),
    Column("object_type", String(100), nullable=False),
    Column("config", LONG),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_dynamic_field_valid_id_id"), nullable=False),
    *stamps("dynamic_field"),
    UniqueConstraint("name", name="dynamic_field_name"),
)

dynamic_field_value = Table(
    "dynamic_field_value",
    METADATA,
    Column("id", ID, primary_key=True),
    Column(
        "field_id", Integer, ForeignKey("dynamic_field.id", name="fk_dynamic_field_value_field_id_id"), nullable=False
    ),
    Column("object_id", BigInteger, nullable=False),
    Column("value_text", String(3800)),
    Column("value_date", TIMESTAMP),
    Column("value_int", BigInteger),
    Index("dynamic_field_value_field_values", "object_id", "field_id"),
    Index("dynamic_field_value_search_date", "field_id", "value_date"),
    Index("dynamic_field_value_search_int", "field_id", "value_int"),
    # MariaDB's keys are 3072 bytes at most, four to a character.
    Index(
        "dynamic_field_value_search_text",
        "field_id",
        "value_text",
        mysql_length={"value_text": 150},
        mariadb_length={"value_text": 150},
    ),
)

dynamic_field_obj_id_name = Table(
    "dynamic_field_obj_id_name",
    METADATA,
    Column("object_id", ID, primary_key=True),
    Column("object_name", String(200), nullable=False),
    Column("object_type", String(100), nullable=False),
    UniqueConstraint("object_name", "object_type", name="dynamic_field_object_name"),
)

"""What tickets are sorted by: queues with their addresses and texts, services, SLAs, auto responses.

Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import ID, LONG, METADATA, SMALL_ID, TIMESTAMP, stamps

salutation = Table(
    "salutation",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("text", String(3000), nullable=False),
    Column("content_type", String(250)),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_salutation_valid_id_id"), nullable=False),
    *stamps("salutation"),
    UniqueConstraint("name", name="salutation_name"),
)

signature = Table(
    "signature",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("text", String(3000), nullable=False),
    Column("content_type", String(250)),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_signature_valid_id_id"), nullable=False),
    *stamps("signature"),
    UniqueConstraint("name", name="signature_name"),
)

system_address = Table(
    "system_address",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("value0", String(200), nullable=False),
    Column("value1", String(200), nullable=False),
    Column("value2", String(200)),
    Column("value3", String(200)),
    Column("queue_id", Integer, nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_system_address_valid_id_id"), nullable=False),
    *stamps("system_address"),
)

follow_up_possible = Table(
    "follow_up_possible",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_follow_up_possible_valid_id_id"), nullable=False),
    *stamps("follow_up_possible"),
    UniqueConstraint("name", name="follow_up_possible_name"),
)

queue = Table(
    "queue",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("group_id", Integer, ForeignKey("permission_groups.id", name="fk_queue_group_id_id"), nullable=False),
    Column("unlock_timeout", Integer),
    Column("first_response_time", Integer),
    Column("first_response_notify", SmallInteger),
    Column("update_time", Integer),
    Column("update_notify", SmallInteger),
    Column("solution_time", Integer),
    Column("solution_notify", SmallInteger),
    Column(
        "system_address_id",
        SmallInteger,
        ForeignKey("system_address.id", name="fk_queue_system_address_id_id"),
        nullable=False,
    ),
    Column("calendar_name", String(100)),
    Column("default_sign_key", String(100)),
    Column(
        "salutation_id", SmallInteger, ForeignKey("salutation.id", name="fk_queue_salutation_id_id"), nullable=False
    ),
    Column("signature_id", SmallInteger, ForeignKey("signature.id", name="fk_queue_signature_id_id"), nullable=False),
    Column(
        "follow_up_id",
        SmallInteger,
        ForeignKey("follow_up_possible.id", name="fk_queue_follow_up_id_id"),
        nullable=False,
    ),
    Column("follow_up_lock", SmallInteger, nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_queue_valid_id_id"), nullable=False),
    *stamps("queue"),
    UniqueConstraint("name", name="queue_name"),
    Index("queue_group_id", "group_id"),
)

queue_preferences = Table(
    "queue_preferences",
    METADATA,
    Column("queue_id", Integer, ForeignKey("queue.id", name="fk_queue_preferences_queue_id_id"), nullable=False),
    Column("preferences_key", String(150), nullable=False),
    Column("preferences_value", String(250)),
    Index("queue_preferences_queue_id", "queue_id"),
)

auto_response_type = Table(
    "auto_response_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_auto_response_type_valid_id_id"), nullable=False),
    *stamps("auto_response_type"),
    UniqueConstraint("name", name="auto_response_type_name"),
)

auto_response = Table(
    "auto_response",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("text0", String(6000)),
    Column("text1", String(6000)),
    Column(
        "type_id", SmallInteger, ForeignKey("auto_response_type.id", name="fk_auto_response_type_id_id"), nullable=False
    ),
    Column(
        "system_address_id",
        SmallInteger,
        ForeignKey("system_address.id", name="fk_auto_response_system_address_id_id"),
        nullable=False,
    ),
    Column("content_type", String(250)),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_auto_response_valid_id_id"), nullable=False),
    *stamps("auto_response"),
    UniqueConstraint("name", name="auto_response_name"),
)

queue_auto_response = Table(
    "queue_auto_response",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("queue_id", Integer, ForeignKey("queue.id", name="fk_queue_auto_response_queue_id_id"), nullable=False),
    Column(
        "auto_response_id",
        Integer,
        ForeignKey("auto_response.id", name="fk_queue_auto_response_auto_response_id_id"),
        nullable=False,
    ),
    *stamps("queue_auto_response"),
)

service = Table(
    "service",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("valid_id", SmallInteger, nullable=False),
    Column("comments", String(250)),
    *stamps("service"),
    UniqueConstraint("name", name="service_name"),
)

service_preferences = Table(
    "service_preferences",
    METADATA,
    Column(
        "service_id", Integer, ForeignKey("service.id", name="fk_service_preferences_service_id_id"), nullable=False
    ),
    Column("preferences_key", String(150), nullable=False),
    Column("preferences_value", String(250)),
    Index("service_preferences_service_id", "service_id"),
)

service_customer_user = Table(
    "service_customer_user",
    METADATA,
    Column("customer_user_login", String(200), nullable=False),
    Column(
        "service_id", Integer, ForeignKey("service.id", name="fk_service_customer_user_service_id_id"), nullable=False
    ),
    Column("create_time", TIMESTAMP, nullable=False),
    Column("create_by", Integer, ForeignKey("users.id", name="fk_service_customer_user_create_by_id"), nullable=False),
    Index("service_customer_user_customer_user_login", "customer_user_login"),
    Index("service_customer_user_service_id", "service_id"),
)

sla = Table(
    "sla",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("calendar_name", String(100)),
    Column("first_response_time", Integer, nullable=False),
    Column("first_response_notify", SmallInteger),
    Column("update_time", Integer, nullable=False),
    Column("update_notify", SmallInteger),
    Column("solution_time", Integer, nullable=False),
    Column("solution_notify", SmallInteger),
    Column("valid_id", SmallInteger, nullable=False),
    Column("comments", String(250)),
    *stamps("sla"),
    UniqueConstraint("name", name="sla_name"),
)

sla_preferences = Table(
    "sla_preferences",
    METADATA,
    Column("sla_id", Integer, ForeignKey("sla.id", name="fk_sla_preferences_sla_id_id"), nullable=False),
    Column("preferences_key", String(150), nullable=False),
    Column("preferences_value", String(250)),
    Index("sla_preferences_sla_id", "sla_id"),
)

service_sla = Table(
    "service_sla",
    METADATA,
    Column("service_id", Integer, ForeignKey("service.id", name="fk_service_sla_service_id_id"), nullable=False),
    Column("sla_id", Integer, ForeignKey("sla.id", name="fk_service_sla_sla_id_id"), nullable=False),
    UniqueConstraint("service_id", "sla_id", name="service_sla_service_sla"),
)

system_data = Table(
    "system_data",
    METADATA,
    Column("data_key", String(160), primary_key=True),
    Column("data_value", LONG),
    *stamps("system_data"),
)

system_maintenance = Table(
    "system_maintenance",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("start_date", Integer, nullable=False),
    Column("stop_date", Integer, nullable=False),
    Column("comments", String(250), nullable=False),
    Column("login_message", String(250)),
    Column("show_login_message", SmallInteger),
    Column("notify_message", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_system_maintenance_valid_id_id"), nullable=False),
    *stamps("system_maintenance"),
)

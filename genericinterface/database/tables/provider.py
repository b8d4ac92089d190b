"""The Generic Interface's own tables, the daemon's tasks and the stored system configuration.

Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import BIG_ID, ID, LONG, METADATA, TIMESTAMP, stamps

gi_webservice_config = Table(
    "gi_webservice_config",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("config", LONG, nullable=False),
    Column(
        "valid_id", SmallInteger, ForeignKey("valid.id", name="fk_gi_webservice_config_valid_id_id"), nullable=False
    ),
    *stamps("gi_webservice_config"),
    UniqueConstraint("name", name="gi_webservice_config_name"),
)

gi_webservice_config_history = Table(
    "gi_webservice_config_history",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "config_id",
        Integer,
        ForeignKey("gi_webservice_config.id", name="fk_gi_webservice_config_history_config_id_id"),
        nullable=False,
    ),
    Column("config", LONG, nullable=False),
    Column("config_md5", String(32), nullable=False),
    *stamps("gi_webservice_config_history"),
    UniqueConstraint("config_md5", name="gi_webservice_config_history_config_md5"),
)

gi_debugger_entry = Table(
    "gi_debugger_entry",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("communication_id", String(32), nullable=False),
    Column("communication_type", String(50), nullable=False),
    Column("remote_ip", String(50)),
    Column(
        "webservice_id",
        Integer,
        ForeignKey("gi_webservice_config.id", name="fk_gi_debugger_entry_webservice_id_id"),
        nullable=False,
    ),
    Column("create_time", TIMESTAMP, nullable=False),
    UniqueConstraint("communication_id", name="gi_debugger_entry_communication_id"),
    Index("gi_debugger_entry_create_time", "create_time"),
)

gi_debugger_entry_content = Table(
    "gi_debugger_entry_content",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "gi_debugger_entry_id",
        BigInteger,
        ForeignKey("gi_debugger_entry.id", name="fk_gi_debugger_entry_content_gi_debugger_entry_id_id"),
        nullable=False,
    ),
    Column("debug_level", String(50), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("content", LONG),
    Column("create_time", TIMESTAMP, nullable=False),
    Index("gi_debugger_entry_content_create_time", "create_time"),
    Index("gi_debugger_entry_content_debug_level", "debug_level"),
)

scheduler_task = Table(
    "scheduler_task",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ident", BigInteger, nullable=False),
    Column("name", String(150)),
    Column("task_type", String(150), nullable=False),
    Column("task_data", LONG, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("lock_key", BigInteger, nullable=False),
    Column("lock_time", TIMESTAMP),
    Column("lock_update_time", TIMESTAMP),
    Column("create_time", TIMESTAMP, nullable=False),
    UniqueConstraint("ident", name="scheduler_task_ident"),
    Index("scheduler_task_ident_id", "ident", "id"),
    Index("scheduler_task_lock_key_id", "lock_key", "id"),
)

sysconfig_default = Table(
    "sysconfig_default",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(250), nullable=False),
    Column("description", LONG, nullable=False),
    Column("navigation", String(200), nullable=False),
    Column("is_invisible", SmallInteger, nullable=False),
    Column("is_readonly", SmallInteger, nullable=False),
    Column("is_required", SmallInteger, nullable=False),
    Column("is_valid", SmallInteger, nullable=False),
    Column("has_configlevel", SmallInteger, nullable=False),
    Column("user_modification_possible", SmallInteger, nullable=False),
    Column("user_modification_active", SmallInteger, nullable=False),
    Column("user_preferences_group", String(250)),
    Column("xml_content_raw", LONG, nullable=False),
    Column("xml_content_parsed", LONG, nullable=False),
    Column("xml_filename", String(250), nullable=False),
    Column("effective_value", LONG, nullable=False),
    Column("is_dirty", SmallInteger, nullable=False),
    Column("exclusive_lock_guid", String(32), nullable=False),
    Column(
        "exclusive_lock_user_id", Integer, ForeignKey("users.id", name="fk_sysconfig_default_exclusive_lock_user_id_id")
    ),
    Column("exclusive_lock_expiry_time", TIMESTAMP),
    *stamps("sysconfig_default"),
    UniqueConstraint("name", name="sysconfig_default_name"),
)

sysconfig_modified = Table(
    "sysconfig_modified",
    METADATA,
    Column("id", ID, primary_key=True),
    Column(
        "sysconfig_default_id",
        Integer,
        ForeignKey("sysconfig_default.id", name="fk_sysconfig_modified_sysconfig_default_id_id"),
        nullable=False,
    ),
    Column("name", String(250), nullable=False),
    Column("user_id", Integer, ForeignKey("users.id", name="fk_sysconfig_modified_user_id_id")),
    Column("is_valid", SmallInteger, nullable=False),
    Column("user_modification_active", SmallInteger, nullable=False),
    Column("effective_value", LONG, nullable=False),
    Column("is_dirty", SmallInteger, nullable=False),
    Column("reset_to_default", SmallInteger, nullable=False),
    *stamps("sysconfig_modified"),
    UniqueConstraint("sysconfig_default_id", "user_id", name="sysconfig_modified_per_user"),
)

# What was deployed: Znuny works with these and not with changes that wait for a deployment.
sysconfig_modified_version = Table(
    "sysconfig_modified_version",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("sysconfig_default_version_id", Integer, nullable=False),  # refers to a table that only Znuny needs
    Column("name", String(250), nullable=False),
    Column("user_id", Integer, ForeignKey("users.id", name="fk_sysconfig_modified_version_user_id_id")),
    Column("is_valid", SmallInteger, nullable=False),
    Column("user_modification_active", SmallInteger, nullable=False),
    Column("effective_value", LONG, nullable=False),
    Column("reset_to_default", SmallInteger, nullable=False),
    *stamps("sysconfig_modified_version"),
)

sysconfig_deployment = Table(
    "sysconfig_deployment",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("comments", String(250)),
    Column("user_id", Integer, ForeignKey("users.id", name="fk_sysconfig_deployment_user_id_id")),
    Column("effective_value", LONG, nullable=False),
    Column("create_time", TIMESTAMP, nullable=False),
    Column("create_by", Integer, ForeignKey("users.id", name="fk_sysconfig_deployment_create_by_id"), nullable=False),
)

process_id = Table(
    "process_id",
    METADATA,
    Column("process_name", String(200), nullable=False),
    Column("process_id", String(200), nullable=False),
    Column("process_host", String(200), nullable=False),
    Column("process_create", Integer, nullable=False),
    Column("process_change", Integer, nullable=False),
)

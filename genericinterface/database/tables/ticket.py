"""Tickets, their history and what hangs on them. Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from genericinterface.database.tables.columns import BIG_ID, ID, METADATA, SMALL_ID, TIMESTAMP, stamps

ticket_priority = Table(
    "ticket_priority",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("valid_id", SmallInteger, nullable=False),
    *stamps("ticket_priority"),
    UniqueConstraint("name", name="ticket_priority_name"),
)

ticket_type = Table(
    "ticket_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_ticket_type_valid_id_id"), nullable=False),
    *stamps("ticket_type"),
    UniqueConstraint("name", name="ticket_type_name"),
)

ticket_lock_type = Table(
    "ticket_lock_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_ticket_lock_type_valid_id_id"), nullable=False),
    *stamps("ticket_lock_type"),
    UniqueConstraint("name", name="ticket_lock_type_name"),
)

ticket_state_type = Table(
    "ticket_state_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    *stamps("ticket_state_type"),
    UniqueConstraint("name", name="ticket_state_type_name"),
)

ticket_state = Table(
    "ticket_state",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column(
        "type_id", SmallInteger, ForeignKey("ticket_state_type.id", name="fk_ticket_state_type_id_id"), nullable=False
    ),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_ticket_state_valid_id_id"), nullable=False),
    *stamps("ticket_state"),
    UniqueConstraint("name", name="ticket_state_name"),
)

ticket = Table(
    "ticket",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("tn", String(50), nullable=False),
    Column("title", String(255)),
    Column("queue_id", Integer, ForeignKey("queue.id", name="fk_ticket_queue_id_id"), nullable=False),
    Column(
        "ticket_lock_id",
        SmallInteger,
        ForeignKey("ticket_lock_type.id", name="fk_ticket_ticket_lock_id_id"),
        nullable=False,
    ),
    Column("type_id", SmallInteger, ForeignKey("ticket_type.id", name="fk_ticket_type_id_id")),
    Column("service_id", Integer, ForeignKey("service.id", name="fk_ticket_service_id_id")),
    Column("sla_id", Integer, ForeignKey("sla.id", name="fk_ticket_sla_id_id")),
    Column("user_id", Integer, ForeignKey("users.id", name="fk_ticket_user_id_id"), nullable=False),
    Column(
        "responsible_user_id", Integer, ForeignKey("users.id", name="fk_ticket_responsible_user_id_id"), nullable=False
    ),
    Column(
        "ticket_priority_id",
        SmallInteger,
        ForeignKey("ticket_priority.id", name="fk_ticket_ticket_priority_id_id"),
        nullable=False,
    ),
    Column(
        "ticket_state_id",
        SmallInteger,
        ForeignKey("ticket_state.id", name="fk_ticket_ticket_state_id_id"),
        nullable=False,
    ),
    Column("customer_id", String(150)),
    Column("customer_user_id", String(250)),
    Column("timeout", Integer, nullable=False),
    Column("until_time", Integer, nullable=False),
    Column("escalation_time", Integer, nullable=False),
    Column("escalation_update_time", Integer, nullable=False),
    Column("escalation_response_time", Integer, nullable=False),
    Column("escalation_solution_time", Integer, nullable=False),
    Column("archive_flag", SmallInteger, nullable=False, server_default="0"),
    *stamps("ticket"),
    UniqueConstraint("tn", name="ticket_tn"),
    Index("ticket_archive_flag", "archive_flag"),
    Index("ticket_create_time", "create_time"),
    Index("ticket_customer_id", "customer_id"),
    Index("ticket_customer_user_id", "customer_user_id"),
    Index("ticket_escalation_response_time", "escalation_response_time"),
    Index("ticket_escalation_solution_time", "escalation_solution_time"),
    Index("ticket_escalation_time", "escalation_time"),
    Index("ticket_escalation_update_time", "escalation_update_time"),
    Index("ticket_queue_id", "queue_id"),
    Index("ticket_queue_view", "ticket_state_id", "ticket_lock_id"),
    Index("ticket_responsible_user_id", "responsible_user_id"),
    Index("ticket_ticket_lock_id", "ticket_lock_id"),
    Index("ticket_ticket_priority_id", "ticket_priority_id"),
    Index("ticket_ticket_state_id", "ticket_state_id"),
    Index("ticket_timeout", "timeout"),
    Index("ticket_title", "title"),
    Index("ticket_type_id", "type_id"),
    Index("ticket_until_time", "until_time"),
    Index("ticket_user_id", "user_id"),
)

ticket_flag = Table(
    "ticket_flag",
    METADATA,
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_ticket_flag_ticket_id_id"), nullable=False),
    Column("ticket_key", String(50), nullable=False),
    Column("ticket_value", String(50)),
    Column("create_time", TIMESTAMP, nullable=False),
    Column("create_by", Integer, ForeignKey("users.id", name="fk_ticket_flag_create_by_id"), nullable=False),
    UniqueConstraint("ticket_id", "ticket_key", "create_by", name="ticket_flag_per_user"),
    Index("ticket_flag_ticket_id", "ticket_id"),
    Index("ticket_flag_ticket_id_create_by", "ticket_id", "create_by"),
    Index("ticket_flag_ticket_id_ticket_key", "ticket_id", "ticket_key"),
)

ticket_history_type = Table(
    "ticket_history_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_ticket_history_type_valid_id_id"), nullable=False),
    *stamps("ticket_history_type"),
    UniqueConstraint("name", name="ticket_history_type_name"),
)

ticket_history = Table(
    "ticket_history",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column(
        "history_type_id",
        SmallInteger,
        ForeignKey("ticket_history_type.id", name="fk_ticket_history_history_type_id_id"),
        nullable=False,
    ),
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_ticket_history_ticket_id_id"), nullable=False),
    Column("article_id", BigInteger, ForeignKey("article.id", name="fk_ticket_history_article_id_id")),
    Column("type_id", SmallInteger, ForeignKey("ticket_type.id", name="fk_ticket_history_type_id_id"), nullable=False),
    Column("queue_id", Integer, ForeignKey("queue.id", name="fk_ticket_history_queue_id_id"), nullable=False),
    Column("owner_id", Integer, ForeignKey("users.id", name="fk_ticket_history_owner_id_id"), nullable=False),
    Column(
        "priority_id",
        SmallInteger,
        ForeignKey("ticket_priority.id", name="fk_ticket_history_priority_id_id"),
        nullable=False,
    ),
    Column(
        "state_id", SmallInteger, ForeignKey("ticket_state.id", name="fk_ticket_history_state_id_id"), nullable=False
    ),
    *stamps("ticket_history"),
    Index("ticket_history_article_id", "article_id"),
    Index("ticket_history_create_time", "create_time"),
    Index("ticket_history_history_type_id", "history_type_id"),
    Index("ticket_history_owner_id", "owner_id"),
    Index("ticket_history_priority_id", "priority_id"),
    Index("ticket_history_queue_id", "queue_id"),
    Index("ticket_history_state_id", "state_id"),
    Index("ticket_history_ticket_id", "ticket_id"),
    Index("ticket_history_type_id", "type_id"),
)

ticket_watcher = Table(
    "ticket_watcher",
    METADATA,
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_ticket_watcher_ticket_id_id"), nullable=False),
    Column("user_id", Integer, ForeignKey("users.id", name="fk_ticket_watcher_user_id_id"), nullable=False),
    *stamps("ticket_watcher"),
    Index("ticket_watcher_ticket_id", "ticket_id"),
    Index("ticket_watcher_user_id", "user_id"),
)

mention = Table(
    "mention",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("user_id", Integer),
    Column("ticket_id", Integer),
    Column("article_id", Integer),
    Column("create_time", TIMESTAMP),
    Index("mention_article_id", "article_id"),
    Index("mention_ticket_id", "ticket_id"),
    Index("mention_user_id", "user_id"),
)

ticket_index = Table(
    "ticket_index",
    METADATA,
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_ticket_index_ticket_id_id"), nullable=False),
    Column("queue_id", Integer, ForeignKey("queue.id", name="fk_ticket_index_queue_id_id"), nullable=False),
    Column("queue", String(200), nullable=False),
    Column("group_id", Integer, ForeignKey("permission_groups.id", name="fk_ticket_index_group_id_id"), nullable=False),
    Column("s_lock", String(200), nullable=False),
    Column("s_state", String(200), nullable=False),
    Column("create_time", TIMESTAMP, nullable=False),
    Index("ticket_index_group_id", "group_id"),
    Index("ticket_index_queue_id", "queue_id"),
    Index("ticket_index_ticket_id", "ticket_id"),
)

ticket_lock_index = Table(
    "ticket_lock_index",
    METADATA,
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_ticket_lock_index_ticket_id_id"), nullable=False),
    Index("ticket_lock_index_ticket_id", "ticket_id"),
)

ticket_loop_protection = Table(
    "ticket_loop_protection",
    METADATA,
    Column("sent_to", String(250), nullable=False),
    Column("sent_date", String(150), nullable=False),
    Index("ticket_loop_protection_sent_date", "sent_date"),
    Index("ticket_loop_protection_sent_to", "sent_to"),
)

ticket_number_counter = Table(
    "ticket_number_counter",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("counter", BigInteger, nullable=False),
    Column("counter_uid", String(32), nullable=False),
    Column("create_time", TIMESTAMP),
    UniqueConstraint("counter_uid", name="ticket_number_counter_uid"),
    Index("ticket_number_counter_create_time", "create_time"),
)

time_accounting = Table(
    "time_accounting",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_time_accounting_ticket_id_id"), nullable=False),
    Column("article_id", BigInteger, ForeignKey("article.id", name="fk_time_accounting_article_id_id")),
    Column("time_unit", Numeric(10, 2), nullable=False),
    *stamps("time_accounting"),
    Index("time_accounting_article_id", "article_id"),
    Index("time_accounting_ticket_id", "ticket_id"),
)

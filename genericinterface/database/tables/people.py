"""People: agents, customers, groups, roles, and their sessions. Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import BIG_ID, ID, LONG, METADATA, SMALL_ID, TIMESTAMP, stamps

valid = Table(
    "valid",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    *stamps("valid"),
    UniqueConstraint("name", name="valid_name"),
)

users = Table(
    "users",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("login", String(200), nullable=False),
    Column("pw", String(128), nullable=False),
    Column("title", String(50)),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_users_valid_id_id"), nullable=False),
    *stamps("users"),
    UniqueConstraint("login", name="users_login"),
)

user_preferences = Table(
    "user_preferences",
    METADATA,
    Column("user_id", Integer, ForeignKey("users.id", name="fk_user_preferences_user_id_id"), nullable=False),
    Column("preferences_key", String(150), nullable=False),
    Column("preferences_value", LONG),
    Index("user_preferences_user_id", "user_id"),
)

permission_groups = Table(
    "permission_groups",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_permission_groups_valid_id_id"), nullable=False),
    *stamps("permission_groups"),
    UniqueConstraint("name", name="groups_name"),
)

roles = Table(
    "roles",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_roles_valid_id_id"), nullable=False),
    *stamps("roles"),
    UniqueConstraint("name", name="roles_name"),
)

group_user = Table(
    "group_user",
    METADATA,
    Column("user_id", Integer, ForeignKey("users.id", name="fk_group_user_user_id_id"), nullable=False),
    Column("group_id", Integer, ForeignKey("permission_groups.id", name="fk_group_user_group_id_id"), nullable=False),
    Column("permission_key", String(20), nullable=False),
    *stamps("group_user"),
    Index("group_user_group_id", "group_id"),
    Index("group_user_user_id", "user_id"),
)

group_role = Table(
    "group_role",
    METADATA,
    Column("role_id", Integer, ForeignKey("roles.id", name="fk_group_role_role_id_id"), nullable=False),
    Column("group_id", Integer, ForeignKey("permission_groups.id", name="fk_group_role_group_id_id"), nullable=False),
    Column("permission_key", String(20), nullable=False),
    Column("permission_value", SmallInteger, nullable=False),
    *stamps("group_role"),
    Index("group_role_group_id", "group_id"),
    Index("group_role_role_id", "role_id"),
)

role_user = Table(
    "role_user",
    METADATA,
    Column("user_id", Integer, ForeignKey("users.id", name="fk_role_user_user_id_id"), nullable=False),
    Column("role_id", Integer, nullable=False),
    *stamps("role_user"),
    Index("role_user_role_id", "role_id"),
    Index("role_user_user_id", "user_id"),
)

customer_company = Table(
    "customer_company",
    METADATA,
    Column("customer_id", String(150), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("street", String(200)),
    Column("zip", String(200)),
    Column("city", String(200)),
    Column("country", String(200)),
    Column("url", String(200)),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, nullable=False),
    # Znuny lets a company live in another database: nothing refers to `users` here.
    Column("create_time", TIMESTAMP, nullable=False),
    Column("create_by", Integer, nullable=False),
    Column("change_time", TIMESTAMP, nullable=False),
    Column("change_by", Integer, nullable=False),
    UniqueConstraint("name", name="customer_company_name"),
)

customer_user = Table(
    "customer_user",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("login", String(200), nullable=False),
    Column("email", String(150), nullable=False),
    Column("customer_id", String(150), nullable=False),
    Column("pw", String(128)),
    Column("title", String(50)),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("phone", String(150)),
    Column("fax", String(150)),
    Column("mobile", String(150)),
    Column("street", String(150)),
    Column("zip", String(200)),
    Column("city", String(200)),
    Column("country", String(200)),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_customer_user_valid_id_id"), nullable=False),
    *stamps("customer_user"),
    UniqueConstraint("login", name="customer_user_login"),
)

customer_preferences = Table(
    "customer_preferences",
    METADATA,
    Column("user_id", String(250), nullable=False),
    Column("preferences_key", String(150), nullable=False),
    Column("preferences_value", String(250)),
    Index("customer_preferences_user_id", "user_id"),
)

customer_user_customer = Table(
    "customer_user_customer",
    METADATA,
    Column("user_id", String(100), nullable=False),
    Column("customer_id", String(150), nullable=False),
    *stamps("customer_user_customer"),
    Index("customer_user_customer_customer_id", "customer_id"),
    Index("customer_user_customer_user_id", "user_id"),
)

group_customer = Table(
    "group_customer",
    METADATA,
    Column("customer_id", String(150), nullable=False),
    Column(
        "group_id", Integer, ForeignKey("permission_groups.id", name="fk_group_customer_group_id_id"), nullable=False
    ),
    Column("permission_key", String(20), nullable=False),
    Column("permission_value", SmallInteger, nullable=False),
    Column("permission_context", String(100), nullable=False),
    *stamps("group_customer"),
    Index("group_customer_customer_id", "customer_id"),
    Index("group_customer_group_id", "group_id"),
)

group_customer_user = Table(
    "group_customer_user",
    METADATA,
    Column("user_id", String(100), nullable=False),
    Column(
        "group_id",
        Integer,
        ForeignKey("permission_groups.id", name="fk_group_customer_user_group_id_id"),
        nullable=False,
    ),
    Column("permission_key", String(20), nullable=False),
    Column("permission_value", SmallInteger, nullable=False),
    *stamps("group_customer_user"),
    Index("group_customer_user_group_id", "group_id"),
    Index("group_customer_user_user_id", "user_id"),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("session_id", String(100), nullable=False),
    Column("data_key", String(100), nullable=False),
    Column("data_value", LONG),
    Column("serialized", SmallInteger, nullable=False),
    Index("sessions_data_key", "data_key"),
    Index("sessions_session_id_data_key", "session_id", "data_key"),
)

"""Articles, their MIME data and attachments, the search index and the outgoing mail.

Names and columns as in Znuny 6.5."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from genericinterface.database.tables.columns import BIG_ID, CONTENT, LONG, METADATA, SMALL_ID, TIMESTAMP, stamps

article_sender_type = Table(
    "article_sender_type",
    METADATA,
    Column("id", SMALL_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("comments", String(250)),
    Column("valid_id", SmallInteger, ForeignKey("valid.id", name="fk_article_sender_type_valid_id_id"), nullable=False),
    *stamps("article_sender_type"),
    UniqueConstraint("name", name="article_sender_type_name"),
)

communication_channel = Table(
    "communication_channel",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("module", String(200), nullable=False),
    Column("package_name", String(200), nullable=False),
    Column("channel_data", LONG, nullable=False),
    Column(
        "valid_id", SmallInteger, ForeignKey("valid.id", name="fk_communication_channel_valid_id_id"), nullable=False
    ),
    *stamps("communication_channel"),
    UniqueConstraint("name", name="communication_channel_name"),
)

article = Table(
    "article",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_article_ticket_id_id"), nullable=False),
    Column(
        "article_sender_type_id",
        SmallInteger,
        ForeignKey("article_sender_type.id", name="fk_article_article_sender_type_id_id"),
        nullable=False,
    ),
    Column(
        "communication_channel_id",
        BigInteger,
        ForeignKey("communication_channel.id", name="fk_article_communication_channel_id_id"),
        nullable=False,
    ),
    Column("is_visible_for_customer", SmallInteger, nullable=False),
    Column("search_index_needs_rebuild", SmallInteger, nullable=False, server_default="1"),
    Column("insert_fingerprint", String(64)),
    *stamps("article"),
    Index("article_article_sender_type_id", "article_sender_type_id"),
    Index("article_communication_channel_id", "communication_channel_id"),
    Index("article_search_index_needs_rebuild", "search_index_needs_rebuild"),
    Index("article_ticket_id", "ticket_id"),
)

article_data_mime = Table(
    "article_data_mime",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "article_id", BigInteger, ForeignKey("article.id", name="fk_article_data_mime_article_id_id"), nullable=False
    ),
    Column("a_from", LONG),
    Column("a_reply_to", LONG),
    Column("a_to", LONG),
    Column("a_cc", LONG),
    Column("a_bcc", LONG),
    Column("a_subject", String(3800)),
    Column("a_message_id", String(3800)),
    Column("a_message_id_md5", String(32)),
    Column("a_in_reply_to", LONG),
    Column("a_references", LONG),
    Column("a_content_type", String(250)),
    Column("a_body", LONG),
    Column("incoming_time", Integer, nullable=False),
    Column("content_path", String(250)),
    *stamps("article_data_mime"),
    Index("article_data_mime_article_id", "article_id"),
    Index("article_data_mime_message_id_md5", "a_message_id_md5"),
)

article_data_mime_attachment = Table(
    "article_data_mime_attachment",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "article_id",
        BigInteger,
        ForeignKey("article.id", name="fk_article_data_mime_attachment_article_id_id"),
        nullable=False,
    ),
    Column("filename", String(250)),
    Column("content_size", String(30)),
    Column("content_type", String(450)),
    Column("content_id", String(250)),
    Column("content_alternative", String(50)),
    Column("disposition", String(15)),
    Column("content", CONTENT),
    *stamps("article_data_mime_attachment"),
    Index("article_data_mime_attachment_article_id", "article_id"),
)

article_data_mime_plain = Table(
    "article_data_mime_plain",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "article_id",
        BigInteger,
        ForeignKey("article.id", name="fk_article_data_mime_plain_article_id_id"),
        nullable=False,
    ),
    Column("body", CONTENT, nullable=False),
    *stamps("article_data_mime_plain"),
    Index("article_data_mime_plain_article_id", "article_id"),
)

article_data_mime_send_error = Table(
    "article_data_mime_send_error",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "article_id",
        BigInteger,
        ForeignKey("article.id", name="fk_article_data_mime_send_error_article_id_id"),
        nullable=False,
    ),
    Column("message_id", String(200)),
    Column("log_message", LONG),
    Column("create_time", TIMESTAMP, nullable=False),
    Index("article_data_mime_transmission_article_id", "article_id"),
    Index("article_data_mime_transmission_message_id", "message_id"),
)

article_flag = Table(
    "article_flag",
    METADATA,
    Column("article_id", BigInteger, ForeignKey("article.id", name="fk_article_flag_article_id_id"), nullable=False),
    Column("article_key", String(50), nullable=False),
    Column("article_value", String(50)),
    Column("create_time", TIMESTAMP, nullable=False),
    Column("create_by", Integer, ForeignKey("users.id", name="fk_article_flag_create_by_id"), nullable=False),
    Index("article_flag_article_id", "article_id"),
    Index("article_flag_article_id_create_by", "article_id", "create_by"),
)

article_search_index = Table(
    "article_search_index",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column(
        "ticket_id", BigInteger, ForeignKey("ticket.id", name="fk_article_search_index_ticket_id_id"), nullable=False
    ),
    Column(
        "article_id", BigInteger, ForeignKey("article.id", name="fk_article_search_index_article_id_id"), nullable=False
    ),
    Column("article_key", String(200), nullable=False),
    Column("article_value", LONG),
    Index("article_search_index_article_id", "article_id", "article_key"),
    Index("article_search_index_ticket_id", "ticket_id", "article_key"),
)

mail_queue = Table(
    "mail_queue",
    METADATA,
    Column("id", BIG_ID, primary_key=True),
    Column("insert_fingerprint", String(64)),
    Column("article_id", BigInteger, ForeignKey("article.id", name="fk_mail_queue_article_id_id")),
    Column("attempts", Integer, nullable=False),
    Column("sender", String(200)),
    Column("recipient", LONG, nullable=False),
    Column("raw_message", CONTENT, nullable=False),
    Column("due_time", TIMESTAMP),
    Column("last_smtp_code", Integer),
    Column("last_smtp_message", LONG),
    Column("create_time", TIMESTAMP, nullable=False),
    UniqueConstraint("article_id", name="mail_queue_article_id"),
    UniqueConstraint("insert_fingerprint", name="mail_queue_insert_fingerprint"),
    Index("mail_queue_attempts", "attempts"),
)

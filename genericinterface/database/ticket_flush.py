"""What is to be written of one ticket, and the statements that write it: one for each table, whatever was changed.

Called by ticket_change.py. Everything is a row for the table of that name; the IDs of a new ticket and of new articles,
which nothing knows before, are put in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    Integer,
    Table,
    Update,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from genericinterface.database import tables as t
from genericinterface.database.tables.columns import TIMESTAMP
from genericinterface.database.ticket_row import NAMES, TicketRow

Row = dict[str, Any]
SEEN = "Seen"
HISTORY_LENGTH = 200  # Znuny cuts a longer entry


@dataclass(eq=False)
class Article:
    """A new article: rows for the tables of articles without the IDs. `id` is 0 until it is written.

    `plain` is a row of the message as it was sent, None of an article that is no message; it may be set until then.
    """

    row: Row
    mime: Row
    attachments: list[Row] = field(default_factory=list)
    index: list[Row] = field(default_factory=list)
    plain: Row | None = None
    id: int = 0


@dataclass(frozen=True)
class History:
    """An entry of the history and what the ticket was at that point. A name may tell the ticket's ID."""

    name: str | Callable[[int], str]
    type_id: int
    row: TicketRow
    user_id: int
    article: Article | None


@dataclass
class Pending:
    """All that is to be written. `values`: rows of a dynamic field by its ID and the article, None for the ticket's."""

    articles: list[Article] = field(default_factory=list)
    history: list[History] = field(default_factory=list)
    values: dict[tuple[int, Article | None], list[Row]] = field(default_factory=dict)
    times: list[tuple[Row, Article | None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.articles or self.history or self.values or self.times)


def flush(connection: Connection, stored: TicketRow | None, row: TicketRow, pending: Pending) -> int:
    """Writes a new ticket (`stored` None) or what has changed of one, with all that is pending; the ticket's ID."""
    ticket_id = row.id
    if stored is None:
        ticket_id = _insert(connection, t.ticket, _columns(row))
    elif row != stored:
        changed = tuple(name for name in NAMES if getattr(row, name) != getattr(stored, name))
        connection.execute(_update(changed), {"ticket_id": ticket_id} | {name: getattr(row, name) for name in changed})
    if pending.articles:
        _write_articles(connection, ticket_id, pending.articles)
        _write_seen(connection, ticket_id, pending.articles, is_new=stored is None)
    if pending.values:
        _write_values(connection, ticket_id, pending.values, is_new=stored is None)
    _add(
        connection,
        t.time_accounting,
        (row | {"ticket_id": ticket_id, "article_id": _id(article)} for row, article in pending.times),
    )
    _add(connection, t.ticket_history, (_history(entry, ticket_id) for entry in pending.history))
    return ticket_id


def _columns(row: TicketRow) -> Row:
    return {name: getattr(row, name) for name in NAMES if name != "id"}


def _id(article: Article | None) -> int | None:
    return None if article is None else article.id


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@cache
def _update(columns: tuple[str, ...]) -> Update:
    return update(t.ticket).where(t.ticket.c.id == bindparam("ticket_id")).values({n: bindparam(n) for n in columns})


def _insert(connection: Connection, table: Table, row: Row) -> int:
    """The ID of the row, which it adds."""
    added = connection.execute(_insertion(table), row).inserted_primary_key
    return int(added[0]) if added else 0


def _add(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    found = list(rows)
    if found:
        connection.execute(_insertion(table), found)


def _write_articles(connection: Connection, ticket_id: int, articles: list[Article]) -> None:
    for article in articles:
        article.id = _insert(connection, t.article, article.row | {"ticket_id": ticket_id})
    _add(connection, t.article_data_mime, (a.mime | {"article_id": a.id} for a in articles))
    _add(
        connection,
        t.article_data_mime_attachment,
        (row | {"article_id": a.id} for a in articles for row in a.attachments),
    )
    _add(connection, t.article_data_mime_plain, (a.plain | {"article_id": a.id} for a in articles if a.plain))
    _add(
        connection,
        t.article_search_index,
        (row | {"article_id": a.id, "ticket_id": ticket_id} for a in articles for row in a.index),
    )


# ------------------------------------------------------------------------------------------------------------- seen

_flag, _ticket_flag = t.article_flag.c, t.ticket_flag.c
_FORGET_SEEN = delete(t.ticket_flag).where(
    _ticket_flag.ticket_id == bindparam("ticket"), _ticket_flag.ticket_key == SEEN
)
_unseen = exists().where(
    t.article.c.ticket_id == bindparam("ticket"),
    ~exists().where(
        _flag.article_id == t.article.c.id, _flag.article_key == SEEN, _flag.create_by == bindparam("user")
    ),
)
_SEE_TICKET = insert(t.ticket_flag).from_select(
    ["ticket_id", "ticket_key", "ticket_value", "create_time", "create_by"],
    select(
        bindparam("ticket", type_=BigInteger()),
        literal(SEEN),
        literal("1"),
        bindparam("now", type_=TIMESTAMP),
        bindparam("user", type_=Integer()),
    ).where(~_unseen),
)


def _write_seen(connection: Connection, ticket_id: int, articles: list[Article], is_new: bool) -> None:
    """Nobody has seen the whole ticket any more, save the author if he has seen all of its other articles."""
    flags = [
        {
            "article_id": article.id,
            "article_key": SEEN,
            "article_value": "1",
            "create_time": article.row["create_time"],
            "create_by": article.row["create_by"],
        }
        for article in articles
    ]
    _add(connection, t.article_flag, flags)
    author = {"ticket": ticket_id, "now": flags[-1]["create_time"], "user": flags[-1]["create_by"]}
    if not is_new:
        connection.execute(_FORGET_SEEN, {"ticket": ticket_id})
    connection.execute(_SEE_TICKET, author)


# --------------------------------------------------------------------------------------------------- dynamic fields

_value = t.dynamic_field_value.c
_FORGET_VALUES = delete(t.dynamic_field_value).where(
    _value.object_id == bindparam("object"), _value.field_id.in_(bindparam("fields", expanding=True))
)


def _write_values(
    connection: Connection, ticket_id: int, values: Mapping[tuple[int, Article | None], list[Row]], is_new: bool
) -> None:
    """The new values for the old ones; a new ticket and new articles have no old ones."""
    fields = [field_id for field_id, article in values if article is None]
    if fields and not is_new:
        connection.execute(_FORGET_VALUES, {"object": ticket_id, "fields": fields})
    _add(
        connection,
        t.dynamic_field_value,
        (
            row | {"field_id": field_id, "object_id": article.id if article else ticket_id}
            for (field_id, article), rows in values.items()
            for row in rows
        ),
    )


def _history(entry: History, ticket_id: int) -> Row:
    row = entry.row
    name = entry.name if isinstance(entry.name, str) else entry.name(ticket_id)
    return {
        "name": name[:HISTORY_LENGTH],
        "history_type_id": entry.type_id,
        "ticket_id": ticket_id,
        "article_id": _id(entry.article),
        "type_id": row.type_id or 1,
        "queue_id": row.queue_id,
        "owner_id": row.user_id,
        "priority_id": row.ticket_priority_id,
        "state_id": row.ticket_state_id,
        "create_time": row.change_time,
        "create_by": entry.user_id,
        "change_time": row.change_time,
        "change_by": entry.user_id,
    }

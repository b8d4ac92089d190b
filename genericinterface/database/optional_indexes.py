"""Optional indexes for searches that Znuny's own indexes do not help: what they are, which are there, making, dropping.

Called by `genericinterface db index`; nothing makes them by itself. Each name begins with PREFIX, and nothing else is
ever dropped. Trigram indexes (PostgreSQL's pg_trgm) find a part of a text; plain ones work anywhere. With them come
statistics, from which PostgreSQL's planner knows when which index is worth while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Index,
    MetaData,
    Table,
    TextClause,
    exists,
    func,
    inspect,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, DropIndex

from genericinterface.database import tables as t
from genericinterface.database.postgresql_catalog import (
    pg_attribute,
    pg_available_extensions,
    pg_class,
    pg_extension,
    pg_index,
    pg_statistic_ext,
    pg_stats,
)
from genericinterface.errors import ConfigurationError

PREFIX = "genericinterface_"
EXTENSION = "pg_trgm"
MEMORY = "256MB"  # to make an index in; with the 64 MB that PostgreSQL takes it goes through a large one more often
TRIGRAM, PLAIN, STATISTICS, SAMPLE = "trigram", "plain", "statistics", "sample"
Statement = CreateIndex | DropIndex | TextClause
THERE, MISSING, BROKEN = "there", "missing", "broken"

# Bytes of an index for each row, as measured with PostgreSQL 15: a constant, and a part of the width of its columns.
_ROW_BYTES = {TRIGRAM: (10, 0.7), PLAIN: (16, 1.1), STATISTICS: (0, 0.0), SAMPLE: (0, 0.0)}


@dataclass(frozen=True)
class OptionalIndex:
    """One optional index: `serves` says which searches it is for. Of a SAMPLE, `size` texts are kept."""

    name: str
    table: Table
    columns: tuple[str, ...]
    serves: str
    kind: str = PLAIN
    size: int = 0

    def create(self) -> Statement:
        """The statement that makes it."""
        if self.kind == STATISTICS:
            return text(f"CREATE STATISTICS {self.name} (mcv) ON {', '.join(self.columns)} FROM {self.table.name}")
        if self.kind == SAMPLE:
            return _keep_sample(self, self.size)
        copy = self.table.to_metadata(MetaData())  # an index of the table itself would be made with the table
        columns = [copy.c[name] for name in self.columns]
        options: dict[str, Any] = {}
        if self.kind == TRIGRAM:
            options = {"postgresql_using": "gin", "postgresql_ops": dict.fromkeys(self.columns, "gin_trgm_ops")}
        return CreateIndex(Index(self.name, *columns, postgresql_concurrently=True, **options))


def _keep_sample(index: OptionalIndex, size: int) -> Statement:
    return text(f"ALTER TABLE {index.table.name} ALTER COLUMN {index.columns[0]} SET STATISTICS {size}")


def _trigram(name: str, table: Table, column: str, serves: str) -> OptionalIndex:
    return OptionalIndex(PREFIX + name, table, (column,), serves, TRIGRAM)


def _sample(name: str, table: Table, column: str, size: int) -> OptionalIndex:
    """More texts cost each planning more, up to half a millisecond."""
    serves = f"no index: {size} texts instead of 100, from which PostgreSQL's planner knows how frequent a word is"
    return OptionalIndex(PREFIX + name, table, (column,), serves, SAMPLE, size)


def _plain(name: str, table: Table, columns: tuple[str, ...], serves: str) -> OptionalIndex:
    return OptionalIndex(PREFIX + name, table, columns, serves)


OPTIONAL: tuple[OptionalIndex, ...] = (
    _trigram("ticket_title", t.ticket, "title", "Title, Fulltext"),
    _sample("ticket_title_sample", t.ticket, "title", 300),
    _trigram("ticket_number", t.ticket, "tn", "TicketNumber with wildcards"),
    _trigram("ticket_customer", t.ticket, "customer_id", "CustomerID with wildcards or more than five letters"),
    _trigram("ticket_customer_user", t.ticket, "customer_user_id", "CustomerUserLogin, likewise"),
    _trigram("article_words", t.article_search_index, "article_value", "MIMEBase_…, Fulltext"),
    _sample("article_words_sample", t.article_search_index, "article_value", 500),
    _trigram("field_text", t.dynamic_field_value, "value_text", "Like of dynamic fields, Equals of longer texts"),
    _plain(
        "ticket_queue_state",
        t.ticket,
        ("queue_id", "ticket_state_id", "create_time"),
        "Queues and States together; queues with few tickets, newest first",
    ),
    OptionalIndex(
        f"{PREFIX}ticket_queue_states",
        t.ticket,
        ("queue_id", "ticket_state_id"),
        "no index: which states are how frequent in which queue, for PostgreSQL's planner",
        STATISTICS,
    ),
    _plain("ticket_change_time", t.ticket, ("change_time",), "TicketLastChangeTime, SortBy Changed"),
    _plain(
        "history_closed",
        t.ticket_history,
        ("history_type_id", "state_id", "create_time", "ticket_id"),
        "TicketCloseTime",
    ),
    _plain("article_create_time", t.article, ("create_time", "ticket_id"), "ArticleCreateTime"),
)


@dataclass(frozen=True)
class Entry:
    """One optional index in one database: `state` is THERE, MISSING or BROKEN (its making was interrupted).

    `size` is what it takes, `estimate` what it would take, in bytes, None where nobody knows; `ddl` makes it.
    """

    index: OptionalIndex
    state: str
    size: int | None
    estimate: int | None
    ddl: str


# ---------------------------------------------------------------------------------------------------------- reading


def plan(connection: Connection) -> list[Entry]:
    """Every optional index that this kind of database can have."""
    found = _existing(connection)
    known = _widths(connection) if connection.dialect.name == "postgresql" else {}
    entries = []
    for index in _possible(connection):
        state, size = found.get(index.name, (MISSING, None))
        ddl = " ".join(str(index.create().compile(dialect=connection.dialect)).split())
        entries.append(Entry(index, state, size, _estimate(index, known), ddl))
    return entries


def _possible(connection: Connection) -> Iterator[OptionalIndex]:
    for index in OPTIONAL:
        if connection.dialect.name == "postgresql" or index.kind == PLAIN:
            yield index


HAS_EXTENSION = exists().where(pg_extension.c.extname == EXTENSION)


def _existing(connection: Connection) -> dict[str, tuple[str, int | None]]:
    """(state, size) of everything that has our prefix."""
    if connection.dialect.name != "postgresql":
        tables = {index.table.name for index in OPTIONAL}
        names = {str(entry["name"]) for name in tables for entry in inspect(connection).get_indexes(name)}
        return {name: (THERE, None) for name in names if name.startswith(PREFIX)}
    indexes = (
        select(pg_class.c.relname, pg_index.c.indisvalid, func.pg_relation_size(pg_class.c.oid))
        .join(pg_index, pg_index.c.indexrelid == pg_class.c.oid)
        .where(pg_class.c.relname.startswith(PREFIX, autoescape=True), func.pg_table_is_visible(pg_class.c.oid))
    )
    statistics = select(pg_statistic_ext.c.stxname, literal(True), null()).where(
        pg_statistic_ext.c.stxname.startswith(PREFIX, autoescape=True)
    )
    samples = [
        select(literal(index.name), literal(True), null())
        .select_from(pg_attribute.join(pg_class, pg_class.c.oid == pg_attribute.c.attrelid))
        .where(pg_class.c.relname == index.table.name, func.pg_table_is_visible(pg_class.c.oid))
        .where(pg_attribute.c.attname == index.columns[0], pg_attribute.c.attstattarget == index.size)
        for index in OPTIONAL
        if index.kind == SAMPLE
    ]
    rows = connection.execute(union_all(indexes, statistics, *samples))
    return {name: (THERE if valid else BROKEN, size) for name, valid, size in rows}


Widths = dict[tuple[str, str], float]  # by table and column; that of the column "" is the number of rows


def _widths(connection: Connection) -> Widths:
    tables = sorted({index.table.name for index in OPTIONAL})
    rows = select(pg_class.c.relname, literal(""), pg_class.c.reltuples).where(
        pg_class.c.relname.in_(tables), func.pg_table_is_visible(pg_class.c.oid)
    )
    widths = select(pg_stats.c.tablename, pg_stats.c.attname, pg_stats.c.avg_width).where(
        pg_stats.c.tablename.in_(tables), pg_stats.c.schemaname == func.current_schema()
    )
    return {(name, part): float(number) for name, part, number in connection.execute(union_all(rows, widths))}


def _estimate(index: OptionalIndex, known: Widths) -> int | None:
    count = known.get((index.table.name, ""), -1.0)
    widths = [known.get((index.table.name, name)) for name in index.columns]
    if count < 0 or None in widths:
        return None
    constant, part = _ROW_BYTES[index.kind]
    return int(count * (constant + part * sum(width or 0 for width in widths)))


# --------------------------------------------------------------------------------------------------------- changing

Tell = Callable[[str], None]


def apply(connection: Connection, tell: Tell) -> None:
    """Makes what is missing, without keeping writers waiting, and has the database look at the tables anew.

    To be run in autocommit. Raises ConfigurationError at the end where pg_trgm cannot be had, and at once where the
    database refuses one of them, as when the tables belong to somebody else.
    """
    problems = _make_extension(connection)
    changed: set[str] = set()
    with _at_leisure(connection):
        for entry in plan(connection):
            if entry.state == THERE or (entry.index.kind == TRIGRAM and problems):
                continue
            tell(f"making {entry.index.name} …")
            if entry.state == BROKEN:
                _run(connection, _drop(entry.index.name, entry.index))
            _run(connection, entry.index.create())
            changed.add(entry.index.table.name)
    if connection.dialect.name == "postgresql":
        for name in sorted(changed):
            _run(connection, text(f"ANALYZE {name}"))
    if problems:
        raise ConfigurationError(problems)


@contextmanager
def _at_leisure(connection: Connection) -> Iterator[None]:
    """With memory, and without impatience: an index waits for all who are writing, and would be left broken."""
    if connection.dialect.name != "postgresql":
        yield
        return
    patience = connection.scalar(text("SHOW lock_timeout"))
    connection.execute(text(f"SET maintenance_work_mem = '{MEMORY}'; SET lock_timeout = 0"))
    try:
        yield
    finally:
        connection.execute(text(f"RESET maintenance_work_mem; SET lock_timeout = '{patience}'"))


def drop(connection: Connection, tell: Tell) -> None:
    """Drops everything whose name begins with PREFIX; to be run in autocommit."""
    known = {index.name: index for index in OPTIONAL}
    for name in sorted(_existing(connection)):
        tell(f"dropping {name} …")
        _run(connection, _drop(name, known.get(name)))


def _drop(name: str, index: OptionalIndex | None) -> Statement:
    """The statement that drops it; of an index that is none of ours any more only the name is known."""
    if index is not None and index.kind == STATISTICS:
        return text(f"DROP STATISTICS {name}")
    if index is not None and index.kind == SAMPLE:
        return _keep_sample(index, -1)
    copy = (index.table if index else t.ticket).to_metadata(MetaData())
    return DropIndex(Index(name, next(iter(copy.c)), postgresql_concurrently=True))


def _make_extension(connection: Connection) -> list[str]:
    """Makes pg_trgm available; what is to be told where that cannot be done."""
    if connection.dialect.name != "postgresql":
        return []
    if connection.scalar(select(HAS_EXTENSION)):
        return []
    if not connection.scalar(select(pg_available_extensions.c.name).where(pg_available_extensions.c.name == EXTENSION)):
        return [
            f"the trigram indexes were not made: this PostgreSQL server has no {EXTENSION}",
            "install what it calls its contrib modules (Debian: part of postgresql-NN, Red Hat: postgresql-contrib)",
        ]
    try:
        connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}"))
    except DBAPIError as error:
        return [
            f"the trigram indexes were not made: {str(error.orig).splitlines()[0]}",
            f"the owner of the database or an administrator can say: CREATE EXTENSION {EXTENSION};",
        ]
    return []


def _run(connection: Connection, statement: Statement) -> None:
    try:
        connection.execute(statement)
    except DBAPIError as error:
        raise ConfigurationError([str(error.orig).splitlines()[0]]) from error

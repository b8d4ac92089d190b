"""What PostgreSQL tells of itself, as far as it is asked: its catalog's tables and views, under their own names.

Used by optional_indexes.py and search_trigrams.py.
"""

from __future__ import annotations

from sqlalchemy import TableClause, column, table


def _catalog(name: str, *columns: str) -> TableClause:
    return table(name, *map(column, columns))


pg_class = _catalog("pg_class", "oid", "relname", "reltuples")
pg_index = _catalog("pg_index", "indexrelid", "indrelid", "indisvalid", "indkey", "indclass")
pg_attribute = _catalog("pg_attribute", "attrelid", "attnum", "attname", "attstattarget")
pg_opclass = _catalog("pg_opclass", "oid", "opcname")
pg_statistic_ext = _catalog("pg_statistic_ext", "stxname")
pg_stats = _catalog("pg_stats", "schemaname", "tablename", "attname", "avg_width", "histogram_bounds")
pg_extension = _catalog("pg_extension", "extname")
pg_available_extensions = _catalog("pg_available_extensions", "name")

"""INSERT … ON CONFLICT for both databases."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert_new(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *returning: str
) -> list[tuple[Any, ...]]:
    """Insert rows, leaving out those that a unique constraint already holds.

    Returns the named columns of the rows that were really inserted, in no promised order.
    """
    if not rows:
        return []
    statement = _insert_new(connection.dialect.name, table, returning)
    return [tuple(row) for row in connection.execute(statement, list(rows))]


@cache
def _insert_new(dialect: str, table: Table, returning: tuple[str, ...]) -> ReturningInsert[Any]:
    """Return the statement, built once; SQLAlchemy splits and batches its rows."""
    columns = [table.c[name] for name in returning] or list(table.primary_key.columns)
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing().returning(*columns)
    return postgresql.insert(table).on_conflict_do_nothing().returning(*columns)


def insert_from(
    connection: Connection, table: Table, columns: Sequence[str], query: Select[Any]
) -> Insert:
    """Return the INSERT of what a query selects, without what a unique constraint holds."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).from_select(list(columns), query).on_conflict_do_nothing()
    return postgresql.insert(table).from_select(list(columns), query).on_conflict_do_nothing()


def put(connection: Connection, table: Table, row: dict[str, Any], *key: str) -> None:
    """Insert one row, or replace the other columns of the row with the same key."""
    rest = {name: value for name, value in row.items() if name not in key}
    index = [table.c[name] for name in key]
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table).values(row)
        connection.execute(lite.on_conflict_do_update(index_elements=index, set_=rest))
    else:
        post = postgresql.insert(table).values(row)
        connection.execute(post.on_conflict_do_update(index_elements=index, set_=rest))

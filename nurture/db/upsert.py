"""INSERT … ON CONFLICT for both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

#: rows per statement, below SQLite's limit of bound values for our widest table
CHUNK = 500


def insert_new(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *returning: str
) -> list[tuple[Any, ...]]:
    """Insert rows, leaving out those that a unique constraint already holds.

    Returns the named columns of the rows that were really inserted, in no promised order.
    """
    found: list[tuple[Any, ...]] = []
    columns = [table.c[name] for name in returning] or list(table.primary_key.columns)
    for start in range(0, len(rows), CHUNK):
        chunk = list(rows[start : start + CHUNK])
        if connection.dialect.name == "sqlite":
            lite = sqlite.insert(table).values(chunk).on_conflict_do_nothing()
            result = connection.execute(lite.returning(*columns))
        else:
            post = postgresql.insert(table).values(chunk).on_conflict_do_nothing()
            result = connection.execute(post.returning(*columns))
        found.extend(tuple(row) for row in result)
    return found


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

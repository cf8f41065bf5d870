"""Inserting many rows and knowing which id each of them got."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, func, insert, select
from sqlalchemy.sql.dml import ReturningInsert

from nurture.db.engine import is_sqlite


def insert_numbered(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]]
) -> list[int]:
    """Insert rows into a table with an `id` and return the ids in the order of the rows.

    On SQLite, RETURNING promises no order, so SQLAlchemy inserts one row at a time. Whoever
    writes there is alone, so the ids can be given out here, the same ones SQLite would take,
    and the rows go in as one batch: three times as fast.
    """
    if not rows:
        return []
    if is_sqlite(connection) and len(rows) > 1:
        plain, newest = _numbered_here(table)
        first = (connection.scalar(newest) or 0) + 1
        ids = list(range(first, first + len(rows)))
        connection.execute(
            plain, [{**row, "id": number} for number, row in zip(ids, rows, strict=True)]
        )
        return ids
    return [row.id for row in connection.execute(_numbered_there(table), list(rows))]


@cache
def _numbered_here(table: Table) -> tuple[Insert, Any]:
    return insert(table), select(func.max(table.c.id))


@cache
def _numbered_there(table: Table) -> ReturningInsert[Any]:
    return insert(table).returning(table.c.id, sort_by_parameter_order=True)

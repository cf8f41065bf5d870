"""The history of what was live: one row per publication, append only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from nurture.db.tables import publication, release


def add(connection: Connection, at: datetime, **values: Any) -> None:
    """Write down a publication; columns as in the table."""
    connection.execute(insert(publication).values(at=at, **values))


def history(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return publications and releases of before they were kept, the newest first.

    Columns: release_id, at, by, kind, of_id, plan, headline, counts; the last five null for a
    release of which nothing but its files is known.
    """
    rows: Any = connection.execute(
        select(
            release.c.id.label("release_id"),
            release.c.published_at.label("at"),
            release.c.published_by.label("by"),
            publication.c.kind,
            publication.c.of_id,
            publication.c.plan,
            publication.c.headline,
            publication.c.counts,
        )
        .outerjoin(publication, publication.c.release_id == release.c.id)
        .order_by(release.c.id.desc(), publication.c.id.desc())
        .limit(limit)
    )
    return list(rows)


def of_release(connection: Connection, release_id: int) -> Any:
    """Return (id, published_at, published_by) of a release, or None where there is none."""
    return connection.execute(
        select(release.c.id, release.c.published_at, release.c.published_by).where(
            release.c.id == release_id
        )
    ).first()


def went_back_to(connection: Connection, release_id: int) -> int | None:
    """Return the release whose files a rollback made live again as this one; None: it is none."""
    found: int | None = connection.execute(
        select(publication.c.of_id).where(
            publication.c.release_id == release_id, publication.c.of_id.is_not(None)
        )
    ).scalar()
    return found


def counts_since(connection: Connection, release_id: int) -> list[Mapping[str, Any]]:
    """Return the counts of every publication after a release, oldest first."""
    rows = connection.execute(
        select(publication.c.counts)
        .where(publication.c.release_id > release_id)
        .order_by(publication.c.id)
    )
    return [row.counts for row in rows]

"""Contacts whom somebody promised to come back to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.db.tables import contact


def due(
    connection: Connection, now: datetime, limit: int, only: Sequence[int] | None = None
) -> list[int]:
    """Return the contacts whose day has come, those who wait longest first.

    `only`: of these contacts alone.
    """
    query = select(contact.c.id).where(contact.c.revisit_at <= now)
    if only is not None:
        query = query.where(contact.c.id.in_(only))
    return list(connection.scalars(query.order_by(contact.c.revisit_at).limit(limit)))


def take_due(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Clear the promises that are still due and return (id, reason, erased, merged_into).

    The reason stays with the contact: it is what was promised last.
    """
    return list(
        connection.execute(
            update(contact)
            .where(contact.c.id.in_(contact_ids), contact.c.revisit_at <= now)
            .values(revisit_at=None)
            .returning(
                contact.c.id,
                contact.c.revisit_reason,
                contact.c.erased,
                contact.c.merged_into,
            )
        )
    )

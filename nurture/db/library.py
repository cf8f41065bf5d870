"""Which items of the library people have got already."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from nurture.db.tables import message
from nurture.domain.message import State

#: a mail in one of these never reached anybody
_NOT_GOT = (State.CANCELLED, State.FAILED)


def items_of(connection: Connection, contact_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """Return contact → message → item key, for all items sent or on their way to contacts."""
    if not contact_ids:
        return {}
    rows = connection.execute(
        select(message.c.contact_id, message.c.id, message.c.item).where(
            message.c.contact_id.in_(contact_ids),
            message.c.item.is_not(None),
            message.c.state.not_in(_NOT_GOT),
        )
    )
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.contact_id, {})[row.id] = row.item
    return found

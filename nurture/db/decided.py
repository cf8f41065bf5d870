"""What was decided because of one event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from nurture.db.tables import decision, inbox


def waits_to_be_taken_in(connection: Connection, event_id: int) -> bool:
    """Say whether nobody has looked at an event yet."""
    query = select(inbox.c.event_id).where(inbox.c.event_id == event_id)
    return connection.execute(query).first() is not None


def decided_for(connection: Connection, contact_id: int, event_id: int) -> Sequence[Row[Any]]:
    """Return the journeys that an event of a contact began or did not begin, oldest first."""
    query: Any = (
        select(decision.c.workflow, decision.c.reason, decision.c.detail)
        .where(decision.c.event_id == event_id, decision.c.kind.in_(["enrolled", "not_enrolled"]))
        .order_by(decision.c.id)
    )
    found: Sequence[Row[Any]] = connection.execute(query).all()
    return found

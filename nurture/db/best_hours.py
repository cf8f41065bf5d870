"""When people opened and clicked, and what was learnt from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from nurture.db.tables import contact, event, open_hour
from nurture.db.touched import NEWEST_VERDICT
from nurture.db.upsert import insert_new
from nurture.domain.best_hour import HOURS
from nurture.domain.facts import ONCE_PER_MESSAGE


def human_moments(
    connection: Connection, contact_ids: Sequence[int], since: datetime
) -> dict[int, list[datetime]]:
    """Return contact → when a person first opened or clicked each mail, since a moment.

    Machines, prefetches and what may be either count for nothing.
    """
    rows = connection.execute(
        select(event.c.contact_id, func.min(event.c.occurred_at).label("at"))
        .where(
            event.c.contact_id.in_(contact_ids),
            event.c.type.in_(sorted(ONCE_PER_MESSAGE)),
            event.c.message_id.is_not(None),
            event.c.occurred_at > since,
            NEWEST_VERDICT == "human",
        )
        .group_by(event.c.contact_id, event.c.message_id)
    )
    found: dict[int, list[datetime]] = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append(row.at)
    return found


def of_everybody(connection: Connection) -> dict[int, int]:
    """Return hour → mails that people opened or clicked then, all readers together."""
    rows = connection.execute(select(open_hour.c.hour, open_hour.c.opens))
    return {row.hour: row.opens for row in rows}


def save(connection: Connection, learnt: Mapping[int, dict[str, Any] | None]) -> None:
    """Write what was learnt of contacts; None forgets it."""
    if learnt:
        connection.execute(
            update(contact)
            .where(contact.c.id == bindparam("of"))
            .values(best_hours=bindparam("hours", type_=contact.c.best_hours.type)),
            [{"of": one, "hours": hours} for one, hours in sorted(learnt.items())],
        )


def add(connection: Connection, more: Mapping[int, int]) -> None:
    """Add to what all readers together opened by hour; less where it was taken back."""
    changes = [{"of": hour, "more": more[hour]} for hour in sorted(more) if more[hour]]
    if not changes:
        return
    insert_new(connection, open_hour, [{"hour": hour, "opens": 0} for hour in HOURS])
    # In the order of hours, so that two workers wait for each other in one order.
    connection.execute(
        update(open_hour)
        .where(open_hour.c.hour == bindparam("of"))
        .values(opens=open_hour.c.opens + bindparam("more")),
        changes,
    )

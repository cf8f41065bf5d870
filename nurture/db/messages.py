"""Queueing mails, each key once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, select

from nurture.clock import machine_now
from nurture.db.tables import enrolment, event, message
from nurture.db.types import UtcDateTime
from nurture.db.upsert import insert_new
from nurture.domain.message import State

_OPTIONAL = (
    "contact_id",
    "account_id",
    "enrolment_id",
    "workflow",
    "step",
    "caused_by",
    "subject_override",
    "subjects",
    "sender",
    "expires_at",
    "spread",
    "values",
    "locale",
    "reason",
    "mailing",
    "task_id",
    "topic",
    "pick",
    "item",
)


def queue(
    connection: Connection, rows: Sequence[Mapping[str, Any]], release_id: int, now: datetime
) -> dict[str, int]:
    """Queue mails; return dedupe key → message id for all, those queued before included."""
    if not rows:
        return {}
    recorded_at = machine_now()
    full = [
        {
            **dict.fromkeys(_OPTIONAL),
            "state": State.QUEUED,
            "due_at": now,
            "attach": [],
            "at_best_hour": False,
            "release_id": release_id,
            "created_at": now,
            "recorded_at": recorded_at,
            **row,
        }
        for row in rows
    ]
    added = insert_new(connection, message, full, "dedupe_key", "id")
    found: dict[str, int] = {str(row[0]): int(row[1]) for row in added}
    missing = [row["dedupe_key"] for row in rows if row["dedupe_key"] not in found]
    if missing:
        known = connection.execute(
            select(message.c.dedupe_key, message.c.id).where(message.c.dedupe_key.in_(missing))
        )
        found.update({row.dedupe_key: row.id for row in known})
    return found


# Asked in every round, so made once.
_DUE = (
    select(enrolment.c.contact_id)
    .where(enrolment.c.due_at <= bindparam("now", type_=UtcDateTime), enrolment.c.state == "active")
    .order_by(enrolment.c.due_at)
    .limit(bindparam("most", type_=Integer))
)


def due_enrolment_contacts(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Return the contacts of up to `limit` enrolments that are due, the longest due first."""
    rows = connection.execute(_DUE, {"now": now, "most": limit})
    return list(dict.fromkeys(row.contact_id for row in rows))


def depths(connection: Connection, event_ids: Sequence[int]) -> dict[int, int]:
    """Return how deep in a chain of causes events stand."""
    rows = connection.execute(select(event.c.id, event.c.depth).where(event.c.id.in_(event_ids)))
    return {row.id: row.depth for row in rows}

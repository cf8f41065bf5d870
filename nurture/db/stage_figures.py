"""Who stands at which stage, and the steps, hand-offs and returns of a span."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from nurture.db.tables import contact, event, referral, task
from nurture.db.task_writes import HANDOFF
from nurture.domain.kpi import HandedOff, Move

#: ways in which sales answers a hand-off
_ANSWERED = ("called", "accepted", "met", "proposed", "won", "lost", "meeting_set")


def counts(connection: Connection) -> dict[str, int]:
    """Return stage → contacts who stand there now."""
    rows = connection.execute(
        select(contact.c.lifecycle, func.count())
        .where(contact.c.merged_into.is_(None), contact.c.erased.is_(False))
        .group_by(contact.c.lifecycle)
    )
    return {row[0]: row[1] for row in rows}


def moves(connection: Connection, since: datetime) -> list[Move]:
    """Return every contact's steps from stage to stage after a moment, oldest first.

    Where a list said they stood is no step that anybody took.
    """
    rows = connection.execute(
        select(event.c.contact_id, event.c.occurred_at, event.c.properties)
        .where(
            event.c.type == "lifecycle.changed",
            event.c.occurred_at > since,
            event.c.contact_id.is_not(None),
        )
        .order_by(event.c.occurred_at, event.c.id)
    )
    return [
        Move(row.contact_id, row.occurred_at, str((row.properties or {}).get("to", "")))
        for row in rows
        if not (row.properties or {}).get("listed")
    ]


def referred(connection: Connection) -> set[int]:
    """Return the contacts whom somebody introduced."""
    rows = connection.execute(
        select(referral.c.contact_id).where(referral.c.contact_id.is_not(None)).distinct()
    )
    return {row.contact_id for row in rows}


def handoffs(connection: Connection, since: datetime) -> list[HandedOff]:
    """Return the hand-offs after a moment that sales answered, or has still to answer."""
    rows = connection.execute(
        select(task.c.created_at, task.c.due_at, task.c.done_at).where(
            task.c.created_at > since,
            task.c.dedupe_key.startswith(HANDOFF),
            # A second call after one that nobody answered is no hand-off of its own.
            task.c.dedupe_key.not_like("%~%"),
            or_(task.c.state == "open", task.c.outcome.in_(_ANSWERED)),
        )
    )
    return [HandedOff(row.created_at, row.due_at, row.done_at) for row in rows]


def return_reasons(connection: Connection, since: datetime) -> Sequence[str]:
    """Return the reason of each lead that sales gave back after a moment."""
    rows = connection.execute(
        select(event.c.properties).where(
            event.c.type == "lead.returned", event.c.occurred_at > since
        )
    )
    return [str((row.properties or {}).get("reason") or "other") for row in rows]


def stage_of(connection: Connection, contact_id: int) -> str:
    """Return where a contact stands."""
    return str(
        connection.execute(
            select(contact.c.lifecycle).where(contact.c.id == contact_id)
        ).scalar_one()
    )

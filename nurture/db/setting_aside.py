"""Putting off what is due for one contact or row, so that everybody else goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, null, select, update

from nurture.db.tables import (
    contact,
    deal,
    enrolment,
    experiment,
    firing,
    inbox,
    mailing,
    referral,
    reward,
    schedule,
    task,
)


def put_off_arrivals(
    connection: Connection, contact_id: int, now: datetime, until: datetime
) -> None:
    """Let what a contact's inbox holds at `now`, and looks at it by time alone, wait."""
    connection.execute(
        update(inbox)
        .where(inbox.c.contact_id == contact_id, inbox.c.available_at <= now)
        .values(available_at=until)
    )
    connection.execute(
        update(contact)
        .where(contact.c.id == contact_id, contact.c.review_at <= now)
        .values(review_at=until)
    )
    connection.execute(
        update(enrolment)
        .where(
            enrolment.c.contact_id == contact_id,
            enrolment.c.state == "active",
            enrolment.c.review_at <= now,
        )
        .values(review_at=until)
    )


def put_off_walks(
    connection: Connection, contact_id: int, now: datetime, until: datetime
) -> list[Row[Any]]:
    """Let a contact's enrolments that are due at `now` wait; return id, workflow and step."""
    return list(
        connection.execute(
            update(enrolment)
            .where(
                enrolment.c.contact_id == contact_id,
                enrolment.c.state == "active",
                enrolment.c.due_at <= now,
            )
            .values(due_at=until)
            .returning(enrolment.c.id, enrolment.c.workflow, enrolment.c.step)
        )
    )


#: what upkeep works through row by row → when a row is due
_UPKEEP: Mapping[str, Column[datetime]] = {
    "task": task.c.review_at,
    "deal": deal.c.review_at,
    "referral": referral.c.review_at,
    "contact": contact.c.revisit_at,
    "experiment": experiment.c.due_at,
    "reward": reward.c.review_at,
}

#: what upkeep does one of at a time → when it is due, and its key
_WHOLE: Mapping[str, tuple[Column[datetime], Column[Any]]] = {
    "mailing": (mailing.c.due_at, mailing.c.id),
    "firing": (firing.c.due_at, firing.c.id),
    "schedule": (schedule.c.due_at, schedule.c.name),
}


def due_rows(connection: Connection, of: str, now: datetime, limit: int) -> list[int]:
    """Return the ids of rows of a kind (`task`, `deal` …) that are due, the longest first."""
    due_at = _UPKEEP[of]
    query = select(due_at.table.c.id).where(due_at <= now).order_by(due_at).limit(limit)
    return list(connection.scalars(query))


def put_off_row(
    connection: Connection, of: str, row_id: int, now: datetime, until: datetime
) -> Row[Any] | None:
    """Let a row that is due wait; return its contact as (contact_id), None: it is not due."""
    due_at = _UPKEEP[of]
    columns = due_at.table.c
    # An experiment is nobody's.
    whose = columns.id if of == "contact" else columns.get("contact_id", null())
    return connection.execute(
        update(due_at.table)
        .where(columns.id == row_id, due_at <= now)
        .values({due_at: until})
        .returning(whose.label("contact_id"))
    ).first()


def put_off_longest(connection: Connection, of: str, now: datetime, until: datetime) -> int:
    """Let the longest due row of `mailing`, `firing` or `schedule` wait; 0: none is due."""
    due_at, key = _WHOLE[of]
    longest = select(key).where(due_at <= now).order_by(due_at, key).limit(1)
    result = connection.execute(
        update(due_at.table).where(key == longest.scalar_subquery()).values({due_at: until})
    )
    return result.rowcount

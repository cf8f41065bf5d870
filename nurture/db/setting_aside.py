"""Putting off what is due for one contact, so that everybody else goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from nurture.db.tables import contact, enrolment, inbox


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

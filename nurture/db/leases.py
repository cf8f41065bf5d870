"""Mails of workers whose lease ran out: who they are, and taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from nurture.db.mail_states import HELD
from nurture.db.tables import message
from nurture.domain.message import State


def of_the_dead(connection: Connection, machine: datetime) -> list[Row[Any]]:
    """Return the mails whose worker's lease ran out."""
    return list(
        connection.execute(
            select(
                message.c.id,
                message.c.contact_id,
                message.c.enrolment_id,
                message.c.workflow,
                message.c.step,
                message.c.template,
                message.c.tries,
            ).where(
                HELD,
                message.c.lease_until < machine,
            )
        )
    )


def take_from_the_dead(connection: Connection, machine: datetime, now: datetime) -> list[int]:
    """Take mails from workers whose lease ran out; return those that are in doubt now.

    Claimed ones wait again; of those being sent nobody knows whether they went out.
    """
    connection.execute(
        update(message)
        .where(message.c.state == State.CLAIMED, message.c.lease_until < machine)
        .values(state=State.QUEUED, due_at=now, lease_until=None, fence=message.c.fence + 1)
    )
    rows = connection.execute(
        update(message)
        .where(message.c.state == State.SENDING, message.c.lease_until < machine)
        .values(
            state=State.IN_DOUBT,
            reason="in_doubt",
            lease_until=None,
            fence=message.c.fence + 1,
        )
        .returning(message.c.id)
    )
    return [row.id for row in rows]


def has_expired_leases(connection: Connection, machine: datetime) -> bool:
    """Say whether some worker's lease ran out (a cheap look before a write)."""
    found = connection.execute(
        select(func.count()).select_from(message).where(HELD, message.c.lease_until < machine)
    ).scalar_one()
    return bool(found)

"""Mails that wait for a person's look: let go, kept back, read as they would leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.db.tables import enrolment, message
from nurture.domain.message import State


def let_go(connection: Connection, message_id: int, reason: str, now: datetime) -> bool:
    """Make a mail due now that is deferred for a reason; False where it is not."""
    done = connection.execute(
        update(message)
        .where(
            message.c.id == message_id,
            message.c.state == State.DEFERRED,
            message.c.reason == reason,
        )
        .values(due_at=now)
    )
    return bool(done.rowcount)


def keep_back(connection: Connection, message_id: int, reason: str) -> bool:
    """Cancel a mail that is deferred for a reason; False where it is not."""
    done = connection.execute(
        update(message)
        .where(
            message.c.id == message_id,
            message.c.state == State.DEFERRED,
            message.c.reason == reason,
        )
        .values(state=State.CANCELLED, due_at=None, reason="withheld")
    )
    return bool(done.rowcount)


def waiting(connection: Connection, message_id: int) -> Row[Any] | None:
    """Return a mail that has not left, with what its journey was begun by and remembers."""
    return connection.execute(
        select(
            message,
            enrolment.c.state.label("enrolment_state"),
            enrolment.c.trigger.label("enrolment_trigger"),
            enrolment.c.memory.label("enrolment_memory"),
            enrolment.c.release_id.label("enrolment_release"),
        )
        .outerjoin(enrolment, enrolment.c.id == message.c.enrolment_id)
        .where(message.c.id == message_id, message.c.state == State.DEFERRED)
    ).first()

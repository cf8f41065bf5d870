"""What received mails are about: messages of ours, and how far we have read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nurture.db.tables import message, participant
from nurture.domain.message import State, may_become


def read_up_to(connection: Connection, reader: str) -> int:
    """Return the number of the newest mail that a reader of the mailbox has handled."""
    found = connection.execute(
        select(participant.c.mailbox_number).where(participant.c.name == reader)
    ).scalar()
    return found or 0


def message_of(connection: Connection, message_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return a message with what a reply or bounce needs to know of it."""
    rows = connection.execute(
        select(
            message.c.id,
            message.c.contact_id,
            message.c.enrolment_id,
            message.c.workflow,
            message.c.step,
            message.c.state,
            message.c.recipient,
        ).where(message.c.id == message_id)
    )
    return rows.one_or_none()


def newest_message_to(connection: Connection, contact_id: int) -> int | None:
    """Return the newest mail that a contact was sent, or None."""
    return connection.execute(
        select(message.c.id)
        .where(message.c.contact_id == contact_id, message.c.sent_at.is_not(None))
        .order_by(message.c.sent_at.desc())
        .limit(1)
    ).scalar()


def settle(connection: Connection, message_ids: Sequence[int], state: State) -> None:
    """Move sent mails to what a report says of them, where that transition exists."""
    sources = [old for old in State if may_become(old, state) and old is not State.SENDING]
    connection.execute(
        update(message)
        .where(message.c.id.in_(message_ids), message.c.state.in_(sources))
        .values(state=state)
    )

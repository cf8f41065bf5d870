"""What is under way for a person who is erased: it ends before their rows are emptied."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from nurture.db import choices, contacts, outcomes, questions, task_writes, tasks
from nurture.db import tables as t
from nurture.db.erasing import Whom
from nurture.db.task_writes import Closing
from nurture.db.touched import active_enrolments
from nurture.domain.message import UNSENT, State

#: why mails, journeys and tasks end: a code of nurture.domain.reasons
WHY = "erased"


def addresses_of(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Return every address that contacts have or had, as written."""
    queries = (
        select(t.identity.c.value).where(
            t.identity.c.contact_id.in_(ids), t.identity.c.kind == "email"
        ),
        select(t.contact.c.email).where(t.contact.c.id.in_(ids)),
        select(t.message.c.recipient).where(t.message.c.contact_id.in_(ids)).distinct(),
        select(t.referral.c.email).where(t.referral.c.contact_id.in_(ids)),
    )
    return {one for query in queries for one in connection.execute(query).scalars() if one}


def is_gone(connection: Connection, contact_id: int | None, hashed: str | None) -> bool:
    """Say whether somebody was erased: the contact they are, else whoever had an address."""
    if contact_id is not None:
        living = contacts.current(connection, contact_id)
        return living is not None and choices.is_erased(connection, living)
    return hashed is not None and bool(contacts.erased(connection, [hashed]))


def are_leaving(connection: Connection, whom: Whom) -> bool:
    """Say whether a mail to them is in a server's hands, whose answer is still to come."""
    query = select(t.message.c.id).where(
        t.message.c.id.in_(whom.mails), t.message.c.state == State.SENDING
    )
    return connection.execute(query.limit(1)).first() is not None


def referrals_of(connection: Connection, whom: Whom) -> list[Row[Any]]:
    """Return (id, state) of the referrals by which they came, oldest first."""
    query = select(t.referral.c.id, t.referral.c.state).where(whom.referrals())
    return list(connection.execute(query.order_by(t.referral.c.id)))


def rewards_of(connection: Connection, whom: Whom, states: Collection[str]) -> list[Row[Any]]:
    """Return (id, referrer_id) of the rewards that they were to get and that stand so."""
    return list(
        connection.execute(
            select(t.reward.c.id, t.referral.c.referrer_id)
            .join(t.referral, t.referral.c.id == t.reward.c.referral_id)
            .where(
                or_(
                    t.reward.c.contact_id.in_(whom.contacts),
                    # Theirs, had they agreed.
                    whom.referrals() & (t.reward.c.side == "referred"),
                ),
                t.reward.c.state.in_(states),
            )
        )
    )


def journeys(connection: Connection, whom: Whom, now: datetime) -> list[dict[str, Any]]:
    """End their journeys; return the decisions that say so."""
    found = [row for one in whom.contacts for row in active_enrolments(connection, [one])]
    said = [
        {
            "contact_id": whom.contacts[0],
            "kind": "ended",
            "reason": WHY,
            "enrolment_id": row.id,
            "workflow": row.workflow,
        }
        for row in found
    ]
    outcomes.end_enrolments(connection, {row.id: WHY for row in found}, now)
    return said


def mails(connection: Connection, whom: Whom) -> list[dict[str, Any]]:
    """Cancel what has not left yet; return the decisions that say so."""
    rows = _cancel(connection, t.message.c.id.in_(whom.mails))
    return [
        {
            "contact_id": whom.contacts[0] if whom.contacts else None,
            "kind": "dropped",
            "reason": WHY,
            "message_id": row.id,
            "enrolment_id": row.enrolment_id,
            "workflow": row.workflow,
            "step": row.step,
        }
        for row in rows
    ]


def _cancel(connection: Connection, where: Any) -> Sequence[Row[Any]]:
    columns = t.message.c
    rows = connection.execute(
        update(t.message)
        .where(where, columns.state.in_(UNSENT))
        .values(state=State.CANCELLED, reason=WHY, due_at=None, lease_until=None)
        .returning(
            columns.id,
            columns.enrolment_id,
            columns.workflow,
            columns.step,
            columns.purpose,
            columns.dedupe_key,
        )
    ).all()
    questions.void(connection, [(row.purpose, row.dedupe_key) for row in rows])
    return rows


def tasks_and_calls(connection: Connection, whom: Whom, now: datetime) -> None:
    """Cancel open tasks and their mails, lines for chat rooms, and calls of other systems."""
    ids = whom.contacts
    query = select(t.task.c.id).where(t.task.c.contact_id.in_(ids), t.task.c.state == "open")
    found = list(connection.execute(query).scalars())
    closing = Closing(now, "cancelled", {}, None, "cancelled")
    tasks.cancel_mails(connection, task_writes.close(connection, found, closing))
    connection.execute(
        update(t.notice)
        .where(t.notice.c.contact_id.in_(ids), t.notice.c.state == "queued")
        .values(state="failed", due_at=None, held_until=None)
    )
    connection.execute(
        update(t.webhook_call)
        .where(t.webhook_call.c.contact_id.in_(ids), t.webhook_call.c.state == "queued")
        .values(state="dropped", due_at=None, held_until=None, settled_at=now)
    )

"""Telling enrolments what became of the mail they hold for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, select, update

from nurture.db import questions
from nurture.db.among import among
from nurture.db.tables import enrolment, message
from nurture.domain.enrolment import Memory
from nurture.domain.fates import met_fate
from nurture.domain.message import FATES, State, outcome_of

# Asked of every wave, so each is made once.
_MET = (
    select(
        enrolment.c.id,
        enrolment.c.memory,
        message.c.id.label("message_id"),
        message.c.step,
        message.c.state,
        message.c.reason,
        message.c.sent_at,
        message.c.purpose,
        message.c.dedupe_key,
    )
    .select_from(message)
    .outerjoin(
        enrolment,
        and_(
            message.c.enrolment_id == enrolment.c.id,
            message.c.step == enrolment.c.step,
            enrolment.c.state == "active",
        ),
    )
    .where(among(message.c.id, "messages"))
)

#: of these nothing has left the house: what they were to ask was not asked
_NEVER_LEFT = (State.CANCELLED, State.FAILED)
_TELL = (
    update(enrolment)
    .where(enrolment.c.id == bindparam("of"), enrolment.c.state == "active")
    .values(memory=bindparam("memory"), due_at=bindparam("now"))
)


def tell_enrolments(connection: Connection, message_ids: Sequence[int], now: datetime) -> int:
    """Make enrolments due that hold for one of these mails, with its outcome remembered.

    Only mails that have met a fate count, and only enrolments that still stand at the step
    that sent them. An enrolment whose memory cannot be read is made due as it is: its walk
    fails and says so, and this mail's fate is written down all the same. What a mail that was
    dropped or failed was to ask is void. Returns how many were told.
    """
    if not message_ids:
        return 0
    rows = connection.execute(_MET, {"messages": message_ids}).all()
    unasked = [(row.purpose, row.dedupe_key) for row in rows if row.state in _NEVER_LEFT]
    questions.void(connection, unasked)
    changes = []
    for row in rows:
        if row.id is None:
            continue
        state = State(row.state)
        try:
            memory = Memory.from_json(row.memory)
        except (AttributeError, TypeError, ValueError):
            changes.append({"of": row.id, "memory": row.memory, "now": now})
            continue
        fact = memory.steps.get(row.step)
        if state not in FATES or fact is None or fact.message_id != row.message_id:
            continue
        if fact.outcome is not None:
            continue
        outcome = outcome_of(state, row.reason)
        met_fate(memory, row.step, row.message_id, outcome, row.sent_at or now)
        changes.append({"of": row.id, "memory": memory.as_json(), "now": now})
    if changes:
        connection.execute(_TELL, changes)
    return len(changes)

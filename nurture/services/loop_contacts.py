"""An unhappy customer counts as contacted by what their owner records anyway, once.

Nobody has to say so a second time on the NPS page: a call in which somebody was spoken to, the
task of the follow-up done, an answer to their reply.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from nurture.db import contacts, surveys, tasks
from nurture.db.touched import Arrival
from nurture.domain.survey_answers import Touch, touches
from nurture.services.batch import Batch, Person


def got_in_touch(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Let `call.logged` and `task.completed` bring what is followed up to `contacted`.

    Only what still waits for it, and only what happened since it was opened: so never twice.
    """
    ids = contacts.everyone(batch.connection, person.id)
    for loop in surveys.waiting_loops(batch.connection, ids):
        how = touches(arrival.type, arrival.properties.get("result"), _task(batch, arrival, loop))
        if how is None or arrival.occurred_at < loop.opened_at:
            continue
        held = surveys.hold_loop(batch.connection, loop.id)
        if held is None or held.state != "open":
            continue
        at = arrival.occurred_at
        surveys.move_loop(batch.connection, loop.id, {"state": "contacted", "contacted_at": at})
        said = {"loop": loop.id, "survey": loop.survey, "round": loop.round, "how": str(how)}
        by = arrival.properties.get("by")
        batch.emit(person, "nps.loop_contacted", {**said, **({"by": by} if by else {})}, arrival)


def _task(batch: Batch, arrival: Arrival, loop: Row[Any]) -> Touch | None:
    """Return what the task that an event names has to do with what is followed up."""
    number = arrival.properties.get("task")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    row = tasks.find(batch.connection, number)
    if row is None or row.created_at < loop.opened_at or row.state == "cancelled":
        return None
    if row.kind == "reply":
        return Touch.REPLY
    if row.kind == "escalation" or row.enrolment_id is None:
        # Their manager has heard of it: nobody has been in touch yet.
        return None
    about = tasks.trigger_of(batch.connection, row.enrolment_id).get("loop")
    return Touch.TASK if about == loop.id else None

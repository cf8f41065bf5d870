"""Tasks whose time has come: called to mind, and told to somebody else where they are late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from nurture.db import contacts as people
from nurture.db import task_writes
from nurture.db.engine import write
from nurture.domain.scoring import Handoff
from nurture.domain.task_timers import Call, next_call
from nurture.services.batch import Batch, Person, load_people
from nurture.services.handoff import house_title, task_row
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_book import ESCALATION, timing_of
from nurture.services.telling import What, tell

#: tasks per transaction
BATCH = 100

#: who hears that somebody is late should see to it within this time
_SEE_TO_IT = timedelta(hours=4)

#: how a task that says another one is late is called; whom it is about stands beside it
_LATE = ("期限超過: {title}（担当 {assignee}）", "Late: {title} ({assignee})")
_NOBODY = ("未定", "nobody")


def due_tasks(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Remind of, or escalate, up to `limit` tasks whose time has come; return how many.

    A task is called to mind once and escalated once; one that was closed meanwhile, or whose
    contact was erased, is left in peace. `only`: these tasks alone.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = task_writes.due(connection, now, limit, only)
        if not due or not runtime.releases.published(connection):
            return 0
        # Contacts first, as everybody who decides for them does: so nobody deadlocks.
        held = set(people.lock(connection, {row.contact_id for row in due if row.contact_id}))
        ids = [row.id for row in due if row.contact_id is None or row.contact_id in held]
        release = runtime.releases.live(connection)
        batch = Batch(connection, release, runtime.releases, release.lookups, now)
        load_people(batch, sorted(held))
        rows = task_writes.take_due(connection, ids, now)
        reminded = []
        for row in rows:
            person = batch.people.get(row.contact_id)
            if row.state != "open" or (person is not None and person.row.erased):
                continue
            if _call(batch, person, row) is Call.REMIND:
                reminded.append(row.id)
        tell(connection, release, reminded, What.REMINDER, now)
        batch.save_effects()
    if rows:
        runtime.ring(DECIDE)
    return len(rows)


def _call(batch: Batch, person: Person | None, row: Row[Any]) -> Call | None:
    """Do what a task's time has come for; note when it is looked at next."""
    handoff = batch.release.definitions.scoring.handoff
    calendar = batch.release.definitions.calendar
    known: dict[str, Any] = dict(row._mapping)
    timing = timing_of(known, handoff)
    call = next_call(timing, calendar) if timing is not None else None
    if call is None:
        return None
    what, moment = call
    if moment > batch.now:
        # The calendar or the rules have changed since: its time is not up.
        task_writes.mark(batch.connection, row.id, review_at=moment)
        return None
    column = "reminded_at" if what is Call.REMIND else "escalated_at"
    known[column] = batch.now
    following = timing_of(known, handoff)
    after = next_call(following, calendar) if following is not None else None
    review_at = after[1] if after is not None else None
    task_writes.mark(batch.connection, row.id, **{column: batch.now, "review_at": review_at})
    if person is not None:
        if what is Call.ESCALATE and handoff is not None:
            _escalate(batch, person, row, handoff)
        else:
            detail = {"task": row.id, "until": row.due_at.isoformat()}
            batch.decide(person, "task_due", "task_reminded", detail)
    return what


def _escalate(batch: Batch, person: Person, row: Row[Any], handoff: Handoff) -> None:
    """Say that a first call is late: as an event, and as a task for whom the hand-off names."""
    late = batch.colleagues.with_id(row.assignee_id)
    said: dict[str, Any] = {"task": row.id, "kind": row.kind}
    said["assignee"] = late.word if late is not None else ""
    detail = {"task": row.id, "until": row.due_at.isoformat(), "to": ""}
    if handoff.escalate_to:
        nobody = house_title(batch, _NOBODY)
        title = house_title(batch, _LATE).format(
            title=row.title, assignee=late.name if late is not None else nobody
        )
        task = task_row(
            batch,
            person,
            f"{task_writes.ESCALATION}{row.id}",
            ESCALATION,
            title,
            handoff.escalate_to,
            batch.now + _SEE_TO_IT,
            result={"late": row.id},
            deal_id=row.deal_id,
        )
        batch.tasks.append(task)
        to = batch.colleagues.with_id(task["assignee_id"])
        said["escalated_to"] = to.word if to is not None else ""
        detail["to"] = to.name if to is not None else handoff.escalate_to
    batch.decide(person, "task_due", "task_overdue", detail)
    batch.emit(person, "task.overdue", said, None)

"""Writing tasks down: due on business days, with their next reminder, and somebody told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from nurture.db import task_writes
from nurture.domain.scoring import Handoff
from nurture.domain.task_timers import Timing, due_moment, next_call
from nurture.services.releases import LiveRelease
from nurture.services.telling import What, tell

#: the kind of task that says another one is late; it has no timers of its own
ESCALATION = "escalation"


def write_tasks(
    connection: Connection,
    release: LiveRelease,
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[int]:
    """Insert tasks, each `dedupe_key` once, and tell their assignees; return the new ones' ids.

    What a journey wants done about a reply takes the place of the house's own task for it.
    A due time on a day that is no business day moves to the same time of the next one, but
    for those that are `to_the_minute`: what was promised to somebody outside.
    """
    if not rows:
        return []
    calendar = release.definitions.calendar
    handoff = release.definitions.scoring.handoff
    timed = []
    for row in rows:
        row = dict(row)
        due_at, kept = row.get("due_at"), row.pop("to_the_minute", False)
        if due_at is not None and not kept:
            due_at = due_moment(calendar, due_at)
        timing = timing_of({**row, "due_at": due_at}, handoff)
        following = next_call(timing, calendar) if timing is not None else None
        review_at = following[1] if following is not None else None
        timed.append({**row, "due_at": due_at, "review_at": review_at})
    new = [row for row in timed if not task_writes.take_over(connection, row)]
    made = task_writes.insert_tasks(connection, new)
    for what, ids in (
        (What.MADE, [one for one, kind in made if kind != ESCALATION]),
        (What.ESCALATION, [one for one, kind in made if kind == ESCALATION]),
    ):
        if ids:
            tell(connection, release, ids, what, now)
    return [one for one, _ in made]


def timing_of(row: Mapping[str, Any], handoff: Handoff | None) -> Timing | None:
    """Return how the time of a task runs, or None where nothing is to be called to mind.

    First calls are reminded of before they are due and escalated afterwards, as the hand-off
    says; promises to referrers that broke are escalated when they are due; other tasks are
    called to mind once, when they are due. Mails that wait for somebody's look are both: a
    letter that nobody looks at tells its reader nothing, and they were promised to hear it.
    """
    due_at = row.get("due_at")
    if due_at is None or row["kind"] == ESCALATION:
        return None
    if str(row["dedupe_key"]).startswith(task_writes.PROMISE) and handoff is not None:
        # A promise that broke is late as it is made: others hear when this is not done in time.
        return Timing(
            row["created_at"],
            due_at,
            remind=None,
            escalate=timedelta(0),
            escalated=row.get("escalated_at") is not None,
        )
    first_call = str(row["dedupe_key"]).startswith(task_writes.HANDOFF) and handoff is not None
    look = str(row["dedupe_key"]).startswith(task_writes.LOOK) and handoff is not None
    return Timing(
        made_at=row["created_at"],
        due_at=due_at,
        remind=handoff.remind if first_call and handoff is not None else timedelta(0),
        escalate=handoff.escalate if (first_call or look) and handoff is not None else None,
        reminded=row.get("reminded_at") is not None,
        escalated=row.get("escalated_at") is not None,
    )

"""Meetings that nobody wrote about: the deal is stale, and its owner is asked for the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nurture.db import contacts as people
from nurture.db import deals, task_writes
from nurture.db.engine import write
from nurture.db.task_writes import Closing
from nurture.db.touched import Arrival
from nurture.domain.task_timers import next_day
from nurture.services.batch import Batch, Person, load_people
from nurture.services.handoff import house_title, task_row
from nurture.services.runtime import DECIDE, Runtime

#: the kind of task that asks for a deal's record
RECORD = "record"

#: deals per transaction
BATCH = 100

_TITLE = ("商談記録の更新", "Update the record of the meeting")


def spoke(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Somebody wrote about a person: no meeting before it is waited for any more."""
    waited = deals.spoke_of(batch.connection, person.id, arrival.occurred_at)
    if waited:
        brought_up_to_date(batch, person, waited, arrival)


def brought_up_to_date(batch: Batch, person: Person, deal_ids: list[int], arrival: Arrival) -> None:
    """Close what asked for the record of deals."""
    ids = deals.open_record_tasks(batch.connection, deal_ids)
    by = batch.colleagues.one(arrival.properties.get("by"))
    closing = Closing(batch.now, "done", by=by.id if by is not None else None)
    for one in task_writes.close(batch.connection, ids, closing):
        detail = {"task": one, "outcome": "done"}
        batch.decide(person, "task_done", "task_closed", detail, event_id=arrival.id)


def due_deals(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Mark deals whose meeting has had no news in time, and ask their owners for it.

    Returns how many. Each meeting is asked for once. `only`: these deals alone.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = deals.due(connection, now, limit, only)
        if not due or not runtime.releases.published(connection):
            return 0
        held = set(people.lock(connection, {row.contact_id for row in due if row.contact_id}))
        ids = [row.id for row in due if row.contact_id is None or row.contact_id in held]
        release = runtime.releases.live(connection)
        batch = Batch(connection, release, runtime.releases, release.lookups, now)
        load_people(batch, sorted(held))
        rows = deals.take_due(connection, ids, now)
        for row in rows:
            person = batch.people.get(row.contact_id)
            if person is not None and not person.row.erased:
                _ask(batch, person, row)
        batch.save_effects()
    if rows:
        runtime.ring(DECIDE)
    return len(rows)


def _ask(batch: Batch, person: Person, row: Any) -> None:
    name = deals.name_of(row.id, row.external_id)
    met = row.meeting_at.isoformat()
    key = f"{RECORD}/{row.id}/{met}"
    title = house_title(batch, _TITLE) + (f"（{row.product}）" if row.product else "")
    due_at = next_day(batch.release.definitions.calendar, batch.now)
    task = task_row(batch, person, key, RECORD, title, "owner", due_at, deal_id=row.id)
    batch.tasks.append(task)
    batch.decide(person, "moved", "stale_deal", {"deal": name, "until": met})
    batch.emit(person, "deal.stale", {"deal": name, "meeting_at": met}, None)

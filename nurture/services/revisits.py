"""Promises to come back: a day is noted, and on its morning `revisit.due` tells the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nurture.db import contacts as people
from nurture.db import outcomes
from nurture.db import revisits as promised
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.db.touched import Arrival
from nurture.domain.deal_news import read_day
from nurture.domain.task_timers import morning_of
from nurture.services.batch import Batch, Person
from nurture.services.places import zone_of
from nurture.services.runtime import DECIDE, Runtime

#: contacts per transaction
BATCH = 100


def come_back(batch: Batch, person: Person, arrival: Arrival, reason: str) -> datetime | None:
    """Note when an event says that we shall come back to a person; return that moment.

    None where it names no day. A day that cannot be read, or has passed, is said and not
    noted. The moment is the beginning of business hours on that day, or on the next business
    day, where the contact is.
    """
    written = arrival.properties.get("revisit_at")
    if written in (None, ""):
        return None
    day = read_day(written)
    zone = zone_of(person.row, batch.release.definitions.calendar)
    if day is None or day < batch.now.astimezone(zone).date():
        detail = {"day": str(written)[:100]}
        batch.decide(person, "moved", "revisit_unread", detail, event_id=arrival.id)
        return None
    moment = max(morning_of(batch.release.definitions.calendar, day, zone), batch.now)
    person.state["revisit_at"], person.state["revisit_reason"] = moment, reason[:500]
    detail = {"until": moment.isoformat()}
    batch.decide(person, "moved", "revisit_noted", detail, event_id=arrival.id)
    return moment


def due_revisits(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Emit `revisit.due` for those whose day has come, once each; return how many.

    `only`: for these contacts alone.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = promised.due(connection, now, limit, only)
        if not due:
            return 0
        held = people.lock(connection, due)
        rows = promised.take_due(connection, held, now)
        events = []
        decisions: list[dict[str, Any]] = []
        for row in rows:
            if row.erased or row.merged_into is not None:
                continue
            said = {"reason": row.revisit_reason or ""}
            events.append(NewEvent("revisit.due", row.id, now, "engine", said))
            detail = {"why": f" ({said['reason']})" if said["reason"] else ""}
            decision = {"contact_id": row.id, "kind": "moved", "reason": "revisit_due"}
            decisions.append({**decision, "detail": detail})
        record(connection, events, now)
        outcomes.append_decisions(connection, decisions, now)
    if rows:
        runtime.ring(DECIDE)
    return len(rows)

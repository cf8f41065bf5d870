"""Marketing hands a lead to sales; sales takes it, or gives it back with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from nurture.db import deals, task_writes
from nurture.db.task_writes import Closing
from nurture.db.touched import Arrival
from nurture.domain import glossary
from nurture.domain.lifecycle import RETURNABLE, Stage
from nurture.domain.owners import assignee, choose_owner
from nurture.domain.task_timers import next_day
from nurture.services.batch import Batch, Person
from nurture.services.revisits import come_back

#: the kind of task that asks for a first meeting
MEETING = "meeting"

#: business days until a first meeting is to be arranged
_MEETING_WITHIN = 3

#: texts of titles that are the house's own: Japanese, English
_ARRANGE = ("初回商談の日程調整", "Arrange the first meeting")


def ask_for(batch: Batch, person: Person, cause: Arrival | None) -> None:
    """Note that a lead reached the stage at which sales takes over."""
    # Named after the entry into the stage: who comes back to it is handed off again.
    entry = str(cause.id) if cause is not None else batch.now.isoformat()
    batch.handoffs[person.id] = f"{task_writes.HANDOFF}{person.id}/{entry}"


def settle_handoffs(batch: Batch) -> None:
    """Give each lead that is handed off an owner and its one task.

    Whose earlier hand-off is open gets no second, however many rules fire: we hold the
    contact's row, so what we see open stays open.
    """
    handoff = batch.release.definitions.scoring.handoff
    if handoff is None or not batch.handoffs:
        return
    busy = task_writes.being_handed_off(batch.connection, batch.handoffs)
    for contact_id, key in sorted(batch.handoffs.items()):
        person = batch.people[contact_id]
        if contact_id in busy:
            batch.decide(person, "moved", "handed_off_already", {})
            continue
        _own(batch, person)
        due_at = batch.now + handoff.due
        batch.tasks.append(
            task_row(batch, person, key, handoff.kind, handoff.title, handoff.assignee, due_at)
        )
        batch.decide(person, "handed_off", "handed_off", {})


def task_row(
    batch: Batch,
    person: Person,
    key: str,
    kind: str,
    title: str,
    named: str,
    due_at: datetime | None,
    **columns: Any,
) -> dict[str, Any]:
    """Return the row of a task about a person, given to whom `named` means."""
    who = assignee(
        named,
        person.state["owner_id"],
        person.facts,
        batch.release.definitions.policy,
        batch.colleagues,
    )
    return {
        "dedupe_key": key[:200],
        "contact_id": person.id,
        "account_id": person.row.account_id,
        "enrolment_id": None,
        "kind": kind,
        "title": title[:400],
        "assignee": named,
        "assignee_id": who.id if who is not None else None,
        "due_at": due_at,
        "created_at": batch.now,
        "deal_id": None,
        **columns,
    }


def house_title(batch: Batch, texts: Sequence[str]) -> str:
    """Return one of the house's own titles in our company's language."""
    return texts[0 if batch.release.definitions.policy.default_locale.startswith("ja") else 1]


def _own(batch: Batch, person: Person) -> None:
    """See to it that a lead has an owner who is here; the journeys' mails follow."""
    old = person.state["owner_id"]
    policy = batch.release.definitions.policy
    choice = choose_owner(old, person.facts, policy, batch.colleagues)
    if choice is None or choice.who.id == old:
        return
    before = batch.colleagues.with_id(old)
    person.state["owner_id"] = choice.who.id
    person.facts.contact["owner"] = choice.who.email
    named = {"from": before.word if before is not None else "", "to": choice.who.word}
    reason = "owner_by_rule" if choice.why == "rule" else "owner_by_default"
    batch.decide(person, "moved", reason, {"owner": choice.who.name})
    batch.emit(person, "owner.changed", {**named, "by": "handoff"}, None)


def accept(batch: Batch, person: Person, arrival: Arrival) -> None:
    """A salesperson takes the lead: the hand-off is over, a first meeting is to be arranged."""
    said = arrival.properties
    by = batch.colleagues.one(said.get("by"))
    if person.state["owner_id"] is None and by is not None and by.active:
        # Whoever takes a lead that has nobody has it from now on.
        person.state["owner_id"] = by.id
        person.facts.contact["owner"] = by.email
        batch.emit(person, "owner.changed", {"from": "", "to": by.word, "by": by.word}, arrival)
    tasks = task_writes.open_of(batch.connection, person.id)
    ids = [one.id for one in tasks if one.dedupe_key.startswith(task_writes.HANDOFF)]
    named = said.get("task")
    ids += [one.id for one in tasks if one.id == named and one.id not in ids]
    close(batch, person, ids, "accepted", arrival)
    person.state["revisit_at"] = person.state["revisit_reason"] = None
    if _meets_already(batch, person, tasks, ids):
        return
    due_at = next_day(batch.release.definitions.calendar, batch.now, _MEETING_WITHIN)
    title = house_title(batch, _ARRANGE)
    key = f"{MEETING}/{person.id}/{arrival.id}"
    batch.tasks.append(task_row(batch, person, key, MEETING, title, "owner", due_at))


def _meets_already(
    batch: Batch, person: Person, tasks: Sequence[Row[Any]], closed: Sequence[int]
) -> bool:
    """Say whether a first meeting is being arranged, or behind us."""
    if any(one.kind == MEETING for one in tasks if one.id not in closed):
        return True
    if any(one["kind"] == MEETING and one["contact_id"] == person.id for one in batch.tasks):
        return True
    latest = deals.newest(batch.connection, [person.id]).get(person.id, {})
    return latest.get("stage") in ("meeting", "proposal")


def give_back(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Sales gives the lead back: it rests, and what it did so far hands it off no more."""
    said = arrival.properties
    reason = str(said.get("reason") or "other")
    tasks = task_writes.open_of(batch.connection, person.id)
    named = said.get("task")
    ids = [
        one.id
        for one in tasks
        if one.dedupe_key.startswith(task_writes.HANDOFF)
        or one.kind in ("call", MEETING)
        or one.id == named
    ]
    close(batch, person, ids, "returned", arrival)
    note = str(said.get("note") or "").strip()[:500]
    back_at = come_back(batch, person, arrival, note or reason)
    old = person.state["lifecycle"]
    if old not in {str(stage) for stage in RETURNABLE}:
        batch.decide(person, "moved", "not_returned", {"old": old}, event_id=arrival.id)
        return
    handoff = batch.release.definitions.scoring.handoff
    rest = handoff.rest if handoff is not None else timedelta(0)
    until = max(arrival.occurred_at + rest, back_at or arrival.occurred_at)
    new = str(Stage.LEAD)
    person.state |= {
        "lifecycle": new,
        "lifecycle_at": batch.now,
        "rests_until": until,
    }
    step_back(batch, person, arrival)
    person.facts.contact["lifecycle"] = new
    detail = {"old": old, "new": new, "cause": reason, "until": until.isoformat()}
    detail["note"] = f" ({note})" if note else ""
    batch.decide(person, "moved", "returned", detail, event_id=arrival.id)
    properties = {"from": old, "to": new, "reason": glossary.word(glossary.RETURNS, reason, "ja")}
    batch.emit(person, "lifecycle.changed", {**properties, "returned": reason}, arrival)


def step_back(batch: Batch, person: Person, cause: Arrival | None) -> None:
    """Let rules of stages look only at what a contact does from now on."""
    person.state["counts_from"] = cause.occurred_at if cause is not None else batch.now
    person.state["counts_after"] = cause.id if cause is not None else 0


def close(
    batch: Batch, person: Person, ids: Sequence[int], outcome: str, arrival: Arrival
) -> list[int]:
    """Close open tasks with what an event says became of them, and say so."""
    by = batch.colleagues.one(arrival.properties.get("by"))
    result = {
        name: value
        for name, value in arrival.properties.items()
        if name not in ("task", "by") and value not in (None, "")
    }
    closing = Closing(batch.now, outcome, result, by.id if by is not None else None)
    closed = task_writes.close(batch.connection, ids, closing)
    for one in closed:
        detail = {"task": one, "outcome": outcome}
        batch.decide(person, "task_done", "task_closed", detail, event_id=arrival.id)
    return closed


def close_own(
    batch: Batch, person: Person, ids: Sequence[int], outcome: str, arrival: Arrival
) -> list[int]:
    """As `close`, but only tasks that are about this person."""
    own = {one.id for one in task_writes.open_of(batch.connection, person.id)}
    return close(batch, person, [one for one in ids if one in own], outcome, arrival)

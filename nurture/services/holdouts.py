"""Holding people out: divided when their journey begins, watched like those who have one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from nurture.db import experiments
from nurture.db.experiments import Key
from nurture.db.touched import Arrival
from nurture.domain.enrolment import Memory
from nurture.domain.holdout import HELD_OUT, fingerprint, group, reached
from nurture.domain.workflow import Workflow
from nurture.services.batch import Batch, Person

#: contacts divided in one go
_CHUNK = 2000


def groups(
    connection: Connection, workflow: Workflow, contact_ids: Sequence[int]
) -> dict[int, tuple[str, bool]]:
    """Return contact → (group, divided by share just now); empty without a holdout."""
    holdout = workflow.holdout
    if holdout is None or not contact_ids:
        return {}
    known = experiments.known(connection, [(workflow.name, "")], contact_ids)
    found = {}
    for one in contact_ids:
        before = known.variants.get((one, workflow.name, ""))
        found[one] = (group(workflow.name, holdout.share, one, before), before is None)
    return found


def hold_out(
    connection: Connection,
    workflow: Workflow,
    release_id: int,
    began: Iterable[tuple[int, int]],
    now: datetime,
) -> set[int]:
    """Divide contacts whose journeys just began (contact, journey); return who is held out.

    Their journeys end at once, so that re-entry counts from here. Both groups are watched
    for the goal.
    """
    journeys: dict[int, list[int]] = {}
    for contact_id, enrolment_id in began:
        journeys.setdefault(contact_id, []).append(enrolment_id)
    if workflow.holdout is None or not journeys:
        return set()
    key = Key(workflow.name, "", fingerprint(workflow))
    experiment = experiments.ensure(connection, [key], release_id, now)[key]
    until = now + workflow.holdout.within
    held: set[int] = set()
    for chunk in _chunks(sorted(journeys)):
        divided = groups(connection, workflow, chunk)
        held |= {one for one in chunk if divided[one][0] == HELD_OUT}
        members = [
            {
                "experiment_id": experiment,
                "contact_id": one,
                "variant": divided[one][0],
                "enrolment_id": journeys[one][0],
                "counted": divided[one][1],
                "at": now,
                "watch_until": until if divided[one][1] else None,
            }
            for one in chunk
        ]
        experiments.divide(connection, members)
    experiments.hold_out(connection, [it for one in held for it in journeys[one]], now)
    return held


def hold_out_existing(
    connection: Connection, workflow: Workflow, release_id: int, now: datetime
) -> int:
    """Divide those whom a publication has just enrolled; return how many are held out."""
    if workflow.holdout is None:
        return 0
    began = experiments.just_enrolled(connection, workflow.name, release_id, now)
    held = hold_out(connection, workflow, release_id, began.items(), now)
    experiments.say_held_out(connection, [began[one] for one in held], told(workflow))
    return len(held)


def told(workflow: Workflow) -> dict[str, Any]:
    """Return the blanks of the reason `held_out`."""
    share = workflow.holdout.share if workflow.holdout is not None else 0
    return {"workflow": workflow.name, "share": share}


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def look_for_goals(batch: Batch, silent: Mapping[int, set[int]]) -> None:
    """See whether what was taken in lets a workflow's goal come true, journey or none.

    `silent`: contact → arrivals that nothing may act on.
    """
    rows = experiments.watches(batch.connection, sorted(batch.people), batch.now)
    there = []
    for row in rows:
        person = batch.people[row.contact_id]
        workflow = batch.releases.workflow(batch.connection, row.release_id, row.workflow)
        if workflow is None or person.row.erased:
            continue
        under_way = next((one for one in person.journeys if one.id == row.enrolment_id), None)
        memory = under_way.memory if under_way is not None else Memory.from_json(row.memory or {})
        person.facts.trigger, person.facts.steps = row.trigger or {}, memory.steps
        acting = [
            one
            for one in person.arrivals
            if one.id not in silent.get(person.id, ()) and one.occurred_at <= row.watch_until
        ]
        if any(_is_reached(workflow, person, one) for one in _looks(acting)):
            there.append((row.experiment_id, row.contact_id))
    experiments.reach(batch.connection, there, batch.now)


def _looks(acting: Sequence[Arrival]) -> Iterable[Arrival | None]:
    return acting or [None]


def _is_reached(workflow: Workflow, person: Person, arrival: Arrival | None) -> bool:
    person.facts.event = arrival.fact() if arrival is not None else None
    try:
        return reached(workflow, person.facts)
    finally:
        person.facts.event = None

"""Starting journeys: by event, by temperature, by segment, by another workflow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nurture.db import outcomes, touched
from nurture.db.touched import Arrival
from nurture.domain.calendar import shift
from nurture.domain.evaluate import holds
from nurture.domain.holdout import HELD_OUT
from nurture.domain.matching import accepts
from nurture.domain.workflow import Workflow
from nurture.services import holdouts
from nurture.services.batch import Batch, Person
from nurture.services.places import zone_of


def trigger(batch: Batch, person: Person, silent: set[int]) -> None:
    """Enrol a person in every workflow that one of the arrivals starts."""
    for arrival in person.arrivals:
        if arrival.id in silent:
            continue
        person.facts.event = arrival.fact()
        for workflow in _started_by(batch, person, arrival):
            enrol(batch, person, workflow, arrival)
        person.facts.event = None


def _started_by(batch: Batch, person: Person, arrival: Arrival) -> list[Workflow]:
    found = {
        workflow.name: workflow
        for workflow, one in batch.lookups.starts.get(arrival.type, ())
        if accepts(one.match, arrival.fact(), person.facts)
    }
    if arrival.type == "temperature.changed":
        for workflow, _ in batch.lookups.on_temperature.get(str(arrival.properties.get("to")), ()):
            found[workflow.name] = workflow
    elif arrival.type == "segment.entered":
        for workflow, _ in batch.lookups.on_segment.get(str(arrival.properties.get("segment")), ()):
            found[workflow.name] = workflow
    return list(found.values())


def enrol(batch: Batch, person: Person, workflow: Workflow, cause: Arrival | None) -> None:
    """Ask for an enrolment; the answer (and why not) is decided when the batch is saved."""
    facts = person.facts
    facts.trigger = cause.properties if cause is not None else {}
    subject = ""
    if workflow.subject_field:
        subject = str(facts.trigger.get(workflow.subject_field) or "")[:200]
        if not subject:
            _refuse(batch, person, workflow, "no_subject", cause)
            return
    if any(
        journey.row.workflow == workflow.name
        and journey.row.subject == subject
        and not journey.ended
        for journey in person.journeys
    ):
        _refuse(batch, person, workflow, "already_enrolled", cause)
        return
    if not holds(workflow.only_if, facts):
        _refuse(batch, person, workflow, "only_if", cause)
        return
    if (person.id, workflow.name, subject) in batch.wanted:
        _refuse(batch, person, workflow, "already_enrolled", cause)
        return
    batch.wanted[person.id, workflow.name, subject] = (workflow, cause)


def _refuse(
    batch: Batch, person: Person, workflow: Workflow, why: str, cause: Arrival | None
) -> None:
    batch.decide(
        person,
        "not_enrolled",
        why,
        holdouts.told(workflow) if why == "held_out" else {"workflow": workflow.name},
        workflow=workflow.name,
        event_id=cause.id if cause is not None else None,
    )


def settle_enrolments(batch: Batch) -> None:
    """Check re-entry for all that was asked for and insert the enrolments in one go."""
    if not batch.wanted:
        return
    # Before the new ones: there is one active enrolment at a time.
    batch.write_ends()
    ends = touched.last_ends(
        batch.connection, [(contact, workflow) for contact, workflow, _ in batch.wanted]
    )
    rows: list[dict[str, Any]] = []
    left_out = _held_out_before(batch, ends)
    for (contact_id, name, subject), (workflow, cause) in batch.wanted.items():
        person = batch.people[contact_id]
        # A journey that ended in this very batch counts as ended now.
        just_ended = any(
            journey.ended and journey.row.workflow == name and journey.row.subject == subject
            for journey in person.journeys
        )
        ended_at = batch.now if just_ended else ends.get((contact_id, name, subject))
        if ended_at is not None and not _may_reenter(batch, person, workflow, ended_at):
            _refuse(batch, person, workflow, "reentry", cause)
            continue
        if (contact_id, name, subject) in left_out:
            _refuse(batch, person, workflow, "held_out", cause)
            continue
        rows.append(
            {
                "contact_id": contact_id,
                "workflow": name,
                "subject": subject,
                "release_id": batch.release.id,
                "state": "active",
                "due_at": batch.now,
                "memory": {},
                "trigger": dict(cause.properties) if cause is not None else {},
                "caused_by": cause.id if cause is not None else None,
                "started_at": batch.now,
            }
        )
    ids = outcomes.start_enrolments(batch.connection, rows)
    held = _hold_out(batch, ids)
    for row in rows:
        contact_id, name, subject = row["contact_id"], row["workflow"], row["subject"]
        workflow, cause = batch.wanted[contact_id, name, subject]
        enrolment_id = ids.get((contact_id, name, subject))
        if enrolment_id is None:
            # A publication that enrols those who match already was faster.
            _refuse(batch, batch.people[contact_id], workflow, "already_enrolled", cause)
            continue
        kind, reason = "enrolled", "enrolled"
        detail: dict[str, Any] = {"workflow": name, "subject": subject}
        if (contact_id, name) in held:
            kind, reason, detail = "not_enrolled", "held_out", holdouts.told(workflow)
        batch.decide(
            batch.people[contact_id],
            kind,
            reason,
            detail,
            enrolment_id=enrolment_id,
            workflow=name,
            event_id=cause.id if cause is not None else None,
        )
    batch.wanted.clear()


def _hold_out(batch: Batch, ids: Mapping[tuple[int, str, str], int]) -> set[tuple[int, str]]:
    """Divide those who just began; return (contact, workflow) of those who are held out."""
    held = set()
    for workflow in {one.name: one for one, _ in batch.wanted.values() if one.holdout}.values():
        began = [(who, one) for (who, name, _), one in ids.items() if name == workflow.name]
        release_id = batch.release.id
        found = holdouts.hold_out(batch.connection, workflow, release_id, began, batch.now)
        held |= {(who, workflow.name) for who in found}
    return held


def _held_out_before(
    batch: Batch, ends: Mapping[tuple[int, str, str], datetime]
) -> set[tuple[int, str, str]]:
    """Return who is still watched without a journey: they do not begin and end another one."""
    found = set()
    for workflow in {one.name: one for one, _ in batch.wanted.values() if one.holdout}.values():
        asked = [key for key in batch.wanted if key[1] == workflow.name and key in ends]
        divided = holdouts.groups(batch.connection, workflow, sorted({key[0] for key in asked}))
        found |= {
            key
            for key in asked
            if divided[key[0]][0] == HELD_OUT
            and workflow.holdout is not None
            and ends[key] + workflow.holdout.within > batch.now
        }
    return found


def _may_reenter(batch: Batch, person: Person, workflow: Workflow, ended_at: datetime) -> bool:
    if not workflow.reentry.allowed:
        return False
    if workflow.reentry.after is None:
        return True
    calendar = batch.release.definitions.calendar
    zone: ZoneInfo = zone_of(person.row, calendar)
    return shift(calendar, ended_at, workflow.reentry.after, zone) <= batch.now

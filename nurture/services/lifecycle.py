"""Stages: moved by the rules of `scoring.yaml`, or by a person, who has the last word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from nurture.db import touched
from nurture.db.touched import Arrival
from nurture.domain.lifecycle import Stage, Standing, is_forward, next_rule
from nurture.domain.reads import reads
from nurture.domain.reviews import review_at as condition_review
from nurture.domain.scoring import Engagement, LedgerEntry, LifecycleRule, Scoring
from nurture.services import handoff
from nurture.services.batch import Batch, Person
from nurture.services.handoff import step_back

_STAGES = frozenset(str(stage) for stage in Stage)


def load_gains(batch: Batch) -> None:
    """Load the points of those for whom only the newer ones count, in one query."""
    moments: dict[int, datetime] = {}
    for person in batch.people.values():
        if person.state["counts_from"] is not None:
            moments[person.id] = person.state["counts_from"]
    for contact_id, entries in touched.ledger_since(batch.connection, moments).items():
        batch.people[contact_id].gains = entries


def standing_of(batch: Batch, person: Person, scoring: Scoring) -> Standing:
    """Return from when on the rules of stages look at what a person does."""
    since = person.state["counts_from"]
    if since is None:
        return Standing()
    new = [entry for contact_id, entry in batch.ledger if contact_id == person.id]
    standing = Standing(
        counts_from=since,
        counts_after=person.state["counts_after"] or 0,
        rests_until=person.state["rests_until"],
        fit=person.state["fit"],
    )
    gains = [
        entry
        for entry in [*person.gains, *new]
        if standing.counts(entry.occurred_at, entry.event_id)
    ]
    return replace(standing, gained=_sum(gains, batch.now, scoring))


def _sum(entries: list[LedgerEntry], now: datetime, scoring: Scoring) -> Engagement:
    return Engagement(0.0, now).add(entries, now, scoring.half_life)


def move_lifecycle(batch: Batch, person: Person, scoring: Scoring, cause: Arrival | None) -> None:
    """Move a contact to the stages that people assign, then by every rule that holds."""
    for arrival in person.arrivals:
        if arrival.type == "lifecycle.assigned":
            _assign(batch, person, scoring, arrival)
    for _ in scoring.lifecycle:
        standing = standing_of(batch, person, scoring)
        rule = next_rule(person.state["lifecycle"], person.facts, scoring, standing)
        if rule is None:
            break
        set_stage(batch, person, scoring, rule.stage, rule.reason, _cause(rule, person, cause))
    _leave_behind(batch, person)


def _assign(batch: Batch, person: Person, scoring: Scoring, arrival: Arrival) -> None:
    stage = str(arrival.properties.get("stage", ""))
    listed = bool(arrival.properties.get("listed"))
    old = person.state["lifecycle"]
    if listed and old != Stage.PROSPECT and not is_forward(old, stage):
        # They have come further since the list was taken in.
        return
    if stage in _STAGES:
        why = str(arrival.properties.get("reason", ""))
        set_stage(batch, person, scoring, stage, why, arrival, listed=listed)
        # Whoever sets a stage knows what came before; rules must not undo it at the next look.
        step_back(batch, person, arrival)
        person.state["rests_until"] = None


def _leave_behind(batch: Batch, person: Person) -> None:
    """Let a lost deal lead nowhere once the rules have seen it, whatever stage it found."""
    for arrival in person.arrivals:
        since = person.state["counts_from"]
        if arrival.type == "deal.lost" and (since is None or since <= arrival.occurred_at):
            step_back(batch, person, arrival)


def _cause(rule: LifecycleRule, person: Person, otherwise: Arrival | None) -> Arrival | None:
    """Return the newest arrival that a rule reads, else the one that changed the score."""
    kinds = reads(rule.condition).event_types
    newest = [arrival for arrival in person.arrivals if arrival.type in kinds]
    return newest[-1] if newest else otherwise


def set_stage(
    batch: Batch,
    person: Person,
    scoring: Scoring,
    stage: str,
    why: str,
    cause: Arrival | None,
    listed: bool = False,
) -> None:
    """Move a contact to a stage, hand it off where that is the stage for it.

    `listed`: an imported list says so. It tells what was so before, which is no news: nobody
    is handed off, and no journey that begins with the step does. After a step back or aside
    only what happens from then on leads to further stages.
    """
    old = person.state["lifecycle"]
    if old == stage:
        return
    person.state["lifecycle"], person.state["lifecycle_at"] = stage, batch.now
    person.facts.contact["lifecycle"] = stage
    if not is_forward(old, stage) and old != Stage.LOST:
        step_back(batch, person, cause)
    detail = {"old": old, "new": stage, "why": f" ({why})" if why else ""}
    batch.decide(person, "moved", "stage", detail, event_id=cause.id if cause else None)
    said: dict[str, Any] = {"from": old, "to": stage, "reason": why}
    if listed:
        said["listed"] = True
    batch.emit(person, "lifecycle.changed", said, cause, act=not listed)
    if listed:
        return
    if scoring.handoff is not None and scoring.handoff.stage == stage:
        person.state["rests_until"] = None
        handoff.ask_for(batch, person, cause)


def lifecycle_review(batch: Batch, person: Person, scoring: Scoring) -> datetime | None:
    """Return when time alone may make a rule of stages true, or None."""
    timed = batch.lookups.timed_stages
    if not timed:
        return None
    standing = standing_of(batch, person, scoring)
    view = standing.view(person.facts, scoring)
    engagement = person.engagement
    if standing.gained is not None and not standing.keen(person.facts, scoring):
        engagement = standing.gained
    return condition_review(timed, view, engagement, person.state["fit"], scoring.half_life)

"""From events to ledger, score, temperature and lifecycle; each change is an event again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from nurture.db import touched
from nurture.db.touched import Arrival
from nurture.domain import lifecycle as life
from nurture.domain.evaluate import holds
from nurture.domain.lookups import timed_leaving
from nurture.domain.reviews import review_at as condition_review
from nurture.domain.scoring import (
    LedgerEntry,
    PointRule,
    Scoring,
    matches,
    reconcile,
    rules_for,
    score_at,
    worth,
)
from nurture.domain.workflow import Workflow
from nurture.services.batch import Batch, Person
from nurture.services.lifecycle import lifecycle_review, load_gains, move_lifecycle


def load_ledger(batch: Batch, scoring: Scoring) -> None:
    """Load the ledger rows that the batch's arrivals may change, in one query."""
    rules = {
        rule.name
        for person in batch.people.values()
        for rule in touched_rules(scoring, person.arrivals)
    }
    if rules:
        found = touched.ledger_of(batch.connection, list(batch.people), rules)
        for contact_id, entries in found.items():
            batch.people[contact_id].ledger = entries
    load_gains(batch)


def touched_rules(scoring: Scoring, arrivals: Iterable[Arrival]) -> list[PointRule]:
    """Return the rules that these events can change, each once."""
    names: dict[str, PointRule] = {}
    for kind in {arrival.type for arrival in arrivals}:
        for rule in rules_for(scoring, kind):
            names[rule.name] = rule
    return list(names.values())


def rescore(batch: Batch, person: Person, scoring: Scoring) -> None:
    """Bring ledger, engagement, fit, temperature and lifecycle up to date for one contact."""
    entries = _ledger_changes(person, scoring)
    batch.ledger += [(person.id, entry) for entry in entries]
    state, facts, now = person.state, person.facts, batch.now
    engagement = person.engagement.add(entries, now, scoring.half_life)
    state["engagement"], state["scored_at"] = engagement.value, engagement.at
    state["fit"] = sum(rule.points for rule in scoring.fit if holds(rule.condition, facts))
    state["intent_until"] = _intent_until(person, scoring)
    score = score_at(engagement, state["fit"], scoring.half_life, now)
    facts.contact["score"] = score
    cause = _cause(person, entries)
    _move_temperature(batch, person, scoring, score, cause)
    move_lifecycle(batch, person, scoring, cause or _last(person))
    state["review_at"] = _review(batch, person, scoring)


def _ledger_changes(person: Person, scoring: Scoring) -> list[LedgerEntry]:
    rules = touched_rules(scoring, person.arrivals)
    target = worth(scoring, rules, person.scored) if rules else {}
    entries = reconcile(target, person.ledger)
    for arrival in person.arrivals:
        points = arrival.properties.get("points")
        if arrival.type == "score.adjusted" and isinstance(points, int | float):
            rule = f"step:{arrival.properties.get('step', '')}"[:100]
            entries.append(LedgerEntry(rule, float(points), arrival.id, arrival.occurred_at))
    return entries


def _intent_until(person: Person, scoring: Scoring) -> datetime | None:
    signs = [
        event.occurred_at
        for kind, where in scoring.intent
        for event in person.facts.events.get(kind, ())
        if matches(where, event.properties)
    ]
    return max(signs) + scoring.intent_within if signs else None


def _cause(person: Person, entries: Sequence[LedgerEntry]) -> Arrival | None:
    """Return the arrival that changed the score last, else the last arrival."""
    scored = {entry.event_id for entry in entries}
    for arrival in reversed(person.arrivals):
        if arrival.id in scored:
            return arrival
    return None


def _last(person: Person) -> Arrival | None:
    return person.arrivals[-1] if person.arrivals else None


def _move_temperature(
    batch: Batch, person: Person, scoring: Scoring, score: float, cause: Arrival | None
) -> None:
    state = person.state
    old = life.Temperature(state["temperature"])
    new = life.temperature(old, score, state["intent_until"], scoring, batch.now)
    if new is old and state["temperature_at"] is not None:
        return
    first = state["temperature_at"] is None
    state["temperature"], state["temperature_at"] = str(new), batch.now
    person.facts.contact["temperature"] = str(new)
    if first and new is old:
        # The first look says where somebody stands, so that `temperature: cold` can start.
        batch.emit(person, "temperature.changed", {"from": "", "to": str(new)}, cause)
        return
    grades = list(life.Temperature)
    reason = "warmer" if grades.index(new) > grades.index(old) else "cooler"
    detail = {"old": str(old), "new": str(new), "score": score}
    batch.decide(person, "moved", reason, detail, event_id=cause.id if cause else None)
    properties = {"from": str(old), "to": str(new), "score": round(score, 3)}
    batch.emit(person, "temperature.changed", properties, cause or _last(person))


def _review(batch: Batch, person: Person, scoring: Scoring) -> datetime | None:
    state = person.state
    engagement = person.engagement
    moments = [
        life.review_at(
            life.Temperature(state["temperature"]),
            engagement,
            state["fit"],
            state["intent_until"],
            scoring,
            batch.now,
        )
    ]
    moments.append(lifecycle_review(batch, person, scoring))
    timed = batch.lookups.timed_segments
    if timed:
        moments.append(
            condition_review(timed, person.facts, engagement, state["fit"], scoring.half_life)
        )
    return min((moment for moment in moments if moment is not None), default=None)


def journey_review(person: Person, workflow: Workflow, half_life: timedelta) -> datetime | None:
    """Return when time alone may end a journey by its goal or an exit."""
    timed = timed_leaving(workflow)
    if not timed:
        return None
    return condition_review(timed, person.facts, person.engagement, person.state["fit"], half_life)

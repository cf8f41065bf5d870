"""What arrivals mean for journeys under way: goals and exits at once, waits woken."""

from __future__ import annotations

from nurture.db.touched import Arrival
from nurture.domain.evaluate import holds
from nurture.domain.matching import accepts, leaves
from nurture.domain.steps import WaitFor
from nurture.services.batch import Batch, Journey, Person
from nurture.services.rescore import journey_review


def look_at_journeys(batch: Batch, person: Person, silent: set[int]) -> None:
    """End journeys whose goal or exit is met, wake those that waited for an arrival."""
    for journey in person.journeys:
        if journey.ended:
            continue
        if journey.workflow is None:
            # This version no longer understands its release; the next walk ends it, and says so.
            batch.reviews[journey.id] = None
            batch.woken.add(journey.id)
            continue
        person.facts.trigger = journey.row.trigger or {}
        person.facts.steps = journey.memory.steps
        acting = [arrival for arrival in person.arrivals if arrival.id not in silent]
        if _leaves(batch, person, journey, acting):
            continue
        step = journey.workflow.graph.steps.get(journey.row.step or "")
        if isinstance(step, WaitFor) and any(
            accepts(match, arrival.fact(), person.facts)
            for arrival in acting
            for match in step.events
        ):
            batch.woken.add(journey.id)
        moment = journey_review(person, journey.workflow, batch.half_life)
        if moment != journey.row.review_at:
            batch.reviews[journey.id] = moment


def _leaves(batch: Batch, person: Person, journey: Journey, acting: list[Arrival]) -> bool:
    workflow = journey.workflow
    if workflow is None:
        return False
    looks: list[Arrival | None] = [*acting] if acting else [None]
    for arrival in looks:
        person.facts.event = arrival.fact() if arrival is not None else None
        left = leaves(workflow, person.facts)
        person.facts.event = None
        if left is not None:
            outcome, reason = left
            batch.end(person, journey, outcome, reason, {}, arrival)
            return True
    return False


def look_at_segments(batch: Batch, person: Person, cause: Arrival | None) -> None:
    """Emit `segment.entered` and `segment.left` where membership changed."""
    for name, condition in batch.lookups.trigger_segments.items():
        inside = holds(condition, person.facts)
        if inside and name not in person.segments:
            batch.entered.append((person.id, name))
            batch.emit(person, "segment.entered", {"segment": name}, cause)
        elif not inside and name in person.segments:
            batch.left.append((person.id, name))
            batch.emit(person, "segment.left", {"segment": name}, cause)

"""Does an event match, and does a journey end by it?"""

from __future__ import annotations

from nurture.domain.conditions import ALWAYS
from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts
from nurture.domain.steps import EventMatch
from nurture.domain.workflow import Workflow


def leaves(workflow: Workflow, facts: Facts) -> tuple[str, str] | None:
    """Return (outcome, reason code) where the goal or an exit is met now, else None."""
    if workflow.goal is not None and holds(workflow.goal, facts):
        return "converted", "goal"
    for way_out in workflow.exits:
        if way_out.match is None:
            if holds(way_out.condition, facts):
                return way_out.outcome, "exit"
        elif (
            facts.event is not None
            and accepts(way_out.match, facts.event, facts)
            and holds(way_out.condition, facts)
        ):
            return way_out.outcome, "exit"
    return None


def accepts(match: EventMatch, event: EventFact, facts: Facts) -> bool:
    """Say whether a trigger, wait or exit accepts an event."""
    if match.event != event.type:
        return False
    if match.step is not None:
        fact = facts.steps.get(match.step)
        if fact is None or fact.message_id is None or fact.message_id != event.message_id:
            return False
    if match.where == ALWAYS:
        return True
    outer = facts.event
    facts.event = event
    try:
        return holds(match.where, facts)
    finally:
        facts.event = outer

"""Look-ups from events to what they may start, and what facts a release ever reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nurture.domain.conditions import Condition, Scope
from nurture.domain.definitions import Definitions
from nurture.domain.facts import ONCE_PER_MESSAGE
from nurture.domain.holdout import goal_conditions
from nurture.domain.reads import reads
from nurture.domain.reviews import depends_on_time
from nurture.domain.steps import Branch, Send, Split, WaitFor
from nurture.domain.winner import By
from nurture.domain.workflow import EventTrigger, StateTrigger, Workflow


@dataclass(frozen=True, slots=True)
class Lookups:
    """What a release starts on which event, and which events its conditions read."""

    #: event type → (workflow, trigger), highest priority first
    starts: dict[str, list[tuple[Workflow, EventTrigger]]]
    #: temperature → workflows that start when it is reached
    on_temperature: dict[str, list[tuple[Workflow, StateTrigger]]]
    #: segment → workflows that start when somebody enters it
    on_segment: dict[str, list[tuple[Workflow, StateTrigger]]]
    #: segment → its condition, for those that start something
    trigger_segments: dict[str, Condition]
    #: event types that triggers, scoring and lifecycle read
    event_types: frozenset[str]
    #: some condition reads the deal
    needs_deal: bool
    #: something leaves at the hour at which its reader reads, so that hour is learnt
    learns_hours: bool = False
    #: those of the segments' conditions, and of the stages', that time alone can change
    timed_segments: tuple[Condition, ...] = ()
    timed_stages: tuple[Condition, ...] = ()
    #: event types by workflow that its goal, exits and waits read
    journey_types: dict[str, frozenset[str]] = field(default_factory=dict)


def look_up(definitions: Definitions) -> Lookups:
    """Build the look-ups of a release."""
    starts: dict[str, list[tuple[Workflow, EventTrigger]]] = {}
    on_temperature: dict[str, list[tuple[Workflow, StateTrigger]]] = {}
    on_segment: dict[str, list[tuple[Workflow, StateTrigger]]] = {}
    segments: dict[str, Condition] = {}
    conditions: list[Condition] = []
    ordered = sorted(definitions.workflows.values(), key=lambda w: (-w.priority, w.name))
    watched: set[str] = set()
    for workflow in ordered:
        conditions.append(workflow.only_if)
        if _is_watched(workflow):
            # Looked for whether or not the journey goes on.
            conditions += goal_conditions(workflow)
            watched |= {one.match.event for one in workflow.exits if one.match is not None}
        for trigger in workflow.event_triggers:
            starts.setdefault(trigger.match.event, []).append((workflow, trigger))
            conditions.append(trigger.match.where)
        for state in workflow.state_triggers:
            if state.kind == "temperature":
                on_temperature.setdefault(state.value, []).append((workflow, state))
            else:
                on_segment.setdefault(state.value, []).append((workflow, state))
                segments[state.value] = state.condition
                conditions.append(state.condition)
    types: set[str] = set()
    scoring = definitions.scoring
    conditions += [rule.condition for rule in scoring.fit]
    conditions += [rule.condition for rule in scoring.lifecycle]
    conditions += [rule.condition for rule in definitions.policy.owners]
    types |= {rule.event for rule in scoring.rules}
    types |= {event for event, _ in scoring.intent}
    everything: list[Condition] = [*conditions]
    for workflow in ordered:
        everything += list(journey_conditions(workflow))
    return Lookups(
        starts=starts,
        on_temperature=on_temperature,
        on_segment=on_segment,
        trigger_segments=segments,
        event_types=frozenset(types | watched | event_types_of(conditions)),
        needs_deal=any(
            scope is Scope.DEAL for condition in everything for scope, _ in reads(condition).fields
        ),
        learns_hours=any(one.at_best_hour for one in ordered)
        or any(one.at_best_hour for one in definitions.mailings.values()),
        timed_segments=tuple(one for one in segments.values() if depends_on_time(one)),
        timed_stages=tuple(
            rule.condition for rule in scoring.lifecycle if depends_on_time(rule.condition)
        ),
        journey_types={workflow.name: journey_types(workflow) for workflow in ordered},
    )


def _is_watched(workflow: Workflow) -> bool:
    """Say whether its goal is looked for after a journey, or without one."""
    return workflow.holdout is not None or any(
        isinstance(step, Split) and step.winner is not None and step.winner.measure.by is By.GOAL
        for step in workflow.graph.steps.values()
    )


def event_types_of(conditions: Iterable[Condition]) -> set[str]:
    """Return every event type that some of the conditions read."""
    return {kind for condition in conditions for kind in reads(condition).event_types}


def leaving_conditions(workflow: Workflow) -> tuple[Condition, ...]:
    """Return the conditions that end a journey: its goal and exits."""
    exits = tuple(way_out.condition for way_out in workflow.exits)
    return exits if workflow.goal is None else (workflow.goal, *exits)


#: by identity, since hashing a workflow costs more than what is remembered of it
_timed: dict[int, tuple[Workflow, tuple[Condition, ...]]] = {}

#: workflows remembered: those of some releases
_MOST_TIMED = 1024


def timed_leaving(workflow: Workflow) -> tuple[Condition, ...]:
    """Return those of the conditions that end a journey which time alone can make true."""
    known = _timed.get(id(workflow))
    if known is None:
        if len(_timed) >= _MOST_TIMED:
            _timed.clear()
        found = tuple(one for one in leaving_conditions(workflow) if depends_on_time(one))
        known = _timed[id(workflow)] = (workflow, found)
    return known[1]


def journey_conditions(workflow: Workflow) -> tuple[Condition, ...]:
    """Return every condition that a walk or a look at goal and exits may evaluate."""
    found = list(leaving_conditions(workflow))
    for step in workflow.graph.steps.values():
        if isinstance(step, Branch):
            found += [condition for condition, _ in step.cases]
        elif isinstance(step, WaitFor):
            found += [match.where for match in step.events]
    found += [way_out.match.where for way_out in workflow.exits if way_out.match is not None]
    return tuple(found)


#: by identity, as `_timed`
_awaiting: dict[int, tuple[Workflow, bool]] = {}


def awaits_clicks(workflow: Workflow) -> bool:
    """Say whether some wait of a workflow may end with an open or a click."""
    known = _awaiting.get(id(workflow))
    if known is None:
        if len(_awaiting) >= _MOST_TIMED:
            _awaiting.clear()
        waits = [step for step in workflow.graph.steps.values() if isinstance(step, WaitFor)]
        found = any(match.event in ONCE_PER_MESSAGE for step in waits for match in step.events)
        known = _awaiting[id(workflow)] = (workflow, found)
    return known[1]


#: by identity, as `_timed`
_asking: dict[int, tuple[Workflow, tuple[Send, ...]]] = {}


def asking(workflow: Workflow) -> tuple[Send, ...]:
    """Return the steps of a workflow that ask a question of which guards are asked."""
    known = _asking.get(id(workflow))
    if known is None:
        if len(_asking) >= _MOST_TIMED:
            _asking.clear()
        steps = workflow.graph.steps.values()
        found = tuple(one for one in steps if isinstance(one, Send) and one.question is not None)
        known = _asking[id(workflow)] = (workflow, found)
    return known[1]


def journey_types(workflow: Workflow) -> frozenset[str]:
    """Return the event types that a walk or a look at goal and exits may read."""
    types = event_types_of(journey_conditions(workflow))
    for step in workflow.graph.steps.values():
        if isinstance(step, WaitFor):
            types |= {match.event for match in step.events}
    return frozenset(types)

"""Why nobody began a workflow in a simulation, read from its triggers and from what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from nurture.domain.definitions import Definitions
from nurture.domain.loop_words import LOOP_EVENTS
from nurture.domain.schedule import firings_after
from nurture.domain.steps import StartWorkflow
from nurture.domain.workflow import Workflow

#: of the loop's events, what a CRM tells of a customer; the rest follows from what we do
_OF_CUSTOMERS = frozenset({"complaint", "hearing", "onboarding", "renewal", "results", "upsell"})

#: nouns of events that the engine, a mail or a colleague's task makes, whatever the audience does
_MADE_HERE = frozenset(
    {
        *({one.partition(".")[0] for one in LOOP_EVENTS} - _OF_CUSTOMERS),
        *("contact", "account", "email", "temperature", "lifecycle", "score", "segment"),
        *("task", "call", "owner", "revisit", "lead", "workflow", "webhook", "evidence"),
    }
)

#: refusals that are shown
_MOST_REFUSALS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What happened in the simulated days."""

    start: datetime
    end: datetime
    #: event type → how often
    events: Mapping[str, int]
    #: event types that somebody of the audience may do, whether or not it happened
    possible: frozenset[str]
    #: temperatures that somebody rose or fell to, and segments that somebody entered
    temperatures: frozenset[str]
    segments: frozenset[str]
    #: workflow → reason (a code of nurture.domain.reasons) → people who were not taken
    refused: Mapping[str, Mapping[str, int]]
    #: workflows that somebody began, or is in since before
    begun: frozenset[str]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a code of `nurture.simulate.words.LABELS`, and what it is about."""

    code: str
    #: an event, temperature, segment, workflow, or a code of nurture.domain.reasons
    name: str = ""
    #: how many people, or how often
    number: int = 0


@dataclass(frozen=True, slots=True)
class Idle:
    """A workflow that nobody began."""

    workflow: str
    title: str
    why: tuple[Why, ...]


def idle_of(definitions: Definitions, seen: Seen) -> tuple[Idle, ...]:
    """Return the workflows that nobody began, by name, each with what its triggers lacked."""
    return tuple(
        Idle(name, workflow.title or name, tuple(dict.fromkeys(_why(definitions, workflow, seen))))
        for name, workflow in sorted(definitions.workflows.items())
        if name not in seen.begun
    )


def _why(definitions: Definitions, workflow: Workflow, seen: Seen) -> Iterator[Why]:
    refused = seen.refused.get(workflow.name, {})
    ordered = sorted(refused.items(), key=lambda one: (-one[1], one[0]))
    for reason, people in ordered[:_MOST_REFUSALS]:
        yield Why("idle_refused", reason, people)
    if refused:
        return
    for event in dict.fromkeys(one.match.event for one in workflow.event_triggers):
        if times := seen.events.get(event, 0):
            yield Why("idle_other", event, times)
        elif event in seen.possible or event.partition(".")[0] in _MADE_HERE:
            yield Why("idle_did_not", event)
        else:
            yield Why("idle_never", event)
    for state in workflow.state_triggers:
        if state.kind == "temperature":
            reached = state.value in seen.temperatures
            yield Why("idle_nobody_new" if reached else "idle_temperature", state.value)
        elif state.value not in seen.segments:
            yield Why("idle_segment", state.value)
    for timed in workflow.schedules:
        first = next(firings_after(timed.schedule, definitions.calendar, seen.start), None)
        fires = first is not None and first < seen.end
        yield Why("idle_matched_nobody" if fires else "idle_not_due")
    if not (workflow.event_triggers or workflow.state_triggers or workflow.schedules):
        yield Why("idle_no_trigger", ", ".join(_starters(definitions, workflow.name)))


def _starters(definitions: Definitions, name: str) -> tuple[str, ...]:
    return tuple(
        sorted(
            other.name
            for other in definitions.workflows.values()
            if any(
                isinstance(step, StartWorkflow) and step.workflow == name
                for step in other.graph.steps.values()
            )
        )
    )

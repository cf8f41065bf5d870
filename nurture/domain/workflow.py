"""A workflow as compiled from its file: frozen, complete, free of YAML."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from nurture.domain.conditions import ALWAYS, Condition
from nurture.domain.purpose import Purpose
from nurture.domain.schedule import Schedule
from nurture.domain.steps import Duration, EventMatch, Graph, Send, followers

__all__ = [
    "EventTrigger",
    "Existing",
    "Exit",
    "Purpose",
    "Reentry",
    "ScheduleTrigger",
    "StateTrigger",
    "Workflow",
]


#: outcome of a journey that reached its goal
CONVERTED = "converted"


class Existing(enum.StrEnum):
    """What a state trigger does at publish with contacts that match already."""

    ENROL = "enrol"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """Starts the workflow when an event arrives that matches."""

    match: EventMatch


@dataclass(frozen=True, slots=True)
class StateTrigger:
    """Starts the workflow when a condition becomes true.

    `kind` is `temperature` or `segment`, `value` its name; `condition` is what it means,
    so that those who match already can be selected in one query.
    """

    kind: str
    value: str
    condition: Condition
    existing: Existing = Existing.IGNORE


#: how long after its time a firing still starts journeys, where nobody was there to start them
GRACE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ScheduleTrigger:
    """Starts the workflow at moments of the calendar, for everybody who matches then.

    `condition` reads what SQL knows of every contact, so that they are selected, not swept.
    """

    schedule: Schedule
    condition: Condition = ALWAYS
    grace: timedelta = GRACE


@dataclass(frozen=True, slots=True)
class Reentry:
    """When the same contact may enter again, counted from the last enrolment's end."""

    allowed: bool = False
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """Leaves at once, in the middle of any wait: on an event, a condition, or both.

    `match` None: whenever the condition is true. `outcome` is stored.
    """

    condition: Condition = ALWAYS
    match: EventMatch | None = None
    outcome: str = "exited"


@dataclass(frozen=True, slots=True)
class Holdout:
    """A part of those who would start gets nothing, so that the lift can be measured."""

    #: percent, 1 to 50
    share: int
    #: for how long the goal is looked for, in both groups
    within: timedelta


@dataclass(frozen=True, slots=True)
class Workflow:
    """A journey: who starts it, who leaves it, and the graph of its steps."""

    name: str
    title: str
    purpose: Purpose
    graph: Graph
    priority: int = 50
    event_triggers: tuple[EventTrigger, ...] = ()
    state_triggers: tuple[StateTrigger, ...] = ()
    schedules: tuple[ScheduleTrigger, ...] = ()
    only_if: Condition = ALWAYS
    reentry: Reentry = Reentry()
    #: reached: leaves as `converted`; None: no goal
    goal: Condition | None = None
    exits: tuple[Exit, ...] = ()
    #: window that its mails keep
    window: str = "business"
    #: the mails of a batch leave over a span as long as this; None: as they come
    spread: timedelta | None = None
    #: its mails leave at the hour at which their reader reads, where that is known
    at_best_hour: bool = False
    #: `owner` or a sender key of the policy
    sender: str = "owner"
    #: `per: event.referral` → "referral": the event property that is the subject; "" = none
    subject_field: str = ""
    #: what becomes of people under way when it changes: pin | migrate | exit
    in_flight: str = "pin"
    #: with `migrate`: old step → the step of this graph where its people go on
    renamed: Mapping[str, str] = field(default_factory=dict)
    #: topic of the policy that a reader may turn off; None: none of them
    topic: str | None = None
    #: None: everybody who may start does
    holdout: Holdout | None = None
    #: the file it came from, for messages
    file: str = ""

    @property
    def has_goal(self) -> bool:
        """Whether anything makes a journey leave as `converted`."""
        return self.goal is not None or any(one.outcome == CONVERTED for one in self.exits)

    def purpose_of(self, step: Send) -> Purpose:
        """Return the purpose of a step's mail: its own, else the journey's."""
        return step.purpose or self.purpose

    def owing(self) -> frozenset[str | None]:
        """Return the steps from which a `service` mail may still come, itself included.

        Whoever stops the journey's purpose there is still owed what they asked for. None is
        the start, before the first walk.
        """
        steps = self.graph.steps
        found = {
            step.id
            for step in steps.values()
            if isinstance(step, Send) and self.purpose_of(step) is Purpose.SERVICE
        }
        while more := {
            step.id
            for step in steps.values()
            if step.id not in found and any(to in found for to in followers(step))
        }:
            found |= more
        return frozenset({*found, None} if self.graph.first in found else found)

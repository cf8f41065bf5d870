"""A workflow as compiled from its file: frozen, complete, free of YAML."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from nurture.domain.conditions import ALWAYS, Condition
from nurture.domain.steps import Duration, EventMatch, Graph


class Purpose(enum.StrEnum):
    """Which consent a mail needs."""

    MARKETING = "marketing"
    SURVEY = "survey"
    REFERRAL = "referral"
    #: limited to templates that the policy lists; no consent needed, no marketing in it
    SERVICE = "service"


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
class Workflow:
    """A journey: who starts it, who leaves it, and the graph of its steps."""

    name: str
    title: str
    purpose: Purpose
    graph: Graph
    priority: int = 50
    event_triggers: tuple[EventTrigger, ...] = ()
    state_triggers: tuple[StateTrigger, ...] = ()
    only_if: Condition = ALWAYS
    reentry: Reentry = Reentry()
    #: reached: leaves as `converted`; None: no goal
    goal: Condition | None = None
    exits: tuple[Exit, ...] = ()
    #: window that its mails keep
    window: str = "business"
    #: `owner` or a sender key of the policy
    sender: str = "owner"
    #: `per: event.referral` → "referral": the event property that is the subject; "" = none
    subject_field: str = ""
    in_flight: str = "pin"
    #: topic of the policy that a reader may turn off; None: none of them
    topic: str | None = None
    #: the file it came from, for messages
    file: str = ""

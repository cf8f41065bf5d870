"""Decisions: what a walk of an enrolment wants done, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from nurture.domain.enrolment import Memory
from nurture.domain.guard import Refusal
from nurture.domain.steps import Notify, Send, Set, Split, Task, Webhook


@dataclass(frozen=True, slots=True)
class QueueMail:
    """Queue the mail of a `send` step; the visit makes its key unique."""

    step: Send
    visit: int


@dataclass(frozen=True, slots=True)
class LeaveUnasked:
    """The guards of a step's question said no; the journey goes on."""

    step: Send
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class MakeTask:
    """Give somebody a task."""

    step: Task
    visit: int


@dataclass(frozen=True, slots=True)
class NotifyTeam:
    """Tell the team."""

    step: Notify
    visit: int


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Call an endpoint of the policy; the visit makes the call's key unique."""

    step: Webhook
    visit: int


@dataclass(frozen=True, slots=True)
class Emit:
    """Emit an event; with `awaited` the walk goes on once it is ingested."""

    type: str
    properties: dict[str, Any]
    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """Change fields and tags of the contact."""

    step: Set


@dataclass(frozen=True, slots=True)
class StopOther:
    """End the contact's active enrolments in another workflow."""

    workflow: str


@dataclass(frozen=True, slots=True)
class Divide:
    """The contact came to a split and goes on in this variant."""

    step: Split
    variant: str
    #: split_share | split_kept | split_winner
    reason: str


Effect: TypeAlias = (
    QueueMail
    | LeaveUnasked
    | MakeTask
    | NotifyTeam
    | CallWebhook
    | Emit
    | ChangeContact
    | StopOther
    | Divide
)


@dataclass(slots=True)
class Decision:
    """Where an enrolment stands after a walk, what it wants done, and why."""

    enrolment_id: int
    step: str | None
    memory: Memory
    due_at: datetime | None = None
    #: set: the enrolment is over
    outcome: str | None = None
    #: a code of nurture.domain.reasons
    reason: str = "walked"
    detail: dict[str, Any] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    #: steps passed, in order
    trail: list[str] = field(default_factory=list)
    #: the event that ended a wait in this walk
    cause: int | None = None

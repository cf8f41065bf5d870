"""Facts: what a decision may know about one contact, loaded per batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.domain.guard import Refusal

#: events of which several about one mail are one
ONCE_PER_MESSAGE = frozenset({"email.opened", "email.clicked"})

#: verdicts that never count for conditions and scores
NOT_HUMAN = frozenset({"machine", "prefetch"})


@dataclass(frozen=True, slots=True)
class EventFact:
    """An event as conditions see it; those judged machine or prefetch are left out."""

    id: int
    type: str
    occurred_at: datetime
    properties: Mapping[str, Any]
    #: the mail it is about
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class EventOnHold:
    """An open or click of which nobody knows yet whether a person made it."""

    event: EventFact
    #: when it is judged
    available_at: datetime


@dataclass(frozen=True, slots=True)
class StepFact:
    """What a step of this enrolment left behind at its last visit."""

    #: sent | in_doubt | failed | dropped | expired | not_asked | event | timeout | …
    outcome: str | None = None
    #: the mail of a `send`
    message_id: int | None = None
    #: properties of the event that ended a `wait_for`
    event: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SplitFact:
    """What is known of a contact and a split before a walk reaches it."""

    #: the variant that newcomers get; None: still undecided
    winner: str | None = None
    #: the variant the contact was divided into before
    before: str | None = None


@dataclass(slots=True)
class Facts:
    """One contact at one moment.

    `contact` holds the fields plus score, temperature, lifecycle, first_touch and created;
    `events` those types that some condition of the batch reads, newest first.
    """

    contact_id: int
    now: datetime
    contact: dict[str, Any]
    account: Mapping[str, Any] = field(default_factory=dict)
    deal: Mapping[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    events: Mapping[str, Sequence[EventFact]] = field(default_factory=dict)
    #: opens and clicks that wait to be judged: loaded where a wait may end with one
    on_hold: Sequence[EventOnHold] = ()
    trigger: Mapping[str, Any] = field(default_factory=dict)
    steps: Mapping[str, StepFact] = field(default_factory=dict)
    #: splits of the journey's workflow by step: of those that somebody came to already
    splits: Mapping[str, SplitFact] = field(default_factory=dict)
    #: questions of the journey's workflow, by step, that must not be put now
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    event: EventFact | None = None
    count_unknown_opens: bool = True

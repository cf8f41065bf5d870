"""What came of a scenario for one contact, as the matcher looks at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.facts import Facts


@dataclass(frozen=True, slots=True)
class Why:
    """A decision as stored: a code of nurture.domain.reasons and its blanks."""

    at: datetime
    #: deferred | dropped | enrolled | walked | …
    kind: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenMail:
    """A mail, whatever became of it."""

    id: int
    template: str
    state: str
    created_at: datetime
    workflow: str = ""
    sent_at: datetime | None = None
    #: when it is looked at again
    due_at: datetime | None = None
    #: why it is in its state, where that is known
    reason: str | None = None
    subject: str = ""
    #: its text part
    text: str = ""
    #: subject and text are known; False: it cannot be written as things stand
    readable: bool = True
    #: key of the sender that it came from
    sender: str = ""
    #: keys of the library, paths in the release and names of files that went with it
    attached: tuple[str, ...] = ()
    #: what was decided about it, oldest first
    decisions: tuple[Why, ...] = ()

    @property
    def gone(self) -> bool:
        """Whether it has left the house."""
        return self.sent_at is not None


@dataclass(frozen=True, slots=True)
class SeenTask:
    """A task that was made."""

    kind: str
    title: str
    #: owner or a role, as it was asked for
    assignee: str
    #: key of the sender who has it
    assignee_key: str
    made_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenJourney:
    """A journey that began."""

    workflow: str
    active: bool
    started_at: datetime
    step: str = ""
    due_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    #: stood there when the scenario began
    given: bool = False
    #: the newest decision about it
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One contact at the moment of judgement, and all that was since the scenario began."""

    #: when something happened last
    anchor: datetime
    now: datetime
    zone: ZoneInfo
    temperature: str
    lifecycle: str
    score: float
    owner: str
    facts: Facts
    mails: Sequence[SeenMail] = ()
    tasks: Sequence[SeenTask] = ()
    journeys: Sequence[SeenJourney] = ()
    #: workflow → why it did not begin, oldest first
    refusals: Sequence[tuple[str, Why]] = ()
    #: why temperature and lifecycle moved, oldest first
    moves: Sequence[Why] = ()

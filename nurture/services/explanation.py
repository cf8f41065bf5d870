"""What an explanation holds: pure data in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nurture.db.timeline import Place
from nurture.services.score_rows import ScoreRow


@dataclass(frozen=True, slots=True)
class Summary:
    """Who it is."""

    id: int
    name: str
    email: str
    company: str
    #: field → value, as stored, without those above
    fields: Mapping[str, Any]
    account: Mapping[str, Any]
    tags: tuple[str, ...]
    temperature: str
    lifecycle: str
    first_touch: datetime | None
    zone: ZoneInfo
    #: marketing, surveys and asks to the account are silent: why
    account_hold: str | None
    suppressed: bool
    erased: bool
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent record."""

    purpose: str
    state: str
    basis: str
    source: str
    at: datetime
    #: the newest of its purpose, the one that counts
    counts: bool


@dataclass(frozen=True, slots=True)
class PreferenceLines:
    """What they asked for, where they did."""

    #: titles of topics they turned off
    topics_off: Sequence[str]
    #: how often at most, in words; empty: as mails come
    rhythm: str
    #: when their pause ends
    paused_until: datetime | None
    tracking: bool
    #: (hour, mails it is learnt from) at which they read, where it is known; nobody asked for it
    best_hour: tuple[int, int] | None = None

    @property
    def any(self) -> bool:
        """Whether they asked for anything at all."""
        return bool(self.topics_off or self.rhythm or self.paused_until) or not self.tracking


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail: its state, why, and what came back."""

    id: int
    at: datetime
    sent_at: datetime | None
    subject: str
    template: str
    workflow: str
    state: str
    #: why it is in that state, a sentence
    why: str
    opened: bool
    clicked: bool
    replied: bool


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """One journey: where it stands and why."""

    id: int
    workflow: str
    title: str
    active: bool
    step: str
    outcome: str
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task."""

    id: int
    kind: str
    title: str
    assignee: str
    state: str
    due_at: datetime | None
    done_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the timeline."""

    place: Place
    at: datetime
    #: event | decision | mail
    kind: str
    #: event type, decision kind, message state
    code: str
    title: str
    text: str
    #: human | machine | prefetch | unknown, for opens and clicks
    verdict: str = ""
    workflow: str = ""
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything, in a language."""

    now: datetime
    locale: str
    contact: Summary
    score: float
    engagement: float
    fit: float
    score_rows: Sequence[ScoreRow]
    consents: Sequence[ConsentLine]
    preferences: PreferenceLines
    mails: Sequence[MailLine]
    journeys: Sequence[JourneyLine]
    tasks: Sequence[TaskLine]
    timeline: Sequence[Happened]

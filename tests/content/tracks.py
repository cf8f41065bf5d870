"""One person's life with the shipped tracks, in memory: walks, windows, caps, fates.

For what no scenario says: the same promise at dozens of moments, years of letters, property by
property. What one example shows stands in `workflows/tests/`.

What the services do in SQL, done with the same pure functions for one contact, so that a
year takes milliseconds. Every mail that may go is sent at once and never bounces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain.advance import (
    ChangeContact,
    Emit,
    MakeTask,
    QueueMail,
    StopOther,
    advance,
)
from nurture.domain.calendar import shift
from nurture.domain.enrolment import Memory, Standing
from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts
from nurture.domain.fates import met_fate
from nurture.domain.guard import Refusal
from nurture.domain.lookups import asking
from nurture.domain.matching import accepts, leaves
from nurture.domain.sending import Candidate, Defer, PastMail, Send, Situation, may_send, take_turns
from nurture.domain.steps import ReferralQuestion, Task, WaitFor
from nurture.domain.workflow import Workflow
from tests.content.shipped import definitions

SHIPPED = definitions()
TOKYO = ZoneInfo("Asia/Tokyo")


def tokyo(text: str) -> datetime:
    """Return the instant (UTC) of a wall clock in Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that left."""

    at: datetime
    workflow: str
    template: str
    purpose: str = "marketing"


@dataclass
class Track:
    """An enrolment of the person, until `outcome` says how it ended."""

    workflow: Workflow
    started_at: datetime
    trigger: dict[str, Any]
    memory: Memory
    step: str | None = None
    due_at: datetime | None = None
    outcome: str | None = None


@dataclass
class _Pending:
    track: Track
    step: str
    candidate: Candidate
    retry_at: datetime


@dataclass
class Life:
    """A contact, what happened to them, and what they get."""

    now: datetime
    contact: dict[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    #: purposes that the person withdrew
    withdrawn: frozenset[str] = frozenset()
    tracks: list[Track] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    #: what was dropped and why: (template, reason)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    _events: list[EventFact] = field(default_factory=list)
    _pending: list[_Pending] = field(default_factory=list)
    _numbers: int = 0

    def __post_init__(self) -> None:
        known = {"lifecycle": "lead", "temperature": "cold", "score": 0.0}
        self.contact = {**known, **self.contact}
        self.happens("contact.created")

    def facts(self, event: EventFact | None = None) -> Facts:
        """Return what is known now."""
        events: dict[str, list[EventFact]] = {}
        for one in sorted(self._events, key=lambda one: one.occurred_at, reverse=True):
            events.setdefault(one.type, []).append(one)
        return Facts(1, self.now, dict(self.contact), tags=self.tags, events=events, event=event)

    def is_in(self, segment: str) -> bool:
        """Say whether the person is in a segment now."""
        return holds(SHIPPED.segments[segment], self.facts())

    def enrol(self, name: str, /, **trigger: Any) -> Track | None:
        """Start a track where `only_if` lets the person in and they are not in it already."""
        workflow = SHIPPED.workflows[name]
        if self.track(name) is not None or not holds(workflow.only_if, self.facts()):
            return None
        track = Track(workflow, self.now, trigger, Memory.from_json({}), due_at=self.now)
        self.tracks.append(track)
        self.run(self.now)
        return track

    def track(self, name: str) -> Track | None:
        """Return the active enrolment in a workflow."""
        active = (one for one in self.tracks if one.workflow.name == name and not one.outcome)
        return next(active, None)

    def happens(self, kind: str, /, about: str | None = None, **properties: Any) -> None:
        """Let something happen now, perhaps about the newest mail from a template."""
        self._numbers += 1
        mail = None
        if about is not None:
            mail = max(
                fact.message_id or 0
                for track in self.tracks
                for name, fact in track.memory.steps.items()
                if getattr(track.workflow.graph.steps[name], "shown", None) == about
            )
        event = EventFact(self._numbers, kind, self.now, properties, mail)
        self._events.append(event)
        for track in self._active():
            facts = self._facts_of(track, event)
            left = leaves(track.workflow, facts)
            step = track.workflow.graph.steps.get(track.step or "")
            if left is not None:
                self._end(track, left[0])
            elif isinstance(step, WaitFor) and any(accepts(m, event, facts) for m in step.events):
                track.due_at = self.now
        for name, workflow in SHIPPED.workflows.items():
            facts = self.facts(event)
            if any(accepts(one.match, event, facts) for one in workflow.event_triggers):
                self.enrol(name, **properties)
        self.run(self.now)

    def becomes(self, **fields: Any) -> None:
        """Change fields of the contact; journeys whose goal or exit is met end at once."""
        self.contact |= fields
        for track in self._active():
            left = leaves(track.workflow, self._facts_of(track, None))
            if left is not None:
                self._end(track, left[0])

    def run(self, until: datetime) -> None:
        """Let time pass: walks, windows and caps at every moment at which one is due."""
        while True:
            moments = [one.due_at for one in self._active() if one.due_at is not None]
            moments += [one.retry_at for one in self._pending]
            moment = max(self.now, min(moments, default=until))
            if moment > until or not any(one <= until for one in moments):
                self.now = max(self.now, until)
                return
            self.now = moment
            for track in self._active():
                if track.due_at is not None and track.due_at <= self.now:
                    self._walk(track)
            self._deliver()

    def days(self, count: float) -> None:
        """Let so many days pass."""
        self.run(self.now + timedelta(days=count))

    def _active(self) -> list[Track]:
        return [one for one in self.tracks if one.outcome is None]

    def _facts_of(self, track: Track, event: EventFact | None) -> Facts:
        facts = self.facts(event)
        facts.trigger, facts.steps = track.trigger, track.memory.steps
        # Nobody answered a survey here, so nobody is asked for an introduction.
        facts.refusals = {
            step.id: Refusal("ask_no_score")
            for step in asking(track.workflow)
            if isinstance(step.question, ReferralQuestion)
        }
        return facts

    def _end(self, track: Track, outcome: str) -> None:
        track.outcome, track.due_at = outcome, None
        self._pending = [one for one in self._pending if one.track is not track]

    def _walk(self, track: Track) -> None:
        standing = Standing(7, 1, track.step, None, track.started_at, track.memory)
        facts = self._facts_of(track, None)
        decision = advance(track.workflow, standing, facts, self.now, SHIPPED.calendar, TOKYO)
        track.step, track.memory = decision.step, decision.memory
        track.due_at = decision.due_at
        if decision.outcome is not None:
            self._end(track, decision.outcome)
        for effect in decision.effects:
            match effect:
                case QueueMail():
                    self._queue(track, effect)
                case ChangeContact():
                    self.contact |= dict(effect.step.fields)
                    self.tags = (self.tags | set(effect.step.add_tags)) - set(
                        effect.step.remove_tags
                    )
                case MakeTask():
                    self.tasks.append(effect.step)
                case StopOther():
                    other = self.track(effect.workflow)
                    if other is not None:
                        self._end(other, "stopped")
                case Emit():
                    if track.outcome is None:
                        track.due_at = self.now
                    if effect.type == "workflow.requested":
                        self.enrol(str(effect.properties["workflow"]))

    def _queue(self, track: Track, effect: QueueMail) -> None:
        self._numbers += 1
        step, workflow = effect.step, track.workflow
        candidate = Candidate(
            id=self._numbers,
            purpose=workflow.purpose_of(step),
            workflow=workflow.name,
            window=step.window or workflow.window,
            priority=workflow.priority,
            recipient="tanaka@sample.example",
            template=step.shown,
            sender=step.sender or workflow.sender,
            created_at=self.now,
            expires_at=shift(SHIPPED.calendar, self.now, step.expires, TOKYO),
            has_enrolment=True,
        )
        self._pending.append(_Pending(track, step.id, candidate, self.now))

    def _deliver(self) -> None:
        due = [one for one in self._pending if one.retry_at <= self.now]
        turns = {one.id: n for n, one in enumerate(take_turns([one.candidate for one in due]))}
        for one in sorted(due, key=lambda one: turns[one.candidate.id]):
            verdict = may_send(
                one.candidate, self._situation(), SHIPPED.policy, SHIPPED.calendar, self.now
            )
            if isinstance(verdict, Defer):
                assert verdict.until is not None
                one.retry_at = verdict.until
                continue
            self._pending.remove(one)
            outcome = "dropped"
            if isinstance(verdict, Send):
                outcome = "sent"
                name = one.track.workflow.name
                self.sent.append(
                    Sent(self.now, name, one.candidate.template, one.candidate.purpose)
                )
            else:
                self.dropped.append((one.candidate.template, verdict.reason))
            met_fate(one.track.memory, one.step, one.candidate.id, outcome, self.now)
            one.track.due_at = self.now

    def _situation(self) -> Situation:
        past = [PastMail(one.at, one.purpose, one.workflow) for one in self.sent]
        return Situation(
            zone=TOKYO,
            temperature=self.contact["temperature"],
            consents=frozenset({"marketing", "survey", "referral"} - self.withdrawn),
            withdrawn=self.withdrawn,
            contact_mails=past,
        )

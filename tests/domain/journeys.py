"""One person's journey through a workflow, walked in memory as the service walks it in SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.domain.advance import Decision, Emit, QueueMail, advance
from nurture.domain.enrolment import Memory, Standing
from nurture.domain.facts import EventFact, EventOnHold, Facts
from nurture.domain.fates import met_fate
from nurture.domain.steps import Graph, Step
from nurture.domain.workflow import Purpose, Workflow
from tests.domain.calendars import JAPAN, TOKYO, tokyo

START = tokyo("2026-05-12 10:00")


def workflow(*steps: Step, **written: Any) -> Workflow:
    """Return a workflow of these steps; a journey starts at the first."""
    graph = Graph(steps[0].id if steps else None, {step.id: step for step in steps})
    return Workflow("warm-nurture", "ウォーム", Purpose.MARKETING, graph, **written)


@dataclass
class Journey:
    """An enrolment between walks: what is stored, what is known, what has been decided."""

    workflow: Workflow
    contact: dict[str, Any] = field(default_factory=dict)
    trigger: dict[str, Any] = field(default_factory=dict)
    contact_id: int = 1
    caused_by: int | None = None
    step: str | None = None
    stored: str = "{}"
    events: list[EventFact] = field(default_factory=list)
    on_hold: list[EventOnHold] = field(default_factory=list)
    tags: frozenset[str] = frozenset()
    mails: dict[str, int] = field(default_factory=dict)
    queued: int = 0
    effects: list[Any] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)

    def walk(self, now: datetime, event: EventFact | None = None) -> Decision:
        """Walk at a moment and keep what a service would keep, as JSON."""
        memory = Memory.from_json(json.loads(self.stored))
        by_type: dict[str, list[EventFact]] = {}
        for one in sorted(self.events, key=lambda one: one.occurred_at, reverse=True):
            by_type.setdefault(one.type, []).append(one)
        known = Facts(
            self.contact_id,
            now,
            dict(self.contact),
            tags=self.tags,
            events=by_type,
            on_hold=self.on_hold,
            trigger=self.trigger,
            event=event,
        )
        standing = Standing(
            7, self.contact_id, self.step, None, START, memory, caused_by=self.caused_by
        )
        decision = advance(self.workflow, standing, known, now, JAPAN, TOKYO)
        for effect in decision.effects:
            if isinstance(effect, QueueMail):
                self.queued += 1
                self.mails[effect.step.id] = self.queued
        self.effects += decision.effects
        self.trail += decision.trail
        self.step, self.stored = decision.step, json.dumps(decision.memory.as_json())
        return decision

    def fate(self, step: str, at: datetime, outcome: str = "sent") -> None:
        """Let the mail of a step meet its fate."""
        memory = Memory.from_json(json.loads(self.stored))
        met_fate(memory, step, self.mails[step], outcome, at)
        self.stored = json.dumps(memory.as_json())

    def happens(
        self,
        kind: str,
        at: datetime,
        about: str | None = None,
        mail: int | None = None,
        **properties: Any,
    ) -> EventFact:
        """Let something happen to the person, perhaps about the last mail of a step."""
        number = 1000 + len(self.events)
        if about is not None:
            mail = self.mails[about]
        event = EventFact(number, kind, at, properties, mail)
        self.events.append(event)
        return event

    @property
    def memory(self) -> Memory:
        """Return what is stored."""
        return Memory.from_json(json.loads(self.stored))

    def outcome(self, step: str) -> str | None:
        """Return what `steps.ID.outcome` says."""
        fact = self.memory.steps.get(step)
        return fact.outcome if fact is not None else None


def emitted(decision: Decision) -> list[str]:
    """Return the types of the events a walk emitted."""
    return [effect.type for effect in decision.effects if isinstance(effect, Emit)]

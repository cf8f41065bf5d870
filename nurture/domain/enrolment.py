"""What an enrolment remembers between walks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nurture.domain.facts import StepFact


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if value else None


def _text(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value is not None else None


@dataclass(slots=True)
class Memory:
    """Visits, outcomes and the logical time of an enrolment; stored as JSON."""

    #: how often each step was reached
    visits: dict[str, int] = field(default_factory=dict)
    #: what each step left behind at its last visit
    steps: dict[str, StepFact] = field(default_factory=dict)
    #: the enrolment has arrived at its step and rests there
    resting: bool = False
    #: when it arrived at the step it rests at
    arrived_at: datetime | None = None
    #: logical time: when the last wait was over or the last mail met its fate
    cursor: datetime | None = None
    #: when its last mail was sent
    last_send_at: datetime | None = None
    #: steps that are behind it and that a crossing put ahead again: passed by once
    skips: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "visits": self.visits,
            "steps": {
                step: {"outcome": fact.outcome, "message": fact.message_id, "event": fact.event}
                for step, fact in self.steps.items()
            },
            "resting": self.resting,
            "arrived_at": _text(self.arrived_at),
            "cursor": _text(self.cursor),
            "last_send_at": _text(self.last_send_at),
            **({"skips": sorted(self.skips)} if self.skips else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Memory:
        """Return the memory that was stored; anything absent is empty."""
        return cls(
            visits=dict(stored.get("visits", {})),
            steps={
                step: StepFact(fact.get("outcome"), fact.get("message"), fact.get("event") or {})
                for step, fact in stored.get("steps", {}).items()
            },
            resting=bool(stored.get("resting", False)),
            arrived_at=_moment(stored.get("arrived_at")),
            cursor=_moment(stored.get("cursor")),
            last_send_at=_moment(stored.get("last_send_at")),
            skips=frozenset(stored.get("skips", ())),
        )


@dataclass(slots=True)
class Standing:
    """An enrolment as it stands before a walk."""

    id: int
    contact_id: int
    step: str | None
    due_at: datetime | None
    started_at: datetime
    memory: Memory
    subject: str = ""
    #: the event that enrolled; it ends no wait of the journey it began
    caused_by: int | None = None

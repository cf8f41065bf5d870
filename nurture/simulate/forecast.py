"""What a simulation came to, as plain values: per day, step and temperature, and what waited.

`as_json` is the same for the same files, people, audience and seed, whatever the order in
which people stand in their list: nothing in it is a number of a row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from nurture.domain.idle import Idle


@dataclass(slots=True)
class Day:
    """One day in the calendar's zone."""

    date: str
    #: mails to contacts by the temperature of who got them
    mails: dict[str, int] = field(default_factory=dict)
    #: mails to our own team
    team: int = 0
    #: opened | clicked | replied | left | bounced | complained → how many
    reactions: dict[str, int] = field(default_factory=dict)
    #: temperature → contacts that have it at the end of the day
    people: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """Mails to contacts."""
        return sum(self.mails.values())


@dataclass(slots=True)
class StepLine:
    """One mail of a workflow, or a mailing."""

    workflow: str
    title: str
    step: str
    template: str
    sent: int = 0
    #: still waiting at the end
    waiting: int = 0
    dropped: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    #: hours between decision and departure, on average and at most
    hours: float = 0.0
    longest: float = 0.0


@dataclass(slots=True)
class WorkflowLine:
    """One journey."""

    workflow: str
    title: str
    #: who was under way when it began
    before: int = 0
    entered: int = 0
    under_way: int = 0
    #: outcome → people
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class HeldLine:
    """One thing that held mails back."""

    #: a code of nurture.domain.reasons
    reason: str
    #: window, cap or the like that it was
    which: str
    #: blanks of the reason's sentence
    detail: dict[str, Any]
    mails: int = 0
    #: hours held, in all and at most
    hours: float = 0.0
    longest: float = 0.0
    #: of these mails: dropped in the end
    dropped: int = 0

    @property
    def average(self) -> float:
        """Hours held on average."""
        return self.hours / self.mails if self.mails else 0.0


@dataclass(frozen=True, slots=True)
class BeatenLine:
    """A journey that took the slot under a cap which another one wanted."""

    first: str
    waited: str
    mails: int


@dataclass(frozen=True, slots=True)
class Crowded:
    """Somebody who would get many mails within seven days."""

    email: str
    mails: int
    #: first of the seven days
    since: str


@dataclass(slots=True)
class Forecast:
    """Everything that a simulation came to."""

    start: str
    days: int
    zone: str
    seed: int
    audience: str
    contacts: int
    by_day: list[Day]
    steps: list[StepLine]
    workflows: list[WorkflowLine]
    #: workflows that nobody began, each with why
    idle: tuple[Idle, ...]
    #: what put mails off, longest in all first
    held: list[HeldLine]
    #: who went first where a cap had room for one
    beaten: list[BeatenLine]
    #: reason → mails that were dropped
    dropped: dict[str, int]
    #: `from → to` → how often somebody moved
    temperatures: dict[str, int]
    #: lifecycle → contacts who reached it, and who stand there at the end
    reached: dict[str, int]
    stages: dict[str, int]
    #: what people did by themselves or because a mail asked, by event
    deeds: dict[str, int]
    #: kind of task → (made, still open)
    tasks: dict[str, tuple[int, int]]
    more_than: int
    #: how many contacts got more than `more_than` mails within some seven days, and who most
    crowded: int
    crowd: list[Crowded]

    @property
    def sent(self) -> int:
        """Mails to contacts in all."""
        return sum(day.sent for day in self.by_day)

    @property
    def team(self) -> int:
        """Mails to our own team in all."""
        return sum(day.team for day in self.by_day)

    def reactions(self, kind: str) -> int:
        """Return how often readers reacted so."""
        return sum(day.reactions.get(kind, 0) for day in self.by_day)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

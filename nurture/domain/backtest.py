"""What other rules of scoring and stages would have changed, in figures.

Two courses are compared: history replayed under the rules that are live, and under those that
are proposed. Of sales' own record we know who came to be an SQL or a customer in the end; an
MQL is *right* where that happened after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from nurture.domain.lifecycle import Stage, Temperature

#: stages that say that marketing was right
GOOD = frozenset({Stage.SQL, Stage.CUSTOMER})


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a contact stands at the end of a course."""

    temperature: str
    stage: str
    #: points, as they are shown
    score: float


@dataclass(frozen=True, slots=True)
class Course:
    """What one set of rules makes of history."""

    #: contact → where they stand in the end
    stands: Mapping[int, Stand]
    #: (contact, moment, new stage), oldest first
    stages: Sequence[tuple[int, datetime, str]]
    #: (contact, moment, new temperature), oldest first
    temperatures: Sequence[tuple[int, datetime, str]]

    def reached(self, stage: str) -> dict[int, datetime]:
        """Return when contacts first came to a stage."""
        found: dict[int, datetime] = {}
        for contact_id, moment, new in self.stages:
            if new == stage:
                found.setdefault(contact_id, moment)
        return found

    def became(self, temperature: str) -> dict[int, datetime]:
        """Return when contacts first came to a temperature."""
        found: dict[int, datetime] = {}
        for contact_id, moment, new in self.temperatures:
            if new == temperature:
                found.setdefault(contact_id, moment)
        return found


@dataclass(frozen=True, slots=True)
class Qualified:
    """How well a course finds those whom sales turned into something."""

    #: contacts that came to the stage of the hand-off within the span
    leads: int
    #: of these, those that sales made an SQL or customer afterwards
    right: int
    #: contacts that sales made an SQL or customer within the span, however they came there
    won: int
    #: median time from the stage of the hand-off to SQL or customer; None: nobody
    ahead: timedelta | None

    @property
    def precision(self) -> float | None:
        """Share of the leads that were right; None: there were none."""
        return self.right / self.leads if self.leads else None

    @property
    def recall(self) -> float | None:
        """Share of those whom sales won that were leads before; None: nobody was won."""
        return self.right / self.won if self.won else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One contact that would stand elsewhere."""

    contact_id: int
    live: Stand
    proposed: Stand


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both courses, side by side."""

    since: datetime
    until: datetime
    contacts: int
    #: temperature → contacts in the end (live, proposed)
    temperatures: Mapping[str, tuple[int, int]]
    #: stage → contacts in the end (live, proposed)
    stages: Mapping[str, tuple[int, int]]
    #: hand-offs per week within the span (live, proposed)
    per_week: tuple[float, float]
    live: Qualified
    proposed: Qualified
    #: contacts that turned hot within the span (live, proposed)
    hot: tuple[int, int]
    #: those who would stand elsewhere, the greatest change first
    differences: Sequence[Difference] = field(default=())
    #: share of contacts whom the replay under the live rules puts where the record has them
    faithful: float | None = None


def compare(
    live: Course,
    proposed: Course,
    record: Mapping[int, Stand],
    won: Mapping[int, datetime],
    handoff: str,
    since: datetime,
    until: datetime,
) -> Comparison:
    """Return what the proposed rules change against the live ones between two moments.

    `record` is how contacts really stand, `won` when sales first made them an SQL or customer,
    `handoff` the stage at which marketing hands over.
    """
    weeks = max((until - since) / timedelta(weeks=1), 1 / 7)
    both = sorted(set(live.stands) & set(proposed.stands))
    within = {one: moment for one, moment in won.items() if since <= moment <= until}
    found = [_qualified(course, handoff, within, since, until) for course in (live, proposed)]
    changed = [
        Difference(one, live.stands[one], proposed.stands[one])
        for one in both
        if _place(live.stands[one]) != _place(proposed.stands[one])
    ]
    known = [one for one in both if one in record]
    same = sum(1 for one in known if _place(record[one]) == _place(live.stands[one]))
    return Comparison(
        since=since,
        until=until,
        contacts=len(both),
        temperatures={
            str(name): (
                _count(live, both, "temperature", name),
                _count(proposed, both, "temperature", name),
            )
            for name in Temperature
        },
        stages={
            str(name): (_count(live, both, "stage", name), _count(proposed, both, "stage", name))
            for name in Stage
        },
        per_week=(found[0].leads / weeks, found[1].leads / weeks),
        live=found[0],
        proposed=found[1],
        hot=(
            len(_between(live.became(Temperature.HOT), since, until)),
            len(_between(proposed.became(Temperature.HOT), since, until)),
        ),
        differences=sorted(changed, key=lambda one: (-_distance(one), one.contact_id)),
        faithful=same / len(known) if known else None,
    )


def _qualified(
    course: Course,
    handoff: str,
    won: Mapping[int, datetime],
    since: datetime,
    until: datetime,
) -> Qualified:
    leads = _between(course.reached(handoff), since, until)
    right = [one for one, moment in leads.items() if one in won and won[one] >= moment]
    spans = [won[one] - leads[one] for one in right]
    return Qualified(len(leads), len(right), len(won), _middle(spans))


def _middle(spans: Sequence[timedelta]) -> timedelta | None:
    if not spans:
        return None
    return timedelta(seconds=median(one.total_seconds() for one in spans))


def _between(
    moments: Mapping[int, datetime], since: datetime, until: datetime
) -> dict[int, datetime]:
    return {one: moment for one, moment in moments.items() if since <= moment <= until}


def _place(stand: Stand) -> tuple[str, str]:
    return stand.temperature, stand.stage


def _count(course: Course, contacts: Iterable[int], what: str, name: str) -> int:
    return sum(1 for one in contacts if getattr(course.stands[one], what) == name)


def _distance(one: Difference) -> float:
    """Return how great a change is: a stage weighs most, then a temperature, then points."""
    grades, stages = list(Temperature), list(Stage)
    warmth = abs(
        grades.index(Temperature(one.live.temperature))
        - grades.index(Temperature(one.proposed.temperature))
    )
    way = abs(stages.index(Stage(one.live.stage)) - stages.index(Stage(one.proposed.stage)))
    return 1e6 * (way > 0) + 1e5 * way + 1e4 * warmth + abs(one.live.score - one.proposed.score)

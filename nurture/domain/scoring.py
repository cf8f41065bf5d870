"""Scores: points for behaviour that fade, plus fit that does not.

score(t) = engagement(t) + fit, where
engagement(t) = Σ points · 2^(−max(0, t − occurred_at) / half_life) over the ledger.

The ledger is append-only and reconciled: for every rule we compute what each event is
worth now (caps, evidence, late arrivals included) and append the difference to what the
ledger already says, dated at the event. So reversals cancel at all times.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.conditions import Condition, Op
from nurture.domain.evaluate import compare, plain
from nurture.domain.facts import ONCE_PER_MESSAGE

#: scores are read in steps of a millionth of a point, in Python and in SQL, so that both
#: agree on which side of a threshold one lies (60 reached by fading is 60, not 59.9999…9)
STEPS_PER_POINT = 1_000_000


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `times` paid events per `period` (None: ever)."""

    times: int = 1
    period: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PointRule:
    """Points for one kind of event."""

    name: str
    event: str
    points: float
    #: equality filters on the event's properties
    where: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    cap: Cap | None = None
    #: rules of a group share the group's cap
    group: str | None = None


@dataclass(frozen=True, slots=True)
class FitRule:
    """Points while a condition on contact and account fields holds."""

    name: str
    condition: Condition
    points: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """A temperature is entered at `enter` and left below `leave` (hysteresis)."""

    enter: float
    leave: float


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """A stage, the stages one may come from, and what takes a contact there."""

    stage: str
    come_from: tuple[str, ...]
    condition: Condition
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Handoff:
    """The one task a lead gets when it reaches `stage`."""

    stage: str
    title: str
    assignee: str
    #: hours of elapsed time until the first call is due
    due: timedelta = timedelta(hours=24)
    kind: str = "call"
    #: so long before `due` the assignee is reminded; None: not
    remind: timedelta | None = timedelta(hours=4)
    #: so long after `due` it is told to `escalate_to`; None: not
    escalate: timedelta | None = timedelta(0)
    #: role or sender key that hears of a late first call
    escalate_to: str = ""
    #: a lead that sales gave back is not handed off again for so long, unless it shows intent
    rest: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Scoring:
    """Everything `scoring.yaml` says."""

    half_life: timedelta
    rules: tuple[PointRule, ...]
    fit: tuple[FitRule, ...]
    warm: Threshold
    hot: Threshold
    #: event types that show intent; hot needs one within `intent_within`
    intent: tuple[tuple[str, tuple[tuple[str, str | int | float | bool | None], ...]], ...]
    intent_within: timedelta
    #: (group, cap)
    group_caps: tuple[tuple[str, Cap], ...] = ()
    lifecycle: tuple[LifecycleRule, ...] = ()
    handoff: Handoff | None = None


@dataclass(frozen=True, slots=True)
class ScoredEvent:
    """What scoring needs to know of an event; `counts` is False for machine evidence."""

    id: int
    type: str
    occurred_at: datetime
    properties: Mapping[str, object]
    counts: bool = True
    #: the mail it is about; opens and clicks pay once per mail
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A change of points, dated at the event that caused it."""

    rule: str
    points: float
    event_id: int
    occurred_at: datetime


def matches(
    where: tuple[tuple[str, str | int | float | bool | None], ...],
    properties: Mapping[str, object],
) -> bool:
    """Say whether every filter equals the event's property of that name, as conditions do."""
    return all(compare(Op.EQ, plain(properties.get(key)), wanted) for key, wanted in where)


def rules_for(scoring: Scoring, event_type: str) -> tuple[PointRule, ...]:
    """Return the rules that an event type can touch, with their groups' other rules."""
    hit = [rule for rule in scoring.rules if rule.event == event_type]
    groups = {rule.group for rule in hit if rule.group}
    return tuple(r for r in scoring.rules if r in hit or (r.group and r.group in groups))


def _apply_cap(cap: Cap | None, paid: list[datetime], at: datetime) -> bool:
    """Say whether one more payment at `at` fits under the cap, given earlier ones."""
    if cap is None:
        return True
    if cap.period is None:
        return len(paid) < cap.times
    return sum(1 for moment in paid if at - moment < cap.period) < cap.times


def worth(
    scoring: Scoring, rules: Sequence[PointRule], events: Iterable[ScoredEvent]
) -> dict[tuple[str, int], tuple[float, datetime]]:
    """Return what each (rule, event) is worth, caps applied in order of `occurred_at`.

    Several opens or clicks of one mail are worth one.
    The events must be all of the contact's that the rules and the rules of their groups
    accept: a rolling cap hangs on what was paid before, and that on what was paid before it.
    """
    caps = dict(scoring.group_caps)
    paid: dict[str, list[datetime]] = {}
    paid_group: dict[str, list[datetime]] = {}
    paid_mails: set[tuple[str, int]] = set()
    result: dict[tuple[str, int], tuple[float, datetime]] = {}
    for event in sorted(events, key=lambda e: (e.occurred_at, e.id)):
        for rule in rules:
            if rule.event != event.type or not matches(rule.where, event.properties):
                continue
            points = 0.0
            group = rule.group or ""
            mail = (rule.name, event.message_id or 0) if event.type in ONCE_PER_MESSAGE else None
            if (
                event.counts
                and mail not in paid_mails
                and _apply_cap(rule.cap, paid.setdefault(rule.name, []), event.occurred_at)
                and _apply_cap(caps.get(group), paid_group.setdefault(group, []), event.occurred_at)
            ):
                points = rule.points
                paid[rule.name].append(event.occurred_at)
                paid_group[group].append(event.occurred_at)
                if mail is not None:
                    paid_mails.add(mail)
            result[rule.name, event.id] = (points, event.occurred_at)
    return result


def reconcile(
    target: Mapping[tuple[str, int], tuple[float, datetime]],
    ledger: Iterable[LedgerEntry],
) -> list[LedgerEntry]:
    """Return the entries to append so that the ledger says what `target` says.

    Rows of the ledger whose (rule, event) is not in `target` are left alone.
    """
    held: dict[tuple[str, int], float] = {}
    for entry in ledger:
        key = (entry.rule, entry.event_id)
        held[key] = held.get(key, 0.0) + entry.points
    changes = []
    for (rule, event_id), (points, occurred_at) in target.items():
        difference = points - held.get((rule, event_id), 0.0)
        if abs(difference) > 1e-9:
            changes.append(LedgerEntry(rule, difference, event_id, occurred_at))
    return changes


@dataclass(frozen=True, slots=True)
class Engagement:
    """The faded sum of the ledger at a reference time no earlier than any entry."""

    value: float
    at: datetime

    def value_at(self, moment: datetime, half_life: timedelta) -> float:
        """Return the engagement at `moment` (points)."""
        return self.value * decay(moment - self.at, half_life)

    def add(
        self, entries: Iterable[LedgerEntry], now: datetime, half_life: timedelta
    ) -> Engagement:
        """Return the engagement with entries added, its reference moved to the newest time."""
        entries = list(entries)
        reference = max([now, self.at, *(e.occurred_at for e in entries)])
        value = self.value * decay(reference - self.at, half_life) + sum(
            e.points * decay(reference - e.occurred_at, half_life) for e in entries
        )
        # A ledger that cancels out must read as nothing, not as rounding dust.
        return Engagement(0.0 if abs(value) < 1e-9 else value, reference)


def decay(age: timedelta, half_life: timedelta) -> float:
    """Return 2^(−age / half_life), 1 for an age below zero."""
    return float(2.0 ** (-max(0.0, age / half_life)))


def rounded(score: float) -> float:
    """Return a score as it is read: to the nearest millionth of a point, halves upwards.

    `nurture.db.expressions` does the same steps in the same order in SQL.
    """
    return math.floor(score * STEPS_PER_POINT + 0.5) / STEPS_PER_POINT


def score_at(engagement: Engagement, fit: float, half_life: timedelta, moment: datetime) -> float:
    """Return the score at a moment, rounded as all who compare it see it."""
    return rounded(engagement.value_at(moment, half_life) + fit)


def crossing(
    engagement: Engagement, fit: float, threshold: float, half_life: timedelta, now: datetime
) -> datetime | None:
    """Return when fading alone next changes how the rounded score compares to `threshold`.

    None where it never does, or not within a century. A falling score passes two edges: it
    stops being above the threshold's own step and, a moment later, starts being below it.
    """
    if not engagement.value:
        # Nothing fades: most people have done nothing lately.
        return None
    fading = 1 if engagement.value > 0 else -1
    moments = [
        moment
        for edge in _edges(threshold)
        if (moment := _passes(engagement, edge - fading * _PAST_EDGE - fit, half_life))
        if moment > now
    ]
    return min(moments, default=None)


#: how far past an edge the score is looked at, so that rounding has surely turned (points)
_PAST_EDGE = 0.125 / STEPS_PER_POINT

#: nobody waits a century for a point to fade (seconds)
_LONGEST_FADING = 3.15e9


def _edges(threshold: float) -> tuple[float, float]:
    """Return the raw scores between which the rounded score equals the threshold."""
    below = math.ceil(threshold * STEPS_PER_POINT - 0.01) - 1
    above = math.floor(threshold * STEPS_PER_POINT + 0.01) + 1
    return (below + 0.5) / STEPS_PER_POINT, (above - 0.5) / STEPS_PER_POINT


def _passes(engagement: Engagement, needed: float, half_life: timedelta) -> datetime | None:
    """Return the first microsecond at which engagement · 2^(−(t − at)/half_life) ≤ needed."""
    if engagement.value == 0 or needed == 0 or (engagement.value > 0) != (needed > 0):
        return None
    ratio = engagement.value / needed
    if ratio <= 0:
        # Less than the smallest float: nothing that could fade any further.
        return None
    span = math.log2(ratio)
    if not 0 <= span * half_life.total_seconds() <= _LONGEST_FADING:
        return None
    return engagement.at + half_life * span + timedelta(microseconds=1)

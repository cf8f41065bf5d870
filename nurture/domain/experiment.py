"""Experiments: what a split has shown so far, and whether it is time to decide."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp

from nurture.domain.always_valid import (
    SKEWED,
    log_evidence,
    ratio_interval,
    shares_evidence,
    wilson,
)
from nurture.domain.steps import Split
from nurture.domain.winner import Otherwise, Winner

#: looks at an experiment: as often as its people become complete, within these bounds
_LOOKS_PER_WINDOW = 4
_OFTENEST, _RAREST = timedelta(hours=1), timedelta(days=1)


class State(enum.StrEnum):
    """How an experiment stands."""

    #: not yet enough people whose observation is over
    COLLECTING = "collecting"
    #: enough people, no variant surely the best
    RUNNING = "running"
    #: people are not divided by the shares: nothing is decided by itself
    SKEWED = "skewed"
    DECIDED = "decided"
    #: its time is over, and nobody was to win then
    INCONCLUSIVE = "inconclusive"
    #: a split without `winner`: people read it, and may decide
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Count:
    """What became of a variant's people."""

    #: people who were divided into it
    people: int = 0
    #: those whose first mail left
    sent: int = 0
    #: those whose observation is over
    observed: int = 0
    #: of the observed, those who did what is measured within their time
    successes: int = 0
    #: a person clicked, at any time
    clicked: int = 0
    #: reached the goal
    goals: int = 0
    #: those whose observation goes on
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant's figures, ready to be shown."""

    name: str
    share: int
    count: Count
    #: None: nobody was observed
    rate: float | None
    #: rate minus the best one's, in parts of 1; None for the best itself
    behind: float | None = None
    #: always-valid chance to see such a lead of the best one over it by luck, 0 to 1
    luck: float | None = None
    #: successes here and in the best one, its own weight of the two, and alpha
    _to_best: tuple[int, int, float, float] | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """The rate's interval: Wilson, 95 %, for one look."""
        return wilson(self.count.successes, self.count.observed)

    @property
    def ratio(self) -> tuple[float, float] | None:
        """The interval of its rate by the best one's, always valid; None for the best."""
        return ratio_interval(*self._to_best) if self._to_best is not None else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the figures say at a moment."""

    state: State
    arms: Sequence[Arm]
    #: the variant with the best rate; "" where none has one
    best: str = ""
    #: how sure it is that `best` is the best, 0 to 1, always valid
    sureness: float = 0.0
    #: people who are missing until a decision is possible at all
    needed: int = 0
    #: who wins now, and why (a code of nurture.domain.reasons)
    winner: str | None = None
    reason: str = ""


def judge(
    split: Split, counts: Mapping[str, Count], runs_from: datetime | None, now: datetime
) -> Verdict:
    """Say how an undecided split stands by its own rule; `counts` by variant.

    `runs_from`: from when `at_most` counts; None: nobody came yet.

    Pure and always valid (`always_valid`): it may be asked as often as one likes.
    """
    rule = split.winner
    arms = arms_of(split, counts, rule.confidence if rule is not None else 0.95)
    best = next((arm.name for arm in arms if arm.behind is None and arm.rate is not None), "")
    sure = _sureness(arms, best)
    if rule is None:
        return Verdict(State.OPEN, arms, best, sure)
    missing = sum(max(0, rule.after - arm.count.observed) for arm in arms)
    skewed = _is_skewed(arms)
    state = State.COLLECTING if missing else State.SKEWED if skewed else State.RUNNING
    winner, reason = None, ""
    # Rounding must not keep what has just been reached from counting.
    if state is State.RUNNING and best and sure >= rule.confidence - 1e-12:
        winner, reason = best, "split_sure"
    elif rule.at_most is not None and runs_from is not None and now >= runs_from + rule.at_most:
        match rule.otherwise:
            case Otherwise.BEST if skewed:
                # Where the division is broken, rates compare nothing.
                state = State.INCONCLUSIVE
            case Otherwise.BEST if best:
                winner, reason = best, "split_time_over_best"
            case Otherwise.NONE:
                state = State.INCONCLUSIVE
            case _:
                winner, reason = split.variants[0].name, "split_time_over_first"
    return Verdict(state, arms, best, sure, missing, winner, reason)


def arms_of(split: Split, counts: Mapping[str, Count], confidence: float) -> list[Arm]:
    """Return the figures of every variant, as they are written."""
    plain = []
    for variant in split.variants:
        count = counts.get(variant.name, Count())
        rate = count.successes / count.observed if count.observed else None
        plain.append(Arm(variant.name, variant.share, count, rate))
    # The first one written is the best of equals.
    best = max((arm for arm in plain if arm.rate is not None), key=_rate, default=None)
    if best is None:
        return plain
    alpha = (1.0 - confidence) / max(1, len(plain) - 1)
    return [arm if arm is best else _against(arm, best, alpha, len(plain) - 1) for arm in plain]


def _rate(arm: Arm) -> float:
    return arm.rate or 0.0


def _against(arm: Arm, best: Arm, alpha: float, rivals: int) -> Arm:
    if arm.rate is None or best.rate is None:
        return arm
    wins, others = best.count.successes, arm.count.successes
    weight = best.share / (best.share + arm.share)
    luck = 1.0
    if wins * (1.0 - weight) > others * weight:
        luck = min(1.0, rivals * exp(min(0.0, -log_evidence(wins, others, weight))))
    to_best = (others, wins, 1.0 - weight, alpha)
    return replace(arm, behind=arm.rate - best.rate, luck=luck, _to_best=to_best)


def _sureness(arms: Sequence[Arm], best: str) -> float:
    """Return how sure the best is, by its nearest rival; 0 where one was not observed."""
    others = [arm for arm in arms if arm.name != best]
    if not best or any(arm.luck is None for arm in others):
        return 0.0
    return 1.0 - max((arm.luck or 0.0 for arm in others), default=1.0)


def _is_skewed(arms: Sequence[Arm]) -> bool:
    total = sum(arm.share for arm in arms)
    weights = [arm.share / total for arm in arms]
    return shares_evidence([arm.count.observed for arm in arms], weights) >= SKEWED


def next_look(
    rule: Winner, counts: Mapping[str, Count], runs_from: datetime, now: datetime
) -> datetime | None:
    """Return when to look again; None: not before somebody new comes.

    Cheap: an experiment of days is looked at once a day, one of hours once an hour.
    """
    over = runs_from + rule.at_most if rule.at_most is not None else None
    if over is not None and over <= now:
        over = None
    if not any(count.pending for count in counts.values()):
        return over
    often = min(max(rule.measure.within / _LOOKS_PER_WINDOW, _OFTENEST), _RAREST)
    return min(now + often, over) if over is not None else now + often


def first_look(rule: Winner, now: datetime) -> datetime:
    """Return when to look at an experiment that begins, or goes on, with a newcomer."""
    soon = now + rule.measure.within
    return min(soon, now + rule.at_most) if rule.at_most is not None else soon

"""What worked: answers, introductions and contracts by offer, occasion and way of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt

from nurture.domain.referral import AskAnswer

#: with fewer asks nothing is said to be better than the rest
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class AskResult:
    """An ask that was sent, and what came of it."""

    offer: str
    timing: str
    channel: str
    mode: str = "criteria"
    #: motive | hurdle: what the offer moves
    lever: str = ""
    program: str = ""
    answer: AskAnswer | None = None
    #: referrals that came of it
    referrals: int = 0
    #: those of them that became a customer
    won: int = 0


@dataclass(slots=True)
class Tally:
    """One way of asking, and its figures."""

    key: str
    #: asks that were sent
    asked: int = 0
    #: those that were answered in any way, a referral included
    answered: int = 0
    #: those of which at least one referral came
    referring: int = 0
    #: referrals, contracts
    referrals: int = 0
    won: int = 0
    #: answer → how many gave it
    answers: dict[str, int] = field(default_factory=dict)
    #: it brought more introductions per ask than the others together, and by no luck
    best: bool = False

    @property
    def response_rate(self) -> float | None:
        """Answered by asked, 0 to 1; None where nobody was asked."""
        return self.answered / self.asked if self.asked else None

    @property
    def referral_rate(self) -> float | None:
        """Asks that brought a referral by asks, 0 to 1; None where nobody was asked."""
        return self.referring / self.asked if self.asked else None

    @property
    def win_rate(self) -> float | None:
        """Contracts by referrals, 0 to 1; None where nobody was referred."""
        return self.won / self.referrals if self.referrals else None


#: what asks are told apart by, in the order in which it is shown
DIMENSIONS: dict[str, Callable[[AskResult], str]] = {
    "offer": lambda one: one.offer,
    "timing": lambda one: one.timing,
    "channel": lambda one: one.channel,
    "mode": lambda one: one.mode,
    "lever": lambda one: one.lever,
    "program": lambda one: one.program,
}


def playbook(asks: Sequence[AskResult]) -> dict[str, list[Tally]]:
    """Return dimension → its ways of asking, those with the most introductions per ask first.

    A dimension with one way alone tells nothing and is left out, but for offers and timings.
    """
    found = {}
    for name, key_of in DIMENSIONS.items():
        tallies = _tallies(asks, key_of)
        if len(tallies) > 1 or name in ("offer", "timing"):
            found[name] = tallies
    return found


def reasons(asks: Iterable[AskResult]) -> dict[str, int]:
    """Return how often each answer was given, the most frequent first."""
    counts: dict[str, int] = {}
    for one in asks:
        if one.answer is not None:
            counts[str(one.answer)] = counts.get(str(one.answer), 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def _tallies(asks: Sequence[AskResult], key_of: Callable[[AskResult], str]) -> list[Tally]:
    by_key: dict[str, Tally] = {}
    for one in asks:
        key = key_of(one)
        if not key:
            continue
        tally = by_key.setdefault(key, Tally(key))
        tally.asked += 1
        tally.answered += one.answer is not None or one.referrals > 0
        tally.referring += one.referrals > 0
        tally.referrals += one.referrals
        tally.won += one.won
        if one.answer is not None:
            tally.answers[str(one.answer)] = tally.answers.get(str(one.answer), 0) + 1
    ordered = sorted(by_key.values(), key=lambda one: (-(one.referral_rate or 0), -one.asked))
    if len(ordered) > 1:
        first, others = ordered[0], ordered[1:]
        asked = sum(one.asked for one in others)
        rate = sum(one.referring for one in others) / asked
        enough = first.asked >= ENOUGH and first.referring > 0
        first.best = enough and at_least(first.referring, first.asked) > rate
    return ordered


def at_least(successes: int, tries: int) -> float:
    """Return what a rate is at least, 0 to 1, with nine chances in ten (Wilson, 1927).

    So that a lucky few are not called the best.
    """
    if not tries:
        return 0.0
    z = 1.2816
    share = successes / tries
    middle = share + z * z / (2 * tries)
    spread = z * sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    return max(0.0, (middle - spread) / (1 + z * z / tries))

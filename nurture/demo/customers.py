"""Customers: what they bought, what they gain, what they think of us, whom they introduce. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.demo.dice import Dice, pick
from nurture.demo.hours import Hours
from nurture.demo.site import Deed
from nurture.demo.visitors import Visit

#: by which referrals come, in turn
WAYS = ("introduce", "forward", "ticket", "download", "cc")

#: how pleased somebody is → what they answer, 0 to 10
_SCORES: Mapping[str, Mapping[int, float]] = {
    "pleased": {10: 4.0, 9: 5.0, 8: 1.0},
    "content": {9: 1.0, 8: 4.0, 7: 3.0},
    "sorry": {6: 3.0, 5: 2.0, 3: 1.0, 1: 0.5},
}
_FEELINGS = {"pleased": 0.62, "content": 0.24, "sorry": 0.14}

_COMMENTS = {
    "pleased": ("月末の残業がなくなりました。", "Our month ends are quiet now."),
    "content": (
        "便利ですが、設定画面がもう少し簡単だと助かります。",
        "Useful; settings could be simpler.",
    ),
    "sorry": ("問い合わせへのご返事に三日かかりました。", "It took three days to get an answer."),
}

#: what becomes of a request to introduce somebody
_REACTIONS = {
    "refers": 0.72, "nobody_in_mind": 0.08, "not_now": 0.08, "company_policy": 0.04,
    "never": 0.03, "silent": 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody answers to the one question."""

    score: int
    #: how many of the offered reasons are ticked
    reasons: int
    comment: str
    #: answers again a few days later, one point higher or lower
    again: int | None


@dataclass(frozen=True, slots=True)
class Customers:
    """Decides for customers; for one seed always the same."""

    dice: Dice
    hours: Hours
    #: addresses, sorted
    addresses: Sequence[str]

    def life(self, address: str, start: datetime, days: int) -> Iterator[Visit]:
        """Yield what is known of a customer without a mail: the contract, a talk, a gathering."""
        rng = self.dice.about("customer", address)
        bought = start - timedelta(days=rng.randint(60, 300))
        number = f"D-{rng.randrange(1000, 5000)}"
        first = self.hours.nth(start, 1)
        given = {"deal": number, "amount": rng.randint(6, 40) * 100_000, "currency": "JPY"}
        yield Visit(first, Deed("deal.won", address, given, bought))
        if rng.random() < 0.9:
            listened = self.hours.nth(start + timedelta(days=rng.uniform(1, 12)), 1)
            yield Visit(listened, Deed("hearing.held", address, {"by": "sato"}))
        for kind, chance, more in (
            ("community.joined", 0.3, {"community": "現場の勉強会"}),
            ("onboarding.completed", 0.15, {}),
            ("upsell.completed", 0.15, {"product": "承認オプション"}),
            ("renewal.due", 0.15, {}),
        ):
            if rng.random() < chance:
                at = start + timedelta(days=rng.uniform(20, max(21, days - 25)))
                yield Visit(self.hours.nth(at, 1), Deed(kind, address, dict(more)))

    def feeling(self, address: str) -> str:
        """Return how pleased somebody is."""
        return pick(self.dice.about("feels", address), _FEELINGS)

    def opinion(self, address: str, locale: str, times: int) -> Opinion | None:
        """Return the answer to a survey that somebody reads for the nth time; None: none."""
        rng = self.dice.about("answers", address, times)
        feeling = self.feeling(address)
        if rng.random() >= (0.95 if feeling == "pleased" else 0.6):
            return None
        score = pick(rng, _SCORES[feeling])
        if times > 1 and feeling == "sorry" and rng.random() < 0.6:
            score = 8  # somebody called, and it was put right
        comment = _COMMENTS[feeling][0 if locale == "ja" else 1] if rng.random() < 0.6 else ""
        again = None
        if rng.random() < 0.12:
            again = score + 1 if score < 10 else score - 1
        return Opinion(score, rng.randint(0, 2), comment, again)

    def reaction(self, address: str, times: int) -> str:
        """Return what comes of a request: `refers`, a reason to decline, or `silent`."""
        return pick(self.dice.about("is asked", address, times), _REACTIONS)

    def ways(self, address: str, times: int, turn: int) -> tuple[str, ...]:
        """Return how somebody introduces: the way whose turn it is, for most another after it."""
        first = WAYS[turn % len(WAYS)]
        more = self.dice.happens(0.8, "introduces more", address, times)
        return (first, WAYS[(turn + 2) % len(WAYS)]) if more else (first,)


def figures(
    dice: Dice, accounts: Collection[str], month: str, since: int
) -> Iterator[tuple[str, str, str, str, str, float, float]]:
    """Yield what customers measured in a month, a row each: company, metric, title, unit,
    direction, baseline, value. `since`: months since the first one of the demo.

    Most things get better; one company in seven sees nothing yet.
    """
    for name in sorted(accounts):
        rng = dice.about("measures", name)
        better = rng.random() >= 0.14
        hours, errors = rng.randint(24, 90), rng.randint(10, 60)
        pace = rng.uniform(0.12, 0.3) if better else -0.02
        month_of = dice.about("measures", name, month)
        left = max(0.15, 1 - pace * (since + 1)) * month_of.uniform(0.95, 1.05)
        yield name, "copying_hours", "転記の時間", "時間/月", "down", hours, round(hours * left, 1)
        if rng.random() < 0.5:
            left = max(0.1, 1 - pace * 1.2 * (since + 1)) * month_of.uniform(0.95, 1.05)
            yield name, "entry_errors", "入力の誤り", "件/月", "down", errors, round(errors * left)

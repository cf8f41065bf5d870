"""NPS: what answers add up to, by round, role, driver and account. Every figure has its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.survey import Band, band
from nurture.domain.survey_rhythm import is_again

#: how long an answer may take before an ask counts as not answered
_PATIENCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation whose mail was not dropped, and the newest answer to it."""

    id: int
    contact_id: int
    account_id: int | None
    #: decision-maker | user | it, when asked
    role: str | None
    round: str
    asked_at: datetime
    answered_at: datetime | None = None
    #: 0-10
    score: int | None = None
    drivers: tuple[str, ...] = ()
    #: its mail left the house, or it needed none; what waits is no question yet
    left: bool = True


@dataclass(frozen=True, slots=True)
class Nps:
    """How many answers lie in each band."""

    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    @property
    def answers(self) -> int:
        """All of them."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """NPS = % promoters − % detractors, −100 to 100; None where nobody answered.

        Reichheld, "The One Number You Need to Grow", Harvard Business Review, 2003.
        """
        if not self.answers:
            return None
        return 100 * (self.promoters - self.detractors) / self.answers

    def share(self, of: Band) -> float | None:
        """Return the share of a band, 0 to 1; None where nobody answered."""
        count = {
            Band.PROMOTER: self.promoters,
            Band.PASSIVE: self.passives,
            Band.DETRACTOR: self.detractors,
        }[of]
        return count / self.answers if self.answers else None


def nps(scores: Iterable[int]) -> Nps:
    """Return what scores (0 to 10) add up to; ValueError for anything else."""
    found = Counter(band(score) for score in scores)
    return Nps(found[Band.PROMOTER], found[Band.PASSIVE], found[Band.DETRACTOR])


@dataclass(frozen=True, slots=True)
class Group:
    """Invitations of one kind, and what was answered."""

    asked: int
    nps: Nps

    @property
    def rate(self) -> float | None:
        """Response rate = answered / asked, 0 to 1; None where nobody was asked."""
        return self.nps.answers / self.asked if self.asked else None


def is_below(rate: float | None, target: float | None) -> bool:
    """Say whether a response rate misses what the house aims at; not where either is unknown."""
    return rate is not None and target is not None and rate < target


def group(invited: Iterable[Invited]) -> Group:
    """Return invitations that left as one group: each with its newest answer."""
    asked = [one for one in invited if one.left]
    return Group(len(asked), nps(one.score for one in asked if one.score is not None))


def groups(invited: Iterable[Invited], key: Callable[[Invited], str]) -> dict[str, Group]:
    """Return invitations by what a function says of each, in the order of the keys."""
    found: dict[str, list[Invited]] = {}
    for one in invited:
        found.setdefault(key(one), []).append(one)
    return {name: group(found[name]) for name in sorted(found)}


def in_rounds(invited: Iterable[Invited]) -> list[Invited]:
    """Return the invitations of ordinary rounds.

    Who is asked again after an unhappy answer was chosen for it: counted with the others they
    would make every figure say something else.
    """
    return [one for one in invited if not is_again(one.round)]


def newest(invited: Iterable[Invited]) -> dict[int, Invited]:
    """Return contact → the invitation of their newest answer, of any round."""
    answered = [one for one in invited if one.answered_at is not None]
    answered.sort(key=lambda one: (one.answered_at or one.asked_at, one.id))
    return {one.contact_id: one for one in answered}


def by_driver(invited: Iterable[Invited], drivers: Sequence[str]) -> dict[str, Nps]:
    """Return driver → what those answered who ticked it; a driver nobody ticked is there too."""
    found: dict[str, list[int]] = {key: [] for key in drivers}
    for one in invited:
        if one.score is not None:
            for key in one.drivers:
                found.setdefault(key, []).append(one.score)
    return {key: nps(scores) for key, scores in found.items()}


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody who was asked and has never answered."""

    contact_id: int
    asks: int
    last_asked: datetime


def never_answered(invited: Iterable[Invited], now: datetime) -> list[Silent]:
    """Return who has never answered, the most asked first; asks of two weeks are waited for."""
    asks: dict[int, list[datetime]] = {}
    answered = set()
    for one in invited:
        if not one.left:
            continue
        asks.setdefault(one.contact_id, []).append(one.asked_at)
        if one.answered_at is not None:
            answered.add(one.contact_id)
    found = [
        Silent(contact_id, len(times), max(times))
        for contact_id, times in asks.items()
        if contact_id not in answered and now - max(times) >= _PATIENCE
    ]
    return sorted(found, key=lambda one: (-one.asks, one.last_asked, one.contact_id))


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """People whose newest answer is a score, and what they referred."""

    score: int
    people: int
    #: how many of them referred
    referrers: int
    referrals: int

    @property
    def each(self) -> float | None:
        """Referrals a person; None where nobody answered so."""
        return self.referrals / self.people if self.people else None


def per_score(scores: Mapping[int, int], referrals: Mapping[int, int]) -> list[ScoreLine]:
    """Return a line per score, 10 first; `scores` and `referrals` by contact."""
    lines = []
    for score in range(10, -1, -1):
        people = [who for who, given in scores.items() if given == score]
        counts = [referrals.get(who, 0) for who in people]
        lines.append(ScoreLine(score, len(people), sum(n > 0 for n in counts), sum(counts)))
    return lines

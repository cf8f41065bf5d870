"""Whom to ask first: a score from 0 to 100 with a line for each part, like any score.

The weights stand in the programme's file (`readiness`). Whether somebody may be asked at all
is another question (`nurture.domain.referral_guards`): no score makes up for a complaint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from nurture.domain.referral_guards import YEAR, AskFacts, valid_score
from nurture.domain.referral_program import Program
from nurture.language import Said, say, say_number

#: engagement points that are as much as this counts: those of an MQL
FULL_ENGAGEMENT = 60.0
#: meetings with other customers in a year that are as much as this counts
FULL_COMMUNITY = 3
#: how long somebody has to be a customer for the whole of it
FULL_TENURE = timedelta(days=730)
#: 0 unknown, 1 few, 2 some, 3 many people in reach
FULL_REACH = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Signs:
    """What readiness reads beside what the guards know."""

    #: engagement and fit of the contact now, points
    engagement: float = 0.0
    #: communities, events and seminars within a year
    community: int = 0
    #: 0 to 3
    network_reach: int = 0
    #: since when they are a customer
    customer_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a part adds, of how much at most, and why."""

    part: str
    points: float
    most: float
    why: Said


@dataclass(frozen=True, slots=True)
class Readiness:
    """The score and its lines, which add up to it."""

    score: float
    lines: tuple[Line, ...]


def readiness(program: Program, facts: AskFacts, signs: Signs, now: datetime) -> Readiness:
    """Return how ready a contact is to be asked, 0 to 100, with its lines.

    Each part is a share of its weight; the weights are scaled to add up to 100.
    """
    weights = program.weights
    parts = (
        ("nps", weights.nps, *_nps(program, facts, now)),
        ("results", weights.results, *_results(program, facts, now)),
        ("engagement", weights.engagement, *_engagement(signs)),
        ("community", weights.community, *_community(signs)),
        ("reach", weights.reach, *_reach(signs)),
        ("asks", weights.asks, *_asks(facts, now)),
        ("tenure", weights.tenure, *_tenure(signs, now)),
    )
    whole = sum(weight for _, weight, _, _ in parts) or 1.0
    lines = tuple(
        Line(part, share * weight * 100 / whole, weight * 100 / whole, why)
        for part, weight, share, why in parts
        if weight
    )
    return Readiness(sum(line.points for line in lines), lines)


def in_order(people: Iterable[tuple[T, Signs, Readiness]]) -> list[T]:
    """Return people as they should be asked: those who reach many first, then by score.

    Among the satisfied the widely connected come first, not those who are easy to talk to.
    """
    found = sorted(people, key=lambda one: (-one[1].network_reach, -one[2].score))
    return [one for one, _, _ in found]


def _nps(program: Program, facts: AskFacts, now: datetime) -> tuple[float, Said]:
    score = valid_score(program, facts, now)
    if score is None:
        return 0.0, say("no NPS answer that still counts")
    return max(0.0, (score - 6) / 4), say("newest NPS answer: {score}", score=score)


def _results(program: Program, facts: AskFacts, now: datetime) -> tuple[float, Said]:
    if facts.result_worse:
        return 0.0, say("the newest report tells of nothing better")
    if facts.result_at is None:
        return 0.0, say("no result was reported")
    age = now - facts.result_at
    share = max(0.0, 1 - age / program.asks.result_within)
    return share, say_number(
        "a result was reported {number} day ago",
        "a result was reported {number} days ago",
        max(0, age.days),
    )


def _engagement(signs: Signs) -> tuple[float, Said]:
    share = min(1.0, max(0.0, signs.engagement) / FULL_ENGAGEMENT)
    return share, say("score of {points:.0f} for what they read and do", points=signs.engagement)


def _community(signs: Signs) -> tuple[float, Said]:
    return min(1.0, signs.community / FULL_COMMUNITY), say_number(
        "{number} event or seminar within a year",
        "{number} events or seminars within a year",
        signs.community,
    )


def _reach(signs: Signs) -> tuple[float, Said]:
    words = (
        say("nobody knows how many people they reach"),
        say("they reach few people"),
        say("they reach some people"),
        say("they reach many people"),
    )
    reach = min(FULL_REACH, max(0, signs.network_reach))
    return reach / FULL_REACH, words[reach]


def _asks(facts: AskFacts, now: datetime) -> tuple[float, Said]:
    asked = sum(1 for one in facts.asks if now - one.at < YEAR)
    share = max(0.0, 1 - asked / 2)
    if not asked:
        return share, say("not asked within a year")
    return share, say_number(
        "asked {number} time within a year", "asked {number} times within a year", asked
    )


def _tenure(signs: Signs, now: datetime) -> tuple[float, Said]:
    if signs.customer_since is None:
        return 0.0, say("nobody knows since when they are a customer")
    age = max(timedelta(0), now - signs.customer_since)
    months = age // timedelta(days=30)
    return min(1.0, age / FULL_TENURE), say_number(
        "a customer for {number} month", "a customer for {number} months", months
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """A company as a match sees it."""

    industry: str = ""
    employees: int | None = None
    use_case: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close two companies are, 0 to 10, and in what."""

    points: int
    #: industry | use_case | size | region
    alike: tuple[str, ...]


def likeness(one: Profile, other: Profile) -> Likeness:
    """Return how close two companies are: 4 industry, 3 use case, 2 size, 1 region."""
    alike = []
    if one.industry and one.industry == other.industry:
        alike.append("industry")
    if one.use_case and one.use_case.casefold() == other.use_case.casefold():
        alike.append("use_case")
    if one.employees and other.employees and 1 / 3 <= one.employees / other.employees <= 3:
        alike.append("size")
    if one.region and one.region == other.region:
        alike.append("region")
    worth = {"industry": 4, "use_case": 3, "size": 2, "region": 1}
    return Likeness(sum(worth[what] for what in alike), tuple(alike))


def matches(
    target: Profile, referrers: Sequence[tuple[T, Profile, Signs]], least: int = 1
) -> list[tuple[T, Likeness]]:
    """Return who could introduce us to a company, closest first, then by whom they reach."""
    found = [(who, likeness(target, profile), signs) for who, profile, signs in referrers]
    close = [one for one in found if one[1].points >= least]
    close.sort(key=lambda one: (-one[1].points, -one[2].network_reach))
    return [(who, like) for who, like, _ in close]

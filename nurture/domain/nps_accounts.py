"""NPS by account: whom else to ask, who is asked too rarely, and where revenue is at stake."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from nurture.domain.nps import Invited, Nps, nps
from nurture.domain.survey import Coverage
from nurture.domain.survey_rhythm import YEAR, is_again


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's contact who may be asked."""

    id: int
    account_id: int
    #: decision-maker | user | it
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A customer, and what its won deals of the last 365 days are worth."""

    id: int
    name: str
    #: in the house's currency; None: nothing with an amount and a rate
    revenue: float | None = None


def account_nps(invited: Iterable[Invited], now: datetime) -> dict[int, Nps]:
    """Return account → what the newest answers of its people within 365 days add up to."""
    latest: dict[int, dict[int, Invited]] = {}
    answered = [
        one
        for one in invited
        if one.account_id is not None
        and one.answered_at is not None
        and now - one.answered_at < YEAR
    ]
    answered.sort(key=lambda one: (one.answered_at or one.asked_at, one.id))
    for one in answered:
        assert one.account_id is not None  # filtered above
        latest.setdefault(one.account_id, {})[one.contact_id] = one
    return {
        account: nps(one.score for one in people.values() if one.score is not None)
        for account, people in latest.items()
    }


class Corner(enum.StrEnum):
    """Where an account lies in the plane of revenue and NPS ("NPS SWOT")."""

    #: much revenue, glad: keep, and ask for an introduction
    STRENGTH = "strength"
    #: little revenue, glad: let it grow
    OPPORTUNITY = "opportunity"
    #: much revenue, not glad: act first
    THREAT = "threat"
    #: little revenue, not glad: find out why
    WEAKNESS = "weakness"


@dataclass(frozen=True, slots=True)
class Placed:
    """An account in its corner."""

    account: Account
    nps: Nps
    corner: Corner


@dataclass(frozen=True, slots=True)
class Quadrants:
    """Every account that has an answer and a revenue, the most revenue first."""

    #: revenue from which on an account has much: the median of those shown; None: there is none
    cut: float | None
    placed: tuple[Placed, ...]

    def of(self, corner: Corner) -> list[Placed]:
        """Return the accounts of a corner."""
        return [one for one in self.placed if one.corner == corner]


def quadrants(accounts: Iterable[Account], found: Mapping[int, Nps]) -> Quadrants:
    """Return accounts by revenue × NPS.

    Much revenue is the median of these accounts or more, glad an NPS above 0: more promoters
    than detractors. Accounts without an answer or a revenue are left out.
    """
    shown = [one for one in accounts if one.revenue is not None and one.id in found]
    shown = [one for one in shown if found[one.id].value is not None]
    revenues = [one.revenue for one in shown if one.revenue is not None]
    cut = median(revenues) if revenues else None
    placed = []
    for one in sorted(shown, key=lambda one: (-(one.revenue or 0), one.name, one.id)):
        rich = cut is not None and (one.revenue or 0) >= cut
        glad = (found[one.id].value or 0) > 0
        corner = (
            (Corner.STRENGTH if glad else Corner.THREAT)
            if rich
            else (Corner.OPPORTUNITY if glad else Corner.WEAKNESS)
        )
        placed.append(Placed(one, found[one.id], corner))
    return Quadrants(cut, tuple(placed))


@dataclass(frozen=True, slots=True)
class Gap:
    """An account that is worth asking more people."""

    account: Account
    #: people asked within 365 days
    asked: int
    wanted: int
    #: roles of which nobody was asked
    roles: tuple[str, ...]
    #: whom to ask next, as many as are missing and there are
    next: tuple[int, ...]

    @property
    def missing(self) -> int:
        """How many people are missing."""
        return max(self.wanted - self.asked, 0)


def whom_to_ask(
    people: Iterable[Person], asked: Mapping[int, str | None], roles: Sequence[str]
) -> list[int]:
    """Return who has not been asked, in the order in which to ask them.

    First somebody of each role of which nobody was asked, in the order of `roles`, then the
    others, role by role in turn, so that no role is heard alone. `asked`: contact → role.
    """
    free: dict[str | None, list[int]] = {}
    for one in sorted(people, key=lambda one: one.id):
        if one.id not in asked:
            free.setdefault(one.role if one.role in roles else None, []).append(one.id)
    heard = set(asked.values())
    order = [*(r for r in roles if r not in heard), *(r for r in roles if r in heard), None]
    found = []
    while any(free.get(role) for role in order):
        found += [free[role].pop(0) for role in order if free.get(role)]
    return found


def coverage(
    accounts: Iterable[Account],
    people: Iterable[Person],
    invited: Iterable[Invited],
    rule: Coverage,
    threshold: float | None,
    now: datetime,
) -> list[Gap]:
    """Return accounts of so much revenue whose people are not asked as many as the guide says.

    Guide: 9 people of an account worth USD 1M a year (document 000). `threshold`: that revenue
    in the house's currency; None: the policy has no rate for it, nothing can be said.
    """
    if threshold is None:
        return []
    own: dict[int, list[Person]] = {}
    for person in people:
        own.setdefault(person.account_id, []).append(person)
    asked: dict[int, dict[int, str | None]] = {}
    for one in invited:
        if one.account_id is not None and now - one.asked_at < YEAR:
            asked.setdefault(one.account_id, {})[one.contact_id] = one.role
    gaps = []
    for account in accounts:
        if account.revenue is None or account.revenue < threshold:
            continue
        heard = asked.get(account.id, {})
        roles = tuple(role for role in rule.roles if role not in heard.values())
        order = whom_to_ask(own.get(account.id, ()), heard, rule.roles)
        missing = max(rule.contacts - len(heard), 0)
        if missing or roles:
            following = tuple(order[: max(missing, len(roles))])
            gaps.append(Gap(account, len(heard), rule.contacts, roles, following))
    return sorted(gaps, key=lambda gap: (-gap.missing, gap.account.name, gap.account.id))


def rarely_asked(
    accounts: Iterable[Account], invited: Iterable[Invited], now: datetime
) -> list[tuple[Account, int]]:
    """Return accounts with one round or none within 365 days: once a year is too few (000)."""
    rounds: dict[int, set[str]] = {}
    for one in invited:
        if one.account_id is not None and now - one.asked_at < YEAR and not is_again(one.round):
            rounds.setdefault(one.account_id, set()).add(one.round)
    found = [(account, len(rounds.get(account.id, ()))) for account in accounts]
    return sorted(
        ((account, count) for account, count in found if count <= 1),
        key=lambda pair: (pair[1], -(pair[0].revenue or 0), pair[0].name),
    )

"""What came back of what was spent, and how a period compares. Each docstring is the definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nurture.domain.kpi_book import Book, DealFact
from nurture.domain.kpi_policy import REFERRAL
from nurture.domain.kpi_values import Money, Ratio, Table
from nurture.domain.value_kpis import cost_of, is_of, ltv, new_customers


@dataclass(frozen=True, slots=True)
class Return:
    """What came back of what was spent."""

    #: what came in
    gain: float | None
    cost: float | None
    currency: str

    @property
    def roi(self) -> float | None:
        """(Gain − cost) / cost; None where a side is unknown or nothing was spent."""
        if self.gain is None or not self.cost:
            return None
        return (self.gain - self.cost) / self.cost


def roi_short(book: Book, source: str) -> Return:
    """ROI = (revenue − cost) / cost of the period, per route (000, row 51).

    A route is a source, or `referral/CHANNEL` with that channel's rewards and own costs.
    """
    deals = _deals_of_route(book, source)
    return Return(book.worth(deals).amount, cost_of(book, source).known, _currency(book))


def roi_with_ltv(book: Book, source: str) -> Return:
    """ROI with LTV = (customers won × LTV − cost) / cost of the period, per route (row 51)."""
    cost = cost_of(book, source).known
    base, _, channel = source.partition("/")
    value = ltv(book, base).value
    won = new_customers(book, base)
    if channel:
        keys = {one.customer for one in _deals_of_route(book, source)}
        won = [one for one in won if one.key in keys]
    gain = None if value is None else value * len(won)
    return Return(gain, cost, _currency(book))


def _deals_of_route(book: Book, source: str) -> Sequence[DealFact]:
    base, _, channel = source.partition("/")
    deals = [one for one in book.won if is_of(one.source, base)]
    if not channel:
        return deals
    channels = book.channels
    return [one for one in deals if channels.get(one.referral_id or 0) == channel]


def routes(book: Book) -> list[str]:
    """Return every route with deals or costs: sources, and referrals' channels."""
    found = {one.source for one in book.costs if "/" in one.source}
    found |= {f"{REFERRAL}/{one.channel}" for one in book.referrals}
    found |= {f"{REFERRAL}/{one.channel}" for one in book.rewards}
    return [*book.sources, *sorted(found)]


def roi_by_route(book: Book) -> Table[tuple[Return, Return]]:
    """ROI of each route, short-term and with LTV (000, row 51)."""
    return Table(
        "route", {one: (roi_short(book, one), roi_with_ltv(book, one)) for one in routes(book)}
    )


def _currency(book: Book) -> str:
    return book.policy.rates.currency


# -- month by month ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened in a month, whenever its referrals had come."""

    referrals: int
    #: deals of referrals that were opened, and won
    deals: int
    wins: int
    revenue: Money


def happened(book: Book) -> Happened:
    """Return what happened in the book's period: referrals that came, deals opened and won.

    Unlike A, B and C, which follow the referrals of a period to this day, this is what a
    month's report tells: the deals won in it may be owed to referrals of months before.
    """
    opened = [
        one for one in book.deals if one.source == REFERRAL and book.period.holds(one.created_at)
    ]
    won = [one for one in book.won if one.source == REFERRAL]
    return Happened(len(book.counted), len(opened), len(won), book.worth(won))


# -- before and after ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A period held against the one of the same length before it (001, row 78)."""

    referrals_before: int
    referrals_after: int
    cac_before: float | None
    cac_after: float | None

    @property
    def times(self) -> float | None:
        """Referrals after / before: 4.0 is four times as many; None where there were none."""
        if not self.referrals_before:
            return None
        return self.referrals_after / self.referrals_before

    @property
    def cac_change(self) -> float | None:
        """CAC after / before − 1: −0.25 is 25 % less; None where one is unknown."""
        if self.cac_after is None or not self.cac_before:
            return None
        return self.cac_after / self.cac_before - 1


def progress(book: Book) -> BeforeAfter:
    """Before and after: referrals × and CAC ± against the same span before it (001, row 78).

    Four times the referrals at a CAC of a quarter less read ×4.0 and −25 %.
    """
    if book.earlier is None:
        return BeforeAfter(0, len(book.counted), None, total_cac(book).value)
    return before_after(book.earlier, book)


def before_after(before: Book, after: Book) -> BeforeAfter:
    """Referrals and CAC over all sources, this period against the one before (001, row 78)."""
    return BeforeAfter(
        len(before.counted), len(after.counted), total_cac(before).value, total_cac(after).value
    )


def total_cac(book: Book) -> Ratio:
    """CAC of all sources together: costs and rewards / customers won in the period."""
    amounts: list[tuple[float | None, str | None]] = [(c.amount, c.currency) for c in book.costs]
    amounts += [(one.amount, one.currency) for one in book.rewards]
    won = [one for one in book.customers if one.bought and book.period.holds(one.since)]
    return Ratio(book.policy.rates.total(amounts).known, len(won), book.policy.rates.currency)

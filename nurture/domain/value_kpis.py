"""KPIs of money: revenue, cost, what a customer is worth. Each docstring is the definition.

Amounts are in the house's currency (`kpis.currency`), converted by the rates that the policy
states; currencies without a rate stand apart and are in no sum (`Money.apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nurture.domain.kpi_book import Book, CustomerFact, DealFact
from nurture.domain.kpi_policy import REFERRAL
from nurture.domain.kpi_values import Money, Ratio, Share, Table

#: everybody who did not come by a referral
NORMAL = "normal"

#: from how many employees on a size of company begins
SIZES = (0, 50, 300, 1000)


def lead_to_deal(book: Book) -> Table[Share]:
    """Lead→deal rate = leads with a deal / leads, by source (000, row 49).

    Document 000 prints it upside down (leads / deals); this is deals per lead, never above 1.
    Leads: people whose first step from prospect to any later stage lies in the period; with a
    deal: at least one was opened for them by now. A referred person's source is `referral`.
    """
    groups: dict[str, list[bool]] = {}
    for one in book.leads:
        groups.setdefault(one.source, []).append(one.has_deal)
    return Table(
        "source", {key: Share(sum(groups[key]), len(groups[key])) for key in _in(book, groups)}
    )


def win_rate(book: Book) -> Table[Share]:
    """Win rate = deals won / deals won or lost in the period, by source (000, row 50)."""
    return _wins(book, lambda one: one.source, "source")


def win_rate_by_industry(book: Book) -> Table[Share]:
    """Win rate of referral deals by industry: is it owed to one trade alone? (000, row 50)."""
    return _wins(book, lambda one: one.industry or "unknown", "industry", referred=True)


def win_rate_by_size(book: Book) -> Table[Share]:
    """Win rate of referral deals by size of company, in employees (000, row 50)."""
    return _wins(book, lambda one: size_of(one.employees), "size", referred=True)


def size_of(employees: int | None) -> str:
    """Return the size of a company: `50-299`, `1000+`, `unknown`."""
    if employees is None:
        return "unknown"
    lower = max(one for one in SIZES if one <= max(0, employees))
    higher = next((one for one in SIZES if one > lower), None)
    return f"{lower}+" if higher is None else f"{lower or 1}-{higher - 1}"


def _wins(
    book: Book, of: Callable[[DealFact], str], by: str, referred: bool = False
) -> Table[Share]:
    groups: dict[str, list[bool]] = {}
    for one in book.closed:
        if not referred or one.source == REFERRAL:
            groups.setdefault(of(one), []).append(one.won)
    keys = _in(book, groups) if by == "source" else sorted(groups, key=lambda k: -len(groups[k]))
    return Table(by, {key: Share(sum(groups[key]), len(groups[key])) for key in keys})


def _in(book: Book, groups: Iterable[str]) -> list[str]:
    """Return groups in the order of the book's sources."""
    found = set(groups)
    ordered = [one for one in book.sources if one in found]
    return ordered + sorted(found - set(ordered))


def revenue_by_source(book: Book) -> Table[Money]:
    """Revenue = amounts of deals won in the period, by source (000, rows 46 and 47)."""
    groups = _grouped(book.won, lambda one: one.source)
    return Table("source", {key: book.worth(groups[key]) for key in _in(book, groups)})


def _grouped(deals: Iterable[DealFact], of: Callable[[DealFact], str]) -> dict[str, list[DealFact]]:
    groups: dict[str, list[DealFact]] = {}
    for one in deals:
        groups.setdefault(of(one), []).append(one)
    return groups


def crv(book: Book) -> Ratio:
    """CRV (customer referral value): referral revenue / all revenue of the period (row 47)."""
    by_source = revenue_by_source(book).rows
    total = sum(one.amount for one in by_source.values())
    known = any(one.counted for one in by_source.values())
    own = by_source.get(REFERRAL)
    over = own.amount if own is not None else 0.0
    return Ratio(over if known else None, total if known else None, book.policy.rates.currency)


# -- what winning a customer costs -----------------------------------------------------------


def new_customers(book: Book, source: str) -> list[CustomerFact]:
    """Return those whose first won deal lies in the period, of a source or of all but referrals."""
    return [
        one
        for one in book.customers
        if one.bought and book.period.holds(one.since) and is_of(one.source, source)
    ]


def is_of(found: str, source: str) -> bool:
    """Say whether a source is the one asked for; NORMAL is every one but referrals."""
    return found != REFERRAL if source == NORMAL else found == source


def cost_of(book: Book, source: str) -> Money:
    """Return what a source cost in the period, or all sources but referrals."""
    if source != NORMAL:
        return book.cost(source)
    others = [one for one in book.costs if one.source.partition("/")[0] != REFERRAL]
    return book.policy.rates.total((one.amount, one.currency) for one in others)


def cac(book: Book, source: str) -> Ratio:
    """CAC = what a source cost in the period / customers won from it in the period.

    Costs: `nurture kpis costs`, and for referrals what the ledger of rewards added. Without a
    cost on record it is n/a, not nought: nobody wrote it down.
    """
    return Ratio(
        cost_of(book, source).known,
        len(new_customers(book, source)),
        book.policy.rates.currency,
    )


def cac_by_source(book: Book) -> Table[Ratio]:
    """CAC of each source (000, row 51; 001, row 81)."""
    return Table("source", {one: cac(book, one) for one in book.sources})


def referral_cac_share(book: Book) -> Ratio:
    """Referral CAC as a share of the CAC of everything else, from our own data (001, row 93).

    The document leaves the number blank, and so does this where a CAC is unknown.
    """
    return Ratio(cac(book, REFERRAL).value, cac(book, NORMAL).value, book.policy.rates.currency)


# -- what a customer is worth ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LifetimeValue:
    """An LTV with everything it was computed from."""

    value: float | None
    currency: str
    #: mean of the won deals of these customers
    average_deal: float | None
    #: deals that the mean is of
    deals: int
    #: share that stays a year
    retention: float | None
    #: measured | assumed | unknown
    basis: str
    customers: int
    years: int
    deals_per_year: float
    margin: float


def churn(book: Book, source: str) -> Share:
    """Churn = customers whose contract ended in the period / customers there in it (row 94).

    An end is the event `contract.ended`; who buys again afterwards is a customer again.
    """
    there = [
        one
        for one in book.customers
        if is_of(one.source, source)
        and one.since < book.period.until
        and (one.ended_at is None or one.ended_at >= book.period.since)
    ]
    return Share(sum(book.period.holds(one.ended_at) for one in there), len(there))


def churn_by_source(book: Book) -> Table[Share]:
    """Churn of each source (001, row 94)."""
    return Table("source", {one: churn(book, one) for one in book.sources})


def retention(book: Book, source: str) -> tuple[float | None, str]:
    """Return the share of customers who stay a year, and whether it is measured or assumed.

    Measured: (1 − churn) to the power of 365 / days of the period, from
    `ltv.measured_from` customers on; assumed: the policy's `ltv.retention`; else unknown.
    """
    found, rules = churn(book, source), book.policy.lifetime
    rate = found.rate
    if rate is not None and found.whole >= rules.measured_from and book.period.days >= 180:
        return (1 - rate) ** (365 / book.period.days), "measured"
    if rules.retention is not None:
        return rules.retention, "assumed"
    return None, "unknown"


def ltv(book: Book, source: str) -> LifetimeValue:
    """LTV by our own definition, with its basis shown (002, row 152).

    Average won deal × deals a year × (1 + r + … + r^(years − 1)) × margin. The average is over
    every deal won from customers of the source so far; r is the share that stays a year.
    """
    theirs = {one.key for one in book.customers if is_of(one.source, source)}
    deals = [one for one in book.won_ever if one.customer in theirs]
    worth = book.worth(deals)
    average = worth.amount / worth.counted if worth.counted else None
    rate, basis = retention(book, source)
    rules = book.policy.lifetime
    value = rules.value(average, rate) if average is not None and rate is not None else None
    return LifetimeValue(
        value,
        worth.currency,
        average,
        worth.counted,
        rate,
        basis,
        len(theirs),
        rules.years,
        rules.deals_per_year,
        rules.margin,
    )


def ltv_by_source(book: Book) -> Table[LifetimeValue]:
    """LTV of each source (000, row 52)."""
    return Table("source", {one: ltv(book, one) for one in book.sources})


def revenue_per_customer(book: Book) -> Table[Ratio]:
    """What a customer has brought so far, add-ons included: revenue ever / customers (row 52)."""
    rows = {}
    for source in book.sources:
        theirs = {one.key for one in book.customers if one.source == source}
        worth = book.worth([one for one in book.won_ever if one.customer in theirs])
        rows[source] = Ratio(worth.known, len(theirs), worth.currency)
    return Table("source", rows)


def ltv_difference(referral: float, normal: float, wins: int) -> float:
    """LTV gain = (LTV of referred customers − LTV of the others) × C (002, row 151).

    (300,000 − 200,000) × 8 = 800,000.
    """
    return (referral - normal) * wins


def ltv_gain(book: Book) -> Money | None:
    """LTV gain of the period: (LTV referral − LTV of the others) × customers won (row 151)."""
    own, others = ltv(book, REFERRAL).value, ltv(book, NORMAL).value
    if own is None or others is None:
        return None
    won = len(new_customers(book, REFERRAL))
    return Money(ltv_difference(own, others, won), book.policy.rates.currency, won)


def cac_to_ltv(book: Book, source: str) -> Ratio:
    """CAC / LTV of a source (001, rows 95 and 109): 200,000 / 1,000,000 = 0.2.

    The quotient is kept exact (140,000 / 1,200,000 = 0.11666…) and shown with two decimals,
    rounded half up.
    """
    return Ratio(cac(book, source).value, ltv(book, source).value, book.policy.rates.currency)


def cac_to_ltv_by_source(book: Book) -> Table[Ratio]:
    """CAC / LTV of each source: what justifies investing in referrals (001, row 95)."""
    return Table("source", {one: cac_to_ltv(book, one) for one in book.sources})

"""What `kpis:` of the policy says: currency and rates, what a customer is worth, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from fnmatch import fnmatchcase

from nurture.domain.kpi_values import Rates

#: where leads come from, besides what a policy names
REFERRAL, UNKNOWN, OTHER = "referral", "unknown", "other"

#: whose place it is, and where (003: 自社・他社 × オンライン・オフライン)
PLACES = ("own_online", "others_online", "own_offline", "others_offline")


#: where no currency is stated
YEN = Rates()


@dataclass(frozen=True, slots=True)
class Source:
    """A group of contacts' sources."""

    key: str
    title: Mapping[str, str]
    #: one of PLACES
    place: str
    #: patterns over the contact's source: `*展*`
    matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a customer is worth over time, by the house's own definition (002).

    LTV = average won deal × deals a year × (1 + r + r² + … + r^(years − 1)) × margin,
    with r the share of customers who stay from one year to the next.
    """

    years: int = 5
    deals_per_year: float = 1.0
    #: share that stays a year, 0 to 1, where too few customers are known to measure it;
    #: None: then there is no LTV
    retention: float | None = None
    #: customers of a source from which on its own retention is measured
    measured_from: int = 10
    #: share of the revenue that counts, 0 to 1
    margin: float = 1.0

    def value(self, average_deal: float, retention: float) -> float:
        """Return the LTV of a customer whose deals are worth so much."""
        stays = sum(retention**year for year in range(self.years))
        return average_deal * self.deals_per_year * stays * self.margin


@dataclass(frozen=True, slots=True)
class KpiPolicy:
    """How the house counts."""

    #: sender who looks at the figures each month; "": the default sender
    owner: str = ""
    #: time of day of the monthly report, on the month's first business day; None: none
    report_at: time | None = None
    rates: Rates = YEN
    lifetime: Lifetime = Lifetime()
    sources: tuple[Source, ...] = ()
    #: below this share of participants who refer, incentives and choice of people are looked at
    referral_rate_below: float = 0.1
    #: response rate of surveys that the house aims at, 0 to 1; None: nobody said
    response_target: float | None = None

    def group(self, source: str | None) -> str:
        """Return the group of a contact's source: the first whose pattern matches."""
        if not source or not source.strip():
            return UNKNOWN
        folded = source.strip().casefold()
        for one in self.sources:
            if any(fnmatchcase(folded, pattern.casefold()) for pattern in one.matches):
                return one.key
        return OTHER

    def titles(self, locale: str) -> Mapping[str, str]:
        """Return group → what it is called, where the policy names it."""
        return {
            one.key: one.title.get(locale) or next(iter(one.title.values()), one.key)
            for one in self.sources
        }

    def place_of(self, group: str) -> str:
        """Return whose place a group is; "" where nobody said."""
        return next((one.place for one in self.sources if one.key == group), "")


#: nothing said
DEFAULT = KpiPolicy()
#: reserved names of sources
RESERVED = (REFERRAL, UNKNOWN, OTHER)


def known_sources(policy: KpiPolicy) -> tuple[str, ...]:
    """Return every source to which a cost may be written down, referrals first."""
    return (REFERRAL, *(one.key for one in policy.sources), OTHER)

"""The calculator: what would be if, with plain numbers and no database."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.domain.kpi import contracts_per_year
from nurture.domain.kpi_values import Ratio


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand: the numbers of documents 001 and 004 where nothing else is said."""

    leads_per_month: float = 10
    #: share of leads that sign, 0 to 1
    rate: float = 0.3
    #: what winning a customer costs, and what one is worth
    cac: float = 200_000
    ltv: float = 1_000_000
    #: share of deals that are won, 0 to 1
    win_rate: float = 0.2


@dataclass(frozen=True, slots=True)
class Change:
    """What referrals would change (001, row 109), and the rate that is aimed at (004)."""

    rate: float = 0.4
    cac_times: float = 0.7
    win_times: float = 1.5
    ltv_times: float = 1.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """Before and after."""

    contracts: float
    contracts_then: float
    cac: float
    cac_then: float
    win_rate: float
    win_rate_then: float
    ltv: float
    ltv_then: float

    @property
    def more_contracts(self) -> float:
        """Contracts a year more."""
        return round(self.contracts_then - self.contracts, 6)

    @property
    def cac_to_ltv(self) -> Ratio:
        """CAC / LTV as it is."""
        return Ratio(self.cac, self.ltv)

    @property
    def cac_to_ltv_then(self) -> Ratio:
        """CAC / LTV as it would be: 140,000 / 1,200,000 = 0.11666…, shown as 0.12."""
        return Ratio(self.cac_then, self.ltv_then)


def what_if(now: Now, change: Change) -> Outcome:
    """Return what a change would make of how things stand.

    10 leads a month at 30 % are 36 contracts a year, at 40 % they are 48 (004, row 188).
    Referral CAC × 0.7, win rate × 1.5, LTV × 1.2 (001, row 109): 200,000 → 140,000,
    20 % → 30 %, 1,000,000 → 1,200,000, CAC/LTV 0.2 → 0.11666…. No rate passes 1.
    """
    return Outcome(
        contracts_per_year(now.leads_per_month, now.rate),
        contracts_per_year(now.leads_per_month, change.rate),
        now.cac,
        round(now.cac * change.cac_times, 6),
        now.win_rate,
        min(1.0, round(now.win_rate * change.win_times, 9)),
        now.ltv,
        round(now.ltv * change.ltv_times, 6),
    )

"""All KPIs in the order in which pages, commands and the API list them.

A new one: a function of a book in its module, a line here, and its words in `kpi_words`; its
docstring is its definition and goes into docs/kpis.md by `nurture kpis --docs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nurture.domain import crm_kpis, referral_kpis, return_kpis, value_kpis
from nurture.domain.kpi_book import Book


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure by name."""

    key: str
    of: Callable[[Book], Any]
    #: referrals | by | asks | people | money | customers | records
    group: str
    #: the function whose docstring defines it, where `of` only hands something on
    defined_by: Callable[..., Any]
    #: what it is read from: tables and event types
    read_from: str


_REFERRALS = "referral, referral_step, deal"
_MONEY = "deal, acquisition_cost, reward_entry"


def _kpi(of: Callable[[Book], Any], group: str, read_from: str) -> Kpi:
    return Kpi(of.__name__, of, group, of, read_from)


def _by(dimension: str) -> Kpi:
    def of(book: Book) -> Any:
        return referral_kpis.funnels_by(book, dimension)

    return Kpi(f"by_{dimension}", of, "by", referral_kpis.funnels_by, _REFERRALS)


KPIS: tuple[Kpi, ...] = (
    _kpi(referral_kpis.referrals, "referrals", _REFERRALS),
    _kpi(referral_kpis.referral_to_deal, "referrals", _REFERRALS),
    _kpi(referral_kpis.referral_to_win, "referrals", _REFERRALS),
    _kpi(referral_kpis.deal_to_win, "referrals", _REFERRALS),
    _kpi(referral_kpis.quality, "referrals", "referral"),
    _kpi(referral_kpis.participation_rate, "referrals", "referrer, deal, contract.ended"),
    _kpi(referral_kpis.referral_rate, "referrals", "referrer, referral"),
    _kpi(return_kpis.progress, "referrals", f"referral, {_MONEY}"),
    _kpi(referral_kpis.stage_conversion, "referrals", "referral, referral_step"),
    _kpi(referral_kpis.pipeline, "referrals", "referral, referral_step"),
    _kpi(referral_kpis.first_contact_in_time, "referrals", "referral"),
    *(_by(dimension) for dimension in referral_kpis.DIMENSIONS),
    _kpi(referral_kpis.ask_response, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.ask_to_referral, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.asks_by_offer, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.asks_by_reward, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.asks_by_timing, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.asks_by_channel, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.decline_reasons, "asks", "referral_ask"),
    _kpi(referral_kpis.lead_time, "asks", "referral_ask, referral"),
    _kpi(referral_kpis.time_to_first, "asks", "referrer, referral"),
    _kpi(referral_kpis.referrer_scorecard, "people", _REFERRALS),
    _kpi(referral_kpis.survey_response, "people", "survey_invitation"),
    _kpi(referral_kpis.referrals_by_score, "people", "survey_invitation, referral"),
    _kpi(referral_kpis.score_correlation, "people", "survey_invitation, referral"),
    _kpi(value_kpis.revenue_by_source, "money", "deal, contact"),
    _kpi(value_kpis.crv, "money", "deal, referral"),
    _kpi(value_kpis.lead_to_deal, "money", "lifecycle.changed, deal, referral"),
    _kpi(value_kpis.win_rate, "money", "deal, referral"),
    _kpi(value_kpis.win_rate_by_industry, "money", "deal, referral, account"),
    _kpi(value_kpis.win_rate_by_size, "money", "deal, referral, account"),
    _kpi(value_kpis.cac_by_source, "money", _MONEY),
    _kpi(value_kpis.referral_cac_share, "money", _MONEY),
    _kpi(return_kpis.roi_by_route, "money", _MONEY),
    _kpi(value_kpis.ltv_by_source, "customers", "deal, contract.ended"),
    _kpi(value_kpis.ltv_gain, "customers", "deal, contract.ended"),
    _kpi(value_kpis.cac_to_ltv_by_source, "customers", f"{_MONEY}, contract.ended"),
    _kpi(value_kpis.revenue_per_customer, "customers", "deal"),
    _kpi(value_kpis.churn_by_source, "customers", "deal, contract.ended"),
    _kpi(crm_kpis.completeness, "records", "referral, deal"),
    _kpi(crm_kpis.deals_without_next_date, "records", "deal"),
)

#: key → its KPI
BY_KEY: Mapping[str, Kpi] = {one.key: one for one in KPIS}


def figures(book: Book) -> Mapping[str, Any]:
    """Return every figure of a book, by key."""
    return {one.key: one.of(book) for one in KPIS}

"""Figures in words: what stands large, and the numbers it was made of beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from nurture.domain.kpi_values import Count, Funnel, Money, Ratio, Share, Spans, Table, two_places
from nurture.domain.return_kpis import BeforeAfter, Return
from nurture.domain.value_kpis import LifetimeValue

#: where nothing can be said
NOT_AVAILABLE = "n/a"

#: kinds of ratios: a share of something, or a plain quotient
_SHARES = frozenset({"crv", "referral_cac_share"})
#: amounts per customer
_AMOUNTS = frozenset({"cac_by_source", "revenue_per_customer"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as people read it."""

    main: str
    #: numerator and denominator, or what else it rests on; "" where it says all
    basis: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return self.main != NOT_AVAILABLE


def percent(rate: float | None, sign: bool = False) -> str:
    """Return a share with one decimal, rounded half up: 16.0%; n/a of None."""
    if rate is None:
        return NOT_AVAILABLE
    value = Decimal(repr(rate * 100)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    text = f"{abs(value):,}%"
    if value < 0:
        return f"−{text}"
    return f"+{text}" if sign and value else text


def money(amount: float | None, currency: str, locale: str) -> str:
    """Return an amount: 1,200,000円, JPY 1,200,000; n/a of None."""
    if amount is None:
        return NOT_AVAILABLE
    number = f"{abs(amount):,.0f}"
    sign = "−" if amount < 0 and number != "0" else ""
    if locale.startswith("ja") and currency == "JPY":
        return f"{sign}{number}円"
    return f"{sign}{currency} {number}"


def days(span: timedelta | None, locale: str) -> str:
    """Return a span in days with one decimal, in hours below one day."""
    if span is None:
        return NOT_AVAILABLE
    japanese = locale.startswith("ja")
    if span < timedelta(days=1):
        hours = round(span / timedelta(hours=1))
        if japanese:
            return f"{hours}時間"
        return f"{hours} hour" if hours == 1 else f"{hours} hours"
    number = f"{span / timedelta(days=1):.1f}".removesuffix(".0")
    if japanese:
        return f"{number}日"
    return f"{number} day" if number == "1" else f"{number} days"


def shown(value: Any, locale: str, key: str = "") -> Shown:
    """Return a figure in words; `key` is its KPI's, where a ratio can be read in two ways."""
    japanese = locale.startswith("ja")
    match value:
        case None:
            return Shown(NOT_AVAILABLE)
        case Share():
            return Shown(percent(value.rate), f"{value.part:,} / {value.whole:,}")
        case Count():
            return Shown(f"{value.number:,}")
        case Spans():
            basis = f"{value.count:,}件" if japanese else f"of {value.count:,}"
            if value.count > 1:
                ends = f"{days(value.shortest, locale)} – {days(value.longest, locale)}"
                basis = f"{basis}、{ends}" if japanese else f"{basis}, {ends}"
            return Shown(days(value.median, locale), basis)
        case Money():
            return Shown(money(value.known, value.currency, locale), _beside(value, locale))
        case Ratio():
            return _ratio(value, locale, key)
        case Funnel():
            # unbroken: A → B → C
            basis = f"{value.referrals:,}\u00a0→\u00a0{value.deals:,}\u00a0→\u00a0{value.wins:,}"
            return Shown(money(value.revenue.known, value.revenue.currency, locale), basis)
        case LifetimeValue():
            return Shown(money(value.value, value.currency, locale), _ltv(value, locale))
        case BeforeAfter():
            times = NOT_AVAILABLE if value.times is None else f"×{_one_place(value.times)}"
            counts = f"{value.referrals_before:,} → {value.referrals_after:,}"
            return Shown(times, f"{counts}, CAC {percent(value.cac_change, sign=True)}")
        case Return():
            gain, cost = (money(one, value.currency, locale) for one in (value.gain, value.cost))
            return Shown(percent(value.roi, sign=True), f"{gain} / {cost}")
        case float():
            return Shown(two_places(value).replace("-", "−"))
    return Shown(str(value))


def _one_place(value: float) -> str:
    return str(Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _ratio(one: Ratio, locale: str, key: str) -> Shown:
    value = one.value
    if key in _AMOUNTS:
        number = NOT_AVAILABLE if one.under is None else f"{one.under:,.0f}"
        of = f"{number}社" if locale.startswith("ja") else number
        return Shown(
            money(value, one.currency, locale), f"{money(one.over, one.currency, locale)} / {of}"
        )
    over, under = (money(side, one.currency, locale) for side in (one.over, one.under))
    if key in _SHARES:
        return Shown(percent(value), f"{over} / {under}")
    return Shown(NOT_AVAILABLE if value is None else two_places(value), f"{over} / {under}")


def _beside(one: Money, locale: str) -> str:
    """Return what is in a sum and what is not."""
    japanese = locale.startswith("ja")
    parts = [f"{one.counted:,}件" if japanese else f"{one.counted:,} deals"] if one.counted else []
    parts += [f"＋ {code} {sum_:,.0f}" for code, sum_ in sorted(one.apart.items())]
    if one.unpriced:
        parts.append(
            f"金額なし{one.unpriced:,}件" if japanese else f"{one.unpriced:,} without an amount"
        )
    return ("、" if japanese else ", ").join(parts)


def _ltv(one: LifetimeValue, locale: str) -> str:
    japanese = locale.startswith("ja")
    average = money(one.average_deal, one.currency, locale)
    stays = percent(one.retention)
    margin = "" if one.margin == 1 else f" × {percent(one.margin)}"
    per_year = f"{one.deals_per_year:g}"
    if japanese:
        basis = {"measured": "実測", "assumed": "想定", "unknown": "不明"}[one.basis]
        return f"{average} × 年{per_year}回 × {one.years}年（継続率{stays}・{basis}）{margin}"
    return f"{average} × {per_year} a year × {one.years} years at {stays} ({one.basis}){margin}"


def plain(value: Any) -> Any:
    """Return a figure as JSON: both numbers and the rate, days for spans, null for n/a."""
    match value:
        case Share():
            return {"numerator": value.part, "denominator": value.whole, "rate": value.rate}
        case Ratio():
            return {
                "numerator": value.over,
                "denominator": value.under,
                "value": value.value,
                "currency": value.currency or None,
            }
        case Money():
            return {
                "amount": value.known,
                "currency": value.currency,
                "counted": value.counted,
                "without_amount": value.unpriced,
                "other_currencies": dict(value.apart),
            }
        case Spans():
            return {
                "count": value.count,
                **{
                    f"{name}_days": None if span is None else span / timedelta(days=1)
                    for name, span in (
                        ("median", value.median),
                        ("shortest", value.shortest),
                        ("longest", value.longest),
                    )
                },
            }
        case Count():
            return value.number
        case Funnel():
            return {
                "referrals": value.referrals,
                "deals": value.deals,
                "wins": value.wins,
                "to_deal": value.to_deal.rate,
                "to_win": value.to_win.rate,
                "revenue": plain(value.revenue),
            }
        case LifetimeValue():
            return {name: getattr(value, name) for name in value.__slots__}
        case BeforeAfter():
            rest = {name: getattr(value, name) for name in value.__slots__}
            return {**rest, "times": value.times, "cac_change": value.cac_change}
        case Return():
            return {
                "gain": value.gain, "cost": value.cost, "roi": value.roi,
                "currency": value.currency,
            }  # fmt: skip
        case Table():
            return {"by": value.by, "rows": {key: plain(one) for key, one in value.rows.items()}}
        case tuple():
            return dict(zip(("short_term", "with_ltv"), map(plain, value), strict=True))
    return value

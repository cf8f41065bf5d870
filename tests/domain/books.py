"""Books of facts for tests of the KPIs: a year of referrals in a few lines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from nurture.domain.kpi_book import (
    AskFact,
    Book,
    CostFact,
    CustomerFact,
    DealFact,
    Period,
    ReferralFact,
)

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
YEAR = Period(SINCE, UNTIL)
MAY = datetime(2026, 5, 12, 1, tzinfo=UTC)


def book(**facts: Any) -> Book:
    """Return a book of the year."""
    return Book(YEAR, UNTIL, **facts)


def referral(number: int = 1, state: str = "received", /, **given: Any) -> ReferralFact:
    """Return a customer's referral of May."""
    facts: dict[str, Any] = {
        "program": "main",
        "referrer_id": number,
        "channel": "customer",
        "way": "forward",
        "created_at": MAY,
        "reached": frozenset({state}),
        **given,
    }
    return ReferralFact(number, state=state, **facts)


def deal(number: int = 1, stage: str = "won", /, **given: Any) -> DealFact:
    """Return a deal of a company of its own, closed in May where it is over."""
    facts: dict[str, Any] = {
        "customer": ("account", number),
        "source": "ads",
        "created_at": MAY,
        "closed_at": MAY if stage in ("won", "lost") else None,
        "amount": 100_000.0,
        "currency": "JPY",
        **given,
    }
    return DealFact(number, stage=stage, **facts)


def customer(number: int, source: str = "ads", /, **given: Any) -> CustomerFact:
    """Return a company that bought in May."""
    return CustomerFact(("account", number), source, **{"since": MAY, **given})


def cost(source: str, amount: float, currency: str = "JPY") -> CostFact:
    """Return what a source cost in May."""
    return CostFact(date(2026, 5, 1), source, amount, currency)


def ask(number: int = 1, /, **given: Any) -> AskFact:
    """Return an ask of May."""
    facts: dict[str, Any] = {
        "program": "main", "contact_id": number, "offer": "seat", "timing": "result_reported",
        "channel": "mail", "mode": "criteria", "asked_at": MAY - timedelta(days=3), **given,
    }  # fmt: skip
    return AskFact(number, **facts)

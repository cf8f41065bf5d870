"""What a figure is: a share with both of its numbers, a ratio, money, spans of time, a table.

An empty denominator is `None` ("n/a" where people read it) and never nought: nobody asked and
nobody answered are not the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; the part is among the whole."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """Part by whole, 0 to 1; None of an empty whole."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """One amount by another; either may be unknown."""

    over: float | None
    under: float | None
    #: currency of both, where they are money
    currency: str = ""

    @property
    def value(self) -> float | None:
        """The exact quotient; None where a side is unknown or nothing stands below."""
        if self.over is None or not self.under:
            return None
        return self.over / self.under


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in the house's currency; what has no rate stands beside it, never in it."""

    amount: float
    currency: str
    #: amounts that are in the sum
    counted: int = 0
    #: things without an amount
    unpriced: int = 0
    #: currency without a rate in the policy → sum in it
    apart: Mapping[str, float] = field(default_factory=dict)

    @property
    def known(self) -> float | None:
        """The sum; None where nothing is in it."""
        return self.amount if self.counted else None


@dataclass(frozen=True, slots=True)
class Rates:
    """What other currencies are worth, as the policy states it: no market is asked."""

    currency: str = "JPY"
    #: currency → worth of one of it in `currency`
    worth: Mapping[str, float] = field(default_factory=dict)

    def convert(self, amount: float, currency: str | None) -> float | None:
        """Return an amount in the house's currency; None where the policy has no rate.

        An amount without a currency is in the house's own.
        """
        if not currency or currency == self.currency:
            return amount
        rate = self.worth.get(currency)
        return None if rate is None else amount * rate

    def total(self, amounts: Iterable[tuple[float | None, str | None]]) -> Money:
        """Return the sum of (amount, currency); currencies without a rate stay apart."""
        total, counted, unpriced = 0.0, 0, 0
        apart: dict[str, float] = {}
        for amount, currency in amounts:
            if amount is None:
                unpriced += 1
                continue
            worth = self.convert(amount, currency)
            if worth is None:
                apart[str(currency)] = apart.get(str(currency), 0.0) + amount
                continue
            total += worth
            counted += 1
        return Money(total, self.currency, counted, unpriced, apart)


@dataclass(frozen=True, slots=True)
class Spans:
    """How long something took."""

    count: int
    median: timedelta | None
    shortest: timedelta | None = None
    longest: timedelta | None = None

    @classmethod
    def of(cls, spans: Iterable[timedelta]) -> Spans:
        """Return the middle and the ends of spans; of an even number the mean of the two."""
        found = sorted(spans)
        if not found:
            return cls(0, None)
        half = len(found) // 2
        middle = found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2
        return cls(len(found), middle, found[0], found[-1])


@dataclass(frozen=True, slots=True)
class Count:
    """So many of something."""

    number: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Referrals, how many became deals, how many were won, and what they brought."""

    referrals: int
    deals: int
    wins: int
    revenue: Money

    @property
    def to_deal(self) -> Share:
        """B/A."""
        return Share(self.deals, self.referrals)

    @property
    def to_win(self) -> Share:
        """C/A."""
        return Share(self.wins, self.referrals)


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A figure for each of several groups, in the order in which it is shown."""

    #: what the groups are: channel, way, offer, source, industry …
    by: str
    rows: Mapping[str, T]

    def get(self, key: str) -> T | None:
        """Return a group's figure."""
        return self.rows.get(key)


Single: TypeAlias = "Share | Ratio | Money | Spans | Count | Funnel"


def two_places(value: float) -> str:
    """Return a ratio as it is shown: two decimals, rounded half up, the exact value kept.

    0.11666… reads 0.12; document 001 cuts it to 0.11, which is why tests look at the ratio.
    """
    return str(Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))

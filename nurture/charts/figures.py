"""What is drawn: figures by month, figures of one kind side by side, a funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nurture.language import language_of


class Better(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    #: neither: nothing is coloured as good or bad
    NEITHER = "neither"


class Form(StrEnum):
    """How figures are drawn."""

    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart: where it began (導入前), or where it should get (目標)."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures one after the other, with a line to hold them against.

    The last figure is the one that is spoken of: it stands out, better or worse than the
    mark. A figure that is missing (None) leaves a gap.
    """

    title: str
    #: what stands below each figure; after a line break its group (the year), shown where
    #: it changes
    labels: Sequence[str]
    values: Sequence[float | None]
    #: 時間/月, %, 円 …: stands beside the title
    unit: str = ""
    mark: Mark | None = None
    better: Better = Better.NEITHER
    form: Form = Form.BARS
    #: ja | en: how large figures are shortened (120万 | 1.2M)
    locale: str = "ja"


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of people that go on from one step to the next."""

    title: str
    #: step and how many reached it, the widest first
    steps: Sequence[tuple[str, int]]
    locale: str = "ja"


def month_labels(months: Sequence[date], locale: str) -> list[str]:
    """Return names of months with their year below: `3月\\n2026年`, `Mar\\n2026`."""
    if language_of(locale) == "ja":
        return [f"{month.month}月\n{month.year}年" for month in months]
    return [f"{_ENGLISH[month.month - 1]}\n{month.year}" for month in months]


_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

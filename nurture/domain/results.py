"""What customers gain: metrics by month, how far they moved, and which of them is told first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

#: months that a line keeps, for its chart and table
SERIES = 12
#: a change that would be written as 0.0 is none
_NOTHING = 0.05
#: units whose changes are told in points: 5 % to 3 % is 2 points, not 40 %
_POINTS = frozenset({"%", "pt", "pts", "ポイント", "点"})


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Standing(StrEnum):
    """How a figure stands to what it began at."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    #: nothing to hold it against yet
    FIRST = "first"


class Measure(StrEnum):
    """What a change is told in."""

    PERCENT = "percent"
    POINTS = "points"
    #: it began at zero, of which there are no percent: from 0 to 12
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that an account wants to move."""

    name: str
    #: what readers see, by locale
    title: Mapping[str, str]
    unit: str
    direction: Direction
    #: before we came; None: the first month's value
    baseline: float | None
    #: first day of the month → value
    values: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A metric as a month's report tells it."""

    name: str
    title: Mapping[str, str]
    unit: str
    direction: Direction
    value: float
    #: what it is held against
    baseline: float
    #: the month that `baseline` is of; None: from before the first month
    since: date | None
    #: months with their values up to the reported one, a missing one as None
    series: tuple[tuple[date, float | None], ...]

    @property
    def measure(self) -> Measure:
        """What its change is told in."""
        if same_unit(self.unit) in _POINTS:
            return Measure.POINTS
        return Measure.COUNT if self.baseline == 0 else Measure.PERCENT

    @property
    def change(self) -> float:
        """How far it moved, with its sign: percent of the baseline, points, or the difference."""
        moved = self.value - self.baseline
        if self.measure is not Measure.PERCENT:
            return moved
        return 100 * moved / abs(self.baseline)

    @property
    def standing(self) -> Standing:
        """Whether that is better."""
        if self.since is not None and self.since == self.series[-1][0]:
            return Standing.FIRST
        least = _NOTHING if self.measure is not Measure.COUNT else 0.0
        if abs(self.change) <= least:
            return Standing.SAME
        better = (self.change > 0) == (self.direction is Direction.UP)
        return Standing.BETTER if better else Standing.WORSE

    @property
    def is_first(self) -> bool:
        """Whether the baseline is the first month's own figure."""
        return self.since is not None


def lines_of(metrics: Iterable[Metric], month: date) -> list[Line]:
    """Return the metrics that have a figure of a month, as its report tells them."""
    return [line for metric in metrics if (line := _line(metric, month)) is not None]


def without_figure(metrics: Iterable[Metric], month: date) -> list[Metric]:
    """Return the metrics that lack a month's figure."""
    return [metric for metric in metrics if month not in metric.values]


def _line(metric: Metric, month: date) -> Line | None:
    if month not in metric.values:
        return None
    first = min(metric.values)
    since = first if metric.baseline is None else None
    baseline = metric.values[first] if metric.baseline is None else metric.baseline
    start = max(first, months_before(month, SERIES - 1))
    series = tuple((one, metric.values.get(one)) for one in months_between(start, month))
    return Line(
        metric.name,
        metric.title,
        metric.unit,
        metric.direction,
        metric.values[month],
        baseline,
        since,
        series,
    )


def headline(lines: Sequence[Line]) -> Line | None:
    """Return the line that a report is about: what became better most, against its start.

    What can be told in percent comes before what began at zero, and of equals the first.
    None where nothing became better.
    """
    better = [line for line in lines if line.standing is Standing.BETTER]
    return max(better, key=_weight, default=None)


def _weight(line: Line) -> tuple[bool, float]:
    moved = abs(line.value - line.baseline)
    return (True, moved / abs(line.baseline)) if line.baseline else (False, moved)


def rounded(change: float) -> Decimal:
    """Return a change without its sign, as it is written: 42.08 → 42, 3.44 → 3.4, 99.7 → 99.7.

    From ten on whole numbers, halves up; what is not wholly 100 is not rounded to it.
    """
    size = Decimal(repr(abs(change)))
    whole = size.quantize(Decimal(1), ROUND_HALF_UP)
    if size < 10 or (whole == 100 and size != 100):
        tenth = size.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if tenth == 100 and size < 100:
            tenth = Decimal("99.9")
        return tenth if tenth != tenth.to_integral_value() else tenth.quantize(Decimal(1))
    return whole


def figure(value: float, unit: str, locale: str) -> str:
    """Return a figure with its unit: 69.5時間/月, 1,200,000円, 12.5%, 69.5 hours."""
    text = number(value)
    if not unit:
        return text
    gap = " " if unit[0].isascii() and unit[0].isalpha() else ""
    if not locale.startswith("ja") and unit[0] not in "%％":
        gap = " "
    return f"{text}{gap}{unit}"


def number(value: float) -> str:
    """Return a figure with thousands' commas and at most two decimal places."""
    text = f"{value:,.0f}" if abs(value) >= 1000 and value == round(value) else f"{value:,.2f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


#: unit as people write it → how it is kept
_UNITS = {
    "％": "%", "percent": "%", "パーセント": "%", "￥": "円", "¥": "円", "yen": "円", "jpy": "円",
    "$": "USD", "usd": "USD", "ドル": "USD", "€": "EUR", "eur": "EUR", "ユーロ": "EUR",
}  # fmt: skip


def kept_unit(unit: str) -> str:
    """Return a unit as it is kept: one sign for each currency and for percent."""
    return _UNITS.get(unit.strip().casefold(), unit.strip())


def same_unit(unit: str) -> str:
    """Return what units are compared by."""
    return kept_unit(unit).casefold().replace(" ", "")


def is_usable(value: float) -> bool:
    """Say whether a number can be a figure: finite, and of a size that means something."""
    return math.isfinite(value) and abs(value) < 1e15


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of all months from one to another."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = months_before(month, -1)
    return found


def months_before(month: date, number: int) -> date:
    """Return the first day of the month so many months before; below zero: after."""
    count = month.year * 12 + month.month - 1 - number
    return date(count // 12, count % 12 + 1, 1)


def as_json(line: Line) -> dict[str, Any]:
    """Return a line as a report keeps it."""
    return {
        "name": line.name,
        "title": dict(line.title),
        "unit": line.unit,
        "direction": line.direction.value,
        "value": line.value,
        "baseline": line.baseline,
        "since": line.since.isoformat() if line.since else None,
        "series": [[month.isoformat(), value] for month, value in line.series],
    }


def from_json(kept: Mapping[str, Any]) -> Line:
    """Return a line that a report kept."""
    return Line(
        kept["name"],
        kept["title"],
        kept["unit"],
        Direction(kept["direction"]),
        kept["value"],
        kept["baseline"],
        date.fromisoformat(kept["since"]) if kept["since"] else None,
        tuple((date.fromisoformat(month), value) for month, value in kept["series"]),
    )

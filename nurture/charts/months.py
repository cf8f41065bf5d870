"""Figures month by month, as bars or as a line, with the line they are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from nurture.charts.alt import better_in_words, chart_in_words, titled
from nurture.charts.figures import Better, Chart, Form
from nurture.charts.numbers import short
from nurture.charts.pen import Pen
from nurture.diagrams.measure import width, wrap

#: where a figure stands, from the top
At = Callable[[float], float]

#: units of the drawing; a mail shows it at this many pixels
WIDTH = 480
_SIDE, _TOP, _PLOT = 20, 18, 150
#: bars that each have room for their figure
_LABELLED = 7
#: more than these are a line's business
MOST_BARS = 18
_WIDEST_BAR = 46


def draw(chart: Chart, pen: Pen) -> str:
    """Return the chart as SVG; a chart without any figure says so in words."""
    lines = wrap(titled(chart), (WIDTH - 2 * _SIDE) / 16, 2)
    parts = [
        pen.text(_SIDE, _TOP + 16 + 21 * number, line, 15.5, bold=True)
        for number, line in enumerate(lines)
    ]
    parts += _legend(chart, pen, _TOP + 21 * len(lines) + 17)
    top = _TOP + 21 * len(lines) + 50
    bottom = top + _PLOT
    rows = max((label.count("\n") for label in chart.labels), default=0) + 1
    height = bottom + 22 + 15 * (rows - 1) + 14
    if any(value is not None for value in chart.values):
        parts += _plot(chart, pen, top, bottom)
    return pen.sheet(WIDTH, height, chart_in_words(chart), parts)


def _plot(chart: Chart, pen: Pen, top: float, bottom: float) -> list[str]:
    low, high = _span(chart)
    right = WIDTH - _SIDE
    step = (right - _SIDE) / len(chart.values)
    # a lone bar of the whole width would say nothing but itself
    step = min(step, 90)
    start = _SIDE + ((right - _SIDE) - step * len(chart.values)) / 2

    def at(value: float) -> float:
        return bottom - (value - low) / (high - low) * (bottom - top)

    middles = [start + step * (number + 0.5) for number in range(len(chart.values))]
    ground = at(max(low, 0.0)) if low <= 0 <= high else bottom
    parts = [pen.line(f"M{_SIDE} {ground:.1f}H{right}", "line")]
    mark = _mark(chart, pen, at) if chart.mark is not None else []
    if chart.form is Form.LINE or len(chart.values) > MOST_BARS:
        parts += mark + _line(chart, pen, middles, at)
    else:
        # the mark crosses the bars: it is what they are held against
        parts += _bars(chart, pen, middles, step, at, ground) + mark
    parts += _figures(chart, pen, middles, at)
    return parts + _labels(chart, pen, middles, step, bottom)


def _span(chart: Chart) -> tuple[float, float]:
    """Return what the plot reaches from and to; bars stand on zero."""
    known = [value for value in chart.values if value is not None]
    held = [chart.mark.value] if chart.mark is not None else []
    low, high = min([*known, *held]), max([*known, *held])
    if chart.form is Form.BARS and len(chart.values) <= MOST_BARS:
        low, high = min(low, 0.0), max(high, 0.0)
        # room for the figures below the bars
        low -= (high - low) * 0.15 if low < 0 else 0
    if low == high:
        low, high = (low - 1, high + 1) if low else (0.0, 1.0)
    if chart.form is Form.LINE or len(chart.values) > MOST_BARS:
        room = (high - low) * 0.12
        low = 0.0 if 0 <= low < high * 0.5 else low - room
    return low, high


def last_at(values: Sequence[float | None]) -> int | None:
    """Return where the figure stands that is spoken of: the last that is known."""
    return next((n for n in reversed(range(len(values))) if values[n] is not None), None)


def _colour(chart: Chart, number: int) -> str:
    if number != last_at(chart.values):
        return "past"
    value, mark = chart.values[number], chart.mark
    if value is None or mark is None or chart.better is Better.NEITHER:
        return "now"
    worse = value > mark.value if chart.better is Better.DOWN else value < mark.value
    return "worse" if worse else "now"


def _bars(
    chart: Chart, pen: Pen, middles: list[float], step: float, at: At, ground: float
) -> list[str]:
    wide = min(step * 0.66, _WIDEST_BAR)
    return [
        pen.bar(x - wide / 2, min(at(value), ground), wide, abs(ground - at(value)),
                _colour(chart, number))
        for number, (x, value) in enumerate(zip(middles, chart.values, strict=True))
        if value is not None
    ]  # fmt: skip


def _line(chart: Chart, pen: Pen, middles: list[float], at: At) -> list[str]:
    known = [(x, at(v)) for x, v in zip(middles, chart.values, strict=True) if v is not None]
    neighbours = pairwise(zip(middles, chart.values, strict=True))
    parts = []
    for (x1, one), (x2, two) in neighbours:
        if one is not None and two is not None:
            parts.append(f"M{x1:.1f} {at(one):.1f}L{x2:.1f} {at(two):.1f}")
    found = [pen.line("".join(parts), "now", 2.2)] if parts else []
    last = last_at(chart.values)
    dots = [pen.dot(x, y, 2.2, "now") for x, y in known] if len(known) <= 40 else []
    if last is not None and (value := chart.values[last]) is not None:
        dots.append(pen.dot(middles[last], at(value), 5, _colour(chart, last)))
    return found + dots


def _mark(chart: Chart, pen: Pen, at: At) -> list[str]:
    assert chart.mark is not None
    y = at(chart.mark.value)
    return [pen.line(f"M{_SIDE} {y:.1f}H{WIDTH - _SIDE}", "mark", 1.3, dashed=True)]


def _figures(chart: Chart, pen: Pen, middles: list[float], at: At) -> list[str]:
    """Return the figures over (below zero: under) their bars."""
    parts = []
    last = last_at(chart.values)
    first = next((n for n, value in enumerate(chart.values) if value is not None), None)
    many = len(chart.values) > _LABELLED
    known = [n for n, value in enumerate(chart.values) if value is not None]
    # the farthest from zero, where several are the first of them
    peak = max(known, key=lambda n: abs(chart.values[n] or 0.0), default=None)
    for number, value in enumerate(chart.values):
        if value is None or (many and number not in {first, peak, last}):
            continue
        text = short(value, chart.locale)
        spoken = number == last
        size = 15 if spoken else 12.5
        half = width(text) * size / 2
        x = min(max(middles[number], _SIDE + half), WIDTH - _SIDE - half)
        y = at(max(value, 0.0) if value >= 0 else value) - 7
        if value < 0 and chart.form is Form.BARS:
            y = at(value) + 15
        colour = _colour(chart, number) if spoken else "soft"
        parts.append(pen.text(x, y, text, size, colour, "middle", bold=spoken, halo=True))
    return parts


def _legend(chart: Chart, pen: Pen, y: float) -> list[str]:
    """Return what the dashed line is, and which way is better."""
    parts = []
    if chart.mark is not None:
        text = f"{chart.mark.label} {short(chart.mark.value, chart.locale)}"
        parts.append(pen.line(f"M{_SIDE} {y - 4.5:.1f}h22", "mark", 1.5, dashed=True))
        parts.append(pen.text(_SIDE + 29, y, text, 13, "mark"))
    if chart.better is not Better.NEITHER:
        said = better_in_words(chart.better, chart.locale)
        parts.append(pen.text(WIDTH - _SIDE, y, said, 12.5, "soft", "end"))
    return parts


def _labels(chart: Chart, pen: Pen, middles: list[float], step: float, bottom: float) -> list[str]:
    """Return the names below; where they are many, only as many as have room."""
    widest = max((width(line) for label in chart.labels for line in label.split("\n")), default=1)
    every = 1
    while step * every < widest * 12.5 + 5 and every < len(middles):
        every += 1
    parts = []
    last, shown = len(middles) - 1, ""
    for number, (x, label) in enumerate(zip(middles, chart.labels, strict=True)):
        # counted from the end: the last one is spoken of
        if (last - number) % every:
            continue
        name, _, group = label.partition("\n")
        colour = "ink" if number == last else "soft"
        parts.append(pen.text(x, bottom + 20, name, 12.5, colour, "middle"))
        if group != shown:
            half = width(group) * 12.5 / 2
            x = min(max(x, _SIDE + half), WIDTH - _SIDE - half)
            parts.append(pen.text(x, bottom + 35, group, 12.5, "soft", "middle"))
            shown = group
    return parts

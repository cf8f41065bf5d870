"""A funnel: how many went on from one step to the next, and which share of the step before."""

from __future__ import annotations

from nurture.charts.alt import funnel_in_words
from nurture.charts.figures import Funnel
from nurture.charts.numbers import plain, short
from nurture.charts.pen import Pen
from nurture.diagrams.measure import width, wrap

WIDTH = 480
_SIDE, _TOP, _ROW, _BAR = 20, 18, 46, 18
#: how wide the fullest bar is; its count stands behind it
_FULL = 330


def draw(funnel: Funnel, pen: Pen) -> str:
    """Return the funnel as SVG."""
    lines = wrap(funnel.title, (WIDTH - 2 * _SIDE) / 16, 2)
    parts = [
        pen.text(_SIDE, _TOP + 16 + 21 * number, line, 15.5, bold=True)
        for number, line in enumerate(lines)
    ]
    top = _TOP + 21 * len(lines) + 14
    most = max([count for _, count in funnel.steps], default=0) or 1
    before: int | None = None
    for number, (name, count) in enumerate(funnel.steps):
        y = top + number * _ROW
        colour = "now" if number == len(funnel.steps) - 1 else "past"
        long = _FULL * count / most
        parts.append(pen.text(_SIDE, y + 12, wrap(name, 30, 1)[0] if name else "", 13))
        parts.append(pen.bar(_SIDE, y + 18, max(long, 2), _BAR, colour))
        text = short(count, funnel.locale)
        parts.append(pen.text(_SIDE + long + 8, y + 32, text, 14, "ink", bold=True))
        if before:
            share = f"{plain(100 * count / before, 3)}%"
            at = _SIDE + long + 8 + width(text) * 14 + 8
            parts.append(pen.text(at, y + 32, share, 12.5, "soft"))
        before = count
    height = top + len(funnel.steps) * _ROW + 8
    return pen.sheet(WIDTH, height, funnel_in_words(funnel), parts)

"""Columns over days, as numbers from 0 to 100 that a page draws at any width.

The page draws them as SVG stretched to the width there is, with its labels in HTML beside it:
text keeps its size on a phone, and the page's own colours hold in the dark. A chart library was
weighed (pygal): its pictures carry scripts and random ids, so the same forecast would never be
the same page twice, and their text shrinks with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: quarters of a scale that people read easily, times ten and hundred
_NICE = (1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a column, in percent of the plot."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    #: what it stands for, in words
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked columns with their scales."""

    pieces: list[Piece]
    #: (percent from below, number)
    ticks: list[tuple[float, int]]
    #: (percent from the left, text)
    labels: list[tuple[float, str]]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.pieces


def columns(
    rows: Sequence[tuple[str, Mapping[str, int]]],
    kinds: Sequence[str],
    names: Mapping[str, str],
    labels: int = 6,
) -> Plot:
    """Return a stacked column for each (label, kind → number), the first kind at the bottom."""
    top = _top(max((sum(of.get(kind, 0) for kind in kinds) for _, of in rows), default=0))
    width = 100 / max(1, len(rows))
    pieces = []
    for index, (label, of) in enumerate(rows):
        below = 0.0
        for kind in kinds:
            number = of.get(kind, 0)
            if not number:
                continue
            height = number / top * 100
            below += height
            said = f"{label} {names[kind]} {number:,}"
            pieces.append(
                Piece(
                    kind,
                    _round(index * width + width * 0.1),
                    _round(100 - below),
                    _round(width * 0.8),
                    _round(height),
                    said,
                )
            )
    step = max(1, -(-len(rows) // labels))
    # A week is what people count in.
    step = -(-step // 7) * 7 if len(rows) > 14 else step
    shown = [(_round((index + 0.5) * width), rows[index][0]) for index in range(0, len(rows), step)]
    return Plot(pieces, [(_round(n / top * 100), n) for n in _ticks(top)], shown)


def _top(most: int) -> int:
    """Return the end of a scale: a round number with round quarters, not below the most."""
    power = 4
    while True:
        for step in _NICE:
            if power * step >= most:
                return power * step
        power *= 10


def _ticks(top: int) -> list[int]:
    return [top * quarter // 4 for quarter in range(5)]


def _round(number: float) -> float:
    return round(number, 3)

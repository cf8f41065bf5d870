"""A workflow as an SVG picture: no scripts, nothing from outside, light or dark as its reader is.

Every card says in words what its colour, shape and sign say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from nurture.diagrams.cards import (
    NOTE_LINE,
    TEXT_LINE,
    TITLE_LINE,
    Card,
    Look,
    badges,
)
from nurture.diagrams.drawing import Drawing
from nurture.diagrams.layout import Block, Placed, Point, Way, lay_out
from nurture.diagrams.look import HEADS, SHAPES, SIGNS, STYLE
from nurture.diagrams.measure import width, wrap

_MARGIN = 28
#: radius of corners of lines
_ROUND = 9


def svg(drawing: Drawing) -> str:
    """Return the picture as one SVG document."""
    block = lay_out(drawing)
    workflow = drawing.workflow
    title = workflow.title or workflow.name
    wide = max(block.width, 560)
    heading = wrap(title, wide / 20, 2)
    marks, marks_height = _badges([workflow.name, *badges(drawing)], wide)
    top = _MARGIN + 26 * len(heading) + marks_height + 22
    across, down = wide + 2 * _MARGIN, top + block.height + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across:.0f}" height="{down:.0f}" '
        f'viewBox="0 0 {across:.0f} {down:.0f}" role="img" aria-labelledby="title desc" '
        f'lang="{"ja" if drawing.japanese else "en"}">',
        f'<title id="title">{_text(title)}</title>',
        f'<desc id="desc">{_text(_described(drawing, block))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{across:.0f}" height="{down:.0f}"/>',
    ]
    for number, line in enumerate(heading):
        parts.append(
            f'<text class="h1" x="{_MARGIN}" y="{_MARGIN + 18 + 26 * number}">{_text(line)}</text>'
        )
    at = _MARGIN + 26 * len(heading) + 4
    parts.append(f'<g transform="translate({_MARGIN} {at})">{marks}</g>')
    parts.append(f'<g transform="translate({_MARGIN} {top})">')
    parts += [_way(way) for way in block.ways]
    parts += [_placed(one) for one in block.cards]
    parts.append("</g></svg>")
    return "\n".join(parts) + "\n"


def _described(drawing: Drawing, block: Block) -> str:
    """Return what a screen reader says: everything, from top to bottom."""
    lines = [*badges(drawing)]
    lines += [one.card.said for one in block.cards if one.card.look is not Look.LABEL]
    return " | ".join(line for line in lines if line)


def _badges(texts: Sequence[str], most: float) -> tuple[str, int]:
    """Return the marks under the title, broken into rows, and their height."""
    parts: list[str] = []
    x, y = 0.0, 0
    for text in texts:
        long = width(text) * 12 + 20
        if x and x + long > most:
            x, y = 0.0, y + 28
        parts.append(
            f'<rect class="badge" x="{x:.1f}" y="{y}" width="{long:.1f}" height="22" rx="11"/>'
            f'<text class="b m" x="{x + long / 2:.1f}" y="{y + 15.5}">{_text(text)}</text>'
        )
        x += long + 8
    return "".join(parts), y + 22


def _way(way: Way) -> str:
    points = _without_repeats(way.points)
    if len(points) < 2:
        return ""
    path = f'<path class="way" d="{_rounded(points)}"/>'
    if way.arrow:
        x, y = points[-1]
        path += f'<path class="tip" d="M{x - 4.5:g} {y - 7:g}h9l-4.5 7Z"/>'
    return path


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    """Leave out points that stand on the line between their neighbours."""
    found: list[Point] = []
    for point in points:
        if found and found[-1] == point:
            continue
        if len(found) > 1 and (
            found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]
        ):
            found[-1] = point
        else:
            found.append(point)
    return found


def _rounded(points: Sequence[Point]) -> str:
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        first, second = _towards(here, before), _towards(here, after)
        parts.append(
            f"L{first[0]:g} {first[1]:g}Q{here[0]:g} {here[1]:g} {second[0]:g} {second[1]:g}"
        )
    parts.append(f"L{points[-1][0]:g} {points[-1][1]:g}")
    return "".join(parts)


def _towards(here: Point, there: Point) -> Point:
    """Return a point a corner's radius from here on the way there."""
    across, down = there[0] - here[0], there[1] - here[1]
    far = abs(across) + abs(down)
    step = min(_ROUND, far / 2) / far if far else 0
    return here[0] + across * step, here[1] + down * step


def _placed(one: Placed) -> str:
    card = one.card
    inner = "".join(_LOOKS[card.look](card))
    return f'<g transform="translate({one.x:g} {one.y:g})"{_class(card)}>{inner}</g>'


def _class(card: Card) -> str:
    if card.look in HEADS:
        return f' class="{HEADS[card.look][0]}"'
    return f' class="{card.family}"' if card.look is Look.STEP else ' class="flow"'


def _step(card: Card) -> Iterator[str]:
    yield f"<title>{_text(card.said)}</title>"
    yield (
        f'<rect class="card" width="{card.width}" height="{card.height}" rx="9"/>'
        f'<g transform="translate(25 23)">{SHAPES[card.family]}'
        f'<path class="sign" d="{SIGNS[card.family]}"/></g>'
    )
    yield from _texts(card)


def _head(card: Card) -> Iterator[str]:
    _, sign, shape = HEADS[card.look]
    radius = 22 if card.look is Look.START else 9
    yield (
        f'<rect class="shape" width="{card.width}" height="{card.height}" rx="{radius}"/>'
        f'<g transform="translate(25 24)">{shape}<path class="sign" d="{sign}"/></g>'
    )
    yield from _texts(card)


def _texts(card: Card) -> Iterator[str]:
    y = 24
    yield _said("t", 48, y, card.title)
    if card.aside:
        room = card.width - 60 - width(card.title) * 12
        aside = wrap(card.aside, room / 11.5, 1)
        if width(card.aside) * 11.5 > room:
            # Its number is needed to find it; its name stands in the file.
            aside = [card.aside.rsplit(" ", 1)[-1]]
        yield _said("a", card.width - 12, y, aside[0])
    y += 1
    for line in card.lines:
        y += TEXT_LINE
        yield _said("w", 48, y, line)
    for line in card.notes:
        y += NOTE_LINE
        yield _said("n", 48, y, line)
    if card.here or card.figures:
        y += 20
        x = 48.0
        if card.here:
            long = width(card.here) * 11.5 + 18
            yield (
                f'<rect class="here" x="{x}" y="{y - 13.5}" width="{long:.1f}" height="18" rx="9"/>'
                f'<text class="ht" x="{x + long / 2:.1f}" y="{y - 0.5}">{_text(card.here)}</text>'
            )
            x += long + 8
        if card.figures:
            yield _said("f", x, y, card.figures)


def _label(card: Card) -> Iterator[str]:
    radius = min(card.height / 2, 13)
    yield f'<rect class="label" width="{card.width}" height="{card.height}" rx="{radius:g}"/>'
    y = 2
    for line in card.lines:
        y += NOTE_LINE
        yield _said("l", card.width / 2, y, line)
    if card.figures:
        yield _said("l f", card.width / 2, y + NOTE_LINE, card.figures)


def _pill(card: Card) -> Iterator[str]:
    radius = 14 if card.look is Look.FINISH else 4
    yield f'<rect class="shape" width="{card.width}" height="{card.height}" rx="{radius}"/>'
    yield _said("t m", card.width / 2, TITLE_LINE + 0.5, card.title)


_LOOKS = {
    Look.STEP: _step,
    Look.LABEL: _label,
    Look.START: _head,
    Look.GOAL: _head,
    Look.EXITS: _head,
    Look.FINISH: _pill,
    Look.JUMP: _pill,
}


def _said(look: str, x: float, y: float, text: str) -> str:
    return f'<text class="{look}" x="{x:g}" y="{y:g}">{_text(text)}</text>'


def _text(text: str) -> str:
    """Return a text for XML: escaped, without characters that XML 1.0 forbids."""
    legal = "".join(
        c if c >= " " and c not in "￾￿" and not "\ud800" <= c <= "\udfff" else " " for c in text
    )
    return escape(legal)

"""Results in words: how far a figure moved, in the direction's own verb, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from nurture.domain.results import (
    Direction,
    Line,
    Measure,
    Standing,
    figure,
    headline,
    rounded,
)
from nurture.language import Said, in_language, language_of, say

#: characters that a reader takes in in a minute
_PER_MINUTE = 500


def title(line: Line, locale: str) -> str:
    """Return what a metric is called in a locale, else in any."""
    return line.title.get(language_of(locale)) or next(iter(line.title.values()), line.name)


def how_much(line: Line, locale: str) -> str:
    """Return the size of a change: 42%, 2 points, or from 0 to 12."""
    return in_language(_how_much(line, locale), locale)


def _how_much(line: Line, locale: str) -> Said:
    size = str(rounded(line.change))
    if line.measure is Measure.PERCENT:
        return say("{size}%", size=size)
    if line.measure is Measure.POINTS:
        return say("{size} point", size=size) if size == "1" else say("{size} points", size=size)
    old = figure(line.baseline, line.unit, locale)
    return say("from {old} to {new}", old=old, new=figure(line.value, line.unit, locale))


def moved(line: Line, locale: str) -> str:
    """Return how a figure moved, without its name: 42%削減, 18%向上 | cut by 42%, up 18%."""
    change = _how_much(line, locale)
    down = line.direction is Direction.DOWN
    match line.standing:
        case Standing.FIRST:
            said = say("first figure")
        case Standing.SAME:
            said = say("no change")
        case Standing.BETTER | Standing.WORSE if line.measure is Measure.COUNT:
            said = change
        case Standing.BETTER:
            said = (
                say("cut by {change}", change=change) if down else say("up {change}", change=change)
            )
        case _:
            said = (
                say("{change} more", change=change) if down else say("down {change}", change=change)
            )
    return in_language(said, locale)


def told(line: Line, locale: str) -> str:
    """Return a line as a headline: 転記の時間を42%削減 | Retyping time cut by 42%."""
    name = title(line, locale)
    if line.measure is Measure.COUNT or line.standing in (Standing.FIRST, Standing.SAME):
        said = say("{title}: {moved}", title=name, moved=moved(line, locale))
    elif line.direction is Direction.DOWN and line.standing is Standing.BETTER:
        said = say("{title} cut by {change}", title=name, change=_how_much(line, locale))
    elif line.standing is Standing.BETTER:
        said = say("{title} up {change}", title=name, change=_how_much(line, locale))
    elif line.direction is Direction.DOWN:
        said = say("{title} rose by {change}", title=name, change=_how_much(line, locale))
    else:
        said = say("{title} fell by {change}", title=name, change=_how_much(line, locale))
    return in_language(said, locale)


def summary(lines: Sequence[Line], locale: str) -> str:
    """Return the headline of a report, or an honest sentence where nothing became better."""
    best = headline(lines)
    if best is not None:
        return told(best, locale)
    if any(line.standing is Standing.WORSE for line in lines):
        return in_language(say("The figures are not where we want them yet"), locale)
    if any(line.standing is Standing.SAME for line in lines):
        return in_language(say("The figures have not moved yet"), locale)
    return in_language(say("The first figures are in"), locale)


def month_text(month: date, locale: str, year: bool = True) -> str:
    """Return a month: 2026年6月, 6月 | June 2026, June."""
    if language_of(locale) == "ja":
        return f"{month.year}年{month.month}月" if year else f"{month.month}月"
    return f"{_MONTHS[month.month - 1]} {month.year}" if year else _MONTHS[month.month - 1]


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


def short_message(lines: Sequence[Line], month: date, locale: str) -> str:
    """Return the line for a chat: the result, and the offer of three minutes."""
    said = say(
        "{month}: {summary}. I can share the point in three minutes.",
        month=month_text(month, locale, year=False),
        summary=summary(lines, locale),
    )
    return in_language(said, locale)


def internal_news(lines: Sequence[Line], account: str, month: date, locale: str) -> str:
    """Return a text for the customer's own intranet or meeting; "" where nothing became better."""
    better = [line for line in lines if line.standing is Standing.BETTER]
    if not better:
        return ""
    best = headline(lines)
    first = best if best is not None else better[0]
    parts = [
        in_language(
            say(
                "{account}, {month}: {title} went from {old} to {new} ({moved}).",
                month=month_text(month, locale),
                title=title(first, locale),
                account=account,
                old=figure(first.baseline, first.unit, locale),
                new=figure(first.value, first.unit, locale),
                moved=moved(first, locale),
            ),
            locale,
        )
    ]
    others = [told(line, locale) for line in better if line is not first]
    if others:
        parts.append(in_language(say("Also: {others}.", others=others), locale))
    parts.append(
        in_language(
            say("Thank you to everybody who took part. Let us keep what works and go on."), locale
        )
    )
    return ("" if language_of(locale) == "ja" else " ").join(parts)


def minutes_to_read(lines: Sequence[Line], remark: str = "") -> int:
    """Return the minutes that a report takes: at least one, and no more than it does."""
    return max(1, math.ceil((400 + 90 * len(lines) + len(remark)) / _PER_MINUTE))

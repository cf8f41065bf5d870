"""When may a condition change by time alone? An early look does no harm, a missed one would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Scope,
    Truthy,
    Value,
)
from nurture.domain.evaluate import relevant
from nurture.domain.facts import Facts
from nurture.domain.scoring import Engagement, crossing


def review_at(
    conditions: Iterable[Condition],
    facts: Facts,
    engagement: Engagement,
    fit: float,
    half_life: timedelta,
) -> datetime | None:
    """Return the next moment at which time alone may change one of the conditions, or None.

    Looks at every part that depends on time: windows of `within`, `days_since` against a
    number, and the score against a number as it fades.
    """
    moments = [
        moment
        for condition in conditions
        for value, against in _timed(condition)
        for moment in _moments(value, against, facts, engagement, fit, half_life)
        if moment > facts.now
    ]
    return min(moments, default=None)


def depends_on_time(condition: Condition) -> bool:
    """Say whether time alone can change a condition."""
    return next(_timed(condition), None) is not None


def _timed(condition: Condition) -> Iterator[tuple[Value, float | None]]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _timed(part)
        case Not(part):
            yield from _timed(part)
        case Truthy(value):
            if _is_timed(value):
                yield value, None
        case Compare(left, _, right):
            sides = (left,) if isinstance(right, tuple) else (left, right)
            numbers = [
                float(side.value)
                for side in sides
                if isinstance(side, Literal) and isinstance(side.value, int | float)
            ]
            for side in sides:
                if _is_timed(side):
                    yield side, numbers[0] if numbers else None
        case HasTag():
            return


def _is_timed(value: Value) -> bool:
    if isinstance(value, Count):
        return value.within is not None
    if isinstance(value, Field):
        return value.scope is Scope.CONTACT and value.path == ("score",)
    return isinstance(value, DaysSince)


def _moments(
    value: Value,
    against: float | None,
    facts: Facts,
    engagement: Engagement,
    fit: float,
    half_life: timedelta,
) -> Iterator[datetime]:
    # One microsecond past, so that a look at that moment sees the change done.
    tick = timedelta(microseconds=1)
    match value:
        case Count(event, where, within) if within is not None:
            for found in relevant(facts, event, where, within):
                yield found.occurred_at + within
        case DaysSince(event, where) if against is not None:
            found_events = relevant(facts, event, where, None)
            if found_events:
                newest = max(found.occurred_at for found in found_events)
                yield newest + timedelta(days=against)
                yield newest + timedelta(days=against) + tick
        case Field() if against is not None:
            crosses = crossing(engagement, fit, against, half_life, facts.now)
            if crosses is not None:
                yield crosses
        case _:
            return

"""When may a condition change by time alone? An early look does no harm, a missed one would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

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
from nurture.domain.evaluate import EVER, Getter, getter_of, kind, relevant
from nurture.domain.facts import Facts
from nurture.domain.scoring import Engagement, crossing

#: an age (days) that nobody waits for
_LONGEST_AGE = 36525.0

#: what moves against a moving mark is simply looked at again after so long
_MOVING = timedelta(days=1)

# One microsecond past, so that a look at that moment sees the change done.
_TICK = timedelta(microseconds=1)


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
    now, events = facts.now, facts.events
    moments = [
        moment
        for condition in conditions
        for event_type, value, marks in timed(condition)
        # Of most types somebody has no event, and then time changes nothing.
        if event_type is None or events.get(event_type)
        for moment in _moments(value, marks, facts, engagement, fit, half_life)
        if moment > now
    ]
    return min(moments, default=None)


def depends_on_time(condition: Condition) -> bool:
    """Say whether time alone can change a condition."""
    return bool(timed(condition))


#: a value that time changes, with the type of event without which it does not, and what it
#: is compared to: whether that moves too, and how to read it
Timed: TypeAlias = tuple[str | None, Value, tuple[tuple[bool, Getter], ...]]

#: what `timed` found, by identity, as `evaluate` keeps its functions; asked for every contact
_found: dict[int, tuple[Condition, tuple[Timed, ...]]] = {}

#: trees kept; some hundred workflows have fewer
_MOST_FOUND = 4096


def timed(condition: Condition) -> tuple[Timed, ...]:
    """Return the values of a condition that time changes, each with what it is compared to."""
    known = _found.get(id(condition))
    if known is None:
        if len(_found) >= _MOST_FOUND:
            _found.clear()
        known = _found[id(condition)] = (
            condition,
            tuple(
                (
                    value.event if isinstance(value, Count | DaysSince) else None,
                    value,
                    tuple((_moves(mark), getter_of(mark)) for mark in marks),
                )
                for value, marks in _timed(condition)
            ),
        )
    return known[1]


def _timed(condition: Condition) -> Iterator[tuple[Value, tuple[Value, ...]]]:
    """Yield the values that time changes, each with what it is compared to."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _timed(part)
        case Not(part):
            yield from _timed(part)
        case Truthy(value):
            if _is_timed(value):
                yield value, (Literal(0),)
        case Compare(left, _, right):
            marks = tuple(map(Literal, right)) if isinstance(right, tuple) else (right,)
            if _is_timed(left):
                yield left, marks
            for mark in marks:
                if _is_timed(mark):
                    yield mark, (left,)
        case HasTag():
            return


def _is_timed(value: Value) -> bool:
    if isinstance(value, Count):
        return value.within is not None
    return _moves(value)


def _moves(value: Value) -> bool:
    """Say whether a value moves all the time, where a count only jumps now and then."""
    if isinstance(value, Field):
        return value.scope is Scope.CONTACT and value.path == ("score",)
    return isinstance(value, DaysSince)


def _moments(
    value: Value,
    marks: tuple[tuple[bool, Getter], ...],
    facts: Facts,
    engagement: Engagement,
    fit: float,
    half_life: timedelta,
) -> Iterator[datetime]:
    if isinstance(value, Count):
        if value.within is not None and value.within < EVER:
            for found in relevant(facts, value.event, value.where, value.within):
                yield found.occurred_at + value.within
        return
    for moves, read in marks:
        against = read(facts)
        if kind(against) != "number":
            continue
        if moves:
            yield facts.now + _MOVING
        elif isinstance(value, DaysSince):
            yield from _ages(value, float(against), facts)
        else:
            crosses = crossing(engagement, fit, float(against), half_life, facts.now)
            if crosses is not None:
                yield crosses


def _ages(value: DaysSince, days: float, facts: Facts) -> Iterator[datetime]:
    found = relevant(facts, value.event, value.where, None)
    if found and abs(days) < _LONGEST_AGE:
        aged = max(event.occurred_at for event in found) + timedelta(days=days)
        yield from (aged, aged + _TICK)

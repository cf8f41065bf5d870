"""Conditions that time alone can change, at a moment that nobody can compute.

Goals, exits and state triggers are looked at when an event touches the contact and at a
computed moment (`nurture.domain.reviews`): a fading score against a number, a window of
`within`, days since an event against a number. What else time changes would be missed.
"""

from __future__ import annotations

from collections.abc import Iterator

from nurture.compiler.report import Placed, Report
from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    DaysSince,
    Field,
    Literal,
    Not,
    Scope,
    Truthy,
    Value,
)
from nurture.language import Said, say


def check_reviewable(condition: Condition, what: Said, at: Placed, report: Report) -> None:
    """Report the parts of a condition that no event and no computed moment looks at again."""
    for value in _unforeseen(condition):
        name = say("days_since(…)") if isinstance(value, DaysSince) else say("the score")
        message = say(
            "{what} depends on time: when {name} makes it true cannot be computed",
            what=what,
            name=name,
        )
        report.error(at, "time-alone", message, say("compare it with one number, e.g. >= 40"))


def _unforeseen(condition: Condition) -> Iterator[Value]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _unforeseen(part)
        case Not(part):
            yield from _unforeseen(part)
        case Truthy(value):
            if _fades(value):
                yield value
        case Compare(left, _, right):
            if isinstance(right, tuple):
                if _fades(left):
                    yield left
                return
            for side, other in ((left, right), (right, left)):
                if _fades(side) and not _is_number(other):
                    yield side


def _fades(value: Value) -> bool:
    return isinstance(value, DaysSince) or (
        isinstance(value, Field) and value.scope is Scope.CONTACT and value.path == ("score",)
    )


def _is_number(value: Value) -> bool:
    return isinstance(value, Literal) and isinstance(value.value, int | float)

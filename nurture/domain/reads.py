"""Which facts a condition reads, so that a batch loads just those."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
    StepEvents,
    Truthy,
    Value,
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Facts that one or several conditions read."""

    event_types: frozenset[str] = frozenset()
    #: (scope, name) of contact, account, deal, trigger and event fields
    fields: frozenset[tuple[Scope, str]] = frozenset()
    #: what steps left behind is read
    steps: bool = False
    tags: bool = False

    def __or__(self, other: Reads) -> Reads:
        """Return what either reads."""
        return Reads(
            self.event_types | other.event_types,
            self.fields | other.fields,
            self.steps or other.steps,
            self.tags or other.tags,
        )


def reads(*conditions: Condition) -> Reads:
    """Return the facts that conditions read, together."""
    return _sum(_of_condition(condition) for condition in conditions)


def _sum(found: Iterable[Reads]) -> Reads:
    total = Reads()
    for one in found:
        total |= one
    return total


def _of_condition(condition: Condition) -> Reads:
    match condition:
        case All(parts) | AnyOf(parts):
            return reads(*parts)
        case Not(part):
            return _of_condition(part)
        case HasTag():
            return Reads(tags=True)
        case Truthy(value):
            return _of_value(value)
        case Compare(left, _, right):
            if isinstance(right, tuple):
                return _of_value(left)
            return _of_value(left) | _of_value(right)


def _of_value(value: Value) -> Reads:
    match value:
        case Literal():
            return Reads()
        case Count(event) | DaysSince(event):
            return Reads(event_types=frozenset({event}))
        case StepEvents(event):
            return Reads(event_types=frozenset({event}), steps=True)
        case Field(Scope.STEP):
            return Reads(steps=True)
        case Field(scope, path):
            return Reads(fields=frozenset({(scope, path[0])}))

"""Which values of events a release asks for: `form: contact`, `where: {kind: price}`.

Events are free, so a value nobody asks for is no mistake by itself; one that is nearly another
is worth a word to whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    Literal,
    Not,
    Scope,
    Truthy,
    Value,
)
from nurture.domain.conditions import Scalar as Plain
from nurture.domain.definitions import Definitions
from nurture.domain.lookups import journey_conditions

_EVENTS = (Scope.EVENT, Scope.TRIGGER)


def event_values(definitions: Definitions) -> Mapping[str, frozenset[str]]:
    """Return the texts that some trigger, wait, exit, condition or score asks for, by property."""
    found: dict[str, set[str]] = {}
    pairs: list[tuple[str, Plain | None]] = []
    scoring = definitions.scoring
    for rule in scoring.rules:
        pairs += rule.where
    for _, where in scoring.intent:
        pairs += where
    for condition in _conditions(definitions):
        pairs += _asked(condition)
    pairs += [("seminar", name) for name in definitions.seminars]
    for name, value in pairs:
        if isinstance(value, str) and value:
            found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


def _conditions(definitions: Definitions) -> Iterable[Condition]:
    yield from definitions.segments.values()
    yield from (rule.condition for rule in definitions.scoring.fit)
    yield from (rule.condition for rule in definitions.scoring.lifecycle)
    for mailing in definitions.mailings.values():
        yield mailing.condition
    for workflow in definitions.workflows.values():
        yield workflow.only_if
        for trigger in workflow.event_triggers:
            yield trigger.match.where
        for timed in workflow.schedules:
            yield timed.condition
        yield from journey_conditions(workflow)


def _asked(condition: Condition) -> Iterator[tuple[str, Plain | None]]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _asked(part)
        case Not(part):
            yield from _asked(part)
        case Compare(Field(scope, path), _, right) if scope in _EVENTS:
            for value in right if isinstance(right, tuple) else (right,):
                if isinstance(value, Literal):
                    yield path[-1], value.value
                elif isinstance(value, str):
                    yield path[-1], value
        case Compare(left, _, _) | Truthy(left):
            yield from _counted(left)
        case _:
            return


def _counted(value: Value) -> Iterator[tuple[str, Plain | None]]:
    if isinstance(value, Count | DaysSince):
        yield from value.where

"""Conditions as closures over facts; `nurture.db.conditions` is the same in SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, cast

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
    Op,
    Scope,
    StepEvents,
    Truthy,
    Value,
)
from nurture.domain.facts import ONCE_PER_MESSAGE, EventFact, Facts

Test: TypeAlias = Callable[[Facts], bool]
Getter: TypeAlias = Callable[[Facts], Any]

#: a `within` this long means ever; a longer one would run off the calendar
EVER = timedelta(days=36525)

#: numbers further from zero are missing values
LARGEST = 1e300

_ORDER: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}


#: by identity, since equality takes Literal(True) for Literal(1) and hashing a tree is slow;
#: the tree is kept with its function so that nothing else gets its id
_compiled: dict[int, tuple[Condition, Test]] = {}

#: trees kept; some hundred workflows have fewer
_MOST_COMPILED = 4096


def compile_condition(condition: Condition) -> Test:
    """Return a function that says whether a condition holds; compiled once per tree."""
    found = _compiled.get(id(condition))
    if found is None:
        if len(_compiled) >= _MOST_COMPILED:
            _compiled.clear()
        found = _compiled[id(condition)] = (condition, _closure(condition))
    return found[1]


def _closure(condition: Condition) -> Test:
    match condition:
        case All(parts):
            return _all([compile_condition(part) for part in parts])
        case AnyOf(parts):
            return _any([compile_condition(part) for part in parts])
        case Not(part):
            inner = compile_condition(part)
            return lambda facts: not inner(facts)
        case HasTag(tag):
            return lambda facts: tag in facts.tags
        case Truthy(value):
            get = _getter(value)
            return lambda facts: bool(get(facts))
        case Compare():
            return _compare(condition)


def _all(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def every(facts: Facts) -> bool:
        # Not all(): a generator costs more than most tests.
        for test in tests:  # noqa: SIM110
            if not test(facts):
                return False
        return True

    return every


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]

    def some(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110
            if test(facts):
                return True
        return False

    return some


def holds(condition: Condition, facts: Facts) -> bool:
    """Say whether a condition holds for the facts."""
    return compile_condition(condition)(facts)


def _compare(condition: Compare) -> Test:
    left = _getter(condition.left)
    op = condition.op
    if op in (Op.IN, Op.NOT_IN):
        # Kinds are told apart, so that True is not among [1].
        allowed = {(kind(one), one) for one in cast("tuple[Any, ...]", condition.right)}
        wanted = op is Op.IN

        def member(facts: Facts) -> bool:
            value = left(facts)
            return value is not None and ((kind(value), value) in allowed) is wanted

        return member
    if isinstance(condition.right, Literal) and op is Op.EQ:
        written = plain(condition.right.value)
        of = kind(written)

        def equal(facts: Facts) -> bool:
            value = left(facts)
            return (value is not None and written is not None and bool(value == written)) and kind(
                value
            ) == of

        return equal
    if isinstance(condition.right, Literal) and op in _ORDER:
        return _ordered(left, _ORDER[op], plain(condition.right.value))
    right = _getter(cast("Value", condition.right))

    def test(facts: Facts) -> bool:
        return compare(op, left(facts), right(facts))

    return test


def _ordered(left: Getter, order: Callable[[Any, Any], bool], written: Any) -> Test:
    """Return a comparison with a constant: most conditions are one, mostly with a number."""
    of = kind(written)

    def ordered(facts: Facts) -> bool:
        value = left(facts)
        if value is None or written is None or of == "boolean" or kind(value) != of:
            return False
        return order(value, written)

    return ordered


def compare(op: Op, left: Any, right: Any) -> bool:
    """Compare two values; a missing one, or types that do not compare, is false."""
    if left is None or right is None:
        return False
    if op is Op.EQ:
        return same(left, right)
    if op is Op.NE:
        return kind(left) == kind(right) and not same(left, right)
    if op is Op.CONTAINS:
        return isinstance(left, str) and isinstance(right, str) and right in left
    if kind(left) != kind(right) or kind(left) == "boolean":
        return False
    return _ORDER[op](left, right)


#: kinds of the types that values have as a rule
_KINDS: Mapping[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    datetime: "moment",
    date: "day",
    str: "text",
}


def kind(value: Any) -> str:
    """Return the kind of value for comparisons: boolean, number, moment, day or text."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, date):
        return "day"
    return "text"


def same(left: Any, right: Any) -> bool:
    """Say whether two values are equal and of one kind (`True` is not 1)."""
    return kind(left) == kind(right) and bool(left == right)


def value_of(value: Value, facts: Facts) -> Any:
    """Return a value of a condition; None where it is missing."""
    return _getter(value)(facts)


def getter_of(value: Value) -> Getter:
    """Return a function that reads a value of a condition; it returns None where it is missing."""
    return _getter(value)


def _getter(value: Value) -> Getter:
    match value:
        case Literal(written):
            constant = plain(written)
            return lambda _facts: constant
        case Field():
            return _field(value)
        case Count():
            return _count(value)
        case DaysSince():
            return lambda facts: days_since(facts, value)
        case StepEvents(event_type, step):
            return lambda facts: step_events(facts, event_type, step)


def _count(value: Count) -> Getter:
    event_type = value.event

    def number(facts: Facts) -> int:
        # Of most types somebody has no event at all.
        return count(facts, value) if facts.events.get(event_type) else 0

    return number


def _field(value: Field) -> Getter:
    name = value.path[0]
    match value.scope:
        case Scope.CONTACT:
            return lambda facts: facts.contact.get(name)
        case Scope.ACCOUNT:
            return lambda facts: facts.account.get(name)
        case Scope.DEAL:
            return lambda facts: facts.deal.get(name)
        case Scope.TRIGGER:
            return lambda facts: plain(facts.trigger.get(name))
        case Scope.EVENT:
            return lambda facts: (
                plain(facts.event.properties.get(name)) if facts.event is not None else None
            )
        case Scope.STEP:
            return _step_field(value.path)


def _step_field(path: tuple[str, ...]) -> Getter:
    step = path[0]
    if path[1] == "outcome":
        return lambda facts: facts.steps[step].outcome if step in facts.steps else None
    name = path[2]
    return lambda facts: plain(facts.steps[step].event.get(name)) if step in facts.steps else None


def plain(value: Any) -> Any:
    """Return scalars as they are; what does not compare (lists, maps, NaN) is missing.

    So are numbers beyond 1e300, which not every database can hold.
    """
    if isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        return None
    return value if isinstance(value, str | int | float | date) else None


def relevant(
    facts: Facts,
    event_type: str,
    where: tuple[tuple[str, Any], ...],
    within: timedelta | None,
) -> Sequence[EventFact]:
    """Return the contact's events of a type that pass the filters, newest first."""
    events = facts.events.get(event_type)
    if not events:
        return ()
    since = facts.now - within if within is not None and within < EVER else None
    if since is None and not where:
        return events
    return [
        event
        for event in events
        if (since is None or event.occurred_at > since)
        and all(compare(Op.EQ, plain(event.properties.get(key)), value) for key, value in where)
    ]


def count(facts: Facts, value: Count) -> int:
    """Return how many events pass; opens and clicks once per mail."""
    found = relevant(facts, value.event, value.where, value.within)
    if value.event in ONCE_PER_MESSAGE:
        return len({event.message_id for event in found})
    return len(found)


def days_since(facts: Facts, value: DaysSince) -> float | None:
    """Return days since the newest such event, or None."""
    found = relevant(facts, value.event, value.where, None)
    if not found:
        return None
    newest = max(event.occurred_at for event in found)
    return (facts.now - newest) / timedelta(days=1)


def step_events(facts: Facts, event_type: str, step: str) -> int:
    """Return how many events of a type are about the mail of a step's last visit."""
    fact = facts.steps.get(step)
    if fact is None or fact.message_id is None:
        return 0
    return sum(
        1 for event in facts.events.get(event_type, ()) if event.message_id == fact.message_id
    )

"""Small pieces that both ways of writing conditions are built of."""

from __future__ import annotations

from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Field,
    Literal,
    Op,
    Scope,
    Value,
)

#: `customer: true`
IS_CUSTOMER = Compare(Field(Scope.CONTACT, ("lifecycle",)), Op.EQ, Literal("customer"))


def join(parts: list[Condition]) -> Condition:
    """Return a condition for all of several; one alone stands for itself."""
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def either(parts: list[Condition]) -> Condition:
    """Return a condition for any of several; one alone stands for itself."""
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def at_least(value: Value, times: int = 1) -> Condition:
    """Return the condition that a count reaches a number."""
    return Compare(value, Op.GE, Literal(times)) if times > 1 else Compare(value, Op.GT, Literal(0))

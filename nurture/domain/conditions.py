"""Conditions: one tree for both ways of writing them.

The compiler builds these nodes from YAML maps and from `expr:` strings; `evaluate` runs
them over facts, `nurture.db.conditions` turns them into SQL. Semantics, held equal in
both by a property test: a comparison with a missing value is false, `!=` too; `Not` is
two-valued; types that do not compare are a missing value, not a crash.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None


class Op(enum.StrEnum):
    """Comparison operators."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    #: left is one of the values at the right
    IN = "in"
    #: left is none of the values at the right (missing: false)
    NOT_IN = "not in"
    #: text at the left contains the text at the right
    CONTAINS = "contains"


class Scope(enum.StrEnum):
    """Where a field is read from."""

    CONTACT = "contact"
    ACCOUNT = "account"
    DEAL = "deal"
    #: the event that enrolled
    TRIGGER = "trigger"
    #: the event being looked at: trigger, wait and exit conditions only
    EVENT = "event"
    #: what a step left behind: ("ID", "outcome") or ("ID", "event", FIELD)
    STEP = "steps"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the file."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the contact, account, trigger …; `path` without the scope."""

    scope: Scope
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many events of a type the contact has, optionally filtered and recent.

    `where` are equality filters on event properties. Events judged machine or prefetch
    never count; `unknown` opens count as the policy says. Opens and clicks count once
    per message.
    """

    event: str
    where: tuple[tuple[str, Scalar], ...] = ()
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Days (fractional) since the newest such event; missing where there was none."""

    event: str
    where: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class StepEvents:
    """How many events of a type refer to a step's last visit in this enrolment.

    `clicked: hearing` is `StepEvents("email.clicked", "hearing") > 0`.
    """

    event: str
    step: str


Value: TypeAlias = Literal | Field | Count | DaysSince | StepEvents


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; for IN and NOT_IN the right side is the tuple of allowed values."""

    left: Value
    op: Op
    right: Value | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class HasTag:
    """The contact carries the tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Truthy:
    """The value is there and is not false, zero or empty."""

    value: Value


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; true when empty."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; false when empty."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition: TypeAlias = Compare | HasTag | Truthy | All | AnyOf | Not

#: a condition that always holds
ALWAYS = All(())

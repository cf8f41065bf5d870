"""Decisions that rest on opens alone: image proxies and scanners open mails, too."""

from __future__ import annotations

import enum

from nurture.compiler.report import Placed, Report
from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    Not,
    Scope,
    StepEvents,
    Truthy,
    Value,
)
from nurture.domain.steps import EventMatch
from nurture.language import Said, say

_OPENED = "email.opened"
_HINT = say("machines open mails too; ask for a click, a reply or a score")


class _Strength(enum.IntEnum):
    """What a condition's truth rests on."""

    #: fields and tags: nothing that was done
    NOTHING = 0
    OPENS = 1
    DEEDS = 2


def check_opens(condition: Condition, what: Said, at: Placed, report: Report) -> None:
    """Warn where opens alone can make a condition true."""
    if _strength(condition) is _Strength.OPENS:
        report.warn(at, "opens-alone", say("{what} rests on opens alone", what=what), _HINT)


def check_matches(matches: list[EventMatch], what: Said, at: Placed, report: Report) -> None:
    """Warn where an open is among the events that are taken for an answer."""
    if any(match.event == _OPENED for match in matches):
        report.warn(at, "opens-alone", say("{what} rests on opens alone", what=what), _HINT)


def _strength(condition: Condition) -> _Strength:
    match condition:
        case All(parts):
            return max((_strength(part) for part in parts), default=_Strength.NOTHING)
        case AnyOf(parts):
            found = [_strength(part) for part in parts]
            # One way to be true that rests on opens is enough.
            return (
                _Strength.OPENS
                if _Strength.OPENS in found
                else max(found, default=_Strength.NOTHING)
            )
        case Not(part):
            return _strength(part)
        case Truthy(value):
            return _of_value(value)
        case Compare(left, _, right):
            sides = (left,) if isinstance(right, tuple) else (left, right)
            return max(_of_value(side) for side in sides)
        case _:
            return _Strength.NOTHING


def _of_value(value: Value) -> _Strength:
    match value:
        case Count(event) | DaysSince(event) | StepEvents(event):
            return _Strength.OPENS if event == _OPENED else _Strength.DEEDS
        case Field(Scope.CONTACT, ("score" | "temperature" | "lifecycle",)):
            return _Strength.DEEDS
        case Field(Scope.STEP | Scope.EVENT):
            return _Strength.DEEDS
        case _:
            return _Strength.NOTHING

"""Rewriting parts of frozen definitions: step names, and segments where they were put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from nurture.domain.changes.values import SEGMENT_MARK
from nurture.domain.conditions import Condition, Field, HasTag, Scope, StepEvents
from nurture.domain.steps import EventMatch, Goto

T = TypeVar("T")


def rewrite(thing: T, change: Callable[[Any], Any]) -> T:
    """Return a thing in which each part for which `change` returns another is that other.

    Looks into dataclasses, tuples and maps; `change` is asked from the outside in and returns
    None for what is to be looked into.
    """
    found = change(thing)
    if found is not None:
        return found  # type: ignore[no-any-return]
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {}
        for one in fields(thing):
            value = getattr(thing, one.name)
            other = rewrite(value, change)
            if other is not value:
                changed[one.name] = other
        return replace(thing, **changed) if changed else thing
    if isinstance(thing, tuple):
        others = tuple(rewrite(one, change) for one in thing)
        alike = all(one is other for one, other in zip(thing, others, strict=True))
        return thing if alike else others  # type: ignore[return-value]
    if isinstance(thing, dict):
        return {key: rewrite(one, change) for key, one in thing.items()}  # type: ignore[return-value]
    return thing


def with_steps_renamed(thing: T, renamed: Mapping[str, str]) -> T:
    """Return a thing whose conditions, waits and jumps name steps by their new names."""
    if not renamed:
        return thing

    def change(one: Any) -> Any:
        match one:
            case StepEvents(event, step) if step in renamed:
                return StepEvents(event, renamed[step])
            case Field(Scope.STEP, (step, *rest)) if step in renamed:
                return Field(Scope.STEP, (renamed[step], *rest))
            case EventMatch(step=str() as step) if step in renamed:
                return replace(with_steps_renamed(replace(one, step=None), renamed),
                               step=renamed[step])  # fmt: skip
            case Goto(target=target) if target in renamed:
                return replace(one, target=renamed[target])
        return None

    return rewrite(thing, change)


def with_segments_named(thing: T, names: Mapping[Condition, str]) -> T:
    """Return a thing in which the conditions of segments are their names again.

    The compiler puts a segment's condition where it is named; what refers to it has not
    changed when the segment does.
    """
    if not names:
        return thing

    def change(one: Any) -> Any:
        if isinstance(one, Condition.__args__) and one in names:
            return HasTag(f"{SEGMENT_MARK}{names[one]}{SEGMENT_MARK}")
        return None

    return rewrite(thing, change)

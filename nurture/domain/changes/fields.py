"""Things whose every field is worth a line: compared by name, said by the labels given."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from nurture.domain.changes.alignment import differing
from nurture.domain.changes.change import Change, Labels, entries, part
from nurture.domain.changes.values import value_text
from nurture.domain.conditions import Condition

_CONDITION: tuple[type, ...] = Condition.__args__


def field_changes(
    labels: Labels, old: Any, new: Any, leave_out: Collection[str] = ("file",)
) -> Iterator[Change]:
    """Yield the changes of the fields of two things of one class; lists entry by entry."""
    for name in differing(old, new):
        if name in leave_out:
            continue
        before, after = getattr(old, name), getattr(new, name)
        if isinstance(before, tuple) and isinstance(after, tuple):
            yield from entries(labels, name, before, after, value_text)
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            ours = {key: before.get(key) for key in sorted({*before, *after})}
            for key, value in ours.items():
                dotted = f"{name}.{key}" if key else name
                known = {**labels, dotted: _dotted(labels, name, key)}
                yield from part(known, dotted, value, after.get(key), value_text)
        else:
            yield from part(labels, name, before, after, value_text)


def _dotted(labels: Labels, name: str, key: str) -> tuple[str, str]:
    ja, en = labels.get(name, (name, name))
    return (f"{ja}（{key}）", f"{en} ({key})") if key else (ja, en)


def is_condition(value: object) -> bool:
    """Say whether a value is a condition."""
    return isinstance(value, _CONDITION)

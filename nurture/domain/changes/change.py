"""A change: a sign, what it is about, a sentence in both languages, and its parts."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class Sign(enum.StrEnum):
    """What happened to a thing."""

    ADDED = "+"
    REMOVED = "−"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Both:
    """A text in the two languages that marketers read."""

    ja: str
    en: str

    def of(self, locale: str) -> str:
        """Return the text in Japanese for `ja…`, else in English."""
        return self.ja if locale.startswith("ja") else self.en


def both(say: Callable[[str], str]) -> Both:
    """Return what a function says in each language."""
    return Both(say("ja"), say("en"))


def same(text: str) -> Both:
    """Return a text that is the same in both languages: a name, a number."""
    return Both(text, text)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it is in the live release."""

    sign: Sign
    #: workflow, step, template, segment … or the part of such a thing: trigger, subject …
    noun: str
    #: how files call it; of a part its code
    name: str
    #: in a few words, without the name
    said: Both
    parts: tuple[Change, ...] = ()


#: (Japanese, English) names of parts, by code; others are shown as they are written
Labels = dict[str, tuple[str, str]]


def label(labels: Labels, code: str) -> Both:
    """Return how a part is called."""
    return Both(*labels[code]) if code in labels else same(code)


def part(
    labels: Labels, code: str, old: T, new: T, text: Callable[[T, str], str]
) -> Iterator[Change]:
    """Yield the change of one part, `name: old → new`, where there is one."""
    if old == new:
        return
    called = label(labels, code)
    arrow = both(lambda at: f"{called.of(at)}: {text(old, at)} → {text(new, at)}")
    yield Change(Sign.CHANGED, "part", code, arrow)


def entries(
    labels: Labels, code: str, old: Sequence[T], new: Sequence[T], text: Callable[[T, str], str]
) -> Iterator[Change]:
    """Yield the changes of a part that is a list: what was added, removed, or replaced."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    called = label(labels, code)
    if len(gone) == len(come) == 1:
        yield from part(labels, code, gone[0], come[0], text)
        return
    for sign, found in ((Sign.REMOVED, gone), (Sign.ADDED, come)):
        for one in found:
            said = both(lambda at, one=one: f"{called.of(at)}: {text(one, at)}")  # type: ignore[misc]
            yield Change(sign, "part", code, said)


def things(
    noun: str,
    old: dict[str, T],
    new: dict[str, T],
    described: Callable[[T, str], str],
    compare: Callable[[str, T, T], Iterator[Change]],
    changed: Callable[[T, str], str] | None = None,
) -> Iterator[Change]:
    """Yield the things of one kind that are new, gone, or changed in some part."""
    for name in sorted({*old, *new}):
        if name not in old:
            yield Change(Sign.ADDED, noun, name, _said(described, new[name]))
        elif name not in new:
            yield Change(Sign.REMOVED, noun, name, _said(described, old[name]))
        elif old[name] != new[name] and (parts := tuple(compare(name, old[name], new[name]))):
            yield Change(Sign.CHANGED, noun, name, _said(changed or described, new[name]), parts)


def _said(described: Callable[[T, str], str], thing: T) -> Both:
    return both(lambda at: described(thing, at))

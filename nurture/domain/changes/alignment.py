"""Which step of a new graph is which of the old one: by name, by content, by position.

Names that an author gave are believed. Names that the compiler makes (`wait-2`) count steps
and shift when one is put before them, so those are told by what they do and where they stand.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from nurture.domain.changes.rewriting import with_steps_renamed
from nurture.domain.steps import Branch, Graph, Send, Split, Step, WaitFor

#: ids that the compiler makes: kind and ordinal, after the block they stand in
_MADE_UP = re.compile(r"(^|/)[a-z_]+-\d+$")

#: pairs found let conditions name steps alike, which finds more pairs
_ROUNDS = 3


class How(enum.StrEnum):
    """What told that two steps are the same."""

    #: `renamed:` in the file says so
    WRITTEN = "written"
    NAME = "name"
    CONTENT = "content"
    POSITION = "position"


@dataclass(frozen=True, slots=True)
class Pair:
    """A step of the old graph and what it is in the new one."""

    old: str
    new: str
    how: How


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which steps stay (by old id), which are gone, which are new."""

    pairs: Mapping[str, Pair]
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    #: removed step → a new one that may be it under another name: a person has to say
    maybe: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Old id → new id of the steps that stay."""
        return {old: pair.new for old, pair in self.pairs.items()}


def made_up(step: Step) -> bool:
    """Say whether the compiler made the id of a step, from its kind and its place."""
    return made_up_name(step.id)


def made_up_name(name: str) -> bool:
    """Say whether an id is one that the compiler makes: `wait-2`, `answer/then/task-1`."""
    return bool(_MADE_UP.search(name))


def content(step: Step, renamed: Mapping[str, str]) -> Step:
    """Return a step without its name and the names of what follows; others it names are mapped."""
    bare: Any = with_steps_renamed(step, renamed)
    # Where it stands in the file is no part of what it does.
    unread = {one.name: one.default for one in fields(bare) if not one.compare}
    bare = replace(bare, **unread) if unread else bare
    match bare:
        case Branch():
            cases = tuple((condition, None) for condition, _ in bare.cases)
            return replace(bare, id="", cases=cases, otherwise=None)
        case Split():
            variants = tuple(replace(one, next=None, steps=()) for one in bare.variants)
            return replace(bare, id="", variants=variants)
        case WaitFor():
            return replace(bare, id="", then=None, otherwise=None)
    blank: dict[str, Any] = {"id": ""}
    if any(one.name == "next" for one in fields(bare)):
        blank["next"] = None
    return replace(bare, **blank)  # type: ignore[no-any-return]


def align(old: Graph, new: Graph, renamed: Mapping[str, str] | None = None) -> Alignment:
    """Pair the steps of two versions of a workflow; `renamed` is what its author wrote.

    A step whose kind has changed under its name is still paired: it stands where it stood.
    """
    pairs: dict[str, Pair] = {}
    written = {
        one: other
        for one, other in (renamed or {}).items()
        if one in old.steps and other in new.steps
    }
    for one, other in written.items():
        # To a step that both have is a way out of a removed one, not another name for it.
        if other not in old.steps:
            pairs[one] = Pair(one, other, How.WRITTEN)
    taken = {pair.new for pair in pairs.values()}
    for step in old.steps.values():
        if step.id in new.steps and step.id not in taken and step.id not in written:
            if made_up(step):
                continue
            pairs[step.id] = Pair(step.id, step.id, How.NAME)
    for _ in range(_ROUNDS):
        before = len(pairs)
        _by_content(old, new, pairs, written)
        if len(pairs) == before:
            break
    maybe = _by_position(old, new, pairs, written)
    kept = {pair.new for pair in pairs.values()}
    return Alignment(
        pairs,
        tuple(one for one in old.steps if one not in pairs),
        tuple(one for one in new.steps if one not in kept),
        maybe,
    )


def _by_content(old: Graph, new: Graph, pairs: dict[str, Pair], written: Mapping[str, str]) -> None:
    """Pair what does the very same in the same order between steps that are paired."""
    names = {one: pair.new for one, pair in pairs.items()}
    anchors = {pair.new: one for one, pair in pairs.items()}
    ours = [
        ("", one.id) if one.id in pairs else _token(content(one, names))
        for one in old.steps.values()
    ]
    theirs = [
        ("", anchors[one.id]) if one.id in anchors else _token(content(one, {}))
        for one in new.steps.values()
    ]
    old_ids, new_ids = list(old.steps), list(new.steps)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for start, other, size in matcher.get_matching_blocks():
        for one, twin in zip(
            old_ids[start : start + size], new_ids[other : other + size], strict=True
        ):
            if one not in pairs and one not in written:
                pairs[one] = Pair(one, twin, How.CONTENT)
    # Elsewhere in the file: where it is the only one that does this, it was moved.
    taken = {pair.new for pair in pairs.values()}
    left = [one for one in old.steps.values() if one.id not in pairs and one.id not in written]
    free = [one for one in new.steps.values() if one.id not in taken]
    for step in left:
        token = _token(content(step, names))
        twins = [one for one in free if _token(content(one, {})) == token]
        alike = [one for one in left if _token(content(one, names)) == token]
        if len(twins) == len(alike) == 1 and _tells(step):
            pairs[step.id] = Pair(step.id, twins[0].id, How.CONTENT)


def _token(step: Step) -> tuple[str, str]:
    return (type(step).__name__, repr(step))


def _tells(step: Step) -> bool:
    """Say whether the content of a step tells it from others: a mail does, a wait does not."""
    return isinstance(step, Send) or type(step).__name__ in ("Task", "Notify", "WaitFor", "Branch")


def _by_position(
    old: Graph, new: Graph, pairs: dict[str, Pair], written: Mapping[str, str]
) -> dict[str, str]:
    """Pair the only step of its kind between two paired ones; return where that is a guess."""
    maybe: dict[str, str] = {}
    anchors = {pair.new: one for one, pair in pairs.items()}
    for gone, come in _gaps(old, new, pairs, anchors):
        for step in gone:
            if step.id in written:
                continue
            kin = [one for one in gone if type(one) is type(step) and one.id not in written]
            twins = [one for one in come if type(one) is type(step)]
            if len(kin) == len(twins) and len(kin) > 1 and all(map(made_up, [*kin, *twins])):
                # As many as before, each in its turn: they were edited.
                twins = [twins[kin.index(step)]]
                kin = [step]
            if len(kin) != 1 or len(twins) != 1:
                continue
            if made_up(step) or made_up(twins[0]):
                pairs[step.id] = Pair(step.id, twins[0].id, How.POSITION)
            else:
                maybe[step.id] = twins[0].id
    return maybe


def _gaps(
    old: Graph, new: Graph, pairs: Mapping[str, Pair], anchors: Mapping[str, str]
) -> Iterator[tuple[list[Step], list[Step]]]:
    """Yield the unpaired steps that follow the same paired one in both files."""
    ours: dict[str, list[Step]] = {}
    behind = ""
    for step in old.steps.values():
        if step.id in pairs:
            behind = step.id
        else:
            ours.setdefault(behind, []).append(step)
    theirs: dict[str, list[Step]] = {}
    behind = ""
    for step in new.steps.values():
        if step.id in anchors:
            behind = anchors[step.id]
        else:
            theirs.setdefault(behind, []).append(step)
    for place, gone in ours.items():
        if place in theirs:
            yield gone, theirs[place]


def differing(old: Any, new: Any) -> Iterator[str]:
    """Yield the names of the fields in which two things of one class differ."""
    if is_dataclass(old) and type(old) is type(new):
        for one in fields(old):
            if one.compare and getattr(old, one.name) != getattr(new, one.name):
                yield one.name

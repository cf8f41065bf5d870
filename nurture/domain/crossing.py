"""Crossings: how people under way in one version of a workflow go over to another.

A crossing keeps what a journey remembers: how often each step was reached (so that no mail
goes twice), what became of its mails, and since when it waits. Names follow the alignment of
the two graphs (`nurture.domain.changes.alignment`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nurture.domain.changes.alignment import Alignment, align
from nurture.domain.enrolment import Memory
from nurture.domain.steps import (
    Branch,
    End,
    Goto,
    Graph,
    Set,
    Split,
    Wait,
    WaitFor,
    WaitUntil,
    followers,
)

#: steps that may be passed twice: nobody outside notices. All others are done once
_HARMLESS = (Wait, WaitUntil, WaitFor, Branch, Split, Set, Goto, End)


@dataclass(frozen=True, slots=True)
class Crossing:
    """The way from the steps of one graph to those of another."""

    old: Graph
    new: Graph
    alignment: Alignment
    #: old step → the step where its people go on; who stands elsewhere has no place
    places: Mapping[str, str]
    #: old steps that are the very same ones there: who rests there goes on resting
    same: frozenset[str]

    @property
    def withdrawn(self) -> frozenset[str]:
        """Old steps whose mails must not leave any more."""
        return frozenset(self.old.steps) - self.same


@dataclass(frozen=True, slots=True)
class Crossed:
    """An enrolment as it stands after its crossing."""

    step: str | None
    memory: Memory
    #: the step it stood at had no place: it goes on at the next one that has
    lost_place: bool = False
    #: it does not go on resting but arrives anew, and has to be walked
    arrives: bool = False


def crossing(old: Graph, new: Graph, renamed: Mapping[str, str]) -> Crossing:
    """Return the way from one graph to another; `renamed` is what the author wrote."""
    alignment = align(old, new, renamed)
    names = alignment.names
    ways_out = {
        one: other
        for one, other in renamed.items()
        if one in old.steps and one not in names and other in new.steps
    }
    same = frozenset(
        one for one, other in names.items() if type(old.steps[one]) is type(new.steps[other])
    )
    return Crossing(old, new, alignment, {**names, **ways_out}, same)


def cross(found: Crossing, step: str | None, memory: Memory) -> Crossed:
    """Return where an enrolment goes on, with what it remembers under the new names.

    Who stands at a step without a place (none did when it was published) goes on at the next
    step that has one, else is through. A step that the journey has behind it, and that only
    the new order puts ahead of it once more, is passed by: nobody gets a mail twice.
    """
    if step is None:
        return Crossed(None, _renamed(found, memory, frozenset()))
    target = found.places.get(step)
    lost = target is None
    if target is None:
        target = _next_place(found, step)
    rests = step in found.same
    names = found.alignment.names
    done = {names[one] for one, times in memory.visits.items() if times and one in names}
    was_ahead = {names[one] for one in reachable(found.old, step) if one in names}
    ahead = reachable(found.new, target) if target is not None else frozenset()
    if target is not None and not rests:
        ahead |= {target}
    skips = frozenset(
        one for one in ahead & done - was_ahead if not isinstance(found.new.steps[one], _HARMLESS)
    )
    kept = _renamed(found, memory, skips)
    if not rests:
        kept = replace(kept, resting=False, arrived_at=None)
    return Crossed(target, kept, lost, not rests)


def reachable(graph: Graph, start: str | None) -> frozenset[str]:
    """Return the steps that lie ahead of one; itself only where a way leads back to it."""
    found: set[str] = set()
    edge = list(followers(graph.steps[start])) if start in graph.steps else []
    while edge:
        current = edge.pop()
        if current is None or current in found or current not in graph.steps:
            continue
        found.add(current)
        edge += followers(graph.steps[current])
    return frozenset(found)


def _next_place(found: Crossing, step: str) -> str | None:
    """Return the nearest step ahead that has a place in the new graph."""
    edge: deque[str | None] = deque([step])
    seen: set[str] = set()
    while edge:
        current = edge.popleft()
        if current is None or current in seen or current not in found.old.steps:
            continue
        if current in found.places:
            return found.places[current]
        seen.add(current)
        edge.extend(followers(found.old.steps[current]))
    return None


def _renamed(found: Crossing, memory: Memory, skips: frozenset[str]) -> Memory:
    """Return the memory under the new names.

    Keys of mails are `enrolment/step/visit`, so a name's count never falls, whichever step
    bore it before.
    """
    names = found.alignment.names
    taken = frozenset(names.values())
    visits = {
        one: times
        for one, times in memory.visits.items()
        if not isinstance(found.new.steps.get(one), Goto)
    }
    for one, times in memory.visits.items():
        other = names.get(one)
        if other is not None:
            visits[other] = max(times, visits.get(other, 0))
    facts = {
        one: fact
        for one, fact in memory.steps.items()
        if one not in names and one not in taken and one not in found.new.steps
    }
    facts |= {names[one]: fact for one, fact in memory.steps.items() if one in names}
    kept = frozenset(names.get(one, one) for one in memory.skips)
    return replace(memory, visits=visits, steps=facts, skips=kept | skips)


def suggested(found: Crossing, step: str) -> str | None:
    """Return where people at a step without a place might go on, for a person to decide."""
    return found.alignment.maybe.get(step) or _next_place(found, step)

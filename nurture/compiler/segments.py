"""`segments.yaml`: named conditions, put in place wherever they are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.fields import Catalogue
from nurture.compiler.names import NAME
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar
from nurture.compiler.records import Key, ListOf, MapOf, Record
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Schema, Shape, SharedParts, Text
from nurture.domain.conditions import All, AnyOf, Condition, Not
from nurture.language import say

#: nodes of one segment with all its segments put in place
LARGEST = 2000
#: levels of one segment with all its segments put in place
DEEPEST = 100
#: segments that stand in one another
_MOST_NESTED = 20

_SEGMENT = Key("segment", NAME, say("The segment's name."), required=True)
_TITLE = Key("title", Text(), say("What it is called on pages."))
_IF = Key("if", CONDITION, say("Who belongs to it."), required=True)
SEGMENT = Record(say("a segment"), (_SEGMENT, _TITLE, _IF))


class _Segments(Shape[Node]):
    """A list of segments, or a map from names to conditions."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node itself where it is a list or a map."""
        if isinstance(node, ListNode | MapNode):
            return node
        report.error(node, "wrong-type", say("expected a list of segments, or a map of names"))
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return both ways of writing."""
        either = [ListOf(SEGMENT).schema(shared), MapOf(CONDITION).schema(shared)]
        return {"anyOf": either}


_SEGMENTS = Key("segments", _Segments(), say("All segments, by name or as a list."), required=True)
SEGMENTS = Record(say("a file of segments"), (_SEGMENTS,))


@dataclass(frozen=True, slots=True)
class SegmentSource:
    """A segment as written: where its name and its condition stand."""

    name: str
    at: Scalar
    condition: Node
    report: Report


def find_segments(root: MapNode, report: Report) -> list[SegmentSource]:
    """Return the segments that a file writes down, in order."""
    if "segment" in root.pairs:
        return _one(root, report)
    fields = SEGMENTS.read(root, report)
    node = fields.get(_SEGMENTS) if fields is not None else None
    if isinstance(node, ListNode):
        return [source for item in node.items for source in _one(item, report)]
    found = MapOf(CONDITION, NAME).read(node, report) if isinstance(node, MapNode) else None
    return [SegmentSource(entry.name, entry.at, entry.value, report) for entry in found or []]


def _one(node: Node, report: Report) -> list[SegmentSource]:
    fields = SEGMENT.read(node, report)
    name = fields.get(_SEGMENT) if fields is not None else None
    condition = fields.get(_IF) if fields is not None else None
    if fields is None or name is None or condition is None:
        return []
    at = fields.at(_SEGMENT)
    assert isinstance(at, Scalar)  # NAME reads nothing else
    return [SegmentSource(name, at, condition, report)]


class Segments:
    """Compiles each segment once, those it names first; says which stand in a circle."""

    def __init__(self, sources: Mapping[str, SegmentSource], catalogue: Catalogue) -> None:
        self._sources = sources
        self._catalogue = catalogue
        self._done: dict[str, Condition | None] = {}
        self._under_way: list[str] = []
        #: a file of segments could not be read: unknown names may stand there
        self.incomplete = False

    def all(self) -> Mapping[str, Condition]:
        """Return every segment that could be compiled."""
        for name, source in self._sources.items():
            try:
                self.look_up(name, source.at, source.report)
            except RecursionError:
                self._under_way.clear()
                self._too_deep(source)
        return {name: found for name, found in self._done.items() if found is not None}

    def look_up(self, name: str, at: Scalar, report: Report) -> Condition | None:
        """Return a segment's condition; None and a report where there is no such one."""
        if name in self._under_way:
            circle = " → ".join([*self._under_way[self._under_way.index(name) :], name])
            report.error(
                at, "segment-circle", say("segments stand in a circle: {circle}", circle=circle)
            )
            return None
        if name in self._done:
            return self._done[name]
        source = self._sources.get(name)
        if source is None:
            if not self.incomplete:
                hint = report.suggest(name, self._sources)
                report.error(at, "unknown-segment", say("no segment '{name}'", name=name), hint)
            return None
        if len(self._under_way) == _MOST_NESTED:
            message = say("more than {most} segments stand in one another", most=_MOST_NESTED)
            report.error(at, "segment-too-deep", message)
            return None
        self._under_way.append(name)
        scope = ConditionScope(source.report, self._catalogue, self.look_up)
        condition: Condition | None = read_condition(source.condition, scope)
        self._under_way.pop()
        if condition is not None and _size(condition, LARGEST) > LARGEST:
            message = say(
                "segment '{name}' has more than {largest} parts, its segments included",
                name=name,
                largest=LARGEST,
            )
            source.report.error(source.at, "segment-too-large", message)
            condition = None
        if condition is not None and _depth(condition) > DEEPEST:
            self._too_deep(source)
            condition = None
        self._done[name] = condition
        return condition

    def _too_deep(self, source: SegmentSource) -> None:
        self._done[source.name] = None
        message = say(
            "segment '{name}' is nested more than {deepest} levels deep, its segments included",
            name=source.name,
            deepest=DEEPEST,
        )
        source.report.error(source.at, "segment-too-deep", message)


def _size(condition: Condition, limit: int) -> int:
    """Return how many nodes a condition has; stops counting above a limit."""
    count = 0
    pending = [condition]
    while pending and count <= limit:
        current = pending.pop()
        count += 1
        match current:
            case All(parts) | AnyOf(parts):
                pending.extend(parts)
            case Not(part):
                pending.append(part)
    return count


def _depth(condition: Condition) -> int:
    """Return how many levels a condition has."""
    deepest = 0
    pending = [(condition, 1)]
    while pending:
        current, depth = pending.pop()
        deepest = max(deepest, depth)
        match current:
            case All(parts) | AnyOf(parts):
                pending.extend((part, depth + 1) for part in parts)
            case Not(part):
                pending.append((part, depth + 1))
    return deepest

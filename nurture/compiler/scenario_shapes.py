"""Shapes that scenarios use: points in time, pairs, records that describe themselves once."""

from __future__ import annotations

from nurture.compiler.moments import Span, WallTime, read_wall_time
from nurture.compiler.nodes import ListNode, Node, Scalar, describe
from nurture.compiler.records import Fields, Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Schema, Shape, SharedParts, Text
from nurture.domain.lifecycle import Stage, Temperature
from nurture.domain.purpose import CONSENTED
from nurture.domain.scenario import Bound
from nurture.language import say


class Point(Shape[Bound]):
    """A span since the last thing that happened, or a date and time."""

    def read(self, node: Node, report: Report) -> Bound | None:
        """Return the duration; or the moment, without a zone yet."""
        if isinstance(node, Scalar) and read_wall_time(node.value) is not None:
            return WallTime().read(node, report)
        if isinstance(node, Scalar) and node.value[:4].isdigit() and "-" in node.value[4:5]:
            # Meant as a date: say what a date looks like, not what a duration does.
            return WallTime().read(node, report)
        return Span(or_nothing=True).read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return both."""
        return {"anyOf": [Span().schema(shared), WallTime().schema(shared)]}


class Pair(Shape[tuple[object, object]]):
    """A list of two values of one shape."""

    def __init__(self, item: Shape[object], example: str) -> None:
        self._item, self._example = item, example

    def read(self, node: Node, report: Report) -> tuple[object, object] | None:
        """Return the two."""
        if not isinstance(node, ListNode) or len(node.items) != 2:
            message = say(
                "expected a list of two such as {example}, found {node}",
                example=self._example,
                node=describe(node),
            )
            report.error(node, "wrong-type", message)
            return None
        first, second = (self._item.read(item, report) for item in node.items)
        return (first, second) if first is not None and second is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return an array of two."""
        item = self._item.schema(shared)
        return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


class Shared(Shape[Fields]):
    """A record that stands in several places and describes itself once."""

    def __init__(self, name: str, record: Record) -> None:
        self._name, self.record = name, record

    def read(self, node: Node, report: Report) -> Fields | None:
        """Return what the record reads."""
        return self.record.read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return a reference."""
        if self._name not in shared:
            shared[self._name] = {}
            shared[self._name] = self.record.schema(shared)
        return {"$ref": f"#/$defs/{self._name}"}


#: a template, or a pattern of several
MAIL = Text(say("a template such as warm/hearing, or a pattern such as cold/*"), longest=150)
#: what a scenario calls a contact
PERSON = Text(say("a name of letters, digits and hyphens"), r"[^\W_][\w-]*", 80)
STEP = Text(say("a step's id"), longest=200)
PURPOSES = ListOf(Choice(*(one.value for one in CONSENTED)), or_one=True)
TEMPERATURE = Choice(*(one.value for one in Temperature))
STAGE = Choice(*(one.value for one in Stage))
WHO = Key("contact", PERSON, say("Which of the `contacts`, where there are several."))

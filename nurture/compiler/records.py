"""Maps with known keys, lists, and maps of names: the shapes that contain shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe
from nurture.compiler.report import Report
from nurture.compiler.shapes import Schema, Shape, SharedParts, Text
from nurture.language import Said, say

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, eq=False)
class Key(Generic[T_co]):
    """A key of a record: its shape, and what it means in one sentence."""

    name: str
    shape: Shape[T_co]
    #: shown by editors and in the reference
    about: Said
    required: bool = False


class Fields:
    """The values of a record that could be read, by key."""

    def __init__(self, node: MapNode) -> None:
        self.node = node
        self._values: dict[str, Any] = {}

    def put(self, key: Key[Any], value: object) -> None:
        """Keep a value that was read."""
        self._values[key.name] = value

    def get(self, key: Key[T]) -> T | None:
        """Return a value, or None where it is absent or wrong."""
        return cast("T | None", self._values.get(key.name))

    def get_or(self, key: Key[T], default: T) -> T:
        """Return a value, or the default where it is absent or wrong."""
        return cast("T", self._values.get(key.name, default))

    def at(self, key: Key[Any]) -> Node:
        """Return where a key's value stands; the record itself where it is absent."""
        return self.node.get(key.name) or self.node

    def written(self, key: Key[Any]) -> bool:
        """Say whether the file has the key, rightly or wrongly filled."""
        return key.name in self.node.pairs


@dataclass(frozen=True, eq=False)
class Record(Shape[Fields]):
    """A map with known keys."""

    #: what it is, for messages: `a sender`
    title: Said
    keys: tuple[Key[Any], ...]
    #: keys of later versions → what they are for
    later: Mapping[str, Said] = field(default_factory=dict)

    def read(self, node: Node, report: Report) -> Fields | None:
        """Return what could be read; unknown, missing and wrong keys are reported."""
        if not isinstance(node, MapNode):
            needed = ", ".join(f"{key.name}: …" for key in self.keys if key.required)
            expected = self.title
            if needed:
                expected = say("{title} ({example})", title=self.title, example=f"{{{needed}}}")
            message = say(
                "expected {expected}, found {found}", expected=expected, found=describe(node)
            )
            report.error(node, "wrong-type", message)
            return None
        known = {key.name: key for key in self.keys}
        fields = Fields(node)
        for name, (at, value) in node.pairs.items():
            key = known.get(name)
            if key is None:
                self._unknown(name, at, known, report)
                continue
            nothing = isinstance(value, Scalar) and value.is_nothing
            if nothing and not key.shape.takes_nothing:
                report.error(
                    at,
                    "no-value",
                    say("'{name}' has no value", name=name),
                    say("fill it in or delete it"),
                )
                continue
            read = key.shape.read(value, report)
            if read is not None:
                fields.put(key, read)
        for key in self.keys:
            if key.required and key.name not in node.pairs:
                message = say("{title} needs '{name}'", title=self.title, name=key.name)
                report.error(node, "missing-key", message, key.about)
        return fields

    def _unknown(
        self, name: str, at: Scalar, known: Mapping[str, Key[Any]], report: Report
    ) -> None:
        if name in self.later:
            message = say(
                "'{name}' is not available yet: {later}", name=name, later=self.later[name]
            )
            report.error(at, "not-available", message)
        elif name == "<<":
            message = say("merge keys ('<<') are not part of YAML 1.2")
            report.error(at, "unknown-key", message, say("write the keys out"))
        else:
            hint = report.suggest(name, known)
            report.error(
                at,
                "unknown-key",
                say("unknown key '{name}' in {title}", name=name, title=self.title),
                hint,
            )

    def schema(self, shared: SharedParts) -> Schema:
        """Return an object with exactly these keys."""
        return {
            "type": "object",
            "properties": {
                key.name: {**key.shape.schema(shared), "description": key.about}
                for key in self.keys
            },
            "required": [key.name for key in self.keys if key.required],
            "additionalProperties": False,
        }


class ListOf(Shape[list[T]]):
    """A list; with `or_one`, a single value stands for a list of one."""

    def __init__(self, item: Shape[T], or_one: bool = False, at_least: int = 0) -> None:
        self._item, self._or_one, self._at_least = item, or_one, at_least

    def read(self, node: Node, report: Report) -> list[T] | None:
        """Return the items that could be read."""
        if isinstance(node, ListNode):
            if len(node.items) < self._at_least:
                report.error(node, "empty-list", say("the list is empty"))
            found = [self._item.read(item, report) for item in node.items]
            return [item for item in found if item is not None]
        if self._or_one:
            one = self._item.read(node, report)
            return [one] if one is not None else None
        report.error(
            node, "wrong-type", say("expected a list, found {found}", found=describe(node))
        )
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return an array, or a choice of one item and an array."""
        item = self._item.schema(shared)
        many: Schema = {"type": "array", "items": item}
        if self._at_least:
            many["minItems"] = self._at_least
        return {"anyOf": [item, many]} if self._or_one else many


@dataclass(frozen=True, eq=False)
class Named(Generic[T]):
    """An entry of a map of names."""

    name: str
    at: Scalar
    value: T


class MapOf(Shape[list[Named[T]]]):
    """A map from free names to values of one shape."""

    def __init__(self, value: Shape[T], name: Shape[str] | None = None) -> None:
        self._value = value
        self._name = name if name is not None else Text()

    def read(self, node: Node, report: Report) -> list[Named[T]] | None:
        """Return the entries that could be read, in file order."""
        if not isinstance(node, MapNode):
            report.error(
                node, "wrong-type", say("expected a map, found {found}", found=describe(node))
            )
            return None
        entries = []
        for at, value_node in node.pairs.values():
            name = self._name.read(at, report)
            value = self._value.read(value_node, report)
            if name is not None and value is not None:
                entries.append(Named(name, at, value))
        return entries

    def schema(self, shared: SharedParts) -> Schema:
        """Return an object with values of one shape."""
        return {"type": "object", "additionalProperties": self._value.schema(shared)}

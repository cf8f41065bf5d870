"""`set`: new values of contact fields, tags to add and to remove."""

from __future__ import annotations

from datetime import date

from nurture.compiler.fields import SETTABLE, Catalogue, FieldType
from nurture.compiler.nodes import MapNode, Node, Scalar, describe, quoted
from nurture.compiler.records import Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import plain_value
from nurture.compiler.step_kinds import SET_TAG, SET_TAGS, TAGS_ADD, TAGS_REMOVE
from nurture.domain.conditions import Scalar as Value
from nurture.domain.steps import Set
from nurture.language import NOTHING, say


class Changes:
    """Reads what `set` steps change."""

    def __init__(self, catalogue: Catalogue, report: Report) -> None:
        self._catalogue = catalogue
        self._report = report

    def read(self, step: str, following: str | None, node: Node | None) -> Set:
        """Return the step; what the report calls wrong is left out."""
        if not isinstance(node, MapNode):
            return Set(step, following)
        if not node.pairs:
            self._report.error(node, "no-value", say("a `set` that changes nothing"))
        changes: list[tuple[str, Value]] = []
        tag_keys = {}
        for name, (key, value) in node.pairs.items():
            if name in (SET_TAG.name, SET_TAGS.name):
                tag_keys[name] = (key, value)
            elif self._may_set(key):
                changes.append((name, self._new_value(name, value)))
        record = Record(say("a change"), (SET_TAG, SET_TAGS))
        fields = record.read(MapNode(node.line, node.column, tag_keys), self._report)
        tags = fields.get(SET_TAGS) if fields is not None else None
        add = fields.get_or(SET_TAG, []) if fields is not None else []
        if tags is not None:
            add = [*add, *tags.get_or(TAGS_ADD, [])]
        remove = tags.get_or(TAGS_REMOVE, []) if tags is not None else []
        return Set(step, following, tuple(changes), tuple(add), tuple(remove))

    def _may_set(self, key: Scalar) -> bool:
        if self._catalogue.settable(key.value) is not None:
            return True
        if self._catalogue.of_contact(key.value) is not None:
            hint = {
                "score": say("the `score` step adds points"),
                "lifecycle": say("the `lifecycle` step moves it"),
            }.get(key.value, NOTHING)
            message = say("'{name}' cannot be set by a workflow", name=key.value)
            self._report.error(key, "not-settable", message, hint)
            return False
        hint = self._report.suggest(key.value, ("tag", "tags", *SETTABLE, *self._catalogue.contact))
        self._report.error(
            key, "unknown-field", say("unknown field '{name}'", name=key.value), hint
        )
        return False

    def _new_value(self, name: str, node: Node) -> Value:
        kind = self._catalogue.settable(name)
        if not isinstance(node, Scalar) or (node.is_nothing and not node.value):
            message = say(
                "expected a value for '{name}', found {found}", name=name, found=describe(node)
            )
            self._report.error(node, "wrong-type", message, say("`null` empties the field"))
            return None
        if node.is_nothing:
            return None
        value = plain_value(node)
        fits = {
            FieldType.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
            FieldType.BOOLEAN: isinstance(value, bool),
            FieldType.DATE: _is_date(node.value),
            FieldType.TEXT: True,
        }
        if kind is not None and not fits[kind]:
            message = say(
                "'{name}' is a {kind}, {value} is not",
                name=name,
                kind=kind.said,
                value=quoted(node.value),
            )
            self._report.error(node, "wrong-type", message)
        return value if kind in (FieldType.NUMBER, FieldType.BOOLEAN) else node.value


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""Conditions written as maps: every key must hold."""

from __future__ import annotations

from collections.abc import Callable

from nurture.compiler.comparisons import compare_field
from nurture.compiler.condition_parts import IS_CUSTOMER, either, join
from nurture.compiler.expressions import read_expression
from nurture.compiler.happenings import (
    ABOUT_MAIL,
    COUNTED_EVENT,
    COUNTED_MAIL,
    SHORTHANDS,
    about_mail,
    event_count,
    happened,
)
from nurture.compiler.names import NAME, TAG, EventName
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe
from nurture.compiler.records import ListOf, Record
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Flag, Part, PlainValue, Schema, Shape, SharedParts
from nurture.domain.conditions import ALWAYS, Condition, HasTag, Not
from nurture.language import NOTHING, say

_Handler = Callable[[Node, ConditionScope], Condition]


def read_condition(node: Node, scope: ConditionScope) -> Condition:
    """Return what a map says; where it is wrong, say so and return one that always holds."""
    if not isinstance(node, MapNode):
        hint = say("several conditions stand under `any:` or `all:`")
        message = say("expected a condition (a map), found {found}", found=describe(node))
        scope.report.error(
            node, "wrong-type", message, hint if isinstance(node, ListNode) else NOTHING
        )
        return ALWAYS
    if not node.pairs:
        scope.report.error(node, "empty-condition", say("an empty condition always holds"))
        return ALWAYS
    parts = [_part(key, value, scope) for key, value in node.pairs.values()]
    return join(parts)


def _part(key: Scalar, value: Node, scope: ConditionScope) -> Condition:
    name = key.value
    handler = _HANDLERS.get(name)
    if handler is not None:
        if isinstance(value, Scalar) and value.is_nothing:
            scope.report.error(key, "no-value", say("'{name}' has no value", name=name))
            return ALWAYS
        return handler(value, scope)
    if name in SHORTHANDS:
        return happened(name, value, scope)
    if name in ABOUT_MAIL:
        return about_mail(name, value, scope)
    info = scope.catalogue.bare(name)
    if info is not None:
        return compare_field(name, info, value, scope.report)
    known = (*CONDITION_KEYS, *scope.catalogue.names())
    hint = scope.report.suggest(name, known) or say(
        "custom fields are declared under `fields:` of the policy"
    )
    scope.report.error(
        key, "unknown-field", say("unknown field '{name}' in a condition", name=name), hint
    )
    return ALWAYS


def _parts(node: Node, scope: ConditionScope) -> list[Condition]:
    if not isinstance(node, ListNode) or not node.items:
        message = say("expected a list of conditions, found {found}", found=describe(node))
        if isinstance(node, ListNode):
            message = say("the list of conditions is empty")
        scope.report.error(node, "wrong-type", message, say("e.g. any: [{tag: a}, {tag: b}]"))
        return [ALWAYS]
    return [read_condition(item, scope) for item in node.items]


def _expression(node: Node, scope: ConditionScope) -> Condition:
    if not isinstance(node, Scalar):
        scope.report.error(
            node, "wrong-type", say("expected a text, found {found}", found=describe(node))
        )
        return ALWAYS
    return read_expression(node, scope)


def _tags(node: Node, scope: ConditionScope) -> Condition:
    tags = ListOf(TAG, or_one=True, at_least=1).read(node, scope.report)
    return either([HasTag(tag) for tag in tags]) if tags else ALWAYS


def _segments(node: Node, scope: ConditionScope) -> Condition:
    nodes = node.items if isinstance(node, ListNode) else [node]
    found: list[Condition] = []
    for one in nodes:
        name = NAME.read(one, scope.report)
        if name is not None and isinstance(one, Scalar):
            found.append(scope.segment(name, one, scope.report) or ALWAYS)
    return either(found) if found else ALWAYS


def _customer(node: Node, scope: ConditionScope) -> Condition:
    wanted = Flag().read(node, scope.report)
    return IS_CUSTOMER if wanted in (True, None) else Not(IS_CUSTOMER)


_HANDLERS: dict[str, _Handler] = {
    "all": lambda node, scope: join(_parts(node, scope)),
    "any": lambda node, scope: either(_parts(node, scope)),
    "not": lambda node, scope: Not(read_condition(node, scope)),
    "expr": _expression,
    "tag": _tags,
    "segment": _segments,
    "customer": _customer,
    "event": event_count,
}


def _condition_schema(shared: SharedParts) -> Schema:
    one = {"$ref": "#/$defs/condition"}
    many: Schema = {"type": "array", "items": one, "minItems": 1}

    def counted(record: Record, *others: Schema) -> Schema:
        return {"anyOf": [*others, record.schema(shared)]}

    def one_or_list(shape: Shape[str]) -> Schema:
        return ListOf(shape, or_one=True).schema(shared)

    word: Schema = {"type": ["string", "boolean"]}
    words: Schema = {"type": "array", "items": word}
    shapes: dict[str, Schema] = {
        "all": many,
        "any": many,
        "not": one,
        "expr": {"type": "string"},
        "tag": one_or_list(TAG),
        "segment": one_or_list(NAME),
        "customer": {"type": "boolean"},
        "event": counted(COUNTED_EVENT, EventName().schema(shared)),
        **{name: counted(short.counted, word, words) for name, short in SHORTHANDS.items()},
        **{name: counted(COUNTED_MAIL, word, words) for name in ABOUT_MAIL},
    }
    return {
        "type": "object",
        "minProperties": 1,
        "description": say("All keys must hold; any other key is a field of contact or account."),
        "properties": {
            name: {**shape, "description": CONDITION_KEYS[name]} for name, shape in shapes.items()
        },
        "additionalProperties": {
            "anyOf": [
                PlainValue().schema(shared),
                {"type": "array", "items": PlainValue().schema(shared)},
            ],
            "description": say('A value, a list of them, or a comparison such as ">= 40".'),
        },
    }


#: what each key of a condition that is no field means
CONDITION_KEYS = {
    "all": say("Every condition of the list holds."),
    "any": say("At least one condition of the list holds."),
    "not": say("The condition does not hold."),
    "expr": say("For what maps cannot say, e.g. contact.employees > 300 and has_tag('vip')."),
    "tag": say("The contact carries the tag, or one of a list."),
    "segment": say("The contact is in the segment, or in one of a list."),
    "customer": say("Short for: lifecycle is customer."),
    "event": say("The contact has such an event: a type, or {type, where, times, within}."),
    "form": say("A form was sent: its name, true for any, or {name, times, within}."),
    "downloaded": say("A document was taken: its kind, true for any, or {kind, times, within}."),
    "attended": say("A seminar was attended: its name, true, or {seminar, times, within}."),
    "clicked": say(
        "A link of a step's mail was clicked; true for any mail; {times, within} counts."
    ),
    "opened": say("A step's mail was opened; weak evidence; {times, within} counts."),
    "reply": say("A step's mail was answered; true for any mail; {times, within} counts."),
}

#: a condition inside another file
CONDITION = Part("condition", _condition_schema, (MapNode,), say("a condition (a map)"))

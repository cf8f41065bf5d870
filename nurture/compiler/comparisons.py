"""Comparisons with values written in a file: `warm`, `[medical, care]`, `">= 40"`."""

from __future__ import annotations

import re
import unicodedata

from nurture.compiler.fields import FieldInfo, FieldType, instead_of_date
from nurture.compiler.mentions import mention
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe, number, quoted
from nurture.compiler.report import Report
from nurture.compiler.shapes import plain_value
from nurture.domain.conditions import ALWAYS, Compare, Condition, Field, Literal, Not, Op, Truthy
from nurture.domain.conditions import Scalar as Value
from nurture.language import say

_OPERATOR = re.compile(r"\s*([<>=!＜＞＝！]{1,2})\s*(.*?)\s*", re.DOTALL)
_OPERATORS = {
    "==": Op.EQ, "=": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE,
}  # fmt: skip

_ORDERING = frozenset({Op.LT, Op.LE, Op.GT, Op.GE})


def split_operator(text: str) -> tuple[Op, str] | None:
    """Return the operator a text starts with and the rest, or None where it has none.

    Full-width operators count. Raises KeyError for two signs that are no operator.
    """
    found = _OPERATOR.fullmatch(text)
    if found is None:
        return None
    return _OPERATORS[unicodedata.normalize("NFKC", found.group(1))], found.group(2)


def compare_field(name: str, info: FieldInfo, node: Node, report: Report) -> Condition:
    """Return what `name: value` means for a field of a known type."""
    if isinstance(node, MapNode):
        message = say(
            "'{name}' takes a value, a list, or a text such as \">= 40\", not a map", name=name
        )
        report.error(node, "wrong-type", message)
        return ALWAYS
    if isinstance(node, ListNode):
        found = [_value(name, info, item, report) for item in node.items]
        if not found:
            report.error(node, "empty-list", say("nothing is in an empty list"))
        return Compare(info.field, Op.IN, tuple(value for value in found if value is not None))
    if node.is_nothing:
        message = say("'{name}' has no value to compare with", name=name)
        report.error(
            node, "no-value", message, say("'{name}: false' asks whether it is missing", name=name)
        )
        return ALWAYS
    if node.truth is not None:
        if info.type is FieldType.BOOLEAN:
            return Compare(info.field, Op.EQ, Literal(node.truth))
        present = Truthy(info.field)
        return present if node.truth else Not(present)
    operator = _operator(node, report)
    if operator is None:
        value = _value(name, info, node, report)
        return ALWAYS if value is None else Compare(info.field, Op.EQ, Literal(value))
    op, rest = operator
    if op in _ORDERING and info.type in (FieldType.TEXT, FieldType.BOOLEAN):
        message = say("'{name}' is a {type}: it has no order", name=name, type=info.type.said)
        report.error(node, "no-order", message, say("compare it with one value or a list"))
        return ALWAYS
    right = Scalar(node.line, node.column, rest, plain=True)
    value = _value(name, info, right, report)
    return ALWAYS if value is None else Compare(info.field, op, Literal(value))


def _operator(node: Scalar, report: Report) -> tuple[Op, str] | None:
    try:
        return split_operator(node.value)
    except KeyError:
        message = say("{value} starts with no operator", value=quoted(node.value))
        report.error(node, "bad-operator", message, say("known: ==, !=, <, <=, >, >="))
        return None


def _value(name: str, info: FieldInfo, node: Node, report: Report) -> Value:
    """Return a value of the field's type, or None and report."""
    if not isinstance(node, Scalar) or node.is_nothing:
        message = say(
            "expected a value for '{name}', found {found}", name=name, found=describe(node)
        )
        report.error(node, "wrong-type", message)
        return None
    match info.type:
        case FieldType.NUMBER:
            found = number(node.value)
            if found is None:
                message = say(
                    "'{name}' is a number, {value} is not", name=name, value=quoted(node.value)
                )
                report.error(node, "wrong-type", message)
            return found
        case FieldType.BOOLEAN:
            message = say(
                "'{name}' is true or false, not {value}", name=name, value=quoted(node.value)
            )
            report.error(node, "wrong-type", message)
            return None
        case FieldType.DATE:
            message = say("'{name}' is a date: conditions only ask whether it is there", name=name)
            hint = say("true or false; {instead}", instead=instead_of_date(name))
            report.error(node, "wrong-type", message, hint)
            return None
        case FieldType.TEXT:
            if info.choices and node.value not in info.choices:
                message = say("{value} is no {name}", value=quoted(node.value), name=name)
                hint = report.suggest(node.value, info.choices)
                report.error(node, "unknown-value", message, hint)
                return None
            return node.value


def compare_property(field: Field, node: Node, report: Report) -> Condition:
    """Return what `name: value` means for a property of an event, whose type is free."""
    if isinstance(node, MapNode):
        report.error(
            node,
            "wrong-type",
            say("expected a value or a list, found {found}", found=describe(node)),
        )
        return ALWAYS
    if isinstance(node, ListNode):
        for item in node.items:
            mention(field.path[-1], item, report)
        values = [plain_value(item) for item in node.items if isinstance(item, Scalar)]
        kept = tuple(value for value in values if value is not None)
        if not kept or len(kept) != len(node.items):
            report.error(node, "wrong-type", say("expected a list of values"))
        return Compare(field, Op.IN, kept)
    if node.is_nothing:
        report.error(
            node, "no-value", say("'{name}' has no value to compare with", name=field.path[-1])
        )
        return ALWAYS
    operator = _operator(node, report)
    if operator is None:
        mention(field.path[-1], node, report)
        return Compare(field, Op.EQ, Literal(plain_value(node)))
    op, rest = operator
    right = plain_value(Scalar(node.line, node.column, rest, plain=True))
    if right is None or (op in _ORDERING and isinstance(right, str | bool)):
        message = say("{value} compares with no number", value=quoted(node.value))
        report.error(node, "wrong-type", message)
        return ALWAYS
    return Compare(field, op, Literal(right))

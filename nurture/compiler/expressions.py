"""Conditions written as `expr:`: Jinja parses, nothing of it ever runs.

The text becomes Jinja's syntax tree, and that becomes condition nodes; what has no
meaning there (filters, arithmetic, unknown calls, private names) is refused with its place.
"""

from __future__ import annotations

from jinja2 import nodes

from nurture.compiler.condition_parts import IS_CUSTOMER
from nurture.compiler.expression_text import DEEPEST, Refused, constant, parse, place, shown
from nurture.compiler.expression_values import FUNCTIONS, ValueReader
from nurture.compiler.names import TAG
from nurture.compiler.nodes import Scalar
from nurture.compiler.scope import ConditionScope
from nurture.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    DaysSince,
    HasTag,
    Literal,
    Not,
    Op,
    Truthy,
)
from nurture.language import say

_OPS = {
    "eq": Op.EQ, "ne": Op.NE, "lt": Op.LT, "lteq": Op.LE, "gt": Op.GT, "gteq": Op.GE,
    "in": Op.IN, "notin": Op.NOT_IN,
}  # fmt: skip
_FLIPPED = {Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE, Op.EQ: Op.EQ, Op.NE: Op.NE}


def read_expression(node: Scalar, scope: ConditionScope) -> Condition:
    """Return what an expression says; where it is wrong, report and return ALWAYS."""
    text = node.value
    try:
        return _Reader(node, scope).condition(parse(text), 0)
    except Refused as refused:
        at = place(node, refused.word)
        scope.report.error(at, refused.code, refused.message, refused.hint)
    except RecursionError:
        # Jinja's parser goes down once per sign; a thousand of them are no rule.
        scope.report.error(node, "expr-too-deep", say("the expression is nested too deeply"))
    return ALWAYS


class _Reader:
    """Turns Jinja's nodes into ours."""

    def __init__(self, node: Scalar, scope: ConditionScope) -> None:
        self._node = node
        self._scope = scope
        self._values = ValueReader(node, scope)

    def condition(self, tree: nodes.Expr, depth: int) -> Condition:
        """Return the condition that a node says."""
        if depth > DEEPEST:
            raise Refused("expr-too-deep", say("nested more than {most} levels deep", most=DEEPEST))
        match tree:
            case nodes.And():
                return All(tuple(self.condition(p, depth + 1) for p in _chain(tree, nodes.And)))
            case nodes.Or():
                return AnyOf(tuple(self.condition(p, depth + 1) for p in _chain(tree, nodes.Or)))
            case nodes.Not(node=inner):
                return Not(self.condition(inner, depth + 1))
            case nodes.Compare():
                return self._comparison(tree)
            case nodes.Call(node=nodes.Name(name="has_tag" | "in_segment")):
                return self._membership(tree)
            case nodes.Name(name="customer"):
                return IS_CUSTOMER
        value = self._values.value(tree)
        if isinstance(value, Literal):
            message = say("{value} alone is no condition", value=shown(value.value))
            raise Refused("expr-constant", message, hint=say("compare it with something"))
        if isinstance(value, DaysSince):
            message = say("days_since(…) alone is no condition")
            raise Refused("expr-constant", message, "days_since", say("compare it, e.g. < 7"))
        return Truthy(value)

    def _comparison(self, tree: nodes.Compare) -> Condition:
        parts: list[Condition] = []
        left = tree.expr
        for operand in tree.ops:
            parts.append(self._pair(left, _OPS[operand.op], operand.expr))
            left = operand.expr
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _pair(self, left: nodes.Expr, op: Op, right: nodes.Expr) -> Condition:
        if op in (Op.IN, Op.NOT_IN):
            return self._contained(left, op, right)
        one, other = self._values.value(left), self._values.value(right)
        if isinstance(one, Literal) and isinstance(other, Literal):
            message = say(
                "{one} {op} {other} compares two constants",
                one=shown(one.value),
                op=op,
                other=shown(other.value),
            )
            raise Refused("expr-constant", message)
        if isinstance(one, Literal):
            one, op, other = other, _FLIPPED[op], one
        if isinstance(other, Literal):
            self._values.check_type(one, op, other.value)
        else:
            self._values.check_pair(one, other)
        return Compare(one, op, other)

    def _contained(self, left: nodes.Expr, op: Op, right: nodes.Expr) -> Condition:
        value = self._values.value(left)
        if isinstance(right, nodes.List | nodes.Tuple):
            if isinstance(value, Literal):
                raise Refused("expr-constant", say("the left side of `in` must be a field"))
            allowed = tuple(constant(item) for item in right.items)
            for one in allowed:
                self._values.check_type(value, Op.EQ, one)
            return Compare(value, op, allowed)
        whole = self._values.value(right)
        if isinstance(whole, Literal) or not isinstance(value, Literal):
            message = say("`in` needs a list of values at its right, or a text at its left")
            raise Refused("expr-syntax", message, hint=say("e.g. contact.role in ['it', 'user']"))
        self._values.check_text(whole)
        inside = Compare(whole, Op.CONTAINS, value)
        return inside if op is Op.IN else Not(inside)

    def _membership(self, call: nodes.Call) -> Condition:
        name, first, options = self._values.arguments(call)
        if options:
            raise Refused(
                "expr-syntax",
                say("{name} takes one text", name=name),
                name,
                say("e.g. {example}", example=FUNCTIONS[name]),
            )
        at = place(self._node, first)
        if name == "has_tag":
            tag = TAG.read(Scalar(at.line, at.column, first, plain=False), self._scope.report)
            return HasTag(tag) if tag is not None else ALWAYS
        return self._scope.segment(first, at, self._scope.report) or ALWAYS


def _chain(tree: nodes.BinExpr, kind: type[nodes.BinExpr]) -> list[nodes.Expr]:
    """Return the parts of `a and b and c`, which Jinja nests to the left."""
    parts: list[nodes.Expr] = []
    current: nodes.Expr = tree
    while isinstance(current, kind):
        parts.append(current.right)
        current = current.left
    parts.append(current)
    return parts[::-1]

"""The values of expressions: fields, steps, counts and constants."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

from jinja2 import nodes

from nurture.compiler.durations import LONGEST as LONGEST_SPAN
from nurture.compiler.expression_text import Refused, constant, names_of, place, shown
from nurture.compiler.fields import MOMENTS, FieldInfo, FieldType, instead_of_date
from nurture.compiler.names import check_event_name
from nurture.compiler.nodes import Scalar, quoted
from nurture.compiler.scope import ConditionScope
from nurture.domain.conditions import Count, DaysSince, Field, Literal, Op, Scope, Value
from nurture.domain.conditions import Scalar as Constant
from nurture.language import NOTHING, Said, say

#: names that stand alone, all of the contact
_BARE = ("score", "temperature", "lifecycle")
_SCOPES = ("contact", "account", "deal", "trigger", "event", "steps")
#: functions → how they are written
FUNCTIONS = {
    "days_since": "days_since('page.viewed')",
    "count": "count('page.viewed', days=30)",
    "has_tag": "has_tag('vip')",
    "in_segment": "in_segment('large-accounts')",
}

_ALL_FUNCTIONS = say("there are {functions}", functions=tuple(FUNCTIONS))

_NOT_HERE: tuple[tuple[type[nodes.Expr], Said], ...] = (
    (nodes.Filter, say("conditions know no filters")),
    (nodes.Test, say("conditions know no tests (`is …`)")),
    (nodes.CondExpr, say("conditions know no `if … else`")),
    (nodes.Concat, say("conditions know no joining texts")),
    (nodes.And, say("conditions know no `and` and `or` inside a comparison")),
    (nodes.Or, say("conditions know no `and` and `or` inside a comparison")),
    (nodes.Not, say("conditions know no `not` inside a comparison")),
    (nodes.Compare, say("conditions know no comparisons of comparisons")),
    (nodes.BinExpr, say("conditions know no arithmetic")),
    (nodes.UnaryExpr, say("conditions know no arithmetic")),
    (nodes.Dict, say("conditions know no maps")),
    (nodes.Slice, say("conditions know no slices")),
    (nodes.TemplateData, say("conditions know no templates")),
)


class ValueReader:
    """Turns the parts of Jinja's tree that are values into ours."""

    def __init__(self, node: Scalar, scope: ConditionScope) -> None:
        self._node = node
        self._scope = scope

    def value(self, tree: nodes.Expr) -> Value:
        """Return the value that a node says."""
        match tree:
            case nodes.Const() | nodes.Neg():
                return Literal(constant(tree))
            case nodes.Name(name=name):
                return self._name(name)
            case nodes.Getattr() | nodes.Getitem():
                return self._path(tree)
            case nodes.Call():
                return self._call(tree)
        for kind, message in _NOT_HERE:
            if isinstance(tree, kind):
                hint = NOTHING
                if isinstance(tree, nodes.Sub) and "steps." in self._node.value:
                    hint = say("write steps['a-b'].outcome where an id has a hyphen")
                raise Refused("expr-unsupported", message, hint=hint)
        what = type(tree).__name__.lower()
        raise Refused("expr-unsupported", say("conditions know no {what} here", what=what))

    def _name(self, name: str) -> Value:
        if name in _BARE:
            return Field(Scope.CONTACT, (name,))
        if name in _SCOPES:
            raise Refused(
                "expr-unfinished", say("'{name}' alone: say which field", name=name), name
            )
        if name in FUNCTIONS:
            message = say("'{name}' is a function", name=name)
            raise Refused(
                "expr-unfinished",
                message,
                name,
                say("write {example}", example=FUNCTIONS[name]),
            )
        hint = (
            say("write contact.{name}", name=name)
            if self._scope.catalogue.of_contact(name)
            else NOTHING
        )
        if not hint or self._scope.catalogue.incomplete:
            hint = self._scope.report.suggest(name, (*_BARE, *_SCOPES, *FUNCTIONS))
        raise Refused("unknown-name", say("unknown name '{name}'", name=name), name, hint)

    def _path(self, tree: nodes.Getattr | nodes.Getitem) -> Value:
        path = names_of(tree)
        for name in path:
            if name.startswith("_"):
                raise Refused("forbidden", say("{name} is not a field", name=quoted(name)), name)
        root, rest = path[0], path[1:]
        if root == "steps":
            return self._step(rest)
        if root not in _SCOPES:
            hint = self._scope.report.suggest(root, _SCOPES)
            raise Refused("unknown-name", say("unknown name '{name}'", name=root), root, hint)
        name = rest[0]
        if len(rest) > 1:
            message = say("'{root}.{name}' has no parts", root=root, name=name)
            raise Refused("unknown-field", message, rest[1])
        scope = self._scope
        if root == "event" and not scope.event:
            message = say("'event' is known in triggers, waits and exits only")
            raise Refused("no-event-here", message, "event", say("afterwards it is steps.ID.event"))
        if root == "trigger" and not scope.trigger:
            raise Refused("no-trigger-here", say("'trigger' is known in workflows only"), "trigger")
        if root in ("event", "trigger"):
            return Field(Scope(root), (name,))
        lookup = {
            "contact": scope.catalogue.of_contact,
            "account": scope.catalogue.of_account,
            "deal": scope.catalogue.of_deal,
        }[root]
        info = lookup(name)
        if info is None:
            hint = self._scope.report.suggest(name, scope.catalogue.names(Scope(root)))
            raise Refused(
                "unknown-field",
                say("unknown field '{name}' of the {root}", name=name, root=root),
                name,
                hint,
            )
        return info.field

    def _step(self, path: list[str]) -> Field:
        if self._scope.steps is None:
            raise Refused("no-steps-here", say("steps are known in workflows only"), "steps")
        at = place(self._node, path[0])
        before = len(self._scope.report.problems)
        step = self._scope.steps.resolve(path[0], at, self._scope.report)
        rest = tuple(path[1:])
        if len(rest) == 2 and rest[0] == "answer" and self._answers(step or path[0]):
            # What a call was answered is kept where a wait keeps its event.
            rest = ("event", rest[1])
        fine = rest == ("outcome",) or (len(rest) == 2 and rest[0] == "event")
        if not fine and len(self._scope.report.problems) == before:
            message = say("'steps.{path}' is not known", path=".".join(path))
            hint = say(
                "a step has .outcome, .event.X after a `wait_for`, .answer.X after a `webhook`"
            )
            raise Refused("unknown-field", message, path[-1], hint)
        return Field(Scope.STEP, (step or path[0], *(rest if fine else ("outcome",))))

    def _answers(self, step: str) -> bool:
        steps = self._scope.steps
        return steps is not None and steps.kinds.get(step) == "webhook"

    def _call(self, call: nodes.Call) -> Value:
        name, first, options = self.arguments(call)
        if name == "days_since":
            return DaysSince(self._event(first), tuple(options.items()))
        if name == "count":
            days = options.pop("days", None)
            within = None
            if days is not None:
                if isinstance(days, bool | str) or not 0 < days <= LONGEST_SPAN:
                    raise Refused(
                        "wrong-type",
                        say("days must be a number above 0, at most ten years"),
                        "days",
                    )
                within = timedelta(days=days)
            return Count(self._event(first), tuple(options.items()), within)
        message = say("{name}(…) is true or false: it compares with nothing", name=name)
        raise Refused("expr-unsupported", message, name)

    def _event(self, name: str) -> str:
        check_event_name(name, place(self._node, name), self._scope.report)
        return name

    def arguments(self, call: nodes.Call) -> tuple[str, str, dict[str, Constant]]:
        """Return the function's name, its text, and its options by keyword."""
        if not isinstance(call.node, nodes.Name):
            raise Refused(
                "expr-unsupported", say("only functions can be called"), hint=_ALL_FUNCTIONS
            )
        name = call.node.name
        if name not in FUNCTIONS:
            hint = self._scope.report.suggest(name, FUNCTIONS)
            raise Refused(
                "unknown-function", say("unknown function '{name}'", name=name), name, hint
            )
        first = _only_text(call)
        if first is None or call.dyn_args is not None or call.dyn_kwargs is not None:
            message = say("{name} takes one text in quotes", name=name)
            raise Refused(
                "expr-syntax", message, name, say("e.g. {example}", example=FUNCTIONS[name])
            )
        return name, first, {pair.key: constant(pair.value) for pair in call.kwargs}

    def check_type(self, value: Value, op: Op, constant: Constant) -> None:
        """Refuse what can never be true: a number against a text, a word that is no choice."""
        if isinstance(value, Field):
            self._check_field(value, op, constant)
        elif not isinstance(constant, int | float) or isinstance(constant, bool):
            raise Refused(
                "wrong-type",
                say("a count is a number, {value} is not", value=shown(constant)),
                str(constant),
            )

    def check_pair(self, one: Value, other: Value) -> None:
        """Refuse two values that are never of one kind: a date and a text, a number and a text."""
        for moment, against in ((one, other), (other, one)):
            if self._kind(moment) == "moment" and self._kind(against) != "moment":
                self._refuse_moment(moment)
        kinds = (self._kind(one), self._kind(other))
        if None not in kinds and kinds[0] != kinds[1]:
            message = say(
                "a {one} and a {other} never compare",
                one=_kind_said(kinds[0]),
                other=_kind_said(kinds[1]),
            )
            raise Refused("wrong-type", message)

    def check_text(self, value: Value) -> None:
        """Refuse to look for a text inside what is none."""
        kind = self._kind(value)
        if kind == "moment":
            self._refuse_moment(value)
        if kind not in (None, "text"):
            raise Refused(
                "wrong-type",
                say("a {kind} contains no text", kind=_kind_said(kind)),
                hint=say("compare it"),
            )

    def _refuse_moment(self, value: Value) -> NoReturn:
        assert isinstance(value, Field)  # nothing else is a moment
        name = value.path[0]
        message = say("'{name}' is a date: it compares with other dates only", name=name)
        raise Refused("wrong-type", message, name, instead_of_date(name))

    def _kind(self, value: Value) -> str | None:
        """Return what a value is when conditions compare it; None where only a run can tell."""
        if isinstance(value, Literal):
            return None
        if not isinstance(value, Field):
            return "number"
        if value.scope is Scope.CONTACT and value.path[0] in MOMENTS:
            return "moment"
        info = self._info(value)
        if info is None or self._scope.catalogue.incomplete:
            return None
        return "text" if info.type == "date" else str(info.type)

    def _info(self, value: Field) -> FieldInfo | None:
        catalogue = self._scope.catalogue
        return {
            Scope.CONTACT: catalogue.of_contact,
            Scope.ACCOUNT: catalogue.of_account,
            Scope.DEAL: catalogue.of_deal,
        }.get(value.scope, lambda _name: None)(value.path[0])

    def _check_field(self, value: Field, op: Op, constant: Constant) -> None:
        info = self._info(value)
        if info is None or self._scope.catalogue.incomplete:
            return
        name = value.path[0]
        if info.choices and constant not in info.choices:
            hint = self._scope.report.suggest(str(constant), info.choices)
            raise Refused(
                "unknown-value",
                say("{value} is no {name}", value=shown(constant), name=name),
                str(constant),
                hint,
            )
        if info.type == "number" and (isinstance(constant, bool | str) or constant is None):
            message = say("'{name}' is a number, {value} is not", name=name, value=shown(constant))
            raise Refused("wrong-type", message, str(constant))
        if info.type == "text" and not isinstance(constant, str):
            message = say("'{name}' is a text, {value} is not", name=name, value=shown(constant))
            raise Refused("wrong-type", message, str(constant), say("put it in quotes"))
        if info.type == "boolean" and not isinstance(constant, bool):
            message = say(
                "'{name}' is true or false, not {value}", name=name, value=shown(constant)
            )
            raise Refused("wrong-type", message, str(constant))
        if info.type == "date":
            message = say("'{name}' is a date: conditions only ask whether it is there", name=name)
            raise Refused("wrong-type", message, name, instead_of_date(name))
        if info.type != "number" and op in (Op.LT, Op.LE, Op.GT, Op.GE):
            raise Refused(
                "no-order",
                say("'{name}' is a {type}: it has no order", name=name, type=info.type.said),
                name,
            )


def _only_text(call: nodes.Call) -> str | None:
    """Return the one positional argument of a call where it is a text, else None."""
    match call.args:
        case [nodes.Const(value=str(text))]:
            return text
    return None


def _kind_said(kind: str | None) -> Said:
    """Return what `_kind` found as messages call it."""
    return say("moment") if kind == "moment" else FieldType(kind or "text").said

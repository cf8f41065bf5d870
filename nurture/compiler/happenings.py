"""Keys of conditions that count what happened: events, forms, documents, mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nurture.compiler.condition_parts import at_least, either
from nurture.compiler.mentions import Mentioned, mention
from nurture.compiler.moments import Elapsed
from nurture.compiler.names import PROPERTY, EventName
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, describe
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.scope import MAILS, ConditionScope
from nurture.compiler.shapes import PlainValue, Text, Whole
from nurture.domain.conditions import ALWAYS, Condition, Count, Not, StepEvents
from nurture.language import say

#: a filter on the properties of past events: equality only, so that SQL can count them
EQUALITY = Mentioned(PlainValue(), PROPERTY)

_TIMES = Key("times", Whole(1, 10_000), say("At least so many times; without it, once."))
_WITHIN = Key("within", Elapsed(), say("Only what happened in this span before now."))
_STEP = Key("step", Text(say("the id of a send step")), say("The step whose mail is meant."))
_TYPE = Key("type", EventName(), say("The event's type, noun.verbed."), required=True)
_WHERE = Key("where", EQUALITY, say("Properties the event must have."))
_FORM = Key("name", Text(say("a form's name")), say("The form; without it, any."))
_KIND = Key("kind", Text(say("a kind of document")), say("The kind of document; without it, any."))
_SEMINAR = Key("seminar", Text(say("a seminar's name")), say("The seminar; without it, any."))


@dataclass(frozen=True)
class Shorthand:
    """A key that stands for events of one type, told apart by one property."""

    event: str
    property: str
    key: Key[str]
    counted: Record


def _shorthand(event: str, property_name: str, key: Key[str]) -> Shorthand:
    record = Record(say("a count of events"), (key, _TIMES, _WITHIN))
    return Shorthand(event, property_name, key, record)


#: keys that stand for events, in conditions, triggers, waits and exits alike
SHORTHANDS = {
    "form": _shorthand("form.submitted", "form", _FORM),
    "downloaded": _shorthand("document.downloaded", "kind", _KIND),
    "attended": _shorthand("seminar.attended", "seminar", _SEMINAR),
}

#: keys that stand for what readers do with a mail
ABOUT_MAIL = {"clicked": "email.clicked", "opened": "email.opened", "reply": "email.replied"}

COUNTED_MAIL = Record(say("a count of mail events"), (_STEP, _TIMES, _WITHIN))
COUNTED_EVENT = Record(say("a count of events"), (_TYPE, _WHERE, _TIMES, _WITHIN))


def _counted(
    fields: Fields, event: str, where: tuple[tuple[str, str | int | float | bool | None], ...]
) -> Condition:
    within: timedelta | None = fields.get(_WITHIN)
    return at_least(Count(event, where, within), fields.get_or(_TIMES, 1))


def happened(name: str, node: Node, scope: ConditionScope) -> Condition:
    """`form: quote`, `form: true`, `form: {name: quote, times: 2, within: 30d}`."""
    short = SHORTHANDS[name]
    if isinstance(node, MapNode):
        fields = short.counted.read(node, scope.report)
        if fields is None:
            return ALWAYS
        wanted = fields.get(short.key)
        if wanted is not None:
            mention(short.property, fields.at(short.key), scope.report)
        where = ((short.property, wanted),) if wanted is not None else ()
        return _counted(fields, short.event, where)
    if isinstance(node, ListNode):
        _refuse_empty(node, scope)
        return either([happened(name, item, scope) for item in node.items])
    if node.truth is not None:
        any_at_all = at_least(Count(short.event))
        return any_at_all if node.truth else Not(any_at_all)
    text = short.key.shape.read(node, scope.report)
    mention(short.property, node, scope.report)
    return at_least(Count(short.event, ((short.property, text),))) if text else ALWAYS


def _refuse_empty(node: ListNode, scope: ConditionScope) -> None:
    if not node.items:
        scope.report.error(node, "empty-list", say("nothing is in an empty list"))


def about_mail(name: str, node: Node, scope: ConditionScope) -> Condition:
    """`clicked: hearing`, `opened: true`, `opened: {times: 3, within: 30d}`."""
    event = ABOUT_MAIL[name]
    if isinstance(node, ListNode):
        _refuse_empty(node, scope)
        return either([about_mail(name, item, scope) for item in node.items])
    if isinstance(node, MapNode):
        fields = COUNTED_MAIL.read(node, scope.report)
        if fields is None:
            return ALWAYS
        if not fields.written(_STEP):
            return _counted(fields, event, ())
        if fields.written(_WITHIN):
            message = say("'within' does not go with 'step': its last visit is meant")
            scope.report.error(fields.at(_WITHIN), "bad-value", message)
        return _of_step(event, fields.at(_STEP), fields.get_or(_TIMES, 1), scope)
    if node.truth is not None:
        any_at_all = at_least(Count(event))
        return any_at_all if node.truth else Not(any_at_all)
    return _of_step(event, node, 1, scope)


def _of_step(event: str, node: Node, times: int, scope: ConditionScope) -> Condition:
    if not isinstance(node, Scalar) or node.is_nothing:
        message = say("expected a step's id, found {found}", found=describe(node))
        scope.report.error(node, "wrong-type", message)
        return ALWAYS
    if scope.steps is None:
        message = say(
            "steps are known in workflows only; '{value}' means nothing here", value=node.value
        )
        scope.report.error(
            node, "no-steps-here", message, say("write true, or {times: 3, within: 30d}")
        )
        return ALWAYS
    step = scope.steps.resolve(node.value, node, scope.report, MAILS)
    return at_least(StepEvents(event, step), times) if step is not None else ALWAYS


def event_count(node: Node, scope: ConditionScope) -> Condition:
    """`event: page.viewed` or `event: {type: page.viewed, times: 3, within: 30d}`."""
    if not isinstance(node, MapNode):
        name = EventName().read(node, scope.report)
        return at_least(Count(name)) if name is not None else ALWAYS
    fields = COUNTED_EVENT.read(node, scope.report)
    name = fields.get(_TYPE) if fields is not None else None
    if fields is None or name is None:
        return ALWAYS
    where = tuple((entry.name, entry.value) for entry in fields.get(_WHERE) or ())
    return _counted(fields, name, where)

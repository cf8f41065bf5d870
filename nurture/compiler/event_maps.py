"""Events that triggers, waits, goals and exits accept: `{form: hearing}`, `{reply: case}`."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.compiler.comparisons import compare_property
from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.condition_parts import join
from nurture.compiler.expressions import read_expression
from nurture.compiler.happenings import ABOUT_MAIL, SHORTHANDS
from nurture.compiler.mentions import mention
from nurture.compiler.names import PROPERTY, EventName, check_event_name
from nurture.compiler.nodes import MapNode, Node, Scalar, describe
from nurture.compiler.scope import MAILS, ConditionScope
from nurture.compiler.shapes import Part, PlainValue, Schema, SharedParts
from nurture.domain.conditions import ALWAYS, Compare, Condition, Field, Literal, Op, Scope
from nurture.domain.steps import EventMatch
from nurture.language import say

#: keys of which one names the event
EVENT_KEYS = ("event", *SHORTHANDS, *ABOUT_MAIL)

#: keys that say more about the event
_BESIDE = ("where", "if")


@dataclass(frozen=True, slots=True)
class Accepted:
    """An event that is accepted, and the rest of the map that says it."""

    match: EventMatch
    #: keys that are neither the event's nor about it
    rest: MapNode


def names_event(node: Node, in_exit: bool = False) -> bool:
    """Say whether a map names an event rather than a condition only.

    In goals and exits, a count (`opened: {times: 3}`) and `false` are conditions.
    """
    if not isinstance(node, MapNode):
        return False
    for key in EVENT_KEYS:
        value = node.get(key)
        if value is None:
            continue
        counted = isinstance(value, MapNode) or (isinstance(value, Scalar) and value.truth is False)
        if not (in_exit and counted):
            return True
    return False


def read_event(node: MapNode, scope: ConditionScope) -> Accepted | None:
    """Return the event that a map accepts, or None where the report says why not."""
    keys = [key for key in EVENT_KEYS if key in node.pairs]
    if len(keys) > 1:
        at = node.pairs[keys[1]][0]
        message = say(
            "one entry names one event, not '{one}' and '{other}'", one=keys[0], other=keys[1]
        )
        scope.report.error(at, "two-events", message, say("write two entries: any of them will do"))
        return None
    key, value = node.pairs[keys[0]]
    match = _named(key.value, value, scope)
    parts = [match.where] if match is not None and match.where != ALWAYS else []
    for beside in _BESIDE:
        part = node.get(beside)
        if part is not None:
            reader = read_where if beside == "where" else read_condition
            parts.append(reader(part, scope))
    rest = {name: pair for name, pair in node.pairs.items() if name not in (*keys, *_BESIDE)}
    if match is None:
        return None
    where = join(parts) if parts else ALWAYS
    return Accepted(
        EventMatch(match.event, where, match.step), MapNode(node.line, node.column, rest)
    )


def read_awaited(node: Node, scope: ConditionScope) -> EventMatch | None:
    """Return the event that a map accepts where nothing else may stand beside it."""
    if not isinstance(node, MapNode) or not names_event(node):
        hint = say("a state is no event: goals and exits watch states")
        if isinstance(node, MapNode) and node.pairs:
            key = next(iter(node.pairs))
            hint = scope.report.near(key, EVENT_KEYS) or hint
        message = say("expected an event such as {form: hearing} or {event: seminar.registered}")
        scope.report.error(node, "no-event", message, hint)
        return None
    accepted = read_event(node, scope)
    if accepted is None:
        return None
    for key_node, _ in accepted.rest.pairs.values():
        message = say("unknown key '{key}' beside an event", key=key_node.value)
        hint = scope.report.near(key_node.value, _BESIDE) or say("`if: {…}` holds conditions")
        if key_node.value == "existing":
            hint = say("it goes with `temperature` and `segment`")
        scope.report.error(key_node, "unknown-key", message, hint)
    return accepted.match


def _named(key: str, value: Node, scope: ConditionScope) -> EventMatch | None:
    if isinstance(value, Scalar) and value.is_nothing:
        scope.report.error(value, "no-value", say("'{name}' has no value", name=key))
        return None
    if not isinstance(value, Scalar) or value.truth is False:
        message = say("'{key}' names one event here, found {found}", key=key, found=describe(value))
        hint = (
            say("where: {…} narrows it")
            if key == "event"
            else say("`{key}: true` means any", key=key)
        )
        scope.report.error(value, "wrong-type", message, hint)
        return None
    if key == "event":
        name = check_event_name(value.value, value, scope.report)
        return EventMatch(name) if name is not None else None
    if key in SHORTHANDS:
        short = SHORTHANDS[key]
        if value.truth:
            return EventMatch(short.event)
        mention(short.property, value, scope.report)
        wanted = Compare(Field(Scope.EVENT, (short.property,)), Op.EQ, Literal(value.value))
        return EventMatch(short.event, wanted)
    event = ABOUT_MAIL[key]
    if value.truth:
        return EventMatch(event)
    if scope.steps is None:
        message = say("'{key}' names a step, which a trigger cannot know", key=key)
        scope.report.error(
            value, "no-steps-here", message, say("write event: {event}", event=event)
        )
        return None
    step = scope.steps.resolve(value.value, value, scope.report, MAILS)
    return EventMatch(event, step=step) if step is not None else None


def read_where(node: Node, scope: ConditionScope) -> Condition:
    """Return the condition that `where: {form: quote, amount: ">= 100"}` puts on an event."""
    if not isinstance(node, MapNode):
        message = say(
            "expected properties such as {form: quote}, found {found}", found=describe(node)
        )
        scope.report.error(node, "wrong-type", message)
        return ALWAYS
    parts: list[Condition] = []
    for key, value in node.pairs.values():
        if key.value == "expr" and isinstance(value, Scalar):
            parts.append(read_expression(value, scope))
            continue
        name = PROPERTY.read(key, scope.report)
        if name is not None:
            parts.append(compare_property(Field(Scope.EVENT, (name,)), value, scope.report))
    return join(parts) if parts else ALWAYS


def event_properties(shared: SharedParts) -> dict[str, Schema]:
    """Return the JSON Schema of the keys that accept an event."""
    word: Schema = {"type": ["string", "boolean"]}
    value = PlainValue().schema(shared)
    about = {
        "form": say("A form was sent: its name, or true for any."),
        "downloaded": say("A document was taken: its kind, or true for any."),
        "attended": say("A seminar was attended: its name, or true for any."),
        "clicked": say("A link of this step's mail was clicked; true: of any mail."),
        "opened": say("This step's mail was opened; weak evidence."),
        "reply": say("This step's mail was answered; true: any mail."),
    }
    return {
        "event": {**EventName().schema(shared), "description": say("An event by its type.")},
        **{key: {**word, "description": text} for key, text in about.items()},
        "where": {
            "type": "object",
            "additionalProperties": {"anyOf": [value, {"type": "array", "items": value}]},
            "description": say("Properties the event must have; `expr:` may read event.X."),
        },
        "if": {**CONDITION.schema(shared), "description": say("A condition that must hold too.")},
    }


def _schema(shared: SharedParts) -> Schema:
    return {
        "type": "object",
        "properties": event_properties(shared),
        "additionalProperties": False,
        "anyOf": [{"required": [key]} for key in EVENT_KEYS],
    }


#: an event that a `wait_for` accepts
EVENT = Part("event_match", _schema, (MapNode,), say("an event such as {form: hearing}"))

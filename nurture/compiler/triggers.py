"""What starts a workflow, and what ends it: `trigger`, `goal`, `exit`."""

from __future__ import annotations

from dataclasses import replace

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.event_maps import (
    EVENT_KEYS,
    event_properties,
    names_event,
    read_awaited,
    read_event,
)
from nurture.compiler.names import NAME, STEP_ID
from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.records import Key, Record
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Choice, Part, Schema, SharedParts
from nurture.compiler.time_alone import check_reviewable
from nurture.compiler.weak_evidence import check_matches, check_opens
from nurture.domain.conditions import ALWAYS, AnyOf, Compare, Condition, Field, Literal, Op, Scope
from nurture.domain.lifecycle import Temperature
from nurture.domain.reads import reads
from nurture.domain.workflow import CONVERTED, EventTrigger, Existing, Exit, StateTrigger
from nurture.language import Said, say
from nurture.language.joining import both

#: what every contact has, before any event or enrolment
_KNOWN_OF_ALL = (Scope.CONTACT, Scope.ACCOUNT)

_TEMPERATURE = Key(
    "temperature", Choice(*(t.value for t in Temperature)), say("Starts when it becomes this.")
)
_SEGMENT = Key("segment", NAME, say("Starts when a contact comes to belong to it."))
_EXISTING = Key(
    "existing",
    Choice(*(e.value for e in Existing)),
    say("What becomes, at publish, of those who match already: enrol or ignore (without it)."),
)
_STATE = Record(say("a trigger on a state"), (_TEMPERATURE, _SEGMENT, _EXISTING))
_STATES = (_TEMPERATURE.name, _SEGMENT.name)

_HINTS = {
    "lifecycle": say("write event: lifecycle.changed with where: {to: …}"),
    "tag": say("write a segment {tag: …} and trigger on that"),
    "existing": say("it stands beside `temperature` or `segment`"),
    "customer": say("put it under `only_if:`"),
}

_OUTCOME = Key("outcome", STEP_ID, say("What the journey's end is called; without it, exited."))


def _trigger_schema(shared: SharedParts) -> Schema:
    states = _STATE.schema(shared)["properties"]
    return {
        "type": "object",
        "properties": {**states, **event_properties(shared)},
        "additionalProperties": False,
        "anyOf": [{"required": [key]} for key in (*_STATES, *EVENT_KEYS)],
    }


def _way_out_schema(shared: SharedParts) -> Schema:
    conditions = CONDITION.schema(shared)
    described = dict(shared["condition"])
    outcome = {**_OUTCOME.shape.schema(shared), "description": _OUTCOME.about}
    where = event_properties(shared)
    described["properties"] = {
        **described.get("properties", {}),
        "outcome": outcome,
        "where": where["where"],
        "if": where["if"],
    }
    return described if "type" in described else conditions


TRIGGER = Part("trigger", _trigger_schema, (MapNode,), say("a trigger such as {temperature: warm}"))
WAY_OUT = Part("way_out", _way_out_schema, (MapNode,), say("an event or a condition (a map)"))


def read_trigger(node: Node, scope: ConditionScope) -> EventTrigger | StateTrigger | None:
    """Return a trigger, or None where the report says what is wrong."""
    if not isinstance(node, MapNode):
        return None
    state = [key for key in _STATES if key in node.pairs]
    if state:
        return _state_trigger(node, state, scope)
    if names_event(node):
        match = read_awaited(node, replace(scope, event=True, steps=None, trigger=False))
        return EventTrigger(match) if match is not None else None
    if not node.pairs:
        scope.report.error(node, "no-event", say("an empty trigger starts nothing"))
        return None
    key = next(iter(node.pairs.values()))[0]
    if key.value == "schedule":
        message = say("'schedule' is not available yet: triggers by time")
        scope.report.error(key, "not-available", message)
        return None
    hint = _HINTS.get(key.value) or scope.report.suggest(key.value, (*_STATES, *EVENT_KEYS))
    scope.report.error(key, "unknown-trigger", say("'{name}' is no trigger", name=key.value), hint)
    return None


def _state_trigger(node: MapNode, state: list[str], scope: ConditionScope) -> StateTrigger | None:
    fields = _STATE.read(node, scope.report)
    if fields is None:
        return None
    if len(state) > 1:
        at = node.pairs[state[1]][0]
        message = say(
            "one trigger names one state, not '{one}' and '{other}'", one=state[0], other=state[1]
        )
        scope.report.error(
            at, "two-events", message, say("write two triggers, or a segment of both")
        )
        return None
    existing = Existing(fields.get_or(_EXISTING, Existing.IGNORE.value))
    temperature, segment = fields.get(_TEMPERATURE), fields.get(_SEGMENT)
    if temperature is not None:
        field = Field(Scope.CONTACT, ("temperature",))
        means: Condition = Compare(field, Op.EQ, Literal(temperature))
        return StateTrigger("temperature", temperature, means, existing)
    at_name = fields.at(_SEGMENT)
    if segment is None or not isinstance(at_name, Scalar):
        return None
    found = scope.segment(segment, at_name, scope.report)
    if found is None:
        return None
    what = say("segment '{name}' as a trigger", name=segment)
    check_reviewable(found, what, at_name, scope.report)
    return StateTrigger("segment", segment, found, existing)


def check_existing(
    node: Node, trigger: EventTrigger | StateTrigger | None, only_if: Condition, report: Report
) -> None:
    """Report `existing: enrol` where what it asks is not known of contacts at publish."""
    if not isinstance(trigger, StateTrigger) or trigger.existing is not Existing.ENROL:
        return
    asked = (
        (say("segment '{name}'", name=trigger.value), trigger.condition),
        (say("`only_if`"), only_if),
    )
    for what, condition in asked:
        read = reads(condition)
        scopes = {str(scope) for scope, _ in read.fields if scope not in _KNOWN_OF_ALL}
        if read.steps:
            scopes.add("steps")
        if scopes and isinstance(node, MapNode):
            message = say("{what} reads {scopes}", what=what, scopes=both(sorted(scopes)))
            hint = say(
                "at publish only fields of contact and account, tags and events are known; "
                "write existing: ignore"
            )
            at = node.pairs[_EXISTING.name][1]
            report.error(
                at,
                "not-known-at-publish",
                message,
                hint,
            )


def read_goal(nodes: list[Node], scope: ConditionScope) -> tuple[Condition | None, list[Exit]]:
    """Return the condition that is the goal, and the events that reach it as exits.

    An event reaches the goal when it comes; what came before the journey does not count.
    Several entries: any of them will do.
    """
    conditions: list[Condition] = []
    events: list[Exit] = []
    for node in nodes:
        way_out = _read_way_out(node, scope, say("the goal"))
        if way_out is None:
            continue
        if way_out.match is None:
            conditions.append(way_out.condition)
        else:
            events.append(replace(way_out, outcome=CONVERTED))
    if not conditions:
        return None, events
    goal = conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))
    return goal, events


def read_exit(node: Node, scope: ConditionScope) -> Exit | None:
    """Return a way out, or None where the report says what is wrong."""
    if not isinstance(node, MapNode):
        return None
    outcome = None
    if _OUTCOME.name in node.pairs:
        outcome = _OUTCOME.shape.read(node.pairs[_OUTCOME.name][1], scope.report)
        rest = {name: pair for name, pair in node.pairs.items() if name != _OUTCOME.name}
        node = MapNode(node.line, node.column, rest)
    way_out = _read_way_out(node, scope, say("this exit"))
    if way_out is None or outcome is None:
        return way_out
    return replace(way_out, outcome=outcome)


def _read_way_out(node: Node, scope: ConditionScope, what: Said) -> Exit | None:
    if not isinstance(node, MapNode):
        return None
    if not names_event(node, in_exit=True):
        condition = read_condition(node, scope)
        check_opens(condition, what, node, scope.report)
        check_reviewable(condition, what, node, scope.report)
        return Exit(condition)
    accepted = read_event(node, replace(scope, event=True))
    if accepted is None:
        return None
    if accepted.rest.pairs:
        condition = read_condition(accepted.rest, scope)
    else:
        condition = ALWAYS
        check_matches([accepted.match], what, node, scope.report)
    return Exit(condition, accepted.match)

"""What starts a workflow, and what ends it: `trigger`, `goal`, `exit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.event_maps import (
    EVENT_KEYS,
    event_properties,
    names_event,
    read_awaited,
    read_event,
)
from nurture.compiler.moments import Elapsed
from nurture.compiler.names import NAME, STEP_ID
from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.records import Key, Record
from nurture.compiler.report import Report
from nurture.compiler.schedules import ScheduleShape
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Choice, Part, Schema, SharedParts
from nurture.compiler.time_alone import check_reviewable
from nurture.compiler.weak_evidence import check_matches, check_opens
from nurture.domain.conditions import ALWAYS, AnyOf, Compare, Condition, Field, Literal, Op, Scope
from nurture.domain.lifecycle import Temperature
from nurture.domain.reads import reads
from nurture.domain.workflow import (
    CONVERTED,
    GRACE,
    EventTrigger,
    Existing,
    Exit,
    ScheduleTrigger,
    StateTrigger,
)
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

_SCHEDULE = Key(
    "schedule", ScheduleShape(), say("Starts at moments of the calendar."), required=True
)
_WHOM = Key("where", CONDITION, say("Whom it takes then; with `only_if`, what must hold."))
_GRACE = Key(
    "grace", Elapsed(), say("Missed, since nobody was there: still begun so long after; 24h.")
)
_TIMED = Record(say("a trigger by time"), (_SCHEDULE, _WHOM, _GRACE))

#: any way to start
Trigger = EventTrigger | StateTrigger | ScheduleTrigger

_HINTS = {
    "lifecycle": say("write event: lifecycle.changed with where: {to: …}"),
    "tag": say("write a segment {tag: …} and trigger on that"),
    "existing": say("it stands beside `temperature` or `segment`"),
    "customer": say("put it under `only_if:`"),
}

_OUTCOME = Key("outcome", STEP_ID, say("What the journey's end is called; without it, exited."))


def _trigger_schema(shared: SharedParts) -> Schema:
    states = _STATE.schema(shared)["properties"]
    by_event: Schema = {
        "type": "object",
        "properties": {**states, **event_properties(shared)},
        "additionalProperties": False,
        "anyOf": [{"required": [key]} for key in (*_STATES, *EVENT_KEYS)],
    }
    return {"anyOf": [by_event, _TIMED.schema(shared)]}


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


def read_trigger(node: Node, scope: ConditionScope) -> Trigger | None:
    """Return a trigger, or None where the report says what is wrong."""
    if not isinstance(node, MapNode):
        return None
    if _SCHEDULE.name in node.pairs:
        return _schedule_trigger(node, scope)
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
    known = (*_STATES, _SCHEDULE.name, *EVENT_KEYS)
    hint = _HINTS.get(key.value) or scope.report.suggest(key.value, known)
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


def _schedule_trigger(node: MapNode, scope: ConditionScope) -> ScheduleTrigger | None:
    extra = [key for key in node.pairs if key in (*_STATES, *EVENT_KEYS)]
    if extra:
        at = node.pairs[extra[0]][0]
        message = say("one trigger is a schedule or an event, not both: '{key}'", key=extra[0])
        hint = say("write two triggers; whom a schedule takes stands under `where`")
        scope.report.error(at, "two-events", message, hint)
        return None
    for wrong in ("if", "to", "only_if"):
        if wrong in node.pairs:
            at = node.pairs[wrong][0]
            message = say("unknown key '{key}' beside 'schedule'", key=wrong)
            hint = say("whom it takes stands under `where`")
            scope.report.error(at, "unknown-key", message, hint)
            return None
    fields = _TIMED.read(node, scope.report)
    schedule = fields.get(_SCHEDULE) if fields is not None else None
    if fields is None or schedule is None:
        return None
    whom = fields.get(_WHOM)
    condition = ALWAYS if whom is None else read_condition(whom, scope)
    if whom is not None:
        _check_selectable("`where`", condition, whom, scope.report)
    return ScheduleTrigger(schedule, condition, fields.get_or(_GRACE, GRACE))


def _check_selectable(what: str, condition: Condition, at: Node, report: Report) -> None:
    """Report what SQL does not know of every contact: who matches is selected, not swept."""
    read = reads(condition)
    scopes = {str(scope) for scope, _ in read.fields if scope not in _KNOWN_OF_ALL}
    if read.steps:
        scopes.add("steps")
    if scopes:
        names = sorted(scopes)
        message = say(
            "{what} reads {names}, which a schedule does not know", what=what, names=names
        )
        hint = say("fields of contact and account, tags, events and segments are known of all")
        report.error(at, "not-known-of-all", message, hint)


def check_schedule(
    node: Node,
    trigger: Trigger | None,
    only_if: Condition,
    per: str,
    reentry_written: bool,
    report: Report,
) -> None:
    """Report what does not go with a trigger by time, and warn of what surprises."""
    if not isinstance(trigger, ScheduleTrigger) or not isinstance(node, MapNode):
        return
    at = node.pairs[_SCHEDULE.name][0]
    _check_selectable("`only_if`", only_if, at, report)
    if per:
        message = say("`per` needs an event that has '{field}', and a schedule has none", field=per)
        hint = say("start it by an event, or delete `per`")
        report.error(at, "no-subject-here", message, hint)
    if trigger.condition == ALWAYS and only_if == ALWAYS:
        message = say("takes everybody there is, each time")
        report.warn(at, "takes-everybody", message, say("say whom under `where` or `only_if`"))
    if not reentry_written:
        message = say("nobody enters a second time: later firings take only who is new")
        hint = say("write reentry: always, or reentry: never where that is meant")
        report.warn(at, "once-only", message, hint)


def check_schedules_differ(
    nodes: Sequence[Node], triggers: Sequence[Trigger | None], report: Report
) -> None:
    """Report two triggers of one workflow at the same times: each time fires once."""
    seen: set[str] = set()
    for node, trigger in zip(nodes, triggers, strict=True):
        if not isinstance(trigger, ScheduleTrigger) or not isinstance(node, MapNode):
            continue
        if trigger.schedule.text in seen:
            at = node.pairs[_SCHEDULE.name][0]
            text = trigger.schedule.text
            message = say("'{schedule}' starts this workflow already", schedule=text)
            hint = say("join what stands under `where` with `any`")
            report.error(at, "duplicate-id", message, hint)
        seen.add(trigger.schedule.text)


def check_existing(node: Node, trigger: Trigger | None, only_if: Condition, report: Report) -> None:
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

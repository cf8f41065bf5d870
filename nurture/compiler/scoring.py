"""`scoring.yaml`: points, fading, caps, fit, temperature, lifecycle, hand-off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.happenings import EQUALITY
from nurture.compiler.moments import Elapsed
from nurture.compiler.names import NAME, EventName
from nurture.compiler.nodes import MapNode, Node, Scalar, describe, quoted
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Named, Record
from nurture.compiler.references import check_role
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.shapes import Choice, Number, Schema, Shape, SharedParts, Text, Whole
from nurture.domain.conditions import ALWAYS, Condition
from nurture.domain.lifecycle import Stage
from nurture.domain.policy import Sender
from nurture.domain.reads import reads
from nurture.domain.scoring import (
    Cap,
    FitRule,
    Handoff,
    LifecycleRule,
    PointRule,
    Scoring,
    Threshold,
)
from nurture.language import say

_TIMES = Key("times", Whole(1, 10_000), say("Pays at most so many times …"), required=True)
_PER = Key("per", Elapsed(), say("… in any span of this length."), required=True)
_CAP_RECORD = Record(say("a cap of points"), (_TIMES, _PER))


class CapShape(Shape[Cap]):
    """How often a rule pays: `once`, `per day`, `{times: 2, per: 7d}`."""

    def read(self, node: Node, report: Report) -> Cap | None:
        """Return the cap."""
        if isinstance(node, MapNode):
            fields = _CAP_RECORD.read(node, report)
            return None if fields is None else Cap(fields.get_or(_TIMES, 1), fields.get(_PER))
        word = " ".join(node.value.split()) if isinstance(node, Scalar) else ""
        if word == "once":
            return Cap(1, None)
        if word == "per day":
            return Cap(1, timedelta(days=1))
        message = say(
            "expected `once`, `per day` or {times: 2, per: 7d}, found {found}", found=describe(node)
        )
        report.error(node, "bad-cap", message)
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the two words and the map."""
        return {"anyOf": [{"enum": ["once", "per day"]}, _CAP_RECORD.schema(shared)]}


_STAGE = Choice(*(stage.value for stage in Stage))
_POINTS = Number(-10_000, 10_000)

_ID = Key("id", NAME, say("A name, for the ledger and explanations."), required=True)
_EVENT = Key("event", EventName(), say("The event that pays."), required=True)
_WHERE = Key("where", EQUALITY, say("Properties the event must have."))
_RULE_POINTS = Key("points", _POINTS, say("Points; negative ones exist."), required=True)
_CAP = Key("cap", CapShape(), say("How often it pays."))
_GROUP = Key("group", NAME, say("A group of rules with a cap of its own."))
_RULE = Record(say("a rule"), (_ID, _EVENT, _WHERE, _RULE_POINTS, _CAP, _GROUP))

_GROUP_CAP = Key("cap", CapShape(), say("How often the rules of the group pay."), required=True)
_GROUP_RECORD = Record(say("a group of rules"), (_GROUP_CAP,))

_IF = Key("if", CONDITION, say("What contact and account must be."), required=True)
_FIT = Record(say("a fit rule"), (_ID, _IF, _RULE_POINTS))

_ENTER = Key("enter", _POINTS, say("Reached: goes up."), required=True)
_LEAVE = Key("leave", _POINTS, say("Below: goes down again."), required=True)
_THRESHOLD = Record(say("a threshold"), (_ENTER, _LEAVE))
_SIGN = Record(say("a sign of intent"), (_EVENT, _WHERE))
_ANY = Key("any", ListOf(_SIGN, at_least=1), say("Events that show intent."), required=True)
_WITHIN = Key("within", Elapsed(), say("How long a sign of intent counts."), required=True)
_INTENT = Record(say("intent"), (_ANY, _WITHIN))
_WARM = Key("warm", _THRESHOLD, say("When a contact is warm."), required=True)
_HOT = Key("hot", _THRESHOLD, say("When a contact is hot; needs intent too."), required=True)
_INTENT_KEY = Key("intent", _INTENT, say("What hot needs beside points."), required=True)
_TEMPERATURE = Record(say("`temperature`"), (_WARM, _HOT, _INTENT_KEY))

_TO = Key("to", _STAGE, say("The stage it leads to."), required=True)
_STAGES = ListOf(_STAGE, or_one=True, at_least=1)
_FROM = Key("from", _STAGES, say("Stages one comes from."), required=True)
_WHEN = Key("when", CONDITION, say("What takes a contact there."), required=True)
_REASON = Key("reason", Text(lines=True), say("Why, for explanations."))
_MOVE = Record(say("a lifecycle rule"), (_TO, _FROM, _WHEN, _REASON))

_FOR = Key("for", NAME, say("`owner` or a role of the team."), required=True)
_TITLE = Key("title", Text(longest=300), say("What is to be done."), required=True)
_DUE = Key("due", Elapsed(), say("How long it may take."))
_KIND = Key("kind", NAME, say("What kind of work: call, card, follow-up …"))
_TASK = Record(say("a task"), (_FOR, _TITLE, _DUE, _KIND))
_AT = Key("at", _STAGE, say("The stage at which a lead is handed over."), required=True)
_TASK_KEY = Key("task", _TASK, say("The one task a lead gets."), required=True)
_REMIND = Key("remind", Elapsed(), say("So long before it is due the assignee is reminded: 4h."))
_AFTER = Key(
    "after", Elapsed(or_nothing=True), say("So long after it was due; 0h: at once."), required=True
)
_ESCALATE_TO = Key("to", NAME, say("The role or sender that hears of it."), required=True)
_ESCALATE = Key(
    "escalate",
    Record(say("an escalation"), (_AFTER, _ESCALATE_TO)),
    say("Who hears of a first call that is late."),
)
_REST = Key("rest", Elapsed(), say("How long a lead that sales gave back is left in peace: 30d."))
_HANDOFF = Record(say("a hand-off"), (_AT, _TASK_KEY, _REMIND, _ESCALATE, _REST))

_SCORING = Key("scoring", NAME, say("Name of the rules, usually `default`."), required=True)
_HALF_LIFE = Key("half_life", Elapsed(), say("After this, points are worth half."), required=True)
_RULES = Key("rules", ListOf(_RULE), say("Points for what people do."), required=True)
_GROUPS = Key("groups", MapOf(_GROUP_RECORD, NAME), say("Caps that several rules share."))
_FITS = Key("fit", ListOf(_FIT), say("Points for what a contact and its account are."))
_TEMPERATURES = Key("temperature", _TEMPERATURE, say("How keen now: warm and hot."), required=True)
_LIFECYCLE = Key("lifecycle", ListOf(_MOVE), say("How far: rules that move a contact on."))
_HANDOFF_KEY = Key("handoff", _HANDOFF, say("When sales takes over."))

SCORING = Record(
    say("scoring"),
    (_SCORING, _HALF_LIFE, _RULES, _GROUPS, _FITS, _TEMPERATURES, _LIFECYCLE, _HANDOFF_KEY),
)


def compile_scoring(
    root: Node,
    report: Report,
    scope: Callable[[Report], ConditionScope],
    senders: Mapping[str, Sender] | None,
) -> Scoring:
    """Return the scoring of a file; what the report calls wrong has a harmless value in it.

    `senders`: those of the policy, whose roles a hand-off may name; None where it has errors.
    """
    fields = SCORING.read(root, report)
    if fields is None:
        return EMPTY_SCORING
    conditions = scope(report)
    rules = fields.get_or(_RULES, [])
    fits = fields.get_or(_FITS, [])
    groups = fields.get_or(_GROUPS, [])
    _check_ids([*rules, *fits], report)
    _check_groups(rules, groups, fields.written(_GROUPS), report)
    temperature = fields.get(_TEMPERATURES)
    intent = temperature.get(_INTENT_KEY) if temperature is not None else None
    signs = intent.get_or(_ANY, []) if intent is not None else []
    warm, hot = _threshold(temperature, _WARM, report), _threshold(temperature, _HOT, report)
    if temperature is not None and hot.enter < warm.enter and temperature.get(_HOT) is not None:
        message = say(
            "hot is entered at {hot:g}, before warm at {warm:g}", hot=hot.enter, warm=warm.enter
        )
        report.error(temperature.at(_HOT), "bad-threshold", message)
    return Scoring(
        half_life=fields.get_or(_HALF_LIFE, EMPTY_SCORING.half_life),
        rules=tuple(_rule(rule) for rule in rules),
        fit=tuple(_fit(fit, conditions, report) for fit in fits),
        warm=warm,
        hot=hot,
        intent=tuple((sign.get_or(_EVENT, ""), _where(sign)) for sign in signs),
        intent_within=intent.get_or(_WITHIN, timedelta(0)) if intent else timedelta(0),
        group_caps=tuple((g.name, g.value.get_or(_GROUP_CAP, Cap())) for g in groups),
        lifecycle=tuple(_move(move, conditions) for move in fields.get_or(_LIFECYCLE, [])),
        handoff=_handoff(fields.get(_HANDOFF_KEY), senders, report),
    )


def _check_ids(rules: list[Fields], report: Report) -> None:
    seen: set[str] = set()
    for rule in rules:
        name = rule.get(_ID)
        if name in seen:
            report.error(
                rule.at(_ID), "duplicate-id", say("a rule '{name}' stands above already", name=name)
            )
        if name is not None:
            seen.add(name)


def _check_groups(
    rules: list[Fields], groups: list[Named[Fields]], written: bool, report: Report
) -> None:
    names = {group.name for group in groups}
    for rule in rules:
        group = rule.get(_GROUP)
        if group is not None and group not in names:
            hint = report.suggest(group, names) if written else say("write it under `groups:`")
            report.error(
                rule.at(_GROUP), "unknown-group", say("no group {group}", group=quoted(group)), hint
            )


def _where(fields: Fields) -> tuple[tuple[str, str | int | float | bool | None], ...]:
    return tuple((entry.name, entry.value) for entry in fields.get(_WHERE) or ())


def _rule(fields: Fields) -> PointRule:
    return PointRule(
        name=fields.get_or(_ID, ""),
        event=fields.get_or(_EVENT, ""),
        points=fields.get_or(_RULE_POINTS, 0.0),
        where=_where(fields),
        cap=fields.get(_CAP),
        group=fields.get(_GROUP),
    )


def _condition(fields: Fields, key: Key[Node], scope: ConditionScope) -> Condition:
    node = fields.get(key)
    return read_condition(node, scope) if node is not None else ALWAYS


def _fit(fields: Fields, scope: ConditionScope, report: Report) -> FitRule:
    condition = _condition(fields, _IF, scope)
    read = reads(condition)
    moving = {name for _, name in read.fields} & {"score", "temperature"}
    if read.event_types or moving:
        message = say("fit is what a contact is, not what it does")
        report.error(fields.at(_IF), "fit-on-deeds", message, say("points for events are `rules:`"))
    return FitRule(fields.get_or(_ID, ""), condition, fields.get_or(_RULE_POINTS, 0.0))


def _threshold(temperature: Fields | None, key: Key[Fields], report: Report) -> Threshold:
    fields = temperature.get(key) if temperature is not None else None
    if fields is None:
        return Threshold(0.0, 0.0)
    threshold = Threshold(fields.get_or(_ENTER, 0.0), fields.get_or(_LEAVE, 0.0))
    if fields.get(_ENTER) is not None and threshold.leave > threshold.enter:
        message = say(
            "'leave' ({leave:g}) is above 'enter' ({enter:g})",
            leave=threshold.leave,
            enter=threshold.enter,
        )
        report.error(fields.at(_LEAVE), "bad-threshold", message, say("it would flap"))
    return threshold


def _move(fields: Fields, scope: ConditionScope) -> LifecycleRule:
    return LifecycleRule(
        stage=fields.get_or(_TO, Stage.LEAD.value),
        come_from=tuple(fields.get_or(_FROM, [])),
        condition=_condition(fields, _WHEN, scope),
        reason=fields.get_or(_REASON, ""),
    )


def _handoff(
    fields: Fields | None, senders: Mapping[str, Sender] | None, report: Report
) -> Handoff | None:
    task = fields.get(_TASK_KEY) if fields is not None else None
    if fields is None or task is None:
        return None
    assignee = task.get_or(_FOR, "owner")
    if senders is not None:
        check_role(assignee, senders, task.at(_FOR), report)
    rules = Handoff(
        stage=fields.get_or(_AT, Stage.MQL.value),
        title=task.get_or(_TITLE, ""),
        assignee=assignee,
        due=task.get_or(_DUE, timedelta(hours=24)),
        kind=task.get_or(_KIND, "call"),
    )
    escalation = fields.get(_ESCALATE)
    to = escalation.get_or(_ESCALATE_TO, "") if escalation is not None else ""
    if escalation is not None and senders is not None and to not in senders:
        check_role(to, senders, escalation.at(_ESCALATE_TO), report)
    remind = fields.get(_REMIND)
    if remind is not None and remind >= rules.due:
        message = say("the reminder would come before the task")
        report.error(fields.at(_REMIND), "reminds-too-early", message, say("shorter than `due`"))
    return replace(
        rules,
        remind=remind if remind is not None else _usual_reminder(rules),
        escalate=escalation.get(_AFTER) if escalation is not None else rules.escalate,
        escalate_to=to,
        rest=fields.get_or(_REST, rules.rest),
    )


def _usual_reminder(rules: Handoff) -> timedelta | None:
    """Return how long before it is due a task is called to mind where the file does not say."""
    return rules.remind if rules.remind is not None and rules.remind < rules.due else None


#: stands in where no scoring could be read
EMPTY_SCORING = Scoring(
    half_life=timedelta(days=30), rules=(), fit=(), warm=Threshold(0, 0), hot=Threshold(0, 0),
    intent=(), intent_within=timedelta(0),
)  # fmt: skip

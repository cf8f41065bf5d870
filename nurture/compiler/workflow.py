"""A workflow file: who starts it, who leaves it, and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nurture.compiler import durations
from nurture.compiler.condition_maps import CONDITION, read_condition
from nurture.compiler.delivery import DELIVERY, read_delivery
from nurture.compiler.graph_checks import check_graph
from nurture.compiler.holdouts import HOLDOUT, check_holdout, read_holdout
from nurture.compiler.names import NAME
from nurture.compiler.nodes import MapNode, Node, Scalar, quoted
from nurture.compiler.outline import Outline
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Record
from nurture.compiler.references import References
from nurture.compiler.renamed_steps import STEP_NAME, read_renamed
from nurture.compiler.report import Placed, Report
from nurture.compiler.scope import ConditionScope, StepNames
from nurture.compiler.shapes import Choice, Schema, Shape, SharedParts, Text, Whole, scalar_of
from nurture.compiler.step_kinds import STEPS
from nurture.compiler.steps import StepCompiler
from nurture.compiler.topics import TOPIC
from nurture.compiler.triggers import (
    TRIGGER,
    WAY_OUT,
    check_existing,
    check_schedule,
    check_schedules_differ,
    read_exit,
    read_goal,
    read_trigger,
)
from nurture.compiler.winners import check_splits
from nurture.domain.conditions import ALWAYS
from nurture.domain.purpose import OWN_AFFAIR, Purpose
from nurture.domain.workflow import (
    EventTrigger,
    Reentry,
    ScheduleTrigger,
    StateTrigger,
    Workflow,
)
from nurture.language import say


class ReentryShape(Shape[Reentry]):
    """`never`, `always`, or `after 90d`."""

    def read(self, node: Node, report: Report) -> Reentry | None:
        """Return when one may enter again."""
        found = scalar_of(node, report, say("never, always, or after 90d"))
        if found is None:
            return None
        word, _, rest = found.value.strip().partition(" ")
        if found.value in ("never", "always"):
            return Reentry(allowed=found.value == "always")
        if word == "after" and rest:
            try:
                return Reentry(allowed=True, after=durations.read_duration(rest))
            except durations.DurationError as error:
                report.error(node, "bad-duration", error.message, error.hint)
                return None
        message = say(
            "expected never, always, or after 90d, found {found}", found=quoted(found.value)
        )
        report.error(node, "bad-value", message, report.near(word, ("never", "always", "after")))
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the two words and the pattern."""
        return {"anyOf": [{"enum": ["never", "always"]}, {"type": "string", "pattern": "^after "}]}


class Subject(Shape[str]):
    """What a journey is about, beside the contact: `event.referral`, `deal`, `referral`."""

    def read(self, node: Node, report: Report) -> str | None:
        """Return the event property that is the subject."""
        found = scalar_of(node, report, say("event.FIELD, deal or referral"))
        if found is None:
            return None
        scope, dot, name = found.value.partition(".")
        if found.value in ("deal", "referral"):
            return found.value
        if scope == "event" and dot and name.isidentifier() and not name.startswith("_"):
            return name
        message = say(
            "expected event.FIELD, deal or referral, found {found}", found=quoted(found.value)
        )
        report.error(node, "bad-value", message)
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the words and the pattern."""
        return {"type": "string", "pattern": r"^(deal|referral|event\.[A-Za-z][A-Za-z0-9_]*)$"}


_NAME = Key("workflow", NAME, say("The workflow's name."), required=True)
_TITLE = Key("title", Text(longest=200), say("What it is called on pages."))
_PURPOSE = Key(
    "purpose",
    Choice(*(p.value for p in Purpose if p is not Purpose.INTRODUCTION)),
    say("Which consent its mails need."),
    required=True,
)
_PRIORITY = Key("priority", Whole(0, 1000), say("Who wins when a cap lets one mail through; 50."))
_TRIGGER = Key("trigger", ListOf(TRIGGER, or_one=True, at_least=1), say("Any of these starts it."))
_ONLY_IF = Key("only_if", CONDITION, say("Who may start at all."))
_REENTRY = Key(
    "reentry", ReentryShape(), say("Starts again? never (without it), always, after 90d.")
)
_GOAL = Key("goal", ListOf(WAY_OUT, or_one=True, at_least=1), say("Reached: leaves as converted."))
_EXIT = Key("exit", ListOf(WAY_OUT, or_one=True, at_least=1), say("Leaves at once, in any wait."))
_TOPIC = Key("topic", TOPIC, say("Topic of the policy that readers may turn off."))
_PER = Key("per", Subject(), say("One journey per such thing rather than per contact."))
_IN_FLIGHT = Key(
    "in_flight",
    Choice("pin", "migrate", "exit"),
    say("When this file changes, people under way keep their steps (pin), go over, or leave; pin."),
)
_RENAMED = Key(
    "renamed",
    MapOf(STEP_NAME, STEP_NAME),
    say("With migrate: old step → the step of this file where its people go on."),
)
_STEPS = Key("steps", STEPS, say("What happens, in order."), required=True)

WORKFLOW = Record(
    say("a workflow"),
    (
        _NAME, _TITLE, _PURPOSE, _PRIORITY, _TRIGGER, _ONLY_IF, _REENTRY, _GOAL, _EXIT,
        DELIVERY, _TOPIC, _PER, HOLDOUT, _IN_FLIGHT, _RENAMED, _STEPS,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompiledWorkflow:
    """A workflow, and where its parts stand, for checks over several files."""

    workflow: Workflow
    at: Placed
    places: Mapping[str, Placed]
    report: Report


def workflow_name(root: MapNode, report: Report) -> Scalar | None:
    """Return where a file names its workflow, or None where it does so wrongly."""
    node = root.get(_NAME.name)
    if isinstance(node, Scalar) and NAME.read(node, report) is not None:
        return node
    return None


def compile_workflow_file(
    root: Node, report: Report, references: References
) -> CompiledWorkflow | None:
    """Return a workflow; None where not even its outline could be read."""
    fields = WORKFLOW.read(root, report)
    if fields is None:
        return None
    outline = Outline(report)
    block = outline.block(fields.get(_STEPS))
    if fields.get(_STEPS) is not None and not block and not report.failed:
        report.error(fields.at(_STEPS), "no-steps", say("a workflow without steps does nothing"))
    names = StepNames.of({step: draft.kind for step, draft in outline.drafts.items()})
    plain = ConditionScope(report, references.catalogue, references.segment)
    inside = replace(plain, steps=names, trigger=True)
    purpose = Purpose(fields.get_or(_PURPOSE, Purpose.MARKETING.value))
    delivery = read_delivery(fields, purpose, references, report)
    window = delivery.window
    name = fields.get_or(_NAME, "")
    compiler = StepCompiler(name, purpose, window, inside, references)
    graph = compiler.graph(block)
    places: dict[str, Placed] = {step: draft.at for step, draft in outline.drafts.items()}
    if not report.failed:
        check_graph(graph, places, report)
    starts = fields.get_or(_TRIGGER, [])
    triggers = [read_trigger(node, plain) for node in starts]
    asked = fields.get(_ONLY_IF)
    only_if = ALWAYS if asked is None else read_condition(asked, replace(plain, trigger=True))
    for node, trigger in zip(starts, triggers, strict=True):
        check_existing(node, trigger, only_if, report)
        per, again = fields.get_or(_PER, ""), fields.written(_REENTRY)
        check_schedule(node, trigger, only_if, per, again, report)
    check_schedules_differ(starts, triggers, report)
    goal, reached = read_goal(fields.get_or(_GOAL, []), inside)
    exits = [read_exit(node, inside) for node in fields.get_or(_EXIT, [])]
    in_flight = fields.get_or(_IN_FLIGHT, "pin")
    renamed = read_renamed(fields.get_or(_RENAMED, []), in_flight, graph, report)
    workflow = Workflow(
        name=name,
        title=fields.get_or(_TITLE, name),
        purpose=purpose,
        graph=graph,
        priority=fields.get_or(_PRIORITY, 50),
        event_triggers=tuple(t for t in triggers if isinstance(t, EventTrigger)),
        state_triggers=tuple(t for t in triggers if isinstance(t, StateTrigger)),
        schedules=tuple(t for t in triggers if isinstance(t, ScheduleTrigger)),
        only_if=only_if,
        reentry=fields.get_or(_REENTRY, Reentry()),
        goal=goal,
        exits=(*reached, *(way_out for way_out in exits if way_out is not None)),
        window=window,
        spread=delivery.spread,
        at_best_hour=delivery.at_best_hour,
        sender=delivery.sender,
        topic=_topic(fields, purpose, references, report),
        subject_field=fields.get_or(_PER, ""),
        in_flight=in_flight,
        renamed=renamed,
        holdout=read_holdout(fields.get(HOLDOUT)),
        file=report.file,
    )
    check_holdout(workflow, fields.at(HOLDOUT), report)
    check_splits(workflow, outline.drafts, report)
    return CompiledWorkflow(workflow, fields.at(_NAME), places, report)


def _topic(fields: Fields, purpose: Purpose, references: References, report: Report) -> str | None:
    topic = fields.get(_TOPIC)
    if topic is None:
        return None
    references.check_topic(topic, fields.at(_TOPIC), report)
    if purpose in OWN_AFFAIR:
        message = say("mails of purpose {purpose} have no topic", purpose=str(purpose))
        report.error(fields.at(_TOPIC), "topic-of-service", message, say("delete the line"))
    return topic

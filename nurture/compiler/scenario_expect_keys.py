"""The keys of an expectation: one table for the reader, the schema and the reference."""

from __future__ import annotations

from nurture.compiler.condition_maps import CONDITION
from nurture.compiler.moments import Clock, Span, WallTime
from nurture.compiler.names import NAME
from nurture.compiler.nodes import ListNode, MapNode, Node
from nurture.compiler.records import Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.scenario_shapes import MAIL, STAGE, STEP, TEMPERATURE, WHO, Pair, Point
from nurture.compiler.shapes import Number, Schema, Shape, SharedParts, Text, Whole
from nurture.domain.scenario_words import DROPPED, HELD
from nurture.language import say

_LINES = Text(say("a text"), lines=True)

SENT = Key("sent", MAIL, say("A mail of this template has gone out."))
NOT_SENT = Key("not_sent", MAIL, say("No such mail has gone out."))
HELD_KEY = Key("held", MAIL, say("The mail was held back for a while."))
DROPPED_KEY = Key("dropped", MAIL, say("The mail was dropped, or failed."))
TASK_KIND = Key("kind", NAME, say("Kind of the task: call, reply, quote …"))
TASK_FOR = Key("for", NAME, say("`owner`, a role, or a sender of the policy."))
TASK_TITLE = Key("title", Text(longest=200), say("A part of its title."))
TASK_DUE = Key("due", Point(), say("Due at this moment, or at most so long after it was made."))
TASK = Record(say("a task"), (TASK_KIND, TASK_FOR, TASK_TITLE, TASK_DUE))
TASK_KEY = Key("task", TASK, say("The team has such a task."))
NO_TASK = Key("no_task", TASK, say("The team has no such task; {} means none at all."))
ENROLLED = Key("enrolled", NAME, say("This workflow has begun."))
NOT_ENROLLED = Key("not_enrolled", NAME, say("It has not."))
WAITS_WORKFLOW = Key("workflow", NAME, say("The workflow."), required=True)
WAITS_STEP = Key("step", STEP, say("The step at which they stand."))
WAITS_UNTIL = Key("until", WallTime(), say("Until when they wait there."))
WAITS_RECORD = Record(say("where they wait"), (WAITS_WORKFLOW, WAITS_STEP, WAITS_UNTIL))
EXITS_OUTCOME = Key("outcome", Text(say("an outcome"), longest=64), say("How it ended."))
EXITS_RECORD = Record(say("how it ends"), (WAITS_WORKFLOW, EXITS_OUTCOME))


class _Named(Shape[Node]):
    """The name of a workflow, or a map that says more."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node; `scenario_expect` reads it."""
        if isinstance(node, MapNode) or NAME.read(node, report) is not None:
            return node
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a name or the map."""
        return {"anyOf": [NAME.schema(shared), self._record.schema(shared)]}


WAITS = Key("waits", _Named(WAITS_RECORD), say("They are in this workflow, at this step."))
EXITS = Key("exits", _Named(EXITS_RECORD), say("They have left it, with this outcome."))
IS_TEMPERATURE = Key("temperature", ListOf(TEMPERATURE, or_one=True), say("Their temperature."))
IS_LIFECYCLE = Key("lifecycle", ListOf(STAGE, or_one=True), say("Their lifecycle."))


class _Score(Shape[tuple[float, float]]):
    """A number, or a list of two: between, both included."""

    def read(self, node: Node, report: Report) -> tuple[float, float] | None:
        """Return the lowest and the highest."""
        number = Number(-1000, 1000)
        if isinstance(node, ListNode):
            pair = Pair(number, "[40, 60]").read(node, report)
            if pair is None:
                return None
            low, high = pair
            assert isinstance(low, float) and isinstance(high, float)
            if low > high:
                report.error(node, "bad-value", say("the first of the two is the lower one"))
            return low, high
        found = number.read(node, report)
        return (found, found) if found is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return both ways."""
        one = Number(-1000, 1000).schema(shared)
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


IS_SCORE = Key("score", _Score(), say("Their score: a number, or [lowest, highest]."))
IS_OWNER = Key("owner", NAME, say("Who takes care of them: a sender of the policy."))
HOLDS = Key("holds", CONDITION, say("A condition holds for them: {segment: readers, tag: vip} …"))
HOLDS_NOT = Key("holds_not", CONDITION, say("A condition does not hold for them."))

WITHIN = Key("within", Span(), say("At most so long after the last thing that happened."))
AT_MINUTE = Key("exactly_at", WallTime(), say("In this very minute."))
NOT_BEFORE = Key("not_before", Point(), say("Not before this moment, or so long after."))
BETWEEN = Key("between", Pair(Point(), "[14d, 28d]"), say("Between two moments or spans."))
HOURS = Key(
    "hours",
    Pair(Clock(), '["08:00", "20:00"]'),
    say("At these times of day, in their zone."),
)
TIMES = Key("times", Whole(0, 1000), say("So many times, no more and no less."))
AT_LEAST = Key("at_least", Whole(1, 1000), say("So many times or more."))
AT_MOST = Key("at_most", Whole(1, 1000), say("Not more often than this; not at all will do."))
SUBJECT = Key("subject", ListOf(Text(longest=500), or_one=True), say("What its subject contains."))
TEXT = Key("text", ListOf(_LINES, or_one=True), say("What its text says, as its reader gets it."))
NOT_SUBJECT = Key(
    "not_subject",
    ListOf(Text(longest=500), or_one=True),
    say("What its subject does not contain."),
)
NOT_TEXT = Key("not_text", ListOf(_LINES, or_one=True), say("What its text does not say."))
FROM = Key("from", NAME, say("The sender of the policy that it comes from."))
ATTACHED = Key(
    "attached", Text(longest=250), say("A file or library item that it carries; may be a pattern.")
)


class _Reason(Shape[str]):
    """A reason for which mails are held back or dropped."""

    def read(self, node: Node, report: Report) -> str | None:
        """Return the word; `scenario_expect` knows which goes with what."""
        return Text(say("a reason such as cap or expired"), longest=64).read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return all of them."""
        return {"enum": sorted({*HELD, *DROPPED})}


REASON = Key("reason", _Reason(), say("Why it was held back or dropped."))

#: each expectation has exactly one of these
WHAT = (
    SENT, NOT_SENT, HELD_KEY, DROPPED_KEY, TASK_KEY, NO_TASK, ENROLLED, NOT_ENROLLED, WAITS,
    EXITS, IS_TEMPERATURE, IS_LIFECYCLE, IS_SCORE, IS_OWNER, HOLDS, HOLDS_NOT,
)  # fmt: skip

_WHEN = (WITHIN, AT_MINUTE, NOT_BEFORE, BETWEEN, HOURS)
_OFTEN = (TIMES, AT_LEAST, AT_MOST)
_WORDING = (SUBJECT, TEXT, NOT_SUBJECT, NOT_TEXT)

#: what may go with which
ALONG = {
    SENT.name: (*_WHEN, *_OFTEN, *_WORDING, FROM, ATTACHED),
    NOT_SENT.name: (WITHIN, SUBJECT, TEXT),
    HELD_KEY.name: (REASON, *_WORDING),
    DROPPED_KEY.name: (REASON,),
    TASK_KEY.name: (*_WHEN, *_OFTEN),
    ENROLLED.name: (*_WHEN, *_OFTEN),
    EXITS.name: _WHEN,
}

EXPECTATION = Record(
    say("an expectation"),
    (*WHAT, *_WHEN, *_OFTEN, *_WORDING, FROM, ATTACHED, REASON, WHO),
)

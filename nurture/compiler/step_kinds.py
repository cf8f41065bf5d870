"""The table of steps: every kind, its keys, and what they mean.

A step is a map with one key that says its kind, an `id` where it wants one, and the keys
that go with the kind. Reader, JSON Schema and reference all come from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nurture.compiler.ask_steps import ASK_REFERRAL, MODE, NAMED, OFFER, REASON, TIMING
from nurture.compiler.calendar import weekday
from nurture.compiler.condition_maps import CONDITION
from nurture.compiler.delivery import SPREAD
from nurture.compiler.event_maps import EVENT
from nurture.compiler.moments import Clock, Day, Span
from nurture.compiler.names import NAME, STEP_ID, TAG
from nurture.compiler.nodes import ListNode, MapNode, Node, Scalar, quoted
from nurture.compiler.picks import ATTACH, SEND, TEMPLATE_NAME
from nurture.compiler.records import Key, ListOf, MapOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import (
    Choice,
    Localized,
    Number,
    Part,
    Schema,
    Shape,
    SharedParts,
    Text,
    Whole,
    scalar_of,
)
from nurture.compiler.split_keys import SHARE, WINNER
from nurture.compiler.webhooks import WEBHOOK
from nurture.compiler.webhooks import WITHIN as ANSWERED_WITHIN
from nurture.domain.lifecycle import Stage
from nurture.domain.purpose import Purpose
from nurture.domain.steps import Duration, Since
from nurture.language import Said, say


class Weekday(Shape[int]):
    """A day of the week by its English name."""

    def read(self, node: Node, report: Report) -> int | None:
        """Return its number, Monday is 0."""
        found = scalar_of(node, report, say("a weekday such as tuesday"))
        if found is None:
            return None
        number = weekday(found.value)
        if number is None:
            message = say(
                "expected a weekday such as tuesday, found {found}", found=quoted(found.value)
            )
            report.error(node, "bad-value", message)
        return number

    def schema(self, shared: SharedParts) -> Schema:
        """Return the seven names."""
        names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        return {"enum": names}


def _steps_schema(shared: SharedParts) -> Schema:
    kinds = [kind_schema(kind, shared) for kind in STEP_KINDS.values()]
    return {"type": "array", "items": {"anyOf": [{"const": "end"}, *kinds]}}


#: a block of steps
STEPS = Part("steps", _steps_schema, (ListNode,), say("a list of steps"))

ID = Key("id", STEP_ID, say("Name of the step, unique in its workflow."))


SUBJECT = Key(
    "subject",
    Localized(longest=500),
    say("Overrides the template's subject: a text, or texts by language such as {ja: …, en: …}."),
)
FROM = Key("from", NAME, say("`owner` or a sender of the policy."))
WINDOW = Key("window", NAME, say("Window of the calendar in which it may leave."))
PURPOSE = Key(
    "purpose",
    Choice(Purpose.SERVICE.value),
    say(
        "`service`: answers what the reader asked for, so it goes without consent; without it, the "
        "workflow's."
    ),
)
EXPIRES = Key("expires", Span(), say("Held back longer than this: dropped. Without it, 7d."))

SURVEY = Key(
    "survey",
    NAME,
    say("Asks the question of a survey, where its limits allow it; else goes on as `not_asked`."),
)
TEMPLATE = Key("template", TEMPLATE_NAME, say("The mail that asks; without it, NAME/ask."))
ASK_TEMPLATE = Key("template", TEMPLATE_NAME, say("The mail that asks; without it, referral/ask."))

REVIEW_BY = Key("by", NAME, say("`owner`, a sender or a role; owner."))
REVIEW_FOR = Key("for", Span(), say("How long the mail waits for them; 4h."))
REVIEW_OTHERWISE = Key(
    "otherwise",
    Choice("send", "hold"),
    say("Nobody looked in time: `send` lets it leave, `hold` keeps it until it expires; hold."),
)
REVIEW = Key(
    "review",
    Record(say("a review"), (REVIEW_BY, REVIEW_FOR, REVIEW_OTHERWISE)),
    say(
        "A person looks at the mail before it leaves, by a task with a button. Mails of purpose "
        "`progress` wait for nobody where the event that began the journey says `review: "
        "false`, as news of referrals do by the programme's `review`."
    ),
)

WAIT = Key("wait", Span(), say("Waits for a span, counted from the last mail's fate."))

WEEKDAY = Key("weekday", Weekday(), say("The next such day …"))
DATE = Key("date", Day(), say("A date …"))
AT = Key("at", Clock(), say("… at this time of day, in the contact's zone."))
WAIT_UNTIL_KEYS = (WEEKDAY, DATE, AT)


def _wait_until_schema(shared: SharedParts) -> Schema:
    record = Record(say("a moment"), WAIT_UNTIL_KEYS).schema(shared)
    record["additionalProperties"] = {
        "type": "string",
        "description": say(
            "A date field and an offset, e.g. first_touch: 14d, trigger.starts_at: -1d."
        ),
    }
    return record


WAIT_UNTIL = Key(
    "wait_until",
    Part(
        "moment",
        _wait_until_schema,
        (MapNode,),
        say("a moment such as {weekday: tuesday, at: 10:00}"),
    ),
    say("Waits for a moment in the contact's zone; already past: goes on at once."),
)

WAIT_FOR = Key(
    "wait_for",
    ListOf(EVENT, or_one=True, at_least=1),
    say("Waits for the first of several events."),
)
WITHIN = Key("within", Span(), say("How long it waits."), required=True)
SINCE = Key(
    "since", Choice(*(s.value for s in Since)), say("From when on events count; last_send.")
)
THEN = Key("then", STEPS, say("Steps after an event came."))
OTHERWISE = Key("otherwise", STEPS, say("Steps after the time was over."))

CASE_IF = Key("if", CONDITION, say("When the case is taken."))
CASE_STEPS = Key("steps", STEPS, say("What happens then."))


class _Else(Shape[Node]):
    """`else:` with nothing behind it and `steps:` beside it, or with the steps themselves."""

    takes_nothing = True

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node."""
        return node

    def schema(self, shared: SharedParts) -> Schema:
        """Return nothing, or steps."""
        return {"anyOf": [{"type": "null"}, STEPS.schema(shared)]}


CASE_ELSE = Key("else", _Else(), say("When no case above was taken; stands last."))
CASE = Record(say("a case of a branch"), (CASE_IF, CASE_ELSE, CASE_STEPS))


class _Cases(Shape[Node]):
    """The cases of a branch; the outline reads them."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node where it is a list with something in it."""
        if isinstance(node, ListNode) and node.items:
            return node
        report.error(
            node, "wrong-type", say("expected a list of cases, e.g. [{if: …, steps: […]}]")
        )
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a list of cases."""
        return {"type": "array", "items": CASE.schema(shared), "minItems": 1}


BRANCH = Key("branch", _Cases(), say("Takes the first case that holds."))

VARIANT_STEPS = Key("steps", STEPS, say("What its contacts get."))
VARIANT = Record(say("a variant"), (SHARE, VARIANT_STEPS))
VARIANTS = Key("variants", MapOf(VARIANT, STEP_ID), say("The variants by name."), required=True)
SPLIT = Key(
    "split",
    Record(say("a split"), (VARIANTS, WINNER)),
    say("Divides contacts by share; the same contact always goes the same way."),
)

TAGS_ADD = Key("add", ListOf(TAG, or_one=True), say("Tags to add."))
TAGS_REMOVE = Key("remove", ListOf(TAG, or_one=True), say("Tags to remove."))
SET_TAG = Key("tag", ListOf(TAG, or_one=True), say("A tag to add, or a list."))
SET_TAGS = Key("tags", Record(say("tags"), (TAGS_ADD, TAGS_REMOVE)), say("Tags to add and remove."))


def _set_schema(shared: SharedParts) -> Schema:
    record = Record(say("a change"), (SET_TAG, SET_TAGS)).schema(shared)
    record["additionalProperties"] = {
        "type": ["string", "number", "boolean", "null"],
        "description": say("A field of the contact and its new value; null empties it."),
    }
    return record


SET = Key(
    "set",
    Part("change", _set_schema, (MapNode,), say("fields and tags such as {tag: guest}")),
    say("Changes fields of the contact and its tags."),
)

POINTS = Key("points", Number(-10_000, 10_000), say("Points; negative ones exist."), required=True)
SCORE_REASON = Key(
    "reason", Text(longest=300, lines=True), say("Why, for explanations."), required=True
)
SCORE = Key(
    "score", Record(say("a score"), (POINTS, SCORE_REASON)), say("Adds points, with a reason.")
)

STAGE = Key("to", Choice(*(s.value for s in Stage)), say("The stage."), required=True)
STAGE_REASON = Key("reason", Text(longest=300, lines=True), say("Why, for explanations."))
LIFECYCLE = Key(
    "lifecycle", Record(say("a move"), (STAGE, STAGE_REASON)), say("Moves the lifecycle.")
)

START = Key("start_workflow", NAME, say("Starts another workflow for the contact."))
STOP = Key("stop_workflow", NAME, say("Ends the contact's journey in another workflow."))

FOR = Key("for", NAME, say("`owner` or a role of the team."), required=True)
TITLE = Key("title", Text(longest=300), say("What is to be done."), required=True)
#: `due:` of a task that keeps what the programme promises
PROMISED = "promised"


class _Due(Shape[Duration | None]):
    """A span, or what the programme promises."""

    def read(self, node: Node, report: Report) -> Duration | None:
        """Return the span; no time at all for the other."""
        if isinstance(node, Scalar) and node.value == PROMISED:
            return Duration()
        return Span().read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return both."""
        return {"anyOf": [Span().schema(shared), {"const": PROMISED}]}


DUE = Key(
    "due",
    _Due(),
    say("By when; `promised`: the first contact that the referral programme promises."),
    required=True,
)
KIND = Key("kind", NAME, say("What kind of work: call, card, follow-up …"))
TASK = Key("task", Record(say("a task"), (FOR, TITLE, DUE, KIND)), say("A person's to-do."))

TO = Key(
    "to", Text(say("`owner`, a role or an address"), longest=320), say("Whom to tell by mail.")
)
CHAT = Key("chat", NAME, say("A chat room of the policy, to tell there."))
NOTE = Key("text", Text(longest=2000, lines=True), say("What to say."), required=True)
NOTIFY = Key(
    "notify",
    Record(say("a notice"), (TO, CHAT, NOTE)),
    say("A mail to the team, or a line in a chat room, sent at once."),
)

TARGET = Key(
    "step", Text(say("the id of a step"), longest=200), say("Where to go on."), required=True
)
AT_MOST = Key("at_most", Whole(1, 1000), say("How often in one journey."), required=True)
GOTO = Key(
    "goto", Record(say("a goto"), (TARGET, AT_MOST)), say("Goes to another step, so many times.")
)


#: outcomes that the engine gives: a journey of these would be taken for one that it broke off
_ENGINE_S = frozenset({"lost", "looped", "revised", "held_out", "erased", "stopped"})


class _Outcome(Shape[str]):
    """How a journey ended: a word, or nothing for `completed`."""

    takes_nothing = True

    def read(self, node: Node, report: Report) -> str | None:
        """Return the word."""
        if isinstance(node, Scalar) and node.is_nothing:
            return "completed"
        found = STEP_ID.read(node, report)
        if found in _ENGINE_S:
            message = say("'{outcome}' is how the engine ends journeys itself", outcome=found)
            hint = say("call it otherwise, so that lists tell the two apart")
            report.warn(node, "engine-outcome", message, hint)
        return found

    def schema(self, shared: SharedParts) -> Schema:
        """Return a word or nothing."""
        return {"type": ["string", "null"]}


END = Key("end", _Outcome(), say("Leaves the journey with this outcome."))


@dataclass(frozen=True)
class StepKind:
    """A kind of step: the key that names it and the keys beside it."""

    key: Key[object]
    beside: tuple[Key[object], ...] = ()
    #: keys of later versions → what they are for
    later: Mapping[str, Said] | None = None


STEP_KINDS: dict[str, StepKind] = {
    kind.key.name: kind
    for kind in (
        StepKind(
            SEND,
            (SUBJECT, FROM, WINDOW, SPREAD, EXPIRES, ATTACH, PURPOSE, REVIEW),
        ),
        StepKind(SURVEY, (TEMPLATE, SUBJECT, FROM, WINDOW, SPREAD, EXPIRES)),
        StepKind(
            ASK_REFERRAL,
            (
                TIMING,
                OFFER,
                MODE,
                NAMED,
                REASON,
                ASK_TEMPLATE,
                SUBJECT,
                FROM,
                WINDOW,
                SPREAD,
                EXPIRES,
                REVIEW,
            ),
        ),
        StepKind(WAIT),
        StepKind(WAIT_UNTIL),
        StepKind(WAIT_FOR, (WITHIN, SINCE, THEN, OTHERWISE)),
        StepKind(BRANCH),
        StepKind(SPLIT),
        StepKind(SET),
        StepKind(SCORE),
        StepKind(LIFECYCLE),
        StepKind(START),
        StepKind(STOP),
        StepKind(TASK),
        StepKind(NOTIFY),
        StepKind(WEBHOOK, (ANSWERED_WITHIN,)),
        StepKind(GOTO),
        StepKind(END),
    )
}

#: steps of later versions
LATER_STEPS: dict[str, Said] = {}


def kind_schema(kind: StepKind, shared: SharedParts) -> Schema:
    """Return the JSON Schema of one kind of step."""
    keys = (kind.key, ID, *kind.beside)
    schema = Record(say("a step"), keys).schema(shared)
    schema["required"] = [kind.key.name, *schema["required"]]
    return schema

"""The keys of a scenario file: one table for the reader, the schema and the reference."""

from __future__ import annotations

from nurture.compiler.happenings import EQUALITY
from nurture.compiler.moments import Span, WallTime
from nurture.compiler.names import NAME, TAG, EventName
from nurture.compiler.nodes import MapNode, Node, Scalar, describe
from nurture.compiler.picks import TEMPLATE_NAME
from nurture.compiler.records import Key, ListOf, MapOf, Record
from nurture.compiler.report import Report
from nurture.compiler.scenario_expect_keys import EXPECTATION
from nurture.compiler.scenario_metrics import METRICS
from nurture.compiler.scenario_referrals import INTRODUCE, REFERRAL
from nurture.compiler.scenario_shapes import (
    MAIL,
    PERSON,
    PURPOSES,
    STAGE,
    STEP,
    TEMPERATURE,
    WHO,
    Point,
    Shared,
)
from nurture.compiler.shapes import (
    Choice,
    Number,
    Part,
    Schema,
    Shape,
    SharedParts,
    Text,
    Whole,
)
from nurture.compiler.step_kinds import SET_TAG, SET_TAGS
from nurture.domain.purpose import Purpose
from nurture.language import say


def _fields(shared: SharedParts) -> Schema:
    return {
        "type": "object",
        "additionalProperties": {
            "type": ["string", "number", "boolean", "null"],
            "description": say("A value of a field, custom fields of the policy included."),
        },
    }


# -- given -----------------------------------------------------------------------------------

PAST_EVENT = Key("event", EventName(), say("What they did."), required=True)
WITH = Key("with", EQUALITY, say("Properties of the event."))
AGO = Key("ago", Span(), say("How long before `at` of `given`."))
ON = Key("on", WallTime(), say("Or when exactly, in the calendar's zone."))
HISTORY_ENTRY = Record(say("something that happened before"), (PAST_EVENT, WITH, AGO, ON))

PAST_MAIL = Key("mail", TEMPLATE_NAME, say("The template of a mail they had."), required=True)
PAST_PURPOSE = Key("purpose", Choice(*(p.value for p in Purpose)), say("Its purpose; marketing."))
MAIL_ENTRY = Record(say("a mail they had before"), (PAST_MAIL, PAST_PURPOSE, AGO, ON))

IN_WORKFLOW = Key("workflow", NAME, say("A workflow that they are in."), required=True)
AT_STEP = Key("step", STEP, say("The step that they have just come to; without it, the first."))
TRIGGER = Key("trigger", EQUALITY, say("Properties of the event that enrolled them: `trigger.*`."))
UNDERWAY = Record(say("a journey under way"), (IN_WORKFLOW, AT_STEP, TRIGGER))


class _Underway(Shape[Node]):
    """The name of a workflow, or a map with its step."""

    def read(self, node: Node, report: Report) -> Node | None:
        """Return the node; `scenario_given` reads it."""
        if isinstance(node, MapNode) or (isinstance(node, Scalar) and not node.is_nothing):
            return node
        report.error(
            node, "wrong-type", say("expected a workflow, found {node}", node=describe(node))
        )
        return None

    def schema(self, shared: SharedParts) -> Schema:
        """Return a name or the map."""
        return {"anyOf": [NAME.schema(shared), UNDERWAY.schema(shared)]}


TAGS = Key("tags", ListOf(TAG, or_one=True), say("Tags they have."))
CONSENT = Key("consent", PURPOSES, say("Purposes that they agreed to; without it, none."))
WITHDRAWN = Key("withdrawn", PURPOSES, say("Purposes that they turned off."))
OWNER = Key("owner", NAME, say("The sender of the policy who takes care of them."))
TEMPERATURE_KEY = Key("temperature", TEMPERATURE, say("Their temperature; cold."))
LIFECYCLE_KEY = Key("lifecycle", STAGE, say("Their lifecycle; prospect."))
SCORE_KEY = Key("score", Number(-1000, 1000), say("Points they have; they fade as all points do."))
FIRST_TOUCH = Key("first_touch", Point(), say("When we met: a date and time, or how long ago."))
CREATED = Key("created", Point(), say("When they came into the list; without it, `at`."))
ACCOUNT = Key(
    "account",
    Part("fields", _fields, (MapNode,), say("fields such as {plan: pro}")),
    say("Fields of the account; `company`, `industry`, `employees` may stand outside."),
)
HISTORY = Key(
    "history",
    ListOf(HISTORY_ENTRY, or_one=True),
    say("What they did before: conditions know it and scores count it, but it started nothing."),
)
MAILS = Key(
    "mails", ListOf(MAIL_ENTRY, or_one=True), say("Mails they had before: these count for caps.")
)
ENROLLED_IN = Key(
    "enrolled", ListOf(_Underway(), or_one=True), say("Workflows that they are in already.")
)

#: what a contact says besides its fields
CONTACT_KEYS = (
    TAGS, CONSENT, WITHDRAWN, OWNER, TEMPERATURE_KEY, LIFECYCLE_KEY, SCORE_KEY, FIRST_TOUCH,
    CREATED, ACCOUNT, HISTORY, MAILS, ENROLLED_IN, METRICS,
)  # fmt: skip


def _contact(shared: SharedParts) -> Schema:
    return {
        "type": "object",
        "properties": {
            key.name: {**key.shape.schema(shared), "description": key.about} for key in CONTACT_KEYS
        },
        "additionalProperties": {
            "type": ["string", "number", "boolean", "null"],
            "description": say(
                "A field of the contact or its account: email, family_name, industry, "
                "custom fields …"
            ),
        },
    }


CONTACT = Part("contact", _contact, (MapNode,), say("a contact such as {industry: medical}"))

AT = Key("at", WallTime(), say("When it begins, e.g. 2026-04-03 18:00, in the calendar's zone."))
ONE = Key("contact", CONTACT, say("The person it is about."))
SEVERAL = Key("contacts", MapOf(CONTACT, PERSON), say("Several people, each under a name."))
GIVEN = Record(say("`given`"), (AT, ONE, SEVERAL))

# -- when ------------------------------------------------------------------------------------

WAIT = Key("wait", Span(), say("Time passes."))
EVENT = Key("event", EventName(), say("An event arrives."))
CLICK = Key("click", MAIL, say("A person clicks in the newest mail of this template."))
OPEN = Key("open", MAIL, say("A person opens it."))
REPLY = Key("reply", MAIL, say("A person replies to it."))
BOUNCE = Key("bounce", MAIL, say("It comes back for good."))
APPROVE = Key("approve", MAIL, say("Whoever it waits for looked at the mail and lets it go."))
WITHHOLD = Key("withhold", MAIL, say("They keep it back for good."))
ANSWERED = Key("score", Whole(0, 10), say("What they answer, 0 to 10."), required=True)
DRIVERS = Key("drivers", ListOf(NAME, or_one=True), say("What they tick beside it."))
COMMENT = Key("comment", Text(longest=4000, lines=True), say("What they write below it."))
ANSWER = Key(
    "answer",
    Record(say("an answer"), (ANSWERED, DRIVERS, COMMENT)),
    say("A person answers the newest survey that they were asked, on its page."),
)
LOOP = Key(
    "loop",
    Choice("contacted", "resolved", "closed"),
    say("We got in touch with somebody unhappy, resolved it, or closed it."),
)
UNSUBSCRIBE = Key("unsubscribe", PURPOSES, say("They stop mails of these purposes."))


def _becomes(shared: SharedParts) -> Schema:
    keys = (OWNER, TEMPERATURE_KEY, LIFECYCLE_KEY, SCORE_KEY, ACCOUNT, SET_TAG, SET_TAGS)
    return {
        "type": "object",
        "properties": {
            key.name: {**key.shape.schema(shared), "description": key.about} for key in keys
        },
        "additionalProperties": {
            "type": ["string", "number", "boolean", "null"],
            "description": say("The new value of a field; `null` empties it."),
        },
    }


BECOMES = Key(
    "becomes",
    Part("becomes", _becomes, (MapNode,), say("changes such as {lifecycle: sal}")),
    say("Fields, tags or states change from outside, as a person or a CRM changes them."),
)
AFTER = Key("after", Span(or_nothing=True), say("How long after the entry before."))
AT_MOMENT = Key("at", WallTime(), say("Or when exactly, in the calendar's zone."))

# -- what happens, put together ----------------------------------------------------------------

EXPECT_HERE = Key(
    "expect",
    ListOf(Shared("expectation", EXPECTATION), or_one=True, at_least=1),
    say("What must have come of it before the next entry happens."),
)
#: each entry of `when` has one of these, or none where `after` or `at` lets time pass
DEEDS = (
    WAIT, EVENT, CLICK, OPEN, REPLY, BOUNCE, ANSWER, LOOP, APPROVE, WITHHOLD, INTRODUCE,
    REFERRAL, UNSUBSCRIBE, BECOMES, EXPECT_HERE,
)  # fmt: skip
ENTRY = Record(say("an entry of `when`"), (*DEEDS, WITH, AFTER, AT_MOMENT, WHO))

# -- the file --------------------------------------------------------------------------------

TITLE = Key("scenario", Text(longest=200), say("What must happen, as one sentence."), required=True)
_ABOUT_GIVEN = say("Who there is, and when it begins.")
GIVEN_KEY = Key("given", Shared("given", GIVEN), _ABOUT_GIVEN)
WHEN = Key(
    "when", ListOf(Shared("entry", ENTRY), or_one=True), say("What happens, one after another.")
)
EXPECT = Key(
    "expect",
    ListOf(Shared("expectation", EXPECTATION), or_one=True, at_least=1),
    say("What must have come of it in the end."),
    required=True,
)
SCENARIO = Record(say("a scenario"), (TITLE, GIVEN_KEY, WHEN, EXPECT))
ALL = Key(
    "scenarios",
    ListOf(Shared("scenario", SCENARIO), at_least=1),
    say("Several scenarios, in order."),
    required=True,
)
SHARED = Key(
    "given",
    Shared("given", GIVEN),
    say("What is given in every scenario of the file; what a scenario says itself goes before it."),
)
SCENARIOS = Record(say("a file of scenarios"), (SHARED, ALL))

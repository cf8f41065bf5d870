"""`when` of a scenario: what happens, in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nurture.compiler.nodes import MapNode
from nurture.compiler.records import Fields, Record
from nurture.compiler.scenario_expect import read_expectations
from nurture.compiler.scenario_given import check_sender, read_fields
from nurture.compiler.scenario_keys import (
    ACCOUNT,
    AFTER,
    ANSWER,
    ANSWERED,
    APPROVE,
    AT_MOMENT,
    BECOMES,
    BOUNCE,
    CLICK,
    COMMENT,
    DEEDS,
    DRIVERS,
    ENTRY,
    EVENT,
    EXPECT_HERE,
    LIFECYCLE_KEY,
    LOOP,
    OPEN,
    OWNER,
    REPLY,
    SCORE_KEY,
    TEMPERATURE_KEY,
    UNSUBSCRIBE,
    WAIT,
    WITH,
    WITHHOLD,
)
from nurture.compiler.scenario_referrals import (
    INTRODUCE,
    REFERRAL,
    read_introduction,
    read_referral,
)
from nurture.compiler.scenario_scope import ScenarioScope
from nurture.compiler.scenario_shapes import WHO
from nurture.compiler.step_kinds import SET_TAG, SET_TAGS, TAGS_ADD, TAGS_REMOVE
from nurture.domain.scenario import (
    Answer,
    Become,
    Check,
    Deed,
    Event,
    Glance,
    Loop,
    Moment,
    Reaction,
    Unsubscribe,
)
from nurture.domain.steps import Duration
from nurture.language import say

_GLANCES = {APPROVE: "approved", WITHHOLD: "withheld"}
_VERBS = {CLICK: "clicked", OPEN: "opened", REPLY: "replied", BOUNCE: "bounced"}

#: events that the engine makes by itself → what to write instead
_INSTEAD = {
    "email.clicked": say("write `click: TEMPLATE`"),
    "email.opened": say("write `open: TEMPLATE`"),
    "email.replied": say("write `reply: TEMPLATE`"),
    "email.bounced": say("write `bounce: TEMPLATE`"),
    "nps.asked": say("it comes by itself"),
    "nps.responded": say("write `answer: {score: 9}`"),
    "nps.loop_opened": say("write `answer: {score: 3}`"),
    "nps.loop_contacted": say("write `loop: contacted`"),
    "nps.loop_resolved": say("write `loop: resolved`"),
    "nps.loop_closed": say("write `loop: closed`"),
    "contact.unsubscribed": say("write `unsubscribe: [marketing]`"),
    "contact.updated": say("write `becomes: {…}`"),
    "account.updated": say("write `becomes: {…}`"),
    "owner.changed": say("write `becomes: {owner: …}`"),
    "temperature.changed": say("write `becomes: {temperature: …}`"),
    "lifecycle.changed": say("write `becomes: {lifecycle: …}`"),
    "score.adjusted": say("write `becomes: {score: …}`"),
    "revisit.due": say("it comes by itself on the `revisit_at` of `deal.lost` or `lead.returned`"),
    "segment.entered": say("it comes by itself"),
    "segment.left": say("it comes by itself"),
    "task.overdue": say("it comes by itself"),
    "deal.stale": say("it comes by itself"),
    "email.sent": say("it comes by itself"),
    "email.approved": say("write `approve: TEMPLATE`"),
    "email.withheld": say("write `withhold: TEMPLATE`"),
    "workflow.requested": say("put the person into it: `enrolled:` of `given`"),
}

_KNOWN = frozenset(key.name for key in ENTRY.keys)

_CHANGES = Record(
    say("changes"),
    (OWNER, TEMPERATURE_KEY, LIFECYCLE_KEY, SCORE_KEY, ACCOUNT, SET_TAG, SET_TAGS),
)


def read_moments(
    entries: list[Fields], begins: datetime, scope: ScenarioScope
) -> tuple[Moment, ...]:
    """Return what happens; the report says what is wrong."""
    found = []
    latest = begins
    for fields in entries:
        moment = _moment(fields, scope)
        if moment is None:
            continue
        if moment.at is not None:
            if moment.at < latest:
                message = say("this lies before the entry above it")
                hint = say("entries stand in the order in which they happen")
                scope.report.error(fields.at(AT_MOMENT), "out-of-order", message, hint)
            latest = max(latest, moment.at)
        found.append(moment)
    return tuple(found)


def _moment(fields: Fields, scope: ScenarioScope) -> Moment | None:
    report = scope.report
    written = [key for key in DEEDS if fields.written(key)]
    timed = fields.written(AFTER) or fields.written(AT_MOMENT)
    if len(written) > 1:
        both = [f"`{key.name}`" for key in written]
        message = say("one thing happens at a time, found {both}", both=both)
        report.error(fields.node, "two-things", message, say("start a new entry with `-`"))
        return None
    if not written and not timed:
        if not all(name in _KNOWN for name in fields.node.pairs):
            # What it should say is misspelt, and has its message.
            return None
        known = [key.name for key in DEEDS]
        report.error(
            fields.node,
            "nothing-happens",
            say("nothing happens here"),
            say("one of {known}", known=known),
        )
        return None
    if fields.written(AFTER) and fields.written(AT_MOMENT):
        message = say("either `after` or `at`, not both")
        report.error(fields.at(AT_MOMENT), "two-times", message)
    if fields.written(WITH) and not fields.written(EVENT):
        report.error(fields.at(WITH), "bad-key", say("`with` goes with `event`"))
    wall = fields.get(AT_MOMENT)
    after = fields.get_or(AFTER, Duration())
    if fields.written(WAIT):
        if timed:
            message = say("`wait` is the time that passes: no `after` or `at` beside it")
            report.error(fields.node, "two-times", message)
        after = fields.get_or(WAIT, Duration())
    key = written[0] if written else None
    person, deed = "", None
    if key is not None and key not in (WAIT, EXPECT_HERE):
        person = scope.person(fields.get(WHO), fields.at(WHO))
        deed = _DEEDS[key.name](fields, scope)
    elif key is EXPECT_HERE:
        expected = read_expectations(fields.get_or(EXPECT_HERE, []), scope)
        deed = Check(expected)
    return Moment(
        place=scope.place(fields.node),
        person=person,
        after=after,
        at=scope.instant(wall) if wall is not None else None,
        deed=deed,
    )


def _event(fields: Fields, scope: ScenarioScope) -> Deed | None:
    name = fields.get(EVENT)
    if name is None:
        return None
    if name in _INSTEAD:
        message = say("'{name}' is an event that the engine makes by itself", name=name)
        scope.report.error(fields.at(EVENT), "engine-event", message, _INSTEAD[name])
    else:
        scope.event(name, fields.at(EVENT))
    properties = {entry.name: entry.value for entry in fields.get_or(WITH, [])}
    return Event(name, properties)


def _reaction(fields: Fields, scope: ScenarioScope) -> Deed | None:
    for key, verb in _VERBS.items():
        mail = fields.get(key)
        if mail is not None:
            scope.mail(mail, fields.at(key))
            return Reaction(verb, mail)
    return None


def _glance(fields: Fields, scope: ScenarioScope) -> Deed | None:
    for key, verb in _GLANCES.items():
        mail = fields.get(key)
        if mail is not None:
            scope.mail(mail, fields.at(key))
            return Glance(verb, mail)
    return None


def _answer(fields: Fields, _scope: ScenarioScope) -> Deed | None:
    said = fields.get(ANSWER)
    if said is None:
        return None
    return Answer(
        said.get_or(ANSWERED, 0), tuple(said.get_or(DRIVERS, [])), said.get_or(COMMENT, "")
    )


def _loop(fields: Fields, _scope: ScenarioScope) -> Deed | None:
    state = fields.get(LOOP)
    return Loop(state) if state is not None else None


def _unsubscribe(fields: Fields, _scope: ScenarioScope) -> Deed | None:
    return Unsubscribe(tuple(fields.get_or(UNSUBSCRIBE, [])))


def _becomes(fields: Fields, scope: ScenarioScope) -> Deed | None:
    node = fields.get(BECOMES)
    if not isinstance(node, MapNode):
        return None
    own = {key.name for key in _CHANGES.keys}
    known = {name: pair for name, pair in node.pairs.items() if name in own}
    rest = {name: pair for name, pair in node.pairs.items() if name not in own}
    changes = _CHANGES.read(MapNode(node.line, node.column, known), scope.report)
    assert changes is not None
    contact, account = read_fields(rest, changes.get(ACCOUNT), scope)
    owner = changes.get(OWNER)
    if owner is not None:
        check_sender(owner, changes.at(OWNER), scope)
    if not node.pairs:
        scope.report.error(node, "no-value", say("a `becomes` that changes nothing"))
    tags = changes.get(SET_TAGS)
    add = [*changes.get_or(SET_TAG, [])]
    remove: list[str] = []
    if tags is not None:
        add += tags.get_or(TAGS_ADD, [])
        remove += tags.get_or(TAGS_REMOVE, [])
    return Become(
        fields=contact,
        account=account,
        add_tags=tuple(add),
        remove_tags=tuple(remove),
        owner=owner,
        temperature=changes.get(TEMPERATURE_KEY),
        lifecycle=changes.get(LIFECYCLE_KEY),
        score=changes.get(SCORE_KEY),
    )


_DEEDS: dict[str, Callable[[Fields, ScenarioScope], Deed | None]] = {
    EVENT.name: _event,
    CLICK.name: _reaction,
    OPEN.name: _reaction,
    REPLY.name: _reaction,
    BOUNCE.name: _reaction,
    ANSWER.name: _answer,
    LOOP.name: _loop,
    APPROVE.name: _glance,
    WITHHOLD.name: _glance,
    INTRODUCE.name: read_introduction,
    REFERRAL.name: read_referral,
    UNSUBSCRIBE.name: _unsubscribe,
    BECOMES.name: _becomes,
}

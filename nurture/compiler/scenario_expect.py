"""`expect` of a scenario: what must have come of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import cast

from nurture.compiler.condition_maps import read_condition
from nurture.compiler.names import NAME
from nurture.compiler.nodes import MapNode, Node, Scalar, quoted
from nurture.compiler.records import Fields, Key
from nurture.compiler.scenario_expect_keys import (
    ALONG,
    AT_LEAST,
    AT_MINUTE,
    AT_MOST,
    ATTACHED,
    BETWEEN,
    DROPPED_KEY,
    ENROLLED,
    EXITS,
    EXITS_OUTCOME,
    EXITS_RECORD,
    EXPECTATION,
    FROM,
    HELD_KEY,
    HOLDS,
    HOLDS_NOT,
    HOURS,
    IS_LIFECYCLE,
    IS_OWNER,
    IS_SCORE,
    IS_TEMPERATURE,
    NO_TASK,
    NOT_BEFORE,
    NOT_ENROLLED,
    NOT_SENT,
    NOT_SUBJECT,
    NOT_TEXT,
    REASON,
    SENT,
    SUBJECT,
    TASK_DUE,
    TASK_FOR,
    TASK_KEY,
    TASK_KIND,
    TASK_TITLE,
    TEXT,
    TIMES,
    WAITS,
    WAITS_RECORD,
    WAITS_STEP,
    WAITS_UNTIL,
    WAITS_WORKFLOW,
    WHAT,
    WITHIN,
)
from nurture.compiler.scenario_given import check_sender
from nurture.compiler.scenario_scope import ScenarioScope, outcomes_of
from nurture.compiler.scenario_shapes import WHO
from nurture.domain.scenario import (
    Bound,
    Dropped,
    Enrolled,
    Exits,
    Expectation,
    Held,
    Holds,
    NotSent,
    Owner,
    Score,
    Sent,
    State,
    Tally,
    TaskMade,
    Timing,
    Waits,
)
from nurture.domain.scenario_wording import Wording, squeeze
from nurture.domain.scenario_words import DROPPED, HELD
from nurture.domain.steps import RESTS, End
from nurture.errors import Place
from nurture.language import NOTHING, say

_KNOWN = frozenset(key.name for key in EXPECTATION.keys)


def read_expectations(entries: list[Fields], scope: ScenarioScope) -> tuple[Expectation, ...]:
    """Return what must have come of a scenario; the report says what is wrong."""
    found = [_expectation(fields, scope) for fields in entries]
    return tuple(one for one in found if one is not None)


def _expectation(fields: Fields, scope: ScenarioScope) -> Expectation | None:
    report = scope.report
    written = [key for key in WHAT if fields.written(key)]
    if not written and not all(name in _KNOWN for name in fields.node.pairs):
        # What it should say is misspelt, and has its message.
        return None
    if len(written) != 1:
        known = [key.name for key in WHAT]
        if not written:
            message, hint = say("nothing is expected here"), say("one of {known}", known=known)
        else:
            both = [f"`{key.name}`" for key in written]
            message = say("one expectation at a time, found {both}", both=both)
            hint = say("start a new entry with `-`")
        report.error(fields.node, "no-expectation", message, hint)
        return None
    what = written[0]
    allowed = {key.name for key in (*ALONG.get(what.name, ()), what, WHO)}
    for name, (key, _) in fields.node.pairs.items():
        if name not in allowed and any(one.name == name for one in EXPECTATION.keys):
            along = [one.name for one in ALONG.get(what.name, ())]
            hint = say("with it go {along}", along=along) if along else NOTHING
            report.error(
                key,
                "bad-key",
                say("`{name}` does not go with `{what}`", name=name, what=what.name),
                hint,
            )
    person = scope.person(fields.get(WHO), fields.at(WHO))
    if fields.get(what) is None:
        return None
    return _READERS[what.name](fields, scope.place(fields.node), person, scope)


# -- parts -----------------------------------------------------------------------------------


def _timing(fields: Fields, scope: ScenarioScope) -> Timing:
    wall, pair, hours = fields.get(AT_MINUTE), fields.get(BETWEEN), fields.get(HOURS)
    between: tuple[Bound, Bound] | None = None
    if pair is not None:
        low, high = (scope.bound(cast("Bound", one)) for one in pair)
        assert low is not None and high is not None
        between = (low, high)
        if isinstance(low, datetime) and isinstance(high, datetime) and low > high:
            message = say("the first of the two is the earlier one")
            scope.report.error(fields.at(BETWEEN), "bad-value", message)
    set_by = [key for key in (WITHIN, AT_MINUTE, NOT_BEFORE, BETWEEN) if fields.written(key)]
    if len(set_by) > 1:
        names = [f"`{key.name}`" for key in set_by]
        message = say("{names} do not go together", names=names)
        scope.report.error(
            fields.at(set_by[1]), "two-times", message, say("`between` takes two times")
        )
    return Timing(
        within=fields.get(WITHIN),
        at=scope.instant(wall) if wall is not None else None,
        not_before=scope.bound(fields.get(NOT_BEFORE)),
        between=between,
        hours=cast("tuple[time, time] | None", hours),
    )


def _tally(fields: Fields, scope: ScenarioScope) -> Tally:
    times, low, high = fields.get(TIMES), fields.get(AT_LEAST), fields.get(AT_MOST)
    if times is not None and (low is not None or high is not None):
        message = say("either `times`, or `at_least` and `at_most`")
        scope.report.error(fields.at(TIMES), "two-times", message)
    if times == 0:
        message = say("`times: 0` expects nothing to happen")
        scope.report.error(
            fields.at(TIMES), "bad-value", message, say("write `not_sent`, `no_task` …")
        )
    if times is not None:
        return Tally(times, times)
    # At most so many: none will do as well.
    return Tally(low or (0 if high else 1), high)


def _wording(fields: Fields, scope: ScenarioScope) -> Wording:
    """Return what a mail is to say; a text that is wanted and unwanted is reported."""
    said = Wording(
        tuple(fields.get_or(SUBJECT, [])),
        tuple(fields.get_or(TEXT, [])),
        tuple(fields.get_or(NOT_SUBJECT, [])),
        tuple(fields.get_or(NOT_TEXT, [])),
    )
    pairs = ((said.subject, said.not_subject, NOT_SUBJECT), (said.text, said.not_text, NOT_TEXT))
    for wanted, unwanted, key in pairs:
        inside = "".join(f"{squeeze(one)}\n" for one in wanted)
        for one in unwanted:
            if squeeze(one) in inside:
                message = say("{text} is wanted above already", text=quoted(one))
                hint = say("a mail cannot say it and not say it")
                scope.report.error(fields.at(key), "cannot-hold", message, hint)
    return said


def _sent(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    mail = fields.get_or(SENT, "")
    scope.mail(mail, fields.at(SENT))
    sender = fields.get(FROM)
    if sender is not None:
        check_sender(sender, fields.at(FROM), scope)
    return Sent(
        place,
        person,
        mail,
        _timing(fields, scope),
        _tally(fields, scope),
        _wording(fields, scope),
        sender,
        fields.get(ATTACHED),
    )


def _not_sent(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    mail = fields.get_or(NOT_SENT, "")
    scope.mail(mail, fields.at(NOT_SENT))
    return NotSent(place, person, mail, fields.get(WITHIN), _wording(fields, scope))


def _reason(fields: Fields, known: frozenset[str], scope: ScenarioScope) -> str | None:
    reason = fields.get(REASON)
    if reason is not None and reason not in known:
        if known is HELD:
            message = say("no mail is held back for {reason}", reason=quoted(reason))
        else:
            message = say("no mail is dropped for {reason}", reason=quoted(reason))
        hint = scope.report.suggest(reason, known) or say("known: {known}", known=sorted(known))
        scope.report.error(fields.at(REASON), "unknown-value", message, hint)
    return reason


def _held(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    mail = fields.get_or(HELD_KEY, "")
    scope.mail(mail, fields.at(HELD_KEY))
    return Held(place, person, mail, _reason(fields, HELD, scope), _wording(fields, scope))


def _dropped(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    mail = fields.get_or(DROPPED_KEY, "")
    scope.mail(mail, fields.at(DROPPED_KEY))
    return Dropped(place, person, mail, _reason(fields, DROPPED, scope))


def _task(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    key = TASK_KEY if fields.written(TASK_KEY) else NO_TASK
    task = fields.get(key)
    assert task is not None  # _expectation asked
    assignee = task.get(TASK_FOR)
    references = scope.about.references
    if assignee is not None and assignee not in (references.senders or ()):
        references.check_assignee(assignee, task.at(TASK_FOR), scope.report)
    none = key is NO_TASK
    return TaskMade(
        place,
        person,
        task.get(TASK_KIND),
        assignee,
        task.get(TASK_TITLE),
        scope.bound(task.get(TASK_DUE)),
        Timing() if none else _timing(fields, scope),
        Tally(0, 0) if none else _tally(fields, scope),
    )


def _enrolled(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    none = fields.written(NOT_ENROLLED)
    key = NOT_ENROLLED if none else ENROLLED
    name = fields.get_or(key, "")
    scope.workflow(name, fields.at(key))
    if none:
        return Enrolled(place, person, name, Timing(), Tally(0, 0))
    return Enrolled(place, person, name, _timing(fields, scope), _tally(fields, scope))


def _named(
    node: Node | None, fields: Fields | None, scope: ScenarioScope
) -> tuple[str, Node] | None:
    """Return the workflow that a name or a map means, and where it stands."""
    if isinstance(node, Scalar):
        name = NAME.read(node, scope.report)
        return (name, node) if name is not None else None
    name = fields.get(WAITS_WORKFLOW) if fields is not None else None
    return (name, fields.at(WAITS_WORKFLOW)) if fields is not None and name is not None else None


def _waits(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation | None:
    node = fields.get(WAITS)
    inner = WAITS_RECORD.read(node, scope.report) if isinstance(node, MapNode) else None
    named = _named(node, inner, scope)
    if named is None:
        return None
    workflow = scope.workflow(*named)
    step = inner.get(WAITS_STEP) if inner is not None else None
    wall = inner.get(WAITS_UNTIL) if inner is not None else None
    if workflow is not None and step is not None and inner is not None:
        at = inner.at(WAITS_STEP)
        step = scope.step(workflow, step, at)
        if step is not None and not isinstance(workflow.graph.steps[step], RESTS):
            message = say("nobody ever waits at '{step}': it is done at once", step=step)
            rests = [one.id for one in workflow.graph.steps.values() if isinstance(one, RESTS)]
            hint = scope.report.suggest(step, rests)
            scope.report.error(at, "wrong-step", message, hint)
    until = scope.instant(wall) if wall is not None else None
    return Waits(place, person, named[0], step, until)


def _exits(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation | None:
    node = fields.get(EXITS)
    inner = EXITS_RECORD.read(node, scope.report) if isinstance(node, MapNode) else None
    named = _named(node, inner, scope)
    if named is None:
        return None
    workflow = scope.workflow(*named)
    outcome = inner.get(EXITS_OUTCOME) if inner is not None else None
    if workflow is not None and outcome is not None and inner is not None:
        steps = workflow.graph.steps
        ends = [one.outcome for one in steps.values() if isinstance(one, End)]
        known = outcomes_of(workflow, ends)
        if outcome not in known:
            message = say(
                "{workflow} never ends as {outcome}",
                workflow=workflow.name,
                outcome=quoted(outcome),
            )
            hint = scope.report.suggest(outcome, known)
            scope.report.error(inner.at(EXITS_OUTCOME), "unknown-outcome", message, hint)
    return Exits(place, person, named[0], outcome, _timing(fields, scope))


def _state(key: Key[list[str]]) -> Callable[[Fields, Place, str, ScenarioScope], Expectation]:
    def read(fields: Fields, place: Place, person: str, _scope: ScenarioScope) -> Expectation:
        return State(place, person, key.name, tuple(fields.get_or(key, [])))

    return read


def _score(fields: Fields, place: Place, person: str, _scope: ScenarioScope) -> Expectation:
    low, high = fields.get_or(IS_SCORE, (0.0, 0.0))
    return Score(place, person, low, high)


def _owner(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation:
    key = fields.get_or(IS_OWNER, "")
    check_sender(key, fields.at(IS_OWNER), scope)
    return Owner(place, person, key)


def _holds(fields: Fields, place: Place, person: str, scope: ScenarioScope) -> Expectation | None:
    key = HOLDS if fields.written(HOLDS) else HOLDS_NOT
    node = fields.get(key)
    if node is None:
        return None
    return Holds(place, person, read_condition(node, scope.conditions), key is HOLDS)


_READERS: dict[str, Callable[[Fields, Place, str, ScenarioScope], Expectation | None]] = {
    SENT.name: _sent,
    NOT_SENT.name: _not_sent,
    HELD_KEY.name: _held,
    DROPPED_KEY.name: _dropped,
    TASK_KEY.name: _task,
    NO_TASK.name: _task,
    ENROLLED.name: _enrolled,
    NOT_ENROLLED.name: _enrolled,
    WAITS.name: _waits,
    EXITS.name: _exits,
    IS_TEMPERATURE.name: _state(IS_TEMPERATURE),
    IS_LIFECYCLE.name: _state(IS_LIFECYCLE),
    IS_SCORE.name: _score,
    IS_OWNER.name: _owner,
    HOLDS.name: _holds,
    HOLDS_NOT.name: _holds,
}


def is_negative(one: Expectation) -> bool:
    """Say whether an expectation holds where nothing happens."""
    match one:
        case NotSent():
            return True
        case TaskMade(times=times) | Enrolled(times=times):
            return times.high == 0
    return False

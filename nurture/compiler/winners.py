"""`winner` of a split: what decides it, and whether that can be fair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from nurture.compiler.event_maps import read_awaited
from nurture.compiler.nodes import Node, Scalar, quoted
from nurture.compiler.outline import Draft
from nurture.compiler.records import Fields
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope
from nurture.compiler.split_keys import (
    AFTER,
    BY,
    CONFIDENCE,
    LIMIT,
    OTHERWISE,
    WINNER,
    WITHIN,
)
from nurture.compiler.step_kinds import SPLIT
from nurture.domain.conditions import ALWAYS, All, Compare, Condition, Field, Literal, Op, Scope
from nurture.domain.conditions import Scalar as Value
from nurture.domain.facts import ONCE_PER_MESSAGE
from nurture.domain.steps import Send, Split
from nurture.domain.winner import BY_MAIL, By, Measure, Otherwise, Winner
from nurture.domain.workflow import Workflow
from nurture.language import say

#: how long a person may take to click or answer, where nothing is said
_A_WEEK = timedelta(days=7)


def read_winner(fields: Fields | None, scope: ConditionScope) -> Winner | None:
    """Return what decides a split; None where nothing does or the report says what is wrong."""
    if fields is None:
        return None
    node = fields.get(BY)
    measure = _measure(node, fields.get(WITHIN), scope) if node is not None else None
    if measure is None:
        return None
    limit = fields.get(LIMIT)
    if limit is not None and limit < measure.within:
        message = say("at_most is over before anybody has been observed to the end")
        hint = say("make it longer than `within`, by as long as people need to come")
        scope.report.error(fields.at(LIMIT), "at-most-too-short", message, hint)
    elif limit is None and fields.written(OTHERWISE) and not fields.written(LIMIT):
        message = say("`otherwise` says who wins when the time is over, and no time is set")
        scope.report.error(fields.at(OTHERWISE), "no-at-most", message, say("add `at_most: 60d`"))
    return Winner(
        measure,
        fields.get_or(AFTER, 1),
        fields.get_or(CONFIDENCE, 0.95),
        limit,
        Otherwise(fields.get_or(OTHERWISE, Otherwise.BEST.value)),
    )


def _measure(node: Node, within: timedelta | None, scope: ConditionScope) -> Measure | None:
    if isinstance(node, Scalar):
        by = By(node.value)
        if by not in BY_MAIL and within is None:
            _ask_for_time(node, scope.report)
        return Measure(by, within or _A_WEEK)
    match = read_awaited(node, replace(scope, event=True))
    if match is None:
        return None
    if match.event in ONCE_PER_MESSAGE or match.step is not None:
        message = say("what is done with a variant's own mails is measured by a word")
        hint = say("write `by: clicked` or `by: reply`")
        scope.report.error(node, "bad-value", message, hint)
        return None
    where = _equalities(match.where)
    if where is None:
        message = say("a split is decided by an event and properties with one value each")
        hint = say("write where: {form: hearing}, without comparisons and `if`")
        scope.report.error(node, "bad-value", message, hint)
        return None
    if within is None:
        _ask_for_time(node, scope.report)
    return Measure(By.EVENT, within or _A_WEEK, match.event, where)


def _ask_for_time(node: Node, report: Report) -> None:
    message = say("how long each person is observed has to be said here")
    report.error(node, "no-within", message, say("add e.g. `within: 30d`"))


def _equalities(condition: Condition) -> tuple[tuple[str, Value], ...] | None:
    """Return properties and their values, or None where the condition asks for more."""
    if condition == ALWAYS:
        return ()
    parts = condition.parts if isinstance(condition, All) else (condition,)
    found: list[tuple[str, Value]] = []
    for part in parts:
        match part:
            case Compare(Field(Scope.EVENT, (str(name),)), Op.EQ, Literal(value)):
                found.append((name, value))
            case _:
                return None
    return tuple(found)


def check_splits(workflow: Workflow, drafts: Mapping[str, Draft], report: Report) -> None:
    """Report winners that nothing can decide, or not fairly."""
    for step in workflow.graph.steps.values():
        draft = drafts.get(step.id)
        if not isinstance(step, Split) or step.winner is None or draft is None:
            continue
        fields = draft.fields.get(SPLIT)
        rule = fields.get(WINNER) if fields is not None else None
        if rule is None:
            continue
        by = step.winner.measure.by
        if by is By.GOAL and not workflow.has_goal:
            message = say("the workflow '{name}' has no goal", name=workflow.name)
            hint = say("give it a `goal`, or decide by clicked")
            report.error(rule.at(BY), "no-goal", message, hint)
        mails = {
            variant.name: [
                found
                for name in variant.steps
                if isinstance(found := workflow.graph.steps.get(name), Send)
            ]
            for variant in step.variants
        }
        silent = [name for name, sends in mails.items() if not sends]
        if by in BY_MAIL and silent:
            whose = [quoted(name) for name in silent]
            if by is By.CLICKED:
                message = say("nothing of {whose} can be clicked: there is no `send`", whose=whose)
            else:
                message = say("nothing of {whose} can be answered: there is no `send`", whose=whose)
            hint = say("decide by the goal or an event, or let every variant send a mail")
            report.error(rule.at(BY), "nothing-to-measure", message, hint)
        purposes = {
            name: {str(workflow.purpose_of(send)) for send in sends}
            for name, sends in mails.items()
            if sends
        }
        if len(set(map(frozenset, purposes.values()))) > 1:
            each = [f"{name}: {'/'.join(sorted(of))}" for name, of in purposes.items()]
            message = say("the variants' mails differ in purpose ({each})", each=each)
            hint = say("consent would choose who gets which; let them have the same")
            report.error(fields.node if fields else draft.at, "unfair-split", message, hint)

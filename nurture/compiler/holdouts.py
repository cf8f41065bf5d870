"""`holdout` of a workflow: whether its lift can be measured, and whom it may leave out."""

from __future__ import annotations

from nurture.compiler.moments import Elapsed
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Whole
from nurture.domain.holdout import needs_journey
from nurture.domain.purpose import OWN_AFFAIR
from nurture.domain.steps import Send
from nurture.domain.workflow import Holdout, Workflow
from nurture.language import say

_SHARE = Key(
    "share",
    Whole(1, 50),
    say("Percent of those who would start, who get nothing instead; the same people always."),
    required=True,
)
_WITHIN = Key(
    "within",
    Elapsed(),
    say("For how long the goal is looked for, in both groups, from the moment of the start."),
    required=True,
)
HOLDOUT = Key(
    "holdout",
    Record(say("a holdout"), (_SHARE, _WITHIN)),
    say("Leaves a share of people out to measure what the workflow is worth."),
)


def read_holdout(fields: Fields | None) -> Holdout | None:
    """Return who is left out; None where nobody is, or the report says what is wrong."""
    if fields is None:
        return None
    share, within = fields.get(_SHARE), fields.get(_WITHIN)
    return Holdout(share, within) if share is not None and within is not None else None


def check_holdout(workflow: Workflow, at: Node, report: Report) -> None:
    """Report a holdout that cannot be measured, or leaves out what somebody asked for."""
    if workflow.holdout is None:
        return
    if not workflow.has_goal:
        message = say("a holdout measures how many reach the goal, and there is none")
        report.error(at, "no-goal", message, say("give the workflow a `goal`"))
    elif needs_journey(workflow):
        message = say("the goal asks for mails of steps, which those held out never get")
        hint = say("let the goal be something that anybody can do")
        report.error(at, "unfair-goal", message, hint)
    served = [
        step.id
        for step in workflow.graph.steps.values()
        if isinstance(step, Send) and workflow.purpose_of(step) in OWN_AFFAIR
    ]
    if workflow.purpose in OWN_AFFAIR or served:
        message = say("mails of purpose service were asked for: nobody may be held out from them")
        hint = say("delete `holdout`")
        if workflow.purpose not in OWN_AFFAIR:
            hint = say("send {steps} by a workflow of its own", steps=served)
        report.error(at, "holdout-of-service", message, hint)

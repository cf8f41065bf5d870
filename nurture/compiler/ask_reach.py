"""Journeys that ask for an introduction, held against who can start them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from nurture.compiler.workflow import CompiledWorkflow
from nurture.domain.facts import EventFact, Facts
from nurture.domain.matching import accepts
from nurture.domain.steps import EventMatch, ReferralQuestion, Send
from nurture.domain.survey import HIGHEST, LOWEST, Band, band
from nurture.language import say

#: events of people who are unhappy just now
_UNHAPPY = frozenset({"complaint.received", "nps.loop_opened"})
_ANSWER = "nps.responded"
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check_reach(compiled: Mapping[str, CompiledWorkflow]) -> None:
    """Report asks whose journeys only unhappy people can begin: the guards refuse them all.

    An answer of 0 to 6 is a detractor's (000); whoever complains is heard, not asked.
    """
    for one in compiled.values():
        workflow = one.workflow
        asks = [
            step.id
            for step in workflow.graph.steps.values()
            if isinstance(step, Send) and isinstance(step.question, ReferralQuestion)
        ]
        triggers = workflow.event_triggers
        others = workflow.state_triggers or workflow.schedules
        if not asks or not triggers or others:
            continue
        if all(_only_unhappy(trigger.match) for trigger in triggers):
            message = say("only unhappy people begin this journey, and they are never asked")
            hint = say("take care of them first; ask after results.reported")
            for step in asks:
                one.report.error(one.places.get(step, one.at), "asks-the-unhappy", message, hint)


def _only_unhappy(match: EventMatch) -> bool:
    if match.event in _UNHAPPY:
        return True
    if match.event != _ANSWER:
        return False
    answers = {score: _accepts(match, score) for score in range(LOWEST, HIGHEST + 1)}
    taken = {band(score) for score, accepted in answers.items() if accepted}
    return taken == {Band.DETRACTOR}


def _accepts(match: EventMatch, score: int) -> bool:
    properties = {"score": score, "band": str(band(score)), "candidate": score >= 9}
    event = EventFact(1, _ANSWER, _SOME_DAY, properties)
    return accepts(match, event, Facts(0, _SOME_DAY, {}))

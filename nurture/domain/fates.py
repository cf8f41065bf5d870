"""What an enrolment remembers of what became of its mails and calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from nurture.domain.enrolment import Memory
from nurture.domain.facts import StepFact


def met_fate(memory: Memory, step: str, message_id: int, outcome: str, at: datetime) -> None:
    """Remember the fate of a `send`'s mail; later waits count from `at`."""
    fact = memory.steps.get(step, StepFact())
    memory.steps[step] = replace(fact, outcome=outcome, message_id=message_id)
    memory.cursor = max(at, memory.cursor or at)
    if outcome in ("sent", "in_doubt"):
        memory.last_send_at = at


def answered(
    memory: Memory, step: str, visit: int, outcome: str, answer: Mapping[str, Any], at: datetime
) -> bool:
    """Remember what became of a `webhook`'s call; return whether the journey held for it.

    It does not where it went on without the answer, or came to the step once more since.
    """
    fact = memory.steps.get(step)
    if fact is None or fact.outcome is not None or memory.visits.get(step) != visit:
        return False
    memory.steps[step] = replace(fact, outcome=outcome, event=dict(answer))
    memory.cursor = max(at, memory.cursor or at)
    return True

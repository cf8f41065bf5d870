"""When a mail may leave, as its message keeps it: window, spread, its reader's hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nurture.domain.mailing import Mailing
from nurture.domain.purpose import OWN_AFFAIR
from nurture.domain.steps import Send
from nurture.domain.workflow import Workflow


def of_step(workflow: Workflow, step: Send) -> dict[str, Any]:
    """Return the columns of a step's mail; what it does not say, its workflow does."""
    asked_for = workflow.purpose_of(step) in OWN_AFFAIR
    # What somebody asked for does not wait for a better hour.
    best = workflow.at_best_hour and not asked_for
    return _columns(step.window or workflow.window, step.spread or workflow.spread, best)


def of_mailing(written: Mailing) -> dict[str, Any]:
    """Return the columns of a mailing's mails."""
    return _columns(written.window, written.spread, written.at_best_hour)


def _columns(window: str, spread: timedelta | None, at_best_hour: bool) -> dict[str, Any]:
    seconds = int(spread.total_seconds()) if spread is not None else None
    return {"window": window, "spread": seconds, "at_best_hour": at_best_hour}

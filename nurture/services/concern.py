"""Whom a publication concerns: the people whose next mails may be others because of it."""

from __future__ import annotations

from datetime import timedelta

from nurture.db import existing, under_way
from nurture.db.engine import read
from nurture.services import mailing_plans
from nurture.services.planning import Plan, taking_in
from nurture.services.runtime import Runtime

#: how far a plan looks ahead
FIRST_DAY = timedelta(hours=24)

#: nouns whose change may concern everybody to whom something is still to come
_FOR_ALL = frozenset({"policy", "calendar", "scoring", "segment", "library"})


def concerned(runtime: Runtime, plan: Plan) -> set[int]:
    """Return the contacts whose mails of the next day a publication may change."""
    definitions, now = plan.definitions, runtime.clock.now()
    with read(runtime.engine) as connection:
        found = under_way.in_workflows(connection, [one.name for one in plan.diff.workflows])
        found |= mailing_plans.who(connection, definitions, plan.counts.written, now)
        for workflow, triggers in taking_in(definitions):
            if workflow.name in plan.counts.enrolled:
                found |= set(existing.who(connection, definitions, workflow, triggers, now))
        if any(change.noun in _FOR_ALL for change in plan.diff.others):
            found |= under_way.with_mails_to_come(connection, now + FIRST_DAY)
    return found

"""Once a month somebody looks through the offers: which waited longest, what each brought.

A task per programme on the month's first business day, for whoever answers for the figures.
Closing it counts as having looked them through; `reviewed:` of the file counts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import offer_reviews as rows
from nurture.db import schedules, team
from nurture.db.engine import read, write
from nurture.domain.definitions import Definitions
from nurture.domain.offer_review import Look, wanted
from nurture.domain.policy import Policy
from nurture.domain.referral_program import Program
from nurture.domain.task_timers import next_day
from nurture.language import in_language, say_number
from nurture.services.ask_mail import text_in
from nurture.services.kpi_report import next_report
from nurture.services.offer_looks import looks_now
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_book import write_tasks

#: its row among the schedules
_NAME = "offers"
#: business days that it may take
_WITHIN = 5
#: time of day where the policy names none for the monthly report
_AT = time(9)
#: role of who knows the offers, where the policy names nobody
_ROLE = "marketing"


def plan_reviews(connection: Connection, definitions: Definitions, now: datetime) -> None:
    """Set when offers are looked through next, as a new release says."""
    schedules.plan_anew(connection, _NAME, _next(definitions, now), now)


def leave_out(connection: Connection) -> None:
    """Ask nobody until the next publication."""
    schedules.forget(connection, _NAME)


def ask_for_reviews(runtime: Runtime) -> int:
    """Make the month's tasks where they are due, each once; return how many, and one for the row.

    A programme whose offers were all looked through in the days before gets none.
    """
    with read(runtime.engine) as connection:
        if not schedules.is_due(connection, _NAME, runtime.clock.now()):
            return 0
        # Compiled here where it is new, not while SQLite's writer is held.
        runtime.releases.live(connection)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due_at = schedules.hold_due(connection, _NAME, now)
        if due_at is None:
            return 0
        release = runtime.releases.live(connection)
        definitions = release.definitions
        following = _next(definitions, now)
        schedules.done(connection, _NAME, now, following)
        if following is None:
            return 1
        month = due_at.astimezone(ZoneInfo(definitions.calendar.zone)).date().replace(day=1)
        tasks = [
            _task(connection, release, program, found, month, now)
            for program in definitions.programs.values()
            if wanted(found := looks_now(connection, definitions, program, now))
        ]
        write_tasks(connection, release, tasks, now)
    runtime.ring(DECIDE)
    return 1 + len(tasks)


def _task(
    connection: Connection,
    release: LiveRelease,
    program: Program,
    found: Sequence[Look],
    month: date,
    now: datetime,
) -> dict[str, Any]:
    policy = release.definitions.policy
    locale = policy.default_locale
    people = team.colleagues(connection)
    named = _who(policy)
    who = people.with_key(named) or people.with_key(policy.default_sender)
    title = say_number(
        "Look through offers and community of “{program}”: {number} offer unseen for a month",
        "Look through offers and community of “{program}”: {number} offers unseen for a month",
        sum(one.old for one in found),
        program=text_in(program.title, locale) or program.name,
    )
    return {
        "dedupe_key": f"{rows.KEY}{program.name}/{month:%Y-%m}",
        "kind": "review",
        "title": in_language(title, locale)[:400],
        "assignee": named,
        "assignee_id": who.id if who is not None else None,
        "due_at": next_day(release.definitions.calendar, now, _WITHIN),
        "created_at": now,
    }


def _who(policy: Policy) -> str:
    """Return the sender who looks: of the figures, else of marketing, else the default one."""
    marketers = [key for key, one in policy.senders.items() if one.role == _ROLE]
    return policy.kpis.owner or (marketers[0] if marketers else policy.default_sender)


def _next(definitions: Definitions, now: datetime) -> datetime | None:
    """Return when offers are looked through next; None where there is no programme."""
    if not definitions.programs:
        return None
    at = definitions.policy.kpis.report_at or _AT
    return next_report(definitions.calendar, at, now)

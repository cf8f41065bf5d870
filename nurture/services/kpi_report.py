"""The monthly report: on a month's first business day the team hears how referrals stand.

Whoever answers for the figures (`kpis.owner`) gets a task to look at them before the week is
over; looking through the offers is one of its own (nurture.services.offer_reviews).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import messages, schedules, team
from nurture.db.engine import read, write
from nurture.db.kpi_setup import REVIEW
from nurture.domain.calendar import at_wall, is_business_day
from nurture.domain.definitions import Definitions
from nurture.domain.policy import Calendar
from nurture.domain.sending import ALWAYS_OPEN
from nurture.domain.task_timers import next_day
from nurture.language import language_of
from nurture.services.kpis import moved
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.task_book import write_tasks

#: template of the report, and its row among the schedules
TEMPLATE = "team/kpis"
NAME = "kpis"

#: business days that the review may take
_REVIEW_WITHIN = 5
#: a calendar that is closed for longer than this has no next business day
_FARTHEST = 400

_TITLE = (
    "{month:%Y年%-m月}の指標の確認と、プログラムの見直し",
    "Look at the KPIs of {month:%B %Y}, and at what to change in the programme",
)


def plan_report(connection: Connection, definitions: Definitions, now: datetime) -> None:
    """Set when the next report goes out, as the policy of a new release says."""
    schedules.plan_anew(connection, NAME, _following(definitions, now), now)


def leave_out(connection: Connection) -> None:
    """Send no reports until the next publication: for worlds nobody of the team reads."""
    schedules.forget(connection, NAME)


def send_reports(runtime: Runtime) -> int:
    """Queue the monthly reports where they are due, and make the review task; return how many."""
    with read(runtime.engine) as connection:
        if not schedules.is_due(connection, NAME, runtime.clock.now()):
            return 0
        # Compiled here where it is new, not while SQLite's writer is held.
        runtime.releases.live(connection)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due_at = schedules.hold_due(connection, NAME, now)
        if due_at is None:
            return 0
        release = runtime.releases.live(connection)
        definitions = release.definitions
        following = _following(definitions, now)
        schedules.done(connection, NAME, now, following)
        if following is None:
            return 1
        zone = ZoneInfo(definitions.calendar.zone)
        month = moved(due_at.astimezone(zone).date().replace(day=1), -1)
        _ask_for_review(connection, release, month, now)
        # A house without the template does without the mail.
        told = team.members(connection) if release.templates.has(TEMPLATE) else []
        rows = [_message(member, month, now) for member in told]
        messages.queue(connection, rows, release.id, now)
    runtime.ring(DECIDE)
    return 1 + len(rows)


def _message(member: Row[Any], month: date, now: datetime) -> dict[str, Any]:
    return {
        "dedupe_key": f"kpis/{month:%Y-%m}/{member.id}",
        "recipient": member.email,
        "purpose": "service",
        "template": TEMPLATE,
        "window": ALWAYS_OPEN,
        "priority": 90,
        "expires_at": now + timedelta(days=5),
        "values": {"member": member.email, "month": f"{month:%Y-%m}"},
    }


def _ask_for_review(
    connection: Connection, release: LiveRelease, month: date, now: datetime
) -> None:
    """Give the owner of the figures a task, once a month."""
    policy = release.definitions.policy
    people = team.colleagues(connection)
    named = policy.kpis.owner or policy.default_sender
    who = people.with_key(named) or people.with_key(policy.default_sender)
    title = _TITLE[0 if language_of(policy.default_locale) == "ja" else 1]
    task = {
        "dedupe_key": review_key(month),
        "kind": "review",
        "title": title.format(month=month),
        "assignee": named,
        "assignee_id": who.id if who is not None else None,
        "due_at": next_day(release.definitions.calendar, now, _REVIEW_WITHIN),
        "created_at": now,
    }
    write_tasks(connection, release, [task], now)


def review_key(month: date) -> str:
    """Return the key of a month's review task."""
    return f"{REVIEW}{month:%Y-%m}"


def _following(definitions: Definitions, now: datetime) -> datetime | None:
    """Return when the next report goes out; None where the policy has none."""
    at = definitions.policy.kpis.report_at
    return next_report(definitions.calendar, at, now) if at is not None else None


def next_report(calendar: Calendar, at: time, now: datetime) -> datetime | None:
    """Return the next moment a month's first business day shows `at`, after now."""
    zone = ZoneInfo(calendar.zone)
    first = now.astimezone(zone).date().replace(day=1)
    for number in range(_FARTHEST // 28):
        day = moved(first, number)
        month = day.month
        while day.month == month and not is_business_day(calendar, day):
            day += timedelta(days=1)
        moment = at_wall(day, at, zone)
        if day.month == month and moment > now:
            return moment
    return None

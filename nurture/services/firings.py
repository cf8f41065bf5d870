"""Firings: a schedule's moment has come, and everybody who matches begins the journey.

Each batch starts its journeys and moves the firing's cursor in one transaction, so that who is
killed in between goes on where it stood. The first one also plans the next moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Row, and_

from nurture.db import contacts, firings, mailings, outcomes, touched
from nurture.db.conditions import to_sql
from nurture.db.engine import read, write
from nurture.domain.calendar import shift
from nurture.domain.conditions import All
from nurture.domain.definitions import Definitions
from nurture.domain.firing import Begin, FiringState, Overtaken, TooLate, start
from nurture.domain.schedule import next_firing
from nurture.domain.schedule_words import in_words
from nurture.domain.workflow import ScheduleTrigger, Workflow
from nurture.services.holdouts import hold_out, told
from nurture.services.places import zone_of
from nurture.services.releases import LiveRelease
from nurture.services.runtime import DECIDE, Runtime

log = structlog.get_logger(__name__)

#: contacts of one batch: SQLite's writer is held for some 20 ms
BATCH = 200


@dataclass(frozen=True, slots=True)
class _Page:
    """Who comes next, found while nobody waited for it."""

    #: (firing, its cursor, release): another page where one of them differs
    of: tuple[int, int, int]
    contact_ids: list[int]
    #: whom it was asked of, as of when
    where: ColumnElement[bool]
    asked_at: datetime


def run(runtime: Runtime) -> int:
    """Do one batch of the firing longest due; return 0 where nothing is due.

    A chore of `nurture.services.upkeep`, which puts off a firing that fails.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        row = firings.longest_due(connection, now)
        if row is None or not runtime.releases.published(connection):
            return 0
        # Where few match, the next page may be the whole table: no writer waits for it.
        page = _page(connection, runtime.releases.live(connection), row, now)
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        row = firings.claim_due(connection, now)
        if row is None:
            return 0
        enrolled = _go_on(connection, row, runtime.releases.live(connection), page, now)
    if enrolled:
        runtime.ring(DECIDE)
    return 1


def trigger_of(
    definitions: Definitions, workflow: str, schedule: str
) -> tuple[Workflow, ScheduleTrigger] | None:
    """Return the trigger that a firing is of, or None where the release has it no more."""
    found = definitions.workflows.get(workflow)
    for trigger in found.schedules if found is not None else ():
        if found is not None and trigger.schedule.text == schedule:
            return found, trigger
    return None


def condition_of(
    definitions: Definitions, workflow: Workflow, trigger: ScheduleTrigger, now: datetime
) -> ColumnElement[bool]:
    """Return whom a trigger takes as SQL over `contact_facts.fact_source()`, asked at `now`."""
    matches = to_sql(
        All((trigger.condition, workflow.only_if)),
        now,
        definitions.scoring.half_life,
        definitions.policy.evidence.count_unknown_opens,
        definitions.policy.default_locale,
    )
    return and_(matches, firings.may_enter(workflow.name, not workflow.reentry.allowed))


def _page(connection: Connection, live: LiveRelease, row: Row[Any], now: datetime) -> _Page | None:
    of = trigger_of(live.definitions, row.workflow, row.schedule)
    if of is None:
        return None
    asked_at = row.started_at or now
    where = condition_of(live.definitions, *of, asked_at)
    found = mailings.matching_after(connection, where, row.cursor, BATCH)
    return _Page((row.id, row.cursor, live.id), found, where, asked_at)


def _go_on(
    connection: Connection, row: Row[Any], live: LiveRelease, page: _Page | None, now: datetime
) -> int:
    """Begin or go on with a firing; return how many journeys began."""
    of = trigger_of(live.definitions, row.workflow, row.schedule)
    if of is None:
        _close(connection, row, FiringState.CANCELLED, now)
        return 0
    workflow, trigger = of
    calendar = live.definitions.calendar
    if row.state == FiringState.WAITING:
        match start(trigger.schedule, calendar, row.at, trigger.grace, now):
            case Overtaken(by, skipped):
                log.warning("schedule missed", workflow=row.workflow, at=row.at, times=skipped)
                _close(connection, row, FiringState.MISSED, now)
                total = row.skipped + skipped
                firings.plan(connection, row.workflow, row.schedule, by, now, total)
                return 0
            case TooLate():
                log.warning("schedule missed", workflow=row.workflow, at=row.at, times=1)
                _close(connection, row, FiringState.MISSED, now)
                _plan_next(connection, live, row, trigger, now)
                return 0
            case Begin():
                _plan_next(connection, live, row, trigger, now)
    return _enrol(connection, row, live, workflow, trigger, page, now)


def _plan_next(
    connection: Connection,
    live: LiveRelease,
    row: Row[Any],
    trigger: ScheduleTrigger,
    now: datetime,
) -> None:
    following = next_firing(trigger.schedule, live.definitions.calendar, max(row.at, now))
    if following is not None:
        firings.plan(connection, row.workflow, row.schedule, following)


def _close(connection: Connection, row: Row[Any], state: FiringState, now: datetime) -> None:
    firings.change(connection, row.id, state=state, due_at=None, finished_at=now)


def _enrol(
    connection: Connection,
    row: Row[Any],
    live: LiveRelease,
    workflow: Workflow,
    trigger: ScheduleTrigger,
    page: _Page | None,
    now: datetime,
) -> int:
    """Start the next contacts' journeys and move the cursor; return how many began."""
    started_at = row.started_at or now
    if page is not None and page.of != (row.id, row.cursor, live.id):
        page = None  # another worker was faster, or something was published in between
    if page is not None and page.asked_at == started_at:
        where = page.where
    else:
        where = condition_of(live.definitions, workflow, trigger, started_at)
    if page is not None:
        matching = page.contact_ids
    else:
        matching = mailings.matching_after(connection, where, row.cursor, BATCH)
    held = contacts.lock(connection, matching, wait=True)
    # Asked again of those who are held: what holds now decides.
    still = mailings.matching(connection, where, held)
    entering = _may_enter_again(connection, live, workflow, still, now)
    began = _start(connection, row, live, workflow, trigger, entering, now)
    over = len(matching) < BATCH
    firings.change(
        connection,
        row.id,
        state=FiringState.DONE if over else FiringState.RUNNING,
        due_at=None if over else now,
        started_at=started_at,
        finished_at=now if over else None,
        cursor=matching[-1] if matching else row.cursor,
        enrolled=row.enrolled + began,
        left_out=row.left_out + len(still) - began,
    )
    return began


def _may_enter_again(
    connection: Connection,
    live: LiveRelease,
    workflow: Workflow,
    contact_ids: list[int],
    now: datetime,
) -> list[int]:
    """Return those whose last journey ended long enough ago."""
    after = workflow.reentry.after
    if after is None or not contact_ids:
        # `never` and `always` are part of the selection.
        return contact_ids
    calendar = live.definitions.calendar
    wanted = [(one, workflow.name) for one in contact_ids]
    ends = touched.last_ends(connection, wanted)
    people = {row.id: row for row in touched.contact_rows(connection, contact_ids)}
    found = []
    for one in contact_ids:
        ended = ends.get((one, workflow.name, ""))
        if ended is None or shift(calendar, ended, after, zone_of(people[one], calendar)) <= now:
            found.append(one)
    return found


def _start(
    connection: Connection,
    row: Row[Any],
    live: LiveRelease,
    workflow: Workflow,
    trigger: ScheduleTrigger,
    contact_ids: list[int],
    now: datetime,
) -> int:
    rows = [
        {
            "contact_id": one,
            "workflow": workflow.name,
            "subject": "",
            "release_id": live.id,
            "state": "active",
            "due_at": now,
            "memory": {},
            "trigger": {"schedule": row.schedule, "at": row.at.isoformat()},
            "started_at": now,
        }
        for one in contact_ids
    ]
    began = outcomes.start_enrolments(connection, rows)
    journeys = [(contact_id, one) for (contact_id, _, _), one in began.items()]
    held = hold_out(connection, workflow, live.id, journeys, now)
    detail = {
        "workflow": workflow.name,
        "title": {locale: in_words(trigger.schedule, locale) for locale in ("ja", "en")},
    }
    reasons = [
        {
            "contact_id": contact_id,
            "enrolment_id": enrolment_id,
            "workflow": workflow.name,
            "kind": "not_enrolled" if contact_id in held else "enrolled",
            "reason": "held_out" if contact_id in held else "enrolled_by_schedule",
            "detail": told(workflow) if contact_id in held else detail,
        }
        for (contact_id, _, _), enrolment_id in began.items()
    ]
    outcomes.append_decisions(connection, reasons, now)
    return len(began)

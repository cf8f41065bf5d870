"""What a publication does to schedules: plans the next firing of each, and says for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import firings
from nurture.db.engine import read
from nurture.domain.definitions import Definitions
from nurture.domain.firing import FiringState
from nurture.domain.mailing_plan import SOON
from nurture.domain.schedule import next_firing
from nurture.domain.workflow import ScheduleTrigger, Workflow
from nurture.services.firings import condition_of
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule's next firing, who would begin if it were now, and the firing before."""

    workflow: str
    title: str
    trigger: ScheduleTrigger
    at: datetime
    matching: int
    #: the newest firing that is over (nurture.db.tables.firing), where there is one
    last: Row[Any] | None = None


def hold(connection: Connection) -> None:
    """Hold the firings that wait or run until the commit: before any contact is."""
    firings.open_rows(connection, lock=True)


def beginning_soon(
    connection: Connection, definitions: Definitions, was: Definitions | None, now: datetime
) -> dict[str, int]:
    """Return workflow → how many people its schedules take within a day.

    Only what this publication brings about; `was` is what the live release says.
    """
    found: dict[str, int] = {}
    for workflow, trigger in _triggers(definitions):
        if _known(definitions, was, workflow.name, trigger):
            continue
        following = next_firing(trigger.schedule, definitions.calendar, now)
        if following is None or following > now + SOON:
            continue
        where = condition_of(definitions, workflow, trigger, now)
        count = firings.how_many(connection, where)
        if count:
            found[workflow.name] = found.get(workflow.name, 0) + count
    return found


def sync(connection: Connection, definitions: Definitions, now: datetime) -> None:
    """Bring the planned firings to what the files say; `planned` tells the next of each.

    Called by the publishing transaction, which holds them (`hold`). One that is due already
    is left: it fires late, as it would have without this publication.
    """
    wanted: dict[tuple[str, str], datetime] = {}
    for workflow, trigger in _triggers(definitions):
        following = next_firing(trigger.schedule, definitions.calendar, now)
        if following is not None:
            wanted[workflow.name, trigger.schedule.text] = following
    for row in firings.open_rows(connection, lock=True):
        key = row.workflow, row.schedule
        if key not in wanted and row.state == FiringState.RUNNING:
            firings.change(
                connection, row.id, state=FiringState.CANCELLED, due_at=None, finished_at=now
            )
        elif row.state == FiringState.WAITING and (
            key not in wanted or (row.at > now and row.at != wanted[key])
        ):
            firings.forget(connection, row.id)
    for (name, schedule), at in wanted.items():
        firings.plan(connection, name, schedule, at)


def upcoming(runtime: Runtime) -> list[Plan]:
    """Return the next firing of each schedule of the live release, soonest first."""
    with read(runtime.engine) as connection:
        if not runtime.releases.published(connection):
            return []
        definitions = runtime.releases.live(connection).definitions
        return _plans(connection, definitions, runtime.clock.now())


def planned(runtime: Runtime, definitions: Definitions, was: Definitions | None) -> list[Plan]:
    """Return the next firing of each schedule that a publication brought, soonest first.

    `was`: what was live before; a schedule that takes the same people as ever is no news.
    """
    with read(runtime.engine) as connection:
        found = _plans(connection, definitions, runtime.clock.now())
    return [one for one in found if not _known(definitions, was, one.workflow, one.trigger)]


def _known(
    definitions: Definitions, was: Definitions | None, name: str, trigger: ScheduleTrigger
) -> bool:
    """Say whether the live release had a schedule, for the very people."""
    before = was.workflows.get(name) if was is not None else None
    if before is None:
        return False
    return before.only_if == definitions.workflows[name].only_if and trigger in before.schedules


def _plans(connection: Connection, definitions: Definitions, now: datetime) -> list[Plan]:
    planned = {
        (row.workflow, row.schedule): row.at
        for row in reversed(firings.open_rows(connection))
        if row.state == FiringState.WAITING
    }
    last = firings.last_over(connection)
    found = []
    for workflow, trigger in _triggers(definitions):
        key = workflow.name, trigger.schedule.text
        at = planned.get(key) or next_firing(trigger.schedule, definitions.calendar, now)
        if at is None:
            continue
        count = firings.how_many(connection, condition_of(definitions, workflow, trigger, now))
        found.append(Plan(workflow.name, workflow.title, trigger, at, count, last.get(key)))
    return sorted(found, key=lambda one: (one.at, one.workflow))


def _triggers(definitions: Definitions) -> list[tuple[Workflow, ScheduleTrigger]]:
    return [
        (workflow, trigger)
        for workflow in definitions.workflows.values()
        for trigger in workflow.schedules
    ]

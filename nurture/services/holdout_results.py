"""What workflows with a holdout are worth: those treated against those held out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import experiments
from nurture.db.engine import read
from nurture.db.experiment_counts import count
from nurture.domain.experiment import Count
from nurture.domain.holdout import HELD_OUT, TREATED, Lift, fingerprint, lift_of
from nurture.domain.winner import By, Measure
from nurture.domain.workflow import Workflow
from nurture.errors import NurtureError
from nurture.services.house import House, house_at
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class HoldoutResult:
    """A workflow's holdout, of the live release or an earlier one."""

    workflow: str
    title: str
    share: int
    within: timedelta
    live: bool
    lift: Lift
    zone: ZoneInfo
    #: None: nobody came yet
    started_at: datetime | None = None
    #: reached the goal so far, also of those whose time is not over: treated, held out
    so_far: tuple[int, int] = (0, 0)


def holdout_results(runtime: Runtime, workflow: str | None = None) -> list[HoldoutResult]:
    """Return the holdouts of a workflow, or of all; those of the live release first."""
    with read(runtime.engine) as connection:
        return holdout_results_at(runtime, connection, workflow)


def holdout_results_at(
    runtime: Runtime, connection: Connection, workflow: str | None = None
) -> list[HoldoutResult]:
    """As `holdout_results`, inside an open transaction."""
    house = house_at(runtime, connection)
    now = runtime.clock.now()
    found = []
    begun = set()
    for row in experiments.of(connection, workflow, ""):
        live = house.workflows.get(row.workflow)
        is_live = _is_of(live, row)
        written = live if is_live else _older(runtime, connection, row)
        if written is None or written.holdout is None:
            continue
        begun |= {row.workflow} if is_live else set()
        measure = Measure(By.GOAL, written.holdout.within)
        counts = count(connection, row.id, measure, [], now)
        treated, held = counts.get(TREATED, Count()), counts.get(HELD_OUT, Count())
        found.append(
            HoldoutResult(
                row.workflow,
                house.titles.get(row.workflow, row.workflow),
                written.holdout.share,
                written.holdout.within,
                is_live,
                lift_of(treated, held),
                house.zone,
                row.started_at,
                (treated.goals, held.goals),
            )
        )
    fresh = [
        _unvisited(house, one)
        for one in house.workflows.values()
        if one.holdout is not None and workflow in (None, one.name) and one.name not in begun
    ]
    return sorted([*fresh, *found], key=lambda one: (not one.live, one.workflow))


def _is_of(workflow: Workflow | None, row: Row[Any]) -> bool:
    return (
        workflow is not None
        and workflow.holdout is not None
        and fingerprint(workflow) == row.digest
    )


def _older(runtime: Runtime, connection: Connection, row: Row[Any]) -> Workflow | None:
    try:
        return runtime.releases.workflow(connection, row.release_id, row.workflow)
    except NurtureError:
        return None


def _unvisited(house: House, workflow: Workflow) -> HoldoutResult:
    assert workflow.holdout is not None  # asked of those that have one
    title = house.titles.get(workflow.name, workflow.name)
    share, within = workflow.holdout.share, workflow.holdout.within
    return HoldoutResult(
        workflow.name, title, share, within, True, lift_of(Count(), Count()), house.zone
    )

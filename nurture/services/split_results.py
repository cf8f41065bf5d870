"""What splits have shown: those of the live release, and what earlier ones left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from nurture.db import experiments
from nurture.db.engine import read
from nurture.domain.experiment import Count, State, Verdict, judge
from nurture.domain.split_words import certainty
from nurture.domain.steps import Split
from nurture.domain.winner import Measure
from nurture.domain.workflow import Workflow
from nurture.errors import NotFoundError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services import sentences
from nurture.services.experiments import Trial, counts_of, figures, measure_of, trial_of
from nurture.services.house import House, house_at
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class SplitResult:
    """A split and its people: still divided, decided, or of an earlier release."""

    workflow: str
    title: str
    step: str
    split: Split
    measure: Measure
    verdict: Verdict
    zone: ZoneInfo
    #: the live release divides people so
    live: bool
    #: None: nobody came yet
    started_at: datetime | None = None
    winner: str = ""
    decided_at: datetime | None = None
    #: decisions and reopenings, the newest first
    decisions: Sequence[Row[Any]] = ()
    #: people who are no evidence: they came after the decision, or kept an earlier variant
    beside: int = 0
    #: variant → (successes as counted at the decision, the same people as counted today)
    changed: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def why(self, decision: Row[Any], locale: str) -> str:
        """Return a decision as a sentence."""
        return why_decided(decision, locale, self.zone)


def why_decided(decision: Row[Any], locale: str, zone: ZoneInfo) -> str:
    """Return a row of experiment_decision as a sentence."""
    detail = {
        "variant": decision.winner or "",
        "sureness": certainty(decision.sureness),
        "by": decision.by,
        "note": decision.note or "",
    }
    return sentences.reason(decision.reason, detail, locale, zone, {})


def split_results(
    runtime: Runtime, workflow: str | None = None, step: str | None = None
) -> list[SplitResult]:
    """Return the splits of all workflows, of one, or one step's; the live ones first.

    Raises NotFoundError where nothing is known by the name.
    """
    with read(runtime.engine) as connection:
        found = split_results_at(runtime, connection, workflow, step)
        if not found and workflow is not None and (step or not _is_held_out(connection, workflow)):
            raise _unknown(house_at(runtime, connection), workflow, step)
        return found


def split_results_at(
    runtime: Runtime, connection: Connection, workflow: str | None = None, step: str | None = None
) -> list[SplitResult]:
    """As `split_results`, inside an open transaction; nothing where nothing is known."""
    house = house_at(runtime, connection)
    now = runtime.clock.now()
    rows = [row for row in experiments.of(connection, workflow, step) if row.step]
    decided = experiments.decisions(connection, [row.id for row in rows])
    trials = [trial for row in rows if (trial := trial_of(runtime, connection, row)) is not None]
    found = [
        _result(connection, house, trial, decided.get(trial.row.id, ()), now) for trial in trials
    ]
    begun = {(one.workflow, one.step) for one in found if one.live}
    fresh = [
        _unvisited(house, one, split, now)
        for one in house.workflows.values()
        for split in one.graph.steps.values()
        if isinstance(split, Split)
        and workflow in (None, one.name)
        and step in (None, split.id)
        and (one.name, split.id) not in begun
    ]
    return sorted([*fresh, *found], key=lambda one: (not one.live, one.workflow, one.step))


def _is_held_out(connection: Connection, workflow: str) -> bool:
    """Say whether a workflow has a holdout to show, though no split."""
    return bool(experiments.of(connection, workflow, ""))


def _unknown(house: House, workflow: str, step: str | None) -> NotFoundError:
    known = house.workflows.get(workflow)
    if known is None:
        said = say("workflow '{name}' is not published", name=workflow)
        return NotFoundError(said, did_you_mean(workflow, house.workflows))
    splits = [one.id for one in known.graph.steps.values() if isinstance(one, Split)]
    if step is None or not splits:
        return NotFoundError(say("workflow '{name}' has no split", name=workflow))
    said = say("'{workflow}' has no split '{step}'", workflow=workflow, step=step)
    return NotFoundError(said, did_you_mean(step, splits))


def _unvisited(house: House, workflow: Workflow, split: Split, now: datetime) -> SplitResult:
    verdict = judge(split, {}, None, now)
    title = house.titles.get(workflow.name, workflow.name)
    measure = measure_of(split)
    return SplitResult(
        workflow.name, title, split.id, split, measure, verdict, house.zone, live=True
    )


def _result(
    connection: Connection, house: House, trial: Trial, decided: Sequence[Row[Any]], now: datetime
) -> SplitResult:
    row = trial.row
    counts = counts_of(connection, trial, now)
    verdict = judge(trial.split, counts, row.runs_from, now)
    changed: Mapping[str, tuple[int, int]] = {}
    if row.winner is not None:
        verdict = replace(verdict, state=State.DECIDED)
        changed = _changed(connection, trial, decided[0] if decided else None)
    people = sum(one.people for one in counts.values())
    return SplitResult(
        workflow=row.workflow,
        title=house.titles.get(row.workflow, row.workflow),
        step=row.step,
        split=trial.split,
        measure=measure_of(trial.split),
        verdict=verdict,
        zone=house.zone,
        live=trial.live,
        started_at=row.started_at,
        winner=row.winner or "",
        decided_at=row.decided_at,
        decisions=decided,
        beside=experiments.people(connection, row.id) - people,
        changed=changed,
    )


def _changed(
    connection: Connection, trial: Trial, decision: Row[Any] | None
) -> dict[str, tuple[int, int]]:
    """Return where the people of the decision would be counted otherwise by today's evidence."""
    if decision is None:
        return {}
    today = figures(counts_of(connection, trial, decision.at))
    nobody = figures({"": Count()})[""]
    pairs = {name: (then[2], today.get(name, nobody)[2]) for name, then in decision.figures.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

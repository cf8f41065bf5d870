"""Deciding splits: by their own rule when they are due to be looked at, or by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import experiments
from nurture.db.engine import read, write
from nurture.db.experiment_counts import count
from nurture.db.experiments import Key
from nurture.domain.experiment import Count, Verdict, judge, next_look
from nurture.domain.steps import Split
from nurture.domain.winner import By, Measure
from nurture.domain.workflow import Workflow
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.language.hints import did_you_mean
from nurture.services.runtime import Runtime

#: experiments looked at in one go
BATCH = 20

#: what is shown of a split that no rule decides
UNRULED = Measure(By.CLICKED, timedelta(days=7))

#: longest note a person leaves
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Trial:
    """An experiment, and the split as the newest release that has it writes it."""

    row: Row[Any]
    workflow: Workflow
    split: Split
    #: the live release has it
    live: bool


def due_looks(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Look at the experiments that are due and decide those that can be; return how many.

    People are counted before the writer is taken; what is decided is written once, whoever
    else looks at the same time.
    """
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        looked = [
            (row, _look(runtime, connection, row))
            for row in experiments.due(connection, now, limit)
            if only is None or row.id in only
        ]
    if not looked:
        return 0
    with write(runtime.engine) as connection:
        for row, found in looked:
            if found is None:
                experiments.look_again(connection, row.id, row.due_at, None)
                continue
            split, counts, verdict = found
            if verdict.winner is not None:
                experiments.decide(
                    connection,
                    row.id,
                    verdict.winner,
                    now,
                    reason=verdict.reason,
                    sureness=verdict.sureness,
                    figures=figures(counts),
                    by="engine",
                )
                continue
            rule = split.winner
            following = next_look(rule, counts, row.runs_from, now) if rule is not None else None
            experiments.look_again(connection, row.id, row.due_at, following)
    return len(looked)


def _look(
    runtime: Runtime, connection: Connection, row: Row[Any]
) -> tuple[Split, dict[str, Count], Verdict] | None:
    trial = trial_of(runtime, connection, row)
    if trial is None or trial.split.winner is None:
        return None
    now = runtime.clock.now()
    counts = counts_of(connection, trial, now)
    return trial.split, counts, judge(trial.split, counts, row.runs_from, now)


def trial_of(runtime: Runtime, connection: Connection, row: Row[Any]) -> Trial | None:
    """Return an experiment with its split; None where no release can be read that has it.

    The live release's rule holds where its split is still the same experiment.
    """
    live = runtime.releases.live(connection).definitions.workflows.get(row.workflow)
    split = _split(live, row)
    if live is not None and split is not None:
        return Trial(row, live, split, True)
    try:
        older = runtime.releases.workflow(connection, row.release_id, row.workflow)
    except NurtureError:
        return None
    split = _split(older, row)
    return Trial(row, older, split, False) if older is not None and split is not None else None


def _split(workflow: Workflow | None, row: Row[Any]) -> Split | None:
    found = workflow.graph.steps.get(row.step) if workflow is not None else None
    return found if isinstance(found, Split) and found.digest == row.digest else None


def measure_of(split: Split) -> Measure:
    """Return what is counted: what the rule says, else clicks within a week."""
    return split.winner.measure if split.winner is not None else UNRULED


def counts_of(connection: Connection, trial: Trial, now: datetime) -> dict[str, Count]:
    """Return what became of an experiment's people."""
    steps = [name for variant in trial.split.variants for name in variant.steps]
    measure = measure_of(trial.split)
    return count(connection, trial.row.id, measure, steps, now)


def figures(counts: Mapping[str, Count]) -> dict[str, list[int]]:
    """Return what a decision remembers of the figures it was taken by."""
    return {name: [one.people, one.observed, one.successes] for name, one in counts.items()}


def decide_by_hand(
    runtime: Runtime, workflow: str, step: str, variant: str, note: str, by: str
) -> Trial:
    """Let a variant win because a person says so; newcomers get it from now on.

    Raises NotFoundError where the live release has no such split or variant, NurtureError
    where it is decided already or no reason is given.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        trial = _named(runtime, connection, workflow, step)
        if trial.split.variant(variant) is None:
            names = [one.name for one in trial.split.variants]
            raise NotFoundError(
                say("split '{step}' has no variant '{variant}'", step=step, variant=variant),
                did_you_mean(variant, names),
            )
        counts = counts_of(connection, trial, now)
        verdict = judge(trial.split, counts, trial.row.runs_from, now)
        done = experiments.decide(
            connection,
            trial.row.id,
            variant,
            now,
            reason="split_by_hand",
            sureness=verdict.sureness,
            figures=figures(counts),
            note=_said(note),
            by=by,
        )
        if not done:
            raise NurtureError(
                say("'{winner}' has won '{step}' already", winner=trial.row.winner, step=step),
                say("first: nurture split reopen {workflow} {step}", workflow=workflow, step=step),
            )
    return trial


def reopen(runtime: Runtime, workflow: str, step: str, note: str, by: str) -> Trial:
    """Let newcomers be divided again. Raises as `decide_by_hand`, and where nothing has won."""
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        trial = _named(runtime, connection, workflow, step)
        counts = counts_of(connection, trial, now)
        verdict = judge(trial.split, counts, trial.row.runs_from, now)
        rule = trial.split.winner
        done = experiments.reopen(
            connection,
            trial.row.id,
            now,
            # Not at once again by the very figures that a person did not trust.
            now + rule.measure.within if rule is not None else None,
            reason="split_reopened",
            sureness=verdict.sureness,
            figures=figures(counts),
            note=_said(note),
            by=by,
        )
        if not done:
            raise NurtureError(
                say("nothing has won '{step}' yet: there is nothing to reopen", step=step)
            )
    return trial


def _said(note: str) -> str:
    if not note.strip():
        raise NurtureError(say("a decision by hand needs a reason"), say("say --reason"))
    return note.strip()[:_LONGEST_NOTE]


def _named(runtime: Runtime, connection: Connection, workflow: str, step: str) -> Trial:
    """Return the split of the live release, whose experiment begins where nobody came yet."""
    release = runtime.releases.live(connection)
    workflows = release.definitions.workflows
    found = workflows.get(workflow)
    if found is None:
        hint = did_you_mean(workflow, workflows)
        raise NotFoundError(say("workflow '{name}' is not published", name=workflow), hint)
    split = found.graph.steps.get(step)
    if not isinstance(split, Split):
        splits = [name for name, one in found.graph.steps.items() if isinstance(one, Split)]
        hint = did_you_mean(step, splits) if splits else say("it has no split")
        raise NotFoundError(
            say("'{workflow}' has no split '{step}'", workflow=workflow, step=step), hint
        )
    key = Key(workflow, step, split.digest)
    ids = experiments.ensure(connection, [key], release.id, runtime.clock.now())
    row = experiments.by_id(connection, ids[key])
    assert row is not None  # it was just made sure of
    return Trial(row, found, split, True)

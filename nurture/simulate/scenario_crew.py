"""Many scenarios: one after another, or shared out among processes of this machine."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from nurture.domain.scenario import Scenario
from nurture.simulate.scenario_run import Outcome, run
from nurture.simulate.stage import Stage
from nurture.simulate.world import Project

#: scenarios that are worth a process of their own
_WORTH = 8


@dataclass(slots=True)
class _Work:
    """What a process needs, inherited from the one that it was forked from."""

    project: Project
    scenarios: Sequence[Scenario]
    locale: str
    stage: Stage | None = None


_work: _Work | None = None


def fitting_jobs(count: int, processors: int) -> int:
    """Return how many processes so many scenarios are worth on this machine."""
    if "fork" not in multiprocessing.get_all_start_methods():
        # A process that starts from nothing would compile the project anew.
        return 1
    return max(1, min(processors, count // _WORTH))


def run_all(
    project: Project, scenarios: Sequence[Scenario], locale: str, jobs: int = 1
) -> Iterator[Outcome]:
    """Yield the outcomes in the order of the scenarios, each as soon as it is known.

    More than one job needs a platform that forks, and a process without threads.
    """
    if jobs <= 1:
        stage = Stage(project)
        try:
            for scenario in scenarios:
                yield run(stage, scenario, locale)
        finally:
            stage.close()
        return
    global _work
    _work = _Work(project, scenarios, locale)
    # Compiled once, before it is shared.
    Stage(project).world(scenarios[0].at).close()
    context = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(jobs, mp_context=context) as pool:
            yield from pool.map(_run_one, range(len(scenarios)))
    finally:
        _work = None


def _run_one(number: int) -> Outcome:
    work = _work
    assert work is not None  # forked after it was set
    if work.stage is None:
        work.stage = Stage(work.project)
    return run(work.stage, work.scenarios[number], work.locale)

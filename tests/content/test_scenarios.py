"""The shipped scenarios, run by the same runner as `nurture test`: one test per file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nurture.services.project import SCENARIOS, read_project
from nurture.simulate.scenario_run import run
from nurture.simulate.scenario_telling import Telling
from nurture.simulate.stage import Stage
from nurture.simulate.suite import Suite
from tests.content.shipped import ROOT

FOLDER = ROOT / SCENARIOS
FILES = sorted(FOLDER.glob("*.yaml"))

#: journey → the file in which it is told beside another one, and the letter that it sends there
TOGETHER = {
    "community-invite": ("community.yaml", "community/invite"),
    "community-guest": ("community.yaml", "community/guest-thanks"),
    "referred-benefit": ("reward-news.yaml", "referred/benefit"),
}


@pytest.fixture(scope="module")
def suite() -> Suite:
    """Return the shipped project with its scenarios."""
    return Suite.of(read_project(ROOT, scenarios=True))


@pytest.fixture(scope="module")
def stage(suite: Suite) -> Iterator[Stage]:
    """Return where its worlds are set up."""
    stage = Stage(suite.project)
    yield stage
    stage.close()


@pytest.mark.parametrize("file", [path.name for path in FILES])
def test_what_the_shipped_journeys_promise_happens(suite: Suite, stage: Stage, file: str) -> None:
    telling = Telling(suite.project.definitions, "en")
    told = []
    for scenario in suite.chosen([file]):
        outcome = run(stage, scenario)
        if not outcome.passed:
            told += [scenario.title, *telling.lines(outcome)]
    assert not told, "\n".join(told)


def test_every_shipped_journey_has_a_file_of_scenarios(suite: Suite) -> None:
    told = {path.stem for path in FILES}
    for name, (file, letter) in TOGETHER.items():
        assert letter in (FOLDER / file).read_text("utf-8")
        told.add(name)
    assert [name for name in suite.project.definitions.workflows if name not in told] == []
    assert suite.warnings == ()

"""History replayed under other rules, by the code that scores for real."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture.db.engine import make_engine
from nurture.db.tables import metadata
from nurture.errors import DefinitionError, NurtureError
from nurture.simulate.backtest import backtest, passive
from tests.services.house import House, make_house
from tests.services.project import SCORING, project, workflow

FILES = project(workflow("w", "- send: x/first\n- wait: 3d\n- send: x/second"))


def changed(old: str, new: str) -> dict[str, bytes]:
    assert old in SCORING
    return {**FILES, "workflows/scoring.yaml": SCORING.replace(old, new).encode()}


def lived(engine: Engine) -> tuple[House, list[int]]:
    """A month with three people: one asks for a quote, one reads, one sleeps."""
    house = make_house(engine)
    house.publish(FILES)
    people = [house.person(f"p{number}@aozora.example") for number in range(3)]
    house.happens(people[0], "document.downloaded")
    house.after(days=2)
    house.happens(people[0], "document.downloaded")
    house.happens(people[0], "form.submitted", form="quote")
    house.happens(people[1], "page.viewed")
    house.after(days=1)
    house.happens(people[1], "page.viewed")
    house.after(days=27)
    house.happens(people[0], "deal.won")
    house.after(hours=30)
    return house, people


def test_under_the_live_rules_everybody_ends_where_they_really_stand(engine: Engine) -> None:
    house, people = lived(engine)
    found = backtest(house.runtime, FILES, 90)
    assert found.same_rules
    assert found.comparison.faithful == 1
    assert found.comparison.differences == []
    assert found.comparison.contacts == len(people)
    assert found.who[people[0]][2] == "p0@aozora.example"


def test_a_lower_threshold_qualifies_somebody_else_too(engine: Engine) -> None:
    house, people = lived(engine)
    proposed = changed('when: {score: ">= 60"}', 'when: {score: ">= 5"}')
    found = backtest(house.runtime, proposed, 90)
    assert not found.same_rules
    assert (found.comparison.live.leads, found.comparison.proposed.leads) == (1, 2)
    assert (found.comparison.live.precision, found.comparison.proposed.precision) == (1, 0.5)
    [difference] = found.comparison.differences
    assert (difference.contact_id, difference.live.stage, difference.proposed.stage) == (
        people[1],
        "prospect",
        "mql",
    )


def test_points_that_fade_faster_let_people_cool_down(engine: Engine) -> None:
    house, _ = lived(engine)
    found = backtest(house.runtime, changed("half_life: 30d", "half_life: 10d"), 90)
    live, proposed = found.comparison.temperatures["hot"]
    assert (live, proposed) == (1, 0)


def test_nothing_of_the_real_house_is_written_and_no_mail_is_queued(tmp_path: Path) -> None:
    path = tmp_path / "house.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    house, _ = lived(engine)
    engine.dispose()
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    backtest(house.runtime, changed("half_life: 30d", "half_life: 10d"), 30)
    engine.dispose()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_workflows_with_mistakes_do_not_matter_and_rules_with_mistakes_do(
    tmp_path: Path,
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'house.sqlite'}")
    metadata.create_all(engine)
    house, _ = lived(engine)
    broken = {**FILES, "workflows/w.yaml": b"workflow: w\npurpose: marketing\nsteps: nonsense\n"}
    assert backtest(house.runtime, broken, 30).same_rules
    with pytest.raises(DefinitionError, match="half_life"):
        backtest(house.runtime, changed("half_life: 30d", "half_lief: 30d"), 30)


def test_without_a_history_there_is_nothing_to_replay(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'house.sqlite'}")
    metadata.create_all(engine)
    house = make_house(engine)
    with pytest.raises(NurtureError, match="nothing is published"):
        backtest(house.runtime, FILES, 30)
    house.publish(FILES)
    with pytest.raises(NurtureError, match="nothing has happened"):
        backtest(house.runtime, FILES, 30)


def test_a_replay_takes_along_what_scores_and_leaves_what_sends() -> None:
    kept = passive(FILES)
    assert "workflows/scoring.yaml" in kept
    assert not [path for path in kept if path.startswith("templates/") or path.endswith("/w.yaml")]

"""`nurture preferences`: what somebody says on the phone is written down by a colleague."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from nurture.clock import machine_now
from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import event
from tests.web.scene import FILES, Scene, make_scene

WHO = "tanaka@sample.example"
TOPICS = "topics: [{topic: letters, title: {ja: お便り, en: Letters}}]\n"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a migrated house with one person who agreed to marketing."""
    assert _run(tmp_path, "migrate").exit_code == 0
    scene = make_scene(make_engine(f"sqlite:///{tmp_path / 'n.sqlite'}"), tmp_path)
    policy = "workflows/policy.yaml"
    with write(scene.engine) as connection:
        files = {**FILES, policy: FILES[policy] + TOPICS.encode()}
        store(connection, files, "test", scene.clock.now())
    scene.agree(scene.person(WHO), "marketing")
    return scene


def _run(var: Path, *words: str) -> Result:
    given = ["--var", str(var), "--project", str(var), *words]
    return CliRunner(env={"DATABASE_URL": f"sqlite:///{var / 'n.sqlite'}"}).invoke(main, given)


def test_a_call_is_honoured_and_who_took_it_is_on_record(scene: Scene) -> None:
    day = (machine_now() + timedelta(days=30)).date()
    asked = ("--pause-until", str(day), "--topic-off", "letters", "--rhythm", "monthly")
    done = _run(scene.state, "preferences", WHO, *asked, "--no-tracking", "--by", "sato")
    assert done.exit_code == 0, done.output
    assert "Letters: on → off" in done.output
    assert f"until {day}" in done.output
    (told,) = [row for row in scene.rows(event) if row.type == "contact.preferences_changed"]
    assert (told.properties["by"], told.source) == ("sato", "cli")
    again = _run(scene.state, "preferences", WHO, "--rhythm", "monthly")
    assert "Nothing had to be changed" in again.output
    shown = _run(scene.state, "preferences", WHO)
    assert "letters off" in shown.output
    assert "at most one a month" in shown.output


#: what is typed, what is said
SLIPS = [
    ((WHO, "--topic-off", "leters"), "did you mean 'letters'?"),
    ((WHO, "--pause-until", "2020-01-01"), "is not to come"),
    ((WHO, "--pause-until", "2096-01-01"), "a year ahead"),
    ((WHO, "--topic-on", "letters", "--topic-off", "letters"), "not both"),
    ((WHO, "--resume", "--pause-until", "2096-01-01"), "not both"),
    (("nobody@sample.example",), "nobody is known"),
]


def test_a_slip_changes_nothing_and_says_what_to_do(scene: Scene) -> None:
    for words, said in SLIPS:
        done = _run(scene.state, "preferences", *words)
        assert done.exit_code != 0
        assert said in done.output, done.output
    assert scene.rows(event) == []

"""`nurture referrals link|ticket`: what a colleague gives somebody on the phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import golden_ticket, referrer
from tests.web.introductions import files
from tests.web.scene import Scene, make_scene

WHO = "tanaka@sample.example"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    assert _run(tmp_path, "migrate").exit_code == 0
    scene = make_scene(make_engine(f"sqlite:///{tmp_path / 'n.sqlite'}"), tmp_path)
    with write(scene.engine) as connection:
        store(connection, files(), "test", scene.clock.now())
    scene.person(WHO, family_name="田中")
    return scene


def _run(var: Path, *words: str) -> Result:
    given = ["--var", str(var), "--project", str(var), *words]
    return CliRunner(env={"DATABASE_URL": f"sqlite:///{var / 'n.sqlite'}"}).invoke(main, given)


def test_a_link_is_printed_once_somebody_refers(scene: Scene) -> None:
    refused = _run(scene.state, "referrals", "link", WHO)
    assert refused.exit_code == 1
    assert f"nurture referrals link {WHO} --as customer" in refused.output
    assert scene.rows(referrer) == []
    said = _run(scene.state, "referrals", "link", WHO, "--as", "customer")
    assert said.exit_code == 0, said.output
    (row,) = scene.rows(referrer)
    assert f"/i/{row.code}" in said.output
    assert "/r/" in said.output
    assert "/rules/default" in said.output
    japanese = _run(scene.state, "referrals", "link", WHO, "--locale", "ja")
    assert "お渡しいただけるリンク" in japanese.output


def test_a_ticket_is_made_and_taken_back(scene: Scene) -> None:
    _run(scene.state, "referrals", "link", WHO, "--as", "customer")
    said = _run(scene.state, "referrals", "ticket", WHO)
    assert said.exit_code == 0, said.output
    (row,) = scene.rows(golden_ticket)
    assert f"/g/{row.code}" in said.output
    back = _run(scene.state, "referrals", "ticket", "--withdraw", row.code.lower())
    assert "is taken back" in back.output
    again = _run(scene.state, "referrals", "ticket", "--withdraw", row.code)
    assert "nothing changed" in again.output
    assert _run(scene.state, "referrals", "ticket", "--withdraw", "NONE").exit_code == 1
    assert _run(scene.state, "referrals", "ticket").exit_code == 2
    assert _run(scene.state, "referrals", "ticket", "nobody@sample.example").exit_code == 1

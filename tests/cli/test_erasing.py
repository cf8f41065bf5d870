"""`nurture contact erase`: shown first, done with --yes, the same in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import contact
from tests.web.scene import FILES, Scene, make_scene

ADDRESS = "tanaka@aozora.example"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a migrated house that knows one person."""
    assert _run(tmp_path, "migrate").exit_code == 0
    scene = make_scene(make_engine(f"sqlite:///{tmp_path / 'n.sqlite'}"), tmp_path)
    with write(scene.engine) as connection:
        store(connection, FILES, "test", scene.clock.now())
    scene.person(ADDRESS, family_name="田中")
    return scene


def _run(var: Path, *words: str) -> Result:
    given = ["--var", str(var), "--project", str(var), *words]
    return CliRunner(env={"DATABASE_URL": f"sqlite:///{var / 'n.sqlite'}"}).invoke(main, given)


def test_a_person_is_shown_first_and_erased_with_yes(scene: Scene) -> None:
    shown = _run(scene.state, "contact", "erase", ADDRESS, "--locale", "ja")
    assert "連絡先の登録情報" in shown.output
    assert "--yes" in shown.output
    assert scene.rows(contact)[0].email == ADDRESS
    done = _run(scene.state, "contact", "erase", ADDRESS, "--yes", "--locale", "en")
    assert "Erased. No list brings them back." in done.output
    assert scene.rows(contact)[0].email is None
    again = _run(scene.state, "contact", "erase", ADDRESS, "--yes", "--locale", "en")
    assert "erased before" in again.output


def test_a_list_says_whom_it_leaves_out_until_they_are_let_in_again(scene: Scene) -> None:
    _run(scene.state, "contact", "erase", "1", "--yes")
    listed = scene.state / "list.csv"
    listed.write_text(f"email,family_name\n{ADDRESS},田中\n")
    found = _run(scene.state, "import", "contacts", str(listed), "--locale", "ja")
    assert "個人データを消去した方のため、取り込みません" in found.output
    assert len(scene.rows(contact)) == 1
    freed = _run(scene.state, "contact", "readmit", ADDRESS, "--locale", "en")
    assert "may come in again" in freed.output
    _run(scene.state, "import", "contacts", str(listed))
    assert len(scene.rows(contact)) == 2


def test_who_is_nobody_is_no_success(scene: Scene) -> None:
    done = _run(scene.state, "contact", "erase", "x@y.example", "--yes", "--locale", "en")
    assert done.exit_code == 1
    assert "nothing is held of 'x@y.example'" in done.output

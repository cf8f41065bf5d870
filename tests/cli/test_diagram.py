"""`nurture diagram`: files written, and what is said of a workflow that cannot be drawn."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import project, workflow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    good = workflow("good", "- {id: letter, send: x/letter}")
    bad = workflow("bad", "- {id: letter, sned: x/letter}")
    for path, content in project(good, bad).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def _run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder), "diagram", *words])


def test_a_good_workflow_is_drawn_though_another_file_is_broken(folder: Path) -> None:
    picture = _run(folder, "good", "--locale", "en")
    assert picture.exit_code == 0
    ET.fromstring(picture.output)
    done = _run(folder, "good", "--out", str(folder / "docs" / "good.md"), "--locale", "ja")
    assert "good（1ステップ）の図を" in done.output
    assert (folder / "docs" / "good.md").read_text("utf-8").startswith("```mermaid\nflowchart TD")


def test_a_broken_workflow_says_where_and_what_to_do(folder: Path) -> None:
    said = _run(folder, "bad", "--locale", "en")
    assert said.exit_code == 1
    assert "workflows/bad.yaml:" in said.output
    assert "did you mean 'send'?" in said.output


def test_an_unknown_name_and_no_name_say_what_to_write(folder: Path) -> None:
    unknown = _run(folder, "goood", "--locale", "ja")
    assert (unknown.exit_code, "「good」の間違いでは" in unknown.output) == (1, True)
    assert _run(folder, "--locale", "en").exit_code == 2
    every = _run(folder, "--all", str(folder / "all"), "--locale", "en")
    assert (every.exit_code, (folder / "all").exists()) == (1, False)


def test_an_svg_is_written_to_a_file_where_a_person_would_read_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stdout", shown)
    main(
        ["--project", ".", "diagram", "good", "--locale", "en"],
        standalone_mode=False,
    )
    assert shown.getvalue() == "good (1 step) is drawn in good.svg\n"
    ET.parse(folder / "good.svg")

"""`nurture split` on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import project as files_of
from tests.services.project import workflow

STEPS = """
- id: test
  split:
    variants:
      plain: {share: 50, steps: [{id: a, send: x/plain}]}
      question: {share: 50, steps: [{id: b, send: x/question}]}
    winner: {by: clicked, after: 20, at_most: 60d}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in files_of(
        workflow("letters", STEPS), workflow("plain", "- wait: 1d")
    ).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def say(project: Path, *words: str) -> Result:
    places = ["--project", str(project), "--var", str(project / "var")]
    return CliRunner().invoke(main, [*places, *words])


def test_a_split_is_shown_decided_and_reopened(project: Path) -> None:
    assert say(project, "migrate").exit_code == 0
    assert say(project, "publish").exit_code == 0
    shown = say(project, "split", "show", "letters").output
    assert "clicks by people within 7 days of their first mail" in shown
    assert "from 20 people each, at 95 % confidence; after 60 days: the best so far" in shown
    assert "nobody yet" in shown
    decide = ("split", "decide", "letters", "test")
    done = say(project, *decide, "question", "--reason", "法務の確認")
    assert done.output == "letters/test: whoever comes from now on gets question.\n"
    japanese = say(project, "split", "show", "letters", "test", "--locale", "ja").output
    assert "決定済み: question" in japanese
    assert "が question に決定しました：法務の確認" in japanese
    assert "Decided: question" in say(project, "split", "list").output
    again = say(project, *decide, "plain", "--reason", "x")
    assert (again.exit_code, "nurture split reopen letters test" in again.output) == (1, True)
    assert say(project, "split", "reopen", "letters", "test", "--reason", "x").exit_code == 0
    assert "Splits decided" not in say(project, "today").output


def test_what_is_not_there_is_said_with_what_may_be_meant(project: Path) -> None:
    assert say(project, "migrate").exit_code == 0
    assert say(project, "publish").exit_code == 0
    assert "did you mean 'letters'?" in say(project, "split", "show", "leters").output
    assert "did you mean 'test'?" in say(project, "split", "show", "letters", "tset").output
    assert "has no split" in say(project, "split", "show", "plain").output

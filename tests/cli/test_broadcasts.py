"""`nurture broadcast` and what `nurture publish` says of broadcasts, on the terminal."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.broadcasts import broadcast, with_broadcast


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with one broadcast to come and one whose time has passed."""
    spread = broadcast("slow", at="2037-05-12 10:00", delivery="{spread: 90m}")
    texts = broadcast(at="2037-05-12 10:00"), spread, broadcast("old", at="2020-05-12 10:00")
    for name, content in with_broadcast(*texts).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


def say(project: Path, *words: str) -> Result:
    """Run a command in the project."""
    places = ["--project", str(project), "--var", str(project / "var")]
    return CliRunner().invoke(main, [*places, *words])


def test_from_the_first_look_to_the_cancel(project: Path) -> None:
    assert say(project, "migrate").exit_code == 0
    before = say(project, "broadcast", "dry-run", "news")
    assert "0 match, 0 would get it, 0 would not" in before.output
    published = say(project, "publish").output
    assert "news goes out at Tue, 12 May 2037, 10:00, to about 0 people" in published
    slow = "slow goes out at Tue, 12 May 2037, 10:00, spread over 1 hour 30 minutes, to about 0"
    assert slow in published
    assert "old IS NOT SENT: its time, Tue, 12 May 2020, 10:00, has passed" in published
    assert say(project, "event", "a@aozora.example", "form.submitted").exit_code == 0
    sheet = project / "who.csv"
    looked = say(project, "broadcast", "dry-run", "news", "--csv", str(sheet), "--locale", "ja")
    assert "条件に合う方 1名・届く方 0名・届かない方 1名" in looked.output
    (row,) = csv.DictReader(sheet.open(encoding="utf-8-sig"))
    assert (row["email"], row["outcome"]) == ("a@aozora.example", "never")
    assert "同意記録" in row["reason"]
    assert "2037-05-12 10:00" in say(project, "broadcast", "list").output
    assert say(project, "broadcast", "pause", "news").output == "Paused: news\n"
    assert "paused" in say(project, "broadcast", "show", "news").output.lower()
    assert say(project, "broadcast", "resume", "news").exit_code == 0
    assert "0 mails" in say(project, "broadcast", "cancel", "news").output
    again = say(project, "broadcast", "resume", "news")
    assert (again.exit_code, "is cancelled" in again.output) == (1, True)
    wrong = say(project, "broadcast", "dry-run", "newss")
    assert "did you mean 'news'?" in wrong.output
    assert say(project, "broadcast", "dry-run", "news", "--at", "soon").exit_code == 2

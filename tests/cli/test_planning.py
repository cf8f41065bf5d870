"""`nurture plan`, `publish`, `releases` and `rollback` as people type them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import project, workflow

Run = Callable[..., Result]
STEPS = "- {id: first, send: x/first}\n- {id: rest, wait: 5d}\n- {id: second, send: x/second}"


_FORM = "purpose: marketing\ntrigger: [{form: %s}]"
_FORMS = {"a": "contact", "b": "contact", "c": "contacts"}
_VOUCHES = """scenario: somebody asks
given: {at: 2026-04-03 18:00, contact: {consent: [marketing]}}
when: [{event: form.submitted, with: {form: %s}}]
expect: [{workflow: c}]
"""


def lay(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the command line in a project of its own, with a database of its own."""
    monkeypatch.setenv("COLUMNS", "100")
    lay(tmp_path, project(workflow("a", STEPS)))

    def call(*words: str) -> Result:
        where = ["--project", str(tmp_path), "--var", str(tmp_path / "var")]
        return CliRunner().invoke(main, [*where, *words])

    assert call("migrate").exit_code == 0
    return call


def test_from_a_plan_to_a_release_and_back(run: Run, tmp_path: Path) -> None:
    first = run("plan", "--locale", "en")
    assert "nothing is published yet" in first.output
    named = first.output.split("nurture publish --plan ")[1].split()[0]
    assert "Release 1 is live." in run("publish", "--plan", named).output
    same = run("plan", "--exit-code", "--locale", "en")
    assert (same.exit_code, "These files are live already." in same.output) == (0, True)
    lay(tmp_path, project(workflow("a", STEPS.replace("5d", "7d"))))
    changed = run("plan", "--exit-code", "--locale", "ja")
    assert changed.exit_code == 2
    assert "~ 待機 5日 → 7日" in changed.output
    stale = run("publish", "--plan", named, "--help").exit_code, run("publish", "--plan", named)
    assert (stale[0], stale[1].exit_code) == (0, 1)
    assert "release 0 was live" in stale[1].output
    assert run("publish").exit_code == 0
    listed = run("releases", "--locale", "en").output
    assert "● 2" in listed
    assert "~ a (1 step)" in listed
    back = run("rollback", "--locale", "en")
    assert "~ wait 7 days → 5 days" in back.output
    again = back.output.split("--plan ")[1].split()[0]
    done = run("rollback", "1", "--plan", again).output
    assert "Release 3 is live: the files of release 1." in done
    assert "`nurture publish` would change: ~ a (1 step)" in done
    newest = json.loads(run("releases", "--format", "json").output)[0]
    assert (newest["kind"], newest["back_to"], newest["live"]) == ("rollback", 1, True)


def test_a_plan_for_programs_and_for_pull_requests(run: Run, tmp_path: Path) -> None:
    run("publish")
    lay(tmp_path, project(workflow("a", STEPS.replace("5d", "7d"))))
    found = json.loads(run("plan", "--format", "json").output)
    assert found["changes"][0]["parts"][0]["parts"][0]["said"] == {
        "ja": "待機 5日 → 7日", "en": "wait 5 days → 7 days",
    }  # fmt: skip
    assert (found["publishable"], found["people"], found["version"]) == (True, 0, 1)
    text = run("plan", "--format", "markdown", "--locale", "en").output
    assert "```diff\n! workflow  a\n!   rest  Wait\n!     wait 5 days → 7 days\n```" in text


def test_a_plan_counts_the_warnings_that_the_check_shows(run: Run, tmp_path: Path) -> None:
    forms = [workflow(name, "- wait: 1d", _FORM % form) for name, form in _FORMS.items()]
    lay(tmp_path, project(*forms))
    (tmp_path / "workflows/tests").mkdir()
    scenario = _VOUCHES % "contacts"
    (tmp_path / "workflows/tests/c.yaml").write_text(scenario)

    def counted() -> int:
        return len(json.loads(run("plan", "--format", "json").output)["warnings"])

    shown = json.loads(run("check", "--format", "json").output)["warnings"]
    assert counted() == shown
    (tmp_path / "workflows/tests/c.yaml").unlink()
    assert counted() == shown + 1


def test_mistakes_are_said_and_nothing_is_planned(run: Run, tmp_path: Path) -> None:
    lay(tmp_path, project(workflow("a", "- wait: soon")))
    done = run("plan")
    assert done.exit_code == 1
    assert "workflows/a.yaml:7:" in done.output
    assert run("rollback").exit_code == 1

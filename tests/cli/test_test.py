"""`nurture test`: what runs, what it writes in each format, how it ends, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from nurture.errors import DefinitionError
from nurture.simulate.suite import Suite
from tests.simulate.scenarios import LATE, OFFICE, WELCOME, files
from tests.simulate.test_world import nothing_leaves


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NURTURE_PROJECT", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, made: dict[str, bytes]) -> None:
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def command(*words: str) -> Result:
    return CliRunner().invoke(main, ["test", *words], catch_exceptions=False)


FINE = LATE.replace("late", "fine").replace("24h", "3d")


def test_a_pipeline_gets_its_status_junit_and_annotations(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE + FINE))
    found = command("--junit", "out/junit.xml")
    assert found.exit_code == 1
    assert found.output.startswith("F.\n")
    assert found.output.rstrip().splitlines()[-1].startswith("1 of 2 scenarios failed")
    root = ElementTree.parse(folder / "out/junit.xml").getroot()
    (suite,) = root
    late, fine = suite
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == (
        "testsuites", "2", "1", "0",
    )  # fmt: skip
    assert suite.get("name") == late.get("classname") == "workflows/tests/tiny.yaml"
    assert (late.get("name"), fine.get("name"), len(fine)) == ("late", "fine", 0)
    (failure,) = late
    assert failure.get("type") == "not_gone"
    assert "What happened to 田中" in (failure.text or "")
    github = command("--format", "github")
    assert github.output.startswith(
        "::error file=workflows/tests/tiny.yaml,line=10,col=9,title=late::mail x/hello is sent"
    )
    (told_late, told_fine) = json.loads(command("--format", "json").output)["outcomes"]
    assert (told_late["ok"], told_fine["ok"]) == (False, True)
    assert told_late["failures"][0]["code"] == "not_gone"


def test_what_keeps_scenarios_from_running_is_said_in_every_format(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE.replace("within: 24h", "within: 24")))
    found = command("--junit", "out/junit.xml")
    assert found.exit_code == 1
    (suite,) = ElementTree.parse(folder / "out/junit.xml").getroot()
    assert [case.find("error") is not None for case in suite] == [True]
    assert json.loads(command("--format", "json").output)["problems"][0]["code"] == "bad-duration"
    github = command("--format", "github").output
    assert github.startswith("::error file=workflows/tests/tiny.yaml,")


def test_scenarios_are_chosen_by_file_line_and_title(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE + FINE))
    assert command("-k", "FIN").output.startswith(".\n1 scenario came as expected")
    assert command("tiny", "-k", "fine").exit_code == 0
    assert "fine" not in command("workflows/tests/tiny.yaml:7", "--list").output
    assert command("-x").output.rstrip().endswith("1 did not run.")
    for words in (["tyny"], ["-k", "nothing like it"]):
        assert command(*words).exit_code == 2


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_many_processes_say_what_one_says(folder: Path, jobs: str) -> None:
    write(folder, files(OFFICE, scenarios=LATE + FINE))
    found = command("--jobs", jobs, "--format", "json").output
    assert [one["scenario"] for one in json.loads(found)["outcomes"]] == ["late", "fine"]


def test_what_cannot_run_says_so_before_anything_runs(folder: Path) -> None:
    assert command().exit_code == 2  # no project
    made = files(OFFICE, scenarios=LATE)
    del made["workflows/tests/tiny.yaml"]
    write(folder, made)
    assert (command().exit_code, "no scenarios" in command().output) == (2, True)
    write(folder, files(OFFICE, scenarios=LATE.replace("x/hello", "x/helo")))
    result = CliRunner().invoke(main, ["test"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "no template 'x/helo' (did you mean 'x/hello'?)" in result.output


def test_a_test_run_opens_no_socket_and_writes_nothing_but_its_report(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE + FINE))
    before = sorted(folder.rglob("*"))
    with nothing_leaves() as caught:
        assert command("--jobs", "1").exit_code == 1
    assert caught == []
    assert sorted(folder.rglob("*")) == before


def test_a_release_holds_no_scenario_and_a_broken_one_stops_no_publication() -> None:
    made = files(WELCOME, scenarios=LATE)
    suite = Suite.of(made)
    assert not [path for path in suite.project.files if "tests/" in path]
    with pytest.raises(DefinitionError):
        Suite.of({**made, "workflows/tests/tiny.yaml": b"scenario: a\n"})


def test_a_misspelt_file_is_hinted_at_and_a_wrong_line_names_the_right_ones(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE + FINE))
    misspelt, wrong = command("tinny", "--locale", "ja"), command("tiny:1", "--locale", "en")
    assert "「tiny」の間違いではありませんか" in misspelt.output
    assert "scenarios of tiny begin in lines " in wrong.output
    assert (misspelt.exit_code, wrong.exit_code) == (2, 2)


def test_the_language_may_stand_before_the_command_and_behind_it_counts(folder: Path) -> None:
    write(folder, files(OFFICE, scenarios=LATE))
    said = CliRunner().invoke(main, ["--locale", "ja", "test", "tinny"]).output
    assert "間違いではありませんか" in said
    said = CliRunner().invoke(main, ["--locale", "ja", "test", "tinny", "--locale", "en"]).output
    assert "did you mean" in said

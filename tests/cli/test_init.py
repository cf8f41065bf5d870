"""`nurture init`: what it makes is right as it stands, and what is there already stays."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from nurture.cli import main, starting
from tests.content.shipped import ROOT

SAID = ("--company", "株式会社青空", "--email", "yamada@aozora.example", "--name", "山田太郎")
STARTER = ROOT / "nurture" / "starter" / "both" / "templates"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NURTURE_PROJECT", "GITHUB_WORKSPACE", "PUBLIC_URL", "NURTURE_VAR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=answers, catch_exceptions=False)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize(("more", "scenarios"), [((), 3), (("--with", "loop"), 9)])
def test_a_new_project_passes_check_without_a_warning_and_its_scenarios(
    folder: Path, locale: str, more: tuple[str, ...], scenarios: int
) -> None:
    assert run("init", "p", *SAID, *more, "--locale", locale).exit_code == 0
    project = ("--project", "p", "--var", "v")
    checked = run(*project, "check", "--strict", "--quiet")
    assert (checked.output, checked.exit_code) == ("", 0)
    tested = run(*project, "test", "--verbose")
    assert tested.exit_code == 0, tested.output
    assert tested.output.count("✓") == scenarios


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_sample_list_can_be_simulated_with_every_row(folder: Path, locale: str) -> None:
    run("init", "p", "--locale", locale)
    lists = ("--contacts", "p/contacts.csv", "--audience", "p/audience.yaml", "--format", "json")
    result = run("--project", "p", "simulate", *lists, "--days", "60", "--start", "2026-04-06")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["contacts"] == 8
    assert "left out" not in result.output


def test_the_project_says_who_the_company_is_whatever_its_name_holds(folder: Path) -> None:
    odd = 'A: "B" & «name» #c'
    run("init", "p", "--company", odd, "--email", "me@aozora.example", "--zone", "America/New_York")
    assert run("--project", "p", "--var", "v", "check", "--strict", "-q").exit_code == 0
    assert json.dumps(odd, ensure_ascii=False) in Path("p/workflows/policy.yaml").read_text("utf-8")
    assert "https://www.aozora.example/documents" in (
        Path("p/templates/email/document/thanks.en.md").read_text("utf-8")
    )
    assert 'holidays: "US"' in Path("p/workflows/calendar.yaml").read_text("utf-8")


def test_editors_find_the_schema_that_each_file_names(folder: Path) -> None:
    run("init", "p")
    named = 0
    for path in Path("p/workflows").rglob("*.yaml"):
        first = path.read_text("utf-8").splitlines()[0]
        assert (path.parent / first.partition("$schema=")[2]).is_file(), path
        named += 1
    assert named == 6


def test_a_folder_with_something_in_it_is_refused_and_named(folder: Path) -> None:
    run("init", "p", *SAID)
    before = everything(folder)
    again = run("init", "p", "--company", "Other Inc")
    assert again.exit_code == 1
    assert "p is not empty; in it: .editorconfig, .github, .gitignore" in again.output
    assert everything(folder) == before


def test_force_adds_what_is_missing_and_changes_nothing(folder: Path) -> None:
    Path("p/workflows").mkdir(parents=True)
    Path("p/README.md").write_text("ours")
    Path("p/workflows/calendar.yaml").write_text("ours")
    result = run("init", "p", "--force", "--locale", "en")
    assert result.exit_code == 0
    assert "README.md was there already" in result.output
    assert "workflows/calendar.yaml was there already" in result.output
    assert Path("p/README.md").read_text() == "ours"
    assert Path("p/workflows/calendar.yaml").read_text() == "ours"
    assert Path("p/workflows/policy.yaml").is_file()


def test_the_loop_brings_survey_programme_and_request_and_nothing_of_it_stays_without(
    folder: Path,
) -> None:
    said = run("init", "p", "--with", "loop", "--locale", "en").output
    assert "referral-program.yaml is a sample" in said
    run("init", "plain")
    plain, whole = set(everything(Path("plain"))), set(everything(Path("p")))
    assert plain < whole
    added = {path.removeprefix("workflows/") for path in whole - plain if "tests" not in path}
    assert {"nps.yaml", "nps-quarterly.yaml", "referral-program.yaml", "referral-ask.yaml"} < added
    for path, content in everything(folder).items():
        assert not re.search("«(?:loop|plain)»", content.decode("utf-8", "ignore")), path
    assert "referral" not in Path("plain/README.md").read_text("utf-8")
    assert "referral-program.yaml" in Path("p/README.md").read_text("utf-8")


def test_the_loop_comes_to_a_project_that_stands_with_what_its_policy_lacks(folder: Path) -> None:
    run("init", "p", *SAID, "--locale", "en")
    result = run("init", "p", "--with", "loop", "--force", "--locale", "en")
    needed = [line.strip() for line in result.output.splitlines() if line.startswith("  ")]
    lines = {line.partition(":")[0]: line for line in needed if ":" in line}
    policy = Path("p/workflows/policy.yaml")
    kept = [one for one in policy.read_text("utf-8").splitlines(True) if "service_temp" not in one]
    policy.write_text(
        "".join(kept)
        + "".join(f"{lines[key]}\n" for key in ("service_templates", "kpis", "results"))
    )
    assert run("--project", "p", "--var", "v", "check", "--strict", "-q").exit_code == 0


def test_a_fresh_clone_is_taken_for_empty(folder: Path) -> None:
    Path(".git").mkdir()
    assert run("init", ".").exit_code == 0
    assert Path("workflows/policy.yaml").is_file()


def test_answers_that_cannot_be_used_are_all_named_by_option_and_nothing_is_made(
    folder: Path,
) -> None:
    result = run("init", "a/p", "--zone", "Asia/Tokio", "--email", "nobody", "--holidays", "XX")
    assert result.exit_code == 2
    assert "--zone: no time zone 'Asia/Tokio'\n  → did you mean 'Asia/Tokyo'?" in result.output
    assert "--email: expected an e-mail address" in result.output
    assert "--holidays: no public holidays are known for 'XX'" in result.output
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("step", ["write_text", "rename"])
@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_fills_up_half_way_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, there: bool
) -> None:
    if there:
        Path("a").mkdir()
        Path("a/README.md").write_text("ours")
    before = everything(folder), sorted(folder.rglob("*"))
    left = 20 if there or step == "write_text" else 0
    done = getattr(Path, step)

    def full(path: Path, *given: object, **named: object) -> object:
        nonlocal left
        if left == 0:
            raise OSError(28, "No space left on device", str(path))
        left -= 1
        return done(path, *given, **named)

    monkeypatch.setattr(Path, step, full)
    result = run("init", *(["a", "--force"] if there else ["a/b"]))
    assert result.exit_code == 1
    assert "cannot be written: no space left on device" in result.output
    assert left == 0
    assert (everything(folder), sorted(folder.rglob("*"))) == before


def test_on_a_terminal_what_no_option_says_is_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def prompt(text: str, default: str) -> str:
        asked.append(text)
        return default

    monkeypatch.setattr(starting, "on_a_terminal", lambda: True)
    monkeypatch.setattr(click, "prompt", prompt)
    assert run("init", "p", "--company", "株式会社青空", "--locale", "ja").exit_code == 0
    assert asked == ["タイムゾーン", "住所", "メールの差出人（氏名）", "差出人のメールアドレス"]


def test_layouts_and_team_mails_are_those_that_are_shipped() -> None:
    shipped = ROOT / "templates" / "email"
    for part in ("layouts", "team"):
        assert everything(STARTER / "email" / part) == everything(shipped / part), (
            f"cp -r templates/email/{part} nurture/starter/both/templates/email/"
        )


def test_the_letters_of_the_loop_are_those_that_are_shipped() -> None:
    mine = everything(ROOT / "nurture" / "starter" / "loop" / "both" / "templates" / "email")
    shipped = everything(ROOT / "templates" / "email")
    for path, content in mine.items():
        beside = f"nurture/starter/loop/both/templates/email/{path}"
        assert content == shipped[path], f"cp templates/email/{path} {beside}"


def test_a_wheel_holds_the_starter(tmp_path: Path) -> None:
    from flit_core import buildapi  # what `pip wheel` calls

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        wheel = tmp_path / buildapi.build_wheel(str(tmp_path))
    shutil.unpack_archive(wheel, tmp_path / "unpacked", "zip")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]
    inside = everything(tmp_path / "unpacked" / package / "starter")
    assert inside == everything(ROOT / "nurture" / "starter")

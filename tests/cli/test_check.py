"""`nurture check`: what it writes in each format, how it ends, and which files it speaks of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import SCORING, letter, project, workflow

#: an error in a definition, in its fifth line, and a warning in a letter
BAD = workflow("bad", "- wait: 3x\n- send: x/a")
WARNED = letter("{{ contact.title }}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NURTURE_PROJECT", "GITHUB_WORKSPACE", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, *workflows: str, **files: str) -> None:
    # without the hand-off, which wants a mail to our own people
    files.setdefault("scoring", SCORING.partition("handoff:")[0])
    for name, content in project(*workflows, **files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", *words], catch_exceptions=False)


def test_a_project_without_a_mistake_ends_with_0_and_says_what_was_looked_at(folder: Path) -> None:
    write(folder, workflow("good", "- send: x/a"))
    result = run()
    assert result.exit_code == 0
    assert result.output == (
        "No errors, 0 warnings: 1 workflow, 8 files are ready to be published.\n"
    )
    assert run("--quiet").output == ""


def test_errors_end_with_1_and_stand_on_a_line_each(folder: Path) -> None:
    write(folder, BAD, t_x__a=WARNED)
    result = run()
    assert result.exit_code == 1
    first, second, summary = result.output.splitlines()
    assert first.startswith("templates/email/x/a.ja.md:9:1: warning: contact.title is missing")
    assert second.startswith("workflows/bad.yaml:7:11: error: '3x' is not a duration")
    assert summary == "1 error, 1 warning in 1 workflow, 8 files"
    assert run("-q").output.splitlines() == [first, second]


def test_warnings_fail_where_strict_asks_for_it(folder: Path) -> None:
    write(folder, workflow("good", "- send: x/a"), t_x__a=WARNED)
    assert run().exit_code == 0
    assert run("--strict").exit_code == 1
    assert "No errors, but 1 warning, which fail: 1 workflow" in run("--strict").output


@pytest.mark.parametrize("words", [("--format", "xml"), ("nowhere.yaml",), ("/etc/passwd",)])
def test_what_is_not_there_ends_with_2(folder: Path, words: tuple[str, ...]) -> None:
    write(folder, workflow("good", "- send: x/a"))
    assert run(*words).exit_code == 2


def test_a_folder_without_workflows_is_no_project_and_ends_with_2(folder: Path) -> None:
    result = run()
    assert result.exit_code == 2
    assert "there is no folder 'workflows'" in result.output
    assert "--project" in result.output


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (("workflows/bad.yaml",), ["workflows/bad.yaml"]),
        (("templates",), ["templates/email/x/a.ja.md"]),
        ((".",), ["templates/email/x/a.ja.md", "workflows/bad.yaml"]),
        (("workflows/policy.yaml",), []),
    ],
)
def test_only_the_files_that_are_named_are_shown_and_count(
    folder: Path, words: tuple[str, ...], files: list[str]
) -> None:
    write(folder, BAD, t_x__a=WARNED)
    found = json.loads(run("--format", "json", *words).output)
    assert [one["file"] for one in found["problems"]] == files
    assert found["elsewhere"] == 2 - len(files)
    assert found["ok"] is ("workflows/bad.yaml" not in files)


def test_json_has_the_shape_that_the_guide_states(folder: Path) -> None:
    write(folder, BAD)
    found = json.loads(run("--format", "json").output)
    (problem,) = found.pop("problems")
    assert found == {
        "version": 1,
        "ok": False,
        "errors": 1,
        "warnings": 0,
        "elsewhere": 0,
        "workflows": 1,
        "files": 8,
    }
    assert problem == {
        "file": "workflows/bad.yaml",
        "line": 7,
        "column": 11,
        "severity": "error",
        "code": "bad-duration",
        "message": "'3x' is not a duration: one number and one unit",
        "hint": "write for example 30m, 24h, 14d, 2w, 3 business days, 3営業日",
    }


def test_github_gets_annotations_with_what_it_would_misread_escaped(folder: Path) -> None:
    inner = folder / "crm"
    write(inner, workflow("bad", '- wait: "3%,x"\n- send: x/a'))
    lines = CliRunner().invoke(main, ["--project", "crm", "check", "--format", "github"]).output
    first, summary = lines.splitlines()
    assert first == (
        "::error file=crm/workflows/bad.yaml,line=7,col=11,title=bad-duration::"
        "'3%25,x' is not a duration: one number and one unit"
        "%0Awrite for example 30m, 24h, 14d, 2w, 3 business days, 3営業日"
    )
    assert summary == "1 error, 0 warnings in 1 workflow, 8 files"


def test_a_comma_or_colon_in_a_files_name_ends_no_property(folder: Path) -> None:
    write(folder, workflow("good", "- send: x/a"))
    (folder / "workflows" / "a,b: c.txt").write_text("x")
    line = run("--format", "github").output.splitlines()[0]
    assert line.startswith("::warning file=workflows/a%2Cb%3A c.txt,line=1,col=1,title=file-")


def test_it_speaks_japanese_where_it_is_asked_to_or_the_terminal_does(folder: Path) -> None:
    write(folder, workflow("good", "- send: x/a"))
    said = "エラーはありません（警告 0 件）。シナリオ 1 件、ファイル 8 件を公開できます。\n"
    assert run("--locale", "ja").output == said
    assert CliRunner(env={"LC_ALL": "ja_JP.UTF-8"}).invoke(main, ["check"]).output == said
    (folder / "workflows" / "b.yaml").mkdir()
    line = run("--locale", "ja").output.splitlines()[0]
    assert line == (
        "workflows/b.yaml:1:1: エラー: ファイルのような名前のフォルダーです"
        "（名前を変えてください。定義は1つずつファイルに書きます） [folder-as-file]"
    )

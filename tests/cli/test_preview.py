"""`nurture preview` without a browser: files, tests by mail, and what it says of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import project, workflow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = project(workflow("journey", "- {id: first, send: x/letter}"))
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def _run(folder: Path, *words: str, **environment: str) -> Result:
    where = ["--project", str(folder), "--var", str(folder / "var")]
    return CliRunner(env=environment).invoke(main, [*where, "preview", *words])


def test_a_mail_is_written_as_files_without_a_database_and_none_is_made(folder: Path) -> None:
    done = _run(folder, "templates/email/x/letter.ja.md", "--out", str(folder / "o"))
    assert done.exit_code == 0, done.output
    names = {path.name for path in (folder / "o").iterdir()}
    assert names == {"x-letter.ja.html", "x-letter.ja.txt", "x-letter.ja.eml"}
    assert "件名" in (folder / "o/x-letter.ja.txt").read_text("utf-8")
    assert not (folder / "var").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["x/lettre", "--out", "o"], "テンプレート「x/lettre」はありません\n  → 「x/letter」の"),
        (["--workflow", "journey", "--step", "frist", "--out", "o"], "→ 「first」の間違い"),
        (["--workflow", "jurney", "--out", "o"], "→ 「journey」の間違い"),
        (["--broadcast", "news", "--out", "o"], "一斉配信「news」はありません"),
        (["x/letter", "--contact", "a@sample.example"], "データベース"),
        (["--to", "me@sample.example"], "どのメール"),
        (["x/letter", "--workflow", "journey"], "いずれか"),
    ],
)
def test_what_cannot_be_shown_says_what_to_write(folder: Path, words: list[str], says: str) -> None:
    done = _run(folder, *words, "--locale", "ja")
    assert done.exit_code in (1, 2)
    assert says in done.output


def test_a_test_does_not_leave_where_sending_is_off(folder: Path) -> None:
    done = _run(folder, "x/letter", "--to", "me@sample.example", SENDING="off")
    assert done.exit_code == 1
    assert "SENDING=off" in done.output

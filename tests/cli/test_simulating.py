"""`nurture simulate` from a list: no database, the same bytes twice, and mistakes in sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from tests.services.project import project, workflow

LIST = """会社名,氏名,メールアドレス,同意根拠,取得元,取得日,好きな色
青空,田中花子,tanaka@a.example,名刺交換,展示会,2026-03-01,青
青空,鈴木一,suzuki@a.example,名刺交換,展示会,2026-03-01,赤
,誰か,not-an-address,,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    letters = workflow(
        "w", "- send: x/one\n- wait: 2d\n- send: x/two", head="trigger: [{event: contact.created}]"
    )
    for path, content in project(letters).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def run(folder: Path, *options: str) -> Result:
    home = ["--project", str(folder), "--var", str(folder / "var")]
    usual = ["--contacts", str(folder / "list.csv"), "--days", "5", "--start", "2026-05-11"]
    return CliRunner().invoke(main, [*home, "simulate", *usual, *options])


def test_the_forecast_of_a_list_in_json_is_the_same_every_time(folder: Path) -> None:
    first = run(folder, "--format", "json")
    assert first.exit_code == 0, first.output
    found = json.loads(first.stdout)
    assert (found["contacts"], sum(one["sent"] for one in found["steps"])) == (2, 4)
    assert run(folder, "--format", "json").stdout == first.stdout
    # nothing but what was there is there: no database, no list of rejected rows
    assert sorted(one.name for one in folder.iterdir()) == ["list.csv", "templates", "workflows"]


def test_it_says_what_of_the_list_was_left_out_in_the_language_that_is_asked(folder: Path) -> None:
    said = run(folder, "--locale", "ja").stderr
    assert "列「好きな色」は認識できないため、読み込みませんでした" in said
    assert "list.csv:4: 「not-an-address」はメールアドレスとして正しくありません" in said
    assert "list.csv の 1 行を除いて実行します" in said


def test_a_page_and_timelines_are_written_where_they_are_asked_for(folder: Path) -> None:
    page = folder / "out" / "forecast.html"
    done = run(folder, "--report", str(page), "--timeline", "tanaka@a.example", "--locale", "ja")
    assert done.exit_code == 0, done.output
    assert "tanaka@a.example のタイムライン" in done.stdout
    assert "tanaka@a.example のタイムライン" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--days", "0"], "0 days cannot be simulated"),
        (["--days", "4000"], "from 1 to 366"),
        (["--more-than", "0"], "--more-than counts mails"),
        (["--start", "tomorrow"], "'tomorrow' is not a date"),
        (["--timeline", "x@y.example"], "nobody is known as 'x@y.example'"),
        (["--audience", "none.yaml"], "none.yaml cannot be read"),
        (["--audience", "none.yaml", "--learn"], "exclude each other"),
        (["--contacts", "none.csv"], "none.csv is not a file"),
    ],
)
def test_mistakes_are_sentences(folder: Path, options: list[str], said: str) -> None:
    done = run(folder, *options, "--locale", "en")
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_an_audience_with_a_slip_is_refused_with_its_place(folder: Path) -> None:
    shown = CliRunner().invoke(main, ["simulate", "--show-audience"])
    path = folder / "audience.yaml"
    path.write_text(shown.stdout.replace("open: 18%", "open: 18"), encoding="utf-8")
    done = run(folder, "--audience", str(path), "--locale", "ja")
    assert done.exit_code == 1
    assert "audience.yaml:11:16: エラー: 「18」は割合として正しくありません" in done.stderr
    assert "18% と書いてください" in done.stderr


def test_an_audience_of_ones_own_changes_the_forecast_and_stands_in_it(folder: Path) -> None:
    path = folder / "keen.yaml"
    keen = "audience: keen\nmail: {cold: {open: 100%}, warm: {open: 100%}, hot: {open: 100%}}\n"
    path.write_text(keen, encoding="utf-8")
    found = json.loads(run(folder, "--audience", str(path), "--format", "json").stdout)
    usual = json.loads(run(folder, "--format", "json").stdout)
    assert (found["audience"], usual["audience"]) == ("keen", "default")
    opened = [sum(step["opened"] for step in one["steps"]) for one in (found, usual)]
    assert opened[0] > opened[1]


def test_a_workflow_that_nobody_begins_is_named_with_why(folder: Path) -> None:
    text = workflow("won", "- send: x/one", head="trigger: [{event: deal.won}]")
    (folder / "workflows/won.yaml").write_text(text, encoding="utf-8")
    japanese = run(folder, "--locale", "ja").stdout
    assert "だれも始めなかったシナリオ" in japanese
    assert "「受注」は反応の前提にありません" in japanese.replace("\n", "")[:20_000]
    found = json.loads(run(folder, "--format", "json").stdout)
    assert found["idle"] == [
        {
            "workflow": "won",
            "title": "won",
            "why": [{"code": "idle_never", "name": "deal.won", "number": 0}],
        }
    ]
    page = folder / "forecast.html"
    run(folder, "--report", str(page), "--locale", "en")
    assert "Workflows that nobody began" in page.read_text("utf-8")


def test_one_is_singular_and_more_are_plural(folder: Path) -> None:
    assert "Nobody would get more than 1 mail in seven days" not in run(folder).stdout
    once = run(folder, "--days", "1", "--more-than", "1", "--locale", "en")
    assert "Nobody would get more than 1 mail in seven days" in once.stdout
    assert (
        "Nobody would get more than 3 mails in seven days" in run(folder, "--locale", "en").stdout
    )


def test_learning_needs_a_database_and_says_so(folder: Path) -> None:
    done = run(folder, "--learn", "--locale", "en")
    assert done.exit_code == 1
    assert "nurture migrate" in done.stderr

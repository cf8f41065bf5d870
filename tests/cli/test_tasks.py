"""`nurture task` and `nurture deal`: what people read, and what their words do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nurture.cli import main
from nurture.cli.tasks import parse_answers
from nurture.clock import machine_now
from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.errors import NurtureError
from tests.services.desk import Desk
from tests.services.house import make_house


@dataclass
class Terminal:
    """A terminal in a project with a lead and its call."""

    var: Path
    desk: Desk

    def say(self, *words: str) -> Result:
        """Run a command."""
        return CliRunner().invoke(main, ["--var", str(self.var), *words])

    def take_in(self) -> None:
        """Let a worker take in what was told."""
        self.desk.house.clock.move_to(machine_now())
        self.desk.house.decide()

    def text(self, *words: str) -> str:
        """Return what a command says, in one line."""
        return " ".join(self.say(*words).output.split())


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    assert CliRunner().invoke(main, ["--var", str(tmp_path), "migrate"]).exit_code == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'nurture.sqlite'}")
    house = make_house(engine)
    house.clock.move_to(machine_now())
    yield Terminal(tmp_path, Desk(house))
    engine.dispose()


def test_a_day_at_the_desk(terminal: Terminal) -> None:
    desk = terminal.desk
    task = desk.task(desk.lead(lifecycle="sal"))
    desk.task(None, "todo", title="事例の月次更新", assignee_id=None)
    listed = terminal.text("task", "list")
    assert "Open: 2" in listed
    assert "株式会社青空 田中太郎" in listed
    assert "Form submitted: Request for a quotation" in listed
    assert "月次更新" not in terminal.text("task", "list", "--for", "nakamura", "--locale", "ja")
    shown = terminal.text("task", "show", str(task), "--locale", "ja")
    for said in (
        "株式会社青空 田中様",
        "03-1234-5678",
        "必要性: 月末の転記に3名で2日",
        "見積もりのご依頼",
    ):
        assert said in shown
    assert f"nurture task do {task} called --result qualified|talked" in shown

    day = (machine_now() + timedelta(days=7)).date().isoformat()
    meeting = ("--day", day, "--time=14:00", "--decider", "yes", "--locale", "ja")
    done = terminal.say("task", "do", str(task), "meeting_set", *meeting)
    assert done.output == "記録しました：商談日決定（中村健）\n"
    again = terminal.say("task", "do", str(task), "meeting_set", *meeting)
    assert "すでに記録されています：商談日決定（中村健）" in again.output
    late = terminal.say("task", "do", str(task), "done")
    assert (
        late.output == "The task is closed already: Meeting set (中村健). Nothing was recorded.\n"
    )
    terminal.take_in()

    deal = f"D-{task}"
    assert deal in terminal.text("deal", "list")
    assert terminal.say("deal", "set", deal, "--amount", "120万").output == "Recorded.\n"
    terminal.take_in()
    assert "It was so already" in terminal.text("deal", "set", deal, "--amount", "1,200,000")
    assert "JPY 1,200,000" in terminal.text("deal", "show", deal)
    assert terminal.say("deal", "won", "1", "--amount", "1,100,000").output == "Recorded.\n"
    terminal.take_in()
    assert "It was so already" in terminal.text("deal", "won", deal, "--amount", "1,100,000")
    over = terminal.say("deal", "lost", deal, "--reason", "no_budget")
    assert (over.exit_code, f"deal {deal} is over: won" in over.output) == (1, True)
    assert terminal.say("deal", "list").output == "There are no deals.\n"
    assert "Won" in terminal.text("deal", "list", "--all")


def test_a_mail_goes_out_once_more(terminal: Terminal) -> None:
    task = terminal.desk.task(terminal.desk.lead())
    assert (
        terminal.say("task", "mail", str(task)).output == "Going out to nakamura@sample.example.\n"
    )
    (mail,) = terminal.desk.house.rows(tables.message)
    assert (mail.task_id, mail.template) == (task, "team/task")


#: (words, part of what is said instead)
WRONG: list[tuple[tuple[str, ...], str]] = [
    (("task", "show", "99"), "there is no task 99"),
    (("task", "list", "--for", "x"), "nobody of the team is known as 'x'"),
    (("task", "do", "1", "called"), "--result (How did it go?): Please choose one. (qualified"),
    (("task", "do", "1", "called", "--resullt", "talked"), "did you mean 'result'?"),
    (("task", "do", "1", "called", "--result"), "--result has no value"),
    (("task", "do", "1", "won", "--amount", "5"), "as things stand, task 1 cannot be 'won'"),
    (("task", "do", "1", "accepted", "--by", "x"), "nobody of the team is known as 'x'"),
    (("deal", "show", "9"), "there is no deal '9'"),
    (("deal", "set", "D-1"), "nothing to set"),
]


def test_what_is_wrong_is_said_with_what_to_do(terminal: Terminal) -> None:
    terminal.desk.task(terminal.desk.lead())
    before = terminal.desk.everything()
    for words, said in WRONG:
        result = terminal.say(*words)
        assert result.exit_code == 1, words
        assert said in " ".join(result.output.split()), words
    assert terminal.desk.everything() == before


def test_answers_are_read_from_words() -> None:
    words = ["--next-step=見積書", "--next_at", "2026-05-20", "--decider-met"]
    assert parse_answers("met", words) == {
        "next_step": "見積書",
        "next_at": "2026-05-20",
        "decider_met": "yes",
    }
    with pytest.raises(NurtureError, match="does not ask"):
        parse_answers("accepted", ["extra"])

"""`nurture referrals` as somebody types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from nurture import cli
from nurture.cli import referral_cases
from nurture.cli import referral_lists as command
from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.services import referral_desk
from tests.services.house import make_house
from tests.services.referring import Referring, referring


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Referring]:
    """Return a house with a referrer, which commands are wired to."""
    engine = make_engine(f"sqlite:///{tmp_path / 'referrals.sqlite'}")
    tables.metadata.create_all(engine)
    found = referring(make_house(engine))
    wired = SimpleNamespace(runtime=found.house.runtime)
    for module in (command, referral_cases):
        monkeypatch.setattr(module, "house_of", lambda _: wired)
    yield found
    engine.dispose()


def _run(*words: str, status: int = 0, locale: str = "en") -> str:
    env = {"COLUMNS": "200", "LC_ALL": "ja_JP.UTF-8" if locale == "ja" else "C"}
    done: Result = CliRunner(env=env).invoke(cli.main, ["referrals", *words])
    assert done.exit_code == status, done.output
    return done.output


def test_a_referral_from_the_first_word_to_the_case(at: Referring) -> None:
    who = ("--name", "鈴木 一郎", "--company", "企業", "--email", "suzuki@kigyou.example")
    said = _run("add", "tanaka@aozora.example", *who)
    assert "is taken in" in said
    ref = said.split()[0]
    assert "nothing changed" in _run("add", "tanaka@aozora.example", *who)
    assert ref in _run("list", "--locale", "ja")
    assert "nobody has agreed" in _run("move", ref, "meeting", status=1)
    assert "how did they agree" in _run("move", ref, "received", status=1)
    _run("move", ref, "received", "--consent", "5/12 に電話でご本人から", "--by", "sato")
    _run("move", ref.lower(), "contacted", "--how", "phone")
    assert "nothing changed" in _run("move", ref, "contacted")
    assert "did you mean 'lost'" in _run("move", ref, "lostt", status=1)
    _run("move", ref, "lost", "--reason", "timing")
    assert f"Open again: {ref} stands at Contacted" in _run("move", ref, "reopen")
    _run("move", ref, "won", "--result", "転記の時間を42%削減", "--yes")
    shown = _run("show", ref, "--locale", "ja")
    assert (
        "時期が合わない" in shown and "再開" in shown and "手入力による（ほかの接点なし）" in shown
    )
    assert "Recorded" in _run("case", ref, "--side", "referrer")
    assert "nothing changed" in _run("case", ref, "--side", "referrer")
    assert at.house.rows(tables.task, kind="todo") == []
    assert "社外にはまだ出せません" in _run("case", ref, locale="ja")
    assert "go together" in _run("case", ref, "--side", "referred", "--item", status=2)
    _run("case", ref, "--side", "referred")
    (task,) = at.house.rows(tables.task, kind="todo")
    assert ref in task.title
    assert len(at.house.events("case_study.agreed")) == 2
    assert len(at.house.events("case_study.ready")) == 1


def test_who_agreed_by_phone_is_written_down_with_their_address(at: Referring) -> None:
    ref = _run("add", "tanaka@aozora.example", "--name", "鈴木 一郎").split()[0]
    told = ("--consent", "5/12 に電話でご本人から")
    assert "address" in _run("move", ref, "received", *told, status=1)
    _run("move", ref, "received", *told, "--email", "suzuki@kigyou.example")
    assert at.house.rows(tables.referral)[0].state == "received"


def test_the_list_begins_with_what_is_late(at: Referring) -> None:
    late = at.introduce(consented=True, consent_text="はい").ref
    at.house.after(days=2)
    soon = at.introduce("b@b.example", name="b", consented=True, consent_text="はい").ref
    new = at.introduce("c@c.example", name="c").ref
    said = _run("list")
    assert said.index(late) < said.index(soon) < said.index(new)


def test_mistakes_are_said(at: Referring) -> None:
    assert "nobody is known" in _run("add", "x@y.example", "--name", "鈴木", status=1)
    assert "nobody is named" in _run("add", "tanaka@aozora.example", status=1)
    assert "did you mean 'main'" in _run(
        "add", "tanaka@aozora.example", "--name", "鈴木", "--program", "mian", status=1
    )
    made = at.introduce()
    assert "is not won" in _run("case", made.ref, "--side", "referrer", status=1)


def test_a_win_out_of_nowhere_says_what_follows_and_asks_first(at: Referring) -> None:
    who = ("--name", "鈴木 一郎", "--company", "企業", "--email", "suzuki@kigyou.example")
    ref = _run("add", "tanaka@aozora.example", *who, "--consent", "5/12 電話").split()[0]
    said = _run("move", ref, "contacted", "--how", "phone", locale="ja")
    assert "お便りが届きます" in said and "記録しました" in said
    refused = _run("move", ref, "won", status=1)
    assert "Nothing was recorded of: Meeting, Proposal" in refused
    assert "No deal is linked" in refused and "say it again with --yes" in refused
    assert "will be written a letter: Won. It goes without a look" in refused
    assert [row.to_state for row in at.house.rows(tables.referral_step)][-1] == "contacted"
    assert "Recorded." in _run("move", ref, "won", "--yes")
    assert at.house.row(tables.referral, 1).state == "won"
    # Said to no purpose: nothing is asked either.
    assert _run("move", ref, "won").startswith("It was so already")


def test_a_long_list_of_all_says_how_to_go_on(
    at: Referring, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = referral_desk.page
    monkeypatch.setattr(command.referral_desk, "page", lambda *asked: whole(*asked, limit=1))
    for one in ("a", "b"):
        _run("add", "tanaka@aozora.example", "--name", one, "--email", f"{one}@kigyou.example")
    first, second = (row.ref for row in at.house.rows(tables.referral))
    said = _run("list", "--all")
    assert f"There are more: --all --before {second}" in said and first not in said
    said = _run("list", "--all", "--before", second)
    assert first in said and "There are more" not in said

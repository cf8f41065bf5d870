"""`nurture rewards` as somebody types it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from nurture import cli
from nurture.cli import rewards as command
from nurture.db import tables
from nurture.db.engine import make_engine
from tests.services.house import make_house
from tests.services.rewarding import Referring


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Referring]:
    """Return a house with a programme, which commands are wired to."""
    engine = make_engine(f"sqlite:///{tmp_path / 'rewards.sqlite'}")
    tables.metadata.create_all(engine)
    found = Referring(make_house(engine))
    wired = SimpleNamespace(runtime=found.house.runtime)
    monkeypatch.setattr(command, "house_of", lambda _: wired)
    yield found
    engine.dispose()


def _run(*words: str, status: int = 0) -> str:
    done: Result = CliRunner(env={"COLUMNS": "160"}).invoke(cli.main, ["rewards", *words])
    assert done.exit_code == status, done.output
    return done.output


def test_a_day_with_rewards_from_the_list_to_the_books(at: Referring, tmp_path: Path) -> None:
    assert "特典はありません" in _run("list", "--locale", "ja")
    one = at.won()
    mine = str(at.reward(one).id)
    shown = _run("list", "--locale", "ja")
    assert "導入支援1日" in shown
    assert "お届け前: 2件・80,000円 · お届け済み: 0件" in shown
    refused = _run("deliver", mine, "--locale", "en", status=1)
    assert f"nurture rewards release {mine}" in refused
    assert "Recorded." in _run("release", mine, "--by", "sato", "--locale", "en")
    at.house.turn()
    assert "Recorded." in _run("deliver", mine, "--locale", "en")
    assert "nothing changed" in _run("deliver", mine, "--locale", "en")
    sheet = _run("show", mine, "--locale", "ja")
    assert "お届け予定 → お届け済み" in sheet
    assert "保留・待機を解除" in sheet
    assert "導入支援1日" not in _run("list", "--locale", "ja")
    assert "導入支援1日" in _run("list", "--all", "--locale", "ja")
    books = tmp_path / "books.csv"
    assert "entries written" in _run("export", "--out", str(books), "--locale", "en")
    assert books.read_bytes().startswith(b"\xef\xbb\xbfentry,at,reward")
    assert "is there already" in _run("export", "--out", str(books), "--locale", "en", status=1)
    assert "明細番号" in _run("export", "--since", "2026-01-01", "--locale", "ja")
    assert "is no day" in _run("export", "--since", "1/4", "--locale", "en", status=1)


def test_reversing_and_holding_ask_for_a_reason(at: Referring) -> None:
    mine = str(at.reward(at.won()).id)
    assert "--reason" in _run("reverse", mine, status=2)
    assert "Recorded." in _run("hold", mine, "--reason", "住所の確認", "--locale", "en")
    assert "held: 住所の確認" in _run("deliver", mine, "--locale", "en", status=1)
    assert "Recorded." in _run("reverse", mine, "--reason", "ご辞退", "--locale", "en")
    assert "ご辞退" in _run("show", mine, "--locale", "ja")
    assert "there is no reward 999" in _run("show", "999", "--locale", "en", status=1)


def test_rewards_without_money_are_counted(at: Referring) -> None:
    one = at.won()
    for row in at.house.rows(tables.reward, referral_id=one):
        at.house.change(tables.reward, row.id, amount=None, currency=None, state="delivered")
    assert "お届け前: 0件 · お届け済み: 2件" in _run("list", "--all", "--locale", "ja")

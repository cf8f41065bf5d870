"""`nurture asks` as somebody types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from nurture import cli
from nurture.cli import asks as command
from nurture.db import tables
from nurture.db.engine import make_engine
from tests.services.asking import files, happy
from tests.services.house import House, make_house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Return a house with a programme, which commands are wired to."""
    engine = make_engine(f"sqlite:///{tmp_path / 'asks.sqlite'}")
    tables.metadata.create_all(engine)
    found = make_house(engine)
    monkeypatch.setattr(command, "house_of", lambda _: SimpleNamespace(runtime=found.runtime))
    yield found
    engine.dispose()


def _run(*words: str, status: int = 0, locale: str = "ja") -> str:
    runner = CliRunner(env={"COLUMNS": "160"})
    done = runner.invoke(cli.main, ["--locale", locale, "asks", *words])
    assert done.exit_code == status, done.output
    return done.output


def test_from_the_list_to_an_ask_its_answer_and_what_worked(house: House) -> None:
    happy(house)
    happy(house, "suzuki@umi.example", score=4)
    house.publish(files("timings: [result_reported, by_hand]\n"))
    assert "今、お願いできる方" in _run("--locale", "ja")
    assert "最新のNPSの回答が4点のため" in _run("--all", "--locale", "ja")
    listed = json.loads(_run("--format", "json", "--all", "--locale", "en"))
    assert [one["refusal"] for one in listed] == [None, "ask_detractor"]
    assert listed[0]["because"][0] == "newest NPS answer: 9"
    told = _run("explain", "tanaka@aozora.example", "--locale", "ja")
    assert "転記の時間を42%削減という成果" in told
    assert "NPS" in told and "22.5" in told
    assert "only `never`" in _run(
        "answer", "tanaka@aozora.example", "not_now", status=1, locale="en"
    )
    assert "誰の顔も浮かびません" in _run(
        "ask", "tanaka@aozora.example", "--reason", "良い方がいれば", "--locale", "ja", status=1
    )
    refused = _run("ask", "suzuki@umi.example", "--reason", "理由", "--locale", "ja", status=1)
    assert "最新のNPSの回答が4点" in refused
    assert "まだどなたにも" in _run("playbook", "--locale", "ja")
    asked = _run(
        "ask", "tanaka@aozora.example", "--reason", "同じ業種の方だから", "--channel", "meeting",
        "--locale", "en",
    )  # fmt: skip
    assert "Ask 1 is written down." in asked
    assert "Recorded." in _run("answer", "tanaka@aozora.example", "not_now", locale="en")
    assert "nothing changed" in _run("answer", "tanaka@aozora.example", "not_now", locale="en")
    worked = json.loads(_run("playbook", "--format", "json"))
    assert worked["offer"][0]["answers"] == {"not_now": 1}
    assert "お礼" in _run("playbook", "--locale", "ja")


def test_matches_and_what_somebody_is(house: House) -> None:
    account = house.company("青空", industry="care", employees=80)
    happy(house, account=account)
    house.publish(files("timings: [result_reported, by_hand]\n"))
    _run("describe", "tanaka@aozora.example", "--reach", "many", "--motive", "trusted")
    assert house.rows(tables.referrer)[0].network_reach == 3
    assert "青空" in _run("match", "--industry", "care", "--employees", "60", "--locale", "ja")
    assert "Nobody" in _run("match", "--industry", "finance", "--locale", "en")
    assert "--industry care" in _run("match", status=2, locale="en")
    assert "nobody has the address" in _run("explain", "no@one.example", status=1, locale="en")

"""Stages: set by a person who has the last word, and shown with their shared figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from nurture.cli import stages as command
from nurture.cli.stages import stages as stages_command
from nurture.db import tables
from nurture.errors import NotFoundError, NurtureError
from nurture.services.stages import assign, stages
from tests.services.house import START, House
from tests.services.leads import lead, on_sqlite, opened, told


@on_sqlite
def test_a_stage_set_by_hand_is_not_undone_by_what_was_before(house: House) -> None:
    person = lead(opened(house))
    assert house.contact(person).lifecycle == "mql"
    old = assign(house.runtime, "Tanaka@aozora.example", "lead", "情報収集のみとのこと", "mori")
    assert old == "mql"
    house.after(days=1)
    # Its score would make it an MQL at every look.
    told(house, person, "page.viewed")
    row = house.contact(person)
    assert (row.lifecycle, row.counts_from) == ("lead", START)
    (said,) = [one.detail for one in house.rows(tables.decision) if one.detail.get("old") == "mql"]
    assert said["why"] == " (情報収集のみとのこと)"
    (event,) = house.events("lifecycle.assigned")
    assert event.properties["by"] == "mori"
    # Enough that is new, and it is one again: it does not rest.
    for _ in range(3):
        told(house, person, "document.downloaded")
    assert house.contact(person).lifecycle == "mql"


@on_sqlite
def test_a_stage_needs_a_reason_a_name_and_somebody(house: House) -> None:
    opened(house)
    house.person()
    wrong = [
        ("tanaka@aozora.example", "mqql", "なぜなら", "there is no stage 'mqql'"),
        ("tanaka@aozora.example", "mql", "  ", "needs a reason"),
        ("tanaka@aozora.example", "prospect", "なぜなら", "stands at prospect already"),
    ]
    for address, stage, reason, why in wrong:
        with pytest.raises(NurtureError, match=why):
            assign(house.runtime, address, stage, reason, "mori")
    with pytest.raises(NotFoundError):
        assign(house.runtime, "nobody@aozora.example", "mql", "なぜなら", "mori")
    assert house.events("lifecycle.assigned") == []


def _at_work(house: House) -> None:
    """Hand four leads over: one wins, one is given back, one is called late, one waits."""
    opened(house)
    people = [lead(house, email=f"p{n}@aozora.example") for n in range(4)]
    house.after(hours=3)
    told(house, people[0], "call.logged", result="qualified")
    told(house, people[0], "deal.won", deal="D-1")
    told(house, people[1], "lead.returned", reason="no_budget")
    house.after(hours=45)
    told(house, people[2], "call.logged", result="talked")
    house.after(hours=1)


def test_the_figures_of_the_stages(house: House) -> None:
    _at_work(house)
    found = stages(house.runtime)
    assert {one.stage: one.contacts for one in found.stages if one.contacts} == {
        "lead": 1, "mql": 2, "customer": 1,
    }  # fmt: skip
    one = found.conversion
    # four MQLs: one arrived, one given back, two under way
    assert (one.began, one.arrived, one.under_way, one.rate) == (4, 1, 2, 0.5)
    assert (found.calls.counted, found.calls.in_time) == (3, 1)
    # after three hours, and after two days
    assert found.calls.median == timedelta(hours=25.5)
    assert found.returns == {"no_budget": 1}
    assert found.forecast is not None
    # four leads in 90 days, one of them won: 16 a year, 4 contracts
    assert (found.forecast.rate, found.forecast.per_year) == (0.25, 4)
    (mql,) = [view for view in found.stages if view.stage == "mql"]
    assert mql.handoff is not None
    given_back = [way for view in found.stages for way in view.ways if way.condition is None]
    assert [way.come_from for way in given_back] == [("mql", "tql", "sal", "sql")]


@on_sqlite
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("ja", ("50%（1/2件、目標 60%", "営業からの差し戻し", "スコア ≥ 60", "受注率25% = 4件")),
        ("en", ("50% (1 of 2, target 60%", "given back by sales", "score ≥ 60", "25% = 4")),
    ],
)
def test_the_command_says_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, locale: str, words: tuple[str, ...]
) -> None:
    _at_work(house)
    monkeypatch.setattr(command, "house_of", lambda _ctx: house)
    monkeypatch.setenv("COLUMNS", "200")
    said = CliRunner().invoke(stages_command, ["--locale", locale], catch_exceptions=False)
    for part in words:
        assert part in said.output

"""The outline of a case from the tables: figures of the new customer, the ask's own words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from nurture import cli
from nurture.cli import referral_cases as command
from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.db.results import insert_values
from nurture.domain.case_outline import FIELDS
from nurture.domain.referral import State
from nurture.errors import NotFoundError, NurtureError
from nurture.services.case_drafts import as_text, draft
from nurture.services.check import check
from nurture.services.referral_cases import agree
from tests.services.house import House, make_house
from tests.services.project import letter, project, workflow
from tests.services.rewarding import PROGRAM, Referring

JUNE = date(2026, 6, 1)
MAIL = letter("{{ item.title }}")


@pytest.fixture
def at(house: House) -> Referring:
    """Return a house whose referral became a customer with figures."""
    return Referring(house)


def won(at: Referring) -> str:
    """Add a won referral of a customer with figures; return its ref."""
    house = at.house
    ask = house.add(
        tables.referral_ask, dedupe_key="a", program="main", contact_id=at.referrer,
        offer="support", timing="by_hand", mode="criteria", reason="現場をご存じだからこそ",
        asked_at=house.clock.now(),
    )  # fmt: skip
    referral = at.referral(ask_id=ask)
    person = at.agrees(referral)
    account = house.company("株式会社みなみ", industry="manufacturing", employees=120)
    house.change(tables.contact, person, account_id=account, department="業務部", title="課長")
    metric = house.add(
        tables.account_metric, account_id=account, name="hours",
        title={"ja": "転記の時間", "en": "Copying"}, unit="時間", direction="down", baseline=120,
        created_at=house.clock.now(),
    )  # fmt: skip
    told = {"source": "api", "recorded_at": house.clock.now(), "recorded_by": "test"}
    with write(house.engine) as connection:
        insert_values(connection, {(metric, JUNE): 69.6}, told)
    at.comes(referral, State.WON)
    (row,) = house.rows(tables.referral, id=referral)
    return str(row.ref)


def test_names_and_figures_come_with_each_sides_word(at: Referring) -> None:
    ref = won(at)
    before = as_text(draft(at.house.runtime, ref, "ja"), "ja")
    assert "社外にはまだ出せません" in before
    assert "みなみ" not in before and "69.6" not in before
    assert "A社（製造、120名）も" in before
    assert "「現場をご存じだからこそ」" in before
    agree(at.house.runtime, ref, "referred", "sato")
    with_figures = as_text(draft(at.house.runtime, ref, "ja"), "ja")
    assert "転記の時間：120時間 → 69.6時間（42%削減）" in with_figures
    assert "みなみ" not in with_figures
    agree(at.house.runtime, ref, "referrer", "sato")
    after = as_text(draft(at.house.runtime, ref.lower(), "en"), "en")
    assert "Both sides have agreed." in after
    assert "It was no different at 株式会社みなみ (Manufacturing, 120 people)." in after
    assert "Copying: 120 時間 → 69.6 時間 (cut by 42%)" in after


def test_without_programme_account_or_figures_everything_is_a_question(at: Referring) -> None:
    referral = at.won()
    at.releases.programs.clear()
    (row,) = at.house.rows(tables.referral, id=referral)
    found = draft(at.house.runtime, row.ref, "ja")
    assert len(found.outline.open_questions) == len(FIELDS)


def test_there_is_no_case_before_a_win(at: Referring) -> None:
    referral = at.referral()
    (row,) = at.house.rows(tables.referral, id=referral)
    with pytest.raises(NurtureError, match="is not won"):
        draft(at.house.runtime, row.ref, "ja")
    with pytest.raises(NotFoundError):
        draft(at.house.runtime, "R-NOBODY", "ja")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Referring]:
    """Return a house that commands are wired to."""
    engine: Engine = make_engine(f"sqlite:///{tmp_path / 'case.sqlite'}")
    tables.metadata.create_all(engine)
    found = Referring(make_house(engine), program=replace(PROGRAM))
    monkeypatch.setattr(command, "house_of", lambda _: SimpleNamespace(runtime=found.house.runtime))
    yield found
    engine.dispose()


def _run(*words: str) -> str:
    done = CliRunner(env={"LC_ALL": "ja_JP.UTF-8"}).invoke(cli.main, ["referrals", "case", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_item_is_yaml_that_lacks_only_what_has_to_be_asked(here: Referring) -> None:
    ref = won(here)
    for side in ("referrer", "referred"):
        agree(here.house.runtime, ref, side, "sato")
    item = _run(ref, "--item")
    assert f"- item: case-{ref.lower()}" in item
    assert "# actions: * 何から始め" in item
    assert '    result: "転記の時間を42%削減"' in item
    assert item in _run(ref, "--item")
    listed = "library: default\nitems:\n" + textwrap.indent(item, "  ")
    made = project(workflow("a", "- {send: x/one}"), t_library__case_story=MAIL)
    made = {path.replace("case_story", "case-story"): text for path, text in made.items()}
    _, problems = check({**made, "workflows/library.yaml": listed.encode()})
    mine = [one for one in problems if one.place.file == "workflows/library.yaml"]
    assert [(one.code, str(one.message)) for one in mine] == [
        ("missing-key", f"'case-{ref.lower()}' has nothing to read: neither url nor file"),
        ("missing-key", "a story needs 'actions'"),
    ]
    assert "5. 絞り込み（Narrowing）" in _run(ref)

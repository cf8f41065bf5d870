"""The pages of KPIs: figures with both numbers, n/a, readiness, the calculator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from nurture.db.engine import make_memory_engine
from nurture.providers.mailbox_store import MailboxStore
from nurture.web.team import make_team
from tests.services.house import House, make_house
from tests.services.project import project


@pytest.fixture
def house() -> Iterator[House]:
    engine = make_memory_engine()
    yield make_house(engine)
    engine.dispose()


@pytest.fixture
def team(house: House, tmp_path: Path) -> FlaskClient:
    mailbox = MailboxStore(tmp_path / "mailbox", house.clock.now)
    return make_team(house.runtime, mailbox, "secret").test_client()


@pytest.mark.parametrize("page", ["", "tables", "readiness", "what-if"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_stands_before_and_after_the_first_publication(
    house: House, team: FlaskClient, page: str, lang: str
) -> None:
    assert team.get(f"/kpis/{page}?lang={lang}").status_code == 200
    house.publish(project())
    shown = team.get(f"/kpis/{page}?lang={lang}")
    assert shown.status_code == 200
    if page in ("", "tables"):
        assert "n/a" in shown.text
        assert "0.0%" not in shown.text


def test_what_others_claim_is_labelled_as_theirs(house: House, team: FlaskClient) -> None:
    house.publish(project())
    shown = team.get("/kpis/tables?lang=en").text
    assert shown.count("claimed, not ours") == 5
    assert "12.4%" in shown
    assert "CustomerGauge" in shown


def test_months_that_make_no_sense_are_said_and_the_usual_ones_shown(
    house: House, team: FlaskClient
) -> None:
    house.publish(project())
    shown = team.get("/kpis/?from=soon&lang=ja").text
    assert "「soon」は月ではありません" in shown
    assert 'value="2025-06"' in shown


def test_the_calculator_answers_in_the_address_without_a_script(team: FlaskClient) -> None:
    shown = team.get("/kpis/what-if?leads_per_month=10&rate=30&to_rate=40&lang=en").text
    assert "<b>48</b>" in shown
    assert "0.11667" in shown


def test_what_is_no_number_is_pointed_at_and_the_rest_is_calculated(team: FlaskClient) -> None:
    shown = team.get("/kpis/what-if?rate=lots&cac=300,000&win_rate=250&lang=en").text
    assert shown.count("aria-invalid") == 2
    assert "210,000" in shown

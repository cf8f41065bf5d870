"""KPIs from a database: the same numbers on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from nurture.db import tables
from nurture.db.engine import write
from nurture.domain.kpi_values import Share
from nurture.errors import NurtureError
from nurture.services.ask_list import results
from nurture.services.kpi_costs import import_costs
from nurture.services.kpis import Span, as_json, kpis, moved, span_of
from nurture.services.stages import stages
from tests.services.house import House
from tests.services.project import POLICY, project

_KPIS = """
kpis:
  owner: mori
  currency: JPY
  rates: {USD: 150}
  ltv: {years: 1, retention: 1}
  sources:
    - {source: ads, title: {ja: 広告}, place: others_online, matches: ["*広告*"]}
"""
MAY = Span(date(2026, 5, 1), date(2026, 5, 1))


def _house(house: House) -> House:
    house.publish(project(policy=POLICY + _KPIS))
    return house


def _referral(house: House, referrer: int, state: str, *steps: str, **given: Any) -> int:
    now = house.clock.now()
    number = len(house.rows(tables.referral)) + 1
    row: dict[str, Any] = {
        "ref": f"R-{number:06}", "program": "main", "referrer_id": referrer,
        "channel": "customer", "way": "forward", "state": state, "created_at": now,
        "updated_at": now, **given,
    }  # fmt: skip
    found = house.add(tables.referral, **row)
    for step in (*steps, state):
        house.add(tables.referral_step, referral_id=found, to_state=step, by="engine", at=now)
    return found


def _deal(house: House, contact: int, account: int | None, stage: str, **given: Any) -> int:
    now = house.clock.now()
    row: dict[str, Any] = {
        "contact_id": contact, "account_id": account, "stage": stage, "amount": 300_000.0,
        "currency": "JPY", "created_at": now, "updated_at": now,
        "closed_at": now if stage in ("won", "lost") else None, **given,
    }  # fmt: skip
    return house.add(tables.deal, **row)


@pytest.fixture
def season(house: House) -> House:
    """A customer refers two companies, one buys; one more customer came by an ad."""
    _house(house)
    old = house.company("株式会社青空")
    tanaka = house.person(account_id=old, source="広告", lifecycle="customer")
    _deal(house, tanaka, old, "won", amount=200_000.0)
    with write(house.engine) as connection:
        since = house.clock.now() - timedelta(days=40)
        row = {"contact_id": tanaka, "code": "abc", "kind": "customer", "created_at": since}
        connection.execute(insert(tables.referrer).values(row))
    ask = house.add(
        tables.referral_ask, dedupe_key="a/1", program="main", contact_id=tanaka, offer="seat",
        timing="result_reported", mode="criteria", asked_at=house.clock.now() - timedelta(days=4),
    )  # fmt: skip
    new = house.company("北野製作所", industry="manufacturing", employees=120)
    sato = house.person("sato@kitano.example", account_id=new, source="広告")
    won = _deal(house, sato, new, "won")
    _referral(house, tanaka, "won", "received", "meeting", contact_id=sato, deal_id=won, ask_id=ask)
    _referral(house, tanaka, "declined", "received", reason="not_icp")
    house.happens(sato, "document.downloaded")
    house.decide()
    return house


def test_every_figure_is_computed_from_the_tables(season: House) -> None:
    found = kpis(season.runtime, MAY)
    said = found.figures
    assert said["referrals"].number == 2
    assert said["referral_to_deal"] == Share(1, 2)
    assert said["referral_to_win"] == Share(1, 2)
    assert said["participation_rate"] == Share(1, 2)
    assert said["referral_rate"] == Share(1, 1)
    assert said["ask_to_referral"] == Share(1, 1)
    assert said["lead_time"].median == timedelta(days=4)
    assert said["time_to_first"].rows["customer"].median == timedelta(days=40)
    # what was referred is a referral, whatever the contact's source says
    revenue = {key: one.amount for key, one in said["revenue_by_source"].rows.items()}
    assert revenue == {"referral": 300_000, "ads": 200_000}
    assert said["crv"].value == 0.6
    assert said["lead_to_deal"].rows == {"referral": Share(1, 1)}
    assert said["win_rate_by_industry"].rows == {"manufacturing": Share(1, 1)}
    assert said["ltv_gain"].amount == 100_000
    assert said["by_channel"].rows["customer"].revenue.amount == 300_000
    assert found.label("referrer", next(iter(said["referrer_scorecard"].rows)), "ja") == (
        "株式会社青空 田中"
    )


def test_a_referral_that_names_no_ask_is_its_referrers_newest_ask_within_the_window(
    season: House,
) -> None:
    for row in season.rows(tables.referral):
        season.change(tables.referral, row.id, ask_id=None)
    found = kpis(season.runtime, MAY)
    assert found.figures["ask_to_referral"] == Share(1, 1)
    assert found.figures["lead_time"].median == timedelta(days=4)
    # the playbook says the same
    (worked,) = results(season.runtime)
    assert (worked.offer, worked.referrals, worked.won) == ("seat", 2, 1)
    (ask,) = season.rows(tables.referral_ask)
    long_ago = season.clock.now() - timedelta(days=91)
    season.change(tables.referral_ask, ask.id, asked_at=long_ago)
    assert results(season.runtime)[0].referrals == 0


def test_what_happened_in_another_month_is_another_months(season: House) -> None:
    april = kpis(season.runtime, Span(date(2026, 4, 1), date(2026, 4, 1)))
    assert april.figures["referrals"].number == 0
    assert april.figures["referral_to_win"].rate is None
    season.clock.move_to(datetime(2026, 6, 13, tzinfo=UTC))
    june = kpis(season.runtime, Span(date(2026, 6, 1), date(2026, 6, 1)))
    assert june.figures["referrals"].number == 0
    assert june.figures["progress"].referrals_before == 2


def test_a_month_that_is_not_over_is_held_against_as_much_of_the_month_before(
    season: House,
) -> None:
    # on the 11th of June: of May only the days before the 11th count, and it happened on the 12th
    season.clock.move_to(datetime(2026, 6, 10, 20, tzinfo=UTC))
    june = kpis(season.runtime, Span(date(2026, 6, 1), date(2026, 6, 1)))
    assert june.figures["progress"].referrals_before == 0


def test_a_customer_whose_contract_ended_is_none_any_more(season: House) -> None:
    season.clock.move_to(season.clock.now() + timedelta(days=1))
    season.happens(1, "contract.ended", reason="budget")
    found = kpis(season.runtime, MAY).figures
    assert found["churn_by_source"].rows == {"referral": Share(0, 1), "ads": Share(1, 1)}
    season.clock.move_to(season.clock.now() + timedelta(days=1))
    # until they buy again
    _deal(season, 1, 1, "won")
    found = kpis(season.runtime, MAY).figures
    assert found["churn_by_source"].rows["ads"] == Share(0, 1)


def test_a_deal_that_names_an_unknown_referral_shows_as_a_broken_record(season: House) -> None:
    _deal(season, 1, 1, "open", referral="R-NOBODY")
    found = kpis(season.runtime, MAY).figures
    assert found["completeness"].rows["count"] == Share(2, 3)
    assert found["deals_without_next_date"] == Share(1, 1)


def test_who_was_referred_is_in_no_short_term_forecast(season: House) -> None:
    # the only lead was referred
    assert stages(season.runtime).forecast is None
    other = season.person("ito@other.example", source="広告")
    season.happens(other, "document.downloaded")
    season.decide()
    forecast = stages(season.runtime).forecast
    assert forecast is not None
    assert forecast.leads_per_month == pytest.approx(1 / 3)


def test_an_empty_house_has_no_rates_and_breaks_nothing(house: House) -> None:
    found = as_json(kpis(_house(house).runtime))
    assert found["kpis"]["referral_to_win"]["value"] == {
        "numerator": 0, "denominator": 0, "rate": None,
    }  # fmt: skip
    assert len(found["trend"]) == 12


def test_costs_come_from_a_list_and_the_newest_word_counts(season: House, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text("月,経路,金額,通貨\n2026-05,広告,20万円,\n2026/05,referral,100,USD\n")
    assert len(import_costs(season.runtime, file, "test")) == 2
    found = kpis(season.runtime, MAY).figures
    assert found["cac_by_source"].rows["ads"].value == 200_000
    assert found["cac_by_source"].rows["referral"].value == 15_000
    assert found["referral_cac_share"].value == 0.075
    file.write_text("month,source,amount\n2026-05,ads,300000\n")
    import_costs(season.runtime, file, "test")
    found = kpis(season.runtime, MAY).figures
    assert found["cac_by_source"].rows["ads"].value == 300_000


def test_a_list_with_mistakes_writes_nothing_and_names_each(season: House, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text("month,source,amount,currency\n2026-13,adds,much,yen!\n2026-05,ads,1,JPY\n")
    with pytest.raises(NurtureError) as refused:
        import_costs(season.runtime, file, "test")
    said = refused.value.message
    for part in ("line 2", "'2026-13' is no month", "'much' is no amount", "'adds'", "ads", "YEN!"):
        assert part in said
    assert season.rows(tables.acquisition_cost) == []


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [("2026-01", "2026-03", 3), ("", "2026-03", 12), ("2026-05", "", 1)],
)
def test_a_span_is_said_by_its_months(first: str, last: str, months: int) -> None:
    assert span_of(first, last, date(2026, 5, 12)).months == months


@pytest.mark.parametrize(("first", "last"), [("2026-05", "2026-04"), ("x", ""), ("1990-01", "")])
def test_a_span_that_makes_no_sense_is_refused(first: str, last: str) -> None:
    with pytest.raises(NurtureError):
        span_of(first, last, date(2026, 5, 12))


def test_a_day_that_a_month_lacks_becomes_its_last() -> None:
    assert moved(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert moved(date(2026, 1, 15), -13) == date(2024, 12, 15)

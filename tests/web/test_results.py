"""Results on the team's pages, in the API, and as the page that a reader's link leads to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from nurture.db import tables
from nurture.emails.tokens import Purpose, Token
from nurture.providers.mailbox_store import MailboxStore
from nurture.providers.patterns import AddressPatterns
from nurture.services import api_keys
from nurture.services.result_mail import report_link
from nurture.services.results import report_results
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.customers import APRIL, Customers
from tests.services.house import House, make_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def customers(engine: Engine) -> Customers:
    """Return two people at a customer's."""
    return Customers(make_house(engine))


@pytest.fixture
def house(customers: Customers) -> House:
    """Return their house."""
    return customers.house


@pytest.fixture
def team(house: House, tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a browser at the team's pages."""
    store = MailboxStore(tmp_path / "m.sqlite", house.clock.now, AddressPatterns([]))
    yield make_team(house.runtime, store, "x" * 32).test_client()
    store.close()


@pytest.fixture
def public(house: House, tmp_path: Path) -> FlaskClient:
    """Return a browser at the public pages."""
    return make_public(house.runtime, tmp_path).test_client()


def page(team: FlaskClient, path: str = "/accounts/1/results?lang=en") -> str:
    answer = team.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def send(team: FlaskClient, form: str, **values: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(team))
    assert token is not None
    return team.post(f"/accounts/1/results/{form}", data={"csrf_token": token[1], **values})


def test_figures_are_written_down_by_form_and_shown_as_chart_and_table(
    team: FlaskClient, house: House
) -> None:
    assert "There are no figures yet" in page(team)
    new = {"title": "転記の時間", "unit": "時間", "direction": "down", "baseline": "１２０"}
    assert send(team, "figures", month="2026-03", value="100", **new).status_code == 302
    april = {"title": "転記の時間", "month": "2026年4月", "value": "69.5"}
    assert send(team, "figures", **april).status_code == 302
    shown = page(team)
    assert "<svg" in shown
    assert "120 時間" in shown
    assert "転記の時間 cut by 42%" in shown
    assert [row.source for row in house.rows(tables.account_metric_value)] == ["form", "form"]


def test_a_form_that_is_wrong_says_all_that_is_and_keeps_what_was_typed(
    team: FlaskClient, house: House
) -> None:
    answer = send(team, "figures", title="転記の時間", month="June", value="たくさん")
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert shown.count('role="alert"') == 2
    assert 'value="たくさん"' in shown
    assert house.rows(tables.account_metric) == []


def test_a_report_is_sent_from_the_page_once_with_its_remark(
    team: FlaskClient, customers: Customers
) -> None:
    customers.hours(100, 69.5)
    shown = page(team, "/accounts/1/results?lang=ja")
    assert "4月のご報告です。転記の時間を42%削減。要点は3分でお話しできます。" in shown
    assert "青空工業株式会社では、2026年4月の転記の時間が" in shown
    said = {"month": "2026-04", "remark": "順調です"}
    assert send(team, "report", **said, satisfied="yes").status_code == 302
    assert send(team, "report", **said).status_code == 302
    (row,) = customers.house.rows(tables.results_report)
    assert (row.remark, row.created_by) == ("順調です", "team")
    events = customers.house.events("results.reported")
    assert [one.properties["satisfied"] for one in events] == [True, True]
    paper = team.get(f"/accounts/1/results/{row.id}.pdf")
    assert (paper.status_code, paper.content_type) == (200, "application/pdf")
    assert team.get("/accounts/1/results/99.pdf").status_code == 404


def test_all_accounts_stand_on_one_page(team: FlaskClient, customers: Customers) -> None:
    customers.hours(100)
    assert "青空工業株式会社" in page(team, "/accounts/?lang=ja")
    assert team.get("/accounts/99/results").status_code == 404


def test_a_readers_link_shows_the_pdf_and_writes_nothing(
    public: FlaskClient, customers: Customers
) -> None:
    customers.hours(100, 69.5)
    house = customers.house
    made = report_results(house.runtime, "青空工業", APRIL, "mori")
    path = report_link(house.runtime, made.id, customers.tanaka).removeprefix(
        house.runtime.public_url
    )
    before = len(house.rows(tables.event))
    answer = public.get(path)
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(house.rows(tables.event)) == before
    assert public.post(path).status_code == 405
    stranger = report_link(house.runtime, made.id, 99).rpartition("/")[2]
    other = house.runtime.keyring.sign(Token(Purpose.VIEW, made.id, customers.tanaka))
    for forged in (stranger, other, "x" * 48):
        assert public.get(f"/m/{forged}").status_code == 404


MONTHS = {"2026-03": 100, "2026-04": "６９．５時間"}
METRIC = {"metric": "hours", "title": {"ja": "転記の時間"}, "direction": "down", "values": MONTHS}


def call(public: FlaskClient, house: House, method: str, path: str, body: Any = None) -> Any:
    key = api_keys.add(house.runtime, f"crm-{len(house.rows(tables.api_key))}")
    return public.open(
        f"/api/v1/accounts/{path}",
        method=method,
        json=body,
        headers={"Authorization": f"Bearer {key}"},
    )


def test_the_api_takes_metrics_and_the_same_request_changes_nothing(
    public: FlaskClient, house: House
) -> None:
    first = call(public, house, "PUT", "aozora.example/metrics", METRIC)
    again = call(public, house, "PUT", "aozora.example/metrics", METRIC)
    assert first.json["new_values"] == 2
    assert (again.json["new_values"], again.json["unchanged_values"]) == (0, 2)
    shown = call(public, house, "GET", "青空工業/metrics").json["metrics"]
    assert shown[0]["values"] == {"2026-03": 100, "2026-04": 69.5}
    assert shown[0]["unit"] == "時間"
    made = call(public, house, "POST", "1/results", {"month": "2026-04"})
    assert made.json["told"] == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": {"April": 1}}, "is no month"),
        ({"values": {"2026-04": "many"}}, "is not a figure"),
        ({"values": {"2026-04": "$5"}, "unit": "円"}, "is not in 円"),
        ({"values": {"2026-04": 1e300}}, "as large"),
        ({"values": {"2027-04": 1}}, "has not come yet"),
        ({"values": {"2026-04": 1, "2026年4月": 2}}, "two figures of 2026-04"),
        ({"metric": "other", "values": {"2026-04": 7}}, "line 1 says"),
        ({"direction": None}, "needs its direction"),
        ({"direction": "sideways"}, "up"),
        ({"value": 1}, "value"),
    ],
)
def test_the_api_takes_all_of_a_request_or_nothing(
    public: FlaskClient, house: House, change: dict[str, Any], said: str
) -> None:
    good = {**METRIC, "metric": "other"}
    answer = call(public, house, "PUT", "1/metrics", [good, {**METRIC, **change}])
    assert answer.status_code == 422
    assert said in json.dumps(answer.json, ensure_ascii=False)
    assert house.rows(tables.account_metric) == []


def test_not_a_number_is_no_figure(public: FlaskClient, house: House) -> None:
    key = api_keys.add(house.runtime, "crm")
    for text in ("NaN", "Infinity"):
        body = '{"metric": "m", "direction": "up", "values": {"2026-04": %s}}' % text  # noqa: UP031
        answer = public.put(
            "/api/v1/accounts/1/metrics",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == 422
    assert call(public, house, "PUT", "海/metrics", METRIC).status_code == 404

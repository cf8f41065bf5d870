"""The pages and the API of rewards, as the team and other systems see them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import api_keys, reward_books, reward_desk
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.house import make_house
from tests.services.rewarding import Referring


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Referring]:
    """Return a house with a programme, on SQLite."""
    engine = make_engine(f"sqlite:///{tmp_path / 'rewards.sqlite'}")
    tables.metadata.create_all(engine)
    yield Referring(make_house(engine))
    engine.dispose()


@pytest.fixture
def team(at: Referring, tmp_path: Path) -> FlaskClient:
    """Return a browser at the team's pages."""
    store = MailboxStore(tmp_path / "mailbox.sqlite", at.house.clock.now)
    app = make_team(at.house.runtime, store, "secret")
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def _page(client: FlaskClient, path: str, language: str = "ja") -> str:
    joined = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joined}lang={language}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_page_is_there_before_anything_is_owed(team: FlaskClient) -> None:
    assert "ありません" in _page(team, "/rewards/")
    assert "Nothing here." in _page(team, "/rewards/", "en")


def test_overdue_ones_come_first_and_a_button_delivers(at: Referring, team: FlaskClient) -> None:
    one = at.won()
    at.house.after(days=40)
    at.won()
    page = _page(team, "/rewards/")
    assert "お約束の日を過ぎた特典が2件あります" in page
    rows = page.split("<tr>")[2:]
    assert ["期限切れ" in row for row in rows] == [True, True, False, False]
    assert "160,000円" in page
    mine = at.reward(one).id
    for _ in range(2):
        answer = team.post(f"/rewards/{mine}/deliver", data={"back": "list", "by": "sato"})
        assert answer.status_code == 303
    assert at.reward(one).state == "delivered"
    assert len(at.house.events("reward.delivered")) == 1
    assert "お約束の日を過ぎた特典が1件あります" in _page(team, "/rewards/")


def test_one_reward_shows_its_ledger_and_why_it_waits(at: Referring, team: FlaskClient) -> None:
    mine = at.reward(at.won()).id
    page = _page(team, f"/rewards/{mine}")
    assert "+50,000円" in page
    assert "ご紹介者" in page
    answer = team.post(f"/rewards/{mine}/deliver", data={}, follow_redirects=True)
    assert "お届け済みにする」ことはできません" in answer.get_data(as_text=True)
    team.post(f"/rewards/{mine}/reverse", data={"reason": "規約違反のため", "by": "sato"})
    english = _page(team, f"/rewards/{mine}", "en")
    assert "Reversed" in english
    assert "規約違反のため" in english
    assert "JPY -50,000" in english


@pytest.mark.parametrize("path", ["/rewards/999", f"/rewards/{2**63}"])
def test_what_is_not_there_is_a_404(team: FlaskClient, path: str) -> None:
    assert team.get(path).status_code == 404
    assert team.post(f"{path}/deliver").status_code == 404


def test_the_books_add_up_and_hold_no_formula(at: Referring) -> None:
    at.house.change(tables.contact, at.referrer, family_name='=HYPERLINK("x")')
    one = at.won()
    reward_desk.reverse(at.house.runtime, at.reward(one).id, "sato", "+1 の確認")
    file = io.StringIO()
    assert reward_books.export(at.house.runtime, file, "ja") == 5
    lines = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert {line["通貨"] for line in lines if line["金額"]} == {"JPY"}
    assert sum(float(line["金額"] or 0) for line in lines) == 30000
    assert lines[-1]["金額"] == "-50000"
    assert lines[-1]["氏名"].startswith("'=")
    assert lines[-1]["理由"] == "'+1 の確認"
    later = io.StringIO()
    assert reward_books.export(at.house.runtime, later, "en", at.house.clock.now()) == 5
    assert later.getvalue().splitlines()[0].startswith("entry,at,reward")


def test_the_api_lists_rewards_and_tells_one_with_its_ledger(at: Referring, tmp_path: Path) -> None:
    one = at.won()
    key = api_keys.add(at.house.runtime, "books")
    client = make_public(at.house.runtime, tmp_path).test_client()

    def get(path: str) -> Any:
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"})

    listed = get("/rewards?state=earned").get_json()["rewards"]
    assert [line["side"] for line in listed] == ["referred", "referrer"]
    assert listed[1]["amount"] == {"value": 50000, "currency": "JPY"}
    told = get(f"/rewards/{at.reward(one).id}").get_json()
    assert [(e["to"], e["amount"]) for e in told["ledger"]] == [
        ("pending", None),
        ("earned", 50000),
    ]
    assert get("/rewards?state=nonsense").status_code == 422
    assert get("/rewards/999").status_code == 404
    assert client.get("/api/v1/rewards").status_code == 401


def test_the_scorecard_is_there_empty_and_full_and_by_kind(
    at: Referring, team: FlaskClient
) -> None:
    at.house.change(tables.contact, at.referrer, family_name="森")
    at.won()
    page = _page(team, "/rewards/referrers")
    assert "信頼の紹介者" in page
    assert "100%" in page
    assert "まだいません" in _page(team, "/rewards/referrers?kind=partner")
    assert "Trusted" in _page(team, "/rewards/referrers?kind=nonsense", "en")

"""Introductions as the team and other systems see and move them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import api_keys
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.house import make_house
from tests.services.rewarding import Referring


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Referring]:
    """Return a house with a programme, on SQLite."""
    engine = make_engine(f"sqlite:///{tmp_path / 'referrals.sqlite'}")
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


def page_of(client: FlaskClient, path: str, language: str = "ja") -> str:
    joined = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joined}lang={language}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def received(at: Referring) -> int:
    """Return a referral whose person has agreed."""
    referral = at.referral()
    at.agrees(referral)
    return referral


def ref_of(at: Referring, referral_id: int) -> str:
    (row,) = at.house.rows(tables.referral, id=referral_id)
    return str(row.ref)


def test_the_list_is_there_before_anybody_referred(team: FlaskClient) -> None:
    assert "ありません" in page_of(team, "/referrals/")
    assert "Nothing here." in page_of(team, "/referrals/", "en")


def test_an_introduction_shows_its_life_and_is_moved_by_a_button(
    at: Referring, team: FlaskClient
) -> None:
    ref = ref_of(at, received(at))
    assert ref in page_of(team, "/referrals/")
    answer = team.post(f"/referrals/{ref}", data={"to": "contacted", "how": "phone", "by": "sato"})
    assert answer.status_code == 303
    page = page_of(team, f"/referrals/{ref}")
    assert "ご連絡済み" in page and "<dd>ご紹介制度 · 導入支援1日</dd>" in page
    assert "お約束の期限までの初回のご連絡" in page
    english = page_of(team, f"/referrals/{ref}", "en")
    assert "kept" in english


def test_a_win_without_meeting_or_deal_is_asked_about_once(
    at: Referring, team: FlaskClient
) -> None:
    referral = received(at)
    ref = ref_of(at, referral)
    typed = {"to": "won", "by": "sato", "result": "42%削減"}
    asked = team.post(f"/referrals/{ref}?lang=ja", data=typed).get_data(as_text=True)
    assert "次の段階がまだ記録されていません: 面談、ご提案中" in asked
    assert "紐づく商談がありません" in asked and "確定する特典: 導入支援1日" in asked
    assert 'name="result" value="42%削減"' in asked
    assert at.house.row(tables.referral, referral).state == "received"
    assert team.post(f"/referrals/{ref}", data=typed | {"sure": "1"}).status_code == 303
    assert at.house.row(tables.referral, referral).state == "won"
    assert at.reward(referral).state == "earned"
    again = team.post(f"/referrals/{ref}", data={"to": "reopen"}, follow_redirects=True)
    assert "見込みに戻った特典: 導入支援1日" in again.get_data(as_text=True)
    assert at.reward(referral).state == "pending"


def test_closing_needs_a_reason_and_says_so(at: Referring, team: FlaskClient) -> None:
    ref = ref_of(at, received(at))
    answer = team.post(f"/referrals/{ref}?lang=en", data={"to": "lost"}, follow_redirects=True)
    assert f"why is referral {ref} closed as Lost?" in answer.get_data(as_text=True)
    team.post(f"/referrals/{ref}", data={"to": "lost", "reason": "timing"})
    assert "時期が合わない" in page_of(team, f"/referrals/{ref}")
    team.post(f"/referrals/{ref}", data={"to": "reopen"})
    assert [row.to_state for row in at.house.rows(tables.referral_step)][-1] == "received"


def test_a_won_introduction_has_an_outline_of_its_case(at: Referring, team: FlaskClient) -> None:
    ref = ref_of(at, at.won())
    assert f"/referrals/{ref}/case" in page_of(team, f"/referrals/{ref}")
    page = page_of(team, f"/referrals/{ref}/case")
    assert "社外にはまだ出せません" in page and "1. 問題（Problem）" in page
    assert "［何から始め、どの順に広げましたか？" in page
    for side in ("referrer", "referred"):
        team.post(f"/referrals/{ref}/case", data={"side": side})
    assert "Both sides have agreed" in page_of(team, f"/referrals/{ref}/case", "en")
    # before a win there is nothing to tell
    open_one = ref_of(at, received(at))
    assert "まだ成約していない" in page_of(team, f"/referrals/{open_one}/case")
    assert team.get("/referrals/R-NOBODY/case").status_code == 404


def test_an_unknown_ref_is_not_found(team: FlaskClient) -> None:
    assert team.get("/referrals/R-NOBODY").status_code == 404
    assert team.post("/referrals/R-NOBODY", data={"to": "won"}).status_code == 404


def test_the_api_tells_and_moves_introductions(at: Referring, tmp_path: Path) -> None:
    runtime = at.house.runtime
    client = make_public(runtime, tmp_path).test_client()
    head = {"Authorization": f"Bearer {api_keys.add(runtime, 'crm')}"}
    ref = ref_of(at, received(at))

    def send(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/referrals{path}", json=body, headers=head)

    listed = client.get("/api/v1/referrals?state=received", headers=head).get_json()
    assert [one["referral"] for one in listed["referrals"]] == [ref]
    moved = send(f"/{ref}/state", {"state": "contacted", "contacted_by": "phone"})
    assert (moved.status_code, moved.get_json()["changed"]) == (200, True)
    again = send(f"/{ref}/state", {"state": "contacted", "contacted_by": "phone"})
    assert (again.status_code, again.get_json()["changed"]) == (200, False)
    refused = send(f"/{ref}/state", {"state": "declined"})
    assert refused.status_code == 409
    assert "why is referral" in refused.get_json()["detail"]
    assert send(f"/{ref}/state", {"state": "gone"}).status_code == 409
    assert send("/R-NOBODY/state", {"state": "won"}).status_code == 404
    assert client.get("/api/v1/referrals?state=gone", headers=head).status_code == 422
    assert client.get("/api/v1/referrals").status_code == 401


def test_the_api_takes_an_introduction_once_and_tells_no_address_before_consent(
    at: Referring, tmp_path: Path
) -> None:
    runtime = at.house.runtime
    client = make_public(runtime, tmp_path).test_client()
    head = {"Authorization": f"Bearer {api_keys.add(runtime, 'crm')}"}
    body = {
        "program": "main",
        "referrer": "mori@kita.example",
        "name": "鈴木",
        "company": "みどり物流",
        "email": "suzuki@midori.example",
    }
    first = client.post("/api/v1/referrals", json=body, headers=head).get_json()
    assert (first["state"], first["again"]) == ("awaiting_consent", False)
    second = client.post("/api/v1/referrals", json=body, headers=head).get_json()
    assert (second["referral"], second["again"]) == (first["referral"], True)
    told = client.get(f"/api/v1/referrals/{first['referral']}", headers=head)
    assert "suzuki" not in told.get_data(as_text=True)
    assert told.get_json()["contact_id"] is None
    stranger = {**body, "referrer": "nobody@nowhere.example"}
    assert client.post("/api/v1/referrals", json=stranger, headers=head).status_code == 422

"""The team's page of broadcasts: every state, in both languages, its switches and their guard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from nurture.db import tables
from nurture.providers.mailbox_store import MailboxStore
from nurture.providers.patterns import AddressPatterns
from nurture.services import api_keys
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.broadcasts import broadcast, crowd, with_broadcast
from tests.services.house import House, make_house


@pytest.fixture
def house(engine: Engine) -> House:
    return make_house(engine)


@pytest.fixture
def team(house: House, tmp_path: Path) -> FlaskClient:
    ours = AddressPatterns([])
    store = MailboxStore(tmp_path / "m.sqlite", house.clock.now, ours)
    return make_team(house.runtime, store, "x" * 32).test_client()


def fill(house: House) -> None:
    """Publish a broadcast in every state."""
    crowd(house, 3)
    house.person("never@aozora.example", consent=())
    texts = [
        broadcast("sent"),
        broadcast("paused", at="2026-05-12 11:30"),
        broadcast("gone", at="2026-05-12 11:30"),
        broadcast("late", at="2026-05-01 10:00"),
        broadcast(
            "office", at="2026-05-12 10:20", delivery="{window: office}", title="長い題" * 20
        ),
        broadcast("next", at="2026-06-01 10:00", send="{pick: case, otherwise: x/news}", topic=""),
    ]
    library = {"workflows/library.yaml": _LIBRARY.encode()}
    house.publish({**with_broadcast(*texts), **library})
    house.after(minutes=30)


_LIBRARY = """\
library: default
items:
  - item: a
    kind: case
    title: 事例
    summary: 要約
    url: https://www.sample.example/a
    template: x/news
"""


def press(team: FlaskClient, action: str, name: str) -> str:
    """Press a switch as a browser does, and return the page that follows."""
    page = team.get(f"/mailings/{name}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    form = {"csrf_token": token[1], "name": name, "reason": "誤字"}
    answer = team.post(f"/mailings/{action}", data=form, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pages_stand_empty_and_in_every_state(
    house: House, team: FlaskClient, language: str
) -> None:
    spoken = {"Accept-Language": language}
    assert team.get("/mailings/", headers=spoken).status_code == 200
    fill(house)
    assert team.get("/mailings/", headers=spoken).text.count("/mailings/") >= 6
    for row in house.rows(tables.mailing):
        for query in ("", "?look=1"):
            page = team.get(f"/mailings/{row.name}{query}", headers=spoken)
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text
    assert team.get("/mailings/nobody").status_code == 404


def test_the_switches_need_their_token_and_say_what_they_did(
    house: House, team: FlaskClient
) -> None:
    fill(house)
    assert team.post("/mailings/cancel", data={"name": "next"}).status_code == 400
    assert "誤字" in press(team, "pause", "next")
    assert {r.name: r.state for r in house.rows(tables.mailing)}["next"] == "paused"
    press(team, "resume", "next")
    assert "取りやめ" in press(team, "cancel", "next")
    assert {r.name: r.state for r in house.rows(tables.mailing)}["next"] == "cancelled"


def test_the_api_tells_of_mailings_and_why_mails_wait(house: House, tmp_path: Path) -> None:
    fill(house)
    browser = make_public(house.runtime, tmp_path).test_client()
    assert browser.get("/api/v1/mailings").status_code == 401
    key = {"Authorization": f"Bearer {api_keys.add(house.runtime, 'crm')}"}
    found = browser.get("/api/v1/mailings", headers=key).json["mailings"]
    assert {one["name"]: one["state"] for one in found} == {
        "late": "missed", "paused": "scheduled", "gone": "scheduled", "next": "scheduled",
        "office": "done", "sent": "done",
    }  # fmt: skip
    one = browser.get("/api/v1/mailings/sent", headers=key).json
    assert (one["mails"]["made"], one["mails"]["sent"]) == (4, 3)
    assert one["held"] == [{"state": "cancelled", "reason": "no_consent", "mails": 1}]
    assert browser.get("/api/v1/mailings/sennt", headers=key).status_code == 404

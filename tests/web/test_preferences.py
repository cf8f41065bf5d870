"""The preference centre over HTTP: GET shows, POST acts at once and says what changed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import consent, contact, event, message, preference
from nurture.domain.addresses import address_hash
from nurture.emails.tokens import Purpose
from nurture.services import api_keys
from nurture.services.spool import SPOOL
from nurture.services.tracking import take_in_spool
from nurture.web.public import make_public
from tests.web.scene import FILES, Scene, make_scene

TOPICS = """
topics:
  - {topic: letters, title: {ja: お便り, en: Letters}}
  - {topic: seminars, title: {ja: セミナー, en: Seminars}}
"""
POLICY = "workflows/policy.yaml"

#: rules alone, no SQL that differs: one database is enough
lite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(scene: Scene) -> int:
    """Return somebody who agreed to marketing and surveys, with topics published."""
    with write(scene.engine) as connection:
        files = {**FILES, POLICY: FILES[POLICY] + TOPICS.encode()}
        store(connection, files, "test", scene.clock.now())
    found = scene.person()
    scene.agree(found, "marketing", "survey")
    return found


def _address(scene: Scene, person: int, purpose: Purpose = Purpose.PREFERENCES) -> str:
    path = {Purpose.PREFERENCES: "p", Purpose.UNSUBSCRIBE: "u"}[purpose]
    return f"/{path}/{scene.token(purpose, scene.mail(person), person)}"


def _checked(page: str) -> set[str]:
    """Return what is chosen on a page: `name=value`."""
    boxes = re.findall(r'<input type="(?:checkbox|radio)"[^>]*>', page)
    return {
        "=".join(re.findall(r'(?:name|value)="([^"]*)"', box))
        for box in boxes
        if box.endswith(" checked>")
    }


def _hidden(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


#: all that the form sends where nothing is changed
AS_IT_IS: dict[str, Any] = {
    "do": "save",
    "topic": ["letters", "seminars"],
    "purpose": ["survey"],
    "rhythm": "all",
    "pause": "none",
    "day": "",
    "locale": "ja",
    "tracking": "on",
}


@lite
def test_the_page_shows_what_somebody_has(scene: Scene, person: int, public: FlaskClient) -> None:
    answer = public.get(_address(scene, person))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert _checked(answer.text) == {
        *("topic=letters", "topic=seminars", "purpose=survey", "rhythm=all", "pause=none"),
        *("locale=ja", "tracking=on"),
    }
    assert "「お便り」「セミナー」を日本語でお送りします。" in answer.text
    assert "「アンケート」もお送りします。" in answer.text


def test_a_choice_acts_at_once_says_what_changed_and_is_undone(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    waiting = scene.mail(person, state="deferred", reason="window", topic="letters")
    address = _address(scene, person)
    wanted = {**AS_IT_IS, "topic": ["seminars"], "rhythm": "monthly", "purpose": []}
    answer = public.post(address, data=wanted)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert "お便り：受け取る → 受け取らない" in answer.text
    assert "頻度：制限なし → 月に1通まで" in answer.text
    assert "アンケート：受け取る → 受け取らない" in answer.text
    assert _checked(answer.text) >= {"topic=seminars", "rhythm=monthly"}
    assert [row.topics_off for row in scene.rows(preference)] == [["letters"]]
    # what waits with the topic is looked at, and dropped, at once
    (mail,) = [row for row in scene.rows(message) if row.id == waiting]
    assert mail.due_at == scene.clock.now()
    undone = public.post(address, data={"do": "undo", **_hidden(answer.text)})
    assert _checked(undone.text) == _checked(public.get(address).text)
    assert _checked(undone.text) >= {"topic=letters", "rhythm=all", "purpose=survey"}
    granted = scene.rows(consent)[-1]
    assert (granted.purpose, granted.state, granted.basis) == ("survey", "granted", "opt_in")
    assert "変更前の設定に戻します。" in granted.text_shown


@lite
def test_the_same_post_twice_changes_nothing_the_second_time(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    wanted = {**AS_IT_IS, "topic": ["letters"]}
    address = _address(scene, person)
    public.post(address, data=wanted)
    before = scene.rows(event), scene.rows(consent), scene.rows(preference)
    again = public.post(address, data=wanted)
    assert "変更はありませんでした" in again.text
    assert (scene.rows(event), scene.rows(consent), scene.rows(preference)) == before


@lite
def test_a_pause_longer_than_a_year_is_cut_and_said(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    wanted = {**AS_IT_IS, "pause": "date", "day": "2036-05-12"}
    answer = public.post(_address(scene, person), data=wanted)
    assert "お休みは最長1年のため、2027年5月12日に再開する設定にしました" in answer.text


#: what is sent instead of a form, the status, what the page says
BROKEN: list[tuple[dict[str, Any], int, str]] = [
    ({"data": {**AS_IT_IS, "pause": "date", "day": "2020-01-01", "topic": []}}, 422, "明日以降"),
    ({"data": {**AS_IT_IS, "pause": "date", "day": "<b>soon"}}, 422, "&lt;b&gt;soon"),
    ({"data": {}}, 400, "何も変更していません"),
    ({"json": AS_IT_IS}, 400, "何も変更していません"),
    ({"data": b"\xff\x00", "content_type": "multipart/form-data; boundary=x"}, 400, ""),
    ({"data": {"do": "everything", "topic": []}}, 400, "何も変更していません"),
    ({"data": {**AS_IT_IS, "topic": "a" * 50_000}}, 413, ""),
]


@lite
@pytest.mark.parametrize(("sent", "status", "said"), BROKEN)
def test_what_is_no_form_changes_nothing(
    scene: Scene, person: int, public: FlaskClient, sent: dict[str, Any], status: int, said: str
) -> None:
    answer = public.post(_address(scene, person), **sent)
    assert answer.status_code == status
    assert said in answer.text
    assert scene.rows(event) == []
    assert scene.rows(preference) == []
    assert len(scene.rows(consent)) == 2


@lite
def test_unknown_values_are_ignored(scene: Scene, person: int, public: FlaskClient) -> None:
    odd = {
        **AS_IT_IS,
        "topic": ["letters", "seminars", "x\0y", "<script>"],
        "purpose": ["survey", "service", "marketing"],
        "rhythm": "hourly",
        "locale": "xx",
        "pause": "forever",
    }
    answer = public.post(_address(scene, person), data=odd)
    assert answer.status_code == 200
    assert "変更はありませんでした" in answer.text
    assert scene.rows(event) == []


@lite
def test_stopping_everything_is_one_press_and_coming_back_their_own_will(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    address = _address(scene, person)
    stopped = public.post(address, data={"do": "stop"})
    assert "配信を停止しました" in stopped.text
    assert {row.state for row in scene.rows(consent)[2:]} == {"withdrawn"}
    assert "すべて停止しています" in public.get(address).text
    back = public.post(address, data={**AS_IT_IS, "topic": ["seminars"], "purpose": []})
    granted = scene.rows(consent)[-1]
    assert (granted.purpose, granted.state) == ("marketing", "granted")
    assert granted.text_shown == "上で選んだメールの配信を希望します。（セミナー）"
    assert "上で選んだメールの配信を希望します。" in back.text


@lite
def test_a_language_that_is_chosen_is_the_language_one_reads_on_in(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    answer = public.post(_address(scene, person) + "?lang=ja", data={**AS_IT_IS, "locale": "en"})
    assert '<html lang="en">' in answer.text
    assert [row.locale for row in scene.rows(contact)] == ["en"]


#: button, what it leads to
INSTEAD = [("monthly", "monthly", None), ("pause", "all", "2026-08-11 15:00")]


@lite
@pytest.mark.parametrize(("button", "rhythm", "until"), INSTEAD)
@pytest.mark.parametrize("stopped", [False, True])
def test_fewer_mails_instead_of_none_before_and_after_stopping(
    scene: Scene,
    person: int,
    public: FlaskClient,
    button: str,
    rhythm: str,
    until: str | None,
    stopped: bool,
) -> None:
    address = _address(scene, person, Purpose.UNSUBSCRIBE)
    if stopped:
        public.post(address)
    page = public.post(f"{address}/instead", data={"do": button})
    assert page.status_code == 200
    (row,) = scene.rows(preference)
    assert row.rhythm == rhythm
    assert (f"{row.paused_until:%Y-%m-%d %H:%M}" if row.paused_until else None) == until
    newest = {one.purpose: one.state for one in scene.rows(consent)}
    assert (newest["marketing"], newest["survey"]) == ("granted", "granted")
    assert ("opt_in" in {one.basis for one in scene.rows(consent)}) is stopped


@lite
def test_stopping_stays_one_click_and_nothing_else_is_chosen_for_them(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    address = _address(scene, person, Purpose.UNSUBSCRIBE)
    page = public.get(address).text
    assert page.index("配信を停止する") < page.index("月に1通までにする")
    assert public.post(f"{address}/instead", data={"do": "nothing"}).status_code == 400
    assert scene.rows(event) == []


@lite
def test_forged_and_borrowed_tokens_are_404_and_the_erased_get_nothing(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    good = _address(scene, person)
    flipped = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]
    for address in (flipped, _address(scene, person, Purpose.UNSUBSCRIBE).replace("/u/", "/p/")):
        assert public.get(address).status_code == 404
        assert public.post(address, data=AS_IT_IS).status_code == 404
    with write(scene.engine) as connection:
        connection.execute(contact.update().values(erased=True))
    for answer in (public.get(good), public.post(good, data=AS_IT_IS)):
        assert answer.status_code == 200
        assert "お送りしているメールはありません" in answer.text
    assert scene.rows(event) == []


@lite
def test_an_address_that_bounced_is_told_that_choosing_does_not_help(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    from nurture.db.contacts import suppress

    with write(scene.engine) as connection:
        hashed = address_hash("tanaka@sample.example", scene.runtime.hash_key)
        suppress(connection, hashed, "hard_bounce", "", scene.clock.now())
    assert "privacy@sample.example" in public.get(_address(scene, person)).text


@lite
def test_while_the_database_is_away_nothing_is_lost(scene: Scene, person: int) -> None:
    address = _address(scene, person)
    away = make_scene(make_engine("postgresql://nobody@127.0.0.1:1/none"), scene.state)
    browser = make_public(away.runtime, away.state).test_client()
    assert browser.get(address).status_code == 503
    wanted = {**AS_IT_IS, "topic": ["letters", '"><b>'], "rhythm": "monthly"}
    answer = browser.post(address, data=wanted)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    kept = _hidden(answer.text)
    assert {name: kept[name] for name in ("topic", "rhythm", "purpose", "tracking")} == {
        "topic": ["letters", '"><b>'],
        "rhythm": ["monthly"],
        "purpose": ["survey"],
        "tracking": ["on"],
    }
    assert browser.post(address, data={"do": "stop"}).status_code == 200
    assert take_in_spool(scene.runtime, scene.state / SPOOL) == 1
    assert {row.state for row in scene.rows(consent)[2:]} == {"withdrawn"}


@lite
def test_without_a_policy_purposes_are_chosen(scene: Scene, public: FlaskClient) -> None:
    somebody = scene.person()
    scene.agree(somebody, "marketing")
    address = _address(scene, somebody)
    assert "purpose=marketing" in _checked(public.get(address).text)
    answer = public.post(address, data={**AS_IT_IS, "topic": [], "purpose": ["referral"]})
    assert answer.status_code == 200
    newest = {row.purpose: row.state for row in scene.rows(consent)}
    assert newest == {"marketing": "withdrawn", "referral": "granted"}


@lite
def test_the_api_reads_and_writes_what_somebody_told(
    scene: Scene, person: int, public: FlaskClient
) -> None:
    headers = {"Authorization": f"Bearer {api_keys.add(scene.runtime, 'crm')}"}
    address = "/api/v1/contacts/Tanaka@sample.example/preferences"
    assert public.get(address).status_code == 401
    told = {"topics": {"letters": False}, "rhythm": "monthly", "paused_until": "2026-06-01"}
    answer = public.put(address, json=told, headers=headers)
    assert answer.status_code == 200
    assert answer.json == public.get(address, headers=headers).json
    assert answer.json == {
        "contact_id": person,
        "topics": {"letters": False, "seminars": True},
        "rhythm": "monthly",
        "paused_until": "2026-06-01",
        "locale": "ja",
        "tracking": True,
        "agreed_to": ["marketing", "survey"],
        "suppressed": False,
    }
    (row,) = [one for one in scene.rows(event) if one.type == "contact.preferences_changed"]
    assert row.properties["by"] == "api:crm"
    assert public.put(address, json={}, headers=headers).json["paused_until"] == "2026-06-01"
    ended = public.put(address, json={"paused_until": None}, headers=headers)
    assert ended.json["paused_until"] is None


#: what a caller sends, the status
REFUSED: list[tuple[Any, int]] = [
    ({"topics": {"nothing": True}}, 422),
    ({"rhythm": "hourly"}, 422),
    ({"paused_until": "2020-01-01"}, 422),
    ({"paused_until": "2036-01-01"}, 422),
    ({"locale": "xx"}, 422),
    ({"agreed_to": ["marketing"]}, 422),
    ([{}, {}], 422),
]


@lite
def test_the_api_refuses_what_cannot_be(scene: Scene, person: int, public: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {api_keys.add(scene.runtime, 'crm')}"}
    address = "/api/v1/contacts/tanaka@sample.example/preferences"
    for body, status in REFUSED:
        assert public.put(address, json=body, headers=headers).status_code == status, body
    nobody = "/api/v1/contacts/nobody@sample.example/preferences"
    assert public.get(nobody, headers=headers).status_code == 404
    assert public.put(nobody, json={}, headers=headers).status_code == 404
    assert scene.rows(event) == []

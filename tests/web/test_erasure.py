"""Erasure over HTTP: the API, the team's page, and what old links answer afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from nurture.db import tables as t
from nurture.emails.tokens import Purpose, Token
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import api_keys, refer_links
from nurture.services.erasure import erase
from nurture.web.team import make_team
from tests.web.introductions import Introducing, begin, words

ADDRESS = "suzuki@midori.example"


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Introducing:
    """A referrer, 田中, and 鈴木 whom they introduced and who agreed."""
    found = begin(engine, tmp_path)
    done = found.introduce("鈴木花子")
    found.agree(done.id, ADDRESS)
    return found


@pytest.fixture
def team(world: Introducing) -> Iterator[FlaskClient]:
    scene = world.scene
    store = MailboxStore(scene.state / "mailbox.sqlite", scene.clock.now)
    app = make_team(scene.runtime, store, "x" * 32)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    store.close()


def suzuki(world: Introducing) -> int:
    (row,) = [one for one in world.rows(t.contact) if one.email == ADDRESS]
    return int(row.id)


def snapshot(world: Introducing) -> list[object]:
    return [world.rows(table) for table in t.metadata.sorted_tables]


def link(world: Introducing, purpose: Purpose, message: int, contact: int) -> str:
    return world.scene.runtime.keyring.sign(Token(purpose, message, contact))


# -- the API -----------------------------------------------------------------------------


def test_the_api_erases_once_however_often_it_is_asked(world: Introducing) -> None:
    head = {"Authorization": f"Bearer {api_keys.add(world.scene.runtime, 'crm')}"}
    who = suzuki(world)
    assert world.browser.delete(f"/api/v1/contacts/{ADDRESS}").status_code == 401
    answer = world.browser.delete(f"/api/v1/contacts/{ADDRESS}", headers=head)
    assert answer.status_code == 200
    assert (answer.json["contact_id"], answer.json["status"]) == (who, "erased")
    assert answer.json["rows"]["contacts"] == 1
    (said,) = [row for row in world.rows(t.event) if row.type == "contact.erased"]
    assert (said.properties["by"], said.properties["via"]) == ("api:crm", "api")
    before = snapshot(world)
    for again in (ADDRESS, str(who)):
        answer = world.browser.delete(f"/api/v1/contacts/{again}", headers=head)
        assert (answer.status_code, answer.json["status"]) == (200, "already")
    assert snapshot(world) == before
    for nobody, status in (("nobody@x.example", 404), ("4711", 404), ("9" * 40, 404), ("x", 422)):
        answer = world.browser.delete(f"/api/v1/contacts/{nobody}", headers=head)
        assert answer.status_code == status, nobody
    assert world.browser.get(f"/api/v1/contacts/{ADDRESS}", headers=head).status_code == 404


def test_the_api_says_of_whom_it_does_not_take_in_any_more(world: Introducing) -> None:
    head = {"Authorization": f"Bearer {api_keys.add(world.scene.runtime, 'crm')}"}
    erase(world.scene.runtime, ADDRESS, "mori", "cli")
    rows = [{"email": ADDRESS, "family_name": "鈴木"}, {"email": "b@midori.example"}]
    answer = world.browser.post("/api/v1/contacts", json=rows, headers=head)
    first, second = answer.json["contacts"]
    assert (first["status"], first["contact_id"], first["sendable"]) == ("erased", None, False)
    assert "erased at their wish" in first["remarks"][0]["message"]
    assert second["status"] == "created"
    told = {"type": "form.submitted", "email": ADDRESS, "properties": {"name": "鈴木"}}
    answer = world.browser.post("/api/v1/events", json=told, headers=head)
    assert answer.json["events"][0]["status"] == "aside"
    assert world.rows(t.stray_event) == []


# -- the team's page ---------------------------------------------------------------------


def test_the_team_sees_what_goes_confirms_it_and_is_left_with_a_number(
    world: Introducing, team: FlaskClient
) -> None:
    who = suzuki(world)
    assert f"/contacts/{who}/erase" in team.get(f"/contacts/{who}?lang=ja").text
    before = snapshot(world)
    page = words(team.get(f"/contacts/{who}/erase?lang=ja").text)
    assert "鈴木" in page
    assert "本人をご紹介いただいた記録" in page
    assert "introductions of them" in words(team.get(f"/contacts/{who}/erase?lang=en").text)
    team.post(f"/contacts/{who}/erase", data={"by": "mori"})
    assert snapshot(world) == before, "nothing is erased without a tick"
    answer = team.post(f"/contacts/{who}/erase", data={"by": "mori", "sure": "yes"})
    assert answer.status_code == 303
    for lang, said in (("ja", "消去済み"), ("en", "Erased person")):
        page = words(team.get(f"/contacts/{who}?lang={lang}").text)
        assert said in page
        assert "鈴木" not in page
    assert "鈴木" not in team.get("/contacts/").text
    assert team.get(f"/contacts/{2**63}/erase").status_code == 404


# -- old links ---------------------------------------------------------------------------


def test_links_in_old_mails_of_an_erased_person_are_calm_and_write_nothing(
    world: Introducing,
) -> None:
    scene, who = world.scene, suzuki(world)
    now = scene.clock.now()
    mail = scene.mail(who, recipient=ADDRESS)
    survey = scene.add(
        t.survey_invitation, dedupe_key="s", survey="nps", round="2026-Q2", contact_id=who,
        asked_at=now,
    )  # fmt: skip
    ask = scene.add(
        t.referral_ask, dedupe_key="a", program="default", contact_id=who, offer="training",
        timing="regular", mode="criteria", asked_at=now,
    )  # fmt: skip
    task = scene.add(
        t.task, dedupe_key="t", contact_id=who, kind="call", title="電話", assignee="owner",
        state="open", created_at=now,
    )  # fmt: skip
    (sato,) = [row.id for row in world.rows(t.team_member) if row.key == "sato"]
    (referral,) = world.rows(t.referral)
    erase(scene.runtime, ADDRESS, "mori", "cli")
    before = snapshot(world)
    links = {
        f"/s/{link(world, Purpose.SURVEY, survey, who)}": (410, {"score": "9", "comment": "x"}),
        f"/a/{link(world, Purpose.ASK, ask, who)}": (200, {"answer": "not_now"}),
        f"/p/{link(world, Purpose.PREFERENCES, mail, who)}": (200, {"rhythm": "monthly"}),
        f"/t/{link(world, Purpose.TASK, task, sato)}?do=called": (410, {"result": "no_answer"}),
        refer_links.consent_of(scene.runtime, referral.id, world.referrer).removeprefix(
            scene.runtime.public_url
        ): (410, {"do": "agree", "name": "鈴木", "email": ADDRESS, "agree": "yes"}),
    }
    for path, (status, form) in links.items():
        shown = world.browser.get(path)
        assert shown.status_code == status, path
        assert "鈴木" not in shown.text
        assert ADDRESS not in shown.text
        assert world.browser.post(path, data=form).status_code == status, path
    # One click always says yes, whatever is left.
    click = {"List-Unsubscribe": "One-Click"}
    consent = next(path for path in links if path.startswith("/y/"))
    for path in (f"/u/{link(world, Purpose.UNSUBSCRIBE, mail, who)}", consent):
        assert world.browser.post(path, data=click).status_code == 200, path
    assert world.browser.get(f"/o/{link(world, Purpose.OPEN, mail, who)}.gif").status_code == 200
    assert snapshot(world) == before


def test_links_of_an_erased_referrer_lead_to_nobody(world: Introducing) -> None:
    scene, page = world.scene, world.page
    ticket = world.ticket()
    erase(scene.runtime, world.referrer, "mori", "cli")
    before = snapshot(world)
    dead = (page, f"/i/{world.code}", f"/g/{ticket}", f"/d/{world.code}/paper")
    for path in dead:
        assert world.browser.get(path).status_code == 404, path
        form = {"name": "木村", "email": "kimura@x.example", "agree": "yes"}
        assert world.browser.post(path, data=form).status_code in (404, 405), path
    stop = f"/x/{link(world, Purpose.UPDATES_STOP, 0, world.referrer)}"
    for answer in (world.browser.get(stop), world.browser.post(stop)):
        assert answer.status_code == 200
        assert "田中" not in answer.text
    assert snapshot(world) == before


def test_the_page_of_their_referrer_shows_an_end_and_no_name(world: Introducing) -> None:
    assert "鈴木" in world.get(world.page)
    erase(world.scene.runtime, ADDRESS, "mori", "cli")
    page = world.get(world.page)
    assert "鈴木" not in page
    assert "消去" not in words(page)

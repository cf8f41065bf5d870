"""Unsubscribe and preferences over HTTP: GET shows, POST acts at once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from nurture.db.tables import consent, decision, enrolment, event, message, suppression
from nurture.emails.tokens import Purpose
from nurture.services.spool import SPOOL
from nurture.services.tracking import take_in_spool
from tests.web.scene import Scene

#: what mail programs send (RFC 8058 section 3.1), and what others might
BODIES = [
    {"data": {"List-Unsubscribe": "One-Click"}},
    {"data": {"List-Unsubscribe": "One-Click"}, "content_type": "multipart/form-data"},
    # a careless client: the address alone says it all
    {},
    {"data": b"\xff\x00 no form at all", "content_type": "multipart/form-data; boundary=x"},
    {"data": b"a" * 200_000, "content_type": "application/x-www-form-urlencoded"},
]


def _address(scene: Scene, person: int, mail: int) -> str:
    return f"/u/{scene.token(Purpose.UNSUBSCRIBE, mail, person)}"


def _consents(scene: Scene) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in scene.rows(consent):
        found.setdefault(row.purpose, []).append(row.state)
    return found


@pytest.mark.parametrize("body", BODIES)
def test_one_post_stops_everything_that_needs_consent(
    scene: Scene, public: FlaskClient, body: dict[str, object]
) -> None:
    person = scene.person()
    scene.agree(person, "marketing", "referral")
    sent = scene.mail(person)
    scene.mail(person, state="queued")
    scene.mail(person, state="deferred", purpose="referral")
    scene.mail(person, state="claimed")
    scene.mail(person, state="queued", purpose="service")
    scene.journey(person)
    scene.journey(person, "receipts")

    answer = public.post(_address(scene, person, sent), **body)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers
    assert _consents(scene) == {
        "marketing": ["granted", "withdrawn"],
        "referral": ["granted", "withdrawn"],
        "survey": ["withdrawn"],
    }
    assert [(row.state, row.reason) for row in scene.rows(message)] == [
        ("sent", None),
        ("cancelled", "unsubscribed"),
        ("cancelled", "unsubscribed"),
        ("cancelled", "unsubscribed"),
        ("queued", None),
    ]
    assert [(row.workflow, row.state, row.outcome) for row in scene.rows(enrolment)] == [
        ("warm-nurture", "ended", "unsubscribed"),
        ("receipts", "active", None),
    ]
    assert [row.reason for row in scene.rows(decision)] == [
        *("unsubscribed", "unsubscribed", "unsubscribed"),
        "unsubscribed_all",
    ]
    (told,) = scene.rows(event)
    assert (told.type, told.contact_id, told.message_id) == ("contact.unsubscribed", person, sent)
    assert told.properties == {"purposes": ["marketing", "survey", "referral"]}


def test_a_second_post_changes_nothing(scene: Scene, public: FlaskClient) -> None:
    person = scene.person()
    scene.agree(person, "marketing")
    address = _address(scene, person, scene.mail(person))
    assert public.post(address).status_code == 200
    before = (scene.rows(consent), scene.rows(event), scene.rows(decision))
    assert public.post(address).status_code == 200
    assert (scene.rows(consent), scene.rows(event), scene.rows(decision)) == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_pages_changes_nothing(
    scene: Scene, public: FlaskClient, method: str
) -> None:
    person = scene.person()
    scene.agree(person, "marketing")
    mail = scene.mail(person)
    preferences = f"/p/{scene.token(Purpose.PREFERENCES, mail, person)}"
    for path in (_address(scene, person, mail), preferences):
        answer = public.open(path, method=method)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    undo = public.open(_address(scene, person, mail) + "/undo", method=method)
    assert undo.status_code == 405
    assert _consents(scene) == {"marketing": ["granted"]}
    assert scene.rows(event) == []


def test_who_pressed_by_mistake_opts_in_again_with_the_text_they_saw(
    scene: Scene, public: FlaskClient
) -> None:
    person = scene.person()
    scene.agree(person, "marketing")
    address = _address(scene, person, scene.mail(person))
    page = public.post(address).text
    assert public.post(f"{address}/undo").status_code == 200
    newest = scene.rows(consent)[-1]
    assert (newest.purpose, newest.state, newest.basis) == ("marketing", "granted", "opt_in")
    assert newest.recorded_by == "contact"
    assert newest.text_shown in page
    # what was never granted does not come to life
    assert _consents(scene)["survey"] == ["withdrawn"]
    assert [row.type for row in scene.rows(event)] == [
        "contact.unsubscribed",
        "contact.resubscribed",
    ]


def test_undo_grants_nothing_to_who_did_not_unsubscribe(scene: Scene, public: FlaskClient) -> None:
    person = scene.person()
    address = _address(scene, person, scene.mail(person))
    assert public.post(f"{address}/undo").status_code == 200
    assert scene.rows(consent) == []


#: (contact's locale, browser's wish, ?lang=, language of the page)
SPOKEN = [
    ("ja", "en", "", "ja"),
    ("en-US", "ja", "", "en"),
    # nothing known of the person: the browser says
    (None, "en-GB,en;q=0.9", "", "en"),
    (None, "fr", "", "ja"),
    # a click on the other language
    ("ja", "ja", "en", "en"),
    ("ja", "ja", "xx", "ja"),
]


@pytest.mark.parametrize(("locale", "wish", "asked", "language"), SPOKEN)
def test_a_page_speaks_the_readers_language(
    scene: Scene, public: FlaskClient, locale: str | None, wish: str, asked: str, language: str
) -> None:
    person = scene.person(locale=locale)
    scene.release()
    address = _address(scene, person, scene.mail(person))
    page = public.get(f"{address}?lang={asked}", headers={"Accept-Language": wish}).text
    assert f'<html lang="{language}">' in page
    assert ("配信を停止する" in page) == (language == "ja")
    assert ("株式会社見本" in page) == (language == "ja")
    assert "tanaka" not in page


def test_an_erased_person_gets_their_answer_and_nothing_is_written(
    scene: Scene, public: FlaskClient
) -> None:
    person = scene.person(erased=True)
    address = _address(scene, person, scene.mail(person))
    assert public.post(address).status_code == 200
    assert scene.rows(consent) == []
    assert scene.rows(event) == []


def test_a_mail_without_a_contact_stops_its_address(scene: Scene, public: FlaskClient) -> None:
    mail = scene.mail(None, recipient="nobody@sample.example")
    assert public.post(_address(scene, 0, mail)).status_code == 200
    (row,) = scene.rows(suppression)
    assert row.reason == "by_hand"
    assert "nobody" not in str(row)


def test_an_unsubscribe_while_the_database_is_away_is_kept_and_done_later(scene: Scene) -> None:
    from nurture.db.engine import make_engine
    from nurture.web.public import make_public
    from tests.web.scene import make_scene

    person = scene.person()
    scene.agree(person, "marketing")
    address = _address(scene, person, scene.mail(person))
    away = make_scene(make_engine("postgresql://nobody@127.0.0.1:1/none"), scene.state)
    browser = make_public(away.runtime, away.state).test_client()
    assert browser.get(address).status_code == 200
    assert browser.post(address).status_code == 200
    assert take_in_spool(scene.runtime, scene.state / SPOOL) == 1
    assert _consents(scene)["marketing"] == ["granted", "withdrawn"]

"""Opens and clicks over HTTP: what is answered, what is written, what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from nurture.db.engine import write
from nurture.db.tables import contact, event, inbox, template_links
from nurture.emails.tokens import Purpose, Token
from nurture.services.spool import SPOOL
from nurture.services.tracking import take_in_spool
from tests.web.scene import CHROME, NOON, TEMPLATE, Scene

TARGET = "https://www.sample.example/cases/1?from=mail&x=é"
PERSON = {"User-Agent": CHROME}


@pytest.fixture(autouse=True)
def _targets(scene: Scene) -> None:
    with write(scene.engine) as connection:
        row = {"template": TEMPLATE.hex(), "targets": [TARGET, None], "created_at": NOON}
        connection.execute(insert(template_links).values(**row))


def test_a_click_goes_where_the_link_led_and_waits_for_its_hold(
    scene: Scene, public: FlaskClient
) -> None:
    person = scene.person()
    mail = scene.mail(person)
    answer = public.get(
        f"/c/{scene.link(mail, person)}",
        headers=PERSON,
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == TARGET.replace("é", "%C3%A9")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "Set-Cookie" not in answer.headers
    (hit,) = scene.hits()
    assert (hit["type"], hit["contact_id"]) == ("email.clicked", person)
    assert hit["message_id"] == mail
    assert hit["properties"] == {
        "network": "203.0.113.0/24",
        "agent": CHROME,
        "link": 1,
        "target": TARGET,
    }
    assert (hit["verdict"], hit["why"]) == ("unknown", "on_hold")
    assert hit["available_at"] == NOON + timedelta(seconds=10)
    assert scene.rung == ["decide"]


def test_a_personal_target_is_followed_only_as_it_was_signed(
    scene: Scene, public: FlaskClient
) -> None:
    person = scene.person()
    token = Token(Purpose.CLICK, scene.mail(person), person, 2, TEMPLATE)
    target = "https://www.sample.example/予約?id=1&n=2"
    signed = scene.runtime.keyring.sign(token, target)
    answer = public.get(f"/c/{signed}", query_string={"to": target}, headers=PERSON)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("%E4%BA%88%E7%B4%84?id=1&n=2")
    elsewhere = public.get(f"/c/{signed}", query_string={"to": "https://evil.example/"})
    assert elsewhere.status_code == 404
    assert public.get(f"/c/{signed}").status_code == 404
    assert len(scene.hits()) == 1


#: signed by us and yet no place to send a browser to
NO_WEB = [
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/",
    "/relative",
    "https://",
    "https://ok.example/\r\nSet-Cookie: a=b",
    "https://ok.example/ space",
    "https://[broken",
    "https://ok.example/" + "a" * 4000,
]


@pytest.mark.parametrize("target", NO_WEB)
def test_a_link_never_leads_to_what_is_no_web_address(
    scene: Scene, public: FlaskClient, target: str
) -> None:
    person = scene.person()
    token = Token(Purpose.CLICK, scene.mail(person), person, 2, TEMPLATE)
    signed = scene.runtime.keyring.sign(token, target)
    answer = public.get(f"/c/{signed}", query_string={"to": target})
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_what_others_append_to_a_link_does_not_break_it(scene: Scene, public: FlaskClient) -> None:
    person = scene.person()
    link = scene.link(scene.mail(person), person)
    for tail in ("?fbclid=abc", "?to=https%3A%2F%2Fevil.example", "?" + "a=b&" * 50):
        answer = public.get(f"/c/{link}{tail}", headers=PERSON)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("https://www.sample.example/")


def test_an_open_is_one_row_and_one_small_picture(scene: Scene, public: FlaskClient) -> None:
    person = scene.person()
    mail = scene.mail(person)
    address = f"/o/{scene.token(Purpose.OPEN, mail, person)}.gif"
    answer = public.get(address, headers=PERSON)
    assert (answer.status_code, answer.content_type) == (200, "image/gif")
    assert answer.data[:6] == b"GIF89a"
    (hit,) = scene.hits()
    assert (hit["type"], hit["verdict"]) == ("email.opened", "human")
    assert hit["available_at"] == NOON


#: (method, agent, sent this long ago, link, verdict, reason, is it acted on?)
JUDGED = [
    # a person
    ("GET", CHROME, 3600, 1, "unknown", "on_hold", True),
    # previews ask for the head only
    ("HEAD", CHROME, 3600, 1, "machine", "head", False),
    # public list of crawlers: plain text, and a pattern
    ("GET", "Slackbot-LinkExpanding 1.0", 3600, 1, "machine", "agent", False),
    ("GET", "curl/8.5.0", 3600, 1, "machine", "agent", False),
    # our own list, in the policy
    ("GET", "OurOwnScanner/2", 3600, 1, "machine", "agent", False),
    # no person is as fast as that
    ("GET", CHROME, 1, 1, "machine", "too_soon", False),
    # the link no person sees; looked at, since it tells on other clicks
    ("GET", CHROME, 3600, 0, "machine", "hidden_link", True),
]


@pytest.mark.parametrize(("method", "agent", "ago", "link", "verdict", "why", "acted"), JUDGED)
def test_a_click_is_judged_by_what_it_shows(
    scene: Scene,
    public: FlaskClient,
    method: str,
    agent: str,
    ago: int,
    link: int,
    verdict: str,
    why: str,
    acted: bool,
) -> None:
    scene.release()
    person = scene.person()
    mail = scene.mail(person, sent_at=NOON - timedelta(seconds=ago))
    answer = public.open(
        f"/c/{scene.link(mail, person, link)}", method=method, headers={"User-Agent": agent}
    )
    assert (answer.status_code, answer.data) == (302, b"")
    (hit,) = scene.hits()
    assert (hit["verdict"], hit["why"]) == (verdict, why)
    assert (hit["available_at"] is not None) == acted
    assert hit["properties"].get("hidden", False) == (link == 0)


def test_everything_that_is_not_ours_gets_the_same_answer(
    scene: Scene, public: FlaskClient
) -> None:
    person = scene.person()
    mail = scene.mail(person)
    good = scene.link(mail, person)
    asked = [
        "/c/nonsense",
        "/c/",
        f"/c/{good[:-1]}",
        f"/c/{good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        f"/c/{scene.link(mail, person, 9)}",  # a link that the template does not have
        f"/c/{scene.token(Purpose.OPEN, mail, person)}",  # ours, for something else
        f"/o/{good}.gif",
        f"/u/{good}",
        f"/p/{scene.token(Purpose.UNSUBSCRIBE, mail, person)}",
        "/u/x",
        "/no-such-page",
    ]
    answers = [public.get(path) for path in asked]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(answer.headers) for answer in answers}) == 1
    assert scene.rows(event) == []


#: who may not be written down any more
FORGOTTEN = [{"erased": True}, {"tracking": False}]


@pytest.mark.parametrize("values", FORGOTTEN)
def test_after_erasure_a_link_still_works_and_nothing_is_recorded(
    scene: Scene, public: FlaskClient, values: dict[str, bool]
) -> None:
    person = scene.person(**values)
    answer = public.get(f"/c/{scene.link(scene.mail(person), person)}", headers=PERSON)
    assert answer.status_code == 302
    assert public.get(f"/c/{scene.link(987654, person)}", headers=PERSON).status_code == 302
    assert scene.rows(event) == []


def test_a_click_of_somebody_merged_counts_for_who_they_are_now(
    scene: Scene, public: FlaskClient
) -> None:
    old, new = scene.person(), scene.person("t.tanaka@sample.example")
    with write(scene.engine) as connection:
        connection.execute(update(contact).where(contact.c.id == old).values(merged_into=new))
    public.get(f"/c/{scene.link(scene.mail(old), old)}", headers=PERSON)
    (hit,) = scene.hits()
    assert hit["contact_id"] == new
    assert scene.rows(inbox)[0].contact_id == new


def test_a_click_is_answered_and_kept_while_the_database_is_away(scene: Scene) -> None:
    from nurture.db.engine import make_engine
    from nurture.web.public import make_public
    from tests.web.scene import make_scene

    person = scene.person()
    mail = scene.mail(person)
    link, pixel = scene.link(mail, person), scene.token(Purpose.OPEN, mail, person)
    from nurture.services.link_targets import remember_links

    remember_links(scene.runtime, {TEMPLATE.hex(): [TARGET]}, scene.state / "links.jsonl")
    away = make_scene(make_engine("postgresql://nobody@127.0.0.1:1/none"), scene.state)
    browser = make_public(away.runtime, away.state).test_client()
    assert browser.get(f"/c/{link}", headers=PERSON).status_code == 302
    assert browser.get(f"/o/{pixel}.gif", headers=PERSON).status_code == 200
    assert browser.get(f"/c/{link}", headers=PERSON).status_code == 302
    assert scene.rows(event) == []
    assert take_in_spool(scene.runtime, scene.state / SPOOL) == 3
    assert [hit["type"] for hit in scene.hits()] == [
        "email.clicked",
        "email.opened",
        "email.clicked",
    ]
    assert take_in_spool(scene.runtime, scene.state / SPOOL) == 0

"""The team's pages: every one, full and empty, in both languages; switches and their guard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nurture.clock import machine_now
from nurture.db.tables import account, consent, decision, event, pause, stray_event, task
from nurture.providers.mailbox_store import MailboxStore, Received
from nurture.providers.patterns import AddressPatterns
from nurture.services import control
from nurture.web.team import make_team
from tests.web.scene import NOON, Scene

PAGES = [
    "/status",
    "/contacts/",
    "/stages/",
    "/workflows/",
    "/releases/",
    "/tasks/",
    "/tasks/?state=done",
    "/mailbox/",
]
SCRIPT = "<script>alert(1)</script>"
LETTER = (
    "From: =?utf-8?b?5L2Q6Jek?= <sato@nurture.example>\r\nTo: t@sample.example\r\n"
    "Subject: =?utf-8?b?44GU6LOq5ZWP?=\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nこんにちは\r\n"
    f"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><p>{SCRIPT}\r\n"
    "--x--\r\n"
).encode()


@pytest.fixture
def mailbox(scene: Scene) -> Iterator[MailboxStore]:
    ours = AddressPatterns(["*@nurture.example"])
    store = MailboxStore(scene.state / "mailbox.sqlite", scene.clock.now, ours)
    yield store
    store.close()


@pytest.fixture
def app(scene: Scene, mailbox: MailboxStore) -> Flask:
    return make_team(scene.runtime, mailbox, "x" * 32, running=lambda: {"send": 0})


@pytest.fixture
def team(app: Flask) -> FlaskClient:
    return app.test_client()


def fill(scene: Scene, mailbox: MailboxStore, company: str = "株式会社見本") -> int:
    """Put one of everything into the world and return the contact."""
    scene.release()
    office = scene.company(company, industry="manufacturing", employees=300)
    person = scene.person(family_name=company, account_id=office, temperature="hot")
    scene.agree(person, "marketing")
    journey = scene.journey(person)
    mail = scene.mail(person, enrolment_id=journey, workflow="warm-nurture", step="hearing")
    now = {"at": NOON, "recorded_at": machine_now(), "contact_id": person}
    scene.add(decision, kind="failed", reason="rejected", message_id=mail, detail={}, **now)
    properties = {"form": company, "page": company}
    row = {"occurred_at": NOON, "received_at": NOON, "recorded_at": machine_now()}
    kinds = ("form.submitted", company[:90], "email.clicked")
    for kind in kinds:
        scene.add(event, type=kind, contact_id=person, source="api", properties=properties, **row)
    made = {"created_at": NOON - timedelta(days=2), "due_at": NOON - timedelta(days=1)}
    row = {"kind": "call", "title": company, "assignee": "owner", "contact_id": person}
    scene.add(task, dedupe_key="one", **row, **made)
    scene.add(stray_event, type="a.b", source=company[:60], reason=company, received_at=NOON)
    mailbox.add([Received("bounce@nurture.example", ("t@sample.example",), LETTER)])
    return person


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("full", [False, True])
def test_every_page_stands_empty_and_full_in_both_languages(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient, language: str, full: bool
) -> None:
    pages = list(PAGES)
    if full:
        person = fill(scene, mailbox)
        pages += [f"/contacts/{person}", "/workflows/warm-nurture", "/workflows/receipts"]
        pages += ["/mailbox/1"]
        picture = team.get(f"/workflows/warm-nurture/diagram.svg?lang={language}")
        assert ("開始のきっかけ" in picture.text) == (language == "ja")
    for path in pages:
        answer = team.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
        assert "script" not in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text
        assert (language == "ja") == ("メールボックス" in answer.text), path


def test_a_status_shows_what_waits_and_what_went_wrong(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient
) -> None:
    fill(scene, mailbox)
    page = team.get("/status", headers={"Accept-Language": "en"}).text
    assert re.search(r"Journeys due</dt><dd>1<", page)
    assert re.search(r'class="bad"><dt>Tasks overdue</dt><dd>1<', page)
    assert re.search(r'class="bad"><dt>Processes: send</dt><dd>0<', page)
    assert "the server refused it" in page


def test_a_strangers_words_are_shown_and_never_run(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient
) -> None:
    person = fill(scene, mailbox, SCRIPT)
    for path in [
        *PAGES,
        f"/contacts/{person}",
        f"/contacts/?query={SCRIPT}",
        "/mailbox/?query=<b>",
    ]:
        page = team.get(path).text
        assert "<script" not in page, path
        assert "<b>" not in page or "figures" in page, path


def test_a_mails_html_is_shut_in_a_frame_that_runs_nothing(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient
) -> None:
    fill(scene, mailbox)
    page = team.get("/mailbox/1")
    assert "ご質問" in page.text
    assert "こんにちは" in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    frame = team.get("/mailbox/1/html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    raw = team.get("/mailbox/1/raw")
    assert raw.content_type == "text/plain; charset=utf-8"
    assert raw.data == LETTER


def test_contacts_are_found_by_text_temperature_and_tag_page_by_page(
    scene: Scene, team: FlaskClient
) -> None:
    for n in range(60):
        scene.person(f"p{n}@a.example", family_name=f"姓{n}", temperature="warm")
    scene.person("x@b.example", family_name="100%", temperature="hot")
    first = team.get("/contacts/?temperature=warm").text
    names = re.findall(r"姓\d+", first)
    more = re.search(r'href="([^"]+)" rel="next"', first)
    assert len(names) == 50
    assert more is not None
    rest = re.findall(r"姓\d+", team.get("/contacts/" + more[1].replace("&amp;", "&")).text)
    assert len({*names, *rest}) == 60
    assert "100%" in team.get("/contacts/?query=100%25").text
    assert "100%" not in team.get("/contacts/?query=%25a").text
    assert "x@b.example" in team.get("/contacts/?query=B.EXAMPLE").text


def test_pausing_takes_a_page_of_ours(scene: Scene, team: FlaskClient, app: Flask) -> None:
    scene.release()
    assert team.post("/pause", data={"what": "everything/"}).status_code == 400
    assert scene.rows(pause) == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', team.get("/status").text)
    assert token is not None
    form = {"csrf_token": token[1], "what": "workflow/warm-nurture", "reason": "確認中"}
    assert team.post("/pause", data=form).status_code == 303
    assert [(row.kind, row.name, row.reason) for row in scene.rows(pause)] == [
        ("workflow", "warm-nurture", "確認中")
    ]
    assert "確認中" in team.get("/status").text
    assert team.post("/resume", data=form).status_code == 303
    assert scene.rows(pause) == []
    assert team.post("/pause", data={**form, "what": "workflow/no-such"}).status_code == 303
    assert "no-such" in team.get("/status").text


def test_a_hold_is_lifted_by_its_button(scene: Scene, team: FlaskClient) -> None:
    scene.release()
    scene.company("株式会社見本")
    control.hold(scene.runtime, "株式会社見本", "お申し出のため")
    page = team.get("/status").text
    assert "お申し出のため" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    team.post("/unhold", data={"csrf_token": token[1], "account": "株式会社見本"})
    assert [row.hold_reason for row in scene.rows(account)] == [None]


def test_a_foreign_name_for_this_machine_is_refused(team: FlaskClient) -> None:
    assert team.get("/status", headers={"Host": "evil.example"}).status_code == 400
    assert team.get("/status", headers={"Host": "127.0.0.1:8081"}).status_code == 200


def test_a_chosen_language_is_remembered(team: FlaskClient) -> None:
    assert '<html lang="en">' in team.get("/status?lang=en").text
    assert '<html lang="en">' in team.get("/contacts/", headers={"Accept-Language": "ja"}).text
    assert '<html lang="ja">' in team.get("/status?lang=ja").text


#: addresses a hand could type
ODD = [
    *("/contacts/999999", "/contacts/99999999999999999999999", "/workflows/none", "/mailbox/9"),
    *("/mailbox/9/html", "/mailbox/99999999999999999999999/raw", "/nothing"),
]


@pytest.mark.parametrize("path", ODD)
def test_what_is_not_there_is_said(team: FlaskClient, path: str) -> None:
    assert team.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        *("before=x", "before=-1", "before=99999999999999999999", "after=1.2.3.4.5"),
        *("after=999999999999999999.999999999999999999.0.1", "query=%00%ff", "lang=xx"),
        *("tag=%F0%9F%98%80&query=a%25", "tag=%00&temperature=x%00&lifecycle=%00&kind=%00&for=%00"),
    ],
)
def test_an_odd_query_is_no_failure(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient, query: str
) -> None:
    person = fill(scene, mailbox)
    for path in ("/contacts/", f"/contacts/{person}", "/tasks/", "/mailbox/", "/today"):
        assert team.get(f"{path}?{query}").status_code == 200


def test_looking_at_pages_changes_nothing(
    scene: Scene, mailbox: MailboxStore, team: FlaskClient, app: Flask
) -> None:
    person = fill(scene, mailbox)
    tables = (event, decision, consent, pause, task)
    before = [scene.rows(table) for table in tables]
    for rule in app.url_map.iter_rules():
        values = {
            "contact_id": person,
            "task_id": scene.rows(task)[0].id,
            "key": 1,
            "place": 0,
            "name": "warm-nurture",
            "filename": "x",
            "account_id": 1,
            "report_id": 1,
            "reward_id": 1,
            "ask_id": 1,
            "loop_id": 1,
            "ref": "R-NOBODY",
            "action": "deliver",
            "state": "contacted",
        }
        needed = {name: values[name] for name in rule.arguments}
        with app.test_request_context("/", base_url="http://127.0.0.1"):
            address = app.url_for(rule.endpoint, **needed)
        if "GET" in (rule.methods or ()):
            assert team.get(address).status_code < 500
        else:
            assert team.post(address).status_code == 400, "a form without our token"
    assert [scene.rows(table) for table in tables] == before


def test_the_hour_at_which_somebody_reads_stands_on_their_page(
    scene: Scene, team: FlaskClient
) -> None:
    learnt = {"counts": {"14": 6, "9": 1}, "order": [14, 9]}
    known = scene.person("known@sample.example", best_hours=learnt)
    unknown = scene.person("unknown@sample.example")
    page = team.get(f"/contacts/{known}?lang=ja").text
    assert "14時台" in page
    assert "7通の開封から" in page
    assert "よく読まれる時間帯" not in team.get(f"/contacts/{unknown}?lang=ja").text

"""A task's signed page and the team's: looking changes nothing, pressing records once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.emails.tokens import Purpose, Token
from nurture.providers.mailbox_store import MailboxStore
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.desk import Desk
from tests.services.house import make_house


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    tables.metadata.create_all(engine)
    yield Desk(make_house(engine))
    engine.dispose()


@pytest.fixture
def phone(desk: Desk, tmp_path: Path) -> FlaskClient:
    """Return a browser at the public pages."""
    return make_public(desk.house.runtime, tmp_path).test_client()


@pytest.fixture
def team(desk: Desk, tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a browser at the team's pages, its forms without their CSRF tokens."""
    store = MailboxStore(tmp_path / "mailbox.sqlite", desk.house.clock.now)
    app = make_team(desk.house.runtime, store, "x" * 32)
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    store.close()


def test_looking_changes_nothing_and_leaves_no_trace(desk: Desk, phone: FlaskClient) -> None:
    task = desk.task(desk.lead())
    before = desk.everything()
    for action in ("", "called", "meeting_set", "accepted", "returned", "done", "won", "x\0y"):
        for method in ("GET", "HEAD"):
            answer = phone.open(desk.path(task, action=action), method=method)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert answer.headers["Cache-Control"] == "no-store"
    assert desk.everything() == before


def test_the_page_says_who_what_and_why_and_has_the_form_that_was_pressed(
    desk: Desk, phone: FlaskClient
) -> None:
    page = phone.get(desk.path(desk.task(desk.lead()), action="called")).text
    for said in ("株式会社青空", "田中太郎様", "初回電話", "見積もりのご依頼", "5月13日(水) 10:00"):
        assert said in page
    assert 'href="tel:0312345678"' in page
    # what an earlier call found is there to be corrected
    assert 'value="月末の転記に3名で2日"' in page
    assert "<script" not in page


def test_what_is_pressed_is_recorded_and_said(desk: Desk, phone: FlaskClient) -> None:
    task = desk.task(desk.lead())
    form = {"result": "qualified", "budget": "今期に確保", "revision": "0"}
    answer = phone.post(desk.path(task, action="called"), data=form)
    assert answer.status_code == 200
    assert "記録しました：電話済み" in answer.text
    assert "中村健" in answer.text
    assert "Set-Cookie" not in answer.headers
    (told,) = desk.house.events("call.logged")
    assert told.properties["via"] == "mail"
    # the page is loaded again, the mail is opened again
    again = phone.post(desk.path(task, action="called"), data=form)
    assert "すでに記録されています：電話済み" in again.text
    assert len(desk.house.events("call.logged")) == 1
    later = phone.get(desk.path(task, action="returned")).text
    assert "このタスクは完了しています：電話済み" in later
    assert "<form" not in later
    late = phone.post(desk.path(task, action="returned"), data={"reason": "no_need"})
    assert "このタスクはすでに完了しています：電話済み" in late.text
    assert desk.house.events("lead.returned") == []


def test_a_pack_is_sent_by_its_button_and_by_nothing_that_a_note_says(
    desk: Desk, phone: FlaskClient
) -> None:
    task = desk.task(desk.lead(lifecycle="sql"), "approval-pack")
    assert "記録して稟議資料を送る" in phone.get(desk.path(task, action="send_pack")).text
    assert desk.house.events("pack.requested") == []
    for _ in range(2):
        answer = phone.post(desk.path(task, action="send_pack"), data={"revision": "0"})
    assert "すでに記録されています：稟議資料を送る" in answer.text
    (told,) = desk.house.events("pack.requested")
    assert told.properties == {"task": task, "by": "nakamura", "via": "mail"}
    noted = desk.task(desk.lead(lifecycle="sql", email="suzuki@aozora.example"), "approval-pack")
    phone.post(desk.path(noted, action="done"), data={"revision": "0", "note": "稟議資料"})
    assert len(desk.house.events("pack.requested")) == 1


def test_a_wrong_answer_is_named_beside_its_field_and_the_input_is_kept(
    desk: Desk, phone: FlaskClient
) -> None:
    task = desk.task(desk.lead())
    form = {"day": "2026-05-01", "time": "14:00", "attendees": "山田<部長>", "revision": "0"}
    answer = phone.post(desk.path(task, action="meeting_set"), data=form)
    assert answer.status_code == 422
    assert "2か所をご確認ください" in answer.text
    beside = re.search(r'<p class="fault" id="ask-day-fault">([^<]+)</p>\s*<input', answer.text)
    assert beside is not None
    assert beside[1] == "本日以降の日付をご記入ください。"
    assert 'value="山田&lt;部長&gt;"' in answer.text
    assert 'value="14:00"' in answer.text
    assert desk.house.events("deal.meeting_set") == []


#: (what became of the task or its holder, status, what the page says)
SHUT: list[tuple[str, int, str]] = [
    ("reassigned", 403, "現在は上田麻衣さんが担当しています"),
    ("left", 403, "このリンクはお使いいただけません"),
    ("a year later", 410, "リンクの有効期限が切れています"),
    ("erased", 410, "このタスクはもうありません"),
    ("a duplicate", 410, "このタスクはもうありません"),
]


@pytest.mark.parametrize(("what", "status", "said"), SHUT)
def test_a_link_that_is_good_for_nothing_shows_nobodys_data_and_takes_nothing(
    desk: Desk, phone: FlaskClient, what: str, status: int, said: str
) -> None:
    house, who = desk.house, desk.lead()
    other = house.person("other@aozora.example")
    task = desk.task(who)
    path = desk.path(task, action="called")
    changes: dict[str, tuple[Any, int, dict[str, Any]]] = {
        "reassigned": (tables.task, task, {"assignee_id": desk.members["ueda"]}),
        "left": (tables.team_member, desk.members["nakamura"], {"active": False}),
        "erased": (tables.contact, who, {"erased": True}),
        "a duplicate": (tables.contact, who, {"merged_into": other}),
    }
    if what in changes:
        table, row, values = changes[what]
        house.change(table, row, **values)
    else:
        house.clock.move_to(house.clock.now() + timedelta(days=365))
    before = desk.everything()
    for answer in (phone.get(path), phone.post(path, data={"result": "talked"})):
        assert answer.status_code == status
        assert said in answer.text
        for personal in ("田中", "青空", "03-1234", "tanaka", "初回電話"):
            assert personal not in answer.text
    assert desk.everything() == before


def test_forged_and_foreign_tokens_get_the_same_404_as_any_other_address(
    desk: Desk, phone: FlaskClient
) -> None:
    task = desk.task(desk.lead())
    keyring, nakamura = desk.house.runtime.keyring, desk.members["nakamura"]
    genuine = desk.path(task)
    forged = genuine[:-2] + ("AA" if not genuine.endswith("AA") else "BB")
    other = "/t/" + keyring.sign(Token(Purpose.UNSUBSCRIBE, task, nakamura))
    unknown = phone.get("/nothing/here")
    for path in (forged, other, "/t/x", "/u/" + genuine.removeprefix("/t/")):
        for answer in (phone.get(path), phone.post(path + "?do=called", data={"result": "talked"})):
            assert (answer.status_code, answer.text) == (404, unknown.text)
    assert desk.house.events("call.logged") == []


def test_the_page_speaks_the_members_language_and_switches(desk: Desk, phone: FlaskClient) -> None:
    task = desk.task(desk.lead(), assignee_id=desk.members["ueda"])
    path = desk.path(task, "ueda", "called")
    page = phone.get(path).text
    assert '<html lang="en">' in page
    assert "How did it go?" in page
    assert f"{path}&amp;lang=ja" in page
    assert "電話の結果" in phone.get(f"{path}&lang=ja").text


def test_while_the_database_is_away_the_answers_stay_on_the_page(
    desk: Desk, phone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = desk.task(desk.lead())
    path = desk.path(task, action="called")

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with monkeypatch.context() as patch:
        patch.setattr("nurture.web.public.tasks.sheet_of_link", away)
        assert phone.get(path).status_code == 503
        form = {"result": "talked", "note": "\n二行目\n<三行目>", "revision": "0"}
        answer = phone.post(path, data=form)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        hidden = dict(
            re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', answer.text, re.DOTALL)
        )
    assert hidden == {"result": "talked", "note": "\n二行目\n&lt;三行目&gt;", "revision": "0"}
    assert phone.post(path, data=form).status_code == 200
    assert desk.house.events("call.logged")[0].properties["note"] == "二行目\n<三行目>"


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(revision|further)" value="(\d+)">', page))


def test_another_answer_on_an_old_form_keeps_its_input_and_is_recorded_beside(
    desk: Desk, phone: FlaskClient, team: FlaskClient
) -> None:
    for browser, by in ((phone, {}), (team, {"by": "ueda"})):
        # once on a task that stays open, once on one that is over
        for first in ("no_answer", "talked"):
            before = len(desk.house.events("call.logged"))
            task = desk.task(desk.lead(email=f"{first}{len(by)}@aozora.example"))
            page = desk.path(task) if browser is phone else f"/tasks/{task}"
            path = f"{page}?do=called&lang=ja"
            browser.post(path, data={"result": first, "revision": "0", **by})
            learnt = {"result": "qualified", "budget": "今期300万円", **by}
            told = browser.post(path, data={**learnt, "revision": "0"})
            assert told.status_code == 409
            assert "先に記録されている内容があります：電話済み" in told.text
            assert "あわせて記録する" in told.text
            assert 'value="今期300万円"' in told.text
            hidden = _hidden(told.text)
            assert hidden == {"revision": "1", "further": "1"}
            # a slip on the way keeps the form
            wrong = browser.post(path, data={**hidden, **by})
            assert (wrong.status_code, _hidden(wrong.text)) == (422, hidden)
            browser.post(path, data={**learnt, **hidden})
            assert len(desk.house.events("call.logged")) == before + 2


def test_the_team_narrows_its_list_down_and_sees_why_now(desk: Desk, team: FlaskClient) -> None:
    who = desk.lead()
    late = desk.task(who, due_at=desk.house.clock.now() - timedelta(hours=1))
    desk.task(None, "todo", title="事例の月次更新", assignee_id=None)
    page = team.get("/tasks/?lang=ja").text
    assert page.index("初回電話") < page.index("事例の月次更新")
    assert "期限切れ" in page
    assert "見積もりのご依頼" in page
    assert f'href="/tasks/{late}"' in page
    assert "初回電話" not in team.get("/tasks/?kind=todo").text
    assert "月次更新" not in team.get(f"/tasks/?member={desk.members['nakamura']}").text
    assert "初回電話" not in team.get("/tasks/?member=0").text


@pytest.mark.parametrize("what", ["erased", "a duplicate"])
def test_tasks_about_nobody_who_is_there_are_on_no_list(
    desk: Desk, team: FlaskClient, what: str
) -> None:
    house, who = desk.house, desk.lead()
    other = desk.lead(email="b@aozora.example", family_name="高橋")
    gone, kept = desk.task(who), desk.task(other)
    desk.task(None, "todo", title="事例の月次更新")
    change = {"erased": True} if what == "erased" else {"merged_into": other}
    house.change(tables.contact, who, **change)
    page = team.get("/tasks/?lang=ja").text
    assert f'href="/tasks/{gone}"' not in page
    assert "田中" not in page
    assert f'href="/tasks/{kept}"' in page
    assert "事例の月次更新" in page
    for answer in (
        team.get(f"/tasks/{gone}?do=called"),
        team.post(f"/tasks/{gone}?do=called", data={"result": "talked", "by": "ueda"}),
    ):
        assert answer.status_code == 404
    assert house.events("call.logged") == []


def test_the_team_acts_with_the_same_forms(desk: Desk, team: FlaskClient) -> None:
    task = desk.task(desk.lead())
    assert "電話の結果" in team.get(f"/tasks/{task}?do=called&lang=ja").text
    wrong = team.post(f"/tasks/{task}?do=called", data={"by": "ueda"})
    assert wrong.status_code == 422
    form = {"result": "talked", "by": "ueda", "revision": "0"}
    done = team.post(f"/tasks/{task}?do=called", data=form, follow_redirects=True)
    assert "記録しました：電話済み" in done.text
    assert desk.house.row(tables.task, task).done_by == desk.members["ueda"]
    again = team.post(f"/tasks/{task}?do=called", data=form, follow_redirects=True)
    assert "すでに記録されています" in again.text
    assert team.get("/tasks/99").status_code == 404


def test_the_team_cannot_be_made_to_act_from_elsewhere(desk: Desk, tmp_path: Path) -> None:
    store = MailboxStore(tmp_path / "other.sqlite", desk.house.clock.now)
    client = make_team(desk.house.runtime, store, "x" * 32).test_client()
    task = desk.task(desk.lead())
    answer = client.post(f"/tasks/{task}?do=called", data={"result": "talked", "by": "ueda"})
    assert answer.status_code == 400
    assert desk.house.events("call.logged") == []
    store.close()

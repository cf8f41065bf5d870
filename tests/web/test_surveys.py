"""A survey's page over HTTP: GET is inert, POST records once, and what may go wrong."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db.engine import make_engine, write
from nurture.db.releases import store
from nurture.db.tables import contact, event, inbox, survey_answer, survey_invitation, survey_loop
from nurture.emails.tokens import Keyring, Purpose, Token
from nurture.errors import NurtureError
from nurture.services.survey_loops import move
from nurture.web.public import make_public
from tests.web.scene import FILES, Scene, make_scene

SURVEY = """
survey: nps
title: お客様アンケート
drivers:
  - {driver: ease, title: {ja: 使いやすさ, en: Ease of use}}
  - {driver: support, title: {ja: サポート, en: Support}}
thanks: {promoter: {ja: 励みにいたします。, en: That made our day.}}
"""

#: rules alone, no SQL that differs: one database is enough
lite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(scene: Scene) -> int:
    """Return somebody who was asked."""
    with write(scene.engine) as connection:
        files = {**FILES, "workflows/nps.yaml": SURVEY.encode()}
        store(connection, files, "test", scene.clock.now())
    return scene.person()


def asked(scene: Scene, person: int, key: str = "1/nps/1", **values: Any) -> str:
    """Ask a person and return the address that the mail's buttons lead to."""
    row = {"dedupe_key": key, "survey": "nps", "round": "2026-Q2", "contact_id": person}
    found = scene.add(survey_invitation, **{**row, "asked_at": scene.clock.now(), **values})
    token = scene.runtime.keyring.sign(Token(Purpose.SURVEY, found, person))
    return f"/s/{token}"


def chosen(page: str) -> list[str]:
    return re.findall(r'name="score" value="(\d+)" checked', page)


def told(scene: Scene, kind: str) -> list[dict[str, Any]]:
    return [dict(row.properties) for row in scene.rows(event) if row.type == kind]


@lite
def test_a_button_shows_its_number_chosen_and_writes_nothing(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    page = public.get(f"{asked(scene, person)}?score=9").text
    assert chosen(page) == ["9"]
    assert "お知り合いや同僚の方にお薦めになる可能性" in page
    assert "使いやすさ" in page
    assert [scene.rows(table) for table in (survey_answer, event, inbox)] == [[], [], []]
    assert scene.rows(survey_invitation)[0].answered_at is None


@lite
def test_a_scanner_that_presses_all_eleven_buttons_answers_nothing(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    for score in range(11):
        assert public.get(f"{address}?score={score}").status_code == 200
        assert public.head(f"{address}?score={score}").status_code == 200
    assert scene.rows(survey_answer) == []
    assert scene.rows(event) == []
    assert chosen(public.get(address).text) == []


def test_an_answer_is_recorded_with_its_event_and_the_same_one_once(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    form = {"score": "9", "driver": ["support", "ease", "forged"], "comment": "早い\r\n対応"}
    first = public.post(address, data=form)
    assert first.status_code == 200
    assert "励みにいたします。" in first.text
    public.post(address, data=form)
    (row,) = scene.rows(survey_answer)
    assert (row.score, row.drivers, row.comment) == (9, ["ease", "support"], "早い\n対応")
    (invitation,) = scene.rows(survey_invitation)
    assert (invitation.score, invitation.answered_at) == (9, scene.clock.now())
    (said,) = told(scene, "nps.responded")
    assert (said["band"], said["candidate"], said["again"]) == ("promoter", True, False)
    assert "comment" not in said


def test_answering_again_counts_and_keeps_what_was_said_before(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    public.post(address, data={"score": "7"})
    assert chosen(public.get(address).text) == ["7"]
    page = public.get(f"{address}?score=10").text
    assert "前回は7点とご回答いただきました。送信されると、10点に変わります。" in page
    done = public.post(address, data={"score": "10"})
    assert "ご回答を変更しました" in done.text
    assert [row.score for row in scene.rows(survey_answer)] == [7, 10]
    assert scene.rows(survey_invitation)[0].score == 10
    assert [one["before"] for one in told(scene, "nps.responded")] == [None, 7]


def test_an_unhappy_answer_opens_a_loop_and_a_better_one_closes_it(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    public.post(address, data={"score": "2", "driver": "support"})
    (loop,) = scene.rows(survey_loop)
    assert (loop.state, loop.contact_id) == ("open", person)
    (opened,) = told(scene, "nps.loop_opened")
    assert (opened["score"], opened["loop"]) == (2, loop.id)
    public.post(address, data={"score": "9"})
    (loop,) = scene.rows(survey_loop)
    assert (loop.state, loop.score_after) == ("closed", 9)
    assert told(scene, "nps.loop_closed")[0]["why"] == "answered"


@lite
def test_a_form_without_a_number_is_shown_again_with_what_was_written(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    page = public.post(address, data={"driver": "ease", "comment": "<b>長い</b>感想"})
    assert page.status_code == 422
    assert "0から10の数字を一つお選びください" in page.text
    assert "&lt;b&gt;長い&lt;/b&gt;感想" in page.text
    assert 'value="ease" checked' in page.text
    assert scene.rows(survey_answer) == []


@lite
@pytest.mark.parametrize("score", ["11", "-1", "9.5", "１０", "", "x"])
def test_no_other_number_can_be_sent(
    scene: Scene, public: FlaskClient, person: int, score: str
) -> None:
    address = asked(scene, person)
    assert public.post(address, data={"score": score}).status_code == 422
    assert public.get(address, query_string={"score": score}).status_code == 200
    assert scene.rows(survey_answer) == []


@lite
def test_an_answer_after_erasure_records_nothing(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    with write(scene.engine) as connection:
        connection.execute(contact.update().values(erased=True, email=None))
    assert public.get(address).status_code == 410
    done = public.post(address, data={"score": "9", "comment": "名前入り"})
    assert done.status_code == 410
    assert scene.rows(survey_answer) == []
    assert scene.rows(event) == []


@lite
def test_the_answer_of_a_duplicate_is_that_of_the_contact_it_became(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person)
    kept = scene.person("kept@sample.example", locale="en")
    with write(scene.engine) as connection:
        moved = contact.update().where(contact.c.id == person)
        connection.execute(moved.values(merged_into=kept))
    page = public.post(address, data={"score": "3"})
    assert "Thank you for your answer" in page.text
    assert scene.rows(survey_answer)[0].contact_id == kept
    assert [row.contact_id for row in scene.rows(event)] == [kept, kept]
    assert scene.rows(survey_loop)[0].contact_id == kept


@lite
def test_after_its_time_an_invitation_is_closed(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person, asked_at=scene.clock.now() - timedelta(days=60))
    page = public.get(f"{address}?score=9")
    assert page.status_code == 410
    assert "受付期間が終わったため" in page.text
    assert public.post(address, data={"score": "9"}).status_code == 410
    assert scene.rows(survey_answer) == []


@lite
def test_forged_and_foreign_tokens_are_the_same_404(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    asked(scene, person)
    other = Keyring({1: b"9" * 32}, 1).sign(Token(Purpose.SURVEY, 1, person))
    foreign = scene.runtime.keyring.sign(Token(Purpose.PREFERENCES, 1, person))
    pages = {public.get(f"/s/{text}").text for text in (other, foreign, "nonsense", "x" * 56)}
    assert len(pages) == 1
    assert public.get(f"/s/{other}").status_code == 404
    assert public.post(f"/s/{foreign}", data={"score": "9"}).status_code == 404
    assert scene.rows(survey_answer) == []


@lite
def test_a_test_mails_buttons_show_everything_and_record_nothing(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = f"/s/{scene.runtime.keyring.sign(Token(Purpose.DEMONSTRATION, 0, 0))}"
    assert "From a test mail" in public.get(f"{address}?score=9&lang=en").text
    assert public.post(address, data={"score": "9"}).status_code == 200
    assert scene.rows(survey_answer) == []


@lite
def test_a_survey_whose_file_is_gone_can_still_be_answered(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    address = asked(scene, person, survey="older")
    assert public.post(address, data={"score": "8"}).status_code == 200
    assert told(scene, "nps.responded")[0]["survey"] == "older"


@lite
def test_while_the_database_is_away_nothing_of_an_answer_is_lost(
    scene: Scene, public: FlaskClient, person: int, tmp_path: Any
) -> None:
    address = asked(scene, person)
    away = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    broken = make_public(make_scene(away, tmp_path / "away").runtime, tmp_path).test_client()
    page = broken.post(address, data={"score": "9", "driver": "ease", "comment": "大切な感想"})
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert 'name="score" value="9"' in page.text
    assert "大切な感想" in page.text
    assert broken.get(f"{address}?score=9").status_code == 503
    away.dispose()


def test_a_loop_goes_forward_with_a_note_and_says_so(
    scene: Scene, public: FlaskClient, person: int
) -> None:
    public.post(asked(scene, person), data={"score": "2"})
    (loop,) = scene.rows(survey_loop)
    assert move(scene.runtime, loop.id, "contacted", "yoshida").state == "contacted"
    assert move(scene.runtime, loop.id, "contacted", "yoshida").already
    with pytest.raises(NurtureError, match="nothing says what was done"):
        move(scene.runtime, loop.id, "resolved", "yoshida")
    move(scene.runtime, loop.id, "resolved", "yoshida", "返信の体制を改めた")
    (loop,) = scene.rows(survey_loop)
    assert (loop.state, loop.resolution) == ("resolved", "返信の体制を改めた")
    with pytest.raises(NurtureError, match="is no state"):
        move(scene.runtime, loop.id, "open", "yoshida")
    move(scene.runtime, loop.id, "closed", "yoshida", "")
    with pytest.raises(NurtureError, match="it is Closed and cannot become Contacted"):
        move(scene.runtime, loop.id, "contacted", "yoshida")
    kinds = [row.type for row in scene.rows(event)][2:]
    assert kinds == ["nps.loop_contacted", "nps.loop_resolved", "nps.loop_closed"]

"""Answering an ask, and the team's pages about asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.emails.tokens import Purpose, Token
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import asking
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.asking import files, happy
from tests.services.house import House, make_house

PROGRAM = """timings: [result_reported, by_hand]
advocacy:
  talk: {title: {ja: 勉強会でのお話}, benefit: {ja: 資料は弊社で整えます}}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house with a programme, on SQLite."""
    engine = make_engine(f"sqlite:///{tmp_path / 'asks.sqlite'}")
    tables.metadata.create_all(engine)
    found = make_house(engine)
    yield found
    engine.dispose()


@pytest.fixture
def public(house: House, tmp_path: Path) -> FlaskClient:
    """Return a browser at the public pages."""
    return make_public(house.runtime, tmp_path).test_client()


@pytest.fixture
def team(house: House, tmp_path: Path) -> FlaskClient:
    """Return a browser at the team's pages."""
    store = MailboxStore(tmp_path / "mailbox.sqlite", house.clock.now)
    app = make_team(house.runtime, store, "secret")
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def asked(house: House) -> tuple[int, str]:
    """Return a contact who was asked in a meeting, and where they answer."""
    person = happy(house)
    house.publish(files(PROGRAM))
    it = asking.Personal(person, "現場をご存じのため", "sato", "meeting")
    ask_id = asking.ask_one(house.runtime, it)
    token = house.runtime.keyring.sign(Token(Purpose.ASK, ask_id, person))
    return person, f"/a/{token}"


def answers(house: House) -> list[str]:
    found = house.rows(tables.event, type="referral.ask_answered")
    return [row.properties["answer"] for row in found]


def test_a_scanner_that_follows_every_link_answers_nothing(
    house: House, public: FlaskClient
) -> None:
    _, path = asked(house)
    for said in ("nobody_in_mind", "not_now", "company_policy", "never", "nonsense"):
        page = public.get(f"{path}?as={said}")
        assert page.status_code == 200
        assert public.head(f"{path}?as={said}").status_code == 200
    assert answers(house) == []
    assert house.rows(tables.referral_ask)[0].answer is None


def test_one_tap_in_the_mail_chooses_and_one_press_records(
    house: House, public: FlaskClient
) -> None:
    _, path = asked(house)
    page = public.get(f"{path}?as=not_now").get_data(as_text=True)
    assert 'value="not_now" checked' in page
    assert "今後のお取引に影響はございません" in page
    done = public.post(path, data={"answer": "not_now"}).get_data(as_text=True)
    assert "少なくとも180日間" in done
    public.post(path, data={"answer": "not_now"})
    assert answers(house) == ["not_now"]
    assert "Thank you for your answer." in public.post(
        f"{path}?lang=en", data={"answer": "never"}
    ).get_data(as_text=True)
    assert answers(house) == ["not_now", "never"]
    assert house.rows(tables.referrer)[0].do_not_ask


def test_a_reason_is_theirs_to_give_and_is_counted_once(
    house: House, public: FlaskClient, team: FlaskClient
) -> None:
    _, path = asked(house)
    # nobody said no yet, so there is nothing to give a reason for
    assert public.post(path, data={"why": "unhappy"}).status_code == 404
    page = public.post(path, data={"answer": "not_now"}).get_data(as_text=True)
    assert "よろしければ、理由を" in page and "ご関係に差し障りがないか心配" in page
    for _ in range(2):
        said = public.post(path, data={"why": "bother"}).get_data(as_text=True)
        assert "同じお願いの仕方をしないよう" in said
    told = public.post(f"{path}?lang=en", data={"why": "unhappy"}).get_data(as_text=True)
    assert "about nothing else" in told
    given = house.rows(tables.event, type="referral.ask_reasoned")
    assert [one.properties["why"] for one in given] == ["bother", "unhappy"]
    assert answers(house) == ["not_now"]
    # the newest word of an ask counts
    shown = team.get("/asks/?lang=ja").get_data(as_text=True)
    assert "満足していない点がある" in shown and "手間がかかりそう" not in shown
    assert public.post(path, data={"why": "nonsense"}).status_code == 422


def test_who_cannot_refer_is_offered_another_way_and_takes_it_once(
    house: House, public: FlaskClient
) -> None:
    person, path = asked(house)
    page = public.post(path, data={"answer": "company_policy"}).get_data(as_text=True)
    assert "勉強会でのお話" in page
    for _ in range(2):
        assert "数日のうちにご連絡" in public.post(path, data={"instead": "talk"}).get_data(
            as_text=True
        )
    (offered,) = house.rows(tables.event, type="advocacy.offered")
    assert (offered.contact_id, offered.properties["action"]) == (person, "talk")
    assert public.post(path, data={"instead": "dance"}).status_code == 404
    never = public.post(path, data={"answer": "never"}).get_data(as_text=True)
    assert "勉強会でのお話" not in never


def test_nothing_chosen_is_said_and_forged_or_foreign_links_are_all_the_same_404(
    house: House, public: FlaskClient
) -> None:
    person, path = asked(house)
    assert public.post(path, data={}).status_code == 422
    wrong = house.runtime.keyring.sign(Token(Purpose.SURVEY, 1, person))
    bodies = {public.get(one).get_data() for one in (f"/a/{wrong}", "/a/nonsense", f"{path}x")}
    assert len(bodies) == 1
    assert public.get(f"/a/{wrong}").status_code == 404


def test_after_erasure_the_page_knows_nobody_and_records_nothing(
    house: House, public: FlaskClient
) -> None:
    person, path = asked(house)
    house.change(tables.contact, person, erased=True, email=None)
    assert public.get(path).status_code == 200
    assert public.post(path, data={"answer": "never"}).status_code == 200
    assert answers(house) == []


def page_of(client: FlaskClient, path: str, language: str = "ja") -> str:
    answer = client.get(f"{path}?lang={language}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_team_sees_whom_to_ask_and_why_the_others_are_not(
    house: House, team: FlaskClient
) -> None:
    assert "まだ何も公開されていません" in page_of(team, "/asks/")
    happy(house)
    happy(house, "suzuki@umi.example", score=4)
    house.publish(files(PROGRAM))
    page = page_of(team, "/asks/")
    assert "最新のNPSの回答は9点" in page
    assert "最新のNPSの回答が4点のため" in page
    assert "まだどなたにもお願いしていません" in page
    english = page_of(team, "/asks/", "en")
    assert "newest NPS answer: 9" in english
    assert "1 person is not asked now, and why" in english


def test_the_owner_finds_what_to_say_asks_and_notes_the_answer(
    house: House, team: FlaskClient
) -> None:
    person = happy(house)
    house.publish(files(PROGRAM))
    page = page_of(team, f"/asks/{person}")
    assert "転記の時間を42%削減という成果が出ております" in page
    assert "3分" in page
    refused = team.post(f"/asks/{person}/ask", data={"reason": ""})
    assert refused.status_code == 422
    vague = team.post(f"/asks/{person}/ask?lang=ja", data={"reason": "良い方がいれば"})
    assert "誰の顔も浮かびません" in vague.get_data(as_text=True)
    assert "良い方がいれば</textarea>" in vague.get_data(as_text=True)
    done = team.post(
        f"/asks/{person}/ask", data={"reason": "現場をご存じのため", "channel": "meeting"}
    )
    assert done.status_code == 303
    again = team.post(f"/asks/{person}/ask", data={"reason": "もう一度"})
    assert again.status_code == 409
    team.post(f"/asks/{person}/answer", data={"answer": "not_now"})
    team.post(f"/asks/{person}/describe", data={"kind": "partner", "reach": "3", "motive": "value"})
    (row,) = house.rows(tables.referrer)
    assert (row.kind, row.network_reach, row.motive) == ("partner", 3, "value")
    assert "今は時期ではない" in page_of(team, f"/asks/{person}")
    assert "現場をご存じのため" in page_of(team, f"/asks/{person}")
    assert team.get("/asks/99999").status_code == 404
    assert team.get(f"/asks/{2**63}").status_code == 404

"""NPS and asks by the API: the report, the ranked list, and answers that somebody heard."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from nurture.db import tables as t
from nurture.services import api_keys, asking
from nurture.services.erasure import erase
from nurture.web.public import make_public
from tests.services.asking import asked, files, happy
from tests.services.house import House, make_house

lite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SURVEY = """
survey: nps
title: お客様アンケート
drivers:
  - {driver: ease, title: 使いやすさ}
  - {driver: support, title: サポート}
"""
WHO = "tanaka@aozora.example"


class Caller:
    """A CRM that calls the API."""

    def __init__(self, house: House, browser: FlaskClient) -> None:
        self.house, self._browser = house, browser
        self._head = {"Authorization": f"Bearer {api_keys.add(house.runtime, 'crm')}"}

    def get(self, path: str) -> TestResponse:
        return self._browser.get(f"/api/v1/{path}", headers=self._head)

    def post(self, path: str, key: str = "", **body: Any) -> TestResponse:
        head = self._head | ({"Idempotency-Key": key} if key else {})
        return self._browser.post(f"/api/v1/{path}", json=body, headers=head)


@pytest.fixture
def api(engine: Engine, tmp_path: Path) -> Caller:
    house = make_house(engine)
    made = files("timings: [result_reported, by_hand]\n")
    house.publish({**made, "workflows/nps.yaml": SURVEY.encode()})
    return Caller(house, make_public(house.runtime, tmp_path).test_client())


# -- NPS ---------------------------------------------------------------------------------


def test_an_answer_heard_by_phone_counts_once_and_starts_what_answers_start(api: Caller) -> None:
    house = api.house
    account = house.company()
    who = house.person(WHO, account_id=account, role="user")
    at = (house.clock.now() - timedelta(hours=3)).isoformat()
    said = {"email": WHO, "score": 3, "drivers": ["support"], "comment": "折り返しが遅い"}
    said |= {"at": at, "by": "sato"}
    first = api.post("nps/answers", "call-1", **said)
    assert first.status_code == 200, first.json
    assert first.json == {
        "status": "new", "survey": "nps", "round": "2026-Q2", "invitation": 1, "asked_now": True,
    }  # fmt: skip
    assert api.post("nps/answers", "call-1", **said).json == first.json
    assert api.post("nps/answers", **said).json["status"] == "same"
    (event,) = house.events("nps.responded")
    assert event.properties["by"] == "sato"
    assert event.properties["via"] == "api"
    assert "折り返し" not in str(event.properties)
    assert event.occurred_at.isoformat() == at
    (invitation,) = house.rows(t.survey_invitation)
    assert (invitation.contact_id, invitation.score, invitation.role) == (who, 3, "user")
    assert [row.state for row in house.rows(t.survey_loop)] == ["open"]
    changed = api.post("nps/answers", **{**said, "score": 8, "at": house.clock.now().isoformat()})
    assert (changed.json["status"], changed.json["asked_now"]) == ("changed", False)
    assert [row.state for row in house.rows(t.survey_loop)] == ["closed"]
    old = api.post("nps/answers", **said)
    assert old.status_code == 422
    assert "answered since then" in old.json["detail"]


def test_an_answer_by_phone_answers_the_mail_that_asked(api: Caller) -> None:
    house = api.house
    who = house.person(WHO)
    asked_at = house.clock.now() - timedelta(days=2)
    mailed = house.add(
        t.survey_invitation, dedupe_key="m", survey="nps", round="2026-Q2", contact_id=who,
        asked_at=asked_at,
    )  # fmt: skip
    answer = api.post("nps/answers", contact_id=who, score=10)
    assert (answer.json["invitation"], answer.json["asked_now"]) == (mailed, False)
    house.change(t.survey_invitation, mailed, asked_at=asked_at - timedelta(days=900))
    later = api.post("nps/answers", contact_id=who, score=9)
    assert later.json["invitation"] != mailed


@lite
@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"email": WHO, "score": 11}, 422, "less than or equal to 10"),
        ({"email": WHO, "score": "9"}, 422, "valid integer"),
        ({"email": WHO, "score": 9, "contact_id": 1}, 422, "either email or contact_id"),
        ({"score": 9}, 422, "either email or contact_id"),
        ({"email": "nobody@x.example", "score": 9}, 404, "nobody has the address"),
        ({"email": "x", "score": 9}, 422, "not an e-mail address"),
        ({"contact_id": 4711, "score": 9}, 404, "nobody has the number"),
        ({"email": WHO, "score": 9, "survey": "npx"}, 404, "no survey 'npx'"),
        ({"email": WHO, "score": 9, "drivers": ["suport"]}, 422, "no driver 'suport'"),
        ({"email": WHO, "score": 9, "at": "2026-05-12T10:00"}, 422, "timezone"),
        ({"email": WHO, "score": 9, "at": "2027-05-12T10:00+09:00"}, 422, "not yet"),
        ({"email": WHO, "score": 9, "mood": "good"}, 422, "Extra inputs"),
    ],
)
def test_an_answer_that_makes_no_sense_says_why(
    api: Caller, body: dict[str, Any], status: int, said: str
) -> None:
    api.house.person(WHO)
    answer = api.post("nps/answers", **body)
    assert answer.status_code == status
    assert said in answer.get_data(as_text=True)
    assert api.house.rows(t.survey_answer) == []


@lite
def test_nobody_answers_for_somebody_who_was_erased(api: Caller) -> None:
    who = api.house.person(WHO)
    erase(api.house.runtime, who, "sato", "cli")
    assert api.post("nps/answers", contact_id=who, score=9).status_code == 404
    assert api.post("asks/answers", contact_id=who, answer="never").status_code == 404
    assert api.house.rows(t.survey_invitation) == []


def test_the_report_is_told_whole_and_by_account_role_and_time(api: Caller) -> None:
    house = api.house
    for number, (name, role, score) in enumerate(
        [("青空", "user", 10), ("青空", "it", 2), ("海", "user", 9), ("海", "user", 7)]
    ):
        known = {row.name: row.id for row in house.rows(t.account)}
        account = known.get(name) or house.company(name)
        who = house.person(f"p{number}@x{number}.example", account_id=account, role=role)
        assert api.post("nps/answers", contact_id=who, score=score).status_code == 200
    whole = api.get("nps").json
    assert (whole["survey"], whole["year"]["asked"], whole["today"]["nps"]) == ("nps", 4, 25.0)
    assert {"coverage", "loops", "drivers", "roles", "rounds"} <= whole.keys()
    sea = api.get("nps?account=海").json
    assert (sea["today"]["answers"], sea["today"]["nps"]) == (2, 50.0)
    assert "coverage" not in sea
    assert api.get("nps?role=it").json["today"]["nps"] == -100.0
    assert api.get("nps?role=unknown").json["today"]["nps"] is None
    assert api.get("nps?from=2026-05-01&to=2026-06-01").json["today"]["answers"] == 4
    assert api.get("nps?to=2026-05-01").json["today"]["answers"] == 0
    for path, status in (
        ("nps?survey=npx", 404),
        ("nps?account=山", 404),
        ("nps?from=soon", 422),
        ("nps?rolle=it", 422),
    ):
        assert api.get(path).status_code == status, path


# -- asks --------------------------------------------------------------------------------


def test_whom_to_ask_is_told_ranked_with_reasons_and_who_not(api: Caller) -> None:
    house = api.house
    first, second = happy(house), happy(house, "ono@umi.example", score=4)
    house.decide()
    found = api.get("asks").json
    assert (found["program"], found["ready"]) == ("default", 1)
    (one,) = found["asks"]
    assert (one["contact_id"], one["offer"], one["refusal"]) == (first, "thanks", None)
    assert one["because"]
    everybody = api.get("asks?all=true&locale=ja").json["asks"]
    assert [row["contact_id"] for row in everybody] == [first, second]
    assert everybody[1]["why_not"]
    assert everybody[1]["why_not"] != api.get("asks?all=true").json["asks"][1]["why_not"]
    for path in ("asks?limit=0", "asks?limit=x", "asks?all=1", "asks?locale=fr", "asks?progam=x"):
        assert api.get(path).status_code == 422, path
    assert api.get("asks?program=other").status_code == 404


def test_an_answer_to_an_ask_is_kept_once(api: Caller) -> None:
    house = api.house
    who = happy(house)
    asked(house, who, 10)
    body = {"email": WHO, "answer": "not_now", "by": "sato"}
    first = api.post("asks/answers", "a-1", **body)
    assert first.json == {"contact_id": who, "answer": "not_now", "changed": True}
    assert api.post("asks/answers", "a-1", **body).json == first.json
    assert api.post("asks/answers", **body).json["changed"] is False
    (event,) = house.events("referral.ask_answered")
    assert (event.properties["answer"], event.properties["by"]) == ("not_now", "sato")
    assert api.post("asks/answers", email=WHO, answer="maybe").status_code == 422


def test_never_is_kept_also_of_who_was_never_asked_and_told_once(api: Caller) -> None:
    who = api.house.person(WHO)
    refused = api.post("asks/answers", contact_id=who, answer="not_now")
    assert refused.status_code == 422
    assert "never asked" in refused.json["detail"]
    answers = [api.post("asks/answers", contact_id=who, answer="never").json for _ in range(2)]
    assert [one["changed"] for one in answers] == [True, False]
    assert len(api.house.events("referral.ask_answered")) == 1
    (row,) = api.house.rows(t.referrer)
    assert row.do_not_ask
    with pytest.raises(asking.RefusedError):
        asking.ask_one(api.house.runtime, asking.Personal(who, "理由", "sato", "meeting"))

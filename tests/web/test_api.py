"""The API: who may call, what is taken, and what is said about mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from nurture.db.tables import account as account_table
from nurture.db.tables import api_key, consent, contact, contact_tag, event, stray_event
from nurture.services import api_keys
from tests.web.scene import NOON, Scene

EVENT = {"type": "form.submitted", "email": "sato@sample.example", "properties": {"form": "quote"}}


class Caller:
    """A program that calls the API with its key."""

    def __init__(self, scene: Scene, browser: FlaskClient) -> None:
        self.key = api_keys.add(scene.runtime, "crm")
        self._browser = browser

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        given = {"Authorization": f"Bearer {self.key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if isinstance(body, bytes):
            return self._browser.post(
                f"/api/v1/{path}", data=body, content_type="application/json", headers=given
            )
        return self._browser.post(f"/api/v1/{path}", json=body, headers=given)

    def get(self, path: str) -> TestResponse:
        return self._browser.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def api(scene: Scene, public: FlaskClient) -> Caller:
    return Caller(scene, public)


def test_an_event_comes_in_and_the_bell_rings(scene: Scene, api: Caller) -> None:
    person = scene.person("sato@sample.example")
    answer = api.post("events", EVENT)
    assert answer.status_code == 200
    (row,) = scene.rows(event)
    assert answer.json == {
        "events": [{"status": "taken", "event_id": row.id, "contact_id": person}]
    }
    assert (row.type, row.source, row.occurred_at) == ("form.submitted", "api:crm", NOON)
    assert scene.rung == ["decide"]


def test_a_list_is_taken_whole_or_not_at_all(scene: Scene, api: Caller) -> None:
    good = {**EVENT, "key": "form-1"}
    answer = api.post("events", [good, {**EVENT, "type": "Not An Event"}])
    assert answer.status_code == 422
    assert scene.rows(event) == []
    answer = api.post("events", [good, good, {"type": "page.viewed", "email": "who@no.example"}])
    assert [one["status"] for one in answer.json["events"]] == ["taken", "duplicate", "aside"]
    assert len(scene.rows(stray_event)) == 1


#: what a key must be
KEYS = [None, "", "Bearer", "Bearer nurture_wrong", "Basic abc", "Bearer " + "x" * 5000]


@pytest.mark.parametrize("given", KEYS)
def test_without_a_key_nothing_is_said(
    scene: Scene, public: FlaskClient, given: str | None
) -> None:
    api_keys.add(scene.runtime, "crm")
    headers = {"Authorization": given} if given is not None else {}
    answer = public.post("/api/v1/events", json=EVENT, headers=headers)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert scene.rows(event) == []


def test_a_revoked_key_is_no_key_and_only_hashes_are_kept(scene: Scene, api: Caller) -> None:
    assert api.key not in str(scene.rows(api_key))
    api_keys.revoke(scene.runtime, "crm")
    assert api.post("events", EVENT).status_code == 401


def test_an_idempotency_key_gives_the_same_answer_once_more(scene: Scene, api: Caller) -> None:
    first = api.post("events", EVENT, Idempotency_Key="order-7")
    again = api.post("events", EVENT, Idempotency_Key="order-7")
    assert (again.status_code, again.json) == (200, first.json)
    assert len([row for row in scene.rows(event) if row.type == "form.submitted"]) == 1
    other = api.post("events", {**EVENT, "properties": {}}, Idempotency_Key="order-7")
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json["detail"]
    # a request that failed has not used its key up
    assert api.post("events", {**EVENT, "type": "x"}, Idempotency_Key="order-8").status_code == 422
    assert api.post("events", EVENT, Idempotency_Key="order-8").status_code == 200


#: (body, status, fields named in the answer)
MISTAKES = [
    (b"{", 400, []),
    (b"", 400, []),
    (b"\xff\xfe", 400, []),
    (b"[" * 100_000, 400, []),
    (b"[]", 422, []),
    (b"null", 422, ["(body)"]),
    (b"[" + b"1," * 1000 + b"1]", 422, []),
    ({"type": "form.submitted"}, 422, ["(body)"]),
    ([EVENT, {**EVENT, "properties": 1, "whom": 2}], 422, ["[1].properties", "[1].whom"]),
    ({**EVENT, "occurred_at": "2026-05-01T10:00:00"}, 422, ["occurred_at"]),
    ({**EVENT, "properties": {"deep": {"nul": "\0"}}}, 422, ["properties"]),
    (b'{"type":"a.b","email":"a@b.example","properties":{"x":NaN}}', 422, ["properties"]),
    (b'{"type":"a.b","email":"a@b.example","properties":{"x":"\\ud800"}}', 422, ["properties"]),
    (b'{"type":"a.b","contact_id":99999999999999999999999}', 422, ["contact_id"]),
    ({**EVENT, "email": "not an address"}, 422, []),
    ({**EVENT, "type": "email.opened"}, 422, []),
]


@pytest.mark.parametrize(("body", "status", "fields"), MISTAKES)
def test_mistakes_are_named_by_field(
    scene: Scene, api: Caller, body: Any, status: int, fields: list[str]
) -> None:
    answer = api.post("events", body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert sorted(e["field"] for e in answer.json.get("errors", [])) == sorted(fields)
    assert scene.rows(event) == []


def test_other_methods_types_and_sizes_are_refused_in_json(api: Caller) -> None:
    browser, key = api._browser, {"Authorization": f"Bearer {api.key}"}
    refused = [
        (browser.get("/api/v1/events", headers=key), 405),
        (browser.get("/api/v1/nothing", headers=key), 404),
        (browser.post("/api/v1/events", data="a=b", headers=key), 415),
        (api.post("events", b" " * 1_000_001), 413),
    ]
    for answer, status in refused:
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert "POST" in refused[0][0].headers["Allow"]


CONTACT = {
    "email": "Sato.Hanako@sample.example",
    "family_name": "佐藤",
    "given_name": "花子",
    "account": {"name": "株式会社見本製作所", "industry": "manufacturing", "employees": 300},
    "fields": {"budget": "今期中", "seats": 30},
    "tags": ["seminar"],
    "consent": {
        "basis": "business_card",
        "source": "◯◯展2026",
        "obtained_at": "2026-03-12T10:00:00+09:00",
    },
}


def test_an_industry_is_kept_by_the_word_of_the_files(scene: Scene, api: Caller) -> None:
    scene.release()
    account = {"name": "株式会社見本病院", "industry": "医療業"}
    api.post("contacts", {**CONTACT, "account": account})
    assert [row.industry for row in scene.rows(account_table)] == ["medical"]


def test_a_contact_is_made_once_and_then_changed(scene: Scene, api: Caller) -> None:
    scene.release()
    first = api.post("contacts", CONTACT)
    assert (first.status_code, first.json["contacts"][0]["status"]) == (200, "created")
    second = api.post(
        "contacts", {"email": "sato.hanako@SAMPLE.example", "title": "部長", "tags": ["vip"]}
    )
    assert second.json["contacts"][0]["status"] == "updated"
    (row,) = scene.rows(contact)
    assert (row.family_name, row.title, row.fields["seats"]) == ("佐藤", "部長", 30)
    assert {tag.tag for tag in scene.rows(contact_tag)} == {"seminar", "vip"}
    assert {one.purpose for one in scene.rows(consent)} == {"marketing", "survey", "referral"}
    found = api.get("contacts/Sato.Hanako@sample.example").json
    assert found["contact_id"] == row.id
    assert found["name"] == "佐藤花子"
    assert found["account"]["employees"] == 300
    assert found["tags"] == ["seminar", "vip"]
    assert found["consents"]["marketing"] == "granted"
    assert api.get("contacts/nobody@sample.example").status_code == 404
    assert api.get("contacts/nonsense").status_code == 404


#: (what is wrong, which field is named)
BAD_CONTACTS = [
    ({"email": "no address"}, "[0].email"),
    ({"zone": "Mars/Olympus"}, "[0].zone"),
    ({"fields": {"shoe_size": 42}}, "[0].fields.shoe_size"),
    ({"fields": {"seats": "many"}}, "[0].fields.seats"),
    ({"account": {"employees": 3}}, "[0].account.name"),
    ({"consent": {"basis": "because"}}, "[0].consent.basis"),
    ({"family_name": "あ" * 101}, "[0].family_name"),
]


@pytest.mark.parametrize(("change", "named"), BAD_CONTACTS)
def test_a_bad_contact_is_refused_with_its_field(
    scene: Scene, api: Caller, change: dict[str, Any], named: str
) -> None:
    scene.release()
    answer = api.post("contacts", [{**CONTACT, **change}])
    assert answer.status_code == 422
    assert named in [error["field"] for error in answer.json["errors"]]
    assert scene.rows(contact) == []

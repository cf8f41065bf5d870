"""The API: what of an address, a name and a date is taken, and as what it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from nurture.db.tables import account, contact, event, identity
from nurture.services import api_keys
from tests.web.scene import Scene

PERSON = {"email": "sato@sample.example"}


class Caller:
    """A program that calls the API with its key."""

    def __init__(self, scene: Scene, browser: FlaskClient) -> None:
        scene.release()
        self.browser = browser
        self.headers = {"Authorization": f"Bearer {api_keys.add(scene.runtime, 'crm')}"}

    def post(self, path: str, body: Any) -> Any:
        return self.browser.post(f"/api/v1/{path}", json=body, headers=self.headers)


@pytest.fixture
def api(scene: Scene, public: FlaskClient) -> Caller:
    return Caller(scene, public)


NO_ADDRESSES = [
    "a@z.example\r\nBcc: b@y.example",
    "a@z.example\nb@y.example",
    # an address in a mail's header, not an address
    "<tanaka@a.example>",
    "Tanaka <tanaka@a.example>",
    "mailto:tanaka@a.example",
    "tanaka@a.example, b@y.example",
    "tanaka@a.example b@y.example",
    "ta naka@a.example",
    "tanaka@nowhere",
    "tanaka@-a.example",
    "tanaka..ichiro@a.example",
    "x" * 65 + "@a.example",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_nobody_comes_to_be_under_what_is_no_address(
    scene: Scene, api: Caller, address: str
) -> None:
    happened = {"type": "form.submitted", "email": address}
    assert api.post("events", happened).status_code == 422
    assert api.post("contacts", {"email": address}).status_code == 422
    assert scene.rows(contact) + scene.rows(identity) + scene.rows(event) == []


@pytest.mark.parametrize("path", ["events", "contacts"])
@pytest.mark.parametrize("address", ["O'Hara+news@Sample.example", " sato@日本語.example "])
def test_unusual_addresses_are_addresses(
    scene: Scene, api: Caller, path: str, address: str
) -> None:
    more = {"type": "form.submitted"} if path == "events" else {}
    assert api.post(path, {"email": address, **more}).status_code == 200
    assert len(scene.rows(contact)) == 1


def test_texts_become_one_line_as_those_of_a_list_do(scene: Scene, api: Caller) -> None:
    told = {
        **PERSON,
        "family_name": "佐藤\r\nBcc: evil@x.example",
        "given_name": "花子\u200b 様",
        "title": "部長\x1b[0m",
        "source": "◯◯展\n2026",
        "tags": ["a\nb"],
        "account": {"name": "㈱青空\r\n商事 御中", "industry": "精密\t機器"},
    }
    assert api.post("contacts", told).status_code == 200
    (person,), (company,) = scene.rows(contact), scene.rows(account)
    assert person.family_name == "佐藤 Bcc: evil@x.example"
    assert (person.given_name, person.title) == ("花子", "部長[0m")
    assert person.source == "◯◯展 2026"
    assert (company.name, company.industry) == ("株式会社青空 商事", "精密 機器")


def test_a_company_of_invisible_characters_has_no_name(api: Caller) -> None:
    answer = api.post("contacts", {**PERSON, "account": {"name": "\u200b\n"}})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "account.name"


#: before anybody lived, and beyond any plan; in zones that carry UTC out of the calendar too
NOBODYS_DATES = [
    "0001-01-01T00:00:00+09:00",
    "0001-01-01T00:00:00Z",
    "1899-12-31T00:00:00Z",
    "2030-01-01T00:00:00Z",
    "9999-12-31T23:59:59-11:00",
]


@pytest.mark.parametrize("moment", NOBODYS_DATES)
def test_dates_nobody_means_are_refused(scene: Scene, api: Caller, moment: str) -> None:
    happened = {"type": "form.submitted", "occurred_at": moment, **PERSON}
    refused = api.post("events", happened)
    assert refused.status_code == 422
    assert "occurred_at" in refused.json["detail"]
    touched = api.post("contacts", [{**PERSON, "first_touch_at": moment}])
    assert touched.json["errors"][0]["field"] == "[0].first_touch_at"
    consent = {"basis": "opt_in", "source": "form", "obtained_at": moment}
    agreed = api.post("contacts", [{**PERSON, "consent": consent}])
    assert agreed.json["errors"][0]["field"] == "[0].consent.obtained_at"
    assert scene.rows(contact) == []


@pytest.mark.parametrize("moment", ["1969-07-20T20:17:00Z", "2026-05-12T10:00:00+09:00"])
def test_dates_somebody_means_are_kept(scene: Scene, api: Caller, moment: str) -> None:
    assert api.post("contacts", {**PERSON, "first_touch_at": moment}).status_code == 200
    happened = {"type": "form.submitted", "occurred_at": moment, **PERSON}
    assert api.post("events", happened).status_code == 200
    assert scene.rows(event)[-1].occurred_at == scene.rows(contact)[0].first_touch_at

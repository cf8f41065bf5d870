"""Seminars on the team's pages and in the API: figures, and who came, by file, paste or JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from nurture.providers.mailbox_store import MailboxStore
from nurture.providers.patterns import AddressPatterns
from nurture.services import api_keys
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.clinic import guest, seminar
from tests.services.house import House, make_house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OVER = datetime(2026, 5, 21, 8, tzinfo=UTC)


@pytest.fixture
def house(engine: Engine) -> House:
    """Return a house with the clinic, two registered guests and one who was invited."""
    house = make_house(engine)
    house.publish(seminar(seats="30"))
    guest(house, "first", registers=True)
    guest(house, "second", registers=True)
    guest(house, "invited")
    house.turn()
    return house


@pytest.fixture
def team(house: House, tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a browser at the team's pages."""
    store = MailboxStore(tmp_path / "m.sqlite", house.clock.now, AddressPatterns([]))
    yield make_team(house.runtime, store, "x" * 32).test_client()
    store.close()


def page(team: FlaskClient, path: str = "/seminars/clinic?lang=en") -> str:
    """Return a page's text."""
    answer = team.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def send(team: FlaskClient, **form: Any) -> Any:
    """Send the form of the page, with its token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(team))
    assert token is not None
    form["csrf_token"] = token[1]
    return team.post("/seminars/clinic/attendance", data=form, follow_redirects=True)


def test_the_list_and_the_page_show_the_figures_in_both_languages(
    house: House, team: FlaskClient
) -> None:
    house.until(datetime(2026, 5, 14, tzinfo=UTC))
    listed = page(team, "/seminars/?lang=en")
    assert 'data-label="Registered">2<' in listed
    assert 'data-label="Invited">1<' in listed
    assert 'data-label="Seats left">28<' in listed
    assert "Who came" not in page(team)  # nobody can have come yet
    assert "残席" in page(team, "/seminars/clinic?lang=ja")
    assert team.get("/seminars/clinik").status_code == 404


def test_a_file_and_pasted_addresses_are_read_in_under_the_token(
    house: House, team: FlaskClient
) -> None:
    house.until(OVER)
    assert team.post("/seminars/clinic/attendance", data={"addresses": "x"}).status_code == 400
    answer = send(team, addresses="first@aozora.example\nnew@aozora.example")
    text = answer.get_data(as_text=True)
    assert "2 came (2 new), 1 who had registered did not." in text
    assert "New contacts: new@aozora.example" in text
    file = ("氏名,メールアドレス\r\n山田,second@aozora.example\r\n").encode("cp932")
    answer = send(team, list=(io.BytesIO(file), "list.csv"))
    assert "1 had been missed by mistake and is put right." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"addresses": ""}, "names nobody"),
        ({"list": (io.BytesIO(b"PK\x03\x04x"), "list.xlsx")}, "Excel workbook"),
    ],
)
def test_a_bad_list_is_refused_in_words_and_what_was_pasted_stays(
    house: House, team: FlaskClient, form: dict[str, Any], said: str
) -> None:
    house.until(OVER)
    answer = send(team, **form)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert house.events("seminar.missed") == []


def test_the_list_of_another_seminar_needs_a_second_look(house: House, team: FlaskClient) -> None:
    guest(house, "third", registers=True)
    house.until(OVER)
    answer = send(team, addresses="stranger@umi.example")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'name="sure"' in text
    assert "stranger@umi.example</textarea>" in text
    assert "1 came" in send(team, addresses="stranger@umi.example", sure="1").get_data(as_text=True)


def test_the_api_takes_who_came_and_a_repeat_changes_nothing(house: House, tmp_path: Path) -> None:
    browser = make_public(house.runtime, tmp_path).test_client()
    headers = {"Authorization": f"Bearer {api_keys.add(house.runtime, 'zoom')}"}

    def tell(name: str, body: Any) -> Any:
        return browser.post(f"/api/v1/seminars/{name}/attendance", json=body, headers=headers)

    told = {"attended": ["First@aozora.example"]}
    early = tell("clinic", told)
    assert early.status_code == 422
    assert "not over" in early.json["detail"]
    house.until(OVER)
    first, again = tell("clinic", told).json, tell("clinic", told).json
    assert (first["came"], first["attended"], first["missed"]) == (1, 1, 1)
    assert (again["came"], again["attended"], again["missed"]) == (1, 0, 0)
    assert tell("clinik", told).status_code == 404
    assert tell("clinic", {"attended": []}).status_code == 422
    assert tell("clinic", {"attended": ["no address"]}).status_code == 422

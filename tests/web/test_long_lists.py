"""Introductions and rewards that are more than one page: nothing of them is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from nurture.db import tables
from nurture.db.engine import make_engine, write
from nurture.providers.mailbox_store import MailboxStore
from nurture.services import api_keys, referral_desk, reward_desk
from nurture.web.public import make_public
from nurture.web.team import make_team
from tests.services.house import make_house
from tests.services.rewarding import Referring


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Referring]:
    """Return a house with a programme, on SQLite."""
    engine = make_engine(f"sqlite:///{tmp_path / 'lists.sqlite'}")
    tables.metadata.create_all(engine)
    yield Referring(make_house(engine))
    engine.dispose()


def _asked(at: Referring, tmp_path: Path) -> Any:
    client = make_public(at.house.runtime, tmp_path).test_client()
    head = {"Authorization": f"Bearer {api_keys.add(at.house.runtime, 'crm')}"}
    return lambda path: client.get(f"/api/v1{path}", headers=head)


@pytest.fixture
def team(at: Referring, tmp_path: Path) -> FlaskClient:
    """Return a browser at the team's pages."""
    store = MailboxStore(tmp_path / "mailbox.sqlite", at.house.clock.now)
    return make_team(at.house.runtime, store, "secret").test_client()


def _copies(at: Referring, table: Any, number: int, **values: Any) -> None:
    """Add rows like the first one there is."""
    with write(at.house.engine) as connection:
        row = connection.execute(select(table).order_by(table.c.id)).first()
        assert row is not None
        like = {**row._mapping, **values}
        del like["id"]
        copies = [dict(like) for _ in range(number)]
        for n, one in enumerate(copies):
            own = {"ref": f"R-C{n:05}"} if "ref" in like else {"referral_id": row.id + 1 + n}
            one.update(own)
        connection.execute(insert(table), copies)


def test_the_api_tells_introductions_page_by_page_each_once(at: Referring, tmp_path: Path) -> None:
    get = _asked(at, tmp_path)
    made = [at.referral() for _ in range(5)]
    refs = [row.ref for row in at.house.rows(tables.referral)]
    assert len(refs) == len(made)
    seen: list[str] = []
    path = "/referrals?limit=2"
    pages = 0
    while path:
        told = get(path).get_json()
        seen += [one["referral"] for one in told["referrals"]]
        path = f"/referrals?limit=2&before={told['next']}" if told["next"] else ""
        pages += 1
    assert (seen, pages) == (refs[::-1], 3)
    assert get("/referrals?state=lost&limit=2").get_json() == {"referrals": [], "next": None}


def test_the_api_tells_rewards_page_by_page_each_once(at: Referring, tmp_path: Path) -> None:
    get = _asked(at, tmp_path)
    at.won()
    ids = [row.id for row in at.house.rows(tables.reward)]
    first = get("/rewards?limit=1").get_json()
    second = get(f"/rewards?limit=1&before={first['next']}").get_json()
    assert [one["rewards"][0]["id"] for one in (first, second)] == ids[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/referrals?limit=0", 422, "limit: 1 to 1000"),
        ("/referrals?limit=1001", 422, "limit: 1 to 1000"),
        ("/referrals?limit=%EF%BC%95", 422, "limit: 1 to 1000"),
        ("/referrals?sate=won", 422, "there is no filter 'sate'"),
        ("/referrals?before=R-NOBODY", 404, "there is no referral 'R-NOBODY'"),
        ("/rewards?before=R-7K2M9Q", 422, "before: the `next` of the answer before"),
        ("/rewards?before=99999999999999999999999", 422, "before: the `next` of"),
        ("/rewards?limit=-1", 422, "limit: 1 to 1000"),
        ("/rewards?of=R-7K2M9Q", 422, "there is no filter 'of'"),
    ],
)
def test_what_a_list_is_not_asked_with_is_said(
    at: Referring, tmp_path: Path, path: str, status: int, said: str
) -> None:
    answer = _asked(at, tmp_path)(path)
    assert answer.status_code == status
    assert said in answer.get_json()["detail"]


def _text(team: FlaskClient, path: str) -> str:
    return team.get(f"{path}&lang=en").get_data(as_text=True)


def test_the_pages_of_what_is_over_go_on(at: Referring, team: FlaskClient) -> None:
    at.won()
    _copies(at, tables.referral, referral_desk.PAGE + 1, state="declined")
    at.house.change(tables.referral, 2, state="lost")
    _copies(at, tables.reward, reward_desk.PAGE + 1, state="delivered")
    # as many as one page holds, and one more
    assert 'rel="next"' not in _text(team, "/referrals/?state=declined")
    assert 'rel="next"' in _text(team, "/rewards/?state=delivered")
    last = at.house.rows(tables.reward, state="delivered")[1].id
    page = _text(team, f"/rewards/?state=delivered&before={last}")
    assert page.count('<td class="when">') == 1
    assert 'rel="next"' not in page

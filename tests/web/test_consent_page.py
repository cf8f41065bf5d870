"""Where a referred person agrees or declines: GET writes nothing, POST acts once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nurture.db import referrals as rows
from nurture.db import tables
from nurture.db.engine import make_engine, read, write
from nurture.services import refer_links
from tests.web.introductions import Introducing, begin, words


@pytest.fixture
def lite(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    tables.metadata.create_all(engine)
    return engine


@pytest.fixture
def world(lite: Engine, tmp_path: Path) -> Introducing:
    return begin(lite, tmp_path)


def _page(world: Introducing, number: int) -> str:
    link = refer_links.consent_of(world.scene.runtime, number, world.referrer)
    return link.removeprefix(world.scene.runtime.public_url)


def _everything(world: Introducing) -> list[object]:
    with read(world.scene.engine) as connection:
        return [
            list(connection.execute(table.select()))
            for table in (tables.referral, tables.referral_step, tables.event, tables.contact)
        ]


def test_opening_the_page_eleven_times_writes_nothing(world: Introducing) -> None:
    done = world.introduce("鈴木 一郎", company="株式会社企業", email="suzuki@kigyou.example")
    before = _everything(world)
    page = ""
    for _ in range(11):
        page = world.get(_page(world, done.id))
    assert 'value="suzuki@kigyou.example"' in page and 'value="鈴木 一郎"' in page
    assert "checked" not in page
    world.browser.head(_page(world, done.id))
    assert _everything(world) == before


def test_who_agrees_is_written_down_with_what_they_saw(world: Introducing) -> None:
    done = world.introduce("鈴木", email="suzuki@kigyou.example")
    form = {"name": "鈴木 一郎", "company": "㈱企業", "email": "ichiro@kigyou.example"}
    page = world.post(_page(world, done.id), do="agree", numbers="yes", **form)
    assert "ありがとうございます" in words(page) or "承りました" in words(page)
    (row,) = world.rows(tables.referral)
    assert (row.state, row.numbers_agreed, row.email) == ("received", True, "ichiro@kigyou.example")
    consents = world.rows(tables.consent)
    (said,) = [one for one in consents if one.contact_id == row.contact_id]
    assert said.purpose == "referral" and "☑" in said.text_shown and "7" in said.text_shown
    # The same form again, and the page once more: nothing new.
    before = _everything(world)
    world.post(_page(world, done.id), do="agree", **form)
    world.get(_page(world, done.id))
    assert _everything(world) == before


def test_marketing_is_a_box_of_its_own(world: Introducing) -> None:
    done = world.introduce("鈴木", email="suzuki@kigyou.example")
    world.post(
        _page(world, done.id), do="agree", marketing="yes",
        name="鈴木", company="企業", email="suzuki@kigyou.example",
    )  # fmt: skip
    (row,) = world.rows(tables.referral)
    purposes = [c.purpose for c in world.rows(tables.consent) if c.contact_id == row.contact_id]
    assert sorted(purposes) == ["marketing", "referral"]


def test_what_is_missing_is_said_beside_its_field(world: Introducing) -> None:
    done = world.introduce("鈴木")
    page = world.post(_page(world, done.id), 422, do="agree", name="鈴木", company="", email="nein")
    assert page.count('class="fault"') == 2
    assert world.rows(tables.referral)[0].state == "awaiting_consent"


@pytest.mark.parametrize("form", [{"do": "decline"}, {"List-Unsubscribe": "One-Click"}])
def test_a_no_needs_one_press_and_is_answered_politely(
    world: Introducing, form: dict[str, str]
) -> None:
    done = world.introduce("鈴木", email="suzuki@kigyou.example")
    page = world.post(_page(world, done.id), **form)
    assert "承知いたしました" in words(page)
    (row,) = world.rows(tables.referral)
    assert (row.state, row.reason, row.email) == ("declined", "refused", None)
    # Whoever comes back reads the same, and cannot be made to agree.
    assert "承知いたしました" in words(world.get(_page(world, done.id)))
    world.post(_page(world, done.id), do="agree", name="x", company="y", email="x@y.example")
    assert world.rows(tables.referral)[0].state == "declined"


def test_forged_links_of_every_kind_are_the_same_404(world: Introducing) -> None:
    done = world.introduce("鈴木")
    runtime = world.scene.runtime
    other = refer_links.consent_of(runtime, done.id, world.referrer + 1)
    stop = refer_links.stop_of(runtime, world.referrer)
    token = stop.rpartition("/")[2]
    for path in ("/y/nothing", other.removeprefix(runtime.public_url), f"/y/{token}", "/x/no"):
        for answer in (world.browser.get(path), world.browser.post(path)):
            assert answer.status_code == 404, path


def test_a_referrer_stops_the_news_and_takes_it_back(world: Introducing) -> None:
    runtime = world.scene.runtime
    path = refer_links.stop_of(runtime, world.referrer).removeprefix(runtime.public_url)
    world.get(path)
    assert world.rows(tables.referrer)[0].updates_stopped_at is None
    for _ in range(2):
        assert "停止しました" in words(world.post(path, **{"List-Unsubscribe": "One-Click"}))
    assert world.rows(tables.referrer)[0].updates_stopped_at is not None
    world.post(f"{path}/undo")
    assert world.rows(tables.referrer)[0].updates_stopped_at is None


def test_an_old_stop_link_stops_and_opens_nothing(world: Introducing) -> None:
    runtime = world.scene.runtime
    path = refer_links.stop_of(runtime, world.referrer).removeprefix(runtime.public_url)
    assert "/r/" in world.post(path)
    world.scene.clock.move_to(world.scene.clock.now() + timedelta(days=181))
    world.post(f"{path}/undo")
    page = world.post(path)
    assert "停止しました" in words(page) and "/r/" not in page
    assert world.rows(tables.referrer)[0].updates_stopped_at is not None


def test_whose_deal_came_first_still_says_what_they_agree_to(world: Introducing) -> None:
    made = world.introduce("鈴木 一郎", company="株式会社みどり物流", email="suzuki@midori.example")
    person = world.scene.person("suzuki@midori.example", family_name="鈴木")
    with write(world.scene.engine) as connection:
        rows.change(connection, made.id, world.scene.clock.now(), state="won", contact_id=person)
    path = _page(world, made.id)
    assert 'value="decline"' not in world.get(path)
    who = {"name": "鈴木 一郎", "company": "みどり物流", "email": "suzuki@midori.example"}
    world.post(path, **who, do="agree", numbers="yes")
    (row,) = world.rows(tables.referral)
    assert (row.state, row.numbers_agreed) == ("won", True)
    assert row.consented_at is not None
    granted = [one.purpose for one in world.rows(tables.consent) if one.state == "granted"]
    assert "referral" in granted
    # Once: what they see from now on is our thanks.
    assert 'name="email"' not in world.get(path)

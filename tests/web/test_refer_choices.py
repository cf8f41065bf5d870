"""What referrers choose on their own page: their name, tickets, and being left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from nurture.db import tables
from nurture.db.engine import make_engine, write
from tests.web.introductions import PROGRAM, Introducing, begin, files, words


@pytest.fixture
def lite(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    tables.metadata.create_all(engine)
    return engine


@pytest.fixture
def world(lite: Engine, tmp_path: Path) -> Introducing:
    return begin(lite, tmp_path)


@pytest.mark.parametrize(
    ("wish", "seen"),
    [
        ("full", "株式会社青空製作所 田中太郎様からのご紹介です"),
        ("short", "田中様からのご紹介です"),
        ("company", "株式会社青空製作所の方からのご紹介です"),
        ("nobody", "ご縁のある方からのご紹介です"),
    ],
)
def test_those_they_refer_see_the_name_they_chose_and_no_more(
    world: Introducing, wish: str, seen: str
) -> None:
    world.post(world.page + "/name", shown=wish)
    said = words(world.get(f"/i/{world.code}"))
    assert seen in said
    for part, where in (("太郎", ("full",)), ("青空", ("full", "company"))):
        assert (part in said) == (wish in where), part


def test_a_name_that_is_no_choice_changes_nothing(world: Introducing) -> None:
    world.post(world.page + "/name", 400, shown="<script>")
    assert world.rows(tables.referrer)[0].shown_as == "short"


def test_they_ask_us_to_stop_and_take_it_back(world: Introducing) -> None:
    page = world.page + "/stop"
    assert "今後、ご紹介のお願いはいたしません" in world.post(page, do="never")
    world.post(page, do="never")
    (row,) = world.rows(tables.referrer)
    assert row.do_not_ask
    (told,) = world.rows(tables.event)
    assert (told.type, told.properties) == ("referral.ask_answered", {"answer": "never"})
    world.post(page, do="ask")
    world.post(page, do="ask")
    assert not world.rows(tables.referrer)[0].do_not_ask
    assert [one.properties["answer"] for one in world.rows(tables.event)] == ["never", "not_now"]
    world.post(page, do="silence")
    assert world.rows(tables.referrer)[0].updates_stopped_at is not None
    world.post(page, do="updates")
    assert world.rows(tables.referrer)[0].updates_stopped_at is None
    world.post(page, 400, do="everything")


def test_a_never_that_was_the_answer_to_an_ask_is_shown_and_taken_back_too(
    world: Introducing,
) -> None:
    row = {
        "dedupe_key": "ask", "program": "default", "contact_id": world.referrer,
        "offer": "training", "timing": "regular", "mode": "criteria", "answer": "never",
        "asked_at": world.scene.clock.now(),
    }  # fmt: skip
    world.scene.add(tables.referral_ask, **row)
    assert "また頼んでもよい" in world.get(world.page)
    world.post(world.page + "/stop", do="ask")
    # the guards read this answer, so that it must not say "never" any more
    assert [one.answer for one in world.rows(tables.referral_ask)] == ["not_now"]
    assert "今後は頼まないでほしい" in world.get(world.page)


def test_who_was_merged_is_left_alone_as_the_contact_they_became(world: Introducing) -> None:
    scene = world.scene
    path = world.page
    became = scene.person("tanaka@new.example", family_name="田中", locale="ja")
    with write(scene.engine) as connection:
        merged = update(tables.contact).where(tables.contact.c.id == world.referrer)
        connection.execute(merged.values(merged_into=became))
    world.post(path + "/stop", do="never")
    assert {row.contact_id: row.do_not_ask for row in world.rows(tables.referrer)} == {
        world.referrer: True, became: True,
    }  # fmt: skip
    assert "また頼んでもよい" in world.get(path)


def test_a_ticket_is_made_once_for_a_form_that_comes_twice(world: Introducing) -> None:
    path = world.page + "/ticket"
    world.post(path, seen="0")
    world.post(path, seen="0")
    assert len(world.codes()) == 1
    for seen in range(1, 7):
        world.post(path, seen=str(seen))
    # five at most may be open at once
    assert len(world.codes()) == 5
    assert "お使いいただける招待状が5枚あります" in words(world.get(world.page))


def test_a_programme_without_tickets_gives_none(lite: Engine, tmp_path: Path) -> None:
    given = files(PROGRAM.replace("ticket_for: 60d", "tickets: false"))
    world = begin(lite, tmp_path, given)
    assert "招待状を作る" not in world.get(world.page)
    world.post(world.page + "/ticket", seen="0")
    assert world.codes() == []


def test_whoever_has_no_programme_still_sees_what_became_of_theirs(
    lite: Engine, tmp_path: Path
) -> None:
    world = begin(lite, tmp_path, files(PROGRAM.replace("[customer]", "[partner]")))
    done = world.introduce("鈴木")
    said = words(world.get(world.page))
    assert done.ref in said
    assert "紹介の文面を作る" not in said
    assert world.browser.post(world.page + "/introduce", data={"name": "x"}).status_code == 404
    assert world.browser.get(f"/i/{world.code}").status_code == 404

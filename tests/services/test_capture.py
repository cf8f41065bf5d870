"""Facts in at the same moment: nobody is made twice, nothing is lost, nobody is sent away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy.exc import IntegrityError

from nurture.db import tables
from nurture.db.engine import make_engine, read
from nurture.db.retrying import TRIES, write_again
from nurture.services import api_keys
from nurture.services.api_requests import Request, take_events
from nurture.services.capture import Captured, Happening, capture
from nurture.services.runtime import Runtime
from tests.services.house import House

NEW = Happening("form.submitted", email="new@aozora.example", properties={"form": "quote"})


def _told(runtime: Runtime, by_api: bool) -> str:
    """Tell of a new person and return what became of it."""
    if not by_api:
        return capture(runtime, [NEW], "form")[0].status
    api_keys.add(runtime, "crm")
    key = api_keys.ApiKey(1, "crm")
    return str(take_events(runtime, Request(key, "digest", "once"), [NEW])["events"][0]["status"])


@pytest.mark.parametrize("by_api", [False, True])
def test_a_form_sent_twice_at_once_makes_one_person(house: House, by_api: bool) -> None:
    url = house.engine.url.render_as_string(hide_password=False)
    other = replace(house.runtime, engine=make_engine(url))
    raced: list[Captured] = []

    def race(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO contact") and not raced:
            raced.extend(capture(other, [NEW], "form"))

    if house.engine.dialect.name == "sqlite":
        # SQLite's writer is alone: the other comes before or after, never in between.
        raced.extend(capture(other, [NEW], "form"))
    hooks.listen(house.engine, "before_cursor_execute", race)
    assert _told(house.runtime, by_api) == "taken"
    other.engine.dispose()
    assert [one.status for one in raced] == ["taken"]
    (person,) = house.rows(tables.contact)
    assert {row.contact_id for row in house.events("form.submitted")} == {person.id}
    assert len(house.events("form.submitted")) == 2
    assert len(house.events("contact.created")) == 1


def test_the_same_keys_in_opposite_order_do_not_block_one_another(house: House) -> None:
    person = house.person()
    url = house.engine.url.render_as_string(hide_password=False)
    both_have_claimed = threading.Barrier(2)
    claims: list[str] = []

    def pause(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO event_dedupe"):
            claims.append(statement)
            try:
                # Whoever claims first lets the other come as far as it can.
                both_have_claimed.wait(0.3)
            except threading.BrokenBarrierError:
                return

    def tell(keys: str) -> list[str]:
        engine = make_engine(url)
        hooks.listen(engine, "after_cursor_execute", pause)
        try:
            told = [Happening("form.submitted", contact_id=person, key=key) for key in keys]
            return [one.status for one in capture(replace(house.runtime, engine=engine), told, "x")]
        finally:
            engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(tell, ("abc", "cba")))
    assert answers == [["duplicate"] * 3, ["taken"] * 3]
    # neither had to begin again
    assert len(claims) == 2


def test_answers_are_in_the_order_told(house: House) -> None:
    person = house.person()
    told = [
        Happening("page.viewed", email="who@aozora.example"),
        Happening("form.submitted", contact_id=person, key="z"),
        NEW,
        Happening("form.submitted", contact_id=person, key="z"),
        Happening("form.submitted", contact_id=person, key="a"),
    ]
    answers = capture(house.runtime, told, "form")
    assert [a.status for a in answers] == ["aside", "taken", "taken", "duplicate", "taken"]
    assert answers[3].event_id == answers[1].event_id
    ids = [one.event_id for one in answers if one.status == "taken"]
    assert ids == sorted({one for one in ids if one})
    assert [house.row(tables.event, one).source for one in ids if one] == ["form"] * 3


def test_what_fails_every_time_is_told_in_the_end(house: House) -> None:
    begun: list[int] = []

    def act(connection: Any) -> None:
        begun.append(1)
        connection.execute(tables.identity.insert().values(kind="email", value="x", contact_id=99))

    with pytest.raises(IntegrityError):
        write_again(house.engine, act)
    assert len(begun) == TRIES
    with read(house.engine) as connection:
        assert connection.execute(tables.identity.select()).all() == []

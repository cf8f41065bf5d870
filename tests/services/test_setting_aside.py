"""One contact that cannot be handled is set aside, visibly; everybody else goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from nurture import app, jobs
from nurture.db import status_counts, tables
from nurture.db.engine import read
from nurture.services.setting_aside import AGAIN
from nurture.settings import Settings
from tests.services.house import START, House
from tests.services.project import project, workflow

FILES = project(workflow("a", "- {set: {tag: seen}}\n- wait: 1d\n- {send: x/one}"))

#: what a hand in the database, or a defect of ours, may leave behind
DAMAGED = {"cursor": "no moment"}


def _decide(house: House) -> None:
    """Answer one bell as a worker does."""
    jobs.begin(app.House(Settings(), house.runtime, Redis()))
    try:
        jobs.decide()
    finally:
        jobs.end()


def _troubles(house: House) -> list[tuple[str | None, str, str]]:
    with read(house.engine) as connection:
        rows = status_counts.troubles(connection)
    return [(row.who, row.reason, row.detail["why"]) for row in rows]


def test_an_event_that_cannot_be_handled_holds_nobody_else_up(house: House) -> None:
    house.publish(FILES)
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    for person in people:
        house.happens(person)
    damaged = house.events("page.viewed")[1].id
    house.change(tables.event, damaged, properties=["no", "names"])
    _decide(house)
    _decide(house)
    assert [row.contact_id for row in house.rows(tables.enrolment)] == [people[0], people[2]]
    assert [row.contact_id for row in house.rows(tables.contact_tag)] == [people[0], people[2]]
    (left,) = house.rows(tables.inbox)
    assert (left.event_id, left.available_at) == (damaged, START + AGAIN)
    ((who, reason, why),) = _troubles(house)
    assert (who, reason) == ("p1@aozora.example", "cannot_decide")
    assert "Error: " in why
    house.change(tables.event, damaged, properties={})
    house.clock.move(AGAIN)
    _decide(house)
    assert house.rows(tables.inbox) == []
    assert len(house.enrolments(contact_id=people[1])) == 1


def test_what_fails_again_is_set_aside_again_and_says_so_again(house: House) -> None:
    house.publish(FILES)
    house.happens(house.person())
    house.change(tables.event, house.events("page.viewed")[0].id, properties=["no", "names"])
    for tries in (1, 2, 3):
        _decide(house)
        assert len(_troubles(house)) == tries
        assert house.next_moment() == house.clock.now() + AGAIN
        house.clock.move(AGAIN)


def test_a_walk_that_fails_holds_nobody_else_up(house: House) -> None:
    house.publish(FILES)
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    for person in people:
        house.happens(person)
    _decide(house)
    broken = house.rows(tables.enrolment)[1].id
    sound = house.row(tables.enrolment, broken).memory
    house.change(tables.enrolment, broken, memory=DAMAGED)
    house.clock.move(timedelta(days=1))
    _decide(house)
    assert [row.contact_id for row in house.rows(tables.message)] == [people[0], people[2]]
    assert house.row(tables.enrolment, broken).due_at == START + timedelta(days=1) + AGAIN
    ((who, *_),) = _troubles(house)
    assert who == "p1@aozora.example"
    (said,) = house.rows(tables.decision, kind="failed")
    assert (said.enrolment_id, said.workflow) == (broken, "a")
    house.change(tables.enrolment, broken, memory=sound)
    house.clock.move(AGAIN)
    _decide(house)
    assert len(house.rows(tables.message, contact_id=people[1])) == 1


def test_looks_by_time_alone_are_put_off_as_well(house: House) -> None:
    house.publish(FILES)
    person = house.person()
    house.happens(person)
    _decide(house)
    (row,) = house.rows(tables.enrolment)
    house.change(tables.enrolment, row.id, memory=DAMAGED, review_at=START)
    house.change(tables.contact, person, review_at=START)
    _decide(house)
    assert house.contact(person).review_at == START + AGAIN
    assert house.row(tables.enrolment, row.id).review_at == START + AGAIN


def test_nobody_is_set_aside_because_the_database_is_away(house: House) -> None:
    house.publish(FILES)
    house.happens(house.person())

    def away(*_: object) -> None:
        raise OperationalError("select", {}, Exception("server closed the connection"))

    event.listen(house.engine, "before_cursor_execute", away)
    _decide(house)
    event.remove(house.engine, "before_cursor_execute", away)
    assert _troubles(house) == []
    assert [row.available_at for row in house.rows(tables.inbox)] == [START]
    _decide(house)
    assert house.enrolments() == [("a", "active", None)]


@pytest.mark.parametrize("damaged", [{"$moment": "no moment"}, {"$day": 7}])
def test_a_mail_that_cannot_be_composed_fails_and_the_others_go(
    house: House, damaged: dict[str, object]
) -> None:
    house.publish(project(workflow("a", "- {send: x/one}")))
    people = [house.person(f"p{i}@aozora.example") for i in range(3)]
    for person in people:
        house.happens(person)
    house.decide()
    house.change(tables.message, 2, values=damaged)
    house.turn()
    assert house.to() == ["p0@aozora.example", "p2@aozora.example"]
    assert house.mails(contact_id=people[1]) == [("x/one", "failed", "does_not_render")]
    ((who, reason, why),) = _troubles(house)
    assert (who, reason) == ("p1@aozora.example", "does_not_render")
    assert "Error: " in why
    assert {state for _, state, _ in house.enrolments()} == {"ended"}

"""One contact that cannot be handled is set aside, visibly; everybody else goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import event, insert, update
from sqlalchemy.exc import OperationalError

from nurture import app, jobs
from nurture.db import status_counts, tables
from nurture.db.engine import read, write
from nurture.services.setting_aside import AGAIN
from nurture.settings import Settings
from tests.services.house import START, House
from tests.services.interference import interrupt
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


def _unreadable(house: House, person: int) -> None:
    """Leave a choice of a reader's behind that this version does not know."""
    row = {"topics_off": [], "rhythm": "on full moons", "updated_at": START}
    with write(house.engine) as connection:
        connection.execute(insert(tables.preference).values(contact_id=person, **row))


@pytest.mark.parametrize("at_last", [False, True], ids=["claiming", "last look"])
def test_a_reader_whose_facts_cannot_be_read_holds_no_other_mail_up(
    house: House, at_last: bool
) -> None:
    house.publish(project(workflow("a", "- {send: x/one}")))
    people = [house.person(f"p{i}@aozora.example") for i in range(4)]
    for person in people:
        house.happens(person)
    house.decide()

    def damage(_: object = None) -> None:
        if not house.rows(tables.preference):
            _unreadable(house, people[2])

    if at_last:
        # All are claimed and rendered, and the first two are on their way.
        interrupt(house, damage, width=2)
    else:
        damage()
    house.turn()
    assert house.to() == [f"p{i}@aozora.example" for i in (0, 1, 3)]
    assert house.mails(contact_id=people[2]) == [("x/one", "deferred", "cannot_decide")]
    ((who, reason, why),) = _troubles(house)
    assert (who, reason) == ("p2@aozora.example", "cannot_decide")
    assert "ValueError: 'on full moons'" in why
    assert house.next_moment() == START + AGAIN
    with write(house.engine) as connection:
        connection.execute(update(tables.preference).values(rhythm="all"))
    house.after(hours=1)
    assert house.to()[-1] == "p2@aozora.example"


def test_a_journey_that_cannot_be_read_hears_of_its_mail_later_and_stops_no_answer(
    house: House,
) -> None:
    house.publish(project(workflow("a", "- {send: x/one}")))
    for number in range(2):
        house.happens(house.person(f"p{number}@aozora.example"))
    house.decide()
    house.change(tables.enrolment, 1, memory=DAMAGED)
    house.outbox.drain(5)
    assert [state for _, state, _ in house.mails()] == ["sent", "sent"]
    _decide(house)
    assert [row.state for row in house.rows(tables.enrolment)] == ["active", "ended"]
    ((who, *_),) = _troubles(house)
    assert who == "p0@aozora.example"

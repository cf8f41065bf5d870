"""The clock: rings for what is due, and steps over what nobody waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from nurture.clock import SteppedClock, machine_now
from nurture.db import business_time, tables
from nurture.db.engine import read, write
from nurture.services.deliver import Outbox
from nurture.services.ticking import step, tick
from tests.services.house import START, House
from tests.services.project import project, workflow


@pytest.fixture
def stepped(house: House) -> House:
    """Return a house whose business time is the stored, stepped one."""
    with write(house.engine) as connection:
        business_time.set_stand(connection, START, running=False)
    clock = SteppedClock(lambda: business_time.read_stand(house.engine))
    house.runtime = replace(house.runtime, clock=clock)
    house.outbox = Outbox(house.runtime, house.provider)
    return house


def _now(house: House) -> datetime:
    return house.runtime.clock.now()


def test_it_rings_for_what_is_due_and_is_silent_else(house: House) -> None:
    house.publish(project(workflow("a", "- send: x/one\n- wait: 1d")))
    house.rung.clear()
    assert not tick(house.runtime)
    assert house.rung == []
    house.happens(house.person())
    house.rung.clear()
    assert tick(house.runtime)
    assert house.rung == ["decide"]
    house.decide()
    house.rung.clear()
    tick(house.runtime)
    assert house.rung == ["send"]
    house.turn()
    house.rung.clear()
    assert not tick(house.runtime)
    house.clock.move(timedelta(days=1))
    assert tick(house.runtime)
    assert house.rung == ["decide"]


def test_it_rings_for_the_mails_of_a_dead_worker(house: House) -> None:
    house.publish(project(workflow("a", "- send: x/one")))
    house.happens(house.person())
    house.decide()
    (mail,) = house.rows(tables.message)
    past = machine_now() - timedelta(seconds=1)
    house.change(tables.message, mail.id, state="sending", lease_until=past, due_at=None)
    house.rung.clear()
    assert tick(house.runtime)
    assert house.rung == ["send"]


def test_stepped_time_goes_from_due_time_to_due_time(stepped: House) -> None:
    stepped.publish(project(workflow("a", "- send: x/one\n- wait: 3d\n- send: x/two")))
    stepped.happens(stepped.person())
    moments = []
    for _ in range(3):
        stepped.turn()
        if step(stepped.runtime):
            moments.append(_now(stepped) - START)
    assert moments == [timedelta(days=3)]
    assert len(stepped.to()) == 2


def test_stepped_time_stands_while_something_is_to_do(stepped: House) -> None:
    stepped.publish(project(workflow("a", "- wait: 3d")))
    stepped.happens(stepped.person())
    assert not step(stepped.runtime)  # the inbox is not empty
    stepped.turn()
    mail = stepped.add(
        tables.message,
        dedupe_key="k",
        recipient="a@b.example",
        purpose="service",
        template="x",
        window="business",
        priority=1,
        state="sending",
        created_at=START,
        recorded_at=START,
        lease_until=machine_now(),
    )
    assert not step(stepped.runtime)  # a mail is on the wire
    stepped.change(tables.message, mail, state="sent")
    assert step(stepped.runtime)


WAITS_FOR = [
    # (busy, number it has seen of 5, wants to act after, does time move)
    (True, None, None, False),
    (False, 4, None, False),
    (False, 5, timedelta(0), False),
    (False, 5, timedelta(hours=1), True),
    (False, 5, None, True),
]


@pytest.mark.parametrize(("busy", "seen", "acts", "moves"), WAITS_FOR)
def test_stepped_time_waits_for_those_outside_of_sql(
    stepped: House, busy: bool, seen: int | None, acts: timedelta | None, moves: bool
) -> None:
    stepped.publish(project(workflow("a", "- wait: 3d")))
    stepped.happens(stepped.person())
    stepped.turn()
    with write(stepped.engine) as connection:
        business_time.announce(connection, business_time.MAILBOX, False, 5, None)
        next_at = START + acts if acts is not None else None
        business_time.announce(connection, "audience", busy, seen, next_at)
    assert step(stepped.runtime) is moves
    expected = START + (acts if acts else timedelta(days=3)) if moves else START
    assert _now(stepped) == expected


def test_stepped_time_ends_where_it_was_told_to(stepped: House) -> None:
    stepped.publish(project(workflow("a", "- wait: 30d")))
    stepped.happens(stepped.person())
    stepped.turn()
    with write(stepped.engine) as connection:
        until = START + timedelta(days=10)
        business_time.set_stand(connection, START, running=False, until=until)
    assert step(stepped.runtime)
    assert _now(stepped) == until
    assert not step(stepped.runtime)


def test_what_comes_in_while_the_clock_looks_is_not_stepped_over(stepped: House) -> None:
    """An event is committed between its look and its jump."""
    stepped.publish(project(workflow("a", "- wait: 30d")))
    person = stepped.person()
    stepped.happens(person)
    stepped.turn()
    looked = [0]

    def meanwhile(_: object, cursor: object, statement: str, *rest: object) -> None:
        # the last question of the look, before the clock begins to write
        if "participant.next_at" in statement and "ORDER BY" in statement and not looked[0]:
            looked[0] = 1
            stepped.happens(person, "document.downloaded")

    event.listen(stepped.engine, "before_cursor_execute", meanwhile)
    assert not step(stepped.runtime)
    assert looked == [1]
    assert _now(stepped) == START
    stepped.turn()
    assert stepped.contact(person).temperature == "warm"


def test_two_clocks_move_time_once(stepped: House) -> None:
    stepped.publish(project(workflow("a", "- wait: 1d\n- wait: 1d")))
    stepped.happens(stepped.person())
    stepped.turn()
    assert step(stepped.runtime)
    assert not step(stepped.runtime)
    assert _now(stepped) == START + timedelta(days=1)
    with read(stepped.engine) as connection:
        found = business_time.stand(connection)
    assert found is not None
    assert not found.running

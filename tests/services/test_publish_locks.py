"""A publication holds mailings before contacts, as who queues them does: nobody deadlocks."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from nurture.clock import machine_seconds
from nurture.db import mailings, tables
from nurture.db.engine import write
from tests.services.broadcasts import broadcast, crowd, with_broadcast
from tests.services.house import House
from tests.services.project import as_bytes, workflow

#: somebody waits for a row (of a database that a test has for itself); the activity view would
#: say the same all transaction long
_WAITS = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN"
    " (SELECT pid FROM pg_locks WHERE database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_it_waits_for_a_mailing_that_queues_before_it_holds_any_contact(house: House) -> None:
    crowd(house, 3)
    house.publish(with_broadcast(broadcast()))
    house.clock.move_to(house.next_moment() or house.clock.now())
    enrolling = {
        "workflows/all.yaml": workflow(
            "all", "- send: x/news\n", "trigger: [{segment: ppl, existing: enrol}]"
        ),
        "workflows/segments.yaml": "segments:\n  ppl: {not: {title: 学生}}\n",
    }
    enrolled = []

    def publish() -> None:
        done = house.publish({**with_broadcast(broadcast()), **as_bytes(enrolling)}, yes=3)
        enrolled.append(done.enrolled)

    other = threading.Thread(target=publish)
    with write(house.engine) as connection:
        assert mailings.claim_due(connection, house.clock.now()) is not None
        other.start()
        ends = machine_seconds() + 30
        while not connection.execute(_WAITS).scalar_one():
            assert other.is_alive() and machine_seconds() < ends, "it did not wait"
        # What the mailing does next: nobody has these rows.
        everybody = select(tables.contact.c.id).with_for_update(nowait=True)
        assert len(connection.execute(everybody).all()) == 3
    other.join(30)
    assert enrolled == [{"all": 3}]

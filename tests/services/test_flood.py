"""Somebody brings more events than one transaction can take."""

from __future__ import annotations

from collections import Counter

from nurture.db import tables
from nurture.db.engine import write
from nurture.db.events import NewEvent, record, take
from nurture.services.ingest import ARRIVALS, ingest
from tests.services.house import House
from tests.services.project import project, workflow


def _flood(house: House, contact_id: int, number: int) -> list[int]:
    """Let somebody do the same thing many times."""
    now = house.clock.now()
    events = [NewEvent("page.viewed", contact_id, now, "api", {"n": n}) for n in range(number)]
    with write(house.engine) as connection:
        return [event_id for event_id in record(connection, events, now) if event_id is not None]


def test_a_flood_is_taken_in_piece_by_piece_oldest_first(house: House) -> None:
    house.publish(project(workflow("a", "- {set: {tag: seen}}")))
    ids = _flood(house, house.person(), 2 * ARRIVALS + 1)
    for taken in (ARRIVALS, 2 * ARRIVALS, len(ids)):
        assert ingest(house.runtime) == 1
        left = [row.event_id for row in house.rows(tables.inbox) if row.event_id in set(ids)]
        assert left == ids[taken:]
    # once a day, as the rule says
    assert [row.points for row in house.rows(tables.ledger)] == [5]


def test_who_brings_little_does_not_wait_for_who_brings_very_much(house: House) -> None:
    house.publish(project())
    loud = house.person("loud@aozora.example")
    _flood(house, loud, 2 * ARRIVALS)
    others = [house.person(f"p{i}@aozora.example") for i in range(20)]
    for person in others:
        house.happens(person, "document.downloaded")
    assert ingest(house.runtime) == 21
    assert {house.contact(person).temperature for person in others} == {"warm"}
    waiting = Counter(row.contact_id for row in house.rows(tables.inbox))
    assert waiting[loud] > ARRIVALS
    while ingest(house.runtime):
        pass
    assert house.rows(tables.inbox) == []


def test_more_events_than_a_statement_can_name_are_taken(house: House) -> None:
    ids = _flood(house, house.person(), 3)
    with write(house.engine) as connection:
        take(connection, [*ids, *range(1_000_000, 1_070_000)])
    assert house.rows(tables.inbox) == []

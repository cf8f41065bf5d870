"""Learning when readers read: looked at again when somebody opens, clicks or turns measuring off.

Only where the release has something that leaves at its reader's hour; never a sweep. What is
stored is counts by hour and an order of hours, on the contact, so it goes with the contact.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from nurture.db import best_hours as stored
from nurture.domain.best_hour import REMEMBERED, BestHours, learn
from nurture.domain.facts import ONCE_PER_MESSAGE
from nurture.services.batch import Batch, Person
from nurture.services.places import zone_of

#: events after which the hours of a person may be others
_TELLING = ONCE_PER_MESSAGE | {"contact.preferences_changed"}


def learn_hours(batch: Batch) -> None:
    """Learn the hours of those who opened or clicked; the batch's verdicts are written.

    A click that turned out to be a machine's comes back to the inbox, and is taken out here.
    """
    if not batch.lookups.learns_hours:
        return
    people = [one for one in batch.people.values() if _tells(one)]
    if not people:
        return
    connection = batch.connection
    measured = [one.id for one in people if one.row.tracking and not one.row.erased]
    moments = stored.human_moments(connection, measured, batch.now - REMEMBERED)
    everybody = stored.of_everybody(connection)
    calendar = batch.release.definitions.calendar
    learnt: dict[int, dict[str, Any] | None] = {}
    more: Counter[int] = Counter()
    for person in people:
        before = BestHours.from_json(person.row.best_hours)
        after = learn(moments.get(person.id, []), zone_of(person.row, calendar), everybody)
        if before is not None:
            more.subtract(before.counts)
        more.update(after.counts)
        learnt[person.id] = after.as_json() if after.counts else None
    stored.save(connection, learnt)
    stored.add(connection, more)


def _tells(person: Person) -> bool:
    return any(arrival.type in _TELLING for arrival in person.arrivals)

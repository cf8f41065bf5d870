"""Ingest: from the inbox to evidence, score, temperature, lifecycle, triggers and goals.

One transaction per batch of contacts whose rows we hold. Everything an event changes is
written with the deletion of its inbox row, so an event is acted on once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from nurture.db import contacts as people
from nurture.db import touched
from nurture.db.engine import write
from nurture.db.events import follow_merges, take
from nurture.services.batch import Batch, Person, load_people
from nurture.services.best_hours import learn_hours
from nurture.services.enrol import settle_enrolments, trigger
from nurture.services.handoff import settle_handoffs
from nurture.services.holdouts import look_for_goals
from nurture.services.journeys import look_at_journeys, look_at_segments
from nurture.services.judge import judge_clicks, not_acted_on
from nurture.services.reactions import react
from nurture.services.rescore import load_ledger, rescore
from nurture.services.runtime import Runtime

#: contacts per transaction: on SQLite the write lock is held for about this many times 0.2 ms
BATCH = 100

#: events per transaction
ARRIVALS = 500


def ingest(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Take in what waits for up to `limit` contacts; return how many were looked at.

    Contacts without arrivals are looked at where their review time has come. 0 means that
    nothing is due (or that another worker holds all that is). `only` names the contacts.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        due = touched.due_contacts(connection, now, limit) if only is None else list(only)
        if not due or not runtime.releases.published(connection):
            return 0
        due = _living(connection, due)
        held = people.lock(connection, due)
        if not held:
            return 0
        release = runtime.releases.live(connection)
        batch = Batch(connection, release, runtime.releases, release.lookups, now)
        arrived = touched.arrivals(connection, held, now, ARRIVALS)
        load_people(batch, held, {arrival.type for arrival in arrived})
        for arrival in arrived:
            person = batch.people.get(arrival.contact_id)
            if person is not None:
                person.arrivals.append(arrival)
        take(connection, [arrival.id for arrival in arrived])
        _decide(batch)
        batch.save()
        learn_hours(batch)
        return len(held)


def _living(connection: Connection, contact_ids: list[int]) -> list[int]:
    """Return the contacts, duplicates replaced by whom they became, with what waits for them."""
    moves = people.merged(connection, contact_ids)
    if not moves:
        return contact_ids
    follow_merges(connection, moves)
    touched.forget_reviews(connection, moves)
    return list(dict.fromkeys(moves.get(one, one) for one in contact_ids))


#: events about our records, not about the person
_RECORDS = ("contact.", "account.")


def _decide(batch: Batch) -> None:
    scoring = batch.release.definitions.scoring
    judge_clicks(batch)
    load_ledger(batch, scoring)
    silent_of: dict[int, set[int]] = {}
    for person in batch.people.values():
        if person.row.erased:
            _leave_alone(batch, person)
            continue
        silent = silent_of[person.id] = not_acted_on(batch, person)
        _first_touch(person)
        react(batch, person)
        rescore(batch, person, scoring)
        cause = person.arrivals[-1] if person.arrivals else None
        look_at_segments(batch, person, cause)
        look_at_journeys(batch, person, silent)
        trigger(batch, person, silent)
    look_for_goals(batch, silent_of)
    settle_handoffs(batch)
    settle_enrolments(batch)


def _leave_alone(batch: Batch, person: Person) -> None:
    """What an erased person did is taken in and moves nothing; nor does time."""
    person.state["review_at"] = None
    batch.reviews.update((journey.id, None) for journey in person.journeys)


def _first_touch(person: Person) -> None:
    """The first thing somebody does, or is done to them by a person, is where we met."""
    if person.state["first_touch_at"] is not None:
        return
    moments = [
        a.occurred_at
        for a in person.arrivals
        if a.source != "engine" and not a.type.startswith(_RECORDS)
    ]
    if moments:
        person.state["first_touch_at"] = min(moments)
        person.facts.contact["first_touch"] = min(moments)

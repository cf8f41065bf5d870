"""Writing events down, once each, and the inbox they wait in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from nurture.clock import machine_now
from nurture.db.among import among
from nurture.db.numbered import insert_numbered
from nurture.db.tables import event, event_dedupe, event_evidence, inbox, stray_event
from nurture.db.upsert import insert_new

#: a source may date an event this far ahead before we stop believing it
BELIEVABLE = timedelta(minutes=5)

#: a chain of causes longer than this is stored, not acted on
DEEPEST = 16

#: ids that one statement names; PostgreSQL takes 65,535 values at most, SQLite half of that
_AT_ONCE = 1000

# Built once: a click is one transaction, and building its statements would cost as much.
_INSERT_WAITING = insert(inbox)
_INSERT_VERDICTS = insert(event_evidence)
_TAKE = delete(inbox).where(among(inbox.c.event_id, "events"))
_NAME_EVENT = (
    update(event_dedupe)
    .where(
        event_dedupe.c.source == bindparam("of_source"), event_dedupe.c.key == bindparam("of_key")
    )
    .values(event_id=bindparam("event_id"))
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be written."""

    type: str
    contact_id: int | None
    occurred_at: datetime
    source: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    #: unique per source; None: cannot come twice
    key: str | None = None
    caused_by: int | None = None
    depth: int = 0
    message_id: int | None = None
    #: business time before which it is not acted on; None: at once
    available_at: datetime | None = None
    #: (verdict, reason) of an open or click
    evidence: tuple[str, str] | None = None
    #: False: stored for the record, never acted on
    act: bool = True


def record(connection: Connection, events: Sequence[NewEvent], now: datetime) -> list[int | None]:
    """Write events, their evidence and inbox rows; return their ids in the order given.

    None stands for an event whose (source, key) was taken in before: nothing is written
    for it. An event dated more than five minutes ahead gets `now`, its own time kept.
    """
    fresh = _claim_keys(connection, events)
    wanted = [index for index, is_fresh in enumerate(fresh) if is_fresh]
    ids: list[int | None] = [None] * len(events)
    if not wanted:
        return ids
    recorded_at = machine_now()
    rows = [_row(events[index], now, recorded_at) for index in wanted]
    for index, event_id in zip(wanted, insert_numbered(connection, event, rows), strict=True):
        ids[index] = event_id
    written = [(ids[index], events[index]) for index in wanted]
    waiting = [
        {
            "event_id": event_id,
            "contact_id": one.contact_id,
            "available_at": one.available_at or now,
        }
        for event_id, one in written
        # What is about nobody we know is for nobody to look at.
        if one.act and one.contact_id is not None
    ]
    if waiting:
        connection.execute(_INSERT_WAITING, waiting)
    verdicts = [
        {"event_id": event_id, "verdict": one.evidence[0], "reason": one.evidence[1], "at": now}
        for event_id, one in written
        if one.evidence is not None
    ]
    if verdicts:
        connection.execute(_INSERT_VERDICTS, verdicts)
    keyed = [
        {"of_source": one.source, "of_key": one.key, "event_id": event_id}
        for event_id, one in written
        if one.key is not None
    ]
    if keyed:
        connection.execute(_NAME_EVENT, keyed)
    return ids


def _claim_keys(connection: Connection, events: Sequence[NewEvent]) -> list[bool]:
    """Return which events are new by their (source, key); repeats in the batch are not."""
    keys = {(one.source, one.key) for one in events if one.key is not None}
    rows = [{"source": source, "key": key} for source, key in sorted(keys)]
    new = set(insert_new(connection, event_dedupe, rows, "source", "key")) if rows else set()
    fresh = []
    for one in events:
        if one.key is None:
            fresh.append(True)
        else:
            fresh.append((one.source, one.key) in new)
            new.discard((one.source, one.key))
    return fresh


def _row(one: NewEvent, now: datetime, recorded_at: datetime) -> dict[str, Any]:
    ahead = one.occurred_at - now > BELIEVABLE
    return {
        "type": one.type,
        "contact_id": one.contact_id,
        "occurred_at": now if ahead else one.occurred_at,
        "claimed_at": one.occurred_at if ahead else None,
        "received_at": now,
        "recorded_at": recorded_at,
        "properties": dict(one.properties),
        "source": one.source,
        "caused_by": one.caused_by,
        "depth": one.depth,
        "message_id": one.message_id,
    }


def event_id_of(connection: Connection, source: str, key: str) -> int | None:
    """Return the id of the event that a (source, key) was taken in as, or None."""
    return connection.execute(
        select(event_dedupe.c.event_id).where(
            event_dedupe.c.source == source, event_dedupe.c.key == key
        )
    ).scalar()


def keep_aside(
    connection: Connection,
    event_type: str,
    source: str,
    properties: Mapping[str, Any],
    reason: str,
    now: datetime,
) -> None:
    """Keep an event that names nobody we know, to be shown."""
    connection.execute(
        insert(stray_event).values(
            type=event_type,
            source=source,
            properties=dict(properties),
            reason=reason,
            received_at=now,
        )
    )


def put_back(connection: Connection, pairs: Sequence[tuple[int, int]], now: datetime) -> None:
    """Put events (event, contact) into the inbox again: what was thought of them changed."""
    rows = [{"event_id": one, "contact_id": of, "available_at": now} for one, of in pairs]
    insert_new(connection, inbox, rows, "event_id")


def follow_merges(connection: Connection, moves: Mapping[int, int]) -> None:
    """Hand what waits for duplicates (contact → the contact it became) to those."""
    for old, new in moves.items():
        waiting = select(inbox.c.event_id).where(inbox.c.contact_id == old)
        connection.execute(update(event).where(event.c.id.in_(waiting)).values(contact_id=new))
        connection.execute(update(inbox).where(inbox.c.contact_id == old).values(contact_id=new))


def take(connection: Connection, event_ids: Sequence[int]) -> None:
    """Delete inbox rows: their events are being ingested in this transaction."""
    if event_ids:
        connection.execute(_TAKE, {"events": event_ids})

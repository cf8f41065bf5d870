"""How the house stands: what is live, what waits, what is paused, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from nurture.db import status_counts
from nurture.db.business_time import Stand, stand
from nurture.db.engine import read
from nurture.services import sentences
from nurture.services.house import House, house_at
from nurture.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong with a mail or an event."""

    at: datetime
    kind: str
    contact_id: int | None
    who: str
    mail: str
    why: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The status page, as data."""

    now: datetime
    house: House
    #: None: business time is real
    clock: Stand | None
    #: live | allowlist | off
    sending: str
    release: Row[Any] | None
    #: place of the circle → how many wait there
    waiting: Mapping[str, int]
    #: temperature → contacts
    people: Mapping[str, int]
    sent_today: int
    pauses: Sequence[Row[Any]]
    holds: Sequence[Row[Any]]
    troubles: Sequence[Trouble]
    strays: Sequence[Row[Any]]
    participants: Sequence[Row[Any]]


def overview(runtime: Runtime, locale: str) -> Overview:
    """Return how things stand now."""
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
        zone = house.zone
        clock = stand(connection)
        return Overview(
            now=now,
            house=house,
            clock=clock,
            sending=runtime.sending.mode,
            release=status_counts.live_release(connection),
            waiting=status_counts.waiting(connection, now),
            people=status_counts.people(connection),
            sent_today=status_counts.sent_since(connection, now - timedelta(days=1)),
            pauses=status_counts.pauses(connection),
            holds=status_counts.holds(connection),
            troubles=[
                Trouble(
                    row.at,
                    row.kind,
                    row.contact_id,
                    row.who or "",
                    row.mail or "",
                    sentences.reason(row.reason, row.detail or {}, locale, zone, house.titles),
                )
                for row in status_counts.troubles(connection)
            ],
            strays=status_counts.strays(connection),
            participants=status_counts.participants(connection) if clock is not None else (),
        )

"""Firings: where a moment of a schedule stands, and what is done with one that comes late."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.policy import Calendar
from nurture.domain.schedule import Schedule, missed_since


class FiringState(enum.StrEnum):
    """Where a firing stands."""

    #: its moment is still to come, or was a moment ago
    WAITING = "waiting"
    #: journeys are being started, batch by batch
    RUNNING = "running"
    #: everybody who matched has begun, or may not yet
    DONE = "done"
    #: nobody was there at its time, and a later one stands for it or its grace is over
    MISSED = "missed"
    #: a publication took its trigger away while it ran
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Begin:
    """It starts journeys now."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A later moment has passed too: that one fires, and stands for so many before it."""

    by: datetime
    skipped: int


@dataclass(frozen=True, slots=True)
class TooLate:
    """Its grace is over: nobody begins."""


Start = Begin | Overtaken | TooLate


def start(
    schedule: Schedule, calendar: Calendar, planned: datetime, grace: timedelta, now: datetime
) -> Start:
    """Return what a firing that was planned for a moment does now.

    Where several moments have passed the last one alone fires: who waits for a weekly letter
    wants no three of them on the day the machine is back.
    """
    newest, overtaken = missed_since(schedule, calendar, planned, now)
    if overtaken:
        return Overtaken(newest, overtaken)
    return Begin() if now - planned <= grace else TooLate()

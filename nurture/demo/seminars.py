"""The company's seminars: one every few weeks, each with a name of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from nurture.demo.hours import Hours

#: when participants have heard the last answer and leave
ENDS = time(16, 40)

#: seminar → weekday (Monday is 0), weeks between two sessions, first week
_RHYTHM = {"paper-and-excel": (3, 3, 1), "small-session": (2, 2, 2)}


@dataclass(frozen=True, slots=True)
class Session:
    """One seminar on one day."""

    #: what events call it, e.g. `paper-and-excel-2026-04-16`
    name: str
    ends: datetime


class Seminars:
    """The sessions from a first day on."""

    def __init__(self, hours: Hours, first: datetime) -> None:
        self._hours = hours
        self._monday = hours.day_of(first) - timedelta(days=hours.day_of(first).weekday())

    def next_session(self, seminar: str, now: datetime) -> Session:
        """Return the first session that one can still register for: it ends tomorrow or later.

        A seminar that is not known by name takes place as often as `paper-and-excel`.
        """
        return next(s for s in self._sessions(seminar) if s.ends - now > timedelta(hours=24))

    def _sessions(self, seminar: str) -> Iterator[Session]:
        weekday, every, week = _RHYTHM.get(seminar, _RHYTHM["paper-and-excel"])
        while True:
            day = self._monday + timedelta(days=weekday, weeks=week)
            if self._hours.is_business_day(day):
                yield Session(f"{seminar}-{day.isoformat()}", self._hours.at(day, ENDS))
            week += every

"""When people act: a few whole five minutes of their waking hours.

All of an office turns to its mail at the same few moments of a day. A stepped clock stops at
every moment at which anything happens, so the number of different moments, not of people,
is what a demonstration takes its time from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from nurture.domain.calendar import at_wall, is_business_day
from nurture.domain.policy import Calendar

#: moments of a working day at the desk, and one in the evening
AT_WORK = (time(8, 40), time(10, 10), time(11, 30), time(13, 20), time(15, 5), time(16, 40))
EVENING = time(20, 40)
#: the one moment of a day off
DAY_OFF = time(10, 30)


class Hours:
    """The acting moments of a calendar's zone."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.zone = ZoneInfo(calendar.zone)

    def working(self, after: datetime) -> Iterator[datetime]:
        """Yield the moments at the desk after a moment, without end."""
        for day in self._days(after):
            if is_business_day(self._calendar, day):
                yield from self._moments(day, AT_WORK, after)

    def waking(self, after: datetime) -> Iterator[datetime]:
        """Yield the moments of people who also read in the evening and on days off."""
        for day in self._days(after):
            if is_business_day(self._calendar, day):
                yield from self._moments(day, (*AT_WORK, EVENING), after)
            else:
                yield from self._moments(day, (DAY_OFF, EVENING), after)

    def nth(self, after: datetime, count: int, evenings: bool = False) -> datetime:
        """Return the `count`-th acting moment (from 1) after a moment."""
        moments = self.waking(after) if evenings else self.working(after)
        return next(islice(moments, count - 1, None))

    def on_business_day(self, after: datetime, days: int, which: int) -> datetime:
        """Return a moment at the desk on the `days`-th business day after a moment's day."""
        day = after.astimezone(self.zone).date()
        while days > 0:
            day += timedelta(days=1)
            days -= is_business_day(self._calendar, day)
        return at_wall(day, AT_WORK[which % len(AT_WORK)], self.zone)

    def on_day(self, day: date, which: int) -> datetime:
        """Return a moment at the desk on a day."""
        return at_wall(day, AT_WORK[which % len(AT_WORK)], self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the day that the wall calendar shows."""
        return moment.astimezone(self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Say whether people are at their desks on a day."""
        return is_business_day(self._calendar, day)

    def at(self, day: date, clock: time) -> datetime:
        """Return the instant of a wall clock's time on a day."""
        return at_wall(day, clock, self.zone)

    def at_ten(self, day: date) -> datetime:
        """Return 10:00 of a day."""
        return self.at(day, time(10))

    def _days(self, after: datetime) -> Iterator[date]:
        day = after.astimezone(self.zone).date()
        while True:
            yield day
            day += timedelta(days=1)

    def _moments(self, day: date, clocks: tuple[time, ...], after: datetime) -> Iterator[datetime]:
        for clock in clocks:
            moment = at_wall(day, clock, self.zone).astimezone(UTC)
            if moment > after:
                yield moment

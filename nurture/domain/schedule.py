"""When something is done again and again: days and times of day, in the calendar's zone.

A cron line and the forms that people write (`every: monday`, `day: first business day`) become
the same rule, and what it says is computed here with the calendar that also counts business
days: one answer to daylight saving, holidays and leap days.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import at_wall, is_business_day
from nurture.domain.policy import Calendar

#: 29 February may be eight years away (1896 to 1904, 2096 to 2104); what does not come by then
#: never does
_FARTHEST = 366 * 9

#: what is closed for longer is no calendar
_LONGEST_CLOSED = 60

_DAY = timedelta(days=1)


class Closed(enum.StrEnum):
    """What becomes of a firing on a day that is no business day."""

    ANYWAY = "anyway"
    #: on the next business day
    NEXT = "next"
    #: on the last business day before it
    PREVIOUS = "previous"
    #: not at all
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days of the wall calendar, and times on each of them.

    A day is meant where its month is, and where `days` or `weekdays` or `business` name it;
    with `both`, where days and weekdays each do. None of the three: every day.
    """

    #: one line that says all of it, the same however the file was laid out
    text: str
    #: ascending, none twice
    times: tuple[time, ...]
    months: frozenset[int] | None = None
    #: days of the month from 1; -1 is the last
    days: frozenset[int] | None = None
    #: (weekday, which of the month): Monday is 0; 1 the first, -1 the last, 0 each
    weekdays: frozenset[tuple[int, int]] | None = None
    #: business days of the month: 1 the first, -1 the last, 0 each
    business: frozenset[int] | None = None
    closed: Closed = Closed.ANYWAY
    #: cron: `*/2` beside a weekday wants both
    both: bool = False


def fires_on(schedule: Schedule, calendar: Calendar, day: date) -> bool:
    """Say whether a schedule fires on a day of the wall calendar."""
    if schedule.closed is Closed.ANYWAY:
        return _names(schedule, calendar, day)
    if not is_business_day(calendar, day):
        return False
    if _names(schedule, calendar, day):
        return True
    if schedule.closed is Closed.SKIP:
        return False
    # What fell on the closed days beside it comes to this one.
    step = -_DAY if schedule.closed is Closed.NEXT else _DAY
    beside = day + step
    for _ in range(_LONGEST_CLOSED):
        if is_business_day(calendar, beside):
            return False
        if _names(schedule, calendar, beside):
            return True
        beside += step
    return False


def _names(schedule: Schedule, calendar: Calendar, day: date) -> bool:
    if schedule.months is not None and day.month not in schedule.months:
        return False
    if schedule.business is not None:
        return _is_business(schedule.business, calendar, day)
    if schedule.days is None and schedule.weekdays is None:
        return True
    named = []
    if schedule.days is not None:
        named.append(_is_date(schedule.days, day))
    if schedule.weekdays is not None:
        named.append(_is_weekday(schedule.weekdays, day))
    return all(named) if schedule.both else any(named)


def _is_date(wanted: frozenset[int], day: date) -> bool:
    return day.day in wanted or (-1 in wanted and (day + _DAY).day == 1)


def _is_weekday(weekdays: frozenset[tuple[int, int]], day: date) -> bool:
    # Which such weekday of the month it is, and whether another one follows in it.
    number, is_last = (day.day - 1) // 7 + 1, (day + timedelta(days=7)).month != day.month
    wanted = {which for weekday, which in weekdays if weekday == day.weekday()}
    return 0 in wanted or number in wanted or (is_last and -1 in wanted)


def _is_business(wanted: frozenset[int], calendar: Calendar, day: date) -> bool:
    if not is_business_day(calendar, day):
        return False
    if 0 in wanted:
        return True
    first = day.replace(day=1)
    before = sum(
        is_business_day(calendar, first + timedelta(days=one)) for one in range(day.day - 1)
    )
    if before + 1 in wanted:
        return True
    if not any(one < 0 for one in wanted):
        return False
    after, following = 0, day + _DAY
    while following.month == day.month:
        after += is_business_day(calendar, following)
        following += _DAY
    return -1 - after in wanted


def firings_after(
    schedule: Schedule, calendar: Calendar, moment: datetime, days: int = _FARTHEST
) -> Iterator[datetime]:
    """Yield the moments (UTC) after `moment` at which a schedule fires, ascending.

    Of a time that daylight saving skips this is the end of the gap, of one that it repeats
    the first; two times that become one instant are one firing. Ends after so many days
    without one.
    """
    zone = ZoneInfo(calendar.zone)
    day, empty = moment.astimezone(zone).date(), 0
    last = moment
    while empty <= days:
        if fires_on(schedule, calendar, day):
            for clock in schedule.times:
                found = at_wall(day, clock, zone)
                if found > last:
                    last, empty = found, 0
                    yield found
        day += _DAY
        empty += 1


def next_firing(schedule: Schedule, calendar: Calendar, moment: datetime) -> datetime | None:
    """Return when a schedule fires next, after `moment` (UTC); None where it never does."""
    return next(firings_after(schedule, calendar, moment), None)


def missed_since(
    schedule: Schedule, calendar: Calendar, planned: datetime, now: datetime
) -> tuple[datetime, int]:
    """Return the last firing up to `now`, and how many before it, `planned` on, it overtook."""
    newest, overtaken = planned, 0
    for moment in firings_after(schedule, calendar, planned):
        if moment > now:
            break
        newest, overtaken = moment, overtaken + 1
    return newest, overtaken

"""Business days, windows and waits in a zone; the calendar's holidays are a frozen set."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from nurture.domain.policy import Calendar, Window
from nurture.domain.steps import Duration, WaitUntil

#: no calendar is shut for longer; a search beyond is a mistake in the calendar
_SEARCH_DAYS = 400

#: no moment we can do anything about lies beyond these: a field of 9999-12-31 or of year 1 is
#: somebody's "never" or a slip. The margin keeps every sum and every zone inside what dates can say
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class NoOpeningError(ValueError):
    """A window never opens: the calendar closes every day it names."""


def is_left_out(calendar: Calendar, day: date) -> bool:
    """Say whether a day is a holiday or one of the company's closed days."""
    if day in calendar.holidays or day in calendar.closed_dates:
        return True
    mark = (day.month, day.day)
    for span in calendar.closed:
        if span.start <= span.end:
            if span.start <= mark <= span.end:
                return True
        elif mark >= span.start or mark <= span.end:
            return True
    return False


def opens_on(calendar: Calendar, window: Window, day: date) -> bool:
    """Say whether a window opens at all on a day of the wall calendar."""
    if window.days is None:
        return True
    return day.weekday() in window.days and not is_left_out(calendar, day)


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Say whether a day is a day of the `business` window that is not left out."""
    days = calendar.windows["business"].days
    return (days is None or day.weekday() in days) and not is_left_out(calendar, day)


def is_believable(value: datetime | date) -> bool:
    """Say whether a moment (aware) or day lies within EARLIEST and LATEST."""
    if isinstance(value, datetime):
        return EARLIEST <= value <= LATEST
    return EARLIEST.date() <= value <= LATEST.date()


def _within(moment: datetime) -> datetime:
    return min(max(moment, EARLIEST), LATEST)


def _day_within(day: date) -> date:
    return min(max(day, EARLIEST.date()), LATEST.date())


def at_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the wall clock of a zone shows a day and time.

    A day beyond EARLIEST or LATEST becomes that day.

    A time that daylight saving skips moves on by the length of the gap (02:30 becomes
    03:30), of one that it repeats the first is meant (PEP 495, fold 0).
    """
    return datetime.combine(_day_within(day), clock, tzinfo=zone).astimezone(UTC)


# Asked for each mail, and of all mails of a day the same: in a hundredth of the time.
@lru_cache(maxsize=4096)
def first_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which a day's wall clock has reached a time.

    Of a time that daylight saving skips this is the end of the gap: no window is open
    while no clock shows its hours.
    """
    wall = datetime.combine(day, clock, tzinfo=zone)
    late, early = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    # Before the gap's end the clock is behind the time, from there on it is past it.
    while late - early > timedelta(0):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall.replace(tzinfo=None):
            early = middle + timedelta(microseconds=1)
        else:
            late = middle
    return late


def next_opening(calendar: Calendar, window: Window, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return `moment` where the window is open then, else when it opens next (UTC).

    Raises NoOpeningError where it does not open within 400 days.
    """
    first = moment.astimezone(zone).date()
    for offset in range(_SEARCH_DAYS):
        day = first + timedelta(days=offset)
        if not opens_on(calendar, window, day):
            continue
        for start, end in window.hours:
            closes = first_instant(day, end, zone)
            if end == time(0):
                closes = first_instant(day + timedelta(days=1), time(0), zone)
            opens = max(moment, first_instant(day, start, zone))
            # A span that daylight saving skips is no opening.
            if opens < closes:
                return opens
    raise NoOpeningError(f"window {window.name!r} does not open within {_SEARCH_DAYS} days")


def longest_closed(calendar: Calendar, window: Window, first: date, days: int = 400) -> timedelta:
    """Return the longest span for which a window stays shut, looked for from `first` on.

    Raises NoOpeningError where it does not open within `days`.
    """
    zone = ZoneInfo("UTC")
    longest = timedelta(0)
    last: datetime | None = None
    for offset in range(days):
        day = first + timedelta(days=offset)
        if not opens_on(calendar, window, day):
            continue
        for start, end in window.hours:
            opens = at_wall(day, start, zone)
            if last is not None:
                longest = max(longest, opens - last)
            whole = end == time(0)
            last = at_wall(day + timedelta(days=1) if whole else day, end, zone)
    if last is None:
        raise NoOpeningError(f"window {window.name!r} does not open within {days} days")
    return longest


def add_business_days(calendar: Calendar, day: date, count: int) -> date:
    """Return the `count`-th business day after a day (before it, where negative).

    Counting stops at EARLIEST and LATEST. Raises NoOpeningError where the calendar runs out
    of business days.
    """
    step = 1 if count >= 0 else -1
    shut = 0
    day = _day_within(day)
    while count:
        day += timedelta(days=step)
        if not is_believable(day):
            return _day_within(day)
        if is_business_day(calendar, day):
            count -= step
            shut = 0
        else:
            shut += 1
            if shut > _SEARCH_DAYS:
                raise NoOpeningError("the calendar has no business days")
    return day


def add_business_time(
    calendar: Calendar, moment: datetime, span: timedelta, zone: ZoneInfo
) -> datetime:
    """Return the moment (UTC) at which a span is over that runs on business days alone.

    24 hours from Friday 15:00 end on Monday 15:00, from a Saturday they begin on Monday 0:00
    and end at its midnight. Raises NoOpeningError where the calendar runs out of such days.
    """
    day = moment.astimezone(zone).date()
    shut = 0
    while shut <= _SEARCH_DAYS:
        ends = first_instant(day + timedelta(days=1), time(0), zone)
        if is_business_day(calendar, day):
            shut = 0
            begins = max(moment.astimezone(UTC), first_instant(day, time(0), zone))
            if begins + span <= ends:
                return begins + span
            span -= ends - begins
        else:
            shut += 1
        day += timedelta(days=1)
    raise NoOpeningError("the calendar has no business days")


def shift(
    calendar: Calendar, moment: datetime, span: Duration, zone: ZoneInfo, back: bool = False
) -> datetime:
    """Return `moment` moved by a duration (UTC).

    Elapsed time is added as such; days and business days keep the wall clock of the zone.
    What would lie beyond EARLIEST or LATEST becomes that moment.
    """
    sign = -1 if back else 1
    moment = _within(moment)
    try:
        return _within(_shifted(calendar, moment, span, zone, sign))
    except OverflowError:
        return EARLIEST if back else LATEST


def _shifted(
    calendar: Calendar, moment: datetime, span: Duration, zone: ZoneInfo, sign: int
) -> datetime:
    if span.elapsed:
        moment = moment + sign * span.elapsed
    if span.days or span.business_days:
        wall = moment.astimezone(zone)
        day = wall.date() + sign * timedelta(days=span.days)
        if span.business_days:
            day = add_business_days(calendar, day, sign * span.business_days)
        moment = at_wall(day, wall.time(), zone)
    return moment.astimezone(UTC)


def next_weekday(moment: datetime, weekday: int, at: time, zone: ZoneInfo) -> datetime:
    """Return the next instant, now included, at which it is that weekday and time."""
    today = moment.astimezone(zone).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    found = at_wall(day, at, zone)
    return found if found >= moment else at_wall(day + timedelta(days=7), at, zone)


def next_time(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the next instant, now included, at which the wall clock shows a time."""
    today = moment.astimezone(zone).date()
    found = at_wall(today, at, zone)
    return found if found >= moment else at_wall(today + timedelta(days=1), at, zone)


def wait_until(
    step: WaitUntil,
    base: datetime | date | None,
    moment: datetime,
    calendar: Calendar,
    zone: ZoneInfo,
) -> datetime:
    """Return when a `wait_until` that began at `moment` is over; never before `moment`.

    `base` is the value of the step's field, where it names one; a missing value, or
    one beyond EARLIEST or LATEST, does not wait. A date stands for midnight, or for `at`,
    in the zone.
    """
    if step.field is not None:
        if base is None or not is_believable(base):
            return moment
        if not isinstance(base, datetime):
            base = at_wall(base, step.at or time(0), zone)
        elif step.at is not None:
            base = at_wall(base.astimezone(zone).date(), step.at, zone)
        return max(moment, shift(calendar, base, step.offset, zone, back=step.before))
    at = step.at or time(0)
    if step.on is not None:
        return max(moment, at_wall(step.on, at, zone))
    if step.weekday is not None:
        return next_weekday(moment, step.weekday, at, zone)
    return next_time(moment, at, zone)

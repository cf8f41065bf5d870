"""Quiet hours: at which no mail leaves that nobody asked for, whatever its window says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import NoOpeningError, first_instant, next_opening
from nurture.domain.policy import Calendar, QuietHours, Window

_DAY = timedelta(days=1)

#: times that window and quiet hours may put a mail off in turn; who is quiet for more than
#: this many days at a stretch leaves nothing
_MOST_TURNS = 400


def quiet_until(quiet: QuietHours, reader: ZoneInfo, house: ZoneInfo, moment: datetime) -> datetime:
    """Return when the quiet span that holds a moment ends (UTC); the moment itself: none does.

    Spans are half-open [from, to), on the clock of the reader or of the house.
    """
    zone = reader if quiet.readers else house
    today = moment.astimezone(zone).date()
    ends = moment
    # A span that began yesterday may reach into today.
    for day in (today - _DAY, today):
        if quiet.days is not None and day.weekday() not in quiet.days:
            continue
        for start, end in quiet.hours:
            if first_instant(day, start, zone) <= moment:
                until = first_instant(day if start < end else day + _DAY, end, zone)
                ends = max(ends, until)
    return ends


def is_quiet(
    quiet: Sequence[QuietHours], calendar: Calendar, reader: ZoneInfo, moment: datetime
) -> bool:
    """Say whether some quiet hours hold a moment."""
    house = ZoneInfo(calendar.zone)
    return any(quiet_until(one, reader, house, moment) > moment for one in quiet)


def next_free(
    calendar: Calendar,
    window: Window | None,
    quiet: Sequence[QuietHours],
    zone: ZoneInfo,
    moment: datetime,
) -> datetime:
    """Return the first moment, `moment` included, at which a mail may leave (UTC).

    That is: the window is open (None: always) and no hour is quiet. Raises NoOpeningError
    where they leave nothing.
    """
    house = ZoneInfo(calendar.zone)
    for _ in range(_MOST_TURNS):
        opens = moment if window is None else next_opening(calendar, window, zone, moment)
        moment = opens
        for one in quiet:
            moment = quiet_until(one, zone, house, moment)
        if moment == opens:
            return opens
    name = window.name if window is not None else ""
    raise NoOpeningError(f"quiet hours leave nothing of window {name!r}")


def free_until(
    calendar: Calendar,
    window: Window | None,
    quiet: Sequence[QuietHours],
    zone: ZoneInfo,
    moment: datetime,
    most: timedelta,
) -> datetime:
    """Return until when a mail may leave that may leave at a moment, at most `most` later."""
    latest = moment + most
    ends = latest if window is None else _closes(calendar, window, zone, moment, latest)
    house = ZoneInfo(calendar.zone)
    for one in quiet:
        own = zone if one.readers else house
        day = moment.astimezone(own).date()
        while first_instant(day, time(0), own) < ends:
            if one.days is None or day.weekday() in one.days:
                starts = (first_instant(day, start, own) for start, _ in one.hours)
                ends = min([ends, *(start for start in starts if start > moment)])
            day += _DAY
    return min(ends, latest)


def _closes(
    calendar: Calendar, window: Window, zone: ZoneInfo, moment: datetime, latest: datetime
) -> datetime:
    """Return when a window that is open at a moment shuts, looked for up to `latest`."""
    ends = moment
    while ends < latest and next_opening(calendar, window, zone, ends) == ends:
        wall = ends.astimezone(zone)
        for start, end in window.hours:
            closes = first_instant(wall.date() if end > time(0) else wall.date() + _DAY, end, zone)
            if first_instant(wall.date(), start, zone) <= ends < closes:
                ends = closes
                break
    return ends

"""When a person's task is due, when its assignee is reminded and when others hear of it.

All of it is our own people's time: days and hours of the calendar's zone and its `business`
window, wherever the contact is. A calendar whose window never opens holds nobody back: then
moments stay as they are.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import (
    NoOpeningError,
    add_business_days,
    at_wall,
    is_business_day,
    next_opening,
)
from nurture.domain.policy import Calendar

#: how far back an open span is looked for, days
_LOOK_BACK = 14


def due_moment(calendar: Calendar, moment: datetime) -> datetime:
    """Return `moment`, or the same time of the next business day where its day is none (UTC)."""
    wall = moment.astimezone(ZoneInfo(calendar.zone))
    if is_business_day(calendar, wall.date()):
        return moment
    return next_day(calendar, moment)


def next_day(calendar: Calendar, moment: datetime, count: int = 1) -> datetime:
    """Return the same time of day on the `count`-th business day after `moment` (UTC)."""
    zone = ZoneInfo(calendar.zone)
    wall = moment.astimezone(zone)
    try:
        day = add_business_days(calendar, wall.date(), count)
    except NoOpeningError:
        return moment
    return at_wall(day, wall.time(), zone)


def opening(calendar: Calendar, moment: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Return `moment` within business hours, else when they begin next (UTC)."""
    where = zone if zone is not None else ZoneInfo(calendar.zone)
    try:
        return next_opening(calendar, calendar.windows["business"], where, moment)
    except NoOpeningError:
        return moment


def morning_of(calendar: Calendar, day: date, zone: ZoneInfo) -> datetime:
    """Return when business begins on a day of a zone, or on the next business day (UTC)."""
    return opening(calendar, at_wall(day, time(0), zone), zone)


def reminder(
    calendar: Calendar, made_at: datetime, due_at: datetime, before: timedelta
) -> datetime | None:
    """Return when a task due at `due_at` is called to mind: `before` that, in business hours.

    Where the hours begin too late for it, it is the beginning of the last open hours before
    the task is due. None where there are no open hours between making and due, and where the
    task is due sooner than that: who was just told needs no reminder.
    """
    if due_at - before <= made_at:
        return None
    found = opening(calendar, due_at - before)
    if found < due_at:
        return found
    return _last_opening(calendar, made_at, due_at)


def _last_opening(calendar: Calendar, after: datetime, until: datetime) -> datetime | None:
    """Return when the last open span that begins between two moments does so, or None."""
    zone = ZoneInfo(calendar.zone)
    latest = until.astimezone(zone).date()
    for back in range(_LOOK_BACK):
        day = latest - timedelta(days=back)
        if not is_business_day(calendar, day):
            continue
        for start, _ in reversed(calendar.windows["business"].hours):
            opens = at_wall(day, start, zone)
            if opens < until:
                return opens if opens > after else None
    return None


def escalation(calendar: Calendar, due_at: datetime, after: timedelta) -> datetime:
    """Return when others hear of a late task: `after` it was due, in business hours (UTC)."""
    return opening(calendar, due_at + after)


class Call(enum.StrEnum):
    """What the time has come for."""

    REMIND = "remind"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Timing:
    """How the time of one task runs."""

    made_at: datetime
    due_at: datetime
    #: so long before `due_at` its assignee is reminded; None: never
    remind: timedelta | None
    #: so long after `due_at` somebody else hears of it; None: never
    escalate: timedelta | None
    reminded: bool = False
    escalated: bool = False


def next_call(timing: Timing, calendar: Calendar) -> tuple[Call, datetime] | None:
    """Return what a task's time comes for next, and when; None: nothing more.

    A reminder that would not come before the escalation is left out.
    """
    escalates = None
    if timing.escalate is not None and not timing.escalated:
        escalates = escalation(calendar, timing.due_at, timing.escalate)
    if timing.remind is not None and not timing.reminded and not timing.escalated:
        if timing.remind > timedelta(0):
            reminds = reminder(calendar, timing.made_at, timing.due_at, timing.remind)
        else:
            reminds = opening(calendar, timing.due_at)
        if reminds is not None and (escalates is None or reminds < escalates):
            return Call.REMIND, reminds
    return (Call.ESCALATE, escalates) if escalates is not None else None

"""How long a scenario runs: until everything it expects can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import shift
from nurture.domain.policy import Calendar
from nurture.domain.scenario import (
    Bound,
    Enrolled,
    Exits,
    Expectation,
    NotSent,
    Sent,
    TaskMade,
    Timing,
    Waits,
)

#: what happens at once has happened by then: clicks are held for seconds before they count
SETTLES = timedelta(minutes=1)


def end_of(
    expectations: Iterable[Expectation],
    anchor: datetime,
    now: datetime,
    calendar: Calendar,
    zone: ZoneInfo,
) -> datetime:
    """Return the moment (UTC) at which expectations are judged.

    `anchor` is when something happened last, `now` how far time has come. A minute later at
    the least, and not before the last moment that an expectation speaks of.
    """
    moments = [now + SETTLES]
    for one in expectations:
        moments += [resolve(bound, anchor, calendar, zone) for bound in bounds_of(one)]
    return max(moments)


def resolve(bound: Bound, anchor: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """Return the instant that a bound means: itself, or a span after the anchor."""
    return bound if isinstance(bound, datetime) else shift(calendar, anchor, bound, zone)


def bounds_of(one: Expectation) -> list[Bound]:
    """Return the moments and spans that an expectation speaks of."""
    match one:
        case Sent(timing=timing) | TaskMade(timing=timing):
            return _of_timing(timing)
        case Enrolled(timing=timing) | Exits(timing=timing):
            return _of_timing(timing)
        case NotSent(within=within):
            return [within] if within is not None else []
        case Waits():
            # Who waits until then does not wait then any more.
            return []
    return []


def _of_timing(timing: Timing) -> list[Bound]:
    found: list[Bound] = [one for one in (timing.within, timing.not_before) if one is not None]
    if timing.at is not None:
        found.append(timing.at + SETTLES)
    return [*found, *(timing.between or ())]

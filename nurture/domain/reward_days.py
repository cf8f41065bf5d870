"""The days of a reward: from when somebody has to see to it, and by when it was promised."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.calendar import NoOpeningError, add_business_days, at_wall, is_business_day
from nurture.domain.policy import Calendar
from nurture.domain.referral import RewardState
from nurture.domain.rewards import OWED
from nurture.domain.task_timers import opening


def falls_due(calendar: Calendar, earned_at: datetime, hold: timedelta) -> datetime:
    """Return when the wait of a reward ends (UTC): `hold` after earning, in business hours."""
    return opening(calendar, earned_at + hold)


def promised_by(
    calendar: Calendar, earned_at: datetime, within: timedelta, hold: timedelta
) -> datetime:
    """Return until when a reward was promised (UTC): the end of business on a business day.

    It is the last business day within `within` of earning: on the day after, the promise
    would be broken. Where none is left after the wait of `hold`, it is the first one after.
    """
    zone = ZoneInfo(calendar.zone)
    last = (earned_at + within).astimezone(zone).date()
    first = falls_due(calendar, earned_at, hold).astimezone(zone).date()
    try:
        if not is_business_day(calendar, last):
            last = add_business_days(calendar, last, -1)
        if last < first:
            last = (
                first if is_business_day(calendar, first) else add_business_days(calendar, first, 1)
            )
    except NoOpeningError:
        last = max(last, first)
    return _closing(calendar, last, zone)


def _closing(calendar: Calendar, day: date, zone: ZoneInfo) -> datetime:
    end = max((end or time.max for _, end in calendar.windows["business"].hours), default=time.max)
    return at_wall(day, end.replace(microsecond=0), zone)


def is_overdue(state: RewardState, held: bool, due_at: datetime | None, now: datetime) -> bool:
    """Say whether a promised day has passed; what is held was promised for no day."""
    return state in OWED and not held and due_at is not None and due_at <= now


def month_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants (UTC) of the month of a moment in a zone, and of the next."""
    first = moment.astimezone(zone).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return at_wall(first, time(0), zone), at_wall(following, time(0), zone)

"""How long an unhappy answer has waited for somebody, against what was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nurture.domain.calendar import NoOpeningError, add_business_days
from nurture.domain.policy import Calendar

#: business days after the answer by whose end somebody gets in touch
PROMISE = 1

#: days beyond which nobody counts on
_MOST = 250


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long it has been open."""

    #: business days since the day of the answer; 0: today, or no business day since
    days: int
    #: nobody has got in touch by the end of the next business day
    overdue: bool


def waiting(calendar: Calendar, state: str, opened_at: datetime, now: datetime) -> Waiting:
    """Return how long something that is followed up has waited, in the calendar's zone."""
    zone = ZoneInfo(calendar.zone)
    today, day, days = now.astimezone(zone).date(), opened_at.astimezone(zone).date(), 0
    if "business" not in calendar.windows:
        days = max((today - day).days, 0)
        return Waiting(days, state == "open" and days > PROMISE)
    try:
        while days < _MOST and (day := add_business_days(calendar, day, 1)) <= today:
            days += 1
        last = add_business_days(calendar, opened_at.astimezone(zone).date(), PROMISE)
    except NoOpeningError:
        return Waiting(days, False)
    return Waiting(days, state == "open" and today > last)

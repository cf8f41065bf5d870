"""Calendars that several tests look at: a Japanese company's, and windows with odd hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from nurture.domain.policy import Calendar, ClosedSpan, Window

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")

WEEKDAYS = frozenset(range(5))

BUSINESS = Window("business", WEEKDAYS, ((time(9), time(12)), (time(13), time(17, 30))))
COURTESY = Window("courtesy", None, ((time(8), time(20)),))
#: 00:00 as an end is midnight, 24:00
ALWAYS_OPEN = Window("always", None, ((time(0), time(0)),))
EVENING = Window("evening", WEEKDAYS, ((time(18), time(0)),))
#: inside the hour that New York skips on 8 March and repeats on 1 November 2026
SMALL_HOURS = Window("small-hours", None, ((time(2, 15), time(2, 45)),))
BEFORE_DAWN = Window("before-dawn", None, ((time(1, 30), time(2, 30)),))

WINDOWS = {
    window.name: window
    for window in (BUSINESS, COURTESY, ALWAYS_OPEN, EVENING, SMALL_HOURS, BEFORE_DAWN)
}

#: Golden Week, the day between two holidays in September (国民の休日) and year end
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01",
        "2026-01-12",
        "2026-04-29",
        "2026-05-03",
        "2026-05-04",
        "2026-05-05",
        "2026-05-06",
        "2026-09-21",
        "2026-09-22",
        "2026-09-23",
        "2027-01-01",
    )
)

JAPAN = Calendar(
    "Asia/Tokyo",
    HOLIDAYS,
    (ClosedSpan((12, 29), (1, 3)), ClosedSpan((8, 13), (8, 16))),
    WINDOWS,
    closed_dates=frozenset({date(2026, 6, 1)}),
)

AMERICA = Calendar("America/New_York", frozenset(), (), WINDOWS)


def tokyo(text: str) -> datetime:
    """Return the instant (UTC) of a wall clock in Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


def new_york(text: str, fold: int = 0) -> datetime:
    """Return the instant (UTC) of a wall clock in New York; `fold=1`: its second showing."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def utc(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

"""Business days and windows: when may a mail leave, and how long may it have to wait?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.calendar import (
    NoOpeningError,
    add_business_days,
    add_business_time,
    at_wall,
    is_business_day,
    is_left_out,
    longest_closed,
    next_opening,
    opens_on,
)
from nurture.domain.policy import Calendar, Window
from tests.domain.calendars import (
    ALWAYS_OPEN,
    AMERICA,
    BEFORE_DAWN,
    BUSINESS,
    COURTESY,
    EVENING,
    JAPAN,
    NEW_YORK,
    SMALL_HOURS,
    TOKYO,
    WEEKDAYS,
    WINDOWS,
    new_york,
    tokyo,
    utc,
)

LEFT_OUT = [
    # the yearly span wraps over the year's end, both ends included
    ("2026-12-28", False),
    ("2026-12-29", True),
    ("2026-12-31", True),
    ("2027-01-01", True),
    ("2027-01-03", True),
    ("2027-01-04", False),
    # a span within a year
    ("2026-08-12", False),
    ("2026-08-13", True),
    ("2026-08-16", True),
    ("2026-08-17", False),
    # one closed date of one year
    ("2026-06-01", True),
    ("2027-06-01", False),
    # a holiday
    ("2026-04-29", True),
    # a weekend is not left out: named weekdays do not name it
    ("2026-05-09", False),
    # leap day
    ("2028-02-29", False),
]


@pytest.mark.parametrize(("day", "expected"), LEFT_OUT)
def test_holidays_and_closed_days_are_left_out(day, expected):
    assert is_left_out(JAPAN, date.fromisoformat(day)) is expected


def test_all_days_ignore_holidays_and_closed_days_and_named_weekdays_do_not():
    new_year = date(2027, 1, 1)
    assert opens_on(JAPAN, COURTESY, new_year)
    assert not opens_on(JAPAN, BUSINESS, new_year)


def test_business_days_leave_out_closed_days_even_where_mails_may_leave_on_all_days():
    windows = {"business": Window("business", None, COURTESY.hours)}
    calendar = replace(JAPAN, windows=windows)
    assert not is_business_day(calendar, date(2027, 1, 1))
    assert is_business_day(calendar, date(2026, 5, 9))


#: window, moment, when it opens
OPENINGS = [
    # open: now
    (BUSINESS, "2026-05-12 10:00", "2026-05-12 10:00"),
    # the first instant is in, the last is out
    (BUSINESS, "2026-05-12 09:00", "2026-05-12 09:00"),
    (BUSINESS, "2026-05-12 12:00", "2026-05-12 13:00"),
    (BUSINESS, "2026-05-12 11:59:59.999999", "2026-05-12 11:59:59.999999"),
    # lunch
    (BUSINESS, "2026-05-12 12:30", "2026-05-12 13:00"),
    # before work, after work
    (BUSINESS, "2026-05-12 06:00", "2026-05-12 09:00"),
    (BUSINESS, "2026-05-12 17:30", "2026-05-13 09:00"),
    # Friday evening waits for Monday
    (BUSINESS, "2026-05-08 18:00", "2026-05-11 09:00"),
    # Golden Week: from Friday 1 May over Sunday 3, 4, 5 and 6 to Thursday 7
    (BUSINESS, "2026-05-01 17:30", "2026-05-07 09:00"),
    # New Year's: Tuesday 29 December to Sunday 3 January are closed
    (BUSINESS, "2026-12-28 17:30", "2027-01-04 09:00"),
    # courtesy keeps its hours on holidays too
    (COURTESY, "2027-01-01 07:00", "2027-01-01 08:00"),
    (COURTESY, "2027-01-01 21:00", "2027-01-02 08:00"),
    # 24:00 is the end of the same day
    (EVENING, "2026-05-12 23:59", "2026-05-12 23:59"),
    (EVENING, "2026-05-13 00:00", "2026-05-13 18:00"),
    (EVENING, "2026-05-08 23:59", "2026-05-08 23:59"),
    (EVENING, "2026-05-09 00:00", "2026-05-11 18:00"),
    (ALWAYS_OPEN, "2027-01-01 00:00", "2027-01-01 00:00"),
    # leap day is a Tuesday in 2028
    (BUSINESS, "2028-02-28 20:00", "2028-02-29 09:00"),
]


@pytest.mark.parametrize(("window", "moment", "expected"), OPENINGS)
def test_a_window_opens(window, moment, expected):
    assert next_opening(JAPAN, window, TOKYO, tokyo(moment)) == tokyo(expected)


def test_a_window_is_the_contacts_own_morning():
    moment = utc("2026-05-12 00:30")
    assert next_opening(JAPAN, BUSINESS, TOKYO, moment) == moment
    assert next_opening(JAPAN, BUSINESS, NEW_YORK, moment) == new_york("2026-05-12 09:00")


#: New York springs forward on 8 March and falls back on 1 November 2026, both Sundays
SHIFTS = [
    # 09:00 is at 14:00 UTC in winter and at 13:00 in summer
    (BUSINESS, utc("2026-03-06 23:00"), utc("2026-03-09 13:00")),
    (BUSINESS, utc("2026-10-30 23:00"), utc("2026-11-02 14:00")),
    # the hour that is skipped has no opening that day
    (SMALL_HOURS, utc("2026-03-08 06:00"), utc("2026-03-09 06:15")),
    (SMALL_HOURS, utc("2026-03-07 07:15"), utc("2026-03-07 07:15")),
    # an end in that hour is where the hour ends
    (BEFORE_DAWN, utc("2026-03-08 06:59:59"), utc("2026-03-08 06:59:59")),
    (BEFORE_DAWN, utc("2026-03-08 07:00"), utc("2026-03-09 05:30")),
    # a day of 25 hours is open for all of them
    (ALWAYS_OPEN, utc("2026-11-01 06:30"), utc("2026-11-01 06:30")),
]


@pytest.mark.parametrize(("window", "moment", "expected"), SHIFTS)
def test_windows_keep_the_wall_clock_over_daylight_saving(window, moment, expected):
    assert next_opening(AMERICA, window, NEW_YORK, moment) == expected


def test_a_window_that_the_calendar_keeps_shut_raises_instead_of_searching_for_ever():
    shut = Calendar("UTC", frozenset(), (), {}, frozenset())
    with pytest.raises(NoOpeningError, match="never"):
        next_opening(shut, Window("never", frozenset(), BUSINESS.hours), TOKYO, utc("2026-01-01"))


def is_open(calendar: Calendar, window: Window, zone: ZoneInfo, moment: datetime) -> bool:
    """Say whether a window is open, by the wall clock alone."""
    wall = moment.astimezone(zone)
    return opens_on(calendar, window, wall.date()) and any(
        start <= wall.time() and (wall.time() < end or end == time(0))
        for start, end in window.hours
    )


MOMENTS = st.one_of(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-12-31")),
    # where New York changes its clocks
    st.datetimes(
        datetime.fromisoformat("2026-03-08T04:00"), datetime.fromisoformat("2026-03-08T10:00")
    ),
    st.datetimes(
        datetime.fromisoformat("2026-11-01T04:00"), datetime.fromisoformat("2026-11-01T10:00")
    ),
).map(lambda wall: wall.replace(tzinfo=UTC))

#: all but the one that an hour shown twice would open twice
PLAIN = [window for window in WINDOWS.values() if window is not BEFORE_DAWN]


@given(MOMENTS, st.sampled_from(PLAIN), st.booleans())
def test_an_opening_is_open_not_before_and_nothing_was_open_in_between(moment, window, japan):
    calendar, zone = (JAPAN, TOKYO) if japan else (AMERICA, NEW_YORK)
    opening = next_opening(calendar, window, zone, moment)
    assert opening >= moment
    assert is_open(calendar, window, zone, opening)
    # steps of 15 minutes meet every edge of these windows
    step = timedelta(minutes=15)
    floor = moment - (moment - datetime(2026, 1, 1, tzinfo=UTC)) % step + step
    while floor < opening:
        assert not is_open(calendar, window, zone, floor)
        floor += step
    assert opening == moment or not is_open(calendar, window, zone, moment)


#: day, count, result
BUSINESS_DAYS = [
    ("2026-05-12", 0, "2026-05-12"),
    ("2026-05-12", 1, "2026-05-13"),
    # Friday and three days: Wednesday
    ("2026-05-08", 3, "2026-05-13"),
    # from a Saturday the first business day is Monday
    ("2026-05-09", 1, "2026-05-11"),
    # across Golden Week: 30 April, 1 May, 7 May
    ("2026-04-28", 3, "2026-05-07"),
    # across New Year's
    ("2026-12-28", 1, "2027-01-04"),
    # Silver Week, and a closed day of our own
    ("2026-09-18", 1, "2026-09-24"),
    ("2026-05-29", 1, "2026-06-02"),
    # backwards
    ("2026-05-07", -1, "2026-05-01"),
    ("2026-05-10", -1, "2026-05-08"),
]


@pytest.mark.parametrize(("day", "count", "expected"), BUSINESS_DAYS)
def test_business_days_are_counted_on_days_we_work(day, count, expected):
    found = add_business_days(JAPAN, date.fromisoformat(day), count)
    assert found == date.fromisoformat(expected)


DAYS = st.dates(date(2026, 1, 5), date(2027, 12, 20))


@given(DAYS, st.integers(1, 60))
def test_as_many_business_days_lie_in_between_as_were_added(day, count):
    end = add_business_days(JAPAN, day, count)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(is_business_day(JAPAN, one) for one in between) == count
    assert is_business_day(JAPAN, end)


@given(DAYS.filter(lambda day: is_business_day(JAPAN, day)), st.integers(-60, 60))
def test_business_days_added_and_taken_away_are_none(day, count):
    assert add_business_days(JAPAN, add_business_days(JAPAN, day, count), -count) == day


def test_a_calendar_without_business_days_raises():
    never = replace(JAPAN, windows={"business": Window("business", frozenset(), ())})
    with pytest.raises(NoOpeningError):
        add_business_days(never, date(2026, 1, 5), 1)


#: window, longest time it stays shut
LONGEST = [
    # from 28 December 17:30 to 4 January 09:00
    (BUSINESS, timedelta(days=6, hours=15, minutes=30)),
    (COURTESY, timedelta(hours=12)),
    (ALWAYS_OPEN, timedelta(0)),
    # midnight after 28 December to 4 January 18:00
    (EVENING, timedelta(days=6, hours=18)),
]


@pytest.mark.parametrize(("window", "expected"), LONGEST)
def test_the_longest_closure_is_found(window, expected):
    assert longest_closed(JAPAN, window, date(2026, 1, 5)) == expected


def test_a_window_that_never_opens_has_no_longest_closure():
    with pytest.raises(NoOpeningError):
        longest_closed(JAPAN, Window("never", frozenset(), BUSINESS.hours), date(2026, 1, 5))


#: wall clock in New York, instant
WALLS = [
    ("2026-03-08 01:59", "2026-03-08 06:59"),
    # skipped: moves on by the hour that is missing
    ("2026-03-08 02:30", "2026-03-08 07:30"),
    ("2026-03-08 03:00", "2026-03-08 07:00"),
    # repeated: the first
    ("2026-11-01 01:30", "2026-11-01 05:30"),
    ("2026-11-01 02:00", "2026-11-01 07:00"),
]


@pytest.mark.parametrize(("wall", "instant"), WALLS)
def test_a_wall_clock_has_one_instant_even_where_it_shows_a_time_twice_or_never(wall, instant):
    moment = datetime.fromisoformat(wall)
    assert at_wall(moment.date(), moment.time(), NEW_YORK) == utc(instant)


def test_tokyo_has_no_daylight_saving():
    offsets = {
        at_wall(date(2026, 1, 1) + timedelta(days=n), time(12), TOKYO).hour for n in range(366)
    }
    assert offsets == {3}


def test_weekdays_are_counted_from_monday():
    assert frozenset({0, 1, 2, 3, 4}) == WEEKDAYS
    assert not opens_on(JAPAN, WINDOWS["business"], date(2026, 5, 9))


# -- hours of business days --------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        # within the week it is the clock
        ("2026-06-09 10:00", 24, "2026-06-10 10:00"),
        # Friday's 24 hours end on Monday, its 48 on Tuesday
        ("2026-06-12 15:00", 24, "2026-06-15 15:00"),
        ("2026-06-12 15:00", 48, "2026-06-16 15:00"),
        # a Saturday's begin on Monday morning, at midnight
        ("2026-06-13 10:00", 24, "2026-06-16 00:00"),
        # into Golden Week: Saturday 2 May to Wednesday 6 May are no business days
        ("2026-05-01 18:00", 24, "2026-05-07 18:00"),
        ("2026-05-05 12:00", 24, "2026-05-08 00:00"),
    ],
)
def test_hours_of_business_days_stand_still_on_weekends_and_holidays(
    begins: str, hours: int, ends: str
) -> None:
    found = add_business_time(JAPAN, tokyo(begins), timedelta(hours=hours), TOKYO)
    assert found == tokyo(ends)


@given(
    since=st.integers(0, 330 * 24 * 60),
    minutes=st.integers(0, 5 * 24 * 60),
)
def test_they_are_never_over_sooner_than_the_clock_and_never_on_a_closed_day(
    since: int, minutes: int
) -> None:
    begins = tokyo("2026-01-05 00:00") + timedelta(minutes=since)
    span = timedelta(minutes=minutes)
    found = add_business_time(JAPAN, begins, span, TOKYO)
    assert found >= begins + span
    # The last minute of it lies on a business day.
    if span:
        last = (found - timedelta(microseconds=1)).astimezone(TOKYO)
        assert is_business_day(JAPAN, last.date())

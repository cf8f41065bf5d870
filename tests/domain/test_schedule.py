"""Schedules: on which days, at which instants, over years, holidays and daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from nurture.compiler.cron import read_cron
from nurture.domain.calendar import is_business_day
from nurture.domain.firing import Begin, Overtaken, TooLate, start
from nurture.domain.policy import Calendar
from nurture.domain.schedule import (
    Closed,
    Schedule,
    fires_on,
    firings_after,
    missed_since,
    next_firing,
)
from nurture.domain.schedule_words import in_words
from tests.domain.calendars import JAPAN, WINDOWS, tokyo, utc

TEN = (time(10),)


def cron(line: str) -> Schedule:
    """Return the schedule of a cron line, as the compiler makes it."""
    found = read_cron(line)
    times = sorted(time(hour, minute) for hour in found.hours for minute in found.minutes)
    return Schedule(
        line,
        tuple(times),
        months=found.months,
        days=found.days,
        weekdays=found.weekdays,
        both=found.both,
    )


def monthly(closed: Closed = Closed.ANYWAY, day: int = 1) -> Schedule:
    """Return 10:00 on a day of each month."""
    return Schedule("", TEN, days=frozenset({day}), closed=closed)


def business(*which: int, months: frozenset[int] | None = None) -> Schedule:
    """Return 10:00 on business days of the month, counted from 1 or from -1."""
    return Schedule("", TEN, months=months, business=frozenset(which))


#: schedule, asked after, fires next (wall clock of Tokyo)
NEXT = [
    (cron("0 10 * * mon"), "2026-05-12 10:00", "2026-05-18 10:00"),
    # a firing is after the moment asked for, never at it
    (cron("0 10 * * mon"), "2026-05-18 10:00", "2026-05-25 10:00"),
    (cron("0 10 * * mon"), "2026-05-18 09:59:59.999999", "2026-05-18 10:00"),
    # cron: day of the month or weekday, where both are restricted
    (cron("0 10 13 * mon"), "2026-05-12 11:00", "2026-05-13 10:00"),
    (cron("0 10 13 * mon"), "2026-05-13 11:00", "2026-05-18 10:00"),
    # leap day, over the year 2100 too, which is no leap year
    (cron("0 10 29 2 *"), "2026-05-12 10:00", "2028-02-29 10:00"),
    (cron("0 10 29 2 *"), "2096-03-01 10:00", "2104-02-29 10:00"),
    # last day of the month, n-th and last weekday
    (cron("0 10 L * *"), "2026-02-01 00:00", "2026-02-28 10:00"),
    (cron("0 10 * * mon#2"), "2026-05-01 00:00", "2026-05-11 10:00"),
    (cron("0 10 * * 5L"), "2026-05-01 00:00", "2026-05-29 10:00"),
    # on a closed day: anyway, the day after, the day before, not at all (3 May 2026, Golden Week)
    (monthly(day=3), "2026-05-01 00:00", "2026-05-03 10:00"),
    (monthly(Closed.NEXT, 3), "2026-05-01 00:00", "2026-05-07 10:00"),
    (monthly(Closed.PREVIOUS, 3), "2026-05-01 00:00", "2026-05-01 10:00"),
    (monthly(Closed.SKIP, 3), "2026-05-01 00:00", "2026-06-03 10:00"),
    # over the turn of the year: 1 January comes on the 4th, or on 28 December
    (monthly(Closed.NEXT), "2026-12-15 00:00", "2027-01-04 10:00"),
    (monthly(Closed.PREVIOUS), "2026-12-15 00:00", "2026-12-28 10:00"),
    # business days of the month; 1 June is closed
    (business(1), "2026-05-12 00:00", "2026-06-02 10:00"),
    (business(-1), "2026-12-01 00:00", "2026-12-28 10:00"),
    (business(3), "2026-05-01 00:00", "2026-05-08 10:00"),
    (business(0), "2026-05-01 10:00", "2026-05-07 10:00"),
    (business(1, months=frozenset({1, 4, 7, 10})), "2026-05-12 00:00", "2026-07-01 10:00"),
]


@pytest.mark.parametrize(("schedule", "after", "expected"), NEXT)
def test_a_schedule_fires_next(schedule: Schedule, after: str, expected: str) -> None:
    assert next_firing(schedule, JAPAN, tokyo(after)) == tokyo(expected)


def test_a_day_that_does_not_exist_never_comes() -> None:
    never = Schedule("", TEN, months=frozenset({4, 6}), days=frozenset({31}))
    assert next_firing(never, JAPAN, tokyo("2026-05-12")) is None


def in_zone(zone: str) -> Calendar:
    """Return a calendar without holidays."""
    return Calendar(zone, frozenset(), (), WINDOWS)


NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"

#: zone, line, what comes after a moment (UTC): daylight saving
SAVING = [
    # New York skips 02:00 to 03:00 on 8 March 2026: 02:30 is at the end of the gap, once
    (NEW_YORK, "30 2 * * *", "2026-03-07 12:00", ["2026-03-08 07:30", "2026-03-09 06:30"]),
    # and repeats 01:00 to 02:00 on 1 November: the first of the two, once
    (NEW_YORK, "30 1 * * *", "2026-11-01 00:00", ["2026-11-01 05:30", "2026-11-02 06:30"]),
    # two times that the gap makes one instant are one firing
    ("Europe/London", "0 1,2 * * *", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
    # Lord Howe moves by half an hour
    (LORD_HOWE, "15 2 * * *", "2026-10-03 12:00", ["2026-10-03 15:45", "2026-10-04 15:15"]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "line", "after", "expected"), SAVING)
def test_daylight_saving_makes_no_firing_two_and_loses_none(
    zone: str, line: str, after: str, expected: list[str]
) -> None:
    found = islice(firings_after(cron(line), in_zone(zone), utc(after)), len(expected))
    assert list(found) == [utc(one) for one in expected]


MINUTES = st.sampled_from(["0", "30", "0,45", "*/20"])
HOURS = st.sampled_from(["10", "0", "23", "9-17", "*/6", "8,20"])
DAYS = st.sampled_from(["*", "1", "15,31", "29", "*/10", "L"])
MONTHS = st.sampled_from(["*", "2", "4,10", "jan-mar"])
WEEKDAYS = st.sampled_from(["*", "mon", "0", "7", "1-5", "sat,sun", "fri"])
LINES = st.tuples(MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS).map(" ".join)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(LINES, MOMENTS)
def test_without_daylight_saving_a_line_fires_when_cronsim_says(
    line: str, moment: datetime
) -> None:
    expected = list(islice(CronSim(line, moment), 4))
    assert list(islice(firings_after(cron(line), in_zone("UTC"), moment), 4)) == expected


SCHEDULES = st.builds(
    Schedule,
    st.just(""),
    st.sets(
        st.sampled_from([time(0), time(1, 30), time(2, 15), time(9), time(23, 59)]), min_size=1
    ).map(lambda times: tuple(sorted(times))),
    months=st.none() | st.frozensets(st.integers(1, 12), min_size=1),
    days=st.none() | st.frozensets(st.sampled_from([1, 15, 28, 31, -1]), min_size=1),
    closed=st.sampled_from(Closed),
) | st.builds(
    Schedule,
    st.just(""),
    st.just(TEN),
    business=st.frozensets(st.sampled_from([0, 1, 3, -1, -2]), min_size=1),
)
ZONES = st.sampled_from(
    ["Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"]
)


@given(SCHEDULES, ZONES, MOMENTS)
def test_firings_ascend_lie_after_the_moment_and_on_days_that_are_meant(
    schedule: Schedule, zone: str, moment: datetime
) -> None:
    calendar = Calendar(zone, JAPAN.holidays, JAPAN.closed, WINDOWS)
    found = [moment, *islice(firings_after(schedule, calendar, moment), 5)]
    assert all(one < two for one, two in pairwise(found))
    for one in found[1:]:
        day = one.astimezone(ZoneInfo(zone)).date()
        assert fires_on(schedule, calendar, day)
        # Asked from a moment before it, it comes all the same.
        assert next_firing(schedule, calendar, one - timedelta(microseconds=1)) == one


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(Closed))
def test_each_month_fires_once_wherever_its_day_is_moved(day: date, closed: Closed) -> None:
    """Unless it is left out: `skip` says so."""
    schedule = monthly(closed, 15)
    first = tokyo(day.isoformat())
    found = list(islice(firings_after(schedule, JAPAN, first), 12))
    if closed is Closed.SKIP:
        assert all(
            is_business_day(JAPAN, one.astimezone(ZoneInfo("Asia/Tokyo")).date()) for one in found
        )
        return
    months = [one.astimezone(ZoneInfo("Asia/Tokyo")).month for one in found]
    assert sorted(months) == list(range(1, 13))


WEEKLY = cron("0 10 * * mon")
PLANNED = tokyo("2026-05-18 10:00")
DAY = timedelta(hours=24)

#: now, what a weekly firing planned for Monday, 18 May does with a grace of a day
STARTS = [
    ("2026-05-18 10:00", Begin()),
    ("2026-05-19 10:00", Begin()),
    ("2026-05-19 10:00:01", TooLate()),
    # the machine was off for a month: the last one alone, for the two before it
    ("2026-06-01 12:00", Overtaken(tokyo("2026-06-01 10:00"), 2)),
    ("2026-06-05 12:00", Overtaken(tokyo("2026-06-01 10:00"), 2)),
]


@pytest.mark.parametrize(("now", "expected"), STARTS)
def test_of_firings_that_were_missed_the_last_alone_may_start(now: str, expected: object) -> None:
    assert start(WEEKLY, JAPAN, PLANNED, DAY, tokyo(now)) == expected


@given(SCHEDULES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_the_newest_missed_firing_is_the_last_before_now(
    schedule: Schedule, planned: datetime, later: timedelta
) -> None:
    now = planned + later
    newest, overtaken = missed_since(schedule, JAPAN, planned, now)
    assert planned <= newest <= max(now, planned)
    assert (newest == planned) is (overtaken == 0)
    following = next_firing(schedule, JAPAN, newest)
    assert following is None or following > now


#: schedule, in Japanese, in English
WORDS = [
    (WEEKLY, "毎週月曜 10:00", "every Monday at 10:00"),
    (cron("30 9 1,15 * *"), "毎月1日・15日 9:30", "on 1, 15 of each month at 9:30"),
    (cron("0 10 L * *"), "毎月末日 10:00", "on the last day of each month at 10:00"),
    (cron("0 10 * * mon#1"), "毎月第1月曜 10:00", "on the first Monday of each month at 10:00"),
    (cron("0 8-18 * * 1-5"), "毎週月・火・水・木・金曜 1日11回",
     "every Monday, Tuesday, Wednesday, Thursday, Friday, 11 times a day"),
    (cron("0 10 * * *"), "毎日 10:00", "every day at 10:00"),
    (cron("0 10 1 4 *"), "毎年4月の1日 10:00", "on 1 of April at 10:00"),
    (cron("0 10 1 * mon"), "毎月1日または毎週月曜 10:00",
     "on 1 of each month or every Monday at 10:00"),
    (business(1, months=frozenset({1, 4, 7, 10})),
     "四半期ごと（1・4・7・10月）の第1営業日 10:00",
     "on the first business day of each quarter at 10:00"),
    (business(0), "毎営業日 10:00", "every business day at 10:00"),
    (monthly(Closed.NEXT), "毎月1日 10:00（休業日なら翌営業日）",
     "on 1 of each month at 10:00 (on closed days the next business day)"),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "japanese", "english"), WORDS)
def test_a_schedule_is_said_in_words(schedule: Schedule, japanese: str, english: str) -> None:
    assert (in_words(schedule, "ja"), in_words(schedule, "en")) == (japanese, english)

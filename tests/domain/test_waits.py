"""Durations and `wait_until` in a zone: wall clocks stay, elapsed time passes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.calendar import (
    add_business_days,
    at_wall,
    next_time,
    next_weekday,
    shift,
    wait_until,
)
from nurture.domain.steps import Duration, WaitUntil
from tests.domain.calendars import AMERICA, JAPAN, NEW_YORK, TOKYO, new_york, tokyo, utc

HOURS_24 = Duration(elapsed=timedelta(hours=24))
ONE_DAY = Duration(days=1)

#: wall clock in Tokyo, duration, wall clock after it
IN_JAPAN = [
    ("2026-05-12 10:00", Duration(elapsed=timedelta(minutes=30)), "2026-05-12 10:30"),
    ("2026-05-12 10:00", ONE_DAY, "2026-05-13 10:00"),
    ("2026-05-12 10:00", Duration(days=14), "2026-05-26 10:00"),
    # month end, leap day, year end
    ("2026-01-31 10:00", ONE_DAY, "2026-02-01 10:00"),
    ("2028-02-28 10:00", ONE_DAY, "2028-02-29 10:00"),
    ("2028-02-28 10:00", Duration(days=2), "2028-03-01 10:00"),
    ("2027-02-28 10:00", ONE_DAY, "2027-03-01 10:00"),
    ("2026-12-31 23:59", ONE_DAY, "2027-01-01 23:59"),
    # business days keep the clock and leave out Golden Week
    ("2026-04-28 19:00", Duration(business_days=3), "2026-05-07 19:00"),
    ("2026-12-28 09:00", Duration(business_days=1), "2027-01-04 09:00"),
    # nothing is nothing
    ("2026-05-12 10:00", Duration(), "2026-05-12 10:00"),
]


@pytest.mark.parametrize(("start", "span", "end"), IN_JAPAN)
def test_a_duration_is_added(start, span, end):
    assert shift(JAPAN, tokyo(start), span, TOKYO) == tokyo(end)


#: start (UTC), duration, end (UTC) in New York
OVER_DAYLIGHT_SAVING = [
    # a day keeps 10:00 on the clock, 24 hours do not
    (utc("2026-03-07 15:00"), ONE_DAY, utc("2026-03-08 14:00")),
    (utc("2026-03-07 15:00"), HOURS_24, utc("2026-03-08 15:00")),
    (utc("2026-10-31 14:00"), ONE_DAY, utc("2026-11-01 15:00")),
    (utc("2026-10-31 14:00"), HOURS_24, utc("2026-11-01 14:00")),
    # into the hour that is skipped, and out of the one that is repeated
    (new_york("2026-03-07 02:30"), ONE_DAY, utc("2026-03-08 07:30")),
    (new_york("2026-11-01 01:30", fold=1), ONE_DAY, new_york("2026-11-02 01:30")),
    # two weeks over the change
    (new_york("2026-03-01 09:00"), Duration(days=14), new_york("2026-03-15 09:00")),
]


@pytest.mark.parametrize(("start", "span", "end"), OVER_DAYLIGHT_SAVING)
def test_days_keep_the_wall_clock_and_hours_do_not(start, span, end):
    assert shift(AMERICA, start, span, NEW_YORK) == end


MOMENTS = st.datetimes(
    datetime.fromisoformat("2026-01-05"), datetime.fromisoformat("2027-11-30")
).map(lambda wall: wall.replace(tzinfo=UTC))


@given(MOMENTS, st.integers(0, 60))
def test_days_in_japan_are_24_hours_each_way(moment, days):
    later = shift(JAPAN, moment, Duration(days=days), TOKYO)
    assert later == moment + timedelta(days=days)
    assert shift(JAPAN, later, Duration(days=days), TOKYO, back=True) == moment


@given(
    MOMENTS,
    st.one_of(
        st.builds(Duration, elapsed=st.timedeltas(timedelta(0), timedelta(days=30))),
        st.builds(Duration, days=st.integers(0, 40)),
        st.builds(Duration, business_days=st.integers(0, 20)),
    ),
)
def test_time_never_runs_backwards_in_a_wait(moment, span):
    assert shift(AMERICA, moment, span, NEW_YORK) >= moment


TUESDAY = 1

#: moment, result of the next Tuesday 10:00 in Tokyo
TUESDAYS = [
    # now included
    ("2026-05-12 10:00", "2026-05-12 10:00"),
    ("2026-05-12 09:59", "2026-05-12 10:00"),
    ("2026-05-12 10:01", "2026-05-19 10:00"),
    ("2026-05-13 00:00", "2026-05-19 10:00"),
    ("2026-12-30 00:00", "2027-01-05 10:00"),
]


@pytest.mark.parametrize(("moment", "expected"), TUESDAYS)
def test_the_next_weekday_is_today_where_its_time_is_not_past(moment, expected):
    assert next_weekday(tokyo(moment), TUESDAY, time(10), TOKYO) == tokyo(expected)


#: moment (UTC), time in New York, next instant it shows that
TIMES = [
    (new_york("2026-05-12 10:00"), time(10), new_york("2026-05-12 10:00")),
    (new_york("2026-05-12 10:01"), time(10), new_york("2026-05-13 10:00")),
    # 02:30 is skipped on 8 March: half an hour into the day's first hour after the gap
    (new_york("2026-03-08 01:00"), time(2, 30), utc("2026-03-08 07:30")),
    # after the first 01:30 the second does not count
    (utc("2026-11-01 05:45"), time(1, 30), new_york("2026-11-02 01:30")),
    (utc("2026-11-01 06:15"), time(1, 30), new_york("2026-11-02 01:30")),
]


@pytest.mark.parametrize(("moment", "at", "expected"), TIMES)
def test_the_next_time_of_day_comes_once_a_day(moment, at, expected):
    assert next_time(moment, at, NEW_YORK) == expected


@given(MOMENTS, st.times(), st.integers(0, 6), st.sampled_from([TOKYO, NEW_YORK]))
def test_the_next_time_lies_within_a_day_and_the_next_weekday_within_a_week(
    moment, at, weekday, zone
):
    hour = timedelta(hours=1)
    assert moment <= next_time(moment, at, zone) <= moment + timedelta(days=1) + hour
    found = next_weekday(moment, weekday, at, zone)
    assert moment <= found <= moment + timedelta(days=7) + hour
    assert found.astimezone(zone).weekday() == weekday


def until(**written) -> WaitUntil:
    return WaitUntil("wait", None, **written)


FIELD = ("contact", "first_touch")
TOUCHED = tokyo("2026-05-01 15:00")

#: step, value of its field, moment of arrival, end of the wait; all but values in Tokyo
UNTIL = [
    (until(weekday=TUESDAY, at=time(10)), None, "2026-05-11 08:00", "2026-05-12 10:00"),
    # a weekday without a time begins at midnight
    (until(weekday=TUESDAY), None, "2026-05-12 08:00", "2026-05-19 00:00"),
    (until(on=date(2026, 6, 10), at=time(9)), None, "2026-05-11 08:00", "2026-06-10 09:00"),
    (until(on=date(2026, 6, 10)), None, "2026-05-11 08:00", "2026-06-10 00:00"),
    # past: goes on at once
    (until(on=date(2026, 4, 10)), None, "2026-05-11 08:00", "2026-05-11 08:00"),
    (until(at=time(7)), None, "2026-05-11 08:00", "2026-05-12 07:00"),
    # two weeks after first contact, at the same hour
    (until(field=FIELD, offset=Duration(days=14)), TOUCHED, "2026-05-02 08:00", "2026-05-15 15:00"),
    # at ten on that day
    (
        until(field=FIELD, offset=Duration(days=14), at=time(10)),
        TOUCHED,
        "2026-05-02 08:00",
        "2026-05-15 10:00",
    ),
    # 14 days and one second before arrival: already past
    (
        until(field=FIELD, offset=Duration(days=14)),
        TOUCHED,
        "2026-05-15 15:00:01",
        "2026-05-15 15:00:01",
    ),
    # a date is midnight, or `at`, in the contact's zone
    (until(field=FIELD), date(2026, 5, 20), "2026-05-02 08:00", "2026-05-20 00:00"),
    (until(field=FIELD, at=time(9)), date(2026, 5, 20), "2026-05-02 08:00", "2026-05-20 09:00"),
    # before
    (
        until(field=FIELD, offset=ONE_DAY, before=True),
        date(2026, 5, 20),
        "2026-05-02 08:00",
        "2026-05-19 00:00",
    ),
    (
        until(field=FIELD, offset=Duration(business_days=3), before=True, at=time(9)),
        date(2026, 5, 11),
        "2026-04-02 08:00",
        "2026-05-01 09:00",
    ),
    # a missing value does not wait
    (until(field=FIELD, offset=Duration(days=14)), None, "2026-05-02 08:00", "2026-05-02 08:00"),
]


@pytest.mark.parametrize(("step", "base", "arrival", "end"), UNTIL)
def test_a_wait_until_is_over(step, base, arrival, end):
    assert wait_until(step, base, tokyo(arrival), JAPAN, TOKYO) == tokyo(end)


ENDS_OF_TIME = [
    date.min,
    date.max,
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    # the same, where UTC itself would be beyond the calendar
    datetime.min.replace(tzinfo=TOKYO),
    datetime.max.replace(tzinfo=NEW_YORK),
    # just beyond what we believe
    date(1899, 12, 31),
    date(2200, 1, 2),
]
SPANS = [ONE_DAY, HOURS_24, Duration(business_days=3), Duration(days=3660)]


@pytest.mark.parametrize("base", ENDS_OF_TIME)
@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("zone", [TOKYO, NEW_YORK])
@pytest.mark.parametrize("before", [False, True])
def test_a_date_at_the_end_of_time_does_not_wait(base, span, zone, before):
    now = tokyo("2026-05-12 10:00")
    for at in (None, time(9)):
        step = until(field=FIELD, offset=span, before=before, at=at)
        assert wait_until(step, base, now, JAPAN, zone) == now


@given(
    moment=st.datetimes(timezones=st.sampled_from([UTC, TOKYO, NEW_YORK])),
    span=st.builds(
        Duration,
        elapsed=st.timedeltas(min_value=timedelta(0)),
        days=st.integers(0, 10**9),
        business_days=st.integers(0, 10),
    ),
    zone=st.sampled_from([TOKYO, NEW_YORK]),
    back=st.booleans(),
)
def test_no_moment_and_no_span_is_too_far(moment, span, zone, back):
    moved = shift(JAPAN, moment, span, zone, back)
    assert date(1899, 12, 30) < moved.date() < date(2200, 1, 3)
    assert at_wall(moment.date(), time(9), zone).tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "count"), [(date.max, 1), (date.min, -1), (date(2026, 5, 1), 10**6)]
)
def test_business_days_run_out_at_the_end_of_time(day, count):
    assert add_business_days(JAPAN, day, count).year in (1900, 2200)


def test_a_wait_until_a_day_in_the_far_future_is_long_and_no_failure():
    step = until(on=date.max, at=time(10))
    assert wait_until(step, None, tokyo("2026-05-12 10:00"), JAPAN, NEW_YORK).year == 2200

"""Quiet hours, best hours and spreads: when within its window does a mail leave?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.best_hour import AT_LEAST, LONGEST, BestHours, best_moment, learn, ranked
from nurture.domain.calendar import NoOpeningError, add_business_days, next_opening
from nurture.domain.policy import Calendar, QuietHours, Window
from nurture.domain.quiet import free_until, next_free, quiet_until
from nurture.domain.spreading import slot
from tests.domain.calendars import (
    BUSINESS,
    COURTESY,
    JAPAN,
    NEW_YORK,
    TOKYO,
    WINDOWS,
    tokyo,
    utc,
)

NIGHT = QuietHours(((time(21), time(8)),))
WEEKEND = QuietHours(((time(0), time(0)),), days=frozenset({5, 6}))
LUNCH = QuietHours(((time(12), time(13)),), readers=False)

#: over midnight by two spans that meet there
LATE = Window("late", None, ((time(0), time(2)), (time(22), time(0))))
ALL = Window("all", None, ((time(0), time(0)),))

#: quiet hours, moment (Tokyo), when they end
ENDS = [
    (NIGHT, "2026-05-12 20:59:59", None),
    (NIGHT, "2026-05-12 21:00", "2026-05-13 08:00"),
    (NIGHT, "2026-05-13 00:00", "2026-05-13 08:00"),
    (NIGHT, "2026-05-13 07:59:59", "2026-05-13 08:00"),
    (NIGHT, "2026-05-13 08:00", None),
    # a day is the one on which the span begins: Sunday ends with Sunday
    (WEEKEND, "2026-05-15 23:59", None),
    (WEEKEND, "2026-05-16 00:00", "2026-05-17 00:00"),
    (WEEKEND, "2026-05-17 12:00", "2026-05-18 00:00"),
    (replace(NIGHT, days=frozenset({4})), "2026-05-16 03:00", "2026-05-16 08:00"),
    (replace(NIGHT, days=frozenset({4})), "2026-05-17 03:00", None),
]


@pytest.mark.parametrize(("quiet", "moment", "expected"), ENDS)
def test_quiet_hours_end(quiet: QuietHours, moment: str, expected: str | None) -> None:
    found = quiet_until(quiet, TOKYO, TOKYO, tokyo(moment))
    assert found == tokyo(expected or moment)


def test_a_night_is_the_readers_own_unless_the_calendars_is_meant() -> None:
    noon_in_tokyo = tokyo("2026-05-12 12:00")
    # 23:00 in New York
    assert quiet_until(NIGHT, NEW_YORK, TOKYO, noon_in_tokyo) == utc("2026-05-12 12:00")
    house = replace(NIGHT, readers=False)
    assert quiet_until(house, NEW_YORK, TOKYO, noon_in_tokyo) == noon_in_tokyo


#: window, quiet hours, moment, when a mail may leave (Tokyo)
FREE = [
    (COURTESY, (NIGHT,), "2026-05-12 20:30", "2026-05-13 08:00"),
    (ALL, (NIGHT,), "2026-05-12 23:00", "2026-05-13 08:00"),
    (None, (NIGHT, WEEKEND), "2026-05-15 22:00", "2026-05-18 08:00"),
    (BUSINESS, (NIGHT,), "2026-05-01 17:30", "2026-05-07 09:00"),
    # the window is shut when the quiet hours end
    (LATE, (NIGHT,), "2026-05-12 12:00", None),
]


@pytest.mark.parametrize(("window", "quiet", "moment", "expected"), FREE)
def test_a_mail_leaves_when_its_window_is_open_and_no_hour_is_quiet(
    window: Window | None, quiet: tuple[QuietHours, ...], moment: str, expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(NoOpeningError, match="leave nothing"):
            next_free(JAPAN, window, quiet, TOKYO, tokyo(moment))
    else:
        assert next_free(JAPAN, window, quiet, TOKYO, tokyo(moment)) == tokyo(expected)


ZONES = st.sampled_from(
    ["Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia"]
).map(ZoneInfo)
#: with the nights on which New York, London and Lord Howe change their clocks, and a leap day
MOMENTS = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001
    *(
        st.datetimes(
            datetime.fromisoformat(day), datetime.fromisoformat(day) + timedelta(hours=30)
        )
        for day in ("2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-10-03",
                    "2026-04-04", "2028-02-28", "2026-12-31")
    ),
).map(lambda wall: wall.replace(tzinfo=UTC))  # fmt: skip
OPEN = [*WINDOWS.values(), LATE, ALL]
QUIET = st.lists(st.sampled_from([NIGHT, WEEKEND, LUNCH]), max_size=3, unique=True)


def may_leave(window: Window, quiet: list[QuietHours], zone: ZoneInfo, moment: datetime) -> bool:
    """Say whether a mail may leave at a moment, asked of each rule by itself."""
    opens = next_opening(JAPAN, window, zone, moment) == moment
    silent = any(quiet_until(one, zone, TOKYO, moment) > moment for one in quiet)
    return opens and not silent


@given(st.sampled_from(OPEN), QUIET, ZONES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_is_free_is_open_not_earlier_and_later_moments_are_freed_no_earlier(
    window: Window, quiet: list[QuietHours], zone: ZoneInfo, moment: datetime, later: timedelta
) -> None:
    try:
        free = next_free(JAPAN, window, quiet, zone, moment)
    except NoOpeningError:
        return
    assert free >= moment
    assert may_leave(window, quiet, zone, free)
    # Asked when it is free, it is free at once; asked later, it is free no earlier.
    assert next_free(JAPAN, window, quiet, zone, free) == free
    assert next_free(JAPAN, window, quiet, zone, moment + later) >= free
    probe = moment + (free - moment) / 3
    assert free == moment or not may_leave(window, quiet, zone, probe)


@given(st.sampled_from(OPEN), QUIET, ZONES, MOMENTS, st.sampled_from([1, 30, 120, 1440]))
def test_a_mail_that_may_leave_may_leave_until_the_end_that_is_said_and_not_at_it(
    window: Window, quiet: list[QuietHours], zone: ZoneInfo, moment: datetime, minutes: int
) -> None:
    most = timedelta(minutes=minutes)
    try:
        free = next_free(JAPAN, window, quiet, zone, moment)
    except NoOpeningError:
        return
    ends = free_until(JAPAN, window, quiet, zone, free, most)
    assert free < ends <= free + most
    for share in (0.25, 0.5, 0.999):
        assert may_leave(window, quiet, zone, free + share * (ends - free))
    assert ends == free + most or not may_leave(window, quiet, zone, ends)


@given(ZONES, MOMENTS, st.integers(1, 30), st.integers(1, 30))
def test_business_days_add_up(zone: ZoneInfo, moment: datetime, one: int, two: int) -> None:
    day = moment.astimezone(zone).date()
    step = add_business_days(JAPAN, add_business_days(JAPAN, day, one), two)
    assert step == add_business_days(JAPAN, day, one + two)


@given(st.text(max_size=20), MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(hours=24)))
def test_a_place_in_a_spread_lies_before_its_end_and_stays(
    key: str, opens: datetime, span: timedelta
) -> None:
    found = slot(key, opens, opens + span)
    assert opens <= found < opens + span
    assert slot(key, opens, opens + span) == found


def test_many_mails_are_spread_evenly() -> None:
    opens = tokyo("2026-05-12 09:00")
    hours = Counter(
        (slot(f"mailing/news/{n}", opens, opens + timedelta(hours=2)) - opens)
        // timedelta(minutes=15)
        for n in range(8000)
    )
    # 1,000 in each quarter of an hour; 130 is four standard deviations
    assert all(abs(count - 1000) < 130 for count in hours.values())


def at_hours(*hours: int) -> list[datetime]:
    """Return a moment in each of these hours of Tokyo, day after day."""
    return [tokyo(f"2026-05-{day:02} {hour:02}:20") for day, hour in enumerate(hours, 1)]


#: hours of own opens, everybody's, the best three
LEARNT = [
    # too little is known
    ([10] * (AT_LEAST - 1), {}, ()),
    ([10] * AT_LEAST, {}, (10, 9, 11)),
    # two neighbours are one habit, on either side of the hour: as good as three in one hour
    ([9, 9, 10, 10, 15, 15, 15], {}, (9, 10, 15)),
    # few opens of one's own beside what all readers do
    ([20, 7, 14, 3, 22], {8: 900, 9: 100}, (8, 9, 3)),
    # many of one's own outweigh them
    ([16] * 20, {8: 900, 9: 100}, (16, 8, 15)),
    # over midnight
    ([23] * 3 + [0] * 3, {}, (0, 23, 1)),
]


@pytest.mark.parametrize(("hours", "everybody", "best"), LEARNT)
def test_the_best_hours_are_ones_own_shrunk_to_everybodys(
    hours: list[int], everybody: dict[int, int], best: tuple[int, ...]
) -> None:
    found = learn(at_hours(*hours), TOKYO, everybody)
    assert (found.order[:3], found.opens) == (best, len(hours))
    assert BestHours.from_json(found.as_json()) == found


HISTOGRAMS = st.dictionaries(st.integers(0, 23), st.integers(1, 30))


@given(HISTOGRAMS, HISTOGRAMS)
def test_all_hours_are_ranked_or_none(counts: dict[int, int], everybody: dict[int, int]) -> None:
    order = ranked(counts, everybody).order
    if sum(counts.values()) < AT_LEAST:
        assert order == ()
    else:
        assert sorted(order) == list(range(24))


TEN = ranked({10: 9}, {})

#: window, opens from, expiry, when a mail leaves whose reader reads at ten
MOMENTS_OF_TEN = [
    (BUSINESS, "2026-05-12 09:00", None, "2026-05-12 10:00"),
    # in the hour: at once
    (BUSINESS, "2026-05-12 10:40", None, "2026-05-12 10:40"),
    # past it: tomorrow; on Friday: Monday
    (BUSINESS, "2026-05-12 11:00", None, "2026-05-13 10:00"),
    (BUSINESS, "2026-05-15 15:00", None, "2026-05-18 10:00"),
    # before Golden Week its hour is too far: the next best that fits, its neighbour's
    (BUSINESS, "2026-05-01 11:30", None, "2026-05-01 11:30"),
    # it would expire first: the hour after, which is nearly as good
    (BUSINESS, "2026-05-12 11:10", "2026-05-12 17:00", "2026-05-12 11:10"),
    # ten o'clock is never in the window
    (WINDOWS["evening"], "2026-05-12 19:00", None, "2026-05-13 18:00"),
]


@pytest.mark.parametrize(("window", "opens", "expiry", "expected"), MOMENTS_OF_TEN)
def test_a_mail_leaves_at_the_best_hour_that_its_window_has(
    window: Window, opens: str, expiry: str | None, expected: str
) -> None:
    before = tokyo(expiry) if expiry else None
    found = best_moment(TEN, JAPAN, window, (), TOKYO, tokyo(opens), before)
    assert found is not None
    assert found[0] == tokyo(expected)


def test_nothing_known_or_nothing_left_is_no_best_moment() -> None:
    opens = tokyo("2026-05-12 09:00")
    unknown = ranked({10: 1}, {})
    assert best_moment(unknown, JAPAN, BUSINESS, (), TOKYO, opens, None) is None
    soon = opens + timedelta(seconds=0)
    assert best_moment(TEN, JAPAN, BUSINESS, (), TOKYO, opens, soon) is None
    assert best_moment(TEN, JAPAN, LATE, (NIGHT,), TOKYO, opens, None) is None


@given(HISTOGRAMS, st.sampled_from(OPEN), QUIET, ZONES, MOMENTS)
def test_a_best_moment_is_free_not_too_late_and_in_its_hour(
    counts: dict[int, int],
    window: Window,
    quiet: list[QuietHours],
    zone: ZoneInfo,
    moment: datetime,
) -> None:
    calendar: Calendar = JAPAN
    try:
        opens = next_free(calendar, window, quiet, zone, moment)
    except NoOpeningError:
        return
    found = best_moment(ranked(counts, {}), calendar, window, quiet, zone, opens, None)
    if found is None:
        assert sum(counts.values()) < AT_LEAST
        return
    leaves, hour = found
    assert opens <= leaves < opens + LONGEST
    assert leaves.astimezone(zone).hour == hour
    assert may_leave(window, quiet, zone, leaves)

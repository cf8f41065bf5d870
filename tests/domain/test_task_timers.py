"""Due times on business days, reminders and escalations in business hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.calendar import is_business_day, next_opening
from nurture.domain.policy import Calendar, Window
from nurture.domain.task_timers import (
    Call,
    Timing,
    due_moment,
    escalation,
    morning_of,
    next_call,
    next_day,
    reminder,
)
from tests.domain.calendars import AMERICA, BUSINESS, JAPAN, NEW_YORK, TOKYO, new_york, tokyo

HOUR = timedelta(hours=1)

#: a moment of thirteen months, to the second
MOMENTS = st.integers(0, 396 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)

#: handed over, due 24 hours later
DUE = [
    # a working week
    ("2026-05-12 10:00", "2026-05-13 10:00"),
    # Friday evening: Monday, same time
    ("2026-05-15 18:30", "2026-05-18 18:30"),
    # Friday morning's 24 hours end on Saturday
    ("2026-05-15 10:00", "2026-05-18 10:00"),
    # into Golden Week: 2 May is a Saturday, 3 to 6 May are holidays
    ("2026-05-01 11:00", "2026-05-07 11:00"),
    # 17:30 on 28 December: 29 December to 3 January are closed
    ("2026-12-28 17:30", "2027-01-04 17:30"),
    # a holiday between two holidays, then the next working day
    ("2026-09-18 09:00", "2026-09-24 09:00"),
    # the night is no reason to wait
    ("2026-05-12 02:00", "2026-05-13 02:00"),
]


@pytest.mark.parametrize(("handed_over", "due"), DUE)
def test_a_task_is_due_on_a_business_day_at_the_same_time(handed_over: str, due: str) -> None:
    assert due_moment(JAPAN, tokyo(handed_over) + 24 * HOUR) == tokyo(due)


def test_daylight_saving_moves_no_wall_clock() -> None:
    # Clocks go forward on Sunday 8 March 2026: 24 hours after Saturday 10:00 it is Sunday 11:00.
    due = due_moment(AMERICA, new_york("2026-03-07 10:00") + 24 * HOUR)
    assert due == new_york("2026-03-09 11:00")
    assert due_moment(AMERICA, new_york("2026-03-07 10:00")) == new_york("2026-03-09 10:00")


@given(MOMENTS)
def test_a_due_moment_is_never_earlier_and_always_on_a_business_day(moment: datetime) -> None:
    found = due_moment(JAPAN, moment)
    assert found >= moment
    assert is_business_day(JAPAN, found.astimezone(TOKYO).date())
    assert due_moment(JAPAN, found) == found
    wall, there = moment.astimezone(TOKYO).time(), found.astimezone(TOKYO).time()
    assert wall == there


#: made, due, reminded (4 hours before)
REMINDED = [
    ("2026-05-12 10:00", "2026-05-13 16:00", "2026-05-13 13:00"),  # 12:00 is lunch
    ("2026-05-12 10:00", "2026-05-13 15:00", "2026-05-13 11:00"),
    # due at 10:00, so the last hours before are yesterday's afternoon
    ("2026-05-12 10:00", "2026-05-13 08:30", "2026-05-12 13:00"),
    # due late in the evening: in the last open hours before
    ("2026-05-12 23:00", "2026-05-13 23:00", "2026-05-13 13:00"),
    # due on Monday morning, made on Friday evening: nothing opens in between
    ("2026-05-15 18:30", "2026-05-18 08:00", None),
    # made and due within the same open hours
    ("2026-05-12 09:10", "2026-05-12 11:00", None),
    # 28 December to 4 January
    ("2026-12-28 17:30", "2027-01-04 17:30", "2027-01-04 13:30"),
]


@pytest.mark.parametrize(("made", "due", "reminded"), REMINDED)
def test_a_reminder_comes_in_business_hours_and_before_the_task_is_due(
    made: str, due: str, reminded: str | None
) -> None:
    found = reminder(JAPAN, tokyo(made), tokyo(due), 4 * HOUR)
    assert found == (tokyo(reminded) if reminded else None)


#: due, escalated
ESCALATED = [
    ("2026-05-13 10:00", "2026-05-13 10:00"),
    # at closing time the window is shut
    ("2027-01-04 17:30", "2027-01-05 09:00"),
    ("2026-05-13 12:30", "2026-05-13 13:00"),
    # Friday evening waits for Monday
    ("2026-05-15 18:30", "2026-05-18 09:00"),
    # the day before Golden Week
    ("2026-05-01 20:00", "2026-05-07 09:00"),
]


@pytest.mark.parametrize(("due", "escalated"), ESCALATED)
def test_nobody_hears_of_a_late_task_at_night(due: str, escalated: str) -> None:
    assert escalation(JAPAN, tokyo(due), timedelta(0)) == tokyo(escalated)


FIRST_CALL = Timing(tokyo("2026-05-12 10:00"), tokyo("2026-05-13 10:00"), 4 * HOUR, timedelta(0))

#: what is known of a task, what its time comes for next, and when
CALLS = [
    # four hours before 10:00 is 6:00, and 9:00 is the next opening
    (FIRST_CALL, Call.REMIND, "2026-05-13 09:00"),
    (replace(FIRST_CALL, reminded=True), Call.ESCALATE, "2026-05-13 10:00"),
    (replace(FIRST_CALL, reminded=True, escalated=True), None, None),
    # escalated without a reminder: too late for one
    (replace(FIRST_CALL, escalated=True), None, None),
    # who is never reminded is escalated all the same
    (replace(FIRST_CALL, remind=None), Call.ESCALATE, "2026-05-13 10:00"),
    # other tasks: once, when they are due
    (replace(FIRST_CALL, remind=timedelta(0), escalate=None), Call.REMIND, "2026-05-13 10:00"),
    (replace(FIRST_CALL, remind=timedelta(0), escalate=None, reminded=True), None, None),
]


@pytest.mark.parametrize(("timing", "what", "at"), CALLS)
def test_the_time_of_a_task_comes_for_one_thing_after_the_other(
    timing: Timing, what: Call | None, at: str | None
) -> None:
    expected = (what, tokyo(at)) if what is not None and at is not None else None
    assert next_call(timing, JAPAN) == expected


@given(MOMENTS, st.integers(0, 72), st.integers(1, 24), st.integers(0, 24))
def test_every_call_is_in_business_hours_and_they_end(
    made_at: datetime, due_in: int, before: int, after: int
) -> None:
    due_at = due_moment(JAPAN, made_at + due_in * HOUR)
    timing = Timing(made_at, due_at, before * HOUR, after * HOUR)
    seen = []
    while (call := next_call(timing, JAPAN)) is not None:
        what, moment = call
        assert next_opening(JAPAN, BUSINESS, TOKYO, moment) == moment
        assert moment < due_at if what is Call.REMIND else moment >= due_at
        seen.append(what)
        reminded = timing.reminded or what is Call.REMIND
        timing = replace(
            timing, reminded=reminded, escalated=timing.escalated or what is Call.ESCALATE
        )
        assert len(seen) <= 2
    assert seen[-1] is Call.ESCALATE


def test_a_day_to_come_back_begins_with_business_hours_where_the_contact_is() -> None:
    # a Saturday of Golden Week, in Tokyo and in New York
    assert morning_of(JAPAN, date(2026, 5, 2), TOKYO) == tokyo("2026-05-07 09:00")
    assert morning_of(JAPAN, date(2027, 4, 1), NEW_YORK) == new_york("2027-04-01 09:00")


def test_the_next_business_day_keeps_the_time() -> None:
    assert next_day(JAPAN, tokyo("2026-05-15 18:30")) == tokyo("2026-05-18 18:30")


def test_a_calendar_that_never_opens_holds_nobody_back() -> None:
    never = Calendar("Asia/Tokyo", frozenset(), (), {"business": Window("b", frozenset(), ())})
    moment = tokyo("2026-05-12 10:00")
    assert due_moment(never, moment) == next_day(never, moment) == moment
    assert escalation(never, moment, timedelta(0)) == moment

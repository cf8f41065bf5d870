"""When people read, and what they do with a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from nurture.demo.dice import Dice
from nurture.demo.readers import Person, Reader, Reading, person_of
from nurture.demo.temperament import Mood
from tests.demo.worlds import HOURS, MONDAY

DICE = Dice(2026)

#: any second from April to August
moments = st.integers(0, 150 * 86_400).map(lambda seconds: MONDAY + timedelta(seconds=seconds))


def some(mood: Mood) -> Person:
    """Return somebody of this mood who is never away."""
    for number in range(1000):
        found = person_of(DICE, f"r{number}@sample.example", "ja", date(2026, 4, 6), 100)
        if found.temperament.mood is mood and found.temperament.patience >= 0:
            return replace(found, away=None)
    raise AssertionError(mood)


def reads(person: Person, mails: int) -> list[Reading]:
    """Return what somebody does with mails that come day by day."""
    reader = Reader(person)
    found = (
        reader.receives(DICE, HOURS, number, f"mail {number}", MONDAY + timedelta(days=number))
        for number in range(mails)
    )
    return [one for one in found if one is not None]


@given(moments, st.integers(1, 20), st.booleans())
def test_people_act_on_whole_five_minutes_after_the_mail(
    now: datetime, count: int, evenings: bool
) -> None:
    at = HOURS.nth(now, count, evenings)
    assert at > now
    assert (at.minute % 5, at.second, at.microsecond) == (0, 0, 0)


@given(moments, st.integers(1, 12))
def test_at_the_desk_means_on_business_days_between_half_past_eight_and_five(
    now: datetime, count: int
) -> None:
    wall = HOURS.nth(now, count).astimezone(HOURS.zone)
    assert HOURS.is_business_day(wall.date())
    assert 8 <= wall.hour < 17


def test_a_day_has_few_moments_so_that_the_clock_stops_seldom() -> None:
    week = islice(HOURS.waking(MONDAY - timedelta(days=7)), 200)
    first = [moment for moment in week if moment < MONDAY]
    assert len(first) <= 40


@given(st.integers(0, 300))
def test_the_same_seed_makes_the_same_acts(number: int) -> None:
    person = person_of(DICE, f"r{number}@sample.example", "ja", date(2026, 4, 6), 100)
    assert reads(person, 30) == reads(person, 30)


def test_what_somebody_does_with_a_mail_does_not_hang_on_other_mails() -> None:
    person = some(Mood.CURIOUS)
    alone = Reader(person).receives(DICE, HOURS, 1, "one", MONDAY)
    after_another = Reader(person)
    after_another.receives(DICE, HOURS, 2, "another", MONDAY)
    assert after_another.receives(DICE, HOURS, 1, "one", MONDAY) == alone


@given(st.integers(0, 400))
def test_nobody_unsubscribes_twice_or_acts_after_it(number: int) -> None:
    person = person_of(DICE, f"r{number}@sample.example", "ja", date(2026, 4, 6), 100)
    leaving = [one for one in reads(person, 40) if one.leaves]
    assert len(leaving) <= 1
    if leaving:
        assert reads(person, 40)[-1] == leaving[0]
        assert not (leaving[0].clicks or leaving[0].replies)


def test_the_annoyed_leave_after_a_few_mails_and_the_silent_never() -> None:
    assert any(one.leaves for one in reads(some(Mood.ANNOYED), 10))
    assert not any(one.leaves for one in reads(some(Mood.SILENT), 40))


def test_somebody_on_holiday_reads_when_back_and_says_so_once() -> None:
    back = MONDAY.date() + timedelta(days=14)
    person = replace(some(Mood.KEEN), away=(MONDAY.date(), back - timedelta(days=1)))
    reader = Reader(person)
    readings = [
        reader.receives(DICE, HOURS, number, f"mail {number}", MONDAY) for number in range(6)
    ]
    assert all(one is None or HOURS.day_of(one.at) >= back for one in readings)
    assert any(one is not None for one in readings)
    assert [reader.answers_away(MONDAY.date()) for _ in range(3)] == [True, False, False]
    assert not Reader(person).answers_away(back)

"""Rounds and limits of surveys: no 365 days with more than was allowed, unhappy answers first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.survey import Survey, SurveyLimits
from nurture.domain.survey_rhythm import (
    YEAR,
    LoopFact,
    PastAsk,
    is_again,
    may_ask,
    round_for,
    round_of,
    rounds_of,
)

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
NPS = Survey("nps", {"": "NPS"})


def asked(day: int, contact: int = 1, survey: str = "nps", name: str = "") -> PastAsk:
    at = START + timedelta(days=day)
    return PastAsk(survey, name or round_of(at, TOKYO), at, contact)


def why(
    mine: list[PastAsk],
    day: int,
    account: list[PastAsk] | None = None,
    loop: LoopFact | None = None,
) -> str | None:
    now = START + timedelta(days=day)
    name = round_for(now, TOKYO, loop)
    refusal = may_ask(NPS, name, mine, mine if account is None else account, loop, now)
    return refusal.reason if refusal is not None else None


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-01-01T00:00+09:00", "2026-Q1"),
        ("2026-03-31T23:59+09:00", "2026-Q1"),
        # already April in Tokyo
        ("2026-03-31T15:00+00:00", "2026-Q2"),
        ("2026-12-31T23:59+09:00", "2026-Q4"),
    ],
)
def test_a_round_is_the_quarter_of_the_calendars_zone(at: str, name: str) -> None:
    assert round_of(datetime.fromisoformat(at), TOKYO) == name


def test_nobody_is_asked_twice_within_eighty_days() -> None:
    assert why([], 0) is None
    assert why([asked(0)], 79) == "survey_too_soon"
    assert why([asked(0)], 80) is None


def test_nobody_is_asked_a_fifth_time_within_365_days() -> None:
    four = [asked(0), asked(90), asked(180), asked(270)]
    assert why(four, 364) == "survey_contact_limit"
    assert why(four, 365) is None


def test_nobody_loses_a_quarter_over_the_minutes_by_which_the_clock_was_late_a_year_ago() -> None:
    """Four rounds a year, at ten o'clock of the same days: the fifth is a year after the first."""
    late = timedelta(minutes=20)
    year = [replace(asked(day), at=asked(day).at + late) for day in (0, 90, 181, 273)]
    assert why(year, 365) is None
    assert why(year, 364) == "survey_contact_limit"
    colleague = [replace(one, contact_id=2) for one in year]
    assert why([], 365, colleague) is None
    assert why([], 364, colleague) == "survey_account_limit"


def test_the_refusal_says_from_when_on_they_may_be_asked_again() -> None:
    four = [asked(0), asked(90), asked(180), asked(270)]
    now = START + timedelta(days=364)
    refusal = may_ask(NPS, "2027-Q1", four, four, None, now)
    assert refusal is not None
    assert refusal.detail["until"] == (START + YEAR).isoformat()
    assert refusal.detail["asked"] == 4


def test_an_account_has_four_rounds_however_few_were_asked_in_each() -> None:
    account = [asked(0, 2), asked(90, 3), asked(180, 4), asked(270, 5)]
    assert why([], 363, account) == "survey_account_limit"
    # a further colleague of the same round does no harm
    assert why([], 271, account) is None


def test_rounds_of_two_surveys_are_rounds_of_the_account() -> None:
    account = [asked(0, 2), asked(1, 2, "other"), asked(90, 2), asked(91, 2, "other")]
    assert why([], 180, account) == "survey_account_limit"


@pytest.mark.parametrize("state", ["open", "contacted"])
def test_nobody_is_asked_before_what_made_them_unhappy_is_resolved(state: str) -> None:
    assert why([asked(0)], 200, loop=LoopFact(state, "2026-Q1")) == "survey_loop_open"


def test_after_it_is_resolved_they_are_asked_again_once_without_keeping_apart() -> None:
    loop = LoopFact("resolved", "2026-Q1", START + timedelta(days=10))
    assert why([asked(0)], 24, loop=loop) is None
    again = asked(24, name="2026-Q1+")
    assert why([asked(0), again], 40, loop=loop) == "survey_too_soon"


def test_who_leaves_the_second_ask_unanswered_belongs_to_the_ordinary_rounds_again() -> None:
    loop = LoopFact("resolved", "2026-Q1", START + timedelta(days=10))
    now = START + timedelta(days=110)
    assert round_for(now, TOKYO, loop, [asked(0)]) == "2026-Q1+"
    again = asked(24, name="2026-Q1+")
    assert round_for(now, TOKYO, loop, [asked(0), again]) == "2026-Q2"


def test_who_is_asked_again_makes_no_round_and_is_counted_in_none() -> None:
    loop = LoopFact("resolved", "2026-Q1", START + timedelta(days=10))
    now = START + timedelta(days=24)
    assert round_for(now, TOKYO, loop) == "2026-Q1+"
    # unhappy a second time: the same round still
    again = LoopFact("resolved", "2026-Q1+", START + timedelta(days=30))
    assert round_for(now, TOKYO, again) == "2026-Q1+"
    account = [asked(-300, 2), asked(-200, 2), asked(-100, 2), asked(0)]
    assert why([asked(0)], 24, account, loop) is None
    assert rounds_of([asked(0), asked(24, name="2026-Q1+")]) == {("nps", "2026-Q1"): START}


@given(
    days=st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 5)), max_size=60),
    per_contact=st.integers(1, 4),
    per_account=st.integers(1, 4),
    apart=st.integers(0, 120),
)
@settings(max_examples=150)
def test_in_no_365_days_the_limits_are_passed_whatever_is_tried(
    days: list[tuple[int, int]], per_contact: int, per_account: int, apart: int
) -> None:
    """People of one account are tried on any days; whoever may be asked is asked."""
    limits = SurveyLimits(per_contact, per_account, timedelta(days=apart))
    survey = Survey("nps", {}, limits=limits)
    past: list[PastAsk] = []
    for day, contact in sorted(days):
        now = START + timedelta(days=day)
        name = round_of(now, TOKYO)
        mine = [one for one in past if one.contact_id == contact]
        if may_ask(survey, name, mine, past, None, now) is None:
            past.append(PastAsk("nps", name, now, contact))
    for last in past:
        window = [one for one in past if last.at - YEAR < one.at <= last.at]
        of_one = [one for one in window if one.contact_id == last.contact_id]
        assert len(of_one) <= per_contact
        assert len({one.round for one in window if not is_again(one.round)}) <= per_account
        near = [one for one in of_one if one.at < last.at]
        assert all(last.at - one.at >= limits.apart for one in near)

"""When to look again: stepping from review to review sees what looking all the time sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Op,
    Scope,
    Truthy,
)
from nurture.domain.evaluate import holds
from nurture.domain.facts import EventFact, Facts
from nurture.domain.reviews import depends_on_time, review_at
from nurture.domain.scoring import Engagement, score_at

START = datetime(2026, 5, 12, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)

SCORE = Field(Scope.CONTACT, ("score",))
SEATS = Field(Scope.CONTACT, ("seats",))

NUMBERS = st.sampled_from([0, 1, 2, 3, 5, 7, 7.5, 15, 20, 30, 60, -1, 1e300, True, "7"])
TIMED = st.one_of(
    st.builds(Count, st.just("page.viewed"), st.just(()), st.sampled_from([7 * DAY, 2.5 * DAY])),
    st.builds(Count, st.just("page.viewed"), st.just((("page", "pricing"),)), st.just(3 * DAY)),
    st.just(Count("page.viewed")),
    st.just(DaysSince("page.viewed")),
    st.just(DaysSince("page.viewed", (("page", "pricing"),))),
    st.just(SCORE),
)
OTHERS = st.one_of(st.builds(Literal, NUMBERS), st.just(SEATS))
ORDERED = st.sampled_from([op for op in Op if op not in (Op.IN, Op.NOT_IN)])
LEAVES = st.one_of(
    st.builds(Compare, TIMED, ORDERED, OTHERS),
    st.builds(Compare, OTHERS, ORDERED, TIMED),
    st.builds(Compare, TIMED, st.sampled_from([Op.IN, Op.NOT_IN]), st.tuples(NUMBERS, NUMBERS)),
    st.builds(Truthy, TIMED),
    st.just(HasTag("vip")),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(All, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
#: hours before START at which pages were viewed
VIEWS = st.lists(st.tuples(st.integers(0, 240), st.sampled_from(["pricing", "case"])), max_size=4)


def at(moment: datetime, views: list[tuple[int, str]], points: float, fit: float) -> Facts:
    events = [
        EventFact(number, "page.viewed", START - hours * HOUR, {"page": page})
        for number, (hours, page) in enumerate(views)
    ]
    score = score_at(Engagement(points, START), fit, HALF_LIFE, moment)
    return Facts(1, moment, {"score": score, "seats": 7}, events={"page.viewed": events})


@settings(max_examples=80)
@given(
    CONDITIONS,
    VIEWS,
    st.sampled_from([0.0, 20.0, 60.0, 90.0, -40.0]),
    st.sampled_from([0.0, 5.0, 50.0]),
)
def test_no_change_is_missed_between_two_reviews(condition, views, points, fit):
    """Look every hour for 40 days, and just before and after, against looks at reviews."""
    engagement = Engagement(points, START)

    def look(moment: datetime) -> bool:
        return holds(condition, at(moment, views, points, fit))

    def following(moment: datetime) -> datetime | None:
        known = at(moment, views, points, fit)
        return review_at([condition], known, engagement, fit, HALF_LIFE)

    seen, due = look(START), following(START)
    assert (due is None) or due > START
    for hours in range(40 * 24):
        moment = START + hours * HOUR
        for instant in (moment, moment + TICK):
            while due is not None and due <= instant:
                seen, due = look(due), following(due)
            assert look(instant) is seen, instant


#: condition of somebody who viewed a page five days ago and has 80 points, next look
REVIEWS: list[tuple[Condition, datetime | None]] = [
    (ALWAYS, None),
    (HasTag("vip"), None),
    # no event changes by itself how many there were
    (Compare(Count("page.viewed"), Op.GE, Literal(1)), None),
    # the view leaves the window of seven days in two
    (Compare(Count("page.viewed", within=7 * DAY), Op.GE, Literal(1)), START + 2 * DAY),
    (Truthy(Count("page.viewed", within=7 * DAY)), START + 2 * DAY),
    # nothing in the window: nothing leaves it
    (Compare(Count("page.viewed", within=3 * DAY), Op.GE, Literal(1)), None),
    (Compare(DaysSince("page.viewed"), Op.GT, Literal(14)), START + 9 * DAY),
    (Compare(Literal(14), Op.LT, DaysSince("page.viewed")), START + 9 * DAY),
    (Compare(DaysSince("page.viewed"), Op.IN, (14, 6)), START + DAY),
    # seats is 7
    (Compare(DaysSince("page.viewed"), Op.GE, SEATS), START + 2 * DAY),
    (Compare(DaysSince("page.viewed"), Op.GT, Literal(3)), None),
    (Compare(DaysSince("page.viewed"), Op.GT, Literal("14")), None),
    (Compare(DaysSince("never.happened"), Op.GT, Literal(14)), None),
    # beyond any calendar
    (Compare(DaysSince("page.viewed"), Op.GT, Literal(1e12)), None),
    (Compare(Count("page.viewed", within=timedelta(days=999_999)), Op.GE, Literal(1)), None),
    # two things that move: looked at once a day
    (Compare(SCORE, Op.LT, DaysSince("page.viewed")), START + DAY),
    # the earliest of several
    (
        Not(
            AnyOf(
                (
                    Compare(DaysSince("page.viewed"), Op.GT, Literal(14)),
                    Compare(Count("page.viewed", within=6 * DAY), Op.GE, Literal(1)),
                )
            )
        ),
        START + DAY,
    ),
    # the score stays where it is far away
    (Compare(SCORE, Op.GT, Literal(100)), None),
]


@pytest.mark.parametrize(("condition", "expected"), REVIEWS)
def test_a_condition_is_looked_at_again(condition, expected):
    known = at(START, [(5 * 24, "case")], 80.0, 0.0)
    assert review_at([condition], known, Engagement(80.0, START), 0.0, HALF_LIFE) == expected


def test_a_goal_on_the_score_is_looked_at_when_the_score_gets_there():
    known = at(START, [], 120.0, 0.0)
    goal = Compare(SCORE, Op.LT, Literal(60))
    found = review_at([goal], known, Engagement(120.0, START), 0.0, HALF_LIFE)
    assert found is not None
    assert abs(found - (START + HALF_LIFE)) < timedelta(seconds=1)


#: condition, whether time alone can change it
TIME = [
    (ALWAYS, False),
    (HasTag("vip"), False),
    (Compare(SEATS, Op.GT, Literal(5)), False),
    (Compare(Count("page.viewed"), Op.GT, Literal(5)), False),
    (Not(All((AnyOf((Truthy(SCORE),)),))), True),
    (Compare(SEATS, Op.GT, SCORE), True),
    (Compare(Field(Scope.ACCOUNT, ("score",)), Op.GT, Literal(5)), False),
    (Compare(DaysSince("page.viewed"), Op.GT, Literal(5)), True),
]


@pytest.mark.parametrize(("condition", "expected"), TIME)
def test_conditions_that_time_changes_are_known(condition, expected):
    assert depends_on_time(condition) is expected

"""Temperature: up and down with hysteresis, hot only with intent, no crossing missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.lifecycle import ORDER, Stage, Temperature, review_at, temperature
from nurture.domain.scoring import Engagement, Scoring, Threshold, crossing, score_at

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)
DAY = timedelta(days=1)
SOON, PAST = NOW + DAY, NOW - DAY
COLD, WARM, HOT = Temperature

SCORING = Scoring(HALF_LIFE, (), (), Threshold(20, 15), Threshold(50, 40), (), 30 * DAY)

#: temperature before, score, when intent ends, temperature after
MOVES = [
    # reaching `enter` goes up
    (COLD, 19.999999, None, COLD),
    (COLD, 20, None, WARM),
    # hysteresis: stays warm down to `leave`, and leaves below it
    (WARM, 19, None, WARM),
    (WARM, 15, None, WARM),
    (WARM, 14.999999, None, COLD),
    # points alone do not make hot
    (WARM, 80, None, WARM),
    (COLD, 80, None, WARM),
    # with intent they do, from cold as well
    (WARM, 50, SOON, HOT),
    (COLD, 50, SOON, HOT),
    (WARM, 49.999999, SOON, WARM),
    # hot has a hysteresis of its own
    (HOT, 45, SOON, HOT),
    (HOT, 40, SOON, HOT),
    (HOT, 39.999999, SOON, WARM),
    # warm does not profit from it
    (WARM, 45, SOON, WARM),
    # intent that is over is none, to the instant
    (HOT, 80, PAST, WARM),
    (HOT, 80, NOW, WARM),
    (HOT, 80, NOW + timedelta(microseconds=1), HOT),
    # down two at once
    (HOT, 10, SOON, COLD),
    # out of hot without intent one is still warm down to warm's `leave`
    (HOT, 15, PAST, WARM),
    (HOT, -20, SOON, COLD),
    # a hair under a threshold, from adding fractions, is the threshold
    (COLD, 19.99999999999, None, WARM),
]


@pytest.mark.parametrize(("before", "score", "intent_until", "after"), MOVES)
def test_temperature_moves(before, score, intent_until, after):
    assert temperature(before, score, intent_until, SCORING, NOW) is after


@given(st.sampled_from(Temperature), st.floats(-100, 200), st.sampled_from([None, PAST, NOW, SOON]))
def test_a_temperature_once_taken_holds_until_something_changes(before, score, intent_until):
    once = temperature(before, score, intent_until, SCORING, NOW)
    assert temperature(once, score, intent_until, SCORING, NOW) is once


@given(st.sampled_from(Temperature), st.floats(-100, 200), st.floats(0, 100), st.booleans())
def test_more_points_never_make_colder(before, score, more, keen):
    until = SOON if keen else None
    grades = list(Temperature)
    low = temperature(before, score, until, SCORING, NOW)
    high = temperature(before, score + more, until, SCORING, NOW)
    assert grades.index(high) >= grades.index(low)


def test_stages_stand_in_their_order_and_lost_beside_it():
    assert " ".join(ORDER) == "prospect lead mql tql sal sql customer"
    assert set(Stage) - set(ORDER) == {Stage.LOST}


ENGAGEMENTS = st.sampled_from([0.0, 15.0, 20.0, 40.0, 60.0, 80.0, 120.0, 1000.0]) | st.floats(
    -200, 500
)
FITS = st.sampled_from([0.0, 5.0, 14.0, 15.0, 20.0, 40.0, 50.0])


@given(st.sampled_from(Temperature), ENGAGEMENTS, FITS, st.integers(-5, 80), st.integers(0, 80))
def test_looking_only_at_review_times_misses_no_move(before, points, fit, intent_days, age):
    """Compare with a look every two hours for 200 days."""
    engagement = Engagement(points, NOW - age * DAY)
    intent_until = NOW + intent_days * DAY if intent_days >= 0 else None

    def at(moment: datetime, current: Temperature) -> Temperature:
        score = score_at(engagement, fit, HALF_LIFE, moment)
        return temperature(current, score, intent_until, SCORING, moment)

    reviewed = at(NOW, before)
    due = review_at(reviewed, engagement, fit, intent_until, SCORING, NOW)
    looks = 0
    often = reviewed
    for hours in range(0, 200 * 24, 2):
        moment = NOW + timedelta(hours=hours)
        while due is not None and due <= moment:
            looks += 1
            reviewed = at(due, reviewed)
            due = review_at(reviewed, engagement, fit, intent_until, SCORING, due)
        often = at(moment, often)
        assert often is reviewed, moment
    assert looks <= 10


THRESHOLDS = st.sampled_from([0.0, 15.0, 20.0, 50.0, 59.9, 60.0]) | st.floats(-100, 200)


@given(ENGAGEMENTS, FITS, THRESHOLDS)
def test_between_two_crossings_the_score_compares_alike(points, fit, threshold):
    """Step from crossing to crossing and look around each: nothing else changes."""
    engagement = Engagement(points, NOW)

    def side(moment: datetime) -> tuple[bool, bool]:
        score = score_at(engagement, fit, HALF_LIFE, moment)
        return score > threshold, score >= threshold

    moment, sides = NOW, [side(NOW)]
    for _ in range(4):
        following = crossing(engagement, fit, threshold, HALF_LIFE, moment)
        if following is None:
            break
        assert following > moment
        # Rounding turns an eighth of a millionth of a point before we look.
        before = moment + (following - moment) * 0.99
        assert side(before) in (sides[-1], side(following))
        moment = following
        sides.append(side(moment))
    else:
        raise AssertionError("a fading score crosses a threshold at most twice")
    for years in (1, 5, 50):
        assert side(moment + years * 365 * DAY) == sides[-1] or points == 0


#: engagement now, fit, threshold, whether the score ever crosses it
CROSSES = [
    (80, 0, 60, True),
    # passing down to it
    (60, 0, 60, True),
    (59, 0, 60, False),
    # fit alone keeps it above
    (80, 60.000001, 60, False),
    # fading down to the fit itself: one day not above it any more
    (80, 60, 60, True),
    # negative points fade upwards
    (-30, 40, 20, True),
    (-30, 40, 5, False),
    (0, 0, 60, False),
    (80, 0, -5, False),
    (80, 0, 1e300, False),
]


@pytest.mark.parametrize(("points", "fit", "threshold", "crosses"), CROSSES)
def test_a_score_crosses_a_threshold_that_lies_on_its_way(points, fit, threshold, crosses):
    found = crossing(Engagement(points, NOW), fit, threshold, HALF_LIFE, NOW)
    assert (found is not None) is crosses


def test_a_score_falls_to_half_after_one_half_life():
    found = crossing(Engagement(120.0, NOW), 0.0, 60.0, HALF_LIFE, NOW)
    assert found is not None
    assert abs(found - (NOW + HALF_LIFE)) < timedelta(seconds=1)

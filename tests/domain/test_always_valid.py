"""The statistics of splits: exact where they can be, and honest under continuous looking."""

from __future__ import annotations

from itertools import pairwise
from math import exp, inf, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.always_valid import (
    SKEWED,
    difference,
    log_evidence,
    ratio_interval,
    shares_evidence,
    surprise,
    wilson,
)

WEIGHTS = st.sampled_from([0.5, 0.1, 0.75, 1 / 3])


@given(st.integers(0, 60), st.integers(0, 60), WEIGHTS)
def test_the_next_success_changes_the_evidence_by_nothing_on_average(
    wins: int, others: int, weight: float
) -> None:
    """What makes it valid at all times: a martingale where the variants are equal."""
    here = exp(log_evidence(wins, others, weight))
    after = weight * exp(log_evidence(wins + 1, others, weight))
    after += (1 - weight) * exp(log_evidence(wins, others + 1, weight))
    assert after == pytest.approx(here, rel=1e-9)


def test_nothing_seen_is_no_evidence() -> None:
    assert log_evidence(0, 0, 0.5) == 0.0
    assert surprise(0, 0, 0.5) == 1.0


@given(st.integers(0, 400), st.integers(0, 400), WEIGHTS, st.sampled_from([0.2, 0.05, 0.01]))
def test_the_interval_leaves_out_equal_rates_exactly_where_the_test_says_so(
    wins: int, others: int, weight: float, alpha: float
) -> None:
    low, high = ratio_interval(wins, others, weight, alpha)
    assert 0.0 <= low <= high
    surprising = surprise(wins, others, weight) < alpha
    assert surprising == (not low - 1e-9 <= 1.0 <= high + 1e-9)


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.05, 0.95))
def test_the_interval_of_the_other_way_round_is_its_reciprocal(
    wins: int, others: int, weight: float
) -> None:
    low, high = ratio_interval(wins, others, weight, 0.05)
    back_low, back_high = ratio_interval(others, wins, 1 - weight, 0.05)
    assert back_low == pytest.approx(1 / high if high else inf, rel=1e-6, abs=1e-6)
    assert (1 / back_high if back_high else inf) == pytest.approx(low, rel=1e-6, abs=1e-6)


def test_more_of_the_same_is_more_evidence() -> None:
    found = [log_evidence(12 * n, 8 * n, 0.5) for n in range(3, 30)]
    assert all(a < b for a, b in pairwise(found))


#: (successes, people) → Wilson's interval, from Newcombe 1998, table I
PUBLISHED = [
    ((81, 263), (0.2553, 0.3662)),
    ((15, 148), (0.0624, 0.1605)),
    ((0, 20), (0.0, 0.1611)),
    ((1, 29), (0.0061, 0.1718)),
]


@pytest.mark.parametrize(("seen", "interval"), PUBLISHED)
def test_wilsons_interval_is_the_published_one(
    seen: tuple[int, int], interval: tuple[float, float]
) -> None:
    assert wilson(*seen) == pytest.approx(interval, abs=1e-4)


#: two groups → Newcombe's interval of their difference, from Newcombe 1998, table II
DIFFERENCES = [
    (((56, 70), (48, 80)), (0.0524, 0.3339)),
    (((9, 10), (3, 10)), (0.1705, 0.8090)),
    (((10, 10), (0, 20)), (0.6791, 1.0)),
]


@pytest.mark.parametrize(("groups", "interval"), DIFFERENCES)
def test_newcombes_interval_is_the_published_one(
    groups: tuple[tuple[int, int], tuple[int, int]], interval: tuple[float, float]
) -> None:
    assert difference(*groups) == pytest.approx(interval, abs=1e-4)


def test_nobody_tells_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert difference((0, 0), (1, 2)) == (-1.0, 1.0)


def test_shares_that_are_kept_raise_no_alarm_and_others_do() -> None:
    """A false alarm at any time of 20,000 people: one in a thousand at most (Ville)."""
    alarms = 0
    for seed in range(300):
        rng, counts, worst = Random(seed), [0, 0], 0.0
        for _ in range(80):
            first = sum(rng.random() < 0.9 for _ in range(50))
            counts[0] += first
            counts[1] += 50 - first
            worst = max(worst, shares_evidence(counts, [0.9, 0.1]))
        alarms += worst >= SKEWED
    assert alarms <= 300 * 0.001 + 3 * sqrt(300 * 0.001)
    assert shares_evidence([600, 400], [0.5, 0.5]) >= SKEWED
    assert shares_evidence([510, 490], [0.5, 0.5]) < 1

"""Holdouts: a stable share, and a lift that says nothing too early."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.experiment import Count
from nurture.domain.holdout import HELD_OUT, TREATED, LiftState, group, lift_of


@pytest.mark.parametrize("share", [1, 10, 50])
def test_the_share_is_kept_within_three_sigma(share: int) -> None:
    people, part = 20_000, share / 100
    held = sum(group("w", share, one, None) == HELD_OUT for one in range(people))
    assert abs(held - people * part) <= 3 * sqrt(people * part * (1 - part))


@given(st.integers(1, 10**12), st.integers(1, 49))
def test_who_is_held_out_stays_so_when_the_share_grows(contact: int, share: int) -> None:
    if group("w", share, contact, None) == HELD_OUT:
        assert group("w", share + 1, contact, None) == HELD_OUT


@given(st.integers(1, 10**12), st.integers(1, 50))
def test_who_is_in_a_group_keeps_it_whatever_the_share_becomes(contact: int, share: int) -> None:
    assert group("w", share, contact, TREATED) == TREATED
    assert group("w", share, contact, HELD_OUT) == HELD_OUT


def test_two_workflows_hold_out_others() -> None:
    both = [(group("a", 50, one, None), group("b", 50, one, None)) for one in range(4000)]
    held = sum(pair == (HELD_OUT, HELD_OUT) for pair in both)
    assert abs(held - 1000) <= 3 * sqrt(4000 * 0.25 * 0.75)


def seen(people: int, goals: int) -> Count:
    return Count(people, 0, people, goals)


#: treated, held out → state, lift
LIFTS = [
    (seen(0, 0), seen(0, 0), LiftState.EARLY, None),
    (seen(900, 200), seen(20, 1), LiftState.EARLY, None),
    (seen(100, 6), seen(100, 3), LiftState.EARLY, 0.03),
    (seen(900, 180), seen(100, 8), LiftState.CLEAR, 0.12),
    (seen(900, 100), seen(100, 10), LiftState.UNCLEAR, 0.0111),
    (seen(900, 90), seen(100, 25), LiftState.CLEAR, -0.15),
]


@pytest.mark.parametrize(("treated", "held", "state", "lift"), LIFTS)
def test_a_lift_says_how_sure_it_is(
    treated: Count, held: Count, state: LiftState, lift: float | None
) -> None:
    found = lift_of(treated, held)
    assert found.state is state
    if lift is not None:
        assert found.lift == pytest.approx(lift, abs=1e-3)
        assert found.interval[0] <= lift <= found.interval[1]

"""Circles: the shortest one of each name, whatever the size of the tangle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nurture.compiler.circles import MOST_SAID, circles, shown

NAMES = "abcdefg"


def shortest(name: str, leads_to: Mapping[str, Sequence[str]]) -> int:
    """Return the length of the shortest way back to a name by trying all; 0: there is none."""
    reached, steps = set(leads_to.get(name, ())), 1
    while steps <= len(NAMES):
        if name in reached:
            return steps
        reached = {other for one in reached for other in leads_to.get(one, ())}
        steps += 1
    return 0


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=4)))
def test_each_name_in_a_circle_gets_its_shortest_and_no_other_name_gets_one(
    leads_to: dict[str, list[str]],
) -> None:
    found = {circle[0]: circle for circle in circles(leads_to)}
    for name in NAMES:
        length = shortest(name, leads_to)
        assert (name in found) is (length > 0)
        if length:
            circle = found[name]
            assert (circle[-1], len(circle)) == (name, length + 1)
            steps = pairwise(circle)
            assert all(other in leads_to[one] for one, other in steps)


def test_a_long_circle_needs_no_deep_stack_and_is_said_a_few_times_only() -> None:
    many = 20_000
    leads_to = {str(one): [str((one + 1) % many)] for one in range(many)}
    found = list(circles(leads_to))
    assert len(found) == MOST_SAID
    assert shown(found[0]) == "0 → 1 → 2 → 3 → … → 19997 → 19998 → 19999 → 0"


def test_a_short_circle_is_shown_whole() -> None:
    assert shown(["a", "b", "a"]) == "a → b → a"

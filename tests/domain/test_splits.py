"""Splits: stable, by share, independent of one another."""

from __future__ import annotations

from math import sqrt

import pytest

from nurture.domain.advance import assign
from nurture.domain.steps import End, Split, Variant
from tests.domain.journeys import START, Journey, workflow

HALVES = Split("test", (Variant("numbers", 50, "a"), Variant("question", 50, "b")))


def test_a_split_leads_to_its_variant_and_remembers_it():
    journey = Journey(workflow(HALVES, End("a", "a"), End("b", "b")), contact_id=5)
    variant = assign(HALVES, "warm-nurture", 5)
    assert journey.walk(START).outcome == variant.next
    assert journey.outcome("test") == variant.name


#: shares; they need not add up to 100
SHARES = [(50, 50), (90, 10), (1, 1, 1), (70, 20, 5, 5), (3, 1), (100, 0)]


@pytest.mark.parametrize("shares", SHARES)
def test_a_split_keeps_its_shares_within_three_sigma(shares):
    split = Split("s", tuple(Variant(str(n), share, None) for n, share in enumerate(shares)))
    people = 10_000
    names = [assign(split, "w", contact).name for contact in range(people)]
    for number, share in enumerate(shares):
        part = share / sum(shares)
        sigma = sqrt(people * part * (1 - part))
        assert abs(names.count(str(number)) - people * part) <= 3 * sigma


def test_a_contact_stays_in_its_variant_for_ever_and_on_every_machine():
    """Written down, so that no change of the hash moves people who are under way."""
    assert [assign(HALVES, "warm-nurture", contact).name[0] for contact in range(16)] == list(
        PINNED
    )


PINNED = "qnnnqnnnnqqqqqqq"


def test_two_splits_are_independent_of_each_other():
    other = Split("other", HALVES.variants)
    both = [
        (assign(HALVES, "w", contact).name, assign(other, "w", contact).name)
        for contact in range(10_000)
    ]
    for pair in {(a, b) for a in ("numbers", "question") for b in ("numbers", "question")}:
        assert abs(both.count(pair) - 2500) <= 3 * sqrt(10_000 * 0.25 * 0.75)

"""Whom to ask first, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.readiness import (
    Likeness,
    Profile,
    Signs,
    in_order,
    likeness,
    matches,
    readiness,
)
from nurture.domain.referral_program import Weights
from tests.domain.test_referral_guards import DAY, HAPPY, NOW, PROGRAM, asked, histories

signs = st.builds(
    Signs,
    st.floats(-50, 500),
    st.integers(0, 20),
    st.integers(0, 3),
    st.none() | st.integers(0, 3000).map(lambda days: NOW - timedelta(days=days)),
)


def test_the_best_there_is_has_a_hundred_points() -> None:
    best = replace(HAPPY, score=10, result_at=NOW)
    found = readiness(PROGRAM, best, Signs(80, 3, 3, NOW - 800 * DAY), NOW)
    assert found.score == pytest.approx(100)
    assert [line.most for line in found.lines] == pytest.approx([30, 20, 15, 10, 15, 5, 5])


def test_every_line_says_why() -> None:
    facts = replace(HAPPY, asks=(asked(200),))
    found = readiness(PROGRAM, facts, Signs(30, 1, 2, NOW - 365 * DAY), NOW)
    said = {line.part: (round(line.points, 2), str(line.why)) for line in found.lines}
    assert said == {
        "nps": (22.5, "newest NPS answer: 9"),
        "results": (19.33, "a result was reported 2 days ago"),
        "engagement": (7.5, "score of 30 for what they read and do"),
        "community": (3.33, "1 event or seminar within a year"),
        "reach": (10.0, "they reach some people"),
        "asks": (2.5, "asked 1 time within a year"),
        "tenure": (2.5, "a customer for 12 months"),
    }


@given(histories, signs)
def test_the_lines_add_up_to_the_score(facts: object, signs: Signs) -> None:
    found = readiness(PROGRAM, facts, signs, NOW)  # type: ignore[arg-type]
    assert found.score == pytest.approx(sum(line.points for line in found.lines))
    assert 0 <= found.score <= 100 + 1e-9
    assert all(0 <= line.points <= line.most + 1e-9 for line in found.lines)


def test_weights_decide_what_counts() -> None:
    by_reach = replace(PROGRAM, weights=Weights(0, 0, 0, 0, 10, 0, 0))
    found = readiness(by_reach, HAPPY, Signs(network_reach=3), NOW)
    assert found.score == pytest.approx(100)
    assert [line.part for line in found.lines] == ["reach"]


def test_people_with_networks_come_before_those_who_are_easy_to_talk_to() -> None:
    quiet = Signs(60, 3, 1)
    connected = Signs(0, 0, 3)
    people = [
        (name, one, readiness(PROGRAM, HAPPY, one, NOW))
        for name, one in (("quiet", quiet), ("connected", connected), ("both", Signs(60, 3, 3)))
    ]
    assert in_order(people) == ["both", "connected", "quiet"]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (
            Profile("manufacturing", 120, "reports", "kanto"),
            Likeness(10, ("industry", "use_case", "size", "region")),
        ),
        (Profile("manufacturing", 900), Likeness(4, ("industry",))),
        (Profile("retail", 300, "Reports"), Likeness(5, ("use_case", "size"))),
        (Profile(), Likeness(0, ())),
    ],
)
def test_companies_are_alike_in_industry_use_and_size(other: Profile, expected: Likeness) -> None:
    assert likeness(Profile("manufacturing", 100, "reports", "kanto"), other) == expected


def test_who_could_introduce_us_is_listed_closest_first() -> None:
    target = Profile("manufacturing", 100)
    referrers = [
        ("far", Profile("retail", 5000), Signs(network_reach=3)),
        ("close", Profile("manufacturing", 90), Signs(network_reach=1)),
        ("as close, knows many", Profile("manufacturing", 200), Signs(network_reach=3)),
    ]
    assert [who for who, _ in matches(target, referrers)] == ["as close, knows many", "close"]

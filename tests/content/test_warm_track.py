"""The warm track: asked two to four weeks after we met, then shown a case, then invited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.content.tracks import SHIPPED, Life, tokyo

MET = tokyo("2026-05-11 15:00")


def _warm(after: float = 0) -> Life:
    """Return somebody who is warm so many days after we met."""
    life = Life(MET + timedelta(days=after), {"temperature": "warm", "first_touch": MET})
    life.enrol("warm-nurture")
    return life


def _templates(life: Life) -> list[str]:
    return [sent.template for sent in life.sent]


@pytest.mark.parametrize("after", [0, 3, 13, 14, 20])
def test_the_hearing_comes_two_to_four_weeks_after_the_first_contact(after: int) -> None:
    life = _warm(after)
    life.days(30 - after)
    first = life.sent[0]
    assert first.template == "warm/hearing"
    assert timedelta(days=14) <= first.at - MET <= timedelta(days=28)


def test_silence_is_reminded_of_once_and_shown_a_case() -> None:
    life = _warm()
    life.days(120)
    assert _templates(life) == [
        "warm/hearing",
        "warm/hearing-reminder",
        "library/case",
        "warm/small-webinar",
        "warm/checkup",
    ]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"temperature": "hot"}, "converted"),
        ({"temperature": "cold"}, "exited"),
        ({"lifecycle": "sal"}, "exited"),
        ({"customer": True, "lifecycle": "customer"}, "exited"),
    ],
)
def test_who_turns_hot_or_cold_or_talks_with_sales_leaves_at_once(
    change: dict[str, object], outcome: str
) -> None:
    life = _warm()
    life.days(16)
    life.becomes(**change)
    track = next(one for one in life.tracks if one.workflow.name == "warm-nurture")
    assert track.outcome == outcome


def test_the_small_session_is_a_topic_of_its_own() -> None:
    assert SHIPPED.workflows["warm-nurture"].topic == "cases"
    assert SHIPPED.workflows["small-webinar"].topic == "seminars"

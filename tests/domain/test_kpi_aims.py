"""What a house aims at stands beside its figures, and what misses it is marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nurture.domain.kpi_aims import aim, is_low
from nurture.domain.kpi_book import Book, InvitationFact
from nurture.domain.kpi_policy import KpiPolicy
from nurture.domain.nps import is_below
from nurture.language import in_language
from tests.domain.books import MAY, book


def _asked(people: int, answered: int, target: float | None) -> Book:
    ones = [InvitationFact(n, MAY, MAY if n < answered else None, 9) for n in range(people)]
    made = replace(book(), invitations=tuple(ones))
    return replace(made, policy=KpiPolicy(response_target=target))


@pytest.mark.parametrize(
    ("answered", "target", "low"),
    [
        # 18 of 100 where 30 % are aimed at
        (18, 0.3, True),
        # just there
        (30, 0.3, False),
        # above what others report counts for nothing where the house aims higher
        (13, 0.124, False),
        # nobody said what is aimed at
        (1, None, False),
        # one company reached 100 %: it can be aimed at
        (99, 1.0, True),
    ],
)
def test_a_response_rate_is_held_against_the_houses_own_target(
    answered: int, target: float | None, low: bool
) -> None:
    assert is_low(_asked(100, answered, target), "survey_response") is low


def test_nobody_asked_is_not_below_a_target() -> None:
    assert not is_low(_asked(0, 0, 0.3), "survey_response")
    assert not is_below(None, 0.3)


def test_the_target_is_said_beside_the_figure_where_there_is_one() -> None:
    with_target = aim(_asked(1, 1, 0.3), "survey_response")
    assert (str(with_target), in_language(with_target, "ja")) == (
        "your target: 30.0%",
        "自社の目標：30.0%",
    )
    assert not aim(_asked(1, 1, None), "survey_response")
    assert not aim(_asked(1, 1, 0.3), "crv")

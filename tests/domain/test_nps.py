"""NPS and what it is broken down by, in worked numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.nps import (
    Invited,
    Nps,
    by_driver,
    group,
    groups,
    in_rounds,
    never_answered,
    newest,
    nps,
    per_score,
)
from nurture.domain.nps_accounts import (
    Account,
    Corner,
    Person,
    account_nps,
    coverage,
    quadrants,
    rarely_asked,
    whom_to_ask,
)
from nurture.domain.survey import Band, Coverage

NOW = datetime(2026, 11, 1, 1, tzinfo=UTC)


def invited(
    number: int, contact: int, score: int | None = None, days: int = 30, account: int | None = 1,
    role: str | None = "user", name: str = "2026-Q4", drivers: tuple[str, ...] = (),
) -> Invited:  # fmt: skip
    at = NOW - timedelta(days=days)
    answered = at + timedelta(days=1) if score is not None else None
    return Invited(number, contact, account, role, name, at, answered, score, drivers)


def test_nps_is_the_share_of_promoters_less_that_of_detractors() -> None:
    # 5 of 10 promoters, 3 of 10 detractors: 50 % − 30 %
    found = nps([9, 10, 9, 10, 9, 7, 8, 6, 0, 3])
    assert found == Nps(5, 2, 3)
    assert found.value == pytest.approx(20.0)
    assert found.share(Band.PASSIVE) == pytest.approx(0.2)


def test_where_nobody_answered_there_is_no_nps() -> None:
    assert nps([]).value is None
    assert nps([]).share(Band.PROMOTER) is None
    assert group([]).rate is None
    assert nps([7, 8]).value == 0.0
    assert (nps([10]).value, nps([0]).value) == (100.0, -100.0)


@given(st.lists(st.integers(0, 10), min_size=1))
def test_every_answer_lies_in_one_band_and_nps_within_a_hundred(scores: list[int]) -> None:
    found = nps(scores)
    assert found.answers == len(scores)
    assert found.value is not None
    assert -100 <= found.value <= 100


def test_a_response_rate_is_of_those_asked() -> None:
    # 31 of 250: 12.4 %, the average of document 000
    asked = [invited(n, n, 9 if n < 31 else None) for n in range(250)]
    assert group(asked).rate == pytest.approx(0.124)


def test_rounds_leave_out_those_who_were_asked_again() -> None:
    asked = [invited(1, 1, 2), invited(2, 1, 9, 10, name="2026-Q4+"), invited(3, 2, 9)]
    found = groups(in_rounds(asked), lambda one: one.round)
    assert list(found) == ["2026-Q4"]
    assert found["2026-Q4"].nps == Nps(1, 0, 1)


def test_the_newest_answer_of_a_person_is_theirs_whichever_round_it_is_of() -> None:
    asked = [invited(1, 1, 2, 60), invited(2, 1, 9, 10, name="2026-Q4+"), invited(3, 1, None, 1)]
    assert newest(asked)[1].score == 9


def test_a_driver_has_the_nps_of_those_who_ticked_it() -> None:
    asked = [
        invited(1, 1, 10, drivers=("ease", "support")),
        invited(2, 2, 3, drivers=("price",)),
        invited(3, 3, 9, drivers=("ease",)),
        invited(4, 4, None, drivers=()),
    ]
    found = by_driver(asked, ["ease", "price", "rollout"])
    assert found["ease"].value == 100.0
    assert found["price"].value == -100.0
    assert found["rollout"].value is None
    assert found["support"] == Nps(1)


def test_who_never_answered_stands_by_how_often_they_were_asked() -> None:
    asked = [
        invited(1, 1, None, 200), invited(2, 1, None, 100),
        invited(3, 2, None, 50), invited(4, 2, 8, 20),
        invited(5, 3, None, 40), invited(6, 4, None, 5),
    ]  # fmt: skip
    assert [(one.contact_id, one.asks) for one in never_answered(asked, NOW)] == [(1, 2), (3, 1)]


def test_referrals_stand_beside_the_score_of_who_made_them() -> None:
    lines = {one.score: one for one in per_score({1: 10, 2: 10, 3: 9, 4: 2}, {1: 3, 3: 1, 9: 5})}
    assert (lines[10].people, lines[10].referrers, lines[10].referrals) == (2, 1, 3)
    assert lines[10].each == pytest.approx(1.5)
    assert lines[2].each == 0.0
    assert lines[5].each is None
    assert len(lines) == 11


def test_an_account_has_the_newest_answers_of_its_people_within_a_year() -> None:
    asked = [
        invited(1, 1, 3, 300), invited(2, 1, 9, 20), invited(3, 2, 6, 40),
        invited(4, 3, 10, 400), invited(5, 4, 10, 10, account=None),
    ]  # fmt: skip
    assert account_nps(asked, NOW) == {1: Nps(1, 0, 1)}


def test_the_quadrants_of_revenue_and_nps() -> None:
    accounts = [
        Account(1, "A", 9_000_000), Account(2, "B", 8_000_000), Account(3, "C", 500_000),
        Account(4, "D", 100_000), Account(5, "E", None), Account(6, "F", 300_000),
    ]  # fmt: skip
    found = {1: Nps(3), 2: Nps(1, 0, 2), 3: Nps(2, 1, 0), 4: Nps(0, 1, 0), 5: Nps(5)}
    plane = quadrants(accounts, found)
    # the median of 9M, 8M, 0.5M, 0.1M
    assert plane.cut == pytest.approx(4_250_000)
    assert {one.account.name: one.corner for one in plane.placed} == {
        "A": Corner.STRENGTH, "B": Corner.THREAT, "C": Corner.OPPORTUNITY, "D": Corner.WEAKNESS,
    }  # fmt: skip
    assert quadrants([], {}).cut is None


def test_an_account_of_a_million_dollars_lacks_what_nine_people_are_short_of() -> None:
    accounts = [Account(1, "大", 150_000_000), Account(2, "小", 149_999_999)]
    people = [Person(n, 1, role) for n, role in enumerate(["user"] * 6 + ["it", "it", None], 1)]
    asked = [invited(1, 1), invited(2, 2), invited(3, 9, days=400)]
    (gap,) = coverage(accounts, people, asked, Coverage(), 150_000_000, NOW)
    assert (gap.account.name, gap.asked, gap.missing) == ("大", 2, 7)
    assert gap.roles == ("decision-maker", "it")
    # somebody of IT first, then users and IT in turn; nobody is a decision-maker
    assert gap.next == (7, 3, 9, 8, 4, 5, 6)
    assert coverage(accounts, people, asked, Coverage(), None, NOW) == []


@given(
    st.lists(st.sampled_from(["decision-maker", "user", "it", None, "other"]), max_size=20),
    st.sets(st.integers(0, 19)),
)
def test_everybody_not_asked_yet_is_named_once_and_unheard_roles_first(
    roles: list[str | None], asked: set[int]
) -> None:
    wanted = ("decision-maker", "user", "it")
    people = [Person(n, 1, role) for n, role in enumerate(roles)]
    heard = {one.id: one.role for one in people if one.id in asked}
    found = whom_to_ask(people, heard, wanted)
    assert sorted(found) == sorted(one.id for one in people if one.id not in asked)
    unheard = [r for r in wanted if r not in heard.values() and r in roles]
    first = [roles[n] for n in found[: len(unheard)]]
    assert first == unheard


def test_accounts_that_are_asked_once_a_year_or_never_are_named() -> None:
    accounts = [Account(1, "A", 5.0), Account(2, "B", 9.0), Account(3, "C")]
    asked = [
        invited(1, 1), invited(2, 2), invited(3, 1, days=120, name="2026-Q3"),
        invited(4, 5, account=2), invited(5, 5, account=2, name="2026-Q4+"),
    ]  # fmt: skip
    found = rarely_asked(accounts, asked, NOW)
    assert [(one.name, rounds) for one, rounds in found] == [("C", 0), ("B", 1)]

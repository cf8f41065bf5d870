"""The figures of marketing and sales, worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.kpi import (
    Conversion,
    FirstCalls,
    HandedOff,
    Move,
    contracts_per_year,
    first_calls,
    monthly,
    mql_to_sql,
    returns_by_reason,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def moves(contact: int, *steps: tuple[str, int]) -> list[Move]:
    """Return steps (stage, days before now) of a contact."""
    return [Move(contact, NOW - days * DAY, stage) for stage, days in steps]


#: steps of one contact, (began, arrived, under way)
WORKED = [
    # became an SQL
    ([("mql", 60), ("tql", 59), ("sal", 58), ("sql", 40)], (1, 1, 0)),
    # bought at once
    ([("mql", 60), ("customer", 59)], (1, 1, 0)),
    # became one and was lost later: it was one
    ([("mql", 60), ("sql", 50), ("lost", 10)], (1, 1, 0)),
    # given back
    ([("mql", 20), ("lead", 10)], (1, 0, 0)),
    # young and waiting: neither
    ([("mql", 29), ("tql", 28)], (1, 0, 1)),
    # waiting for too long
    ([("mql", 31)], (1, 0, 0)),
    # became an MQL before the window: another window's
    ([("mql", 91), ("sql", 40)], (0, 0, 0)),
    # twice in the window counts once
    ([("mql", 80), ("lead", 70), ("mql", 20), ("sql", 5)], (1, 1, 0)),
    # given back and an MQL again lately
    ([("mql", 80), ("lead", 70), ("mql", 20)], (1, 0, 0)),
    # an SQL who never was an MQL is not of the cohort
    ([("sql", 10)], (0, 0, 0)),
    # in whatever order the steps are told
    ([("sql", 40), ("mql", 60)], (1, 1, 0)),
]


@pytest.mark.parametrize(("steps", "expected"), WORKED)
def test_one_contact_in_the_rate(
    steps: list[tuple[str, int]], expected: tuple[int, int, int]
) -> None:
    found = mql_to_sql(moves(1, *steps), NOW, 0.6)
    assert (found.began, found.arrived, found.under_way) == expected


def test_the_rate_is_arrived_by_decided_against_the_target() -> None:
    told = [
        *(one for n in range(6) for one in moves(n, ("mql", 60), ("sql", 40))),
        *(one for n in range(6, 10) for one in moves(n, ("mql", 60), ("lead", 50))),
        *moves(10, ("mql", 3)),
    ]
    found = mql_to_sql(told, NOW, 0.6)
    assert found == Conversion(11, 6, 1, 0.6)
    # 6 of 10; the eleventh is under way
    assert (found.rate, found.on_target) == (0.6, True)
    assert mql_to_sql(told[2:], NOW, 0.6).on_target is False
    assert mql_to_sql(moves(10, ("mql", 3)), NOW, 0.6).rate is None


def test_first_calls_in_time_and_their_median() -> None:
    hour = timedelta(hours=1)

    def handed(called: float | None, due: float = 24, ago: float = 100) -> HandedOff:
        at = NOW - ago * hour
        return HandedOff(at, at + due * hour, at + called * hour if called is not None else None)

    # 2, 24 (to the second) and 30 hours; one nobody called; one that still has time
    told = [handed(2), handed(24), handed(30), handed(None), handed(None, ago=3)]
    assert first_calls(told, NOW) == FirstCalls(4, 2, 24 * hour)
    assert first_calls(told, NOW).share == 0.5
    # two in the middle: their mean
    assert first_calls([handed(2), handed(5)], NOW).median == 3.5 * hour
    assert first_calls([], NOW) == FirstCalls(0, 0, None)
    assert first_calls([], NOW).share is None


def test_returns_are_counted_by_reason() -> None:
    found = returns_by_reason(["later", "no_budget", "later", "no_fit"])
    assert list(found.items()) == [("later", 2), ("no_budget", 1), ("no_fit", 1)]


def test_ten_leads_a_month_make_36_contracts_a_year_at_30_percent_and_48_at_40() -> None:
    assert contracts_per_year(10, 0.30) == 36
    assert contracts_per_year(10, 0.40) == 48


def test_a_month_is_thirty_days() -> None:
    told = [*moves(1, ("lead", 5)), *moves(1, ("lead", 50)), *moves(2, ("lead", 59))]
    assert monthly(told, "lead", NOW - 60 * DAY, NOW) == 1

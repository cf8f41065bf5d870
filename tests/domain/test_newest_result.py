"""Which result somebody stands by: the newest month's, while it holds and is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nurture.domain.newest_result import Result, Told, newest_result

JULY = datetime(2026, 7, 3, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 5, 1, tzinfo=UTC)


def test_nobody_who_heard_of_nothing_has_a_result() -> None:
    assert newest_result([]) == Result(None, False)


def test_a_result_counts_from_when_it_was_told() -> None:
    assert newest_result([Told(JULY, True, "2026-06")]) == Result(JULY)
    # an event of another system names no month
    assert newest_result([Told(JULY, True)]) == Result(JULY)
    assert newest_result([Told(JULY, True, "June")]) == Result(JULY)


def test_a_worse_month_takes_the_result_away_and_a_better_one_brings_it_back() -> None:
    june = Told(JULY, True, "2026-06")
    july = Told(AUGUST, False, "2026-07")
    assert newest_result([june, july]) == Result(None, worse=True)
    september = Told(AUGUST + timedelta(days=30), True, "2026-08")
    assert newest_result([june, july, september]) == Result(september.at)


def test_an_older_month_that_is_reported_late_changes_nothing() -> None:
    june = Told(JULY, True, "2026-06")
    late = Told(AUGUST, False, "2026-04")
    assert newest_result([june, late]) == Result(JULY)


def test_figures_of_long_ago_are_not_fresh_because_they_are_told_today() -> None:
    december = datetime(2026, 12, 1, 1, tzinfo=UTC)
    found = newest_result([Told(december, True, "2026-06")])
    assert found.at == datetime(2026, 8, 1, tzinfo=UTC)


def test_a_first_report_of_nothing_better_is_no_loss() -> None:
    assert newest_result([Told(JULY, False, "2026-06")]) == Result(None, worse=False)

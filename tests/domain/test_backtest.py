"""What other rules would have changed, in figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nurture.domain.backtest import Course, Stand, compare

START = datetime(2026, 5, 1, tzinfo=UTC)
END = START + timedelta(days=28)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def course(stands: dict[int, tuple[str, str, float]], *moves: tuple[int, int, str]) -> Course:
    return Course(
        {one: Stand(*stand) for one, stand in stands.items()},
        [(one, day(number), stage) for one, number, stage in moves],
        [],
    )


LIVE = course(
    {1: ("cold", "lead", 10), 2: ("warm", "mql", 61), 3: ("cold", "lead", 5)}, (2, 4, "mql")
)
PROPOSED = course(
    {1: ("warm", "mql", 45), 2: ("warm", "mql", 61), 3: ("warm", "lead", 20)},
    (1, 2, "mql"),
    (2, 1, "mql"),
)
WON = {2: day(8)}


def test_contacts_are_counted_where_they_stand_under_both() -> None:
    found = compare(LIVE, PROPOSED, LIVE.stands, WON, "mql", START, END)
    assert found.contacts == 3
    assert found.temperatures == {"cold": (2, 0), "warm": (1, 3), "hot": (0, 0)}
    assert found.stages["mql"] == (1, 2)
    assert found.per_week == (0.25, 0.5)


def test_who_would_stand_elsewhere_is_named_the_greatest_change_first() -> None:
    found = compare(LIVE, PROPOSED, LIVE.stands, WON, "mql", START, END)
    assert [one.contact_id for one in found.differences] == [1, 3]


def test_a_lead_is_right_where_sales_won_it_afterwards() -> None:
    found = compare(LIVE, PROPOSED, LIVE.stands, WON, "mql", START, END)
    assert (found.live.leads, found.live.right, found.live.precision) == (1, 1, 1.0)
    assert (found.proposed.leads, found.proposed.right, found.proposed.precision) == (2, 1, 0.5)
    assert (found.live.recall, found.proposed.recall) == (1.0, 1.0)
    assert found.live.ahead == timedelta(days=4)
    assert found.proposed.ahead == timedelta(days=7)


def test_one_that_sales_won_before_is_no_merit_of_the_rules() -> None:
    found = compare(LIVE, PROPOSED, LIVE.stands, {2: day(2)}, "mql", START, END)
    assert found.live.right == 0
    assert found.proposed.right == 1


def test_what_lies_outside_the_span_counts_for_no_figure() -> None:
    found = compare(LIVE, PROPOSED, LIVE.stands, WON, "mql", day(10), END)
    assert (found.live.leads, found.live.won, found.live.precision) == (0, 0, None)
    assert found.live.recall is None


def test_how_far_the_replay_can_be_trusted_is_said() -> None:
    record = {**LIVE.stands, 3: Stand("hot", "sal", 90)}
    found = compare(LIVE, PROPOSED, record, WON, "mql", START, END)
    assert found.faithful == 2 / 3
    assert compare(LIVE, PROPOSED, {}, WON, "mql", START, END).faithful is None

"""A referrer is judged by what came of it; who is owed most is referred to first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.referrer_record import Partner, Record, Tier, route


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(), Tier.NEW),
        # many, and nothing came of them
        (Record(introduced=50, agreed=50, met=2), Tier.NEW),
        # one customer among few, all worth a meeting
        (Record(introduced=2, agreed=2, met=2, won=1), Tier.TRUSTED),
        # a win among many that were not worth a meeting
        (Record(introduced=20, agreed=20, met=2, won=1, ended=18), Tier.NEW),
        (Record(introduced=5, agreed=5, met=4, won=3, ended=2), Tier.AMBASSADOR),
        # three wins, and many lost
        (Record(introduced=15, agreed=15, met=12, won=3, ended=12), Tier.TRUSTED),
    ],
)
def test_a_tier_is_what_came_of_it_not_how_many_there_were(record: Record, expected: Tier) -> None:
    assert record.tier is expected


def test_figures_of_nothing_are_none_and_the_others_are_shares() -> None:
    assert (Record().quality, Record().win_rate) == (None, None)
    known = Record(introduced=10, agreed=8, met=4, won=1, ended=3)
    assert (known.quality, known.win_rate) == (0.5, 0.25)


def test_a_customer_goes_to_the_certified_partner_to_whom_we_owe_most() -> None:
    partners = [
        Partner(1, ["logistics"], Record(agreed=9)),
        Partner(2, ["Medical"], Record(agreed=3, sent=3), reach=3),
        Partner(3, ["medical", "care"], Record(agreed=4, sent=1)),
        Partner(4, ["medical"], Record(agreed=3, sent=0)),
    ]
    found = route(partners, " medical ")
    assert found is not None
    assert found.contact_id == 3
    assert route(partners, "finance") is None


@given(st.lists(st.integers(0, 30), min_size=2, max_size=6), st.integers(1, 40))
def test_nobody_is_served_while_another_is_owed_more(agreed: list[int], customers: int) -> None:
    sent = [0] * len(agreed)
    for _ in range(customers):
        partners = [Partner(i, ["x"], Record(agreed=a, sent=sent[i])) for i, a in enumerate(agreed)]
        found = route(partners, "x")
        assert found is not None
        balances = [one.record.balance for one in partners]
        assert balances[found.contact_id] == max(balances)
        sent[found.contact_id] += 1

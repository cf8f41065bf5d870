"""Whether two introductions by one referrer mean the same person."""

from __future__ import annotations

import pytest

from nurture.domain.referral_same import Meant, is_same, standing_among


@pytest.mark.parametrize(
    ("known", "new", "same"),
    [
        # two addresses decide, whatever the names say
        (Meant("a", "鈴木", "青空"), Meant("a", "佐藤", "別"), True),
        (Meant("a", "鈴木", "青空"), Meant("b", "鈴木", "青空"), False),
        # the form took a name, the person wrote their address themselves
        (Meant(None, "鈴木 一郎", "株式会社青空"), Meant("a", "鈴木　一郎", "青空"), True),
        (Meant("a", "鈴木一郎", "(株)青空"), Meant(None, "鈴木 一郎様", "(株)青空"), True),
        (Meant(None, "鈴木一郎"), Meant("a", "鈴木一郎", "青空"), True),
        # a namesake elsewhere, somebody else at the same place
        (Meant(None, "鈴木一郎", "青空"), Meant("a", "鈴木一郎", "白雲"), False),
        (Meant(None, "鈴木一郎", "青空"), Meant("a", "鈴木次郎", "青空"), False),
        # no name: the company alone, and never nothing at all
        (Meant(None, "", "青空"), Meant(None, "", "株式会社青空"), True),
        (Meant(None, "", "青空"), Meant("a", "鈴木一郎", "青空"), False),
        (Meant(None, "", ""), Meant("a", "", "青空"), False),
    ],
)
def test_who_is_the_same_person(known: Meant, new: Meant, same: bool) -> None:
    assert is_same(known, new) is same
    assert is_same(new, known) is same


def test_an_address_beats_a_name() -> None:
    by_name, by_address = Meant(None, "鈴木一郎"), Meant("a", "鈴木")
    assert standing_among([by_name, by_address], Meant("a", "鈴木一郎")) is by_address
    assert standing_among([by_address], Meant("b", "鈴木一郎")) is None

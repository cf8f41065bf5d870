"""Our own people, found by what a command or a form calls them."""

from __future__ import annotations

import pytest

from nurture.db import tables, team
from nurture.db.engine import read
from nurture.errors import NurtureError
from nurture.services.team import id_of_member
from tests.services.desk import Desk


def test_a_member_is_found_by_key_or_address_and_who_left_only_on_request(desk: Desk) -> None:
    desk.house.change(tables.team_member, desk.members["ueda"], active=False)
    cases = (
        ("nakamura", True, "nakamura"),
        # people write addresses and keys as they like
        (" NAKAMURA ", True, "nakamura"),
        ("Nakamura@Sample.example", True, "nakamura"),
        # who left has no work, but past mails that concern them
        ("ueda", True, None),
        ("ueda@sample.example", False, "ueda"),
        ("", False, None),
        ("nobody", False, None),
    )
    with read(desk.house.engine) as connection:
        for named, active_only, expected in cases:
            found = team.member_of(connection, named, active_only)
            assert (found.key if found is not None else None) == expected, named
        assert [row.key for row in team.members(connection)] == ["sato", "mori", "nakamura"]


def test_a_command_for_nobody_says_who_there_is(desk: Desk) -> None:
    with pytest.raises(NurtureError, match="nobody of the team is known as 'moro'") as error:
        id_of_member(desk.house.runtime, "moro")
    assert "sato, mori, nakamura, ueda" in error.value.hint

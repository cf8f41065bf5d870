"""News of a deal that the team tells: each once, and none lost to what is still on its way."""

from __future__ import annotations

import pytest

from nurture.db import tables
from nurture.errors import NurtureError
from nurture.services.deal_desk import act_on_deal, set_right
from tests.services.desk import Desk


def _deal(desk: Desk) -> int:
    now = desk.house.clock.now()
    return desk.house.add(
        tables.deal, contact_id=desk.lead(), stage="open", created_at=now, updated_at=now
    )


def test_news_within_a_second_counts_what_is_not_taken_in_yet(desk: Desk) -> None:
    runtime, number = desk.house.runtime, _deal(desk)
    steps = (
        # (stage, amount) → whether there was something to record
        ("open", None, False),
        ("meeting", "120万", True),
        # sent twice
        ("meeting", "120万", False),
        # taken back at once: so it was in the table, but not in what is on its way
        ("open", None, True),
        ("meeting", None, True),
        ("open", "1200000", True),
    )
    for stage, amount, recorded in steps:
        done = set_right(runtime, str(number), stage, amount, None, None, "cli")
        assert done is recorded, (stage, amount)
    desk.house.decide()
    row = desk.house.row(tables.deal, number)
    assert (row.stage, row.amount) == ("open", 1_200_000)
    assert not set_right(runtime, str(number), "open", None, None, None, "cli")


def test_what_the_team_tells_of_a_deal_is_taken_in_once(desk: Desk) -> None:
    runtime, number = desk.house.runtime, _deal(desk)
    first = {"day": "2026-05-20", "time": "14:00", "decider": "yes"}
    met = {"no_next_step": "yes", "note": "次回は未定"}
    steps = (
        ("meeting_set", first, True),
        ("meeting_set", first, False),
        ("meeting_set", {**first, "day": "2026-05-21"}, True),
        # back to the first date
        ("meeting_set", first, True),
        ("met", met, True),
        ("met", met, False),
        ("proposed", {"amount": "120万"}, True),
        ("proposed", {"amount": "1,200,000"}, False),
        ("won", {"amount": "120万"}, True),
        ("won", {"amount": "120万"}, False),
    )
    for action, answers, recorded in steps:
        done = act_on_deal(runtime, str(number), action, answers, "ueda", "cli")
        assert done is recorded, (action, answers)
    for _ in range(2):
        # what does not fit the end is said to be refused, not to be so already
        with pytest.raises(NurtureError, match="is over: won"):
            act_on_deal(runtime, str(number), "won", {"amount": "150万"}, "ueda", "cli")
        desk.house.decide()
        assert desk.house.row(tables.deal, number).stage == "won"

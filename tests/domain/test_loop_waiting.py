"""An unhappy answer waits until the end of the next business day, no longer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from nurture.compiler import compile_files
from nurture.domain.loop_waiting import Waiting, waiting
from tests.services.project import project

CALENDAR = compile_files(
    project(
        calendar="""
calendar: default
zone: Asia/Tokyo
holidays: JP
windows:
  business: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
  office: {days: mon-fri, hours: ["09:00-12:00", "13:00-17:30"]}
"""
    )
).calendar


@pytest.mark.parametrize(
    ("state", "opened", "now", "found"),
    [
        # Friday; until the end of Monday all is well
        ("open", "2026-06-05T16:00", "2026-06-05T18:00", Waiting(0, False)),
        ("open", "2026-06-05T16:00", "2026-06-07T18:00", Waiting(0, False)),
        ("open", "2026-06-05T16:00", "2026-06-08T23:59", Waiting(1, False)),
        ("open", "2026-06-05T16:00", "2026-06-09T00:00", Waiting(2, True)),
        # holidays count for nothing: 4 and 5 May and the one in lieu
        ("open", "2026-05-01T10:00", "2026-05-07T10:00", Waiting(1, False)),
        # somebody is in touch: the promise is kept
        ("contacted", "2026-06-05T16:00", "2026-06-12T10:00", Waiting(5, False)),
    ],
)
def test_a_promise_ends_with_the_next_business_day(
    state: str, opened: str, now: str, found: Waiting
) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    begun, today = (datetime.fromisoformat(one).replace(tzinfo=zone) for one in (opened, now))
    assert waiting(CALENDAR, state, begun, today) == found

"""What we promise about time is said as it is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nurture.domain.promise_words import within


@pytest.mark.parametrize(
    ("hours", "days", "japanese", "english"),
    [
        (24, "all", "24時間以内", "within 24 hours"),
        (
            24,
            "business",
            "24時間以内（土日祝日を除く）",
            "within 24 hours (weekends and holidays aside)",
        ),
        (1, "all", "1時間以内", "within 1 hour"),
        (72, "all", "3日以内", "within 3 days"),
    ],
)
def test_what_stands_still_on_weekends_says_so(
    hours: int, days: str, japanese: str, english: str
) -> None:
    span = timedelta(hours=hours)
    assert (within(span, days, "ja"), within(span, days, "en")) == (japanese, english)

"""What news of a deal says, and when silence about its meeting becomes stale."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurture.domain.deal_news import read_day, read_moment, read_news
from tests.domain.calendars import JAPAN, TOKYO, tokyo, utc

AT = tokyo("2026-05-12 10:00")
DAY = timedelta(days=1)


def news(kind: str, **said: Any) -> Any:
    return read_news(kind, said, AT, JAPAN, DAY)


#: what is written, the meeting, when silence is stale
MEETINGS = [
    # a wall clock is one of our zone
    ("2026-05-13T15:00", "2026-05-13 15:00", "2026-05-14 15:00"),
    ("2026-05-13 15:00", "2026-05-13 15:00", "2026-05-14 15:00"),
    ("2026-05-13T06:00:00Z", "2026-05-13 15:00", "2026-05-14 15:00"),
    # a bare date lasts until its evening; by then the office is shut
    ("2026-05-13", "2026-05-13 18:00", "2026-05-15 09:00"),
    # midnight that is written out is midnight
    ("2026-05-13T00:00", "2026-05-13 00:00", "2026-05-14 09:00"),
    # Friday's meeting is asked for on Monday
    ("2026-05-15T15:00", "2026-05-15 15:00", "2026-05-18 15:00"),
    ("2026-12-28T16:00", "2026-12-28 16:00", "2027-01-04 16:00"),
    # yesterday's, told today
    ("2026-05-11T15:00", "2026-05-11 15:00", "2026-05-12 15:00"),
    # history that a CRM brings is not chased
    ("2025-05-13T15:00", "2025-05-13 15:00", None),
]


@pytest.mark.parametrize(("written", "meeting", "stale"), MEETINGS)
def test_a_meeting_and_when_it_is_stale(written: str, meeting: str, stale: str | None) -> None:
    found = news("deal.meeting_set", at=written)
    assert found.meeting_at == tokyo(meeting)
    assert found.review_at == (tokyo(stale) if stale else None)
    assert (found.stage, found.unread) == ("meeting", "")


@pytest.mark.parametrize("written", ["next week", "13.05.2026", "0001-01-01", "2026-05-32T10:00"])
def test_a_date_that_cannot_be_read_is_said(written: str) -> None:
    found = news("deal.meeting_set", at=written)
    assert (found.stage, found.meeting_at, found.unread) == ("meeting", None, written)


#: event, properties, columns, facts
SAID = [
    ("deal.met", {"decider_met": True, "budget": False}, {},
     {"decider_met": True, "budget": False}),
    # only yes and no are findings
    ("deal.met", {"decider_met": "yes", "requirements": 1}, {}, {}),
    ("deal.meeting_set", {"decider": True, "attendees": "社長、工場長"}, {},
     {"decider_meeting": True, "attendees": "社長、工場長"}),
    ("deal.meeting_set", {"attendees": ["社長", "工場長"]}, {}, {"attendees": "社長, 工場長"}),
    ("deal.proposed", {"amount": 1_200_000, "currency": "JPY"},
     {"amount": 1_200_000.0, "currency": "JPY"}, {}),
    # a true that slipped in is no amount
    ("deal.proposed", {"amount": True, "product": ""}, {}, {}),
    ("deal.lost", {"reason": "予算", "note": "来期"}, {"reason": "予算"}, {"note": "来期"}),
    ("deal.met", {"next_step": " 見積もり "}, {"next_step": "見積もり"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "columns", "facts"), SAID)
def test_what_is_said_of_a_deal(
    kind: str, said: dict[str, Any], columns: dict[str, Any], facts: dict[str, Any]
) -> None:
    found = news(kind, **said)
    assert (dict(found.values), dict(found.facts)) == (columns, facts)


#: event, stage said with it, stage of the deal
STAGES = [
    ("deal.opened", None, "open"),
    ("deal.advanced", None, "meeting"),
    ("deal.advanced", "proposal", "proposal"),
    # a word of the CRM's own
    ("deal.advanced", "Qualification", "meeting"),
    # only an advance names a stage
    ("deal.met", "won", "meeting"),
    ("deal.updated", None, None),
]


@pytest.mark.parametrize(("kind", "said", "stage"), STAGES)
def test_the_stage_that_news_means(kind: str, said: str | None, stage: str | None) -> None:
    assert news(kind, stage=said).stage == stage


def test_days_and_moments_as_forms_write_them() -> None:
    assert str(read_day("2027-04-01")) == "2027-04-01"
    assert str(read_day("2027-04-01T09:00")) == "2027-04-01"
    assert read_day("4/1") is read_day(20270401) is read_day("9999-12-31") is None
    assert read_moment("2026-05-13T06:00Z", TOKYO) == utc("2026-05-13 06:00")


@pytest.mark.parametrize("amount", [float("inf"), float("nan"), 10**400, True, "120万"])
def test_a_figure_that_nobody_can_add_up_is_none(amount: object) -> None:
    """It would stop all that comes after it, or make every sum infinite."""
    assert "amount" not in news("deal.won", amount=amount).values


def test_one_currency_has_one_spelling() -> None:
    assert news("deal.won", amount=5, currency="jpy").values == {"amount": 5.0, "currency": "JPY"}

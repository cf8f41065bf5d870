"""The monthly report: on a month's first business day, to the team, with charts and a task."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from nurture.db import tables
from nurture.domain.calendar import is_business_day
from nurture.domain.policy import Calendar, Window
from nurture.services.kpi_report import next_report, send_reports
from tests.content.shipped import release
from tests.services.house import House, make_house
from tests.services.project import POLICY, as_bytes, project

_KPIS = '\nkpis: {owner: mori, report_at: "09:00"}\n'
_OFFICE = Window("business", frozenset(range(5)), ((time(9), time(18)),))
TOKYO = Calendar("Asia/Tokyo", frozenset(), (), {"business": _OFFICE})


def _at(day: int, hour: int, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # the first of June 2026 is a Monday
        (_at(12, 10, 5), _at(1, 9)),
        (_at(1, 8), _at(1, 9)),
        # over for this month; the first of July is a Wednesday
        (_at(1, 9), _at(1, 9, 7)),
        # the first of August is a Saturday
        (_at(2, 9, 7), _at(3, 9, 8)),
        # a year ends
        (_at(31, 9, 12), datetime(2027, 1, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo"))),
    ],
)
def test_the_report_goes_on_the_first_business_day_of_a_month(
    now: datetime, expected: datetime
) -> None:
    assert next_report(TOKYO, time(9), now) == expected


@given(st.integers(0, 4 * 365 * 24).map(lambda hours: _at(1, 0, 1) + timedelta(hours=hours)))
def test_a_report_is_always_ahead_on_a_business_day_with_none_before_it(now: datetime) -> None:
    found = next_report(TOKYO, time(9), now)
    assert found is not None
    local = found.astimezone(ZoneInfo("Asia/Tokyo"))
    assert found > now
    assert found - now < timedelta(days=36)
    days = [local.date().replace(day=number) for number in range(1, local.day)]
    assert is_business_day(TOKYO, local.date())
    assert not any(is_business_day(TOKYO, day) for day in days)


@pytest.fixture
def house(engine: Engine) -> House:
    """The shipped house, on the last day of May."""
    made = make_house(engine)
    made.clock.move_to(_at(31, 12, 5))
    made.publish(as_bytes(release()))
    return made


def _mails(house: House, subject: str) -> dict[str, EmailMessage]:
    found: dict[str, EmailMessage] = {}
    for one in house.provider.accepted:
        mail: Any = message_from_bytes(one.data, policy=default)
        if subject in str(mail["subject"]):
            found[one.recipient] = mail
    return found


def test_the_team_gets_one_report_a_month_and_the_owner_a_task(house: House) -> None:
    referrer = house.person()
    house.add(
        tables.referral, ref="R-1", program="default", referrer_id=referrer, channel="customer",
        way="forward", state="received", created_at=_at(20, 12, 5), updated_at=_at(20, 12, 5),
    )  # fmt: skip
    house.until(_at(1, 12))
    mails = _mails(house, "2026年5月のご紹介")
    team = {row.email for row in house.rows(tables.team_member)}
    assert set(mails) == team
    mail = mails["mori@nurture.example"]
    assert "ご紹介1・" in str(mail["subject"])
    body: Any = mail.get_body(("plain",))
    text = body.get_content()
    assert "紹介からの成約率：0.0%　0 / 1" in text
    assert "参加率：n/a　0 / 0" in text
    # both charts go with it, and say what they show
    assert sum(part.get_content_type() == "image/png" for part in mail.walk()) == 2
    assert "月別のご紹介件数" in text
    # the owner closes the review from it; nobody else can
    assert "確認を記録する：https://" in text
    others: Any = mails["sato@nurture.example"].get_body(("plain",))
    assert "確認を記録する" not in others.get_content()
    (task,) = house.rows(tables.task, dedupe_key="kpi-review/2026-05")
    assert task.due_at == _at(8, 9)
    # the names of referrers are not kept with the mail
    kept = [row.values for row in house.rows(tables.message, template="team/kpis")]
    assert all("kpis" not in values for values in kept)


def test_the_next_report_comes_a_month_later(engine: Engine) -> None:
    house = make_house(engine)
    house.publish(project(policy=POLICY + _KPIS, t_team__kpis=_TINY))
    assert send_reports(house.runtime) == 0
    house.until(_at(2, 0, 7))
    keys = [row.dedupe_key for row in house.rows(tables.task, kind="review")]
    assert keys == ["kpi-review/2026-05", "kpi-review/2026-06"]
    assert [row.state for row in house.rows(tables.message, template="team/kpis")] == ["sent"] * 4


def test_a_house_without_the_time_or_the_template_sends_none(engine: Engine) -> None:
    house = make_house(engine)
    house.publish(project())
    house.until(_at(2, 0))
    assert house.rows(tables.task, kind="review") == []
    house.publish(project(policy=POLICY + _KPIS))
    house.until(_at(2, 0, 7))
    # the review is asked for all the same
    assert len(house.rows(tables.task, kind="review")) == 1
    assert house.rows(tables.message, template="team/kpis") == []


_TINY = (
    '---\nsubject: "{{ kpis.month }}"\npreheader: 月次\n---\n'
    "{% for one in kpis.headline %}{{ one.name }}{{ one.value }} {% endfor %}\n"
)

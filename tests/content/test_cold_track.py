"""A cold contact's year: two mails in thirty days, nothing twice, a seminar a quarter."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.content.shipped import letters
from tests.content.test_rendering import mail_of
from tests.content.tracks import SHIPPED, Life, Sent, tokyo

YEAR = 365
COLD = ("cold-nurture", "cold-webinars")


def _year(start: str, curious: bool = True) -> Life:
    """Return a year of somebody who, if curious, looks at a page every other month."""
    life = Life(tokyo(start))
    life.enrol("cold-nurture")
    for _ in range(6):
        life.days(YEAR / 6)
        if curious:
            life.happens("page.viewed", page="article")
    return life


@pytest.mark.parametrize(
    "start",
    [
        "2026-04-06 09:00",  # a Monday before Golden Week
        "2026-07-31 18:00",  # a Friday evening, Obon ahead
        "2026-12-28 17:30",  # the minute the office shuts for the year
    ],
)
def test_nobody_cold_gets_more_than_two_mails_in_thirty_days(start: str) -> None:
    sent = _year(start).sent
    for third, first in zip(sent[2:], sent, strict=False):
        assert third.at - first.at >= timedelta(days=30)


def test_a_year_of_letters_repeats_nothing_and_loses_nothing() -> None:
    life = _year("2026-04-06 09:00")
    told = [one.template for one in life.sent]
    assert len(told) == len(set(told))
    assert life.dropped == []
    # a letter once or twice a month, and every one there is
    letters_sent = [one for one in life.sent if one.workflow == "cold-nurture"]
    assert len(letters_sent) == 11
    assert letters_sent[0].template == "cold/introduction"


def test_an_online_session_is_offered_about_once_a_quarter() -> None:
    invitations = [one for one in _year("2026-04-06 09:00").sent if "webinar" in one.template]
    assert len(invitations) == 4
    gaps = [(later.at - one.at).days for one, later in pairwise(invitations)]
    assert all(84 <= gap <= 105 for gap in gaps)


def test_letters_leave_room_for_the_monthly_news_and_wait_rather_than_drop() -> None:
    life = Life(tokyo("2026-04-06 09:00"))
    life.enrol("cold-nurture")
    for _ in range(12):
        # A broadcast goes first: its priority is above the letters'.
        life.sent.append(Sent(life.now, "warm-nurture", "news/any"))
        life.days(30)
        if len(life.sent) % 3 == 0:
            life.happens("page.viewed", page="article")
    assert life.dropped == []
    assert sum(one.workflow == "cold-nurture" for one in life.sent) >= 10


def test_who_cools_down_again_goes_on_where_the_letters_stopped() -> None:
    life = Life(tokyo("2026-04-06 09:00"))
    life.enrol("cold-nurture")
    life.days(50)
    before = [one.template for one in life.sent]
    life.becomes(temperature="warm")
    assert life.track("cold-nurture") is None
    life.days(40)
    life.becomes(temperature="cold")
    life.enrol("cold-nurture")
    life.days(60)
    after = [one.template for one in life.sent][len(before) :]
    assert after
    assert not set(after) & set(before)


@pytest.mark.parametrize(
    "change",
    [
        {"lifecycle": "sal"},
        {"lifecycle": "sql"},
        {"lifecycle": "customer"},
        {"temperature": "warm"},
    ],
)
def test_letters_stop_at_once_for_who_is_no_longer_cold_or_talks_with_sales(
    change: dict[str, str],
) -> None:
    life = Life(tokyo("2026-04-06 09:00"))
    life.enrol("cold-nurture")
    life.days(10)
    life.becomes(**change)
    assert all(one.outcome for one in life.tracks)


#: what sells, in a mail that must not
_SELLING = {
    "ja": re.compile(
        r"料金|価格|お見積|割引|特典|キャンペーン|ご提案|ご購入|ご契約|導入をご検討|お試し版"
        r"|無料トライアル|個別相談|商談|お打ち合わせ"
    ),
    "en": re.compile(
        r"(?i)\b(?:pric(?:e|es|ing)|discount|quotes?|quotation|offers?|buy|purchase|trial"
        r"|book a demo|proposal|sales|our product|sign up now|limited)\b"
    ),
}


@pytest.mark.parametrize("path", [path for path in letters() if path.startswith("cold/")])
def test_a_cold_letter_as_it_arrives_sells_nothing(path: str) -> None:
    mail = mail_of(path)
    locale = path.split(".")[1]
    body = mail.text.split("-" * 20)[0]
    assert _SELLING[locale].search(mail.subject + body) is None


def test_cold_letters_come_from_one_person_and_can_be_turned_off_by_topic() -> None:
    assert {SHIPPED.workflows[name].sender for name in COLD} == {"mori"}
    assert [SHIPPED.workflows[name].topic for name in COLD] == ["letters", "seminars"]

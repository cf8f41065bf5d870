"""What readers ask for: pauses as they are written, what differs, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.event_words import more_of
from nurture.domain.preference_words import change_in_words, summary
from nurture.domain.preferences import (
    LONGEST_PAUSE,
    PAUSES,
    Change,
    Choices,
    Pause,
    PauseError,
    Preferences,
    Rhythm,
    add_months,
    begins,
    differences,
    read_pause,
)
from tests.domain.calendars import tokyo

TODAY = date(2026, 11, 22)
TOKYO = ZoneInfo("Asia/Tokyo")

#: choice, what stands in the field, the day it was filled with, the day mails begin again
PAUSED = [
    ("none", "", None, None),
    ("1m", "", None, date(2026, 12, 22)),
    ("3m", "", None, date(2027, 2, 22)),
    # a quick choice counts more than a day that was left in the field
    ("1m", "2027-03-01", date(2027, 3, 1), date(2026, 12, 22)),
    ("date", "2026-12-20", None, date(2026, 12, 20)),
    # browsers without a date field, and people who type as they write
    ("date", "2026/12/20", None, date(2026, 12, 20)),
    ("date", " ２０２６年１２月２０日 ", None, date(2026, 12, 20)),
    ("date", "2026.1.5", None, PauseError),
    # a day was written, but nobody could tick its choice for them
    ("none", "2026-12-20", None, date(2026, 12, 20)),
    ("", "2026-12-20", None, date(2026, 12, 20)),
    # the pause stands in the field still, and they choose to end it
    ("none", "2026-12-20", date(2026, 12, 20), None),
    # today and before are not to come
    ("date", "2026-11-22", None, PauseError),
    ("date", "2016-11-22", None, PauseError),
    ("date", "", None, PauseError),
    ("date", "tomorrow", None, PauseError),
    ("date", "2026-02-30", None, PauseError),
    ("date", "0000-00-00", None, PauseError),
    ("date", "9" * 5000, None, PauseError),
    # unknown choices say nothing
    ("forever", "", None, None),
]


@pytest.mark.parametrize(("choice", "written", "known", "resumes"), PAUSED)
def test_a_pause_is_read_as_it_is_meant(choice, written, known, resumes):
    if resumes is PauseError:
        with pytest.raises(PauseError):
            read_pause(choice, written, known, TODAY)
    else:
        assert read_pause(choice, written, known, TODAY) == Pause(resumes)


def test_a_pause_lasts_a_year_at_most_and_says_so():
    assert read_pause("date", "2027-11-22", None, TODAY) == Pause(date(2027, 11, 22))
    latest = Pause(TODAY + LONGEST_PAUSE, shortened=True)
    assert read_pause("date", "2036-11-22", None, TODAY) == latest


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)), st.sampled_from(sorted(PAUSES)))
def test_a_quick_pause_ends_on_the_same_day_or_the_months_last(day, choice):
    ends = add_months(day, PAUSES[choice])
    months = (ends.year - day.year) * 12 + ends.month - day.month
    assert months == PAUSES[choice]
    assert ends.day == day.day or (ends + timedelta(days=1)).day == 1


def test_a_pause_ends_by_itself_where_the_reader_is():
    ends = begins(date(2026, 12, 20), TOKYO)
    assert ends == tokyo("2026-12-20 00:00")
    asked = Preferences(paused_until=ends)
    assert asked.rests(ends - timedelta(microseconds=1)) == ends
    assert asked.rests(ends) is None


#: in the policy's order
OFFERED = ("letters", "seminars", "cases")
HAS = Choices(frozenset({"letters", "cases"}), frozenset({"marketing", "survey"}))

#: what they want, what of it is a change
CHANGES = [
    (HAS, []),
    (replace(HAS, topics=frozenset({"cases", "seminars"})), ["topic letters", "topic seminars"]),
    # with the last topic marketing goes, and is not named beside it
    (
        replace(HAS, topics=frozenset(), purposes=frozenset({"survey"})),
        ["topic letters", "topic cases"],
    ),
    (
        replace(HAS, purposes=frozenset({"marketing", "referral"})),
        ["purpose survey", "purpose referral"],
    ),
    (replace(HAS, rhythm=Rhythm.MONTHLY, tracking=False), ["rhythm", "tracking"]),
    (replace(HAS, resumes=TODAY, locale="en"), ["pause", "language"]),
]


@pytest.mark.parametrize(("wish", "found"), CHANGES)
def test_exactly_what_differs_is_named(wish, found):
    named = [f"{one.what} {one.name}".strip() for one in differences(HAS, wish, OFFERED)]
    assert named == found
    back = differences(wish, HAS, OFFERED)
    assert {(one.what, one.name) for one in back} == {
        (one.what, one.name) for one in differences(HAS, wish, OFFERED)
    }


def test_marketing_that_goes_without_a_topic_is_not_passed_over_in_silence():
    has = Choices(purposes=frozenset({"marketing"}))
    assert differences(has, Choices(), OFFERED) == [Change("purpose", "marketing", True, False)]


TITLES_JA = {"letters": "お便り", "cases": "事例と資料"}
TITLES_EN = {"letters": "Letters", "cases": "Cases"}

#: what they have → what they read, in both languages
SUMMARIES = [
    (
        Choices(),
        ["ご案内のメールは、すべて停止しています。"],
        ["You get no mails from us: everything is turned off."],
    ),
    (
        HAS,
        ["「お便り」「事例と資料」を日本語でお送りします。", "「アンケート」もお送りします。"],
        ["You get “Letters” and “Cases”, in Japanese.", "You also get “Short surveys”."],
    ),
    (
        Choices(
            frozenset({"letters"}),
            frozenset({"marketing"}),
            Rhythm.MONTHLY,
            date(2026, 12, 20),
            "en",
            False,
        ),
        [
            "配信をお休みしています。2026年12月20日に再開します。",
            "「お便り」を月に1通まで、英語でお送りします。",
            "開封やリンクのクリックは計測しません。",
        ],
        [
            "Mails are paused and begin again on 20 December 2026.",
            "You get “Letters”, at most one a month, in English.",
            "Opens and clicks are not measured.",
        ],
    ),
    (
        Choices(purposes=frozenset({"survey", "referral"})),
        ["「アンケート」「ご紹介のお願い」だけを日本語でお送りします。"],
        ["You get nothing but “Short surveys” and “Requests for introductions”, in Japanese."],
    ),
    # staff turned every topic off; what has no topic may come
    (
        Choices(purposes=frozenset({"marketing"})),
        ["「お役立ち情報とご案内」を日本語でお送りします。"],
        ["You get “News and invitations”, in Japanese."],
    ),
]


@pytest.mark.parametrize(("has", "japanese", "english"), SUMMARIES)
def test_a_plain_sentence_says_what_somebody_gets(has, japanese, english):
    assert summary(has, TITLES_JA, 2, "ja") == japanese
    assert summary(has, TITLES_EN, 2, "en") == english
    assert "日本語" not in "".join(summary(has, TITLES_JA, 1, "ja"))


#: a change → how it is told
TOLD = [
    (
        Change("topic", "letters", True, False),
        "お便り：受け取る → 受け取らない",
        "Letters: on → off",
    ),
    (Change("topic", "gone", False, True), "gone：受け取らない → 受け取る", "gone: off → on"),
    (
        Change("purpose", "survey", False, True),
        "アンケート：受け取らない → 受け取る",
        "Short surveys: off → on",
    ),
    (
        Change("rhythm", "", "all", "fortnightly"),
        "頻度：制限なし → 2週間に1通まで",
        "How often: as they come → at most one in two weeks",
    ),
    (
        Change("pause", "", None, TODAY),
        "お休み：なし → 2026年11月22日に再開",
        "Break: none → until 22 November 2026",
    ),
    (Change("language", "", "ja", "fr"), "メールの言語：日本語 → fr", "Language: Japanese → fr"),
    (
        Change("tracking", "", True, False),
        "開封とクリックの計測：許可する → 許可しない",
        "Measuring of opens and clicks: allowed → not allowed",
    ),
]


@pytest.mark.parametrize(("change", "japanese", "english"), TOLD)
def test_a_change_is_told_in_both_languages(change, japanese, english):
    assert change_in_words(change, TITLES_JA, "ja") == japanese
    assert change_in_words(change, TITLES_EN, "en") == english


def test_the_timeline_tells_of_a_change_in_words():
    told = {"topics_off": ["seminars"], "rhythm": "monthly", "resumes": None, "by": "sato"}
    kind = "contact.preferences_changed"
    assert more_of(kind, told, "ja") == "受け取らない: seminars、月に1通まで、お休み解除（sato）"
    english = "off: seminars, at most one a month, pause over (by sato)"
    assert more_of(kind, told, "en") == english
    paused = {"resumes": "2026-12-20", "tracking": False, "locale": "en", "by": "contact"}
    assert "2026-12-20" in more_of(kind, paused, "en")
    assert isinstance(begins(TODAY, TOKYO), datetime)

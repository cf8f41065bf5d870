"""Asked once, thanked once, back on the agreed day; welcomed without being asked for more."""

from __future__ import annotations

import re

import pytest

from nurture.domain.workflow import Purpose
from tests.content.shipped import LOCALES, letters
from tests.content.test_rendering import mail_of
from tests.content.tracks import SHIPPED, Life, tokyo

START = tokyo("2026-06-09 10:00")


def _templates(life: Life) -> list[str]:
    return [one.template for one in life.sent]


# -- re-activation -----------------------------------------------------------------------


def _silent(days: float = 181) -> Life:
    """Return somebody who has had letters for half a year and never showed up."""
    life = Life(START)
    life.enrol("cold-nurture")
    life.days(days)
    if life.is_in("dormant"):
        life.enrol("re-activation")
    return life


@pytest.mark.parametrize(("days", "dormant"), [(179, False), (180, True), (181, True)])
def test_half_a_year_without_a_sign_of_a_person_makes_dormant(days: int, dormant: bool) -> None:
    assert _silent(days).is_in("dormant") is dormant


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("email.clicked", {}),
        ("email.replied", {}),
        ("page.viewed", {"page": "home"}),
        ("form.submitted", {"form": "hearing"}),
        ("document.downloaded", {"kind": "checklist"}),
        ("seminar.attended", {"seminar": "x"}),
        ("call.logged", {"result": "talked"}),
        ("contact.preferences_changed", {}),
    ],
)
def test_any_sign_of_life_within_half_a_year_keeps_awake(kind: str, said: dict[str, str]) -> None:
    life = Life(START)
    life.days(20)
    life.happens(kind, **said)
    life.days(170)
    assert not life.is_in("dormant")
    life.days(15)
    assert life.is_in("dormant")


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("email.clicked", "reactivation/ask"),
        ("email.replied", "reactivation/ask"),
        ("contact.preferences_changed", None),
        ("page.viewed", None),
    ],
)
def test_one_click_brings_the_letters_back_where_they_stopped(kind: str, about: str | None) -> None:
    life = _silent()
    life.days(10)
    before = _templates(life)
    life.happens(kind, about)
    assert life.track("re-activation") is None
    assert life.is_in("readers")
    life.happens("segment.left", segment="dormant")
    life.days(60)
    after = _templates(life)[len(before) :]
    assert after
    assert not set(after) & set(before)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_question_says_what_no_answer_means_and_has_two_ways_to_answer(locale: str) -> None:
    mail = mail_of(f"reactivation/ask.{locale}.md")
    stops = {"ja": "お返事がない場合は、お便りをお休みいたします", "en": "we will stop"}
    assert stops[locale] in mail.text
    assert "https://links.nurture.example/p/" in mail.text.split("-" * 20)[0]


# -- after a lost deal -------------------------------------------------------------------


def _lost() -> Life:
    life = Life(START, {"lifecycle": "lost"})
    life.happens("deal.lost", deal="D-1", reason="予算の見送り", revisit_at="2026-10-01")
    return life


@pytest.mark.parametrize("again", ["deal.reopened", "deal.opened"])
def test_a_deal_that_goes_on_after_all_takes_the_thanks_back(again: str) -> None:
    life = _lost()
    life.happens(again, deal="D-1")
    life.days(30)
    assert "lost/thanks" not in _templates(life)


def test_nobody_comes_back_before_the_agreed_day_and_the_owner_does_on_it() -> None:
    life = _lost()
    life.days(50)
    assert "lost/revisit" not in _templates(life)
    assert life.tasks == []
    life.happens("revisit.due", reason="no_budget")
    life.days(1)
    assert _templates(life)[-1] == "lost/revisit"
    assert [(one.kind, one.assignee) for one in life.tasks] == [("call", "owner")]
    assert SHIPPED.workflows["revisit"].sender == "owner"


@pytest.mark.parametrize("lifecycle", ["sal", "sql", "customer"])
def test_no_revisit_where_sales_is_there_already(lifecycle: str) -> None:
    life = Life(START, {"lifecycle": lifecycle})
    life.happens("revisit.due", reason="later")
    assert life.tracks == []


@pytest.mark.parametrize("locale", LOCALES)
def test_thanks_for_a_lost_deal_press_for_nothing(locale: str) -> None:
    body = mail_of(f"lost/thanks.{locale}.md").text.split("-" * 20)[0]
    assert "http" not in body
    assert "？" not in body
    assert "?" not in body


# -- a new customer ----------------------------------------------------------------------


def _customer(won_days_ago: int = 0) -> Life:
    life = Life(START)
    life.happens("deal.won", deal="D-1")
    life.days(won_days_ago)
    life.becomes(lifecycle="customer")
    life.happens("lifecycle.changed", **{"from": "sql", "to": "customer"})
    return life


def test_a_new_customer_is_welcomed_helped_and_asked_how_it_goes() -> None:
    life = _customer()
    life.days(66)
    first = life.sent[0].at
    assert [(one.template, round((one.at - first).days, -1)) for one in life.sent] == [
        ("onboarding/welcome", 0),
        ("onboarding/first-week", 10),
        ("onboarding/check-in", 30),
        ("onboarding/first-results", 60),
    ]


def test_onboarding_needs_no_consent_and_tells_of_the_referral_programme_apart() -> None:
    onboarding, notice = (
        SHIPPED.workflows[name] for name in ("customer-onboarding", "referral-notice")
    )
    assert onboarding.purpose is Purpose.SERVICE
    assert notice.purpose is Purpose.REFERRAL
    life = _customer()
    life.days(120)
    assert _templates(life).count("onboarding/referral-programme") == 1
    assert _templates(life)[-1] == "onboarding/referral-programme"


def test_who_complains_is_a_persons_and_hears_of_no_programme() -> None:
    life = _customer()
    life.days(20)
    life.happens("complaint.received")
    life.enrol("referral-notice")
    life.days(120)
    assert _templates(life) == ["onboarding/welcome", "onboarding/first-week"]


_ASKS = {
    "ja": re.compile(r"ご紹介(?:いただけ|ください(?!った)|をお願い)|お願い(?:が|申し)|お心当たり"),
    "en": re.compile(
        r"(?i)would you introduce|please (?:introduce|refer)|do you know (?:any|some)one"
    ),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "name", ["welcome", "first-week", "check-in", "first-results", "referral-programme"]
)
def test_onboarding_never_asks_for_a_referral(name: str, locale: str) -> None:
    mail = mail_of(f"onboarding/{name}.{locale}.md")
    assert _ASKS[locale].search(mail.text) is None
    assert "/forms/introduction" not in letters()[f"onboarding/{name}.{locale}.md"]
    told = "紹介" in mail.text or "referral" in mail.text
    assert told is (name == "referral-programme")

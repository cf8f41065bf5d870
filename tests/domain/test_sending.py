"""May this mail go? Every answer, their order, and when a mail is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.policy import LegalIdentity, MailCap, Policy, Window
from nurture.domain.sending import (
    Candidate,
    Defer,
    Drop,
    PastMail,
    Send,
    Situation,
    forbidden,
    may_send,
    stopped,
    take_turns,
)
from nurture.domain.workflow import Purpose
from tests.domain.calendars import JAPAN, TOKYO, tokyo

#: a Tuesday morning in the business window
NOW = tokyo("2026-05-12 10:00")
DAY = timedelta(days=1)

WEEK = MailCap("contact-week", "contact", 2, 7 * DAY)
COLD_MONTH = MailCap("cold-month", "contact", 2, 30 * DAY, "marketing", "cold")
ACCOUNT_DAY = MailCap("account-day", "account", 3, DAY)
JOURNEY = MailCap("journey", "contact", 1, 3 * DAY, workflow="nps")

POLICY = Policy(
    senders={},
    default_sender="sato",
    legal=LegalIdentity({"ja": "株式会社青空"}, {"ja": "東京都"}, "privacy@nurture.example"),
    caps=(WEEK, COLD_MONTH, ACCOUNT_DAY, JOURNEY),
    service_templates=("receipt/*", "team/notify"),
)


def mail(**written: Any) -> Candidate:
    usual = Candidate(
        id=1,
        purpose=Purpose.MARKETING,
        workflow="warm-nurture",
        window="business",
        priority=50,
        recipient="tanaka@example.co.jp",
        template="warm/hearing",
        sender="sato",
        created_at=NOW,
        expires_at=NOW + 7 * DAY,
        has_enrolment=True,
    )
    return replace(usual, **written)


def situation(**written: Any) -> Situation:
    known: dict[str, Any] = {
        "zone": TOKYO,
        "temperature": "warm",
        "consents": frozenset({"marketing", "survey", "referral"}),
    }
    return Situation(**(known | written))


def past(
    *days_ago: float, purpose: str = "marketing", workflow: str | None = "w"
) -> list[PastMail]:
    return [PastMail(NOW - days * DAY, purpose, workflow) for days in days_ago]


def verdict(candidate: Candidate, known: Situation, now: datetime = NOW):
    return may_send(candidate, known, POLICY, JAPAN, now)


def test_a_mail_with_nothing_against_it_goes():
    assert verdict(mail(), situation()) == Send()


#: mail, situation, reason
NEVER = [
    (mail(recipient=None), situation(), "no_address"),
    (mail(recipient=""), situation(), "no_address"),
    (mail(), situation(enrolment_active=False), "enrolment_over"),
    (mail(), situation(suppressed=True), "suppressed"),
    # service mails need no consent, but a listed template and a living address
    (mail(purpose=Purpose.SERVICE), situation(), "not_a_service_template"),
    (
        mail(purpose=Purpose.SERVICE, template="receipt/x"),
        situation(suppressed=True),
        "suppressed",
    ),
    (mail(), situation(withdrawn=frozenset({"marketing"})), "unsubscribed"),
    (mail(), situation(consents=frozenset()), "no_consent"),
    # consent to one purpose is none to another
    (mail(purpose=Purpose.SURVEY), situation(consents=frozenset({"marketing"})), "no_consent"),
    (mail(expires_at=NOW), situation(), "expired"),
    (mail(), situation(sending="allowlist"), "not_on_allowlist"),
    (
        mail(),
        situation(sending="allowlist", allowed=["*@nurture.example"]),
        "not_on_allowlist",
    ),
]


@pytest.mark.parametrize(("candidate", "known", "reason"), NEVER)
def test_a_mail_is_dropped(candidate, known, reason):
    found = verdict(candidate, known)
    assert isinstance(found, Drop)
    assert found.reason == reason


#: mail, situation, reason, when it is looked at again
LATER = [
    (mail(), situation(sending="off"), "sending_off", NOW + timedelta(minutes=15)),
    (mail(), situation(paused=frozenset({("everything", "")})), "paused_everything", None),
    (
        mail(),
        situation(paused=frozenset({("workflow", "warm-nurture")})),
        "paused_workflow",
        None,
    ),
    (mail(), situation(paused=frozenset({("sender", "sato")})), "paused_sender", None),
    (mail(), situation(account_hold="complaint"), "account_hold", None),
    (mail(window="gone"), situation(), "unknown_window", NOW + timedelta(hours=1)),
    (mail(window="never"), situation(), "window_never_opens", NOW + timedelta(hours=1)),
    (mail(window="evening"), situation(), "window", tokyo("2026-05-12 18:00")),
    # the second of two within seven days leaves the week two days from now
    (mail(), situation(contact_mails=past(1, 5)), "cap", NOW + 2 * DAY),
    # three of an account today: free a day after the first of them
    (mail(), situation(account_mails=past(0.1, 0.2, 0.5)), "cap", NOW + 0.5 * DAY),
    # cold contacts have a cap of their own
    (
        mail(),
        situation(temperature="cold", contact_mails=past(9, 20)),
        "cap",
        NOW + 10 * DAY,
    ),
    # the cap that frees latest counts
    (
        mail(),
        situation(temperature="cold", contact_mails=past(1, 6)),
        "cap",
        NOW + 24 * DAY,
    ),
]


@pytest.mark.parametrize(("candidate", "known", "reason", "until"), LATER)
def test_a_mail_is_put_off(candidate, known, reason, until):
    calendar = replace(JAPAN, windows={**JAPAN.windows, "never": Window("never", frozenset(), ())})
    candidate = replace(candidate, expires_at=None)
    found = may_send(candidate, known, POLICY, calendar, NOW)
    assert isinstance(found, Defer)
    assert (found.reason, found.until) == (reason, until)


#: mails that have room under every cap
FREE = [
    situation(contact_mails=past(1)),
    # exactly seven days ago has left the week
    situation(contact_mails=past(1, 7)),
    # service mails use no slot
    situation(contact_mails=past(1, 2, 3, purpose="service")),
    # another cap's temperature
    situation(temperature="warm", contact_mails=past(9, 10, 11)),
    # cold: only marketing counts
    situation(temperature="cold", contact_mails=past(9, 10, purpose="survey")),
    # another journey's cap
    situation(contact_mails=past(1, workflow="nps")),
    # an account's mails are not the contact's
    situation(account_mails=past(0.1, 0.2)),
]


@pytest.mark.parametrize("known", FREE)
def test_a_mail_with_room_under_every_cap_goes(known):
    assert verdict(mail(), known) == Send()


def test_a_cap_of_one_journey_holds_back_its_own_mails():
    known = situation(contact_mails=past(1, purpose="survey", workflow="nps"))
    found = verdict(mail(purpose=Purpose.SURVEY, workflow="nps"), known)
    assert found == Defer(NOW + 2 * DAY, "cap", {"cap": "journey", "mails": 1, "days": 3.0})


def test_what_waits_for_its_own_moment_keeps_its_slot_from_what_is_less_important():
    soon = PastMail(NOW + timedelta(minutes=50), "marketing", "news")
    known = situation(contact_mails=past(3), reserved=[(60, soon)])
    held = verdict(mail(priority=50), known)
    assert isinstance(held, Defer)
    assert (held.reason, held.detail["cap"]) == ("cap", "contact-week")
    # as important, or more: first come, first served
    assert verdict(mail(priority=60), known) == Send()


def test_one_letter_a_day_spares_what_somebody_asked_for():
    daily = MailCap("contact-day", "contact", 1, DAY, below=60)
    policy = replace(POLICY, caps=(daily,))
    known = situation(contact_mails=past(0.1))
    letter, asked_for = mail(priority=50), mail(priority=60)
    assert isinstance(may_send(letter, known, policy, JAPAN, NOW), Defer)
    assert may_send(asked_for, known, policy, JAPAN, NOW) == Send()


def test_service_mails_pass_holds_and_caps_but_no_pause_and_no_window():
    receipt = mail(purpose=Purpose.SERVICE, template="receipt/order", workflow=None)
    full = situation(
        account_hold="complaint",
        consents=frozenset(),
        withdrawn=frozenset({"marketing"}),
        contact_mails=past(1, 2, 3),
    )
    assert verdict(receipt, full) == Send()
    paused = situation(paused=frozenset({("everything", "")}))
    assert isinstance(verdict(receipt, paused), Defer)
    assert isinstance(verdict(replace(receipt, window="evening"), full), Defer)


#: what is true at once, from what decides first to what decides last
ORDER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no_address", {"recipient": None}, {}),
    ("enrolment_over", {}, {"enrolment_active": False}),
    ("suppressed", {}, {"suppressed": True}),
    ("unsubscribed", {}, {"withdrawn": frozenset({"marketing"})}),
    ("expired", {"expires_at": NOW}, {}),
    ("not_on_allowlist", {}, {"sending": "allowlist"}),
    ("paused_workflow", {}, {"paused": frozenset({("workflow", "warm-nurture")})}),
    ("account_hold", {}, {"account_hold": "complaint"}),
    ("window", {"window": "evening"}, {}),
    ("cap", {}, {"contact_mails": past(1, 2)}),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_what_ends_a_mail_for_good_is_said_before_what_puts_it_off(first):
    on_mail: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for _, of_mail, of_situation in ORDER[first:]:
        on_mail |= {key: value for key, value in of_mail.items() if key not in on_mail}
        known |= {key: value for key, value in of_situation.items() if key not in known}
    assert verdict(mail(**on_mail), situation(**known)).reason == ORDER[first][0]


def test_an_allowlist_lets_through_whom_it_names_in_any_case():
    known = situation(sending="allowlist", allowed=["Tanaka@*", "*@nurture.example"])
    assert verdict(mail(), known) == Send()


def test_a_mail_that_expires_while_held_back_is_looked_at_when_it_expires():
    soon = NOW + timedelta(hours=1)
    candidate = mail(expires_at=soon)
    for known in (
        situation(paused=frozenset({("everything", "")})),
        situation(contact_mails=past(1, 2)),
    ):
        found = verdict(candidate, known)
        assert isinstance(found, Defer)
        assert found.until == soon
        assert verdict(candidate, known, soon) == Drop("expired")


def test_a_switch_is_asked_again_just_before_the_body():
    assert stopped(mail(), situation()) is None
    assert stopped(mail(sender=None), situation(paused=frozenset({("sender", "sato")}))) is None
    assert forbidden(mail(), situation(), POLICY) is None
    # what only time says is not asked again
    assert forbidden(mail(expires_at=NOW), situation(), POLICY) is None


AGES = st.lists(st.floats(0, 40).map(lambda days: round(days, 3)), max_size=8)


@given(
    AGES,
    AGES,
    st.sampled_from(["cold", "warm", "hot"]),
    st.sampled_from([Purpose.MARKETING, Purpose.SURVEY]),
    st.sampled_from(["warm-nurture", "nps"]),
)
def test_a_cap_is_free_when_it_said_it_would_be_and_not_before(
    mine, ours, temperature, purpose, workflow
):
    known = situation(
        temperature=temperature,
        contact_mails=past(*mine, workflow="nps"),
        account_mails=past(*ours),
    )
    candidate = mail(expires_at=None, window="always", purpose=purpose, workflow=workflow)
    found = verdict(candidate, known)
    if found == Send():
        return
    assert isinstance(found, Defer)
    assert found.reason == "cap"
    assert found.until is not None
    assert found.until > NOW
    assert verdict(candidate, known, found.until) == Send()
    just_before = verdict(candidate, known, found.until - timedelta(microseconds=1))
    assert isinstance(just_before, Defer)


@given(st.integers(0, 60 * 24 * 40), st.sampled_from(["business", "courtesy", "evening"]))
def test_a_window_is_open_when_it_said_it_would_be(minutes, window):
    now = tokyo("2026-04-20 00:00") + timedelta(minutes=minutes)
    candidate = mail(expires_at=None, window=window)
    found = verdict(candidate, situation(), now)
    if found != Send():
        assert isinstance(found, Defer)
        assert found.until is not None
        assert found.until > now
        assert verdict(candidate, situation(), found.until) == Send()


def test_turns_are_taken_by_priority_then_age_then_number():
    older, newer = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    mails = [
        mail(id=4, priority=50, created_at=newer),
        mail(id=3, priority=50, created_at=older),
        mail(id=2, priority=50, created_at=older),
        mail(id=1, priority=90, created_at=newer),
    ]
    assert [one.id for one in take_turns(mails)] == [1, 2, 3, 4]

"""May this mail go, by what its reader chose: topics, a pause, a rhythm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.policy import Topic
from nurture.domain.preferences import ASKED_FOR, Preferences, Rhythm
from nurture.domain.sending import Defer, Drop, Send, may_send
from nurture.domain.workflow import Purpose
from nurture.services.sentences import reason
from tests.domain.calendars import JAPAN, TOKYO
from tests.domain.test_sending import DAY, NOW, POLICY, mail, past, situation

FREE = replace(POLICY, caps=())
MONTHLY = Preferences(rhythm=Rhythm.MONTHLY)
FORTNIGHTLY = Preferences(rhythm=Rhythm.FORTNIGHTLY)
NOT_LETTERS = Drop("topic_off", {"topic": "letters", "title": {"": "letters"}})
NO_LETTERS = Preferences(topics_off=frozenset({"letters"}))
AWAY = Preferences(paused_until=NOW + 3 * DAY)


def verdict(candidate, known, now=NOW, policy=FREE):
    return may_send(replace(candidate, expires_at=None), known, policy, JAPAN, now)


#: what they chose, the mail, what left before, the answer
CHOSEN = [
    (NO_LETTERS, mail(topic="letters"), [], NOT_LETTERS),
    # however much a journey wants it
    (NO_LETTERS, mail(topic="letters", priority=90), [], NOT_LETTERS),
    (NO_LETTERS, mail(topic="cases"), [], Send()),
    (NO_LETTERS, mail(topic=None), [], Send()),
    (AWAY, mail(), [], Defer(NOW + 3 * DAY, "reader_pause")),
    (AWAY, mail(purpose=Purpose.SURVEY), [], Defer(NOW + 3 * DAY, "reader_pause")),
    (AWAY, mail(purpose=Purpose.REFERRAL, priority=90), [], Defer(NOW + 3 * DAY, "reader_pause")),
    # a pause that is over stands in nobody's way
    (Preferences(paused_until=NOW), mail(), [], Send()),
    (MONTHLY, mail(), [], Send()),
    (MONTHLY, mail(), past(29), Defer(NOW + DAY, "reader_rhythm", {"days": 30.0})),
    # the newest counts
    (MONTHLY, mail(), past(40, 10, 20), Defer(NOW + 20 * DAY, "reader_rhythm", {"days": 30.0})),
    # exactly thirty days ago has left the month
    (MONTHLY, mail(), past(30), Send()),
    (FORTNIGHTLY, mail(), past(13), Defer(NOW + DAY, "reader_rhythm", {"days": 14.0})),
    (FORTNIGHTLY, mail(), past(14), Send()),
    # what they asked for comes all the same, and counts
    (MONTHLY, mail(priority=ASKED_FOR), past(1), Send()),
    (
        MONTHLY,
        mail(priority=ASKED_FOR - 1),
        past(1),
        Defer(NOW + 29 * DAY, "reader_rhythm", {"days": 30.0}),
    ),
    # a rhythm is of marketing alone
    (MONTHLY, mail(purpose=Purpose.SURVEY), past(1), Send()),
    (MONTHLY, mail(), past(1, purpose="survey"), Send()),
]


@pytest.mark.parametrize(("chosen", "candidate", "gone", "answer"), CHOSEN)
def test_what_a_reader_chose_decides(chosen, candidate, gone, answer):
    known = situation(preferences=chosen, contact_mails=gone)
    assert verdict(candidate, known) == answer


def test_service_mails_pass_every_choice():
    receipt = mail(purpose=Purpose.SERVICE, template="receipt/x", topic="letters", workflow=None)
    everything = Preferences(frozenset({"letters"}), Rhythm.MONTHLY, NOW + DAY)
    known = situation(preferences=everything, contact_mails=past(1))
    assert verdict(receipt, known) == Send()


def test_who_withdrew_consent_is_told_so_before_the_topic():
    known = situation(preferences=NO_LETTERS, withdrawn=frozenset({"marketing"}))
    assert verdict(mail(topic="letters"), known).reason == "unsubscribed"


def test_a_cap_and_a_rhythm_together_wait_for_the_later():
    known = situation(preferences=FORTNIGHTLY, contact_mails=past(1, 2))
    assert verdict(mail(), known, policy=POLICY).until == NOW + 13 * DAY
    known = situation(preferences=FORTNIGHTLY, temperature="cold", contact_mails=past(1, 2))
    assert verdict(mail(), known, policy=POLICY).until == NOW + 28 * DAY


def test_a_mail_that_a_choice_outlasts_is_dropped_when_it_expires():
    for chosen in (AWAY, MONTHLY):
        known = situation(preferences=chosen, contact_mails=past(1))
        soon = mail(expires_at=NOW + timedelta(hours=1))
        held = may_send(soon, known, FREE, JAPAN, NOW)
        assert isinstance(held, Defer)
        assert held.until == soon.expires_at
        assert may_send(soon, known, FREE, JAPAN, soon.expires_at) == Drop("expired")


@given(
    st.lists(st.floats(0, 60).map(lambda days: round(days, 3)), max_size=5),
    st.sampled_from([MONTHLY, FORTNIGHTLY]),
)
def test_a_rhythm_lets_go_when_it_said_so_and_not_before(ages, chosen):
    known = situation(preferences=chosen, contact_mails=past(*ages))
    candidate = mail(window="always")
    found = verdict(candidate, known)
    if found == Send():
        return
    assert found.until > NOW
    assert verdict(candidate, known, found.until) == Send()
    assert verdict(candidate, known, found.until - timedelta(microseconds=1)) == found


def test_a_topic_is_named_as_readers_know_it():
    policy = replace(FREE, topics={"letters": Topic("letters", {"ja": "お便り", "en": "Letters"})})
    found = verdict(mail(topic="letters"), situation(preferences=NO_LETTERS), policy=policy)
    assert reason(found.reason, found.detail, "ja", TOKYO, {}).startswith("「お便り」")
    assert "off Letters in" in reason(found.reason, found.detail, "en", TOKYO, {})

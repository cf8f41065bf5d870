"""Choices below the pages: what is written, told and granted, and what becomes of mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from nurture.db import tables
from nurture.domain.preferences import Choices, Rhythm
from nurture.errors import NotFoundError, NurtureError
from nurture.services.preferences import fewer, save, sheet
from nurture.services.preferences_told import Told, adjust, export, preferences_of
from nurture.services.unsubscribe import unsubscribe
from tests.services.house import House
from tests.services.interference import interrupt
from tests.services.project import POLICY, project, workflow

TOPICS = """
topics:
  - {topic: letters, title: {ja: お便り, en: Letters}}
  - {topic: seminars, title: {ja: セミナー, en: Seminars}}
"""
LETTERS = workflow(
    "a",
    "- {send: x/one, expires: 90d}\n- wait: 1d\n- {send: x/two, expires: 90d}",
    "trigger: [{event: page.viewed}]\ntopic: letters",
)
BOTH = frozenset({"letters", "seminars"})
WHO = "tanaka@aozora.example"

#: rules alone, no SQL that differs: one database is enough
lite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _publish(house: House, *workflows: str, topics: str = TOPICS) -> None:
    policy = POLICY.replace("locales: {default: ja}", "locales: {default: ja, also: [en]}")
    files = project(*(workflows or (LETTERS,)), policy=policy + topics)
    english = {path.replace(".ja.md", ".en.md"): text for path, text in files.items()}
    house.publish(english | files)


def _choices(house: House, person: int) -> Choices:
    found = sheet(house.runtime, person)
    assert found is not None
    return found.choices


def _choose(house: House, person: int, **wanted: object) -> None:
    wish = replace(_choices(house, person), **wanted)
    assert save(house.runtime, person, 0, wish, "希望します", "preferences page") is not None


def _told(house: House) -> list[str]:
    return [row.type for row in house.rows(tables.event) if row.type.startswith("contact.")]


#: a choice, what becomes of the mail, why
STOPS: list[tuple[str, Callable[[House, int], None], str, str | None]] = [
    (
        "topic",
        lambda h, p: _choose(h, p, topics=frozenset({"seminars"})),
        "cancelled",
        "topic_off",
    ),
    ("pause", lambda h, p: _choose(h, p, resumes=date(2026, 6, 1)), "deferred", "reader_pause"),
    (
        "colleague",
        lambda h, p: void(adjust(h.runtime, WHO, Told(topics={"letters": False}), "sato", "cli")),
        "cancelled",
        "topic_off",
    ),
]


def void(_: object) -> None:
    """Throw a value away."""


@pytest.mark.parametrize(
    ("choose", "state", "why"), [s[1:] for s in STOPS], ids=[s[0] for s in STOPS]
)
def test_a_choice_between_claim_and_sending_wins(
    house: House, choose: Callable[[House, int], None], state: str, why: str | None
) -> None:
    """Width 1: while the first mail is on the wire, the second is claimed and rendered."""
    _publish(house)
    first, second = house.person("first@aozora.example"), house.person(WHO)
    for person in (first, second):
        house.happens(person)

    def during(envelopes: object) -> None:
        (mail,) = house.rows(tables.message, contact_id=second)
        if mail.state == "claimed":
            choose(house, second)

    interrupt(house, during)
    house.turn()
    assert house.to() == ["first@aozora.example"]
    assert house.mails(contact_id=second)[0] == ("x/one", state, why)
    assert why in {row.reason for row in house.rows(tables.decision, contact_id=second)}


def test_a_rhythm_chosen_between_claim_and_sending_wins_and_then_lets_go(house: House) -> None:
    _publish(house)
    first, second = house.person("first@aozora.example"), house.person(WHO)
    house.add(
        tables.message,
        dedupe_key="before",
        contact_id=second,
        recipient=WHO,
        purpose="marketing",
        template="x/one",
        window="business",
        priority=50,
        state="sent",
        created_at=house.clock.now(),
        recorded_at=house.clock.now(),
        sent_at=house.clock.now() - timedelta(days=3),
    )
    for person in (first, second):
        house.happens(person)
    interrupt(house, lambda wave: _choose(house, second, rhythm=Rhythm.FORTNIGHTLY))
    house.turn()
    assert house.to() == ["first@aozora.example"]
    (held,) = house.rows(tables.message, contact_id=second, state="deferred")
    assert held.reason == "reader_rhythm"
    assert held.due_at == house.clock.now() + timedelta(days=11)
    house.after(days=11)
    assert WHO in house.to()


@lite
def test_one_of_two_claimed_mails_goes_where_a_rhythm_is_chosen_meanwhile(house: House) -> None:
    again = LETTERS.replace("workflow: a", "workflow: b").replace("x/one", "x/three")
    _publish(house, LETTERS, again)
    first, second = house.person("first@aozora.example"), house.person(WHO)
    house.happens(first)
    house.happens(second)
    interrupt(house, lambda wave: _choose(house, second, rhythm=Rhythm.MONTHLY))
    house.turn()
    assert house.to().count(WHO) == 1


@lite
def test_a_language_or_a_no_to_measuring_is_in_the_mail_that_was_rendered_already(
    house: House,
) -> None:
    _publish(house)
    first, second = house.person("first@aozora.example"), house.person(WHO)
    house.happens(first)
    house.happens(second)
    interrupt(house, lambda wave: _choose(house, second, tracking=False))
    house.turn()
    (mail,) = house.rows(tables.message, contact_id=second)
    assert (mail.state, mail.tracked) == ("sent", False)


@lite
def test_a_pause_holds_a_mail_and_ends_by_itself(house: House) -> None:
    _publish(house)
    person = house.person()
    _choose(house, person, resumes=date(2026, 5, 20))
    house.happens(person)
    house.after(days=7)
    assert house.to() == []
    house.after(days=1)
    assert house.to() == [WHO]


def test_a_pause_that_is_ended_early_lets_the_mail_go_at_once(house: House) -> None:
    _publish(house)
    person = house.person()
    _choose(house, person, resumes=date(2026, 7, 1))
    house.happens(person)
    house.turn()
    _choose(house, person, resumes=None)
    assert "send" in house.rung
    house.turn()
    assert house.to() == [WHO]


def test_a_choice_is_told_once_and_the_same_again_changes_nothing(house: House) -> None:
    _publish(house)
    person = house.person()
    wish = replace(
        _choices(house, person),
        topics=frozenset({"seminars", "gone"}),
        rhythm=Rhythm.MONTHLY,
        locale="en",
        tracking=False,
    )
    for _ in range(2):
        saved = save(house.runtime, person, 0, wish, "text", "preferences page")
        assert saved is not None
    assert saved.changes == []
    (told,) = house.events("contact.preferences_changed")
    assert told.properties == {
        "topics_off": ["letters"],
        "rhythm": "monthly",
        "locale": "en",
        "tracking": False,
        "by": "contact",
    }
    (updated,) = house.events("contact.updated")
    assert updated.properties == {"fields": ["locale"], "by": "contact"}
    row = house.contact(person)
    assert (row.locale, row.tracking) == ("en", False)
    # nobody agreed to surveys, so nothing is withdrawn
    assert "contact.unsubscribed" not in _told(house)
    assert len(house.rows(tables.consent)) == 1


@lite
def test_the_last_topic_off_is_a_withdrawal_and_one_on_again_their_own_grant(house: House) -> None:
    _publish(house)
    person = house.person(consent=("marketing", "survey"))
    house.happens(person)
    house.decide()
    _choose(house, person, topics=frozenset())
    assert house.mails() == [("x/one", "cancelled", "unsubscribed")]
    assert house.enrolments() == [("a", "ended", "unsubscribed")]
    _choose(house, person, topics=frozenset({"seminars"}))
    newest = house.rows(tables.consent)[-1]
    assert (newest.purpose, newest.state, newest.basis) == ("marketing", "granted", "opt_in")
    assert (newest.text_shown, newest.recorded_by) == ("希望します", "contact")
    assert _choices(house, person).topics == frozenset({"seminars"})
    assert _told(house)[-2:] == ["contact.resubscribed", "contact.preferences_changed"]


@lite
def test_after_a_stop_and_its_undo_topics_are_as_before(house: House) -> None:
    _publish(house)
    person = house.person()
    _choose(house, person, topics=frozenset({"seminars"}))
    before = _choices(house, person)
    unsubscribe(house.runtime, person, 0)
    assert _choices(house, person).topics == frozenset()
    saved = fewer(house.runtime, person, 0, "月に1通", "page", rhythm=Rhythm.MONTHLY)
    assert saved is not None
    assert saved.sheet.choices == replace(before, rhythm=Rhythm.MONTHLY)
    assert house.rows(tables.consent)[-1].text_shown == "月に1通"


@lite
def test_fewer_brings_nothing_to_life_that_they_did_not_stop(house: House) -> None:
    _publish(house)
    person = house.person(consent=())
    saved = fewer(house.runtime, person, 0, "text", "page", months=3)
    assert saved is not None
    assert saved.sheet.choices.purposes == frozenset()
    assert house.rows(tables.consent) == []


@lite
def test_a_topic_that_left_the_policy_stays_off_for_the_day_it_comes_back(house: House) -> None:
    _publish(house)
    person = house.person()
    _choose(house, person, topics=frozenset({"seminars"}))
    plain = workflow("a", "- send: x/one")
    _publish(house, plain, topics="topics: [{topic: seminars, title: セミナー}]\n")
    _choose(house, person, rhythm=Rhythm.MONTHLY)
    _publish(house)
    assert _choices(house, person).topics == frozenset({"seminars"})


@lite
def test_nobody_erased_and_nothing_published_are_answered(house: House) -> None:
    person = house.person()
    # nothing published: purposes alone
    _choose(house, person, purposes=frozenset({"marketing", "referral"}))
    assert _choices(house, person).purposes == {"marketing", "referral"}
    house.change(tables.contact, person, erased=True)
    for contact_id in (person, 4711):
        assert sheet(house.runtime, contact_id) is None
        assert save(house.runtime, contact_id, 0, Choices(), "text", "page") is None
        assert fewer(house.runtime, contact_id, 0, "text", "page", months=1) is None
        with pytest.raises(NotFoundError):
            export(house.runtime, contact_id)
    with pytest.raises(NotFoundError):
        preferences_of(house.runtime, WHO)


#: what a colleague mistypes, what they are told
SLIPS = [
    (Told(topics={"leters": False}), "leters"),
    (Told(locale="fr"), "fr"),
    (Told(pause_until=date(2026, 5, 12)), "2026-05-12"),
    (Told(pause_until=date(2036, 5, 12)), "a year ahead"),
]


@lite
@pytest.mark.parametrize(("told", "said"), SLIPS)
def test_a_colleagues_slip_changes_nothing_and_is_named(
    house: House, told: Told, said: str
) -> None:
    _publish(house)
    house.person()
    with pytest.raises(NurtureError) as caught:
        adjust(house.runtime, WHO, told, "sato", "cli")
    assert said in str(caught.value)
    assert house.rows(tables.preference) == []


def test_a_colleague_never_grants_and_a_person_can_be_told_all_of_it(house: House) -> None:
    _publish(house)
    person = house.person(consent=())
    told = Told({"letters": False}, Rhythm.MONTHLY, date(2026, 6, 1), tracking=False)
    for _ in range(2):
        adjust(house.runtime, WHO, told, "sato", "cli")
    adjust(house.runtime, WHO, Told({"letters": True}, resume=True), "mori", "api")
    assert house.rows(tables.consent) == []
    found = export(house.runtime, person)
    assert found["topics"] == {"letters": True, "seminars": True}
    assert (found["rhythm"], found["paused_until"], found["tracking"]) == ("monthly", None, False)
    assert [(one["by"], one.get("resumes")) for one in found["changes"]] == [
        ("sato", "2026-06-01"),
        ("mori", None),
    ]

"""Which mails may go now, which later, which never, decided when they are claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from nurture.db import contacts, tables
from nurture.db.engine import write
from nurture.domain.addresses import address_hash
from nurture.services import control
from nurture.services.runtime import Sending
from tests.services.house import START, House, make_house
from tests.services.project import project, workflow

ONE = workflow("a", "- send: x/one\n- wait: 1d\n- send: x/two")


def _suppress(house: House, address: str) -> None:
    with write(house.engine) as connection:
        hashed = address_hash(address, house.runtime.hash_key)
        contacts.suppress(connection, hashed, "by_hand", "", house.clock.now())


def _no_address(house: House, person: int) -> None:
    house.change(tables.contact, person, email=None)


NEVER: list[tuple[str, Any]] = [
    ("no_consent", lambda h, p: None),
    ("unsubscribed", lambda h, p: h.consent(p, "marketing", "withdrawn")),
    ("suppressed", lambda h, p: (h.consent(p, "marketing", "granted"), _suppress(h, ADDRESS))),
    ("no_address", _no_address),
]

ADDRESS = "tanaka@aozora.example"


@pytest.mark.parametrize(("why", "so"), NEVER, ids=[why for why, _ in NEVER])
def test_a_mail_that_must_not_go_is_dropped_with_its_reason_and_the_journey_goes_on(
    house: House, why: str, so: Any
) -> None:
    house.publish(project(ONE))
    person = house.person(consent=())
    so(house, person)
    house.happens(person)
    house.after(days=2)
    assert house.mails() == [("x/one", "cancelled", why), ("x/two", "cancelled", why)]
    assert house.reasons(kind="dropped") == [("dropped", why)] * 2
    assert house.enrolments() == [("a", "ended", "completed")]
    assert house.to() == []


def test_a_window_that_is_shut_holds_the_mail_until_it_opens(house: House) -> None:
    house.publish(project(ONE.replace("send: x/one", "{send: x/one, window: office}")))
    house.clock.move(timedelta(hours=8))  # Tuesday 18:00 in Tokyo
    person = house.person()
    house.happens(person)
    house.turn()
    house.turn()
    assert house.mails() == [("x/one", "deferred", "window")]
    opens = START + timedelta(hours=23)
    assert house.rows(tables.message)[0].due_at == opens
    house.until(opens - timedelta(seconds=1))
    assert house.to() == []
    house.until(opens)
    assert house.to() == [ADDRESS]
    assert house.reasons(kind="deferred") == [("deferred", "window")]


def test_priority_picks_who_goes_under_a_cap_and_the_rest_waits_until_it_frees(
    house: House,
) -> None:
    low = workflow("low", "- send: x/low", "trigger: [{event: page.viewed}]\npriority: 10")
    high = workflow("high", "- send: x/high", "trigger: [{event: page.viewed}]\npriority: 90")
    caps = "  - {id: week, per: contact, mails: 1, within: 3d}"
    house.publish(project(low, high, caps=caps))
    person = house.person()
    house.happens(person)
    house.turn()
    assert {step: state for step, state, _ in house.mails()} == {
        "x/high": "sent",
        "x/low": "deferred",
    }
    house.until(START + timedelta(days=3))
    assert {state for _, state, _ in house.mails()} == {"sent"}
    times = {row.step: row.sent_at for row in house.rows(tables.message)}
    assert times["x/low"] - times["x/high"] == timedelta(days=3)


def test_an_accounts_cap_counts_over_all_its_people(house: House) -> None:
    caps = "  - {id: day, per: account, mails: 2, within: 1d}"
    house.publish(project(workflow("a", "- send: x/one"), caps=caps))
    company, other = house.company(), house.company("株式会社大空")
    people = [house.person(f"p{i}@aozora.example", account_id=company) for i in range(5)]
    people.append(house.person("q@oozora.example", account_id=other))
    for person in people:
        house.happens(person)
    house.turn()
    assert len(house.to()) == 3
    assert "q@oozora.example" in house.to()
    house.after(days=1)
    assert len(house.to()) == 5
    house.after(days=1)
    assert len(house.to()) == 6


def test_a_cap_for_one_temperature_and_purpose_leaves_the_others_alone(house: House) -> None:
    caps = "  - {id: c, per: contact, mails: 1, within: 30d, temperature: cold, purpose: marketing}"
    survey = workflow("s", "- send: x/s", "trigger: [{event: page.viewed}]\npurpose: survey")
    house.publish(project(workflow("a", "- send: x/one"), survey, caps=caps))
    cold = house.person(consent=("marketing", "survey"))
    warm = house.person("warm@aozora.example", consent=("marketing", "survey"))
    house.happens(warm, "document.downloaded")
    for _ in range(2):
        for person in (cold, warm):
            house.happens(person)
        house.turn()
    sent = [(r.contact_id, r.step) for r in house.rows(tables.message, state="sent")]
    assert sorted(sent) == [
        *[(cold, "x/one"), (cold, "x/s"), (cold, "x/s")],
        *[(warm, "x/one"), (warm, "x/one"), (warm, "x/s"), (warm, "x/s")],
    ]


def test_a_service_mail_needs_a_listed_template_and_no_consent(house: House) -> None:
    head = "trigger: [{form: contact}]\npurpose: service"
    caps = "  - {id: week, per: contact, mails: 1, within: 7d}"
    listed = workflow("listed", "- send: receipt/one\n- send: receipt/two", head)
    house.publish(project(listed, caps=caps))
    person = house.person(consent=())
    house.happens(person, "form.submitted", form="contact")
    house.turn()
    assert [state for _, state, _ in house.mails()] == ["sent", "sent"]
    house.store(project(workflow("listed", "- send: x/one", head)))
    house.happens(person, "form.submitted", form="contact")
    house.turn()
    assert house.mails()[-1] == ("x/one", "cancelled", "not_a_service_template")


def test_a_mail_held_back_past_its_time_is_dropped_and_says_so(house: House) -> None:
    steps = """
- send: x/zero
- id: first
  send: x/one
  expires: 2d
- branch:
    - if: {expr: "steps.first.outcome == 'expired'"}
      steps: [{id: late, send: x/late, expires: 5d}]
    - else:
      steps: [{send: x/two}]
"""
    caps = "  - {id: c, per: contact, mails: 1, within: 4d}"
    house.publish(project(workflow("a", steps), caps=caps))
    house.happens(house.person())
    house.until(START + timedelta(days=2, seconds=-1))
    assert house.mails()[1:] == [("first", "deferred", "cap")]
    house.until(START + timedelta(days=5))
    assert house.mails()[1:] == [("first", "cancelled", "expired"), ("late", "sent", None)]
    (dropped,) = house.rows(tables.decision, reason="expired")
    assert dropped.at == START + timedelta(days=2)


def test_sending_off_keeps_everything_back_and_loses_nothing(engine: Engine) -> None:
    house = make_house(engine, Sending("off"))
    house.publish(project(ONE))
    house.happens(house.person())
    house.after(hours=2)
    assert house.mails() == [("x/one", "deferred", "sending_off")]
    assert house.reasons(kind="deferred") == [("deferred", "sending_off")]
    live = make_house(engine)
    live.clock.move_to(house.clock.now())
    live.after(hours=1)
    assert live.to() == [ADDRESS]


def test_an_allowlist_lets_only_its_addresses_through(engine: Engine) -> None:
    house = make_house(engine, Sending("allowlist", ("*@ours.example",)))
    house.publish(project(workflow("a", "- send: x/one")))
    for address in ("me@ours.example", ADDRESS):
        house.happens(house.person(address))
    house.turn()
    assert house.to() == ["me@ours.example"]
    assert house.mails()[1][1:] == ("cancelled", "not_on_allowlist")


def test_a_mail_follows_its_reader_to_a_new_address(house: House) -> None:
    house.publish(project(ONE.replace("send: x/one", "{send: x/one, window: office}")))
    house.clock.move(timedelta(hours=8))
    person = house.person("old@aozora.example")
    house.happens(person)
    house.turn()
    house.change(tables.contact, person, email="new@aozora.example")
    _suppress(house, "old@aozora.example")
    house.after(days=1)
    assert house.to()[0] == "new@aozora.example"
    assert house.rows(tables.message)[0].recipient == "new@aozora.example"


def test_a_pause_of_a_sender_holds_the_mails_of_those_whose_owner_it_is(house: House) -> None:
    house.publish(project(ONE))
    (mori,) = house.rows(tables.team_member, key="mori")
    owned = house.person("owned@aozora.example", owner_id=mori.id)
    other = house.person("other@aozora.example")
    control.pause(house.runtime, "sender", "mori")
    for person in (owned, other):
        house.happens(person)
    house.turn()
    assert house.to() == ["other@aozora.example"]
    assert house.mails(contact_id=owned) == [("x/one", "deferred", "paused_sender")]
    assert control.backlog(house.runtime, "sender", "mori").waiting == 1
    assert control.backlog(house.runtime, "sender", "sato").waiting == 0
    control.resume(house.runtime, "sender", "mori")
    house.turn()
    assert house.to() == ["other@aozora.example", "owned@aozora.example"]

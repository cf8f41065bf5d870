"""The list of whom to ask, asking one by hand, and what people said by voice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nurture.db import tables
from nurture.domain.addresses import address_hash
from nurture.domain.readiness import Profile
from nurture.domain.referral import AskAnswer
from nurture.errors import NotFoundError, NurtureError
from nurture.services import ask_list, asking
from nurture.services.ask_list import because
from nurture.services.unsubscribe import unsubscribe
from tests.services.asking import asked, files, happy
from tests.services.house import House

BY_HAND = "timings: [result_reported, by_hand]\n"


def test_people_with_networks_come_first_and_the_others_are_listed_with_their_reason(
    house: House,
) -> None:
    near = house.company("青空", industry="manufacturing", employees=90)
    quiet = happy(house, "quiet@aozora.example", score=10, account=near)
    connected = happy(house, "connected@umi.example", account=house.company("海"))
    unhappy = happy(house, "unhappy@yama.example", score=3)
    gone = happy(house, "gone@kawa.example")
    house.person("lead@sora.example")
    house.publish(files(BY_HAND))
    asking.describe(house.runtime, connected, reach=3, motive="trusted")
    unsubscribe(house.runtime, gone, 0)
    house.turn()
    found = ask_list.board(house.runtime)
    assert [one.row.id for one in found.ready] == [connected, quiet]
    assert {one.row.id: one.refusal.reason for one in found.waiting if one.refusal} == {
        unhappy: "ask_detractor",
        gone: "unsubscribed",
    }
    assert found.ready[0].offer is not None and found.ready[0].offer.key == "thanks"
    assert str(because(found.ready[1])[0]) == "newest NPS answer: 10"
    matched = ask_list.match(house.runtime, Profile("manufacturing", 100))
    assert [(one.row.id, like.alike) for one, like in matched] == [(quiet, ("industry", "size"))]


def test_an_ask_by_hand_needs_its_reason_and_somebody_in_mind(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    for reason in ("", "  ", "良い方がいればお願いします"):
        with pytest.raises(NurtureError):
            asking.ask_one(house.runtime, asking.Personal(person, reason, "sato"))
    with pytest.raises(NotFoundError):
        asking.ask_one(house.runtime, asking.Personal(9999, "理由", "sato"))
    assert house.rows(tables.referral_ask) == []


def test_an_ask_by_hand_leaves_as_a_mail_with_its_reason_and_counts(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    it = asking.Personal(
        person, "現場を最もよくご存じのためです", "sato", named="青海工業の工場長様"
    )
    ask_id = asking.ask_one(house.runtime, it)
    house.turn()
    (row,) = house.rows(tables.referral_ask)
    assert (row.id, row.timing, row.mode, row.channel) == (ask_id, "by_hand", "named", "mail")
    (mail,) = house.rows(tables.message)
    assert (mail.state, mail.dedupe_key) == ("sent", row.dedupe_key)
    assert mail.values["ask"]["reason"] == "現場を最もよくご存じのためです"
    with pytest.raises(asking.RefusedError) as refused:
        asking.ask_one(house.runtime, it)
    assert refused.value.refusal.reason == "ask_cool_down"


def test_an_ask_in_a_meeting_is_kept_without_a_mail_and_its_answer_too(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    asking.ask_one(house.runtime, asking.Personal(person, "同じ業種の方だから", "sato", "meeting"))
    assert asking.note_answer(house.runtime, person, AskAnswer.NOBODY_IN_MIND, "sato")
    assert not asking.note_answer(house.runtime, person, AskAnswer.NOBODY_IN_MIND, "sato")
    house.turn()
    assert house.rows(tables.message) == []
    (row,) = house.rows(tables.referral_ask)
    assert (row.channel, row.answer) == ("meeting", "nobody_in_mind")
    (result,) = ask_list.results(house.runtime)
    assert (result.channel, result.answer) == ("meeting", AskAnswer.NOBODY_IN_MIND)


def test_never_is_kept_for_somebody_who_was_not_asked_and_can_be_taken_back(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    with pytest.raises(NurtureError):
        asking.note_answer(house.runtime, person, AskAnswer.NOT_NOW, "sato")
    asking.note_answer(house.runtime, person, AskAnswer.NEVER, "sato")
    one = ask_list.candidate(house.runtime, person)
    assert one.refusal is not None and one.refusal.reason == "ask_do_not_ask"
    asking.describe(house.runtime, person, ask_again=True)
    # the row says so again; a "never" to an ask of ours would still stand
    assert ask_list.candidate(house.runtime, person).refusal is None


def test_who_withdrew_is_not_asked_in_a_meeting_either(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    unsubscribe(house.runtime, person, 0)
    with pytest.raises(asking.RefusedError):
        asking.ask_one(house.runtime, asking.Personal(person, "理由", "sato", "meeting"))


def test_without_a_programme_it_is_said_what_to_do(house: House) -> None:
    made = files()
    del made["workflows/referral-program.yaml"]
    made = {path: text for path, text in made.items() if b"ask_referral" not in text}
    house.publish(made)
    with pytest.raises(NotFoundError) as lacking:
        ask_list.board(house.runtime)
    assert "referral-program.yaml" in str(lacking.value.hint)


def test_what_came_of_asks_is_counted_with_their_referrals(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    one, two = asked(house, person, 400), asked(house, person, 300, void=True)
    now = house.clock.now()
    for ask_id, state in ((one, "won"), (one, "contacted"), (two, "won")):
        house.add(
            tables.referral,
            ref=f"R-{ask_id}{state}",
            program="default",
            referrer_id=person,
            channel="customer",
            way="forward",
            ask_id=ask_id,
            state=state,
            created_at=now,
            updated_at=now,
        )
    (result,) = ask_list.results(house.runtime)
    assert (result.referrals, result.won) == (2, 1)


def test_a_mail_by_hand_to_an_address_that_bounced_is_refused_at_once(house: House) -> None:
    person = happy(house)
    house.publish(files(BY_HAND))
    house.add(
        tables.suppression,
        address_hash=address_hash("tanaka@aozora.example", house.runtime.hash_key),
        reason="hard_bounce",
        created_at=house.clock.now(),
    )
    with pytest.raises(asking.RefusedError) as refused:
        asking.ask_one(house.runtime, asking.Personal(person, "現場をご存じのため", "sato"))
    assert refused.value.refusal.reason == "ask_unreachable"
    assert house.rows(tables.referral_ask) == []


def test_a_pilot_is_widened_on_its_day_in_the_calendars_zone(house: House) -> None:
    people = [happy(house, f"p{n}@a{n}.example") for n in range(4)]
    house.publish(files(BY_HAND + "pilot: {people: 3, widened: 2026-05-13}\n"))
    for person in people[:3]:
        it = asking.Personal(person, "現場をご存じのため", "sato", "meeting")
        asking.ask_one(house.runtime, it)
    last = asking.Personal(people[3], "現場をご存じのため", "sato", "meeting")
    with pytest.raises(asking.RefusedError):
        asking.ask_one(house.runtime, last)
    # 1:00 on the 13th in Tokyo, still the 12th in Greenwich
    house.clock.move_to(datetime(2026, 5, 12, 16, tzinfo=UTC))
    assert ask_list.board(house.runtime).pilot is None
    assert asking.ask_one(house.runtime, last)

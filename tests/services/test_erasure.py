"""Erasing a person: nothing of them is found anywhere, and figures stay as they were."""

from __future__ import annotations

import pytest

from nurture.db import contacts, tables
from nurture.db.engine import read
from nurture.domain.referral import State
from nurture.errors import NotFoundError
from nurture.services import erasure
from tests.services.erasing import ADDRESS, everywhere, leaks, rich
from tests.services.house import House
from tests.services.referring import Referring, referring


@pytest.fixture
def world(house: House) -> Referring:
    return referring(house)


def test_nothing_of_an_erased_person_is_found_in_any_table(world: Referring) -> None:
    who = rich(world)
    assert len(leaks(world.house)) > 30, "the person of this test is to be all over the house"
    erasure.erase(world.house.runtime, ADDRESS, "mori", "cli")
    assert leaks(world.house) == []
    # Nor does what follows of it bring anything back.
    world.house.turn()
    world.house.after(days=40)
    assert leaks(world.house) == []
    assert world.house.contact(who).erased


def figures(house: House) -> dict[str, object]:
    """Return what reports count, of everybody."""
    t = tables
    return {
        "mails": sorted((row.id, row.purpose, row.sent_at) for row in house.rows(t.message)),
        "events": {
            (row.id, row.type, row.occurred_at)
            for row in house.rows(t.event)
            if not row.type.startswith(("contact.erased", "referral.", "introduction."))
        },
        "scores": [(row.contact_id, row.score, row.drivers) for row in house.rows(t.survey_answer)],
        "asked": [(row.contact_id, row.offer, row.timing) for row in house.rows(t.referral_ask)],
        "deals": [(row.stage, row.amount, row.currency) for row in house.rows(t.deal)],
        "points": [(row.contact_id, row.points) for row in house.rows(t.ledger)],
        "facts": [row.facts.get("decider_met") for row in house.rows(t.deal)],
        "amounts": [row.properties.get("amount") for row in house.events("deal.won")],
        "given": [(row.ref, row.channel, row.way) for row in house.rows(t.referral)],
        "lifecycle": [(row.id, row.lifecycle, row.source is None) for row in house.rows(t.contact)],
    }


def test_figures_stay_as_they_were(world: Referring) -> None:
    rich(world)
    before = figures(world.house)
    erasure.erase(world.house.runtime, ADDRESS, "mori", "cli")
    assert figures(world.house) == before


def test_a_look_first_changes_nothing_and_says_the_same(world: Referring) -> None:
    rich(world)
    before = everywhere(world.house)
    looked = erasure.erase(world.house.runtime, ADDRESS, "mori", "cli", look_only=True)
    assert everywhere(world.house) == before
    done = erasure.erase(world.house.runtime, ADDRESS, "mori", "cli")
    assert (done.rows, done.cancelled_mails) == (looked.rows, looked.cancelled_mails)
    assert done.rows["mails"] >= 2
    assert done.rows["mentions"] >= 4


def test_it_is_written_down_who_did_it_and_nothing_of_whom(world: Referring) -> None:
    who = rich(world)
    done = erasure.erase(world.house.runtime, who, "mori", "team")
    (row,) = world.house.events("contact.erased")
    assert row.contact_id == who
    assert row.properties == {"by": "mori", "via": "team", "rows": done.rows}


def test_erasing_twice_is_erasing_once(world: Referring) -> None:
    who = rich(world)
    erasure.erase(world.house.runtime, ADDRESS, "mori", "cli")
    before = everywhere(world.house)
    for again in (ADDRESS, who, ADDRESS.upper()):
        assert erasure.erase(world.house.runtime, again, "mori", "cli").already
    assert everywhere(world.house) == before


def test_who_is_nobody_is_not_erased(world: Referring) -> None:
    for nobody in ("nobody@who.example", 4711):
        with pytest.raises(NotFoundError):
            erasure.erase(world.house.runtime, nobody, "mori", "cli")
    assert world.house.rows(tables.suppression) == []


def test_duplicates_that_became_them_are_erased_with_them(world: Referring) -> None:
    house = world.house
    who = house.person("hanako@sakura.example", family_name="榊原", given_name="花子")
    old = house.person(
        "h.sakakibara@old.example", family_name="榊原", given_name="花子", merged_into=who
    )
    older = house.person("hana@older.example", family_name="榊原", merged_into=old)
    erasure.erase(house.runtime, "hana@older.example", "mori", "cli")
    for one in (who, old, older):
        row = house.contact(one)
        assert (row.erased, row.email, row.family_name, row.given_name) == (True, None, None, None)
    with read(house.engine) as connection:
        hashes = [row.address_hash for row in house.rows(tables.suppression)]
        assert len(contacts.erased(connection, hashes)) == 3


def test_a_mail_in_a_servers_hands_is_waited_for(world: Referring) -> None:
    house, now = world.house, world.house.clock.now()
    who = house.person("hanako@sakura.example")
    mail = house.add(
        tables.message, dedupe_key="m", contact_id=who, recipient="hanako@sakura.example",
        purpose="service", template="x", window="always", priority=1, state="sending",
        created_at=now, recorded_at=now,
    )  # fmt: skip
    with pytest.raises(erasure.LeavingError):
        erasure.erase(house.runtime, who, "mori", "cli")
    assert not house.contact(who).erased
    house.change(tables.message, mail, state="sent")
    assert not erasure.erase(house.runtime, who, "mori", "cli").already


def test_namesakes_elsewhere_keep_their_names(world: Referring) -> None:
    house, now = world.house, world.house.clock.now()
    who = house.person("hanako@sakura.example", family_name="榊原", given_name="花子")
    other = house.person("hanako@other.example", family_name="榊原", given_name="花子")
    house.add(
        tables.message, dedupe_key="m", contact_id=other, recipient="hanako@other.example",
        purpose="service", template="x", window="always", priority=1, state="sent",
        subject="榊原花子様へ", created_at=now, recorded_at=now,
    )  # fmt: skip
    erasure.erase(house.runtime, who, "mori", "cli")
    (row,) = house.rows(tables.message)
    assert (row.subject, row.recipient) == ("榊原花子様へ", "hanako@other.example")
    assert house.contact(other).given_name == "花子"


def test_of_an_erased_referrer_the_introductions_stay_and_go_on(world: Referring) -> None:
    house = world.house
    found = world.introduce()
    suzuki = world.agree(found.id).contact_id
    house.turn()
    before, person = world.row(found.id), house.contact(suzuki)
    erasure.erase(house.runtime, world.referrer, "mori", "cli")
    assert world.row(found.id) == before
    assert house.contact(suzuki) == person
    (row,) = [one for one in house.rows(tables.referrer) if one.contact_id == world.referrer]
    assert row.do_not_ask
    # The referred person is sold to as before.
    assert world.move(found.id, State.CONTACTED, contacted_by="phone")
    house.turn()
    assert house.enrolments(contact_id=world.referrer, state="active") == []


def test_the_referrer_of_an_erased_person_sees_a_neutral_end(world: Referring) -> None:
    house = world.house
    found = world.introduce()
    suzuki = world.agree(found.id).contact_id
    won = world.introduce("won@kigyou.example", name="木村")
    kimura = world.agree(won.id).contact_id
    world.move(won.id, State.WON)
    waits = world.introduce("wait@kigyou.example", name="和田")
    house.turn()
    for who in (suzuki, kimura, "wait@kigyou.example"):
        erasure.erase(house.runtime, who, "mori", "cli")
    rows = [world.row(one.id) for one in (found, won, waits)]
    assert [(row.state, row.reason) for row in rows] == [
        ("declined", "other"), ("won", None), ("expired", "no_answer"),
    ]  # fmt: skip
    assert {(row.name, row.company, row.email, row.why) for row in rows} == {(None,) * 4}
    told = [row.properties for row in house.events("referral.declined")]
    assert [one.get("company") for one in told] == [None]
